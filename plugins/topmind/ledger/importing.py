"""What the source says of everybody now, taken in: people, whether they agreed, and their stages."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any

from topmind.errors import LedgerError
from topmind.ledger import stages
from topmind.ledger.book import Book, chunks, listed
from topmind.ledger.people import erase, erased, hashed, inboxes_of
from topmind.ledger.protocol import Hashes
from topmind.ledger.values import Synced
from topmind.ledger.wishes import wish
from topmind.model import PersonRecord


def sync(book: Book, records: Iterable[PersonRecord], hashes: Hashes) -> tuple[Synced, frozenset[str]]:
    """Take in the source; what changed, and the source ids that are erased and stay out."""
    wanted = {record.contact: record for record in records}
    if not wanted:
        raise LedgerError(
            "the contacts are empty, and nobody is made inactive for that.", fix="Check the export."
        )
    known = {row[1]: row for row in book.db.execute(f"SELECT {_COLUMNS} FROM people")}
    gone = frozenset(erased(book, wanted.values(), hashes))
    _bare(book, hashes)
    here = [record for contact, record in wanted.items() if contact not in gone]
    # who was merged is no contact of their own any more, whatever the source still says
    own = [record for record in here if record.contact not in known or known[record.contact][8] is None]
    new = [record for record in own if record.contact not in known]
    changed = [r for r in own if r.contact in known and _fields(r) != tuple(known[r.contact][2:6])]
    back = [r for r in own if r.contact in known and not known[r.contact][7]]
    missing = [row for contact, row in known.items() if row[7] and contact not in wanted]
    # known under an address whose owner left for good: until the source has another one for them
    barred = [row for contact, row in known.items() if row[7] and contact in gone]

    ids = {contact: row[0] for contact, row in known.items()} | _insert(book, new, hashes)
    _change(book, changed, ids, hashes)
    book.db.executemany("UPDATE people SET active = 1 WHERE id = ?", [(ids[r.contact],) for r in back])
    book.db.executemany("UPDATE people SET active = 0 WHERE id = ?", [(row[0],) for row in missing + barred])
    merged = {contact for contact, row in known.items() if row[8] is not None}
    _take_reports(book, here, ids, merged)
    counts = {
        "new": len(new),
        "changed": sum(bool(known[record.contact][7]) for record in changed),
        "vanished": len(missing),
        "returned": len(back),
    }
    if barred or any(counts.values()):
        book.moved()
    return Synced(**counts, erased=len(gone)), gone


def _bare(book: Book, hashes: Hashes) -> None:
    """Rows without an address come of old links: of somebody erased, none of them stays."""
    rows = book.db.execute("SELECT contact FROM people WHERE address = '' AND active = 0").fetchall()
    if rows:
        for contact in tuple(
            erased(book, [PersonRecord(contact=row[0], address="", name="") for row in rows], hashes)
        ):
            erase(book, contact, hashes)


_COLUMNS = "id, contact, address, name, phone, postal, inbox, active, merged"


def _fields(record: PersonRecord) -> tuple[str, str, str, str]:
    """As the ledger keeps them."""
    postal = json.dumps(list(record.postal), ensure_ascii=False)
    return record.address, record.name, record.phone, postal


def _inboxes(book: Book, records: Sequence[PersonRecord], hashes: Hashes) -> list[int | None]:
    return inboxes_of(book, [hashed(hashes, r.address) if r.address else () for r in records])


def _insert(book: Book, records: Sequence[PersonRecord], hashes: Hashes) -> dict[str, int]:
    """New people; source id → internal id."""
    ids: dict[str, int] = {}
    for some in chunks(records):
        inboxes = _inboxes(book, some, hashes)
        book.db.executemany(
            "INSERT INTO people (contact, address, name, phone, postal, inbox) VALUES (?, ?, ?, ?, ?, ?)",
            [(r.contact, *_fields(r), inbox) for r, inbox in zip(some, inboxes, strict=True)],
        )
        ids |= dict(
            book.db.execute(
                "SELECT contact, id FROM people WHERE contact IN (SELECT value FROM json_each(?))",
                (listed(r.contact for r in some),),
            )
        )
    return ids


def _change(book: Book, records: Sequence[PersonRecord], ids: Mapping[str, int], hashes: Hashes) -> None:
    for some in chunks(records):
        inboxes = _inboxes(book, some, hashes)
        book.db.executemany(
            "UPDATE people SET address = ?, name = ?, phone = ?, postal = ?, inbox = ? WHERE id = ?",
            [(*_fields(r), inbox, ids[r.contact]) for r, inbox in zip(some, inboxes, strict=True)],
        )


def _take_reports(
    book: Book, records: Iterable[PersonRecord], ids: Mapping[str, int], merged: Collection[str]
) -> None:
    """Opt-in and stage as the source reports them: only a change is news, and of opt-ins the first "no" too. Of
    somebody `merged` only a no is."""
    before = _reported(book)
    news: list[tuple[int, str, str]] = []
    came: list[tuple[int, str]] = []
    moves: dict[int, tuple[str, str]] = {}
    for record in records:
        person = ids[record.contact]
        for what, value in _reports(record).items():
            was = before.get(person, {}).get(what)
            if was == value:
                continue
            news.append((person, what, value))
            if what == "stage":
                if was is None:
                    came.append((person, value))
                else:
                    moves[person] = (was, value)
            elif value == "0" or (was is not None and record.contact not in merged):
                wish(book, person, what, 1 - int(value), at=book.now, by="import")
    book.db.executemany(
        "INSERT INTO reported (person, what, value) VALUES (?, ?, ?)"
        " ON CONFLICT (person, what) DO UPDATE SET value = excluded.value",
        news,
    )
    stages.write(book, came, moves)


def _reports(record: PersonRecord) -> dict[str, str]:
    """What the source says of them, by channel, and of their stage."""
    said = {channel.value: str(int(value)) for channel, value in record.opt_in.items()}
    return said | {"stage": record.stage} if record.stage else said


def _reported(book: Book) -> dict[int, dict[str, Any]]:
    """What the last import said, per person."""
    said: dict[int, dict[str, Any]] = defaultdict(dict)
    for person, what, value in book.db.execute("SELECT person, what, value FROM reported"):
        said[person][what] = value
    return said
