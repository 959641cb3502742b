"""A sheet of a workbook (XLSX, XLS, ODS) as CSV: typed cells in the words that the table declares for text."""

from __future__ import annotations

import csv
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from pathlib import Path
from typing import TYPE_CHECKING

from topmind.audience.schema import Table
from topmind.audience.staging import Unusable

if TYPE_CHECKING:
    from python_calamine import CalamineSheet

#: Rows in which the header is looked for: titles stand above it.
_TOP = 20
#: First bytes of an encrypted workbook (and of XLS).
_OLE = bytes.fromhex("D0CF11E0A1B11AE1")


@dataclass(frozen=True, slots=True, kw_only=True)
class Sheet:
    """A sheet written out."""

    header: list[str]
    #: Rows of the sheet (from 1) before the header and empty ones: not in the CSV.
    gaps: tuple[int, ...]


def sheet_to_csv(path: Path, table: Table, wanted: Sequence[str], target: Path) -> Sheet:
    """Write a workbook's sheet as UTF-8 CSV with commas. Raises Unusable, whose text names no value."""
    sheet = _sheet(path, table)
    start = sheet.start
    if start is None:
        raise Unusable("the file is empty.")
    first = start[0] + 1
    rows = sheet.to_python()
    at = _header_row(rows, wanted)
    gaps = list(range(1, first + at))
    header = [_text(cell, table).strip() for cell in rows[at]] if rows else []
    with target.open("w", encoding="utf-8", newline="") as file:
        target.chmod(0o600)
        writer = csv.writer(file, lineterminator="\n", quoting=csv.QUOTE_ALL)
        writer.writerow(header)
        for number, row in enumerate(rows[at + 1 :], start=first + at + 1):
            cells = [_text(cell, table) for cell in row]
            if any(cells):
                writer.writerow(cells)
            else:
                gaps.append(number)
    return Sheet(header=header, gaps=tuple(gaps))


def first_rows(path: Path, table: Table | None, count: int) -> tuple[str, list[str], list[list[str]]]:
    """(sheet, header, rows as text) of a workbook's first sheet, or the table's own; the header is its fullest row of the first ones.

    Raises Unusable.
    """
    sheet = _sheet(path, table)
    rows = [[_text(cell, None) for cell in row] for row in sheet.to_python(nrows=_TOP + count)]
    if not rows:
        raise Unusable("the file is empty.")
    at = max(range(min(len(rows), _TOP)), key=lambda n: (sum(map(bool, rows[n])), -n))
    return (
        sheet.name,
        [cell.strip() for cell in rows[at]],
        [row for row in rows[at + 1 :] if any(row)][:count],
    )


def _sheet(path: Path, table: Table | None) -> CalamineSheet:
    import python_calamine

    try:
        book = python_calamine.CalamineWorkbook.from_path(path)
        if table is None or table.sheet is None:
            return book.get_sheet_by_index(0)
        if table.sheet not in book.sheet_names:
            raise Unusable(f'it has no sheet "{table.sheet}"; it has {", ".join(book.sheet_names)}.')
        return book.get_sheet_by_name(table.sheet)
    except python_calamine.PasswordError:
        raise Unusable(_LOCKED) from None
    except python_calamine.CalamineError as error:
        with path.open("rb") as file:
            locked = file.read(len(_OLE)) == _OLE and path.suffix.lower() != ".xls"
        raise Unusable(_LOCKED if locked else f"it is no whole workbook ({type(error).__name__}).") from None


_LOCKED = "the workbook is locked with a password; save it without one."


def _header_row(rows: Sequence[Sequence[object]], wanted: Sequence[str]) -> int:
    """The row among the first that has most of the wanted columns; of equal ones the first."""
    names = [{str(cell).strip() for cell in row} for row in rows[:_TOP]]
    return max(range(len(names)), key=lambda n: (len(names[n] & set(wanted)), -n), default=0)


def _text(cell: object, table: Table | None) -> str:
    """A cell as this table's text: the declared decimal mark, the declared form of dates."""
    if isinstance(cell, bool):
        return "true" if cell else "false"
    if isinstance(cell, int | float):
        plain = str(int(cell)) if float(cell).is_integer() else format(cell, ".15g")
        return plain if table is None or table.decimal == "." else plain.replace(".", ",")
    if isinstance(cell, datetime):
        midnight = cell.time() == time()
        return _day(cell.date(), table) if midnight or (table and table.dates) else cell.isoformat(" ")
    return _day(cell, table) if isinstance(cell, date) else str(cell)


def _day(day: date, table: Table | None) -> str:
    return day.strftime(table.dates) if table and table.dates else day.isoformat()
