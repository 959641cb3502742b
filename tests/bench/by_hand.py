"""The 20 segments of `bench_audience` written by hand for SQLite and for polars: what the engine is measured beside.

Both start from the Parquet files that our own runs read; both give a contact's number (`nr`), ascending.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

Found = dict[str, NDArray[np.int32]]
EPOCH = date(1970, 1, 1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Files:
    """Converted tables, as `topmind.audience.numbering` describes them."""

    contacts: Path
    purchases: Path
    things: Path
    activities: Path


def files_in(cache: Path) -> Files:
    """The only converted tables of a cache."""

    def one(pattern: str) -> Path:
        (found,) = cache.glob(pattern)
        return found

    return Files(
        contacts=one("contacts-*.parquet"),
        purchases=one("nr.purchases.*.parquet"),
        things=one("nr.things.*.parquet"),
        activities=one("nr.activities.*.parquet"),
    )


# --- SQLite ------------------------------------------------------------------------------------------

#: Days are days since 1970, money is cents: integers, which SQLite compares fastest.
_TABLES = """
CREATE TABLE contacts (nr INTEGER PRIMARY KEY, stage TEXT, zone TEXT, town TEXT, birthday TEXT);
CREATE TABLE purchases (nr INTEGER NOT NULL, day INTEGER NOT NULL, cents INTEGER NOT NULL);
CREATE TABLE things (nr INTEGER NOT NULL, day INTEGER NOT NULL, what TEXT NOT NULL);
CREATE TABLE activities (nr INTEGER NOT NULL, day INTEGER NOT NULL, what TEXT NOT NULL);
"""
_INDEXES = """
CREATE INDEX contacts_by_stage ON contacts (stage);
CREATE INDEX contacts_by_town ON contacts (town, zone);
CREATE INDEX contacts_by_birthday ON contacts (substr(birthday, 6));
CREATE INDEX purchases_of ON purchases (nr, day, cents);
CREATE INDEX things_by_what ON things (what, nr, day);
CREATE INDEX activities_by_what ON activities (what, day, nr);
ANALYZE;
"""
_CONTACTS = """SELECT CAST(file_row_number AS INTEGER), stage, zone, f_town, CAST(f_birthday AS VARCHAR)
    FROM read_parquet('{contacts}', file_row_number = true)"""
_PURCHASES = (
    "SELECT nr, day - DATE '1970-01-01', CAST(amount * 100 AS BIGINT) FROM read_parquet('{purchases}')"
)
_THINGS = "SELECT nr, day - DATE '1970-01-01', what FROM read_parquet('{things}')"
_ACTIVITIES = "SELECT nr, day - DATE '1970-01-01', what FROM read_parquet('{activities}')"

_S10 = "SELECT nr FROM purchases WHERE day >= :d365 GROUP BY nr HAVING sum(cents) > 0 ORDER BY sum(cents) DESC, nr LIMIT {}"
_S11 = "SELECT nr FROM purchases WHERE day >= :d365 GROUP BY nr HAVING sum(cents) > 100000"
_S17 = "SELECT nr FROM purchases WHERE day >= :d365 GROUP BY nr HAVING count(*) >= 3"
_DID = "SELECT nr FROM activities WHERE what = '{}' AND day >= :{}"
IN_SQLITE: Mapping[str, str] = {
    "s01": "SELECT DISTINCT nr FROM purchases",
    "s02": "SELECT nr FROM purchases GROUP BY nr HAVING max(day) < :d90",
    "s03": f"SELECT nr FROM purchases GROUP BY nr HAVING max(day) < :d180 EXCEPT SELECT nr FROM ({_S10.format(100)})",
    "s04": "SELECT nr FROM contacts WHERE nr NOT IN (SELECT nr FROM purchases WHERE day >= :d365)",
    "s05": "SELECT nr FROM purchases GROUP BY nr HAVING min(day) >= :d90",
    "s06": "SELECT DISTINCT nr FROM things WHERE what = 'roof'",
    "s07": "SELECT nr FROM things WHERE what = 'roof' EXCEPT SELECT nr FROM things WHERE what = 'gutters'",
    "s08": "SELECT DISTINCT nr FROM things WHERE what = 'heating' AND day >= :d730",
    "s09": _S10.format(10),
    "s10": _S10.format(100),
    "s11": _S11,
    "s12": "SELECT nr FROM contacts WHERE nr NOT IN (SELECT nr FROM purchases GROUP BY nr HAVING sum(cents) >= 1000)",
    "s13": "SELECT nr FROM contacts WHERE stage IN ('attention', 'interest') AND nr NOT IN (SELECT nr FROM purchases)",
    "s14": "SELECT nr FROM contacts WHERE stage IS NOT 'action'",
    "s15": f"SELECT DISTINCT nr FROM ({_DID.format('click', 'd30')})",
    "s16": f"{_DID.format('visit', 'd90')} EXCEPT {_DID.format('click', 'd90')}",
    "s17": _S17,
    "s18": "SELECT nr FROM contacts WHERE town IN ('Alder Cove', 'Pine Point') AND zone = 'America/New_York'",
    "s19": "SELECT nr FROM contacts WHERE substr(birthday, 6) BETWEEN '12-01' AND '12-08'",
    "s20": f"SELECT nr FROM ({_S11} UNION {_S17}) INTERSECT SELECT nr FROM purchases WHERE day >= :d60",
}


def load_sqlite(files: Files, place: Path) -> None:
    """A database of the four tables, with its indexes."""
    import duckdb

    named = {name: getattr(files, name) for name in ("contacts", "purchases", "things", "activities")}
    with closing(sqlite3.connect(place)) as base, closing(duckdb.connect()) as con:
        base.executescript(f"PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF; {_TABLES}")
        for table, query in zip(named, (_CONTACTS, _PURCHASES, _THINGS, _ACTIVITIES), strict=True):
            asked = con.execute(query.format(**named))
            marks = ", ".join("?" for _ in asked.description)
            base.executemany(f"INSERT INTO {table} VALUES ({marks})", _rows(asked))
            base.commit()
        base.executescript(_INDEXES)


def _rows(asked: Any) -> Iterator[tuple[Any, ...]]:
    while some := asked.fetchmany(10_000):
        yield from some


def find_in_sqlite(place: Path, today: date) -> Found:
    """All 20."""
    ago = {f"d{days}": (today - timedelta(days=days) - EPOCH).days for days in (30, 60, 90, 180, 365, 730)}
    with closing(sqlite3.connect(f"file:{place}?mode=ro", uri=True)) as base:
        base.execute("PRAGMA mmap_size = 4000000000")
        return {
            name: _ascending(np.fromiter((nr for (nr,) in base.execute(query, ago)), np.int32))
            for name, query in IN_SQLITE.items()
        }


def _ascending(numbers: NDArray[np.int32]) -> NDArray[np.int32]:
    return np.sort(numbers)


# --- polars ------------------------------------------------------------------------------------------


def in_polars(files: Files, today: date) -> dict[str, Callable[[], Any]]:
    """Segment → its lazy query of one column `nr`."""
    import polars as pl

    contacts = pl.scan_parquet(files.contacts, row_index_name="nr").with_columns(pl.col("nr").cast(pl.Int32))
    purchases = pl.scan_parquet(files.purchases)
    things = pl.scan_parquet(files.things)
    activities = pl.scan_parquet(files.activities)
    day, amount, what, stage = (pl.col(c) for c in ("day", "amount", "what", "stage"))

    def ago(days: int) -> Any:
        return pl.lit(today - timedelta(days=days))

    def having(condition: Any, since: int | None = None) -> Any:
        some = purchases if since is None else purchases.filter(day >= ago(since))
        return some.group_by("nr").agg(condition.alias("so")).filter(pl.col("so")).select("nr")

    def without(some: Any, others: Any) -> Any:
        return some.select("nr").join(others, on="nr", how="anti")

    def top(count: int) -> Any:
        summed = purchases.filter(day >= ago(365)).group_by("nr").agg(amount.sum())
        ranked = summed.filter(amount > 0).sort(["amount", "nr"], descending=[True, False])
        return ranked.head(count).select("nr")

    def bought(item: str, since: int | None = None) -> Any:
        some = things.filter(what == item)
        return (some if since is None else some.filter(day >= ago(since))).select("nr").unique()

    def did(word: str, since: int) -> Any:
        return activities.filter((what == word) & (day >= ago(since))).select("nr").unique()

    def large() -> Any:
        return having(amount.sum() > 1000, 365)

    def often() -> Any:
        return having(pl.len() >= 3, 365)

    born = pl.col("f_birthday").dt.month() == 12, pl.col("f_birthday").dt.day().is_between(1, 8)
    towns = pl.col("f_town").is_in(["Alder Cove", "Pine Point"])
    return {
        "s01": lambda: purchases.select("nr").unique(),
        "s02": lambda: having(day.max() < ago(90)),
        "s03": lambda: without(having(day.max() < ago(180)), top(100)),
        "s04": lambda: without(contacts, purchases.filter(day >= ago(365)).select("nr")),
        "s05": lambda: having(day.min() >= ago(90)),
        "s06": lambda: bought("roof"),
        "s07": lambda: without(bought("roof"), bought("gutters")),
        "s08": lambda: bought("heating", 730),
        "s09": lambda: top(10),
        "s10": lambda: top(100),
        "s11": large,
        "s12": lambda: without(contacts, having(amount.sum() >= 10)),
        "s13": lambda: without(
            contacts.filter(stage.is_in(["attention", "interest"])), purchases.select("nr")
        ),
        "s14": lambda: contacts.filter(stage.ne_missing("action")).select("nr"),
        "s15": lambda: did("click", 30),
        "s16": lambda: without(did("visit", 90), did("click", 90)),
        "s17": often,
        "s18": lambda: contacts.filter(towns & (pl.col("zone") == "America/New_York")).select("nr"),
        "s19": lambda: contacts.filter(born[0] & born[1]).select("nr"),
        "s20": lambda: (
            pl.concat([large(), often()])
            .unique()
            .join(purchases.filter(day >= ago(60)).select("nr"), on="nr", how="semi")
        ),
    }


def find_in_polars(files: Files, today: date) -> Found:
    """All 20, each collected by polars' streaming engine."""
    return {
        name: _ascending(query().collect(engine="streaming")["nr"].to_numpy().astype(np.int32))
        for name, query in in_polars(files, today).items()
    }
