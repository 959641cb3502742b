"""The rules of a session in PostgreSQL: its tables as temporary ones, each with the first rule that needs it.

One transaction that is rolled back: nothing is left there. No other table is seen, so that a rule about `touches`
never reads a table of that name which is somebody else's.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from itertools import islice
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sqlglot import exp

from topmind.errors import AudienceError, ConfigError

#: DuckDB's type → PostgreSQL's; decimals keep their digits, the rest is text.
_TYPES = {"VARCHAR": "text", "INTEGER": "integer", "BIGINT": "bigint", "BOOLEAN": "boolean", "DATE": "date"}
#: Rows sent and fetched at a time.
_SOME = 10_000
#: Milliseconds that the server may work on one question.
_LIMIT = 600_000
_WHERE = "TOPMIND_SEGMENT_ENGINE"
#: Once, when connected. With less memory `NOT IN` of a million contacts is read anew for each one.
_SETTINGS = (
    "SET LOCAL search_path = pg_temp, pg_catalog",
    f"SET LOCAL statement_timeout = {_LIMIT}",
    "SET LOCAL work_mem = '256MB'",
    "SET LOCAL client_encoding = 'UTF8'",
)


class PostgresRules:
    """Answers compiled conditions in a database; connects when first asked."""

    def __init__(self, address: str, con: Any) -> None:
        self._address = address
        #: The session's DuckDB, where the rows come from.
        self._con = con
        self._connection: Any = None
        self._loaded: set[str] = set()

    def numbers(self, query: exp.Query) -> NDArray[np.int32]:
        """`nr` of a query that gives it, ascending. Raises AudienceError, ConfigError without the library."""
        with _told():
            for table in sorted({table.name for table in query.find_all(exp.Table)}):
                self._load(table)
            cursor = self._opened().cursor(binary=True)
            cursor.execute(query.sql("postgres", identify=True))
            found = np.fromiter(_rows(cursor), dtype=np.int32)
        return np.sort(found)

    def add_member(self, name: str, numbers: NDArray[np.int32]) -> None:
        """Make a segment's members known to rules that name it."""
        with _told():
            if "member" in self._loaded:
                # the name of a segment is a word of letters, digits and hyphens
                self._copy("member", ["segment", "nr"], iter(f"{name}\t{nr}" for nr in numbers.tolist()))

    def close(self) -> None:
        """Leave nothing there."""
        if self._connection is not None:
            self._connection.close()

    def _opened(self) -> Any:
        if self._connection is None:
            import psycopg

            self._connection = psycopg.connect(self._address, connect_timeout=10, application_name="topmind")
            for setting in _SETTINGS:
                self._connection.execute(setting)
        return self._connection

    def _load(self, table: str) -> None:
        """Bring one table of the session, once."""
        if table in self._loaded:
            return
        described = self._con.execute(f'DESCRIBE "{table}"').fetchall()
        columns = {name: _type(kind) for name, kind, *_ in described}
        listed = ", ".join(f'"{name}" {kind}' for name, kind in columns.items())
        connection = self._opened()
        connection.execute(f'CREATE TEMP TABLE "{table}" ({listed}) ON COMMIT DROP')
        self._copy(table, list(columns), _lines(self._con, table, columns))
        connection.execute(f'ANALYZE "{table}"')
        self._loaded.add(table)

    def _copy(self, table: str, columns: Sequence[str], lines: Iterator[str]) -> None:
        listed = ", ".join(f'"{name}"' for name in columns)
        with self._opened().cursor().copy(f'COPY "{table}" ({listed}) FROM STDIN') as copy:
            while some := list(islice(lines, _SOME)):
                copy.write("\n".join(some) + "\n")


def _lines(con: Any, table: str, columns: Mapping[str, str]) -> Iterator[str]:
    """Rows as the text format of COPY has them, made by DuckDB: half of the time of one row at a time."""
    cells = [
        f"coalesce({_escaped(name) if kind == 'text' else _plain(name)}, '\\N')"
        for name, kind in columns.items()
    ]
    asked = con.execute(f'SELECT concat_ws(chr(9), {", ".join(cells)}) FROM "{table}"')
    while some := asked.fetchmany(_SOME):
        yield from (line for (line,) in some)


def _plain(name: str) -> str:
    return f'CAST("{name}" AS VARCHAR)'


def _escaped(name: str) -> str:
    """Text in which nothing means anything to COPY."""
    text = _plain(name)
    for letter, written in (("chr(92)", "\\\\"), ("chr(9)", "\\t"), ("chr(10)", "\\n"), ("chr(13)", "\\r")):
        text = f"replace({text}, {letter}, '{written}')"
    return text


def _rows(cursor: Any) -> Iterator[int]:
    while some := cursor.fetchmany(_SOME):
        yield from (nr for (nr,) in some)


def _type(kind: str) -> str:
    return kind.replace("DECIMAL", "numeric") if kind.startswith("DECIMAL") else _TYPES.get(kind, "text")


@contextmanager
def _told() -> Iterator[None]:
    """What goes wrong with the database, in one sentence that holds neither address nor value."""
    try:
        import psycopg
    except ImportError:
        raise ConfigError(
            "rules in PostgreSQL need the library psycopg, which is not installed here.",
            where=_WHERE,
            fix="pip install 'topmind[postgres]'",
        ) from None
    try:
        yield
    except psycopg.errors.InsufficientPrivilege:
        raise AudienceError(
            "the database does not let this user make temporary tables.",
            where=_WHERE,
            fix="GRANT TEMPORARY ON DATABASE … TO …, or leave the variable out: DuckDB needs no server.",
        ) from None
    except psycopg.OperationalError:
        raise AudienceError(
            "the database does not answer, or not to this user and password, or it took too long.",
            where=_WHERE,
            fix="Leave the variable out, and DuckDB does it here.",
        ) from None
    except psycopg.Error as error:
        raise AudienceError(f"the database refused ({type(error).__name__}).", where=_WHERE) from None
