"""`topmind ledger export`: every table of the ledger as a file that other programs open."""

from __future__ import annotations

import json
import os
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import partial
from pathlib import Path
from typing import Any

from topmind import audience
from topmind import settings as settings_
from topmind.ledger import care
from topmind.model import Clock
from topmind.run import places, private_places

FORMATS = ("parquet", "csv")


@dataclass(frozen=True, slots=True, kw_only=True)
class Exported:
    """What was written."""

    #: Table → rows.
    tables: Mapping[str, int]
    people: bool


def export(
    root: Path,
    to: Path,
    *,
    clock: Clock,
    format_: str = "parquet",
    people: bool = False,
    told: care.Told = lambda _done, _total: None,
    environ: Mapping[str, str] | None = None,
) -> Exported:
    """Write the tables of the project's ledger into a new folder, whole or not at all; only its owner may read it.

    Raises UsageError (the folder is there, or would be published or committed), ConfigError, LedgerError, OSError.
    """
    settings = settings_.load(root, environ)
    (private_places.refuse_tracked if people else private_places.refuse_published)(settings.root, to)
    looked = places.look(settings, clock)
    try:
        with private_places.new_folder(to) as draft:
            found = care.export(looked, partial(_WRITERS[format_], draft), told, people=people)
            with looked.book() as book:
                about = {
                    "ledger": book.ledger,
                    "epoch": int(book.meta("epoch") or 0),
                    "head": int(book.meta("head") or 0),
                    "shape": looked.shape,
                    "people": people,
                    "tables": found,
                }
            with _private(draft / "ledger.json") as file:
                json.dump(about, file, indent=2)
    finally:
        looked.close()
    return Exported(tables=found, people=people)


def _private(path: Path) -> Any:
    """A new text file that only its owner may read."""
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    return os.fdopen(handle, "w", encoding="utf-8", newline="")


def _csv(
    folder: Path, table: str, columns: Sequence[tuple[str, care.ColumnKind]], rows: Iterable[Sequence[Any]]
) -> int:
    """One table as CSV: texts in quotes, nothing at all for null. How many rows."""
    number = 0
    with _private(folder / f"{table}.csv") as file:
        file.write(",".join(name for name, _ in columns) + "\r\n")
        for row in rows:
            file.write(",".join(map(_cell, row)) + "\r\n")
            number += 1
    return number


def _cell(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, str):
        return '"' + value.replace('"', '""') + '"'
    if isinstance(value, datetime):
        return value.isoformat(sep=" ", timespec="milliseconds")
    return value.isoformat() if isinstance(value, date) else str(value)


def _parquet(
    folder: Path, table: str, columns: Sequence[tuple[str, care.ColumnKind]], rows: Iterable[Sequence[Any]]
) -> int:
    """One table as Parquet, by way of a CSV: memory stays flat."""
    number = _csv(folder, table, columns, rows)
    text, target = folder / f"{table}.csv", folder / f"{table}.parquet"
    audience.to_parquet(text, target, {name: kind.value for name, kind in columns})
    target.chmod(0o600)  # until now the folder alone kept others out
    text.unlink()
    return number


_WRITERS = {"parquet": _parquet, "csv": _csv}
