"""A ledger that is gone with the process: the very SQL of the file store on a database in memory.

One implementation, so what holds for one holds for the other; what differs is durability and the lock between
processes, which memory does not need.
"""

from __future__ import annotations

from topmind.ledger.database import Database
from topmind.ledger.store import SqlLedger


class MemoryLedger(SqlLedger):
    """The ledger in memory."""

    alone = "a ledger in memory takes one sender at a time: no other process sees it"


def open_database() -> Database:
    """A new, empty database."""
    return Database(":memory:", name="the ledger in memory")
