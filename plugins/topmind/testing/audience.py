"""A believable audience of the sample company as export files, and what the ledger remembers of it."""

from __future__ import annotations

import csv
import os
from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from random import Random

from topmind.testing.households import COLUMNS, Person, numbered, people
from topmind.testing.past import past_answers, past_touches

__all__ = ["past_answers", "past_touches", "people", "write"]


def write(folder: Path, *, as_of: date, seed: int = 7, contacts: int = 2000) -> tuple[Path, ...]:
    """Write contacts.csv, purchases.csv and activities.csv; same arguments, same bytes.

    The files' time is the morning of `as_of`, as an export's would be.
    """
    folder.mkdir(parents=True, exist_ok=True)
    everybody = people(as_of=as_of, seed=seed, contacts=contacts)
    rng = Random(f"activities {seed} {as_of.isoformat()}")  # noqa: S311 - no secret
    stamp = datetime.combine(as_of, time(5), UTC).timestamp()
    tables: dict[str, tuple[Sequence[str], Iterable[Sequence[object]]]] = {
        "contacts": (COLUMNS, ([_cell(getattr(p, c)) for c in COLUMNS] for p in everybody)),
        "purchases": (("invoice", "customer", "finished", "total", "service"), _invoices(everybody)),
        "activities": (("customer", "day", "what"), _activities(rng, everybody, as_of)),
    }
    return tuple(_write(folder / f"{name}.csv", *table, stamp) for name, table in tables.items())


def _write(path: Path, head: Sequence[str], rows: Iterable[Sequence[object]], stamp: float) -> Path:
    temporary = path.with_suffix(".csv.tmp")
    with temporary.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(head)
        writer.writerows(rows)
    os.utime(temporary, (stamp, stamp))
    temporary.replace(path)
    return path


def _cell(value: object) -> object:
    return "" if value is None else value.isoformat() if isinstance(value, date) else value


def _invoices(everybody: Sequence[Person]) -> Iterator[tuple[str, str, str, str, str]]:
    """Purchases of all, by day: the invoice number is the fact's id."""
    for invoice, person, (day, service, cents) in numbered(everybody):
        yield invoice, person.number, day.isoformat(), f"{cents // 100}.{cents % 100:02}", service


def _activities(rng: Random, everybody: Sequence[Person], as_of: date) -> Iterator[tuple[str, str, str]]:
    for person in everybody:
        for _ in range(rng.choices([0, 1, 2, 4], [55, 25, 12, 8])[0]):
            day = as_of - timedelta(days=rng.randrange(1, 200))
            what = rng.choices(["click", "visit", "quote-request"], [60, 30, 10])[0]
            yield person.number, day.isoformat(), what
