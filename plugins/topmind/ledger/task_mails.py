"""The daily mail of tasks: claimed durably before it leaves, once per reader and day, never resent by itself.

∅ ► claimed ► accepted | refused | unknown        claimed ► planned (proven not sent) ► claimed
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta

from topmind.ledger import team_mails
from topmind.ledger.book import Book
from topmind.ledger.database import day_number, moment, number_day
from topmind.ledger.states import CLAIMED, PLANNED, STATE, UNKNOWN
from topmind.ledger.task_values import TaskMail, TaskMailClaim, task_mail_key
from topmind.ledger.values import Proof


def claim(book: Book, sender: str, day: date, *, owner: str, lease: timedelta) -> TaskMailClaim | None:
    """Take one mail in hand; None where it has left, may have left, is in somebody's hand, or all is stopped.

    Only the run that holds the sender's lock may; the stop switch of `all` and of `tasks` is read here.
    """
    mine = book.db.execute(
        "SELECT r.id FROM senders s JOIN runs r ON r.id = s.run WHERE r.owner = ?", (owner,)
    ).fetchone()
    if mine is None or book.db.execute("SELECT 1 FROM stops WHERE name IN ('all', 'tasks')").fetchone():
        return None
    if day.isoformat() <= book.meta("task_mails_doubted"):
        return None
    found = book.db.execute(
        "SELECT state, attempt FROM task_mails WHERE sender = ? AND day = ?", (sender, day_number(day))
    ).fetchone()
    if found is not None and found["state"] != PLANNED:
        return None
    attempt = (found["attempt"] if found is not None else 0) + 1
    until = book.now + lease // timedelta(milliseconds=1)
    hexed = task_mail_key(sender, day).wire(book.ledger)
    book.db.execute(
        "INSERT INTO task_mails (sender, day, hex, state, attempt, run, lease, at)"
        " VALUES (?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (sender, day) DO UPDATE SET state = excluded.state,"
        " attempt = excluded.attempt, run = excluded.run, lease = excluded.lease, at = excluded.at, reason = ''",
        (sender, day_number(day), hexed, CLAIMED, attempt, mine["id"], until, book.now),
    )
    book.db.execute("UPDATE senders SET until = ? WHERE run = ? AND until < ?", (until, mine["id"], until))
    return TaskMailClaim(
        sender=sender,
        day=day,
        touch_hex=hexed,
        attempt=attempt,
        owner=owner,
        fence=moment((book.now + until) // 2),
    )


def prove(book: Book, proofs: Sequence[Proof]) -> int:
    """Evidence that mails left; how many were news."""
    return sum(team_mails.accept(book, "task_mails", one.touch_hex, one.message_id) for one in proofs)


def doubt(book: Book) -> None:
    """A restored copy does not know what its younger self sent: no task mail of a day that had begun somewhere on
    earth. The next morning's has the same tasks."""
    begun = moment(book.now) + timedelta(hours=14)
    book.set_meta("task_mails_doubted", begun.date().isoformat())
    book.db.execute(
        f"UPDATE task_mails SET state = {UNKNOWN}, reason = 'the ledger was restored', lease = NULL, at = ?"
        f" WHERE state IN ({PLANNED}, {CLAIMED})",
        (book.now,),
    )


def listed(book: Book, day: date | None) -> tuple[TaskMail, ...]:
    """Every task mail, or those of one day, by reader."""
    only, bound = ("", ()) if day is None else (" WHERE day = ?", (day_number(day),))
    rows = book.db.execute(f"SELECT * FROM task_mails{only} ORDER BY day, sender", bound)
    return tuple(
        TaskMail(
            sender=row["sender"],
            day=number_day(row["day"]),
            touch_hex=row["hex"],
            state=STATE[row["state"]],
            attempt=row["attempt"],
            reason=row["reason"],
        )
        for row in rows
    )
