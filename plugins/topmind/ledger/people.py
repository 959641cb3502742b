"""People: who they are, what they want, and how somebody leaves for good."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import date
from typing import Any

from topmind.errors import LinkError
from topmind.ledger import merging
from topmind.ledger.book import Book, Listed, chunks, listed
from topmind.ledger.database import number_day
from topmind.ledger.protocol import Hashes
from topmind.ledger.states import PLANNED, SKIPPED, ends_as
from topmind.ledger.values import Person
from topmind.model import PersonRecord, Reason, Standing

#: Milliseconds.
_DAY = 86_400_000
_COLUMNS = "id, contact, address, name, phone, postal, inbox, active"


def hashed(hashes: Hashes, address: str) -> Sequence[str]:
    """The address's hashes; () for what is no address, which is then no inbox either."""
    try:
        return hashes(address)
    except LinkError:
        return ()


def inbox_of(book: Book, found: Sequence[str]) -> int | None:
    """The number of the inbox with these hashes (newest key first); all of them are known from now on."""
    return inboxes_of(book, [found])[0]


def inboxes_of(book: Book, many: Sequence[Sequence[str]]) -> list[int | None]:
    """The numbers of many inboxes at once; () has none."""
    known: dict[str, int] = {}
    for some in chunks(sorted({hashed for found in many for hashed in found})):
        known |= dict(
            book.db.execute(
                "SELECT hash, inbox FROM inbox_hashes WHERE hash IN (SELECT value FROM json_each(?))",
                (listed(some),),
            )
        )
    (last,) = book.db.execute("SELECT coalesce(max(inbox), 0) FROM inbox_hashes").fetchone()
    numbers: list[int | None] = []
    new: list[tuple[str, int]] = []
    for found in many:
        inbox = min((known[hashed] for hashed in found if hashed in known), default=None)
        if inbox is None and found:
            inbox = last = last + 1
        if inbox is not None:
            fresh = [(hashed, inbox) for hashed in dict.fromkeys(found) if hashed not in known]
            known |= dict(fresh)
            new += fresh
        numbers.append(inbox)
    book.db.executemany("INSERT INTO inbox_hashes (hash, inbox) VALUES (?, ?)", new)
    return numbers


# -- leaving for good --------------------------------------------------------------------------------------


def _name_hash(hashes: Hashes, contact: str) -> Sequence[str]:
    """Hashes of a source id: as hex digits in the form of an address, because that is what `hashes` takes."""
    return hashes(f"{contact.encode().hex()}@contact.invalid")


def erasure_hashes(hashes: Hashes, contact: str, address: str) -> tuple[str, ...]:
    """What is kept of somebody erased: hashes of their source id and of their address."""
    return tuple(dict.fromkeys((*_name_hash(hashes, contact), *(hashed(hashes, address) if address else ()))))


def erased(book: Book, records: Iterable[PersonRecord], hashes: Hashes) -> Iterable[str]:
    """Source ids whose own hash or whose address's hash is of somebody erased."""
    erased = {row[0] for row in book.db.execute("SELECT hash FROM erased")}
    if not erased:
        return
    for record in records:
        address = hashed(hashes, record.address) if record.address else ()
        if not erased.isdisjoint((*_name_hash(hashes, record.contact), *address)):
            yield record.contact


def erase(book: Book, contact: str, hashes: Hashes) -> bool:
    """Delete a person's rows, those merged into one, too, and all they said; keep hashes, so that an import leaves
    them out."""
    rows = book.db.execute(
        "SELECT p.id, p.contact, p.address, p.inbox FROM people o"
        " JOIN people p ON coalesce(p.merged, p.id) = coalesce(o.merged, o.id) WHERE o.contact = ? ORDER BY p.id",
        (contact,),
    ).fetchall()
    for row in rows:
        _erase(book, row, hashes)
    if rows:
        book.moved()
    return bool(rows)


def _erase(book: Book, row: Sequence[Any], hashes: Hashes) -> None:
    person, contact, address, inbox = row
    # nothing goes to this address any more, not from now on and not from the next import on
    book.db.execute("UPDATE people SET active = 0 WHERE inbox = ?", (inbox,))
    kept = erasure_hashes(hashes, contact, address)
    book.db.executemany(
        "INSERT INTO erased (hash, person) VALUES (?, ?) ON CONFLICT DO NOTHING", [(h, person) for h in kept]
    )
    for table, column in (
        ("people", "id"),
        ("wishes", "person"),
        ("reported", "person"),
        ("transitions", "person"),
        ("stage_words", "person"),
        ("answers", "person"),
        ("positions", "person"),
        ("notes", "person"),
    ):
        book.db.execute(f"DELETE FROM {table} WHERE {column} = ?", (person,))
    book.db.execute(
        f"UPDATE touches SET {ends_as(SKIPPED)}, reason = ?, at = ? WHERE person = ? AND state = {PLANNED}",
        (Reason.ERASED.value, book.now, person),
    )


# -- looking somebody up -----------------------------------------------------------------------------------


def standings(book: Book, persons: Listed | None = None, *, today: int | None = None) -> dict[int, Standing]:
    """What the ledger knows of people beyond the source, by internal id; `persons`: their numbers, None = all.
    `today`: the day number on which marks must hold; None = of the store's clock."""
    day = book.now // _DAY if today is None else today
    only = "" if persons is None else "WHERE {} IN (SELECT value FROM json_each(?))"
    bound = () if persons is None else (persons,)
    said = _said(book, only, bound)
    suppressed = dict(
        book.db.execute(
            "SELECT p.id, s.reason FROM people p JOIN suppressions s ON s.inbox = p.inbox "
            + only.format("p.id"),
            bound,
        )
    )
    return {
        person: _standing(said.get(person, {}), suppressed.get(person, ""), day)
        for person in said.keys() | suppressed.keys()
    }


def _said(book: Book, only: str, bound: tuple[Listed, ...]) -> dict[int, dict[str, int]]:
    """What people want. A no to mail binds everybody who reads the same inbox, and whoever takes the place of a
    contact that vanished (an export gave new ids) inherits all that one said, until they say otherwise later."""
    said: dict[int, dict[str, int]] = defaultdict(dict)
    own: dict[tuple[int, str], int] = {}
    for person, what, value, at, by in book.db.execute(
        f"SELECT person, what, value, at, by FROM wishes {only.format('person')}", bound
    ):
        said[person][what] = value
        if by != "import":
            own[person, what] = at
    for person, what, value, at in book.db.execute(
        "SELECT p.id, w.what, w.value, w.at FROM people p JOIN people q ON q.inbox = p.inbox AND q.id <> p.id"
        " JOIN wishes w ON w.person = q.id"
        " AND CASE WHEN q.active = 1 THEN w.what = 'email' ELSE w.by <> 'import' END " + only.format("p.id"),
        bound,
    ):
        if at > own.get((person, what), -1):
            said[person][what] = max(value, said[person].get(what, 0))
    return said


def _standing(said: dict[str, int], suppressed: str, today: int) -> Standing:
    pause = said.get("pause")
    paused: date | None = number_day(pause) if pause else None
    return Standing(
        opted_out=bool(said.get("email")),
        off_topics=frozenset(
            what.removeprefix("topic:") for what, off in said.items() if what.startswith("topic:") and off
        ),
        suppressed=suppressed,
        paused_until=paused,
        marks=frozenset(
            what.removeprefix("mark:")
            for what, last in said.items()
            if what.startswith("mark:") and last and last >= today
        ),
    )


def find(book: Book, who: str) -> tuple[Person, ...]:
    """By source id, address, whole name, part of a name: the first of these that finds anybody."""
    wanted = who.strip()
    tests = (
        ("contact = ?", wanted),
        ("lower(address) = lower(?)", wanted),
        ("lower(name) = lower(?)", wanted),
        ("replace(lower(name), lower(?), '') <> lower(name)", wanted),
    )
    for test, value in tests:
        rows = book.db.execute(f"SELECT id FROM people WHERE {test} ORDER BY contact", (value,)).fetchall()
        if rows:
            found = {merging.winner(book, number): None for (number,) in rows}
            return tuple(_of_number(book, number) for number in found)
    return ()


def person_of(book: Book, contact: str) -> Person | None:
    """One person by source id; by that of a contact merged into another, the other."""
    row = book.db.execute("SELECT id FROM people WHERE contact = ?", (contact,)).fetchone()
    return _of_number(book, merging.winner(book, row[0])) if row else None


def merged_into(book: Book, person: int) -> tuple[Person, ...]:
    """Who was merged into somebody, as they stand in the ledger still."""
    return tuple(_of_number(book, number) for number in merging.others(book, [person]))


def _of_number(book: Book, number: int) -> Person:
    row = book.db.execute(f"SELECT {_COLUMNS} FROM people WHERE id = ?", (number,)).fetchone()
    return _person(book, row)


def _person(book: Book, row: Sequence[Any]) -> Person:
    comments = book.db.execute(
        "SELECT a.comment FROM answers a JOIN people p ON p.id = a.person"
        " WHERE (p.id = ? OR p.merged = ?) AND a.comment <> '' ORDER BY a.at DESC",
        (row[0], row[0]),
    )
    return Person(
        person=row[0],
        contact=row[1],
        address=row[2],
        name=row[3],
        phone=row[4],
        active=bool(row[7]),
        standing=standings(book, listed([row[0]])).get(row[0], Standing()),
        comments=tuple(text for (text,) in comments),
    )
