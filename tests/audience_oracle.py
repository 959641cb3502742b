"""A small made-up audience with every trap in it, random rules over it, and a slow plain reading of each rule.

Used by the property test of the embedded engine and by the parity test with PostgreSQL. A rule is a text and
a function; `choose` picks from a sequence: `random.choice`, or hypothesis' draw.
"""

from __future__ import annotations

import csv
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from pathlib import Path
from random import Random
from typing import Any
from zoneinfo import ZoneInfo

from topmind.model import Answer, Catalog, Channel, History, PastTouch, StageChange, Standing
from topmind.testing.builders import a_catalog, a_company, a_history, a_segment, a_touch

AS_OF = date(2024, 2, 28)  # the day before a leap day
CITIES = ("Alder Cove", "Pine Point", "O'Hara", "Ñuñoa")
ITEMS = ("roof", "gutters", "deck")
STEPS = ("check-in", "thank-you")
WORDS = ("happy", "not-happy", "no-answer", "missed")
MARKS = ("vip", "owes a call")
SPEC = """
[tables.contacts]
file = "contacts.csv"
id = "id"
email = "email"
stage = "stage"
[tables.purchases]
file = "purchases.csv"
id = "number"
contact = "contact"
date = "day"
amount = "amount"
items = ["item"]
[tables.activities]
file = "activities.csv"
contact = "contact"
date = "day"
what = "what"
[fields.city]
column = "city"
[fields.score]
column = "score"
type = "number"
[fields.birthday]
column = "birthday"
type = "date"
[fields.member]
column = "member"
type = "flag"
"""


@dataclass(slots=True)
class Contact:
    """One contact and everything known of it."""

    id: str
    city: str | None = None
    score: Decimal | None = None
    birthday: date | None = None
    member: bool | None = None
    stage: str | None = None
    #: (number, day, amount, item)
    purchases: list[tuple[str, date, Decimal, str]] = field(default_factory=list)
    #: (day, what)
    activities: list[tuple[date, str]] = field(default_factory=list)
    #: (day, source, channel, items, reached)
    touches: list[tuple[date, str, str, tuple[str, ...], bool]] = field(default_factory=list)
    #: (step, word, day)
    answers: list[tuple[str, str, date]] = field(default_factory=list)
    marks: frozenset[str] = frozenset()
    #: (day, whether it led back)
    moves: list[tuple[date, bool]] = field(default_factory=list)


def audience(seed: int, n: int = 60) -> list[Contact]:
    """Nulls, ties, leap days, refunds, the same day, facts later than `AS_OF`."""
    rng = Random(seed)
    return sorted((_contact(rng, k) for k in range(n)), key=lambda c: c.id)


def _contact(rng: Random, k: int) -> Contact:
    days = [AS_OF - timedelta(days=d) for d in (-3, 0, 1, 29, 30, 31, 90, 364, 365, 366, 900)]
    contact = Contact(
        id=str(rng.randrange(9_000) * 10_000 + k),
        city=rng.choice([*CITIES, None]),
        score=rng.choice([None, Decimal(-1), Decimal(0), Decimal("2.5"), Decimal(10)]),
        birthday=rng.choice([None, date(1980, 2, 29), date(1990, 2, 28), date(1970, 3, 1), date(1985, 3, 6)]),
        member=rng.choice([None, True, False]),
        stage=rng.choice([None, "interest", "action"]),
        marks=frozenset(m for m in MARKS if rng.random() < 0.2),
    )
    for p in range(rng.choice([0, 0, 1, 2, 5])):
        amount = rng.choice(
            [Decimal("0.10"), Decimal("9.90"), Decimal("10"), Decimal("-5"), Decimal("1000.01")]
        )
        contact.purchases.append((f"{k}-{p}", rng.choice(days), amount, rng.choice(ITEMS)))
    for _ in range(rng.choice([0, 0, 1, 3])):
        contact.activities.append((rng.choice(days), rng.choice(["click", "visit"])))
    for day in rng.sample(days, rng.choice([0, 1, 3])):
        source, items = rng.choice(
            [("tuesday-fix", ("tips/a",)), ("tuesday-fix", ("tips/b",)), ("call-round", ())]
        )
        channel = "call" if source == "call-round" else "email"
        contact.touches.append((day, source, channel, items, rng.random() < 0.8))
    for _ in range(rng.choice([0, 0, 1])):
        contact.answers.append((rng.choice(STEPS), rng.choice(WORDS), rng.choice(days)))
    for day in rng.sample(days, rng.choice([0, 0, 1, 2])):
        contact.moves.append((day, rng.random() < 0.5))
    return contact


def write_csv(folder: Path, everybody: Sequence[Contact]) -> None:
    """The audience as export files."""
    tables: dict[str, list[list[object]]] = {
        "contacts": [["id", "email", "city", "score", "birthday", "member", "stage"]],
        "purchases": [["number", "contact", "day", "amount", "item"]],
        "activities": [["contact", "day", "what"]],
    }
    for c in everybody:
        member = {True: "yes", False: "no", None: ""}[c.member]
        tables["contacts"].append([c.id, f"{c.id}@example.com", c.city, c.score, c.birthday, member, c.stage])
        tables["purchases"] += [
            [number, c.id, _written(day, n), amount, item]
            for n, (number, day, amount, item) in enumerate(c.purchases)
        ]
        tables["activities"] += [[c.id, _written(day, n), what] for n, (day, what) in enumerate(c.activities)]
    for name, rows in tables.items():
        with (folder / f"{name}.csv").open("w", encoding="utf-8", newline="") as file:
            csv.writer(file).writerows(rows)


def _written(day: date, n: int) -> str:
    """A company's day (UTC) as exports write it: plain, with a time, as a moment that is another day elsewhere."""
    return (
        day.isoformat(),
        f"{day} 23:59:59",
        f"{day + timedelta(days=1)}T01:30:00+02:00",
        f"{day - timedelta(days=1)} 20:00:00-04",
    )[n % 4]


def _moment(day: date, n: int) -> datetime:
    """First and last minute of the company's day: in UTC the one of New York ends tomorrow."""
    edge = (time(0, 0), time(12, 0), time(23, 59))[n % 3]
    return datetime.combine(day, edge, ZoneInfo(a_company().zone)).astimezone(UTC)


def history(everybody: Sequence[Contact]) -> History:
    """What the ledger remembers of it."""
    from topmind.model import TouchState

    touches: list[PastTouch] = []
    answers: list[Answer] = []
    for c in everybody:
        for n, (day, source, channel, items, reached) in enumerate(c.touches):
            kind = Channel(channel)
            good = TouchState.DONE if kind.is_task else TouchState.ACCEPTED
            state = good if reached else TouchState.SKIPPED
            touches.append(
                a_touch(c.id, day, source=source, occurrence=str(n), channel=kind, items=items, state=state)
            )
        answers += [
            Answer(
                contact=c.id,
                source="first-job",
                step=step,
                value=word,
                at=_moment(d, n),
            )
            for n, (step, word, d) in enumerate(c.answers, int(c.id))
        ]
    standing = {c.id: Standing(marks=c.marks) for c in everybody if c.marks}
    moves = tuple(
        StageChange(contact=c.id, at=_moment(d, n), back=back)
        for c in everybody
        for n, (d, back) in enumerate(c.moves, int(c.id))
    )
    return a_history(*touches, answers=tuple(answers), standing=standing, stage_moves=moves)


def catalog(rules: dict[str, tuple[str, ...]]) -> Catalog:
    """A catalog of these segments."""
    return a_catalog(
        segments=[
            a_segment(name, who=tuple((t, n) for n, t in enumerate(who, 4))) for name, who in rules.items()
        ]
    )


# --- rules and what they mean -------------------------------------------------------------------------

Choose = Callable[[Sequence[Any]], Any]
Means = Callable[[Contact], bool]


@dataclass(frozen=True, slots=True)
class Rule:
    """A rule as text, and a plain reading of it."""

    text: str
    means: Means


_OPERATORS: dict[str, Callable[[Any, Any], bool]] = {
    "=": lambda a, b: a == b,
    "<": lambda a, b: a < b,
    "<=": lambda a, b: a <= b,
    ">": lambda a, b: a > b,
    ">=": lambda a, b: a >= b,
}


def _compare(choose: Choose, word: str, value: Callable[[Contact], Any], right: Any, shown: str) -> Rule:
    """`word op value`: unknown fulfils nothing, and != is the complement of =."""
    operator = choose([*_OPERATORS, "!="])
    if operator == "!=":
        return Rule(f"{word} != {shown}", lambda c: not (value(c) is not None and value(c) == right))
    test = _OPERATORS[operator]
    return Rule(f"{word} {operator} {shown}", lambda c: value(c) is not None and test(value(c), right))


def _quoted(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"


def _since(days: int | None) -> date:
    return AS_OF - timedelta(days=days) if days is not None else date.min


def _within(day: date, days: int | None) -> bool:
    return _since(days) <= day <= AS_OF


def _bought(c: Contact, days: int | None) -> list[tuple[str, date, Decimal, str]]:
    return [p for p in c.purchases if _within(p[1], days)]


def _days(choose: Choose) -> tuple[int | None, str]:
    days = choose([None, 0, 30, 90, 365])
    return days, "" if days is None else f"days => {days}"


def _touched(c: Contact, days: int | None = None, channel: str | None = None) -> list[date]:
    return [d for d, _, ch, _, ok in c.touches if ok and _within(d, days) and channel in {None, ch}]


def _field(choose: Choose) -> Rule:
    kind = choose(["text", "in", "null", "number", "between", "date", "flag", "stage"])
    city, number = choose(CITIES), choose([Decimal(0), Decimal("2.5"), Decimal(10), Decimal(-1)])
    if kind == "text":
        operator = choose(["=", "!="])
        equal = operator == "="
        return Rule(f"city {operator} {_quoted(city)}", lambda c: (c.city == city) is equal)
    if kind == "in":
        return Rule(f"city in ({_quoted(city)}, 'Pine Point')", lambda c: c.city in {city, "Pine Point"})
    if kind == "null":
        return Rule("score is not null", lambda c: c.score is not None)
    if kind == "number":
        return _compare(choose, "score", lambda c: c.score, number, str(number))
    if kind == "between":
        return Rule(
            "score between 0 and 2.5", lambda c: c.score is not None and 0 <= c.score <= Decimal("2.5")
        )
    if kind == "date":
        day = choose([date(1980, 2, 29), date(1990, 2, 28)])
        return _compare(choose, "birthday", lambda c: c.birthday, day, f"'{day}'")
    if kind == "flag":
        return Rule("member", lambda c: c.member is True)
    return Rule("stage = 'action'", lambda c: c.stage == "action")


def _purchase(choose: Choose) -> Rule:
    kind = choose(["purchases", "revenue", "first", "last", "bought", "item", "never"])
    days, arg = _days(choose)
    back = choose([0, 1, 30, 90, 365])
    day = AS_OF - timedelta(days=back)
    if kind == "purchases":
        n = choose([0, 1, 2])
        return _compare(choose, f"purchases({arg})", lambda c: len(_bought(c, days)), n, str(n))
    if kind == "revenue":
        amount = choose([Decimal(0), Decimal("9.90"), Decimal(-5), Decimal("1000.01")])
        total: Callable[[Contact], Decimal] = lambda c: sum((p[2] for p in _bought(c, days)), Decimal(0))  # noqa: E731 - one of many readings
        return _compare(choose, f"revenue({arg})", total, amount, str(amount))
    if kind in {"first", "last"}:
        pick = min if kind == "first" else max
        value: Callable[[Contact], Any] = lambda c: pick((p[1] for p in _bought(c, None)), default=None)  # noqa: E731 - one of many readings
        return _compare(choose, f"{kind}_purchase()", value, day, f"days_ago({back})")
    if kind == "bought":
        return Rule(f"bought({arg})", lambda c: bool(_bought(c, days)))
    if kind == "item":
        item = choose([*ITEMS, "Roof"])
        args = ", ".join(part for part in (_quoted(item), arg) if part)
        return Rule(f"bought({args})", lambda c: any(p[3] == item.lower() for p in _bought(c, days)))
    return Rule("last_purchase() is null", lambda c: not _bought(c, None))


def _contacted(choose: Choose) -> Rule:
    kind = choose(["touches", "last_touch", "got", "did", "answered", "marked", "birthday"])
    days, arg = _days(choose)
    if kind == "touches":
        channel, n = choose([None, "email", "call"]), choose([0, 1, 2])
        args = ", ".join(part for part in (_quoted(channel) if channel else "", arg) if part)
        return _compare(choose, f"touches({args})", lambda c: len(_touched(c, days, channel)), n, str(n))
    if kind == "last_touch":
        back = choose([0, 30, 90])
        value: Callable[[Contact], Any] = lambda c: max(_touched(c), default=None)  # noqa: E731 - one of many readings
        return _compare(choose, "last_touch()", value, AS_OF - timedelta(days=back), f"days_ago({back})")
    if kind == "got":
        what = choose(["tips/a", "tuesday-fix", "tuesday-fix/2024-01-29"])
        return Rule(f"got('{what}')", lambda c: _got(c, what))
    if kind == "did":
        return Rule(
            "did('Click'" + (f", {arg})" if arg else ")"),
            lambda c: any(w == "click" and _within(d, days) for d, w in c.activities),
        )
    if kind == "answered":
        step, word = choose([*STEPS, "first-job", "first-job/check-in"]), choose([None, "not happy", "happy"])
        args = _quoted(step) + (f", {_quoted(word)}" if word else "")
        return Rule(f"answered({args})", lambda c: _answered(c, step, word))
    if kind == "marked":
        mark = choose(MARKS)
        return Rule(f"marked({_quoted(mark)})", lambda c: mark in c.marks)
    ahead = choose([0, 1, 7])
    return Rule(f"birthday_in({ahead})", lambda c: c.birthday is not None and _birthday(c.birthday, ahead))


def _staged(choose: Choose) -> Rule:
    kind = choose(["since", "back", "yearly"])
    days, arg = _days(choose)
    if kind == "since":
        ago = choose([0, 1, 30, 90])
        last: Callable[[Contact], Any] = lambda c: max((d for d, _ in c.moves if d <= AS_OF), default=None)  # noqa: E731 - one of many readings
        return _compare(choose, "stage_since()", last, AS_OF - timedelta(days=ago), f"days_ago({ago})")
    if kind == "back":
        return Rule(f"moved_back({arg})", lambda c: any(back and _within(d, days) for d, back in c.moves))
    return _yearly(choose)


def _yearly(choose: Choose) -> Rule:
    of, ahead = choose(["birthday", "first_purchase()", "last_purchase()"]), choose([0, 1, 7, 400])
    pick = max if of == "last_purchase()" else min

    def means(c: Contact) -> bool:
        day = c.birthday if of == "birthday" else pick((p[1] for p in _bought(c, None)), default=None)
        return day is not None and _birthday(day, ahead, later=True)

    return Rule(f"anniversary_in({ahead}, of => {of})", means)


def _got(c: Contact, what: str) -> bool:
    source, _, day = what.partition("/")
    return any(
        ok and d <= AS_OF and (what in items or (s == source and (not day or d.isoformat() == day)))
        for d, s, _, items, ok in c.touches
    )


def _answered(c: Contact, step: str, word: str | None) -> bool:
    named = step.rpartition("/")[2]
    said = None if word is None else word.replace(" ", "-")
    spoken = {"happy", "not-happy"}
    return any(
        day <= AS_OF and named in {s, "first-job"} and (w in spoken if said is None else w == said)
        for s, w, day in c.answers
    )


def _birthday(born: date, ahead: int, *, later: bool = False) -> bool:
    """29 February is kept on the 28th where the year has none. `later`: in a later year only."""
    for n in range(min(ahead, 366) + 1):
        day = AS_OF + timedelta(days=n)
        if later and born.year >= day.year:
            continue
        if (day.month, day.day) == (born.month, born.day):
            return True
        leap = (day + timedelta(days=1)).day == 29
        if (born.month, born.day) == (2, 29) and (day.month, day.day) == (2, 28) and not leap:
            return True
    return False


def a_rule(choose: Choose, everybody: Sequence[Contact], depth: int = 2) -> Rule:
    """One random rule."""
    kind = choose(
        ["field", "purchase", "contacted", "top", "percentile", *(["not", "and", "or"] * 2 if depth else [])]
    )
    if kind == "field":
        return _field(choose)
    if kind == "purchase":
        return _purchase(choose)
    if kind == "contacted":
        return _contacted(choose)
    if kind == "staged":
        return _staged(choose)
    if kind in {"top", "percentile"}:
        return _ranked(choose, everybody, kind)
    left = a_rule(choose, everybody, depth - 1)
    if kind == "not":
        return Rule(f"not ({left.text})", lambda c: not left.means(c))
    right = a_rule(choose, everybody, depth - 1)
    if kind == "and":
        return Rule(f"({left.text} and {right.text})", lambda c: left.means(c) and right.means(c))
    return Rule(f"({left.text} or {right.text})", lambda c: left.means(c) or right.means(c))


def _ranked(choose: Choose, everybody: Sequence[Contact], kind: str) -> Rule:
    count, (days, arg), by = choose([1, 3, 10, 1000]), _days(choose), choose(["revenue", "purchases"])

    def value(c: Contact) -> Decimal:
        some = _bought(c, days)
        return Decimal(len(some)) if by == "purchases" else sum((p[2] for p in some), Decimal(0))

    ranked = sorted((c for c in everybody if value(c) > 0), key=lambda c: (-value(c), c.id))
    if kind == "percentile":
        below = {c.id: 100 * (len(ranked) - place) // len(ranked) for place, c in enumerate(ranked, 1)}
        share = choose([0, 10, 50, 90])
        return _compare(
            choose, f"percentile(by => {by}({arg}))", lambda c: below.get(c.id, 0), share, str(share)
        )
    best = {c.id for c in ranked[:count]}
    return Rule(f"in_top({count}, by => {by}({arg}))", lambda c: c.id in best)
