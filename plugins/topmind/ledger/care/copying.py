"""A copy of a ledger of any store, as one SQLite file: consistent, however much is being written meanwhile.

A copy says that it is one (`switches.COPY` in `meta`), so that wherever it is put back, nothing is sent from it until
somebody adopts it: whom its younger self mailed, it does not know. It holds no unused page, in which somebody who was
erased might be left.
"""

from __future__ import annotations

import os
import sqlite3
from contextlib import closing
from pathlib import Path

from topmind.errors import LedgerDamaged, LedgerError
from topmind.ledger.book import Db
from topmind.ledger.care.looking import FileReader, LogReader, Looked, Told
from topmind.ledger.care.tables import at_shape, count, insert, rows
from topmind.ledger.database import KEEP, raise_shape
from topmind.ledger.switches import COPY

#: Pages of SQLite copied between two looks at the clock: 4 MB.
_PAGES = 1024
#: Of one store alone.
_OWN = ("home",)


def copy(looked: Looked, draft: Path, told: Told) -> None:
    """Write the ledger into a new file that only its owner may read.

    `draft` is not there yet, and is to be deleted where this fails. `told` hears pages or rows. Raises LedgerError
    (a full disk, a store that fails), LedgerDamaged (the copy fails its own check).
    """
    os.close(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))
    try:
        with closing(sqlite3.connect(draft, isolation_level=None)) as target:
            target.execute("PRAGMA journal_mode = MEMORY")
            with looked.database.read() as db:
                if isinstance(looked.database, FileReader | LogReader):
                    _pages(looked.database, db, target, told)
                else:
                    _rows(db, looked.shape, target, told)
            _mark(target, looked.now)
            if target.execute("PRAGMA integrity_check(1)").fetchone()[0] != "ok":
                raise LedgerDamaged(
                    "the copy fails its own check.", where=looked.database.name, fix=f"Ledger or disk: {KEEP}"
                )
        _durable(draft)
    except sqlite3.Error as error:
        name = getattr(error, "sqlite_errorname", type(error).__name__)
        raise LedgerError(
            f"the copy cannot be written ({name}).",
            where=draft.parent.name,
            fix="Make room, or choose another disk.",
        ) from None


def _pages(reader: FileReader | LogReader, db: Db, target: sqlite3.Connection, told: Told) -> None:
    """SQLite's own online copy. The transaction of the reader is begun before, so that it is of one moment: others
    write on, and it need not begin anew."""
    db.execute("SELECT 1 FROM meta").fetchone()
    source = reader.connection if isinstance(reader, FileReader) else reader.log.index.connection
    source.backup(target, pages=_PAGES, progress=lambda _status, left, total: told(total - left, total))
    # a file in WAL mode cannot be read where nothing can be written
    target.execute("PRAGMA journal_mode = DELETE")


def _rows(db: Db, shape: int, target: sqlite3.Connection, told: Told) -> None:
    """All rows of one moment."""
    tables = at_shape(shape)
    total, done = count(db, list(tables)), 0
    target.execute("BEGIN")
    raise_shape(target, shape)
    for name, table in tables.items():
        target.execute(f'DELETE FROM "{name}"')  # what a migration wrote
        statement = insert(table, table.columns)
        for row in rows(db, table, table.columns):
            target.execute(statement, row)
            done += 1
            if done % 1000 == 0:
                told(done, total)
    last = db.execute("SELECT last_value FROM people_id_seq").fetchone()[0]
    target.execute("DELETE FROM sqlite_sequence WHERE name = 'people'")
    target.execute("INSERT INTO sqlite_sequence (name, seq) VALUES ('people', ?)", (last,))
    target.execute("COMMIT")
    told(total, total)


def _mark(target: sqlite3.Connection, at: int) -> None:
    """It is a copy from now on, and holds nothing but its rows."""
    target.execute("BEGIN")
    target.executemany("DELETE FROM meta WHERE name = ?", [(name,) for name in _OWN])
    target.execute(
        "INSERT INTO meta (name, value) VALUES (?, ?) ON CONFLICT DO NOTHING",  # a copy's copy is as old as that
        (COPY, str(at)),
    )
    target.execute("COMMIT")
    target.execute("VACUUM")


def _durable(path: Path) -> None:
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
