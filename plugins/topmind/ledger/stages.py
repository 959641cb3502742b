"""The log of stages: when somebody came to one, from which, and by whom; one by one, and counted."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from topmind.ledger import merging
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


#: Why, of a row called `moves`.
WHY = (
    "coalesce((SELECT w.why FROM stage_words w WHERE w.person = moves.person AND w.at = moves.at"
    " AND moves.by <> 'import'), '')"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class StageMove:
    """One contact came to a stage."""

    #: "" = seen for the first time.
    before: str
    after: str
    #: UTC; None = before the log began.
    at: datetime | None
    #: Who said so: `import` is the source, else somebody of us.
    by: str
    #: What they gave as the reason; personal.
    why: str = field(default="", repr=False)


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
        f"SELECT value, at, by, before, {WHY} FROM ({_LOG}) AS moves"
        " WHERE person IN (SELECT id FROM people WHERE contact = ?) ORDER BY at",
        (contact,),
    )
    found = tuple(
        StageMove(before=before or "", after=value, at=_moment(at), by=by, why=why)
        for value, at, by, before, why in rows
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


def begins(book: Book) -> datetime | None:
    """Since when moves are written down (UTC); None = nothing is yet."""
    ((first,),) = book.db.execute(
        "SELECT min(at) FROM transitions WHERE what = 'stage' AND at > ?", (BEGINNING,)
    ).fetchall()
    return None if first is None else moment(first)


def said(book: Book) -> dict[str, str]:
    """Source id → stage, of whoever stands where the office said, not the source: the later word of the two holds."""
    rows = book.db.execute(
        "SELECT p.contact, t.value FROM (SELECT person, value, by,"
        " ROW_NUMBER() OVER (PARTITION BY person ORDER BY at DESC, id DESC) AS place FROM transitions"
        " WHERE what = 'stage' AND person IN"
        " (SELECT person FROM transitions WHERE what = 'stage' AND by <> 'import')) AS t"
        " JOIN people p ON p.id = t.person WHERE t.place = 1 AND t.by <> 'import' ORDER BY p.contact"
    )
    return dict(rows)


def say(book: Book, person: int, stage: str, *, at: int, by: str, why: str) -> None:
    """Somebody of us says where a person stands."""
    person = merging.winner(book, person)
    last = book.db.execute(
        "SELECT value, at FROM transitions WHERE person = ? AND what = 'stage' ORDER BY at DESC, id DESC LIMIT 1",
        (person,),
    ).fetchone()
    if last is None:
        still = book.db.execute(
            "SELECT value FROM reported WHERE person = ? AND what = 'stage'", (person,)
        ).fetchone()
        if still is not None:
            last = (still[0], BEGINNING)
            book.db.execute(_WRITE, (person, still[0], BEGINNING, "import"))
    if last is not None and last[0] == stage and last[1] <= at:
        return
    book.db.execute(_WRITE, (person, stage, at, by))
    book.db.execute(
        "INSERT INTO stage_words (person, at, why) VALUES (?, ?, ?)"
        " ON CONFLICT (person, at) DO UPDATE SET why = excluded.why",
        (person, at, why),
    )
    book.moved()


_WRITE = "INSERT INTO transitions (person, what, value, at, by) VALUES (?, 'stage', ?, ?, ?)"


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
    book.db.executemany(_WRITE, [(*row, "import") for row in rows])


def _moment(at: int) -> datetime | None:
    return None if at == BEGINNING else moment(at)
