"""Converted tables under `var/cache/audience/`: one Parquet file per content and mapping, and the last good one."""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

#: Raised when the conversion changes: old files are made anew.
VERSION = 3
#: Converted files kept per table: the last good one and what a run beside this one may be reading.
KEPT = 3
#: Seconds after which a folder of a conversion on its way is one that nobody ended.
LEFT = 86_400


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """Something a conversion found; becomes a Problem with the file's name."""

    rule: str
    level: str
    says: str
    fix: str = ""
    #: Line of the file; 0 = no single one.
    line: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Converted:
    """One table in its own form."""

    parquet: Path
    #: People, purchases, lines or activities in it.
    rows: int
    #: The mapping it was made with.
    shape: str
    findings: tuple[Finding, ...] = ()


@dataclass(frozen=True, slots=True)
class Cache:
    """The folder of converted tables."""

    folder: Path

    def path(self, table: str, key: str) -> Path:
        """Where the table of this content and mapping is or will be."""
        return self.folder / f"{table}-{key}.parquet"

    def find(self, table: str, key: str) -> Converted | None:
        """The converted table, or None where it is not there or not whole."""
        parquet = self.path(table, key)
        note = _read(parquet.with_suffix(".json"))
        if not note or not parquet.is_file():
            return None
        findings = tuple(Finding(**one) for one in note["findings"])
        return Converted(parquet=parquet, rows=note["rows"], shape=note["shape"], findings=findings)

    def keep(self, converted: Converted) -> None:
        """Write the note that makes a converted table valid; it comes last."""
        note = {
            "rows": converted.rows,
            "shape": converted.shape,
            "findings": [asdict(f) for f in converted.findings],
        }
        _write(converted.parquet.with_suffix(".json"), note)

    @contextmanager
    def spool(self) -> Iterator[Path]:
        """A folder for what one conversion writes on its way; what one left that was cut off goes with it."""
        with TemporaryDirectory(prefix="new-", dir=self.folder) as made:
            now = Path(made).stat().st_mtime
            for other in self.folder.glob("new-*"):
                with suppress(OSError):  # it ends in this very moment
                    if other.stat().st_mtime < now - LEFT:
                        shutil.rmtree(other, ignore_errors=True)
            yield Path(made)

    def good(self, table: str) -> Converted | None:
        """The last table that was good enough to use."""
        said = self.note("good").get(table)
        return self.find(table, said["key"]) if isinstance(said, dict) else None

    def good_rows(self, table: str) -> int | None:
        """How many rows it had, also where its file is gone (somebody was erased); None = nothing was ever good."""
        said = self.note("good").get(table)
        return said["rows"] if isinstance(said, dict) else None

    def note(self, name: str) -> Mapping[str, Any]:
        """A small note of the whole folder by table: which one is good, what was counted."""
        return _read(self.folder / f"{name}.json") or {}

    def keep_note(self, name: str, table: str, value: object) -> None:
        """Write one table's part of a note."""
        _write(self.folder / f"{name}.json", {**self.note(name), table: value})

    def somebody_left(self) -> None:
        """Of an erased contact: one row of contacts less is due, and of their facts nobody knows how many."""
        said = self.note("good").get("contacts")
        if isinstance(said, dict):
            one_less = {**said, "rows": said["rows"] - 1}
            _write(self.folder / "good.json", {"contacts": one_less})

    def now_good(self, table: str, key: str, rows: int) -> None:
        """Remember this one; forget converted files of the table that nobody needs any more."""
        said = {"key": key, "rows": rows}
        if self.note("good").get(table) != said:
            self.keep_note("good", table, said)
        keep = self.path(table, key)
        others = (p for p in self.folder.glob(f"{table}-*.parquet") if p != keep)
        for old in sorted(others, key=lambda p: p.stat().st_mtime, reverse=True)[KEPT - 1 :]:
            old.with_suffix(".json").unlink(missing_ok=True)
            old.unlink(missing_ok=True)


def _read(path: Path) -> Mapping[str, Any] | None:
    try:
        found = json.loads(path.read_text("utf-8"))
    except (OSError, ValueError):
        return None
    return found if isinstance(found, dict) else None


def _write(path: Path, value: Mapping[str, Any]) -> None:
    """Whole or not at all."""
    temporary = path.with_name(f"{path.name}.{os.getpid()}.tmp")
    temporary.write_text(json.dumps(value, ensure_ascii=False, sort_keys=True), "utf-8")
    temporary.replace(path)
