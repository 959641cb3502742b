"""Segments for people: sizes, what each line leaves, and why one contact is in or not."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from topmind.audience.engine import Session
from topmind.audience.predicates.compile import compile_rule
from topmind.audience.rules import close_to, condition_of
from topmind.audience.sources import Source
from topmind.errors import UsageError
from topmind.model import Catalog, History, Promise

_ONE = "SELECT nr FROM source_contacts SEMI JOIN contacts USING (nr) WHERE contact = ?"


@dataclass(frozen=True, slots=True, kw_only=True)
class Clause:
    """One line of `who`."""

    text: str
    line: int
    #: Contacts left after this line and all before it.
    left: int


@dataclass(frozen=True, slots=True, kw_only=True)
class SegmentRow:
    """One segment as `topmind segments` shows it."""

    name: str
    title: str
    size: int
    #: Of all contacts in the source, from 0 to 1.
    share: float
    #: In words, e.g. "1 valuable touch every 30 days"; "" where the company's default holds.
    promise: str
    clauses: tuple[Clause, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Held:
    """One line of `who` for one contact."""

    text: str
    line: int
    true: bool


def segment_report(
    source: Source, catalog: Catalog, history: History, as_of: date, *, clauses: bool = True
) -> tuple[SegmentRow, ...]:
    """Every segment by name: size, share, promise, and (with `clauses`) the count after each line."""
    with Session(source, catalog, history, as_of) as session:
        found = session.members()
        (everybody,) = session.con.execute("SELECT count(*) FROM contacts").fetchone()
        return tuple(
            SegmentRow(
                name=name,
                title=segment.title,
                size=len(found[name]),
                share=len(found[name]) / everybody if everybody else 0.0,
                promise=promise_words(segment.promise),
                clauses=_counted(session, name, len(found[name])) if clauses else (),
            )
            for name, segment in sorted(catalog.segments.items())
        )


def _counted(session: Session, name: str, size: int) -> tuple[Clause, ...]:
    segment = session.catalog.segments[name]
    last = len(segment.who)
    return tuple(
        Clause(
            text=text,
            line=line,
            left=size if n == last else len(session.rows(condition_of(segment, session.env, n))),
        )
        for n, (text, line) in enumerate(segment.who, start=1)
    )


def explain(
    source: Source, catalog: Catalog, history: History, as_of: date, name: str, contact: str
) -> tuple[Held, ...]:
    """Each line of a segment, true or false for one contact (source id).

    Raises UsageError where there is no such segment, or nobody with this id in the source.
    """
    if name not in catalog.segments:
        raise UsageError(f"there is no segment {name}.", fix=close_to(name, catalog.segments))
    with Session(source, catalog, history, as_of) as session:
        session.members()
        row = session.con.execute(_ONE, [contact]).fetchone()
        if row is None:
            raise UsageError("there is no contact with this id in the source.")
        return tuple(
            Held(text=text, line=line, true=row[0] in session.numbers(compile_rule(text, session.env)))
            for text, line in catalog.segments[name].who
        )


def promise_words(promise: Promise) -> str:
    """A promise as people write it."""
    parts = []
    if promise.floor:
        parts.append(f"1 valuable touch every {promise.floor} days")
    for ceiling in promise.ceilings:
        what = f"{ceiling.channel.value}s" if ceiling.channel else "touches"
        what = what[:-1] if ceiling.count == 1 and ceiling.channel else what
        per = {7: "week", 30: "month", 365: "year"}.get(ceiling.days, f"{ceiling.days} days")
        parts.append(f"at most {ceiling.count} {what} per {per}")
    if promise.value_per_promotion is not None:
        parts.append(f"{promise.value_per_promotion} value items per promotion")
    return "; ".join(parts)
