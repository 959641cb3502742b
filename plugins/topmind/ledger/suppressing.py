"""Which addresses are not mailed any more, found anew from everything heard of an address: no order matters.

For good at once: a permanent bounce, a complaint. Five mails in a row that came back for now, none delivered between:
as good as a permanent bounce. A delivery that is heard of late and lies between takes that back.
"""

from __future__ import annotations

from collections.abc import Iterable

from topmind.ledger.book import Book
from topmind.model import FeedbackKind

#: So many soft bounces in a row are a hard one.
SOFT_LIMIT = 5
#: The reason of such a suppression.
SOFT = "soft_bounces"

_BOUNCED, _COMPLAINED, _DELIVERED = (
    FeedbackKind.BOUNCED.value,
    FeedbackKind.COMPLAINED.value,
    FeedbackKind.DELIVERED.value,
)
#: (touch hex, kind, bounced for good, milliseconds).
Row = tuple[str, str, int, int]


def verdict(rows: Iterable[Row]) -> tuple[str, int] | None:
    """Why an address is suppressed and since when (milliseconds); None = it is not."""
    heard = list(rows)
    hard = [
        (kind, at) for _, kind, lasting, at in heard if kind == _COMPLAINED or (kind == _BOUNCED and lasting)
    ]
    if hard:
        return min(kind for kind, _ in hard), min(at for _, at in hard)
    soft: dict[str, int] = {}
    for mail, kind, _, at in heard:
        if kind == _BOUNCED:
            soft[mail] = min(at, soft.get(mail, at))
    if len(soft) < SOFT_LIMIT:
        return None
    moments = [(at, 0) for _, kind, _, at in heard if kind == _DELIVERED] + [(at, 1) for at in soft.values()]
    row = 0
    for at, came_back in sorted(moments):
        row = row + 1 if came_back else 0
        if row == SOFT_LIMIT:
            return SOFT, at
    return None


def judge(book: Book, inbox: int) -> int:
    """Write the verdict of one address: 1 = suppressed now and was not, -1 = the other way round, 0 = neither."""
    found = verdict(
        tuple(row)
        for row in book.db.execute(
            "SELECT hex, kind, lasting, at FROM feedback WHERE inbox = ?"
            f" AND kind IN ('{_BOUNCED}', '{_COMPLAINED}', '{_DELIVERED}')",
            (inbox,),
        )
    )
    before = book.db.execute("SELECT reason, at FROM suppressions WHERE inbox = ?", (inbox,)).fetchone()
    if before is not None and before["reason"] != SOFT:
        if found is None or found[0] == SOFT:
            return 0  # for good, perhaps by an event that an older version did not keep the address of
        found = min(found[0], before["reason"]), min(found[1], before["at"])
    if found is None:
        return -book.db.execute("DELETE FROM suppressions WHERE inbox = ?", (inbox,)).rowcount
    book.db.execute(
        "INSERT INTO suppressions (inbox, reason, at) VALUES (?, ?, ?)"
        " ON CONFLICT (inbox) DO UPDATE SET reason = excluded.reason, at = excluded.at",
        (inbox, *found),
    )
    return int(before is None)


def came_back(book: Book, inbox: int) -> bool:
    """Whether anything to this address ever bounced: else a delivery changes nothing."""
    return (
        book.db.execute(
            f"SELECT 1 FROM feedback WHERE inbox = ? AND kind = '{_BOUNCED}' LIMIT 1", (inbox,)
        ).fetchone()
        is not None
    )
