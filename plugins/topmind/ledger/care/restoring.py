"""A copy put back into an empty place of any store. It stays a copy: nothing is sent from it until it is adopted."""

from __future__ import annotations

import os
import secrets
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

from topmind.errors import LedgerDamaged, LedgerError, UsageError
from topmind.ledger import opening, postgres
from topmind.ledger.book import Book, Db
from topmind.ledger.care.copying import copy
from topmind.ledger.care.looking import FileReader, Told, look_at_copy
from topmind.ledger.care.tables import at_shape, count, insert, rows, texts_at
from topmind.ledger.database import KEEP, Database, newer, newest_shape
from topmind.ledger.log.log import Log
from topmind.ledger.objects import ObjectStore
from topmind.ledger.opening import POSTGRES
from topmind.ledger.switches import COPY, PART, identity
from topmind.model import Clock

#: Rows in one entry of a log.
_ROWS = 20_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Restored:
    """What was put back."""

    ledger: str
    epoch: int
    #: In the copy.
    people: int
    touches: int


def restore(
    url: str,
    file: Path,
    *,
    root: Path,
    clock: Clock,
    ledger_id: str,
    check_value: str,
    told: Told,
    objects: ObjectStore | None = None,
) -> Restored:
    """Put the copy in `file` to the address where no ledger is; arguments as for `open_ledger`.

    Raises UsageError (a ledger is there), GuardError (of another project or key ring), LedgerDamaged, LedgerError.
    """
    if _taken(url, root, objects, clock):
        raise UsageError(
            "a ledger is there already; nothing was changed.",
            where="TOPMIND_LEDGER",
            fix="Look at it with `topmind ledger check`. If it is the wrong one, move it away (with its -wal and "
            "-shm files), or name another place.",
        )
    target = None if objects or url.startswith(POSTGRES) else opening.path_of(url, root)
    draft = (target or root / "var" / "ledger").with_name(f".restore.{secrets.token_hex(4)}.tmp")
    draft.parent.mkdir(parents=True, exist_ok=True)
    try:
        _checked(file, draft, clock, ledger_id, check_value, told)
        with closing(Database(str(draft), name=file.name)) as source:
            found = _found(source)
            if objects is not None:
                _into_bucket(source, objects, clock, told)
            elif target is None:
                _into_postgres(source, url, told)
        if target is not None:
            _into_file(draft, target)
        return found
    finally:
        for end in ("", "-wal", "-shm"):
            Path(f"{draft}{end}").unlink(missing_ok=True)


def _taken(url: str, root: Path, objects: ObjectStore | None, clock: Clock) -> bool:
    """Whether there is a ledger; tables in PostgreSQL that nobody has ever written to are none."""
    if objects is None and url.startswith(POSTGRES) and postgres.exists(url):
        with closing(postgres.opened(url, create=False, busy=None)) as database, database.read() as db:
            return bool(Book(db=db, ledger="", now=0).meta("ledger"))
    return opening.exists(url, root=root, objects=objects, clock=clock)


def _checked(file: Path, draft: Path, clock: Clock, ledger_id: str, check_value: str, told: Told) -> None:
    """The copy once more, in this version's shape, if it is whole and ours."""
    with closing(look_at_copy(file, name=file.name, clock=clock)) as looked:
        assert isinstance(looked.database, FileReader)
        if looked.database.wrong():
            raise LedgerDamaged("this copy is damaged.", where=file.name, fix="Take the one before it.")
        if looked.shape > newest_shape():
            raise newer(looked.shape, newest_shape(), file.name)
        with looked.book() as book:
            if not book.ledger:
                raise LedgerDamaged("this is no ledger's copy.", where=file.name, fix=KEEP)
            identity(book, ledger_id, check_value, file.name)
        copy(looked, draft, told)


def _found(source: Database) -> Restored:
    with source.read() as db:
        book = Book(db=db, ledger="", now=0)
        return Restored(
            ledger=book.meta("ledger"),
            epoch=int(book.meta("epoch")),
            people=count(db, ["people"]),
            touches=count(db, ["touches"]),
        )


def _into_file(draft: Path, target: Path) -> None:
    """Under its name, or not at all; a write-ahead log that lost its database would spoil it."""
    for end in ("-wal", "-shm"):
        Path(f"{target}{end}").unlink(missing_ok=True)
    try:
        os.link(draft, target)
    except FileExistsError:
        raise UsageError("a ledger is there already; nothing was changed.", where=target.name) from None
    except OSError as error:
        raise LedgerError(f"it cannot be made: {error.strerror}.", where=target.name) from None


def _into_postgres(source: Database, url: str, told: Told) -> None:
    """One transaction."""
    tables = at_shape(newest_shape())
    with (
        closing(postgres.opened(url, create=True, busy=None)) as database,
        source.read() as db,
        database.write() as target,
    ):
        total, done = count(db, list(tables)), 0
        target.execute("DELETE FROM meta WHERE name <> 'shape'")
        for name, table in tables.items():
            kept = (row for row in rows(db, table, table.columns) if name != "meta" or row[0] != "shape")
            while page := list(islice(kept, _ROWS)):
                target.executemany(insert(table, table.columns), page)
                done += len(page)
                told(done, total)
            if table.key == ("id",) and (name, "id") not in texts_at(newest_shape()):
                last = max(_last(db, name), 1)
                target.execute(f"SELECT setval(pg_get_serial_sequence('{name}', 'id'), ?)", (last,))
        target.execute(f"ANALYZE {', '.join(tables)}")


def _last(db: Db, name: str) -> int:
    """The highest number that a table has given: of people none is ever given again."""
    (last,) = db.execute(f'SELECT coalesce(max(id), 0) FROM "{name}"').fetchone()
    row = db.execute("SELECT seq FROM sqlite_sequence WHERE name = ?", (name,)).fetchone()
    return max(int(last), int(row[0]) if row else 0)


def _into_bucket(source: Database, objects: ObjectStore, clock: Clock, told: Told) -> None:
    """Several entries, of which the first says that more are to come. Raises what `Log.write` does."""
    log = Log(objects, clock)
    try:
        log.open()
        with source.read() as db:
            tables = at_shape(newest_shape())
            total, done = count(db, list(tables)), 0
            made = Book(db=db, ledger="", now=0).meta(COPY)
            log.write(lambda to: Book(db=to, ledger="", now=0).set_meta(COPY, PART))
            for statement, page in _pages(db):
                log.write(lambda to, s=statement, p=page: to.executemany(s, p))  # type: ignore[misc]  # bound now
                done += len(page)
                told(done, total)
            # the highest number of a person is given and taken away, as it was
            if last := _last(db, "people"):
                _give(log, last)
            log.write(lambda to: Book(db=to, ledger="", now=0).set_meta(COPY, made))
        log.snap()
    finally:
        log.index.close()


def _give(log: Log, number: int) -> None:
    """Make sure that no person is ever given this number again."""
    (known,) = log.index.connection.execute("SELECT count(*) FROM people WHERE id = ?", (number,)).fetchone()
    if not known:
        log.write(
            lambda to: to.execute("INSERT INTO people (id, contact) VALUES (?, ?)", (number, f"#{number}"))
        )
        log.write(lambda to: to.execute("DELETE FROM people WHERE id = ?", (number,)))


def _pages(db: Db) -> Iterator[tuple[str, list[tuple[object, ...]]]]:
    """A statement and the rows for it, all but what says that it is a copy."""
    for name, table in at_shape(newest_shape()).items():
        found = (row for row in rows(db, table, table.columns) if name != "meta" or row[0] != COPY)
        while page := list(islice(found, _ROWS)):
            yield insert(table, table.columns), page
