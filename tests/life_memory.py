"""The ledger's memory on an open ledger, read again only for those whose touches changed: a thousand runs in one
process need not read three years a thousand times. Once in a while it is compared with what the ledger says itself.
"""

from __future__ import annotations

from datetime import date

from topmind.ledger import history as remembered
from topmind.ledger.store import SqlLedger
from topmind.model import History, PastTouch

#: Every so often the whole is read.
WHOLE = 60


class Memory:
    """Touches by contact; SQLite itself notes whose rows change."""

    def __init__(self, ledger: SqlLedger) -> None:
        self.ledger = ledger
        self.db = ledger._database.connection
        # a power cut is not what is played here
        self.db.execute("PRAGMA synchronous=OFF")
        self.db.execute("CREATE TEMP TABLE changed (person INTEGER PRIMARY KEY)")
        for event in ("INSERT", "UPDATE"):
            self.db.execute(
                f"CREATE TEMP TRIGGER note_{event} AFTER {event} ON main.touches"
                " BEGIN INSERT OR IGNORE INTO changed VALUES (new.person); END"
            )
        self.touches: dict[str, tuple[PastTouch, ...]] = {}
        self.reads = 0

    def history(self, as_of: date) -> History:
        """What `ledger.history` says."""
        changed = [
            name
            for (name,) in self.db.execute(
                "SELECT p.contact FROM main.people p WHERE p.id IN (SELECT person FROM changed)"
            )
        ]
        self.db.execute("DELETE FROM changed")
        whole = self.ledger.history(as_of) if self.reads % WHOLE == 0 else None
        if whole is not None and not self.reads:
            for touch in whole.touches:
                self.touches[touch.key.contact] = (*self.touches.get(touch.key.contact, ()), touch)
        for contact in changed:
            self.touches[contact] = self.ledger.touches_of(contact)
        self.reads += 1
        mine = tuple(touch for contact in sorted(self.touches) for touch in self.touches[contact])
        if whole is not None:
            assert mine == whole.touches
            return whole
        return self.ledger._read(lambda book: remembered.history(book, as_of, self.ledger._erased, mine))
