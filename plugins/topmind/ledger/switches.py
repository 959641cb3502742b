"""Who sends, stops, approvals, whose ledger this is, and what a restored one may not know."""

from __future__ import annotations

import secrets
from datetime import datetime, timedelta

from topmind.errors import GuardError, LeaseEnded, LedgerDamaged, LedgerLocked
from topmind.ledger import proof_mails, resending, task_mails
from topmind.ledger.book import Book
from topmind.ledger.crew import ALONE, Member
from topmind.ledger.database import moment
from topmind.ledger.follow_up import LEASE
from topmind.ledger.settling import bury
from topmind.ledger.states import CLAIMED, PLANNED, UNKNOWN

#: Name in `meta` that copies have: when they were made (milliseconds), or PART while they are being put back.
COPY, PART = "copy", "part"


def lock(book: Book, owner: str, who: str, *, member: Member = ALONE, free: bool = False) -> int:
    """Become a sender; how many claims of dead ones became unknown.

    `free`: it is proven that no other run is alive, whatever its lease says.
    """
    buried = 0
    for row in book.db.execute(
        "SELECT s.run, s.crew, s.seat, s.until FROM senders s JOIN runs r ON r.id = s.run WHERE r.owner <> ?",
        (owner,),
    ).fetchall():
        if free or row["until"] <= book.now:
            buried += bury(book, row["run"])
            book.db.execute("DELETE FROM senders WHERE run = ?", (row["run"],))
        elif not member.beside(row["crew"], row["seat"]):
            raise LedgerLocked(holder(book), fix="Wait for it, or end it.")
    until = book.now + LEASE // timedelta(milliseconds=1)
    book.db.execute(
        "INSERT INTO senders (run, crew, seat, until) VALUES (?, ?, ?, ?) ON CONFLICT (run) DO UPDATE SET"
        " crew = excluded.crew, seat = excluded.seat, until = excluded.until",
        (book.run(owner, who), member.crew, member.seat, until),
    )
    return buried


def holder(book: Book) -> str:
    """Who is sending, in a sentence."""
    rows = book.db.execute(
        "SELECT r.who, r.started FROM senders s JOIN runs r ON r.id = s.run ORDER BY r.started, r.id"
    ).fetchall()
    if not rows:
        return "another run is sending."
    more = f" and {len(rows) - 1} more" if len(rows) > 1 else ""
    return f"another run is sending: {rows[0]['who'] or 'unnamed'}{more}, since {moment(rows[0]['started']):%H:%M:%S} UTC."


def senders(book: Book) -> int:
    """How many are alive."""
    (found,) = book.db.execute("SELECT count(*) FROM senders WHERE until > ?", (book.now,)).fetchone()
    return int(found)


def ran(book: Book, owner: str) -> bool:
    """Whether this ledger knows a run of this name."""
    return book.db.execute("SELECT 1 FROM runs WHERE owner = ?", (owner,)).fetchone() is not None


def renew(book: Book, owner: str, lease: timedelta, *, sends: bool) -> None:
    """The sender is alive: its lease goes on. Raises LeaseEnded for one that `sends` and that another run buried."""
    renewed = book.db.execute(
        "UPDATE senders SET until = ? WHERE run = (SELECT id FROM runs WHERE owner = ?)",
        (book.now + lease // timedelta(milliseconds=1), owner),
    ).rowcount
    if sends and not renewed:
        raise LeaseEnded(
            f"this run was silent for longer than its lease of {LEASE.total_seconds():.0f} seconds (did the machine"
            " sleep?), and another one took its place",
            fix="Nothing left twice; let that one finish, or run it again after it.",
        )


def unlock(book: Book, owner: str) -> None:
    """No longer the sender. What it still holds (its last write failed) is unknown at once: nobody settles it."""
    row = book.db.execute("SELECT id FROM runs WHERE owner = ?", (owner,)).fetchone()
    if row is not None:
        bury(book, row["id"])
    book.db.execute("DELETE FROM senders WHERE run = (SELECT id FROM runs WHERE owner = ?)", (owner,))


def stop(book: Book, occasion: str, by: str = "", why: str = "") -> None:
    """Claim nothing more of it; a stop that holds already keeps its own words."""
    book.db.execute(
        "INSERT INTO stops (name, at, who, why) VALUES (?, ?, ?, ?) ON CONFLICT DO NOTHING",
        (occasion.strip("/"), book.now, by, why),
    )
    book.moved()


def stopped(book: Book) -> tuple[tuple[str, datetime, str, str], ...]:
    """(name, since, who, why) of each stop, by name."""
    rows = book.db.execute("SELECT name, at, who, why FROM stops ORDER BY name")
    return tuple((name, moment(at), who, why) for name, at, who, why in rows)


def resume(book: Book, occasion: str) -> bool:
    """Take a stop back."""
    gone = book.db.execute("DELETE FROM stops WHERE name = ?", (occasion.strip("/"),)).rowcount
    if gone:
        book.moved()
    return gone > 0


def approve(book: Book, plan_hash: str) -> None:
    """Valid from now on for 24 h."""
    book.db.execute(
        "INSERT INTO approvals (plan, at) VALUES (?, ?) ON CONFLICT (plan) DO UPDATE SET at = excluded.at",
        (plan_hash, book.now),
    )


def begin_adoption(book: Book) -> None:
    """It is a copy until `adopt`."""
    if not book.meta(COPY):
        book.set_meta(COPY, str(book.now))


def adopt(book: Book, epoch: int) -> int:
    """A restored copy goes on under a new epoch; how many touches are in doubt now. Raises LedgerDamaged for one of
    which only a part was put back."""
    if book.meta(COPY) == PART:
        raise LedgerDamaged(
            "putting the copy back was interrupted: a part of it is missing.",
            fix="Put it back into an empty place: topmind ledger restore FILE",
        )
    book.db.execute("DELETE FROM meta WHERE name = ?", (COPY,))
    book.set_meta("epoch", str(epoch))
    book.moved()
    return doubt(book)


def doubt(book: Book) -> int:
    """Everything planned by mail may have left from the ledger that was lost: unknown; how many touches.

    No run stands for them any more: its feedback may have come to the lost ledger, so silence proves nothing.
    """
    task_mails.doubt(book)
    proof_mails.doubt(book)
    changed = book.db.execute(
        f"UPDATE touches SET state = {UNKNOWN}, reason = 'the ledger was restored', lease = NULL,"
        f" attempt = CASE WHEN attempt < 1 THEN 1 ELSE attempt END, at = ? WHERE channel = 0 AND state IN ({PLANNED}, {CLAIMED})",
        (book.now,),
    ).rowcount
    resending.doubt(book)
    if changed:
        book.moved()
    return changed


def introduce(book: Book, ledger_id: str, check_value: str) -> None:
    """A new ledger takes its id (or a random one); one without a check value takes that of the first key ring."""
    if not book.meta("ledger"):
        book.set_meta("ledger", ledger_id or f"ledger-{secrets.token_hex(6)}")
        book.set_meta("epoch", "1")
        book.set_meta("head", "0")
    if check_value and not book.meta("check_value"):
        book.set_meta("check_value", check_value)


def identity(book: Book, ledger_id: str, check_value: str, where: str) -> tuple[str, int] | None:
    """Whose ledger this is and its epoch; None where `introduce` has something to write.

    Raises GuardError for a ledger of another project or a key ring that did not write it.
    """
    known, checked = book.meta("ledger"), book.meta("check_value")
    if known and ledger_id and known != ledger_id:
        raise GuardError(
            f"this ledger is {known!r}, but pelicanconf.py pins {ledger_id!r}.",
            where=where,
            fix="Point TOPMIND_LEDGER at the right one, or correct TOPMIND['ledger'].",
        )
    if checked and check_value and checked != check_value:
        raise GuardError(
            "this key ring is not the one this ledger was written with.",
            where=where,
            fix="Put the right keys into TOPMIND_KEYS: with others, every unsubscribe link sent before is dead.",
        )
    if not known or (check_value and not checked):
        return None
    return known, int(book.meta("epoch"))
