"""From `TOPMIND_LEDGER` to an open ledger."""

from __future__ import annotations

import os
import secrets
from pathlib import Path

from topmind.errors import ConfigError, LedgerDamaged, LedgerError
from topmind.ledger import postgres, witness
from topmind.ledger.book import Book, Transactions
from topmind.ledger.database import KEEP, NO_LEDGER, Database, stamp
from topmind.ledger.log import LogLedger
from topmind.ledger.log import is_there as log_is_there
from topmind.ledger.log import keyed as log_keyed
from topmind.ledger.log.witness import Witness as LogWitness
from topmind.ledger.memory import MemoryLedger, open_database
from topmind.ledger.objects import ObjectStore
from topmind.ledger.sqlite import SqliteLedger
from topmind.ledger.store import SqlLedger
from topmind.ledger.switches import identity, introduce
from topmind.model import Clock

#: Seconds to wait for another process that writes to the file.
BUSY = 5.0
#: How addresses of a PostgreSQL server begin.
POSTGRES = ("postgresql://", "postgres://")


def open_ledger(
    url: str,
    *,
    root: Path,
    clock: Clock,
    ledger_id: str,
    check_value: str = "",
    create: bool = True,
    busy: float | None = None,
    objects: ObjectStore | None = None,
) -> SqlLedger:
    """Open `memory:`, `sqlite:///PATH` (relative to `root`; four slashes: absolute), `postgresql://…`, or the log in
    `objects`, which is what `s3://BUCKET/PREFIX` names.

    `ledger_id` is the id the project pins ("" = not pinned: a new ledger gets a random one), `check_value` that of
    the key ring; `create=False` refuses to make a new ledger; `busy`: seconds to wait for other writers (None = what
    the store thinks right). In PostgreSQL leases go by the server's clock, unless `clock` stands for all clocks.
    Raises ConfigError (an address this version does not know), GuardError (foreign ledger, wrong keys, clocks too
    far apart), LedgerLocked, LedgerDamaged, LedgerError.
    """
    if url.rstrip("/") == "memory:":
        database = open_database()
        try:
            return MemoryLedger(database, clock, *_identity(database, clock, ledger_id, check_value))
        except BaseException:
            database.close()
            raise
    if url.startswith(POSTGRES):
        return _in_postgres(url, clock, ledger_id, check_value, create=create, busy=busy)
    if objects is not None:
        return LogLedger.open(
            objects,
            clock=clock,
            ledger_id=ledger_id,
            check_value=check_value,
            create=create,
            seen=log_seen(root),
        )
    path = path_of(url, root)
    name = name_of(path, root)
    if not path.exists():
        if not create:
            raise LedgerError("there is no ledger here.", where=name, fix=NO_LEDGER)
        _new_file(path, name)
    database = _opened(path, name, BUSY if busy is None else busy)
    try:
        known, epoch = _identity(database, clock, ledger_id, check_value)
        return SqliteLedger(database, clock, known, epoch, path=path)
    except BaseException:
        database.close()
        raise


def exists(url: str, *, root: Path, objects: ObjectStore | None = None, clock: Clock | None = None) -> bool:
    """Whether there is a ledger at this address, or a log in `objects` (`clock` is needed for it). Raises ConfigError,
    LedgerError (a server or a bucket that does not answer)."""
    if objects is not None:
        assert clock
        return log_is_there(objects, clock)
    if url.startswith(POSTGRES):
        return postgres.exists(url)
    return url.startswith("sqlite:///") and path_of(url, root).is_file()


def seen_before(
    url: str, *, root: Path, objects: ObjectStore | None = None, clock: Clock | None = None
) -> bool:
    """Whether a ledger was in use at this address, be it there or not: its witness is. Raises as `exists`."""
    if objects is not None:
        assert clock
        return bool(LogWitness(objects, clock, log_seen(root)).read())
    return url.startswith("sqlite:///") and witness.read(witness.path_of(path_of(url, root))) is not None


def log_seen(root: Path) -> Path:
    """Where this machine keeps what it saw of a log."""
    return root / "var" / "ledger.s3.seen"


def keyed(url: str, *, root: Path, objects: ObjectStore | None = None, clock: Clock | None = None) -> bool:
    """Whether the ledger that is there was written with a key ring; `objects`, `clock` as for `exists`. Raises as
    `open_ledger`."""
    database: Transactions
    if objects is not None:
        assert clock
        return log_keyed(objects, clock)
    if url.startswith(POSTGRES):
        database = postgres.opened(url, create=False, busy=None)
    else:
        path = path_of(url, root)
        database = _opened(path, name_of(path, root))
    try:
        with database.read() as db:
            return bool(Book(db=db, ledger="", now=0).meta("check_value"))
    finally:
        database.close()


def _in_postgres(
    url: str, clock: Clock, ledger_id: str, check_value: str, *, create: bool, busy: float | None
) -> SqlLedger:
    database = postgres.opened(url, create=create, busy=busy)
    own_clock = not getattr(clock, "stands_for_all", False)
    try:
        if own_clock:
            postgres.refuse_skew(database, clock)
        known, epoch = _identity(database, clock, ledger_id, check_value)
        return postgres.PostgresLedger(database, clock, known, epoch, own_clock=own_clock)
    except BaseException:
        database.close()
        raise


def path_of(url: str, root: Path) -> Path:
    """The file that `sqlite:///…` names. Raises ConfigError."""
    if not url.startswith("sqlite:///") or url == "sqlite:///":
        raise ConfigError(
            f"this version has no ledger at {url.split(':', maxsplit=1)[0]!r} addresses.",
            where="TOPMIND_LEDGER",
            fix="Use sqlite:///var/ledger.db, s3://BUCKET/PREFIX, postgresql://… or memory:.",
        )
    return root / url.removeprefix("sqlite:///")


def name_of(path: Path, root: Path) -> str:
    """The path as people know it: below the project where it is there."""
    return str(path.relative_to(root)) if path.is_relative_to(root) else str(path)


def _opened(path: Path, name: str, busy: float = BUSY) -> Database:
    """The database in a file. Raises LedgerDamaged for an empty one: SQLite would take it for a new ledger."""
    if path.is_file() and not path.stat().st_size:
        raise LedgerDamaged("this file is empty, and no ledger ever is.", where=name, fix=KEEP)
    return Database(str(path), name=name, busy=busy)


def _new_file(path: Path, name: str) -> None:
    """A new ledger that only its owner may read: it will hold addresses (SQLite's other files copy its mode).

    It appears with its tables in it or not at all: an empty file is one that lost its rows.
    """
    draft = path.with_name(f".{path.name}.{secrets.token_hex(4)}.tmp")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise LedgerError(f"it cannot be made: {error.strerror}.", where=name) from None
    try:
        draft.touch(mode=0o600)
        Database(str(draft), name=name).close()
        os.link(draft, path)  # unlike rename, fails where another process has just made one
    except FileExistsError:
        return
    except OSError as error:
        raise LedgerError(f"it cannot be made: {error.strerror}.", where=name) from None
    finally:
        for end in ("", "-wal", "-shm"):
            Path(f"{draft}{end}").unlink(missing_ok=True)


def _identity(database: Transactions, clock: Clock, ledger_id: str, check_value: str) -> tuple[str, int]:
    """Whose ledger this is; written only where it is new, so that a reader need not wait for a writer."""
    with database.read() as db:
        found = identity(Book(db=db, ledger="", now=0), ledger_id, check_value, database.name)
    if found:
        return found
    with database.write() as db:
        book = Book(db=db, ledger="", now=stamp(clock.now()))
        introduce(book, ledger_id, check_value)
        found = identity(book, ledger_id, check_value, database.name)
    assert found
    return found
