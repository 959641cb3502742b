"""A table of our own making as Parquet: what other programs open at once, with its types."""

from __future__ import annotations

import errno
from collections.abc import Mapping
from pathlib import Path

from topmind.audience.columns import quoted

#: What a column holds → its type. Moments are UTC.
TYPES = {"text": "VARCHAR", "number": "BIGINT", "day": "DATE", "moment": "TIMESTAMPTZ"}


def to_parquet(table: Path, target: Path, columns: Mapping[str, str]) -> None:
    """Read the CSV in `table` (UTF-8, a head, texts in quotes, nothing at all for null) and write `target`.

    DuckDB sees the folder of the two and nothing else. Raises OSError, whose text names no value.
    """
    import duckdb

    con = duckdb.connect(
        config={"autoinstall_known_extensions": "false", "autoload_known_extensions": "false"}
    )
    try:
        con.execute(f"SET allowed_directories = [{quoted(str(target.parent))}]")
        con.execute("SET temp_directory = ''")
        con.execute("SET TimeZone = 'UTC'")
        con.execute("SET enable_external_access = false")
        con.execute("SET lock_configuration = true")
        types = ", ".join(f"{quoted(name)}: {quoted(TYPES[kind])}" for name, kind in columns.items())
        con.execute(
            f"COPY (SELECT * FROM read_csv({quoted(str(table))}, header = true, delim = ',', quote = '\"', "
            f"escape = '\"', nullstr = '', allow_quoted_nulls = false, auto_detect = false, columns = {{{types}}})) "
            f"TO {quoted(str(target))} (FORMAT parquet, COMPRESSION zstd)"
        ).fetchall()
    except duckdb.Error as error:
        raise OSError(errno.EIO, f"DuckDB cannot write it ({type(error).__name__})", target.name) from None
    finally:
        con.close()
