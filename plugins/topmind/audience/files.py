"""Files of a table on this machine → rows as text that DuckDB reads: CSV as it is, everything else made so."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from difflib import get_close_matches
from pathlib import Path
from typing import Any

from topmind.audience.csvfile import NAMES, Fingerprint, fingerprint, form_of, read_header, transcode
from topmind.audience.places import PARQUET, READABLE, TEXT, WORKBOOK
from topmind.audience.schema import Table
from topmind.audience.staging import Raw, Unusable, raw_csv, raw_parquet
from topmind.audience.workbook import sheet_to_csv


def files_of(path: Path) -> list[Path]:
    """The files of a place: itself, or everything readable in the folder, by name. Raises Unusable."""
    if path.is_file():
        return [path]
    if not path.is_dir():
        raise Unusable("there is no file")
    # Excel keeps "~$name.xlsx" beside a workbook that is open
    found = sorted(
        one
        for one in path.iterdir()
        if one.suffix.lower() in READABLE and not one.name.startswith((".", "~$")) and one.is_file()
    )
    if not found:
        raise Unusable("there is no CSV, XLSX or Parquet file in the folder")
    return found


def marked(paths: Sequence[Path], table: Table) -> list[Fingerprint]:
    """Each file's hash and encoding. Raises Unusable where one cannot be opened or holds nothing."""
    marks = []
    for path in paths:
        try:
            mark = fingerprint(path, table.encoding)
            if path.suffix.lower() in PARQUET | WORKBOOK:
                mark = replace(mark, guessed=False)
        except OSError as error:
            raise _of(
                path,
                paths,
                f"the file cannot be opened ({error.strerror}); close it in the program that has it open, or set rights.",
            ) from None
        if not mark.size or (mark.text and not mark.head.strip()):
            raise _of(path, paths, "the file is empty.")
        marks.append(mark)
    return marks


def raws(
    con: Any,
    paths: Sequence[Path],
    marks: Sequence[Fingerprint],
    table: Table,
    wanted: Sequence[str],
    spool: Path,
) -> list[Raw]:
    """Every file's rows; what DuckDB cannot read as it is gets a copy in `spool`. Raises Unusable."""
    found = []
    for number, (path, mark) in enumerate(zip(paths, marks, strict=True)):
        shown = path.name if len(paths) > 1 else ""
        try:
            found.append(_raw(con, path, mark, table, wanted, spool / f"{number}.csv", shown))
        except Unusable as error:
            raise _of(path, paths, str(error)) from None
    return found


def _raw(
    con: Any, path: Path, mark: Fingerprint, table: Table, wanted: Sequence[str], copy: Path, shown: str
) -> Raw:
    kind = path.suffix.lower()
    if kind in PARQUET:
        place = str(path).replace("'", "''")
        described = con.execute(f"DESCRIBE SELECT * FROM read_parquet('{place}')").fetchall()
        types = {row[0]: row[1] for row in described}
        _read_rightly(list(types), wanted)
        return raw_parquet(path, {name: types[name] for name in wanted}, table, shown)
    if kind in WORKBOOK:
        sheet = sheet_to_csv(path, table, wanted, copy)
        _read_rightly(sheet.header, wanted)
        return raw_csv(copy, ",", sheet.header, wanted, shown, sheet.gaps)
    if not mark.text:
        end = (
            f"although its name ends in {path.suffix}"
            if kind in TEXT
            else "and its name does not say what it is"
        )
        raise Unusable(f"the file is no text, {end}.")
    delimiter, header = read_header(mark.head, wanted, table.delimiter)
    _split_rightly(mark, delimiter, wanted)
    _read_rightly(header, wanted)
    if mark.encoding != "utf-8":
        transcode(path, mark.encoding, copy)
    readable = path if mark.encoding == "utf-8" else copy
    return replace(raw_csv(readable, delimiter, header, wanted, shown), form=form_of(path, mark, delimiter))


def _of(path: Path, paths: Sequence[Path], says: str) -> Unusable:
    """What is wrong with one file of several is told with its name."""
    return Unusable(f"{path.name}: {says}" if len(paths) > 1 else says)


def _split_rightly(mark: Fingerprint, delimiter: str, wanted: Sequence[str]) -> None:
    """Raises Unusable where another delimiter than the declared one finds every wanted column."""
    other, header = read_header(mark.head, wanted)
    if other != delimiter and set(wanted) <= set(header):
        raise Unusable(
            f"its columns are split by {NAMES[other]}, and `delimiter` says {NAMES.get(delimiter, repr(delimiter))}."
        )


def _read_rightly(header: Sequence[str], wanted: Sequence[str]) -> None:
    """Raises Unusable where a first line is not the header that is due. Never shows it: it may be a person's row."""
    missing = [name for name in wanted if name not in header]
    if missing and any("@" in name for name in header):
        raise Unusable("its first line holds a contact, not the names of columns.")
    plain = {name.lower(): name for name in header}
    close = {name: get_close_matches(name.lower(), plain, n=1, cutoff=0.65) for name in missing}
    told = [
        f'it has no column "{name}". Did you mean "{plain[near[0]]}"?' for name, near in close.items() if near
    ]
    if far := [f'"{name}"' for name, near in close.items() if not near]:
        told.append(f"it has no column {', '.join(far)}.")
    told += [f'it has more than one column "{name}".' for name in wanted if header.count(name) > 1]
    if told:
        raise Unusable(" ".join(told))
