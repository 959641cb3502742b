"""A file as it is: staged in DuckDB as text, and the rows that do not fit put aside."""

from __future__ import annotations

import csv
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from topmind.audience import columns as sql
from topmind.audience.cache import Finding

#: Rejected rows written out per file; all are counted.
REJECTS = 10_000


class Unusable(Exception):  # noqa: N818 - reads as what it says of a file
    """A whole file cannot be used; the text says why, without a value of a person."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reject:
    """One row that was left out."""

    #: Line of the file, or row of the data where the line is not known.
    line: int
    reason: str
    text: str


@dataclass(frozen=True, slots=True)
class Raw:
    """A staged file: temp table `raw` with `nr` and the wanted columns as text, by source name."""

    names: dict[str, str]

    def __getitem__(self, source: str) -> str:
        """The staged column of a source column."""
        return self.names[source]

    def several(self, sources: Sequence[str]) -> list[str]:
        """The staged columns of several."""
        return [self.names[source] for source in sources]


def stage_csv(
    con: Any, path: Path, delimiter: str, header: Sequence[str], wanted: Sequence[str]
) -> tuple[Raw, list[Reject]]:
    """Read a UTF-8 CSV as text; rows that do not fit the header are rejected."""
    declared = ", ".join(f"'c{i}': 'VARCHAR'" for i in range(len(header)))
    raw = Raw({name: f"r{i}" for i, name in enumerate(wanted)})
    picked = ", ".join(f"c{header.index(name)} AS {raw[name]}" for name in wanted)
    con.execute(
        f"CREATE OR REPLACE TEMP TABLE raw AS SELECT row_number() OVER () AS nr, {picked} FROM read_csv("
        f"{sql.quoted(str(path))}, auto_detect=false, delim={sql.quoted(delimiter)}, quote='\"', escape='\"', "
        f"skip=1, header=false, columns={{{declared}}}, store_rejects=true, rejects_limit=0, "
        "rejects_table='bad_rows', rejects_scan='bad_scans')"
    )
    bad = con.execute("SELECT line, error_type, csv_line FROM bad_rows ORDER BY line").fetchall()
    con.execute("DROP TABLE bad_rows; DROP TABLE bad_scans")
    reasons = {
        "MISSING COLUMNS": "too few columns",
        "TOO MANY COLUMNS": "too many columns",
        "UNQUOTED VALUE": "a quote that is not closed",
        "INVALID ENCODING": "characters that are not UTF-8",
        "LINE SIZE OVER MAXIMUM": "a line that is too long",
    }
    return raw, [
        Reject(line=line, reason=reasons.get(kind, "not readable as CSV"), text=(text or "").strip("\r\n"))
        for line, kind, text in bad
    ]


def stage_parquet(con: Any, path: Path, wanted: Sequence[str]) -> Raw:
    """Read a Parquet file as text."""
    raw = Raw({name: f"r{i}" for i, name in enumerate(wanted)})
    picked = ", ".join('CAST("' + n.replace('"', '""') + f'" AS VARCHAR) AS {raw[n]}' for n in wanted)
    con.execute(
        "CREATE OR REPLACE TEMP TABLE raw AS SELECT row_number() OVER () AS nr, "
        f"{picked} FROM read_parquet({sql.quoted(str(path))})"
    )
    return raw


def rejected(rejects: Sequence[Reject], place: Path, shown: str) -> list[Finding]:
    """Write the reject file (it holds people's rows: only below `var/`), and say how many and why."""
    if not rejects:
        place.unlink(missing_ok=True)
        return []
    temporary = place.with_name(f"{place.name}.tmp")
    with temporary.open("w", encoding="utf-8", newline="") as file:
        temporary.chmod(0o600)
        writer = csv.writer(file)
        writer.writerow(["line", "reason", "row"])
        writer.writerows([r.line, r.reason, r.text] for r in rejects[:REJECTS])
    temporary.replace(place)
    counts: dict[str, int] = {}
    for one in rejects:
        counts[one.reason] = counts.get(one.reason, 0) + 1
    why = ", ".join(f"{n} × {reason}" for reason, n in counts.items())
    many = f"{len(rejects)} rows were" if len(rejects) > 1 else "1 row was"
    return [
        Finding(
            rule="source/bad-rows",
            level="warning",
            says=f"{many} left out: {why}.",
            fix=f"They stand in {shown} with the reason.",
        )
    ]
