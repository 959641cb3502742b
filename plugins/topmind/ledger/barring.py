"""Whom never to mail again: what of it must outlive the ledger, and taking it in again after a copy was put back."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import replace

from topmind.ledger.book import Book, listed
from topmind.ledger.database import stamp
from topmind.ledger.kept import Erasure, Suppression
from topmind.ledger.people import erase, erasure_hashes, hashed, inbox_of
from topmind.ledger.protocol import Hashes
from topmind.ledger.values import Feedback
from topmind.ledger.wishes import wish
from topmind.model import FeedbackKind as Kind

#: Each of them ends or may end mail to somebody.
_ALWAYS = frozenset({Kind.BOUNCED, Kind.COMPLAINED, Kind.UNSUBSCRIBED})


def lasting(book: Book, events: Sequence[Feedback]) -> tuple[Feedback, ...]:
    """Those of `events` that must outlive the ledger, each with the hashes of its address.

    A delivery only where something came back from that address before: it ends a row of soft bounces. One that is
    heard before the first of these is not kept; the restored ledger then suppresses rather too early than too late.
    """
    delivered = [event for event in events if event.kind is Kind.DELIVERED and event.inbox]
    back = {name for event in events if event.kind is Kind.BOUNCED for name in event.inbox}
    back |= _came_back(book, {name for event in delivered for name in event.inbox})
    kept = [
        event
        for event in events
        if event.kind in _ALWAYS or (event.kind is Kind.DELIVERED and not back.isdisjoint(event.inbox))
    ]
    known = _inboxes(book, {event.touch_hex for event in kept if not event.inbox})
    return tuple(replace(event, inbox=event.inbox or known.get(event.touch_hex, ())) for event in kept)


def _came_back(book: Book, names: Collection[str]) -> set[str]:
    """Hashes of addresses from which anything ever came back."""
    if not names:
        return set()
    return {
        name
        for (name,) in book.db.execute(
            "SELECT h.hash FROM inbox_hashes h WHERE h.hash IN (SELECT value FROM json_each(?))"
            f" AND EXISTS (SELECT 1 FROM feedback f WHERE f.inbox = h.inbox AND f.kind = '{Kind.BOUNCED.value}')",
            (listed(names),),
        )
    }


def _inboxes(book: Book, hexes: Collection[str]) -> dict[str, tuple[str, ...]]:
    """Hashes of the address that a touch went to, by the touch's wire name."""
    if not hexes:
        return {}
    found: dict[str, list[str]] = defaultdict(list)
    for name, hash_ in book.db.execute(
        "SELECT t.hex, h.hash FROM touches t LEFT JOIN people p ON p.id = t.person"
        " JOIN inbox_hashes h ON h.inbox = coalesce(t.inbox, p.inbox)"
        " WHERE t.hex IN (SELECT value FROM json_each(?)) ORDER BY t.hex, h.hash",
        (listed(hexes),),
    ):
        found[name].append(hash_)
    return {name: tuple(hashes) for name, hashes in found.items()}


def bar(book: Book, erasures: Sequence[Erasure], hashes: Hashes) -> int:
    """Erase again whoever left for good and is here, or comes back; how many people's rows went."""
    gone = {name for erasure in erasures for name in erasure.hashes}
    if not gone:
        return 0
    erased = 0
    for contact, address in book.db.execute("SELECT contact, address FROM people").fetchall():
        if not gone.isdisjoint(erasure_hashes(hashes, contact, "")):
            erased += erase(book, contact, hashes)
        elif address and not gone.isdisjoint(hashed(hashes, address)):
            book.db.execute("UPDATE people SET active = 0 WHERE contact = ?", (contact,))
    book.db.executemany(
        "INSERT INTO erased (hash, person) VALUES (?, 0) ON CONFLICT DO NOTHING",
        [(name,) for name in sorted(gone)],
    )
    book.moved()
    return erased


def is_erased(book: Book, who: str, hashes: Hashes) -> bool:
    """Whether somebody with this source id or address left for good."""
    names = erasure_hashes(hashes, who, who)
    found = book.db.execute(
        "SELECT 1 FROM erased WHERE hash IN (SELECT value FROM json_each(?))", (listed(names),)
    ).fetchone()
    return found is not None


def suppress(book: Book, said: Sequence[Suppression]) -> int:
    """Take in the provider's own list, of addresses that are known here; how many are news."""
    known = _known(book, {name for one in said for name in one.inbox})
    news = 0
    for one in said:
        if known.isdisjoint(one.inbox):
            continue
        inbox, at = inbox_of(book, one.inbox), stamp(one.at)
        if one.reason is Kind.UNSUBSCRIBED:
            rows = book.db.execute("SELECT id FROM people WHERE inbox = ?", (inbox,)).fetchall()
            said_so = [wish(book, person, "email", 1, at=at, by="person") for (person,) in rows]
            news += any(said_so)
        else:
            news += book.db.execute(
                "INSERT INTO suppressions (inbox, reason, at) VALUES (?, ?, ?) ON CONFLICT DO NOTHING",
                (inbox, one.reason.value, at),
            ).rowcount
    if news:
        book.moved()
    return news


def _known(book: Book, names: Collection[str]) -> set[str]:
    return {
        name
        for (name,) in book.db.execute(
            "SELECT hash FROM inbox_hashes WHERE hash IN (SELECT value FROM json_each(?))", (listed(names),)
        )
    }


def bars_anybody(book: Book) -> bool:
    """Whether this ledger knows of anybody whom a fact beside it should name."""
    return any(
        book.db.execute(f"SELECT 1 FROM {rows} LIMIT 1").fetchone()
        for rows in ("suppressions", "erased", "wishes WHERE by <> 'import'")
    )
