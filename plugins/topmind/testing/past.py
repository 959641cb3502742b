"""What the sample company has sent its made-up people until yesterday, for a ledger that has a past.

The issues and steps are those of the sample's content; tests compare the names with the files.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from random import Random

from topmind.model import Answer, Channel, PastTouch, TouchKey, TouchState
from topmind.testing.households import Person, numbered, people

#: Facts before this day started nothing (`programme_starts` of the sample).
STARTS = date(2025, 6, 1)
#: Sent issues: day, newsletter, occurrence, items.
ISSUES = (
    (
        date(2026, 10, 1),
        "home-almanac",
        "2026-10",
        ("articles/boiler-or-heat-pump", "spotlights/tidewater-sweeps"),
    ),
    (date(2026, 10, 6), "tuesday-fix", "2026-W41", ("tips/two-buckets",)),
    (date(2026, 10, 20), "tuesday-fix", "2026-W43", ("tips/outside-tap",)),
    (date(2026, 11, 3), "tuesday-fix", "2026-W45", ("tips/furnace-filter",)),
    (date(2026, 11, 5), "home-almanac", "2026-11", ("articles/ice-dams", "experts/ines-albright")),
    (date(2026, 11, 10), "tuesday-fix", "2026-W46", ("tips/dollar-bill",)),
    (date(2026, 11, 17), "tuesday-fix", "2026-W47", ("tips/wet-windows",)),
    (date(2026, 11, 24), "tuesday-fix", "2026-W48", ("tips/salt-and-steps",)),
)


@dataclass(frozen=True, slots=True)
class Step:
    """One step of the sample's sequences."""

    source: str
    step: str
    after: int
    channel: Channel = Channel.EMAIL
    service: bool = False


FIRST_JOB = (
    Step("first-job", "thank-you", 1),
    Step("first-job", "check-in", 90, service=True),
)
ANNIVERSARY = "anniversary"
WELCOME = (
    Step("prospect-welcome", "hello", 1),
    Step("prospect-welcome", "first-call", 3, Channel.CALL),
    Step("prospect-welcome", "reading-quotes", 8),
    Step("prospect-welcome", "checklist-letter", 17, Channel.LETTER),
    Step("prospect-welcome", "repair-or-replace", 27),
    Step("prospect-welcome", "neighbors", 41),
    Step("prospect-welcome", "second-call", 55, Channel.CALL),
    Step("prospect-welcome", "look", 69),
    Step("prospect-welcome", "card", 83, Channel.LETTER),
    Step("prospect-welcome", "stay", 97),
)
WIN_BACK = (
    Step("win-back", "still-fine", 180),
    Step("win-back", "small-jobs", 240),
    Step("win-back", "letter", 300, Channel.LETTER),
)


def past_touches(*, as_of: date, seed: int = 7, contacts: int = 2000) -> tuple[PastTouch, ...]:
    """Every touch before `as_of`, in the order of (contact, day); at most one a day and contact.

    The same arguments as `write` give the history of the people it wrote. About 3 % of what was promised is
    missing and a few mails bounced, as in life.
    """
    everybody = people(as_of=as_of, seed=seed, contacts=contacts)
    rng = Random(f"past {seed} {as_of.isoformat()}")  # noqa: S311 - no secret
    last = {person.number: invoice for invoice, person, _ in numbered(everybody)}
    inboxes: set[str] = set()
    touches: list[PastTouch] = []
    for person in everybody:
        inbox = person.email.lower()
        first_of_inbox = bool(inbox) and inbox not in inboxes
        inboxes.add(inbox)
        own: dict[date, PastTouch] = {}
        steps = _steps(person, last.get(person.number, ""), as_of)
        for touch in (*steps, *(_issues(person, as_of) if first_of_inbox else ())):
            if touch.day not in own and not _crowded(person, touch, own) and rng.random() < 0.97:
                own[touch.day] = _bounced(touch) if _by_mail(touch) and rng.random() < 0.003 else touch
        touches += [own[day] for day in sorted(own)]
    return tuple(touches)


def past_answers(*, as_of: date, seed: int = 7, contacts: int = 2000) -> tuple[Answer, ...]:
    """What about half of those who got the check-in answered the day after: nine in ten are happy."""
    rng = Random(f"answers {seed} {as_of.isoformat()}")  # noqa: S311 - no secret
    found = []
    for touch in past_touches(as_of=as_of, seed=seed, contacts=contacts):
        said, happy = rng.random() < 0.5, rng.random() < 0.9
        day = touch.day + timedelta(days=1)
        if touch.key.step == "check-in" and said and day < as_of:
            found.append(
                Answer(
                    contact=touch.key.contact,
                    source=touch.key.source,
                    step=touch.key.step,
                    value="happy" if happy else "not-happy",
                    at=datetime.combine(day, time(15), UTC),
                )
            )
    return tuple(found)


def _steps(person: Person, invoice: str, as_of: date) -> Iterator[PastTouch]:
    """Steps whose day has passed, as far as a person may have them."""
    if person.jobs and person.jobs[0][0] >= STARTS:
        first = person.jobs[0][0]
        for step in FIRST_JOB:
            yield from _step(person, step, first, "once", as_of)
    if person.jobs:
        first = person.jobs[0][0]
        for year in range(1, as_of.year - first.year + 1):
            day = _years_after(first, year)
            # a yearly step measures by the anniversary: who bought before the programme has them in it too
            if STARTS <= day < as_of and person.email:
                yield _touch(person, "first-job", ANNIVERSARY, str(year), Channel.EMAIL, day)
        latest = person.jobs[-1][0]
        if latest >= STARTS:
            for step in WIN_BACK:
                yield from _step(person, step, latest, invoice, as_of)
    elif person.inquired_on and person.inquired_on >= STARTS and person.stage:
        for step in WELCOME:
            if step.step != "second-call" or person.stage in {"conviction", "desire"}:
                yield from _step(person, step, person.inquired_on, "once", as_of)


def _step(person: Person, step: Step, fact: date, occurrence: str, as_of: date) -> Iterator[PastTouch]:
    day = fact + timedelta(days=step.after)
    usable = {
        Channel.EMAIL: bool(person.email) and (step.service or person.newsletter == "yes"),
        Channel.CALL: bool(person.phone) and person.may_call == "yes",
        Channel.LETTER: bool(person.street) and person.may_write == "yes",
    }[step.channel]
    if usable and day < as_of:
        yield _touch(person, step.source, step.step, occurrence, step.channel, day)


def _issues(person: Person, as_of: date) -> Iterator[PastTouch]:
    for day, newsletter, occurrence, items in ISSUES:
        known = person.known_since is not None and person.known_since <= day
        if (
            day < as_of
            and known
            and person.email
            and person.newsletter == "yes"
            and (person.jobs or person.stage)
        ):
            yield _touch(person, newsletter, None, occurrence, Channel.EMAIL, day, items)


def _touch(
    person: Person,
    source: str,
    step: str | None,
    occurrence: str,
    channel: Channel,
    day: date,
    items: tuple[str, ...] = (),
) -> PastTouch:
    return PastTouch(
        key=TouchKey(contact=person.number, source=source, step=step, occurrence=occurrence, channel=channel),
        state=TouchState.DONE if channel.is_task else TouchState.ACCEPTED,
        day=day,
        items=items,
        value=max(1, len(items)),
        at=datetime.combine(day, time(14, 5), UTC),
    )


def _crowded(person: Person, touch: PastTouch, own: dict[date, PastTouch]) -> bool:
    """Prospects have one mail a week, customers two; an issue gives way to a step."""
    if not _by_mail(touch) or touch.key.step:
        return False
    near = [t for t in own.values() if _by_mail(t) and abs((t.day - touch.day).days) < 7]
    return len(near) >= (2 if person.jobs else 1)


def _by_mail(touch: PastTouch) -> bool:
    return touch.key.channel is Channel.EMAIL


def _bounced(touch: PastTouch) -> PastTouch:
    from dataclasses import replace

    return replace(touch, bounced=True)


def _years_after(day: date, years: int) -> date:
    """The anniversary; 29 February is kept on the 28th."""
    try:
        return day.replace(year=day.year + years)
    except ValueError:
        return day.replace(year=day.year + years, day=28)
