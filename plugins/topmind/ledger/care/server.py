"""Whether a schema of PostgreSQL has the tables that the migrations made: columns, and what may be there once."""

from __future__ import annotations

from collections.abc import Iterator

from topmind.ledger.care.tables import at_shape, unique_at
from topmind.ledger.database import newest_shape
from topmind.ledger.postgres_database import PostgresDatabase
from topmind.model import Level, Problem

_FIX = "Somebody changed the tables by hand: put the last good copy back, or undo it."
_UNIQUE = """
SELECT t.relname::text AS name, array_agg(a.attname::text ORDER BY k.place) AS columns
FROM pg_index i
JOIN pg_class t ON t.oid = i.indrelid
JOIN pg_namespace n ON n.oid = t.relnamespace
CROSS JOIN LATERAL unnest(i.indkey) WITH ORDINALITY AS k (number, place)
JOIN pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = k.number
WHERE n.nspname = ? AND i.indisunique AND i.indisvalid
GROUP BY t.relname, i.indexrelid
"""


def wrong_tables(database: PostgresDatabase, shape: int) -> Iterator[Problem]:
    """Tables, columns and unique indexes that are missing. Raises LedgerError."""
    if shape > newest_shape():
        return
    with database.read() as db:
        there = {
            (table, column)
            for table, column in db.execute(
                "SELECT table_name::text, column_name::text FROM information_schema.columns WHERE table_schema = ?",
                (database.schema,),
            )
        }
        unique = {(table, tuple(columns)) for table, columns in db.execute(_UNIQUE, (database.schema,))}
    for name, table in at_shape(shape).items():
        for column in table.columns:
            if (name, column) not in there:
                yield _problem(database.name, f"the column {column} of the table {name} is missing.")
    for name, columns in sorted(unique_at(shape) - unique):
        says = f"nothing keeps {', '.join(columns)} of the table {name} from being there twice."
        yield _problem(database.name, f"an index is missing: {says}")


def _problem(where: str, says: str) -> Problem:
    return Problem(rule="ledger/tables", level=Level.ERROR, path=where, line=0, says=says, fix=_FIX)
