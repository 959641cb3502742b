"""The log of stages: when somebody came to one, from which, and by whom; one by one, and counted."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime

from topmind.ledger.book import Book, listed
from topmind.ledger.database import moment
from topmind.model import Stage, StageChange

_ORDER = {stage.value: place for place, stage in enumerate(Stage)}
#: `at` of where somebody stood before anything was written down.
BEGINNING = 0
#: Whoever was merged into another goes on as that one, whose stage the source tells, too.
_HERE = "person NOT IN (SELECT id FROM people WHERE merged IS NOT NULL)"
#: Every row with the one before it; of two at one moment, the one that was written first is first.
_LOG = (
    "SELECT person, value, at, by,"
    " LAG(value) OVER (PARTITION BY person ORDER BY at, id) AS before"
    f" FROM transitions WHERE what = 'stage' AND {_HERE}"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class StageMove:
    """One contact came to a stage."""

    #: "" = seen for the first time.
    before: str
    after: str
    #: UTC; None = before the log began.
    at: datetime | None
    #: Who said so: `import`.
    by: str


@dataclass(frozen=True, slots=True, kw_only=True)
class StageFlow:
    """How many contacts came from one stage to another at one moment."""

    before: str
    after: str
    at: datetime | None
    count: int


def log(book: Book, contact: str) -> tuple[StageMove, ...]:
    """One contact's stages, oldest first; nothing where nobody has this source id."""
    rows = book.db.execute(
        f"SELECT value, at, by, before FROM ({_LOG}) AS moves"
        " WHERE person IN (SELECT id FROM people WHERE contact = ?) ORDER BY at",
        (contact,),
    )
    found = tuple(
        StageMove(before=before or "", after=value, at=_moment(at), by=by) for value, at, by, before in rows
    )
    if found:
        return found
    still = book.db.execute(
        "SELECT r.value FROM reported r JOIN people p ON p.id = r.person WHERE r.what = 'stage' AND p.contact = ?",
        (contact,),
    )
    return tuple(StageMove(before="", after=value, at=None, by="import") for (value,) in still)


def flows(book: Book) -> tuple[StageFlow, ...]:
    """Everybody's moves, counted by moment, oldest first; whoever never moved since the log began is in it, too."""
    still = book.db.execute(
        f"SELECT value, count(*) FROM reported WHERE what = 'stage' AND {_HERE} AND person NOT IN"
        " (SELECT person FROM transitions WHERE what = 'stage') GROUP BY value ORDER BY value"
    )
    found = [StageFlow(before="", after=value, at=None, count=count) for value, count in still]
    moved = book.db.execute(
        f"SELECT at, coalesce(before, '') AS was, value, count(*) FROM ({_LOG}) AS moves"
        " GROUP BY at, was, value ORDER BY at, was, value"
    )
    found += [
        StageFlow(before=before, after=value, at=_moment(at), count=count)
        for at, before, value, count in moved
    ]
    return tuple(found)


def changes(book: Book) -> tuple[StageChange, ...]:
    """Every move of everybody from one stage to another, oldest first."""
    rows = book.db.execute(
        f"SELECT p.contact, moves.at, moves.before, moves.value FROM ({_LOG}) AS moves"
        " JOIN people p ON p.id = moves.person WHERE moves.before <> moves.value ORDER BY moves.at, p.contact"
    )
    return tuple(
        StageChange(contact=contact, at=moment(at), back=_ORDER[after] < _ORDER[before])
        for contact, at, before, after in rows
    )


def write(book: Book, came: Collection[tuple[int, str]], moved: Mapping[int, tuple[str, str]]) -> None:
    """Write down who is seen for the first time (person, stage) and who moved (person → from, to).

    Of somebody who moves and has nothing in the log, from a time before it was kept, it takes in where they stood.
    """
    told = {
        person
        for (person,) in book.db.execute(
            "SELECT DISTINCT person FROM transitions WHERE what = 'stage' AND"
            " person IN (SELECT value FROM json_each(?))",
            (listed(moved),),
        )
    }
    rows = [(person, stage, book.now) for person, stage in came]
    rows += [(person, before, BEGINNING) for person, (before, _) in moved.items() if person not in told]
    rows += [(person, after, book.now) for person, (_, after) in moved.items()]
    book.db.executemany(
        "INSERT INTO transitions (person, what, value, at, by) VALUES (?, 'stage', ?, ?, 'import')", rows
    )


def _moment(at: int) -> datetime | None:
    return None if at == BEGINNING else moment(at)
