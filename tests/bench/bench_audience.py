"""20 typical segments over the sample, over a million contacts (3 M purchases, 10 M activities) and over ten million.

At a million the same 20 run by hand in SQLite and in polars, on the same files, and must find the same people.
    bench_audience.py                                the figures of `make bench`
    bench_audience.py --contacts 10M --history 10    ten million contacts with 30 M purchases and 100 M activities
    bench_audience.py --contacts 100k --by-hand      any size, with SQLite and polars or without
"""

from __future__ import annotations

import argparse
import hashlib
import json
import resource
import subprocess
import sys
import tempfile
import time
from datetime import date
from pathlib import Path

from by_hand import Found, files_in, find_in_polars, find_in_sqlite, load_sqlite

from topmind import settings
from topmind.audience import open_source, read_spec
from topmind.audience.engine import Session
from topmind.model import Catalog
from topmind.testing import audience
from topmind.testing.builders import a_catalog, a_history, a_segment

TODAY = date(2026, 12, 1)
ROOT = Path(__file__).parents[2]
RULES: dict[str, tuple[str, ...]] = {
    "s01": ("purchases() > 0",),
    "s02": ("last_purchase() < days_ago(90)",),
    "s03": ("last_purchase() < days_ago(180)", "not in_segment('s10')"),
    "s04": ("purchases(days => 365) = 0",),
    "s05": ("first_purchase() >= days_ago(90)",),
    "s06": ("bought('roof')",),
    "s07": ("bought('roof')", "not bought('gutters')"),
    "s08": ("bought('heating', days => 730)",),
    "s09": ("in_top(10, by => revenue(days => 365))",),
    "s10": ("in_top(100, by => revenue(days => 365))",),
    "s11": ("revenue(days => 365) > 1000",),
    "s12": ("revenue() < 10",),
    "s13": ("purchases() = 0", "stage in ('attention', 'interest')"),
    "s14": ("stage != 'action'",),
    "s15": ("did('click', days => 30)",),
    "s16": ("did('visit', days => 90)", "not did('click', days => 90)"),
    "s17": ("purchases(days => 365) >= 3",),
    "s18": ("town in ('Alder Cove', 'Pine Point')", "zone = 'America/New_York'"),
    "s19": ("birthday_in(7)",),
    "s20": ("(in_segment('s11') or in_segment('s17'))", "last_purchase() >= days_ago(60)"),
}
SPEC = """
[tables.contacts]
file = "contacts.csv"
id = "id"
email = "email"
zone = "zone"
stage = "stage"
[tables.purchases]
file = "purchases.csv"
id = "number"
contact = "contact"
date = "day"
amount = "amount"
items = ["item"]
[tables.activities]
file = "activities.csv"
contact = "contact"
date = "day"
what = "what"
[fields.first_name]
column = "first_name"
[fields.town]
column = "town"
[fields.birthday]
column = "birthday"
type = "date"
"""


def catalog() -> Catalog:
    """A catalog of the 20 rules."""
    return a_catalog(
        segments=[a_segment(name, who=tuple((t, 4) for t in who)) for name, who in RULES.items()]
    )


def write(folder: Path, contacts: int, purchases: int, activities: int) -> int:
    """Exports of a large audience, made by the engine itself; bytes written."""
    import duckdb

    con = duckdb.connect()
    con.execute("SELECT setseed(0.7)")
    tables = {
        "contacts": f"""SELECT i AS id, 'p' || i || '@example.com' AS email,
            ['America/New_York', 'America/Chicago', 'Europe/Berlin'][1 + (random() * 2.2)::INT % 3] AS zone,
            ['attention', 'interest', 'conviction', 'desire', 'action'][1 + (random() * 4)::INT] AS stage,
            'Name' || (i % 3000) AS first_name, 'Family' || (i % 70000) AS last_name,
            '+1 555 ' || (1000000 + i % 9000000) AS phone, (i % 900) || ' Harbor Street' AS street,
            ['Alder Cove', 'Pine Point', 'Gull Rock', 'Tern Harbor'][1 + (random() * 3)::INT] AS town,
            DATE '1950-01-01' + (random() * 18000)::INT AS birthday FROM range({contacts}) t(i)""",
        "purchases": f"""SELECT 'R' || i AS number, (random() * {contacts} * 0.6)::INT AS contact,
            DATE '2026-12-01' - (random() * 1460)::INT AS day,
            (random() * random() * 2000)::DECIMAL(18, 2) AS amount,
            ['gutters', 'roof', 'heating', 'deck', 'paint'][1 + (random() * 4)::INT] AS item,
            'paid by bank transfer, thanks again' AS note
            FROM range({purchases}) t(i)""",
        "activities": f"""SELECT (random() * ({contacts} - 1))::INT AS contact,
            DATE '2026-12-01' - (random() * 365)::INT AS day,
            ['click', 'open', 'visit'][1 + (random() * 2)::INT] AS what,
            'https://example.com/' || (i % 400) AS page FROM range({activities}) t(i)""",
    }
    for name, query in tables.items():
        con.execute(f"COPY ({query}) TO '{folder / name}.csv' (HEADER)")
    con.close()
    return sum((folder / f"{name}.csv").stat().st_size for name in tables)


class Watch:
    """Seconds, seconds of CPU of all threads, and the highest memory of this process."""

    def __init__(self) -> None:
        self.start, self.cpu = time.perf_counter(), time.process_time()

    def __str__(self) -> str:
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6
        cpu = time.process_time() - self.cpu
        return f"{self.seconds:6.2f} s ({cpu:.1f} s of CPU)   peak {peak:.2f} GB"

    @property
    def seconds(self) -> float:
        """Since it was made."""
        return time.perf_counter() - self.start


def convert(project: Path) -> None:
    """The first opening: hash, read, check and write every table."""
    places = settings.load(project, {})
    watch = Watch()
    open_source(read_spec(places), places, TODAY).close()
    print(f"  CSV read and converted           {watch}   (budget at a million 12 s)")


def segments(project: Path) -> None:
    """A later run: open, then all 20 segments in one session."""
    places = settings.load(project, {})
    watch = Watch()
    with open_source(read_spec(places), places, TODAY) as source:
        opened = watch.seconds
        with Session(source, catalog(), a_history(), TODAY) as session:
            loaded = watch.seconds
            found = session.members()
        done = watch.seconds
    print(f"  opened again (hash of the files)  {opened:5.2f} s")
    print(f"  session loaded                    {loaded - opened:5.2f} s")
    print(f"  20 segments                       {done - loaded:5.2f} s   {_note(project, 'topmind', found)}")
    print(
        f"  all three                        {watch}   (budget 6 s, 0.5 GB; ten million contacts 20 s, 1.2 GB)"
    )


def sqlite_load(project: Path) -> None:
    """The tables and indexes of SQLite."""
    watch = Watch()
    load_sqlite(files_in(project / "var" / "cache" / "audience"), project / "by-hand.db")
    size = (project / "by-hand.db").stat().st_size / 1e6
    print(f"  SQLite: loaded and indexed       {watch}   {size:.0f} MB")


def sqlite(project: Path) -> None:
    """The 20 queries in SQLite."""
    watch = Watch()
    found = find_in_sqlite(project / "by-hand.db", TODAY)
    print(f"  SQLite: 20 segments by hand      {watch}   {_note(project, 'SQLite', found)}")


def polars(project: Path) -> None:
    """The 20 queries in polars."""
    import polars as _  # noqa: F401 - reading the library is no part of the figure

    watch = Watch()
    found = find_in_polars(files_in(project / "var" / "cache" / "audience"), TODAY)
    print(f"  polars: 20 segments by hand      {watch}   {_note(project, 'polars', found)}")


def _note(project: Path, who: str, found: Found) -> str:
    """Keep whom one engine found for `agree`; how many memberships in words."""
    said = {name: [len(rows), hashlib.sha256(rows.tobytes()).hexdigest()] for name, rows in found.items()}
    (project / f"found-{who}.json").write_text(json.dumps(said), "utf-8")
    return f"{sum(map(len, found.values()))} memberships"


def agree(project: Path) -> None:
    """Whether every engine found the same people; ends the bench where one did not."""
    notes = {
        one.stem.removeprefix("found-"): json.loads(one.read_text()) for one in project.glob("found-*.json")
    }
    ours = notes.pop("topmind")
    wrong = [
        f"{who} {name}: {said[name][0]} people, ours {ours[name][0]}"
        for who, said in sorted(notes.items())
        for name in RULES
        if said[name] != ours[name]
    ]
    if wrong:
        sys.exit("  NOT THE SAME PEOPLE: " + "; ".join(wrong))
    print(f"  the same people in all {len(RULES)} segments: topmind, {', '.join(sorted(notes))}")


def sample() -> None:
    """The sample company's 2 000 contacts with these 20 rules."""
    with tempfile.TemporaryDirectory() as folder:
        start = time.perf_counter()
        audience.write(Path(folder), as_of=TODAY)
        print(f"  made 2 000 people                 {time.perf_counter() - start:6.2f} s")
        places = settings.load(ROOT, {"TOPMIND_CONTACTS": folder})
        spec = read_spec(places)
        with open_source(spec, places, TODAY) as source:
            start = time.perf_counter()
            with Session(source, catalog(), a_history(), TODAY) as session:
                session.members()
            print(f"  20 segments over the sample       {time.perf_counter() - start:6.2f} s")


PHASES = {one.__name__: one for one in (convert, segments, sqlite_load, sqlite, polars, agree)}


def play(contacts: int, history: float, *, by_hand: bool) -> None:
    """The figures at one size; each phase in a process of its own, so that its peak is its own."""
    facts = round(history * 3_000_000), round(history * 10_000_000)
    with tempfile.TemporaryDirectory() as folder:
        project = Path(folder)
        (project / "segments").mkdir()
        (project / "pelicanconf.py").write_text("TOPMIND = {}\n", "utf-8")
        (project / "segments" / "_audience.toml").write_text(SPEC, "utf-8")
        size = write(project / "segments", contacts, *facts) / 1e6
        print(
            f"  {contacts:,} contacts, {facts[0]:,} purchases, {facts[1]:,} activities: {size:.0f} MB",
            flush=True,
        )
        phases = ["convert", "segments", *(["sqlite_load", "sqlite", "polars", "agree"] if by_hand else [])]
        for phase in phases:
            subprocess.run([sys.executable, __file__, phase, folder], check=True)


def _number(text: str) -> int:
    """`1M`, `100k` or plain digits."""
    unit = {"k": 1_000, "m": 1_000_000}.get(text[-1:].lower(), 1)
    return round(float(text.rstrip("kKmM")) * unit)


def main() -> None:
    """Print the figures."""
    parser = argparse.ArgumentParser(description="20 typical segments")
    parser.add_argument("--contacts", type=_number, help="how many contacts, e.g. 100k or 10M")
    parser.add_argument(
        "--history", type=float, help="times 3 M purchases and 10 M activities; default: by contacts"
    )
    parser.add_argument("--by-hand", action="store_true", help="SQLite and polars, too")
    asked = parser.parse_args()
    if asked.contacts:
        history = asked.contacts / 1e6 if asked.history is None else asked.history
        play(asked.contacts, history, by_hand=asked.by_hand)
        return
    sample()
    play(1_000_000, 1, by_hand=True)
    play(10_000_000, 1, by_hand=False)


if __name__ == "__main__":
    if sys.argv[1:2] and sys.argv[1] in PHASES:
        PHASES[sys.argv[1]](Path(sys.argv[2]))
    else:
        main()
