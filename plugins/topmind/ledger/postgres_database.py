"""One PostgreSQL schema as the ledger's SQL wants it: locks, whole transactions, a connection made again."""

from __future__ import annotations

import contextlib
import hashlib
import re
import threading
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from enum import Enum
from typing import TYPE_CHECKING, Any

from topmind.errors import ConfigError, LedgerError
from topmind.ledger import postgres_driver as driver
from topmind.ledger.book import Db, Found, Listed
from topmind.ledger.postgres_errors import Overtaken, broken, refused, told
from topmind.ledger.postgres_sql import query

if TYPE_CHECKING:
    from topmind.ledger.postgres_driver import Handle

#: The server's clock in milliseconds since 1970.
CLOCK = "floor(extract(epoch FROM clock_timestamp()) * 1000)::bigint"
#: What each connection sets; the server, too, lets go of a vanished machine's locks within a minute.
_SESSION = """
SET client_encoding = 'UTF8';
SET search_path = {schema};
SET lock_timeout = {busy};
SET idle_in_transaction_session_timeout = 60000;
SET statement_timeout = 0;
SET jit = off;
SET tcp_keepalives_idle = 20;
SET tcp_keepalives_interval = 5;
SET tcp_keepalives_count = 4;
"""
#: Schema of a ledger whose address names none.
SCHEMA = "topmind"


@dataclass(frozen=True, slots=True)
class Address:
    """Where a ledger is."""

    #: For libpq; holds the password.
    parameters: dict[str, Any] = field(repr=False)
    schema: str

    @classmethod
    def parse(cls, url: str) -> Address:
        """`postgresql://…`; the schema is the first of `?options=-csearch_path%3DNAME`. Raises ConfigError."""
        found = driver.parameters(url)
        named = re.search(r"search_path=([^,\s]+)", found.get("options") or "")
        schema = named[1].strip("'\"") if named else SCHEMA
        if not re.fullmatch(r"[a-z_][a-z0-9_]{0,62}", schema):
            raise ConfigError(
                "this is no name of a schema.",
                where="TOPMIND_LEDGER",
                fix="Take small letters, digits and _: ?options=-csearch_path%3Dtopmind",
            )
        return cls(found, schema)

    @property
    def name(self) -> str:
        """What messages call it: no user, no password."""
        database = self.parameters.get("dbname") or "its default database"
        host = self.parameters.get("host") or self.parameters.get("hostaddr") or "this machine"
        return f"PostgreSQL, {database} on {host}"

    @property
    def key(self) -> int:
        """Of the advisory locks of this ledger, within its database."""
        digest = hashlib.sha256(f"topmind ledger {self.schema}".encode()).digest()
        return int.from_bytes(digest[:8], "big", signed=True)


class Mode(Enum):
    """How a transaction stands to the others of this ledger; the text begins it."""

    #: It sees one state and writes nothing.
    READ = "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY; SELECT {clock}"
    #: A sender's own claims, beside other senders. Candidates come in the order of an index: a plan that expects few of
    #: them would sort all that is planned, at each claim (200 ms in place of 0.2).
    BESIDE = "BEGIN; SET LOCAL enable_sort = off; SELECT pg_advisory_xact_lock_shared({key}), {clock}"
    #: Nobody else writes: this is what the ledger's functions rely on.
    ALONE = "BEGIN; SELECT pg_advisory_xact_lock({key}), {clock}"


class PostgresDatabase:
    """A connection to one ledger's schema, made again where it was lost between two transactions."""

    def __init__(self, address: Address, *, busy: float) -> None:
        """Connect; `busy` in seconds: how long to wait for other writers. Raises ConfigError, LedgerError."""
        self.name, self.schema, self.busy = address.name, address.schema, busy
        self._address = address
        self._lock = threading.RLock()
        self._connection: Handle | None = None
        self._home = ""
        with self._lock:
            self._connected()

    # -- transactions ------------------------------------------------------------------------------------

    @contextmanager
    def transaction(self, mode: Mode) -> Iterator[tuple[Db, int]]:
        """The connection inside a transaction, and its moment: milliseconds by the server's clock.

        Raises Overtaken where another writer got in the way, LedgerLocked, LedgerDamaged, LedgerError.
        """
        with self._lock:
            try:
                connection, now = self._begun(mode)
                try:
                    yield Connection(connection), now
                    connection.execute("COMMIT")
                except BaseException:
                    self._abandon(connection)
                    raise
            except driver.failure() as error:
                raise told(error, self.name, self.busy) from None

    @contextmanager
    def write(self) -> Iterator[Db]:
        """One transaction: everything in the block is durable after it, or nothing of it happened."""
        try:
            with self.transaction(Mode.ALONE) as (db, _):
                yield db
        except Overtaken:
            raise LedgerError("the ledger failed (overtaken).", where=self.name, fix="Run again.") from None

    @contextmanager
    def read(self) -> Iterator[Db]:
        """A consistent view: several queries see one state."""
        with self.transaction(Mode.READ) as (db, _):
            yield db

    def close(self) -> None:
        """Let go of the connection; what is not committed is gone."""
        with self._lock:
            if self._connection is not None:
                self._connection.close()
                self._connection = None

    def home(self) -> str:
        """Names this server, its history and the ledger's own table: a restored copy has another one.

        "" = the server does not tell. Raises LedgerError.
        """
        with self._lock:
            try:
                self._home = _home(self._connected())
            except driver.failure() as error:
                raise told(error, self.name, self.busy) from None
            return self._home

    def _begun(self, mode: Mode) -> tuple[Handle, int]:
        """A transaction with its lock; a connection that was lost meanwhile is made again, once."""
        text = mode.value.format(clock=CLOCK, key=self._address.key)
        try:
            return self._begin(text)
        except driver.failure() as error:
            if not broken(error):
                raise
        return self._begin(text)

    def _begin(self, text: str) -> tuple[Handle, int]:
        connection = self._connected()
        try:
            cursor = connection.execute(text)
            while cursor.nextset():
                pass
            row = cursor.fetchone()
        except BaseException:
            self._abandon(connection)
            raise
        assert row is not None
        return connection, int(row[-1])

    def _abandon(self, connection: Handle) -> None:
        """Roll back. A connection that cannot is closed, and the server rolls back."""
        try:
            connection.execute("ROLLBACK")
        except BaseException:  # noqa: BLE001 - what went wrong is being raised already
            with contextlib.suppress(Exception):
                connection.close()

    def _connected(self) -> Handle:
        """The connection, made where there is none. Raises LedgerError."""
        if self._connection is None or self._connection.closed:
            connection = _connect(self._address, self.busy)
            home = _home(connection)
            if self._home and home != self._home:
                connection.close()
                raise LedgerError(
                    "the server that answers now is not the one this run began with.",
                    where=self.name,
                    fix="Nothing more was sent. Look at the database, then run again.",
                )
            self._connection, self._home = connection, home
        return self._connection


class Connection:
    """`book.Db` over psycopg: SQLite's marks, lists, rows written so far."""

    def __init__(self, connection: Handle) -> None:
        self._connection = connection
        self.total_changes = 0

    def execute(self, sql: str, parameters: Any = (), /) -> Found:
        """Run one statement."""
        cursor = self._connection.execute(query(sql), _bound(parameters))
        self._count(sql, cursor.rowcount)
        return cursor

    def executemany(self, sql: str, parameters: Iterable[Any], /) -> Found:
        """Run one statement with each of these, without waiting for each answer."""
        cursor = self._connection.cursor()
        if rows := [_bound(one) for one in parameters]:
            cursor.executemany(query(sql), rows)
            self._count(sql, cursor.rowcount)
        return cursor

    def _count(self, sql: str, rows: int) -> None:
        if not sql.startswith("SELECT"):
            self.total_changes += max(rows, 0)


def _bound(parameters: Any) -> Any:
    if isinstance(parameters, Mapping):
        return {name: _value(value) for name, value in parameters.items()}
    return tuple(map(_value, parameters))


def _value(value: Any) -> Any:
    return value.values if isinstance(value, Listed) else value


def _connect(address: Address, busy: float) -> Handle:
    """A connection to a server that can hold a ledger. Raises LedgerError."""
    try:
        connection = driver.connect(address.parameters)
    except driver.failure() as error:
        raise refused(error, address.name) from None
    try:
        connection.execute(_SESSION.format(schema=address.schema, busy=round(busy * 1000)))
        _fit(connection, address.name)
    except driver.failure() as error:
        connection.close()
        raise refused(error, address.name) from None
    except BaseException:
        connection.close()
        raise
    return connection


def _fit(connection: Handle, name: str) -> None:
    """Raises LedgerError for a server that cannot."""
    copy, encoding, version = connection.execute(
        "SELECT pg_is_in_recovery() OR current_setting('transaction_read_only') = 'on',"
        " current_setting('server_encoding'), current_setting('server_version_num')::bigint"
    ).fetchone() or (True, "", 0)
    if copy:
        raise LedgerError(
            "this server only reads (a copy of another?): a claim cannot be written there.",
            where=name,
            fix="Point TOPMIND_LEDGER at the primary server.",
        )
    if version < 130000:
        raise LedgerError(
            f"this PostgreSQL is version {version // 10000}, the ledger needs 13 or newer.", where=name
        )
    if encoding != "UTF8":
        raise LedgerError(
            f"this database keeps texts in {encoding}: not every name fits.",
            where=name,
            fix="Make one with CREATE DATABASE … ENCODING 'UTF8' TEMPLATE template0.",
        )


def _home(connection: Handle) -> str:
    try:
        row = connection.execute(
            "SELECT (SELECT system_identifier FROM pg_control_system())::text || '/' ||"
            " substr(pg_walfile_name(pg_current_wal_lsn()), 1, 8) || '/' ||"
            " (SELECT oid FROM pg_database WHERE datname = current_database())::text || '/' ||"
            " coalesce(to_regclass('meta')::oid::text, '')"
        ).fetchone()
    except driver.failure() as error:
        if broken(error):
            raise
        return ""  # some hosted servers keep these functions to themselves
    return str(row[0]) if row and row[0] else ""
