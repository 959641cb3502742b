"""Rules of a whole project: in which order segments are answered, and what is wrong with any rule, all at once."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date

from sqlglot import exp

from topmind.audience.predicates.compile import compile_rule
from topmind.audience.predicates.dates import compile_date
from topmind.audience.predicates.env import Env
from topmind.audience.predicates.parse import RuleError, parse_rule, segments_named
from topmind.audience.spec import PATH, AudienceSpec
from topmind.errors import AudienceError
from topmind.model import Item, Level, Problem, Segment, Sequence
from topmind.near_words import near_word

#: Any day: rules are checked without data.
_SOME_DAY = date(2026, 1, 1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """Segments so that each comes after those it names."""

    order: tuple[str, ...]
    #: Segments that another one's rule names.
    named: frozenset[str]


def order_segments(segments: Mapping[str, Segment]) -> Plan:
    """Order segments by what they name. Raises AudienceError on a circle."""
    names = {name: _named(segment) for name, segment in segments.items()}
    order: list[str] = []
    for name in sorted(segments):
        if circle := _visit(name, names, order, ()):
            segment = segments[circle[0]]
            raise AudienceError(
                f"segments name each other in a circle: {' → '.join([*circle, circle[0]])}.",
                where=segment.path,
                fix="Take one `in_segment` out.",
            )
    return Plan(order=tuple(order), named=frozenset(n for some in names.values() for n in some))


def _visit(
    name: str, names: Mapping[str, tuple[str, ...]], order: list[str], way: tuple[str, ...]
) -> tuple[str, ...]:
    """Append a segment after those it names; gives the circle where there is one."""
    if name in way:
        return way[way.index(name) :]
    if name in order or name not in names:
        return ()
    for other in names[name]:
        if circle := _visit(other, names, order, (*way, name)):
            return circle
    order.append(name)
    return ()


def _named(segment: Segment) -> tuple[str, ...]:
    found: list[str] = []
    for text, _ in segment.who:
        try:
            found += segments_named(parse_rule(text))
        except RuleError:
            continue
    return tuple(sorted(set(found)))


#: Functions over touches.
_OF_TOUCHES = re.compile(r"\b(got|last_touch|touches)\b", re.IGNORECASE)


def asks_for_touches(segments: Mapping[str, Segment]) -> bool:
    """Whether a rule may look at touches; a text that only looks as if it did counts, too."""
    return any(_OF_TOUCHES.search(text) for segment in segments.values() for text, _ in segment.who)


def condition_of(segment: Segment, env: Env, lines: int | None = None) -> exp.Expr:
    """All of a segment's lines (or the first so many) as one condition. Raises AudienceError with file and line."""
    parts: list[exp.Expr] = [exp.true()]
    for text, line in segment.who[:lines]:
        try:
            parts.append(exp.paren(compile_rule(text, env)))
        except RuleError as error:
            raise AudienceError(error.says, where=f"{segment.path}:{line}", fix=error.fix) from None
    return exp.and_(*parts)


def check(
    segments: Mapping[str, Segment],
    sequences: Mapping[str, Sequence],
    items: Mapping[str, Item],
    spec: AudienceSpec,
    unread: Collection[str] = (),
) -> tuple[Problem, ...]:
    """Every rule that cannot be read or names what is not there, without any data.

    `unread`: segments whose own file could not be read; naming one is no second mistake.
    """
    env = Env(as_of=_SOME_DAY, fields=spec.fields, segments=frozenset(segments) | frozenset(unread))
    found = [
        p for text, path, line in _rules(segments, sequences, items) if (p := _rule(text, path, line, env))
    ]
    for text, path, line in _dates(sequences):
        if problem := _date(text, path, line, env, spec):
            found.append(problem)
    found += _circles(segments)
    if spec.contacts is None and (segments or sequences):
        found.append(
            _problem(
                "rule/no-audience",
                PATH,
                0,
                "there is no audience.",
                "Declare [tables.contacts].",
                Level.WARNING,
            )
        )
    return tuple(found)


def _rules(
    segments: Mapping[str, Segment], sequences: Mapping[str, Sequence], items: Mapping[str, Item]
) -> Iterator[tuple[str, str, int]]:
    """(text, path, line) of every predicate of a project."""
    for segment in segments.values():
        yield from ((text, segment.path, line) for text, line in segment.who)
    for sequence in sequences.values():
        if sequence.stop_when:
            yield sequence.stop_when, sequence.path, sequence.stop_line
        yield from ((s.only_if, s.path, s.only_if_line) for s in sequence.steps if s.only_if)
    yield from ((i.stop_when, i.path, i.stop_line) for i in items.values() if i.stop_when)
    for item in items.values():
        yield from ((send.only_if, item.path, 0) for send in item.sends if send.only_if)


def _dates(sequences: Mapping[str, Sequence]) -> Iterator[tuple[str, str, int]]:
    for sequence in sequences.values():
        yield sequence.starts_from, sequence.path, sequence.starts_line
        yield from ((s.starts_from, s.path, s.starts_line) for s in sequence.steps if s.starts_from)


def texts(sequences: Mapping[str, Sequence], items: Iterable[Item]) -> dict[str, str]:
    """Predicate text → where it stands first: what `Members.holds` answers."""
    every = _rules({}, sequences, {item.id: item for item in items})
    found: dict[str, str] = {}
    for text, path, _ in every:
        found.setdefault(text, path)
    return found


def date_texts(sequences: Mapping[str, Sequence]) -> dict[str, str]:
    """Date expression → where it stands first: what `Members.dates` answers."""
    found: dict[str, str] = {}
    for text, path, line in _dates(sequences):
        found.setdefault(text, f"{path}:{line}" if line else path)
    return found


def _rule(text: str, path: str, line: int, env: Env) -> Problem | None:
    try:
        compile_rule(text, env)
    except RuleError as error:
        return _problem("rule/unreadable", path, line, error.says, error.fix)
    return None


def _date(text: str, path: str, line: int, env: Env, spec: AudienceSpec) -> Problem | None:
    try:
        fact = compile_date(text, env)
    except RuleError as error:
        return _problem("rule/unreadable", path, line, error.says, error.fix)
    if fact.watch and spec.contacts and not spec.contacts.stage and fact.watch.what == "stage":
        return _problem(
            "rule/no-stage",
            path,
            line,
            f"`{text}` starts from a move of stage, and no column tells the stage.",
            f'Say in {PATH} under [tables.contacts] which one: stage = "…".',
        )
    if fact.watch and fact.since and spec.contacts and not spec.contacts.since:
        return _problem(
            "rule/no-since",
            path,
            line,
            f"`{text}` is found by comparing with the last run, so whoever is new in the source and in the segment "
            "at once starts nothing: no column tells since when we know a contact.",
            f'Say in {PATH} under [tables.contacts] which one: since = "…".',
            Level.WARNING,
        )
    if fact.since and not fact.watch and spec.contacts and not spec.contacts.since:
        return _problem(
            "rule/no-since",
            path,
            line,
            f"`{text}` starts from the day since when we know a contact, which no column tells.",
            f'Say in {PATH} under [tables.contacts] which one: since = "…".',
        )
    return None


def _circles(segments: Mapping[str, Segment]) -> list[Problem]:
    try:
        order_segments(segments)
    except AudienceError as error:
        return [_problem("rule/circle", error.where, 0, error.says, error.fix)]
    return []


def _problem(rule: str, path: str, line: int, says: str, fix: str, level: Level = Level.ERROR) -> Problem:
    return Problem(rule=rule, level=level, path=path, line=line, says=says, fix=fix)


def close_to(name: str, known: Iterable[str]) -> str:
    """`Did you mean …?` or ""."""
    found = near_word(name, known)
    return f'Did you mean "{found}"?' if found else ""
