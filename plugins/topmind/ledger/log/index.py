"""The tables in memory: made from the objects, gone with the process, never older than the log they are asked of."""

from __future__ import annotations

import sqlite3
from contextlib import closing

from topmind.ledger.database import Database


class Index(Database):
    """A database in memory that is empty at first: the log says which shape it has."""

    def __init__(self, name: str) -> None:
        """`name`: what messages call it."""
        super().__init__(":memory:", name=name)

    def _prepare(self) -> None:
        for pragma in (
            "temp_store = MEMORY",
            # a row that INSERT OR REPLACE takes away is noted like any other that goes
            "recursive_triggers = ON",
        ):
            self.connection.execute(f"PRAGMA {pragma}")

    @property
    def shape(self) -> int:
        """Number of the migration it has come to."""
        return int(self.connection.execute("PRAGMA user_version").fetchone()[0])

    def load(self, data: bytes) -> bool:
        """Become the database in these bytes; False where they are none."""
        try:
            with closing(sqlite3.connect(":memory:")) as copy:
                copy.deserialize(data)
                copy.backup(self.connection)
        except sqlite3.Error:
            return False
        return True
