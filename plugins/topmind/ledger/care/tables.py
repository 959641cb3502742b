"""The ledger's tables as every store has them: their columns come from the migrations, their rows page by page."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import closing
from functools import lru_cache
from typing import Any

from topmind.ledger.book import Db
from topmind.ledger.database import raise_shape
from topmind.ledger.log.index import Index
from topmind.ledger.log.tables import Table, tables

#: Rows in memory at once.
PAGE = 5000


@lru_cache
def at_shape(shape: int) -> dict[str, Table]:
    """Every table after the migration of this number, by name; a table that another names stands before it."""
    with closing(Index("an empty ledger")) as index:
        raise_shape(index.connection, shape)
        found = tables(index.connection)
    return dict(sorted(found.items(), key=lambda pair: (pair[0] == "touches", pair[0])))


@lru_cache
def texts_at(shape: int) -> frozenset[tuple[str, str]]:
    """(table, column) of every column that holds text; all others hold whole numbers."""
    with closing(Index("an empty ledger")) as index:
        raise_shape(index.connection, shape)
        return frozenset(
            (table, column)
            for table in at_shape(shape)
            for column, kind in index.connection.execute(
                "SELECT name, type FROM pragma_table_info(?)", (table,)
            )
            if kind == "TEXT"
        )


@lru_cache
def unique_at(shape: int) -> frozenset[tuple[str, tuple[str, ...]]]:
    """(table, columns) of which no two rows may have the same values."""
    found = {(name, table.key) for name, table in at_shape(shape).items()}
    with closing(Index("an empty ledger")) as index:
        raise_shape(index.connection, shape)
        for name in at_shape(shape):
            for (unique,) in index.connection.execute(
                'SELECT name FROM pragma_index_list(?) WHERE "unique"', (name,)
            ).fetchall():
                columns = index.connection.execute(
                    "SELECT name FROM pragma_index_info(?) ORDER BY seqno", (unique,)
                )
                found.add((name, tuple(column for (column,) in columns)))
    return frozenset(found)


def rows(db: Db, table: Table, columns: Sequence[str]) -> Iterator[tuple[Any, ...]]:
    """Rows in the order of their key, a page at a time: memory stays flat whatever the store's driver does."""
    key = ", ".join(f'"{name}"' for name in table.key)
    listed = ", ".join(f'"{name}"' for name in (*table.key, *columns))
    width, after = len(table.key), None
    marks = ", ".join("?" * width)
    while True:
        where = f"WHERE ({key}) > ({marks})" if after else ""
        page = db.execute(
            f'SELECT {listed} FROM "{table.name}" {where} ORDER BY {key} LIMIT {PAGE}', after or ()
        ).fetchall()
        for row in page:
            yield tuple(row)[width:]
        if len(page) < PAGE:
            return
        after = tuple(page[-1])[:width]


def insert(table: Table, columns: Sequence[str]) -> str:
    """A statement that writes one row."""
    names = ", ".join(f'"{name}"' for name in columns)
    return f'INSERT INTO "{table.name}" ({names}) VALUES ({", ".join("?" * len(columns))})'


def count(db: Db, names: Sequence[str]) -> int:
    """Rows of these tables together."""
    return sum(int(db.execute(f'SELECT count(*) FROM "{name}"').fetchone()[0]) for name in names)
