"""A file as it is: its rows as text for DuckDB, and those that do not fit put aside."""

from __future__ import annotations

import csv
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from topmind.audience import columns as sql
from topmind.audience.cache import Finding
from topmind.audience.schema import Table

#: Rejected rows written out per file; all are counted.
REJECTS = 10_000


class Unusable(Exception):  # noqa: N818 - reads as what it says of a file
    """A whole file cannot be used; the text says why, without a value of a person."""


@dataclass(slots=True)
class Rejects:
    """Rows that were left out."""

    #: Reason → how many.
    counts: dict[str, int] = field(default_factory=dict)
    #: (line of the file or row of the data, reason, the row as text, file where there are several), as many as
    #: are written out.
    rows: list[tuple[int, str, str, str]] = field(default_factory=list)

    def add(self, counts: Sequence[tuple[str, int]], rows: Sequence[tuple[int, str, str, str]]) -> None:
        """Count some more, and keep the first of their rows."""
        for reason, count in counts:
            self.counts[reason] = self.counts.get(reason, 0) + count
        self.rows += rows[: REJECTS - len(self.rows)]

    @property
    def total(self) -> int:
        """How many in all."""
        return sum(self.counts.values())


@dataclass(frozen=True, slots=True)
class Raw:
    """A file that DuckDB can read: a sub-query with the wanted columns as text, in the order of the file."""

    query: str
    #: Source column → column of the query.
    names: dict[str, str]
    #: The file's name where there are several; "" = the only one.
    shown: str = ""
    #: Lines of the file that are no rows of the query.
    gaps: tuple[int, ...] = ()
    #: How a text file is written, in words; "" of others.
    form: str = ""

    def __getitem__(self, source: str) -> str:
        """The staged column of a source column."""
        return self.names[source]

    def several(self, sources: Sequence[str]) -> list[str]:
        """The staged columns of several."""
        return [self.names[source] for source in sources]


@dataclass(frozen=True, slots=True)
class Part:
    """Where the rows of one file stand among all."""

    shown: str
    #: Rows of the files before it.
    before: int
    #: Lines of the file that are no rows, ascending.
    gaps: tuple[int, ...]


def raw_csv(
    path: Path,
    delimiter: str,
    header: Sequence[str],
    wanted: Sequence[str],
    shown: str = "",
    gaps: tuple[int, ...] = (),
) -> Raw:
    """A UTF-8 CSV; what does not fit the header is kept by DuckDB until `misfits` asks."""
    names = {name: f"r{i}" for i, name in enumerate(wanted)}
    declared = ", ".join(f"'c{i}': 'VARCHAR'" for i in range(len(header)))
    picked = ", ".join(f"c{header.index(name)} AS {names[name]}" for name in wanted)
    return Raw(
        f"(SELECT {picked} FROM read_csv({sql.quoted(str(path))}, "
        f"auto_detect=false, delim={sql.quoted(delimiter)}, quote='\"', escape='\"', skip=1, header=false, "
        f"columns={{{declared}}}, store_rejects=true, rejects_limit=0, rejects_table='misfits', "
        "rejects_scan='misfit_scans'))",
        names,
        shown,
        gaps,
    )


def raw_parquet(path: Path, types: Mapping[str, str], table: Table, shown: str = "") -> Raw:
    """A Parquet file; typed columns (name → DuckDB's type) in the words that the table declares for text."""
    names = {name: f"r{i}" for i, name in enumerate(types)}
    picked = ", ".join(f"{_as_text(name, kind, table)} AS {names[name]}" for name, kind in types.items())
    return Raw(f"(SELECT {picked} FROM read_parquet({sql.quoted(str(path))}))", names, shown)


def _as_text(name: str, kind: str, table: Table) -> str:
    column = '"' + name.replace('"', '""') + '"'
    if table.dates and kind.startswith(("DATE", "TIMESTAMP")):
        return f"strftime({column}, {sql.quoted(table.dates)})"
    text = f"CAST({column} AS VARCHAR)"
    numeric = kind.startswith(("DECIMAL", "DOUBLE", "FLOAT"))
    return f"replace({text}, '.', ',')" if numeric and table.decimal == "," else text


#: DuckDB's word for what is wrong with a row → ours.
_MISFITS = {
    "MISSING COLUMNS": "too few columns",
    "TOO MANY COLUMNS": "too many columns",
    "UNQUOTED VALUE": "a quote that is not closed",
    "INVALID ENCODING": "characters that are not UTF-8",
    "LINE SIZE OVER MAXIMUM": "a line that is too long",
}


def line_of_row(number: int, parts: Sequence[Part]) -> tuple[int, str]:
    """(line, file) of a row from its number among all that fit; the header of each file is its line 1."""
    part = next(part for part in reversed(parts) if part.before < number)
    line = number - part.before + 1
    for other in part.gaps:
        line += other <= line
    return line, part.shown


def misfits(con: Any, rejects: Rejects, shown: str) -> list[int]:
    """Lines of the CSV just read that do not fit its header; they are added to `rejects`."""
    if not con.execute("SELECT 1 FROM duckdb_tables() WHERE table_name = 'misfits'").fetchall():
        return []
    # one row may misfit in several columns: it is still one row
    con.execute(
        "CREATE OR REPLACE TEMP TABLE misfit_rows AS "
        "SELECT line, min(error_type) AS error_type, any_value(csv_line) AS csv_line FROM misfits GROUP BY line"
    )
    counts = con.execute(
        "SELECT error_type, count(*) FROM misfit_rows GROUP BY 1 ORDER BY min(line)"
    ).fetchall()
    query = f"SELECT line, error_type, csv_line FROM misfit_rows ORDER BY line LIMIT {REJECTS}"
    rows = con.execute(query).fetchall()
    lines = con.execute("SELECT line FROM misfit_rows ORDER BY line").fetchall()
    con.execute("DROP TABLE misfits; DROP TABLE misfit_scans; DROP TABLE misfit_rows")
    other = "not readable as CSV"
    rejects.add(
        [(_MISFITS.get(kind, other), count) for kind, count in counts],
        [(line, _MISFITS.get(kind, other), (text or "").strip("\r\n"), shown) for line, kind, text in rows],
    )
    return [line for (line,) in lines]


def rejected(rejects: Rejects, place: Path, shown: str) -> list[Finding]:
    """Write the reject file (it holds people's rows: only below `var/`), and say how many and why."""
    if not rejects.counts:
        place.unlink(missing_ok=True)
        return []
    temporary = place.with_name(f"{place.name}.tmp")
    with temporary.open("w", encoding="utf-8", newline="") as file:
        temporary.chmod(0o600)
        writer = csv.writer(file)
        writer.writerow(["line", "reason", "row", "file"])
        writer.writerows(rejects.rows)
    temporary.replace(place)
    count = rejects.total
    why = ", ".join(f"{n} × {reason}" for reason, n in rejects.counts.items())
    many = f"{count} rows were" if count > 1 else "1 row was"
    stands = "They stand" if count > 1 else "It stands"
    return [
        Finding(
            rule="source/bad-rows",
            level="warning",
            says=f"{many} left out: {why}.",
            fix=f"{stands} in {shown} with the reason.",
            line=min((line for line, _, _, file in rejects.rows if not file), default=0),
        )
    ]
