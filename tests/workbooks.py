"""Workbooks as an office saves them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from pathlib import Path

import xlsxwriter


def write(path: Path, sheets: dict[str, Sequence[Sequence[object]]], *, row: int = 0) -> Path:
    """Each sheet's rows from a row on (counted from 0); numbers and dates are cells of their type."""
    with xlsxwriter.Workbook(str(path)) as book:
        german = book.add_format({"num_format": "dd.mm.yyyy"})
        for name, rows in sheets.items():
            sheet = book.add_worksheet(name)
            for number, cells in enumerate(rows, start=row):
                for column, cell in enumerate(cells):
                    if isinstance(cell, date | datetime):
                        sheet.write_datetime(number, column, cell, german)
                    elif cell is not None:
                        sheet.write(number, column, cell)
    return path
