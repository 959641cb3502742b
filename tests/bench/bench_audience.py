"""20 typical segments over the sample and over a million contacts (3 M purchases, 10 M activities)."""

from __future__ import annotations

import resource
import subprocess
import sys
import tempfile
import time
from datetime import date
from pathlib import Path

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


def convert(project: Path) -> None:
    """The first opening: hash, read, check and write every table."""
    places = settings.load(project, {})
    start, cpu = time.perf_counter(), time.process_time()
    open_source(read_spec(places), places, TODAY).close()
    spent = f"{time.perf_counter() - start:6.2f} s ({time.process_time() - cpu:.1f} s of CPU)"
    print(f"  CSV read and converted           {spent}   peak {_peak():.2f} GB   (budget at a million 12 s)")


def segments(project: Path) -> None:
    """A later run: open, then all 20 segments in one session."""
    places = settings.load(project, {})
    start, cpu = time.perf_counter(), time.process_time()
    with open_source(read_spec(places), places, TODAY) as source:
        opened = time.perf_counter()
        with Session(source, catalog(), a_history(), TODAY) as session:
            loaded = time.perf_counter()
            found = session.members()
        done = time.perf_counter()
    print(f"  opened again (hash of the files)  {opened - start:6.2f} s")
    print(f"  session loaded                    {loaded - opened:6.2f} s")
    print(
        f"  20 segments                       {done - loaded:6.2f} s   {sum(map(len, found.values()))} memberships"
    )
    spent = f"{done - start:6.2f} s ({time.process_time() - cpu:.1f} s of CPU)"
    print(
        f"  all three                        {spent}   peak {_peak():.2f} GB   (budget 6 s, 0.5 GB; ten million contacts 20 s, 1.2 GB)"
    )


def _peak() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6


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


def main() -> None:
    """Print the figures; each phase in a process of its own, so that its peak is its own."""
    sample()
    contacts = int(sys.argv[1]) if len(sys.argv) > 1 else 1_000_000
    # ten million contacts with the facts of one: bench_audience.py 10000000 1000000
    of = int(sys.argv[2]) if len(sys.argv) > 2 else contacts
    facts = (3 * of, 10 * of)
    with tempfile.TemporaryDirectory() as folder:
        project = Path(folder)
        (project / "segments").mkdir()
        (project / "pelicanconf.py").write_text("TOPMIND = {}\n", "utf-8")
        (project / "segments" / "_audience.toml").write_text(SPEC, "utf-8")
        size = write(project / "segments", contacts, *facts)
        print(
            f"  {contacts:,} contacts, {facts[0]:,} purchases, {facts[1]:,} activities: {size / 1e6:.0f} MB"
        )
        for phase in ("convert", "segments"):
            subprocess.run([sys.executable, __file__, phase, folder], check=True)


if __name__ == "__main__":
    if sys.argv[1:2] in (["convert"], ["segments"]):
        {"convert": convert, "segments": segments}[sys.argv[1]](Path(sys.argv[2]))
    else:
        main()
