"""Who tells two segments apart, who came and went between two days, a masked handful, and the examples of a file."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date

import numpy as np
from numpy.typing import NDArray

from topmind.audience.engine import Session
from topmind.audience.predicates.compile import compile_rule
from topmind.audience.segments import known_segment
from topmind.audience.sources import Source
from topmind.errors import UsageError
from topmind.model import Catalog, Example, History


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """Two segments beside each other; contacts by their source ids, ascending."""

    both: tuple[str, ...]
    only_first: tuple[str, ...]
    only_second: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Turned:
    """One line of `who` between two days."""

    text: str
    line: int
    #: Of those who came: for how many it did not hold on the first day.
    let_in: int
    #: Of those who went: for how many it holds no more on the second day.
    let_out: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Movement:
    """One segment on two days, by the rule and the export of today."""

    before: int
    after: int
    came: tuple[str, ...]
    went: tuple[str, ...]
    lines: tuple[Turned, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Masked:
    """A contact of whom nothing but the source id can be recognised."""

    contact: str
    #: `D… K…`
    name: str
    #: `d…@e….com`; "" where there is none.
    address: str
    stage: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Tried:
    """One example of a segment's file, and what the rule says."""

    segment: str
    example: Example
    #: None = nobody in the source has this id.
    belongs: bool | None

    @property
    def kept(self) -> bool:
        """The rule says what the example says."""
        return self.belongs is self.example.belongs


def difference(
    source: Source, catalog: Catalog, history: History, as_of: date, first: str, second: str
) -> Difference:
    """Who is in both of two segments and in one alone. Raises UsageError."""
    for name in (first, second):
        known_segment(name, catalog)
    with Session(source, catalog, history, as_of) as session:
        found = session.members()
        one, two = found[first], found[second]
        return Difference(
            both=_ids(session, np.intersect1d(one, two)),
            only_first=_ids(session, np.setdiff1d(one, two)),
            only_second=_ids(session, np.setdiff1d(two, one)),
        )


def movement(
    source: Source, catalog: Catalog, history: History, name: str, first: date, second: date
) -> Movement:
    """Who came into a segment and went out of it from one day to another, and by which lines. Raises UsageError.

    Purchases, activities, touches and answers count as they were on each day; fields of contacts and marks have
    no past and count as they are today.
    """
    known_segment(name, catalog)
    with (
        Session(source, catalog, history, first) as then,
        Session(source, catalog, history, second) as later,
    ):
        one, two = then.members()[name], later.members()[name]
        came, went = np.setdiff1d(two, one), np.setdiff1d(one, two)
        lines = tuple(
            Turned(
                text=text,
                line=line,
                let_in=len(np.setdiff1d(came, then.rows(compile_rule(text, then.env)))),
                let_out=len(np.setdiff1d(went, later.rows(compile_rule(text, later.env)))),
            )
            for text, line in catalog.segments[name].who
        )
        return Movement(
            before=len(one), after=len(two), came=_ids(then, came), went=_ids(then, went), lines=lines
        )


def sample(
    source: Source, catalog: Catalog, history: History, as_of: date, name: str, count: int
) -> tuple[Masked, ...]:
    """A handful of a segment, the same one each time, in the order of their ids. Raises UsageError."""
    known_segment(name, catalog)
    with Session(source, catalog, history, as_of) as session:
        ids = _ids(session, session.members()[name])
        picked = sorted(
            sorted(ids, key=lambda one: hashlib.sha256(f"{name} {one}".encode()).digest())[:count]
        )
        query = (
            "SELECT s.contact, coalesce(s.name, ''), coalesce(s.address, ''), coalesce(CAST(c.stage AS VARCHAR), '') "
            "FROM source_contacts s JOIN contacts c USING (nr) WHERE list_contains(?, s.contact)"
        )
        rows = sorted(session.con.execute(query, [picked]).fetchall())
    return tuple(
        Masked(contact=contact, name=_initials(said), address=_masked(address), stage=stage)
        for contact, said, address, stage in rows
    )


def try_examples(
    source: Source, catalog: Catalog, history: History, as_of: date, names: Iterable[str]
) -> tuple[Tried, ...]:
    """Every example of these segments against their rules, by segment and line. Raises UsageError."""
    wanted = tuple(names)
    for name in wanted:
        known_segment(name, catalog)
    asked = [(name, example) for name in wanted for example in catalog.segments[name].examples]
    found: list[Tried] = []
    for day in sorted({example.day or as_of for _, example in asked}):
        if day > as_of:
            raise UsageError(f"an example says what is true on {day}, which has not come.")
        with Session(source, catalog, history, day) as session:
            members = session.members()
            found += [
                Tried(
                    segment=name, example=example, belongs=_belongs(session, members[name], example.contact)
                )
                for name, example in asked
                if (example.day or as_of) == day
            ]
    return tuple(sorted(found, key=lambda one: (one.segment, one.example.line)))


def _belongs(session: Session, rows: NDArray[np.int32], contact: str) -> bool | None:
    query = "SELECT nr FROM source_contacts SEMI JOIN contacts USING (nr) WHERE contact = ?"
    row = session.con.execute(query, [contact]).fetchone()
    return None if row is None else bool(np.isin(session.places[row[0]], rows))


def _ids(session: Session, rows: NDArray[np.int32]) -> tuple[str, ...]:
    return tuple(session.ids[row] for row in rows.tolist())


def _initials(name: str) -> str:
    return " ".join(_first(name.split()))


def _first(words: Iterable[str]) -> Iterator[str]:
    return (f"{word[0]}…" for word in words if word)


def _masked(address: str) -> str:
    """`dana@mail.example.com` is `d…@m….com`: a domain of one's own is a name, too."""
    local, at, domain = address.partition("@")
    if not at:
        return ""
    host, _, last = domain.rpartition(".")
    return f"{local[:1]}…@{host[:1]}….{last}"
