"""One segment has the same members wherever its rule runs: DuckDB on one, two and four threads, and PostgreSQL."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from datetime import date
from pathlib import Path
from random import Random
from typing import Any

import duckdb
import psycopg
import pytest

import audience_oracle as oracle
from topmind import settings
from topmind.audience import explain, members, open_source, read_spec, segment_report
from topmind.audience.engine import Session
from topmind.audience.outside import Outside
from topmind.audience.reading import Reader
from topmind.audience.sources import Source
from topmind.errors import AudienceError
from topmind.model import Catalog, History
from topmind.testing.builders import a_history

sys.path.insert(0, str(Path(__file__).parents[1] / "bench"))
import bench_audience as bench

pytestmark = pytest.mark.postgres
CONTACTS = 10_000
RANDOM = 200
#: Every so many-th contact is read plainly, too: that is slow, and done elsewhere for every one.
PLAINLY = 8


class Project:
    """A folder with an audience; opened on one engine or another."""

    def __init__(self, root: Path, spec: str) -> None:
        self.root = root
        (root / "segments").mkdir()
        (root / "pelicanconf.py").write_text("TOPMIND = {}\n", "utf-8")
        (root / "segments" / "_audience.toml").write_text(spec, "utf-8")

    def open(self, as_of: date, engine: str = "") -> Source:
        """As a run would."""
        where = settings.load(self.root, {"TOPMIND_SEGMENT_ENGINE": engine})
        return open_source(read_spec(where), where, as_of)

    def threads(self, as_of: date, count: int) -> Source:
        """On a DuckDB of so many threads."""
        where = settings.load(self.root, {})
        con = duckdb.connect(config={"threads": count})
        spec = read_spec(where)
        return Source(spec, con, Reader(spec, where, as_of, Outside()).load(con))


def ids(source: Source, catalog: Catalog, history: History, as_of: date) -> Mapping[str, tuple[str, ...]]:
    """Ids of every segment's members."""
    with source, Session(source, catalog, history, as_of) as session:
        found = session.members()
        return {name: tuple(session.ids[row] for row in rows.tolist()) for name, rows in found.items()}


def same_everywhere(
    project: Project, catalog: Catalog, history: History, as_of: date, address: str
) -> Mapping[str, tuple[str, ...]]:
    """Members of every segment, the same on all engines."""
    here = ids(project.open(as_of), catalog, history, as_of)
    for count in (1, 2, 4):
        assert ids(project.threads(as_of, count), catalog, history, as_of) == here, count
    there = ids(project.open(as_of, address), catalog, history, as_of)
    for name, segment in catalog.segments.items():
        assert there[name] == here[name], [text for text, _ in segment.who]
    return here


def test_the_twenty_of_the_bench(postgres: Any, tmp_path: Path) -> None:
    """Sums, ranks, windows, birthdays, segments that name segments; none of them is empty or everybody."""
    project = Project(tmp_path, bench.SPEC)
    bench.write(tmp_path / "segments", CONTACTS, 3 * CONTACTS, 10 * CONTACTS)
    found = same_everywhere(project, bench.catalog(), a_history(), bench.TODAY, postgres.get_uri())
    assert len(found) == 20
    assert all(0 < len(some) < CONTACTS for some in found.values())


def test_two_hundred_at_random(postgres: Any, tmp_path: Path) -> None:
    """Nulls, ties, leap days, refunds, quotes, and every kind of fact; and each is what a plain reading says."""
    people = oracle.audience(seed=23, n=CONTACTS)
    project = Project(tmp_path, oracle.SPEC)
    oracle.write_csv(tmp_path / "segments", people)
    rng = Random(29)
    rules = {f"r{n:03}": oracle.a_rule(rng.choice, people) for n in range(RANDOM)}
    catalog = oracle.catalog({name: (rule.text,) for name, rule in rules.items()})
    found = same_everywhere(project, catalog, oracle.history(people), oracle.AS_OF, postgres.get_uri())
    some = people[::PLAINLY]
    looked_at = {c.id for c in some}
    for name, rule in rules.items():
        assert looked_at.intersection(found[name]) == {c.id for c in some if rule.means(c)}, rule.text
    assert len(set(found.values())) > RANDOM / 2


def test_a_whole_run_decides_the_same(postgres: Any, tmp_path: Path) -> None:
    """Members of the plan, the report and the explanation of one contact; a server's own tables are not read."""
    people = oracle.audience(seed=3, n=300)
    project = Project(tmp_path, oracle.SPEC)
    oracle.write_csv(tmp_path / "segments", people)
    catalog = oracle.catalog(
        {"a": ("purchases() > 0",), "b": ("not in_segment('a')", "touches() > 0"), "c": ("in_segment('b')",)}
    )
    past = oracle.history(people)
    with psycopg.connect(postgres.get_uri(), autocommit=True) as owner:
        owner.execute("CREATE DATABASE rules")
    address = postgres.get_uri().replace("/postgres?", "/rules?")
    with psycopg.connect(address, autocommit=True) as owner:
        for table in ("member", "touches", "contacts"):
            owner.execute(f"CREATE TABLE {table} (nr integer, segment text)")
    seen = []
    for engine in ("", address):
        with project.open(oracle.AS_OF, engine) as source:
            found = members(source, catalog, past, oracle.AS_OF)
            seen.append(
                (
                    found.in_segment.tolist(),
                    segment_report(source, catalog, past, oracle.AS_OF),
                    explain(source, catalog, past, oracle.AS_OF, "b", people[0].id),
                )
            )
    assert seen[0] == seen[1]
    assert any(row.size for row in seen[0][1])
    with psycopg.connect(address) as owner:
        (count,) = owner.execute("SELECT sum(n_tup_ins) FROM pg_stat_user_tables").fetchone() or (0,)
        tables = owner.execute("SELECT count(*) FROM pg_class WHERE relpersistence = 't'").fetchone()
    assert (count or 0, tables) == (0, (0,))


def test_what_means_something_to_a_server_is_text(postgres: Any, tmp_path: Path) -> None:
    """Tabs, breaks, backslashes, `\\N` and quotes of an export arrive as they are; nothing is not the empty text."""
    towns = ["a\tb", "a\nb", "a\r\nb", "a\\tb", "\\N", "\\.", 'a"b', "a'b", "Ñ", "NULL", "\\\\", None]
    people = oracle.audience(seed=3, n=len(towns))
    for person, town in zip(people, towns, strict=True):
        person.city = town
    project = Project(tmp_path, oracle.SPEC)
    oracle.write_csv(tmp_path / "segments", people)
    rules = {f"t{n}": (f"city = {oracle._quoted(town)}",) for n, town in enumerate(towns) if town}
    catalog = oracle.catalog({**rules, "none": ("city is null",)})
    found = [
        ids(project.open(oracle.AS_OF, e), catalog, a_history(), oracle.AS_OF)
        for e in ("", postgres.get_uri())
    ]
    assert found[0] == found[1]
    assert all(len(some) == 1 for some in found[1].values()), found[1]


def test_a_user_without_the_right_is_told_which(postgres: Any, tmp_path: Path) -> None:
    """One sentence, with what to grant."""
    project = Project(tmp_path, oracle.SPEC)
    oracle.write_csv(tmp_path / "segments", oracle.audience(seed=3, n=5))
    with psycopg.connect(postgres.get_uri(), autocommit=True) as owner:
        owner.execute("CREATE ROLE guest_of_rules LOGIN PASSWORD 'secret'")
        owner.execute("CREATE DATABASE closed")
        owner.execute("REVOKE TEMPORARY ON DATABASE closed FROM PUBLIC")
    address = postgres.get_uri().replace("/postgres?", "/closed?").replace("//postgres:", "//guest_of_rules:")
    assert "guest_of_rules" in address
    with (
        project.open(oracle.AS_OF, address) as source,
        pytest.raises(AudienceError, match="make temporary tables") as caught,
    ):
        segment_report(source, oracle.catalog({"a": ("member",)}), a_history(), oracle.AS_OF)
    assert "GRANT TEMPORARY" in (caught.value.fix or "")
    assert "secret" not in str(caught.value)
