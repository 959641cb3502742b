"""A line of the contacts' export, and how a table is written."""

from __future__ import annotations

import csv
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

HOME = "America/New_York"


@dataclass(slots=True, kw_only=True)
class Person:
    """One line of the contacts' export."""

    id: str
    email: str
    first_name: str
    phone: str = "207-555-0100"
    street: str = "1 Mill Lane"
    zone: str = HOME
    stage: str = "interest"
    rep: str = ""
    wish: str = ""
    newsletter: str = "yes"
    may_call: str = "yes"
    asked_on: str = ""
    birthday: str = ""
    service_until: str = ""


def write_table(path: Path, head: list[str], rows: Iterable[tuple[str, ...]]) -> None:
    """One CSV file, whole."""
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow(head)
        writer.writerows(rows)
