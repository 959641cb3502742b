"""A table or view of a PostgreSQL database as CSV: `COPY … TO STDOUT`, the wanted columns only.

Nothing is written there: the transaction is read-only. Types are the database's, so texts of numbers and dates
are the standard's (`1234.50`, `2026-12-01`), whatever `decimal` and `dates` say for files.
"""

from __future__ import annotations

import csv
from collections.abc import Sequence
from pathlib import Path

from topmind.audience.staging import Unusable
from topmind.errors import ConfigError

#: Milliseconds that the server may work on it.
_LIMIT = 600_000


def copy_out(address: str, table: str, wanted: Sequence[str], target: Path, zone: str) -> None:
    """Write a table's wanted columns as UTF-8 CSV with a header; where one is missing, the header alone. Moments
    (`timestamptz`) are written in `zone`, so that their day is the company's, not the server's.

    Raises Unusable (no answer, no such table, no right), whose text holds neither address nor value; ConfigError
    without the library.
    """
    try:
        import psycopg
        from psycopg import sql
    except ImportError:
        raise ConfigError(
            "contacts in PostgreSQL need the library psycopg, which is not installed here.",
            where="TOPMIND_CONTACTS",
            fix="pip install 'topmind[postgres]'",
        ) from None
    named = sql.Identifier(*table.split("."))
    try:
        with psycopg.connect(address, connect_timeout=10, application_name="topmind") as connection:
            connection.execute("SET TRANSACTION READ ONLY")
            connection.execute(f"SET LOCAL statement_timeout = {_LIMIT}")
            connection.execute("SET LOCAL datestyle = 'ISO, YMD'")
            connection.execute("SET LOCAL client_encoding = 'UTF8'")
            connection.execute("SELECT set_config('timezone', %s, true)", (zone,))
            described = (
                connection.execute(sql.SQL("SELECT * FROM {} LIMIT 0").format(named)).description or ()
            )
            header = [column.name for column in described]
            if not set(wanted) <= set(header):
                with target.open("w", encoding="utf-8", newline="") as file:
                    csv.writer(file, lineterminator="\n").writerow(header)
                return
            picked = sql.SQL(", ").join(sql.Identifier(name) for name in wanted)
            query = sql.SQL("COPY (SELECT {} FROM {}) TO STDOUT (FORMAT csv, HEADER, ENCODING 'UTF8')")
            with (
                target.open("wb") as out,
                connection.cursor().copy(query.format(picked, named)) as rows,
            ):
                for block in rows:
                    out.write(block)
    except psycopg.errors.UndefinedTable:
        raise Unusable("the database has no such table.") from None
    except psycopg.errors.InsufficientPrivilege:
        raise Unusable("the database does not let this user read the table.") from None
    except psycopg.OperationalError:
        raise Unusable("the database does not answer, or not to this user and password.") from None
    except psycopg.Error as error:
        raise Unusable(f"the database refused ({type(error).__name__}).") from None
