"""Segments for people: sizes, what each line leaves, and why one contact is in or not."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

import numpy as np
from numpy.typing import NDArray

from topmind.audience.engine import Session
from topmind.audience.predicates.compile import compile_rule
from topmind.audience.predicates.seen import Look, looks
from topmind.audience.predicates.words import in_words
from topmind.audience.rules import close_to, condition_of
from topmind.audience.sources import Source
from topmind.errors import UsageError
from topmind.model import Catalog, History, Promise

_ONE = "SELECT nr FROM source_contacts SEMI JOIN contacts USING (nr) WHERE contact = ?"


@dataclass(frozen=True, slots=True, kw_only=True)
class Clause:
    """One line of `who`."""

    text: str
    #: The same in words, with its days as dates.
    words: str
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
    #: (segment, contacts of this one who are in it too), the largest first; without those who share nobody.
    overlap: tuple[tuple[str, int], ...]
    clauses: tuple[Clause, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Held:
    """One line of `who` for one contact."""

    text: str
    line: int
    true: bool
    #: (field or function, the value that it saw), as the rule names them.
    saw: tuple[tuple[str, str], ...]


def segment_report(
    source: Source, catalog: Catalog, history: History, as_of: date, *, clauses: bool = True
) -> tuple[SegmentRow, ...]:
    """Every segment by name: size, share, promise, and (with `clauses`) the count after each line."""
    with Session(source, catalog, history, as_of) as session:
        found = session.members()
        overlaps = _overlaps(session, found)
        (everybody,) = session.con.execute("SELECT count(*) FROM contacts").fetchone()
        return tuple(
            SegmentRow(
                name=name,
                title=segment.title,
                size=len(found[name]),
                share=len(found[name]) / everybody if everybody else 0.0,
                promise=promise_words(segment.promise),
                overlap=overlaps[name],
                clauses=_counted(session, name, len(found[name])) if clauses else (),
            )
            for name, segment in sorted(catalog.segments.items())
        )


def _overlaps(
    session: Session, found: Mapping[str, NDArray[np.int32]]
) -> dict[str, tuple[tuple[str, int], ...]]:
    """Who else's members each segment has."""
    masks = {name: session.mask(rows) for name, rows in found.items()}
    shared = {
        name: [
            (other, int(np.count_nonzero(mask & masks[other]))) for other in sorted(masks) if other != name
        ]
        for name, mask in masks.items()
    }
    return {
        name: tuple(sorted(((o, n) for o, n in some if n), key=lambda one: (-one[1], one[0])))
        for name, some in shared.items()
    }


def _counted(session: Session, name: str, size: int) -> tuple[Clause, ...]:
    segment = session.catalog.segments[name]
    last = len(segment.who)
    return tuple(
        Clause(
            text=text,
            words=in_words(text, session.env),
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
    known_segment(name, catalog)
    with Session(source, catalog, history, as_of) as session:
        session.members()
        row = session.con.execute(_ONE, [contact]).fetchone()
        if row is None:
            raise UsageError("there is no contact with this id in the source.")
        return tuple(
            Held(
                text=text,
                line=line,
                true=row[0] in session.numbers(compile_rule(text, session.env)),
                saw=tuple(seen(session, look) for look in looks(text, session.env, row[0])),
            )
            for text, line in catalog.segments[name].who
        )


def known_segment(name: str, catalog: Catalog) -> None:
    """Raises UsageError where there is no such segment."""
    if name not in catalog.segments:
        fix = close_to(name, catalog.segments) or f"Known: {', '.join(sorted(catalog.segments))}."
        raise UsageError(f"there is no segment {name}.", fix=fix)


def seen(session: Session, look: Look) -> tuple[str, str]:
    """(what was looked at, the value it has for the contact asked about)."""
    row = session.con.execute(look.query.sql("duckdb", identify=True)).fetchone()
    value = row[0] if row else None
    if value is None:
        return look.label, look.nothing
    if isinstance(value, bool):
        return look.label, "yes" if value else "no"
    if isinstance(value, Decimal):
        # 3.000000 is 3, 49.90 is money
        plain = f"{value:f}"
        whole, _, cents = plain.partition(".")
        return look.label, whole if not cents.strip("0") else f"{whole}.{cents.rstrip('0'):0<2}"
    return look.label, value.isoformat() if isinstance(value, date) else str(value)


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
