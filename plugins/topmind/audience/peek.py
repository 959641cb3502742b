"""The first rows of an export, whatever its kind, and how it is written."""

from __future__ import annotations

import csv
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

from topmind.audience.columns import quoted
from topmind.audience.csvfile import fingerprint, form_of, read_header
from topmind.audience.places import PARQUET, READABLE, WORKBOOK
from topmind.audience.schema import Table
from topmind.audience.staging import Unusable
from topmind.audience.workbook import first_rows
from topmind.errors import AudienceError

#: Rows looked at.
ROWS = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Head:
    """A file's first rows."""

    #: In words: encoding, mark, delimiter or sheet.
    form: str
    #: Of a text file; "" for others.
    encoding: str
    header: Sequence[str]
    rows: Sequence[Sequence[str]]

    @property
    def found(self) -> str:
        """The form, and how much was looked at."""
        return f"{self.form}, columns: {len(self.header)}, rows looked at: {len(self.rows)}"

    def columns(self) -> Iterator[tuple[str, tuple[str, ...]]]:
        """Each column's name and values."""
        for place, name in enumerate(self.header):
            yield name, tuple(row[place] for row in self.rows if place < len(row))


def peek(path: Path, table: Table | None = None) -> Head:
    """Read a file's first rows, as a table declares it where there is one.

    Raises AudienceError, whose text names no value.
    """
    kind = path.suffix.lower()
    try:
        if kind not in READABLE:
            raise Unusable(f"a {kind or 'file without a suffix'} is not read.")
        if kind in PARQUET:
            return _parquet(path)
        if kind in WORKBOOK:
            sheet, header, rows = first_rows(path, table, ROWS)
            return _head(f'sheet "{sheet}"', "", header, rows)
        return _text(path, table)
    except Unusable as error:
        fix = "Export it as CSV, XLSX or Parquet."
        raise AudienceError(str(error), where=path.name, fix=fix) from None
    except OSError as error:
        raise AudienceError(f"cannot be opened ({error.strerror}).", where=path.name) from None


def _head(kind: str, encoding: str, header: Sequence[str], rows: Sequence[Sequence[str]]) -> Head:
    if any("@" in name for name in header):
        raise Unusable("its first line holds a contact, not the names of columns.")
    return Head(form=kind, encoding=encoding, header=header, rows=rows)


def _text(path: Path, table: Table | None) -> Head:
    mark = fingerprint(path, table.encoding if table else None)
    if not mark.head.strip():
        raise Unusable("the file is empty.")
    if not mark.text:
        raise Unusable(f"the file is no text, although its name ends in {path.suffix}.")
    delimiter, header = read_header(mark.head, (), table.delimiter if table else None)
    encoding = "utf-8-sig" if mark.encoding == "utf-8" else mark.encoding
    with path.open(encoding=encoding, errors="replace", newline="") as file:
        reader = csv.reader(file, delimiter=delimiter)
        next(reader, None)
        rows = list(islice((row for row in reader if row), ROWS))
    return _head(form_of(path, mark, delimiter), mark.encoding if mark.guessed else "", header, rows)


def _parquet(path: Path) -> Head:
    import duckdb

    con = duckdb.connect(
        config={"autoinstall_known_extensions": "false", "autoload_known_extensions": "false"}
    )
    try:
        con.execute(f"SET allowed_directories = [{quoted(str(path.resolve().parent))}]")
        con.execute("SET enable_external_access = false")
        asked = con.execute(
            f"SELECT COLUMNS(*)::VARCHAR FROM read_parquet({quoted(str(path.resolve()))}) LIMIT {ROWS}"
        )
        header = [column[0] for column in asked.description or ()]
        rows = [["" if cell is None else cell for cell in row] for row in asked.fetchall()]
    except duckdb.Error as error:
        raise Unusable(f"the file cannot be read ({type(error).__name__}).") from None
    finally:
        con.close()
    return _head("Parquet", "", header, rows)
