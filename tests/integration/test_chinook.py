"""A business's real export, with its own column names, gives the figures that were counted by hand."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from topmind import catalog, settings
from topmind.audience import check, explain, members, open_source, read_spec, segment_report
from topmind.audience.sources import Source
from topmind.model import Catalog, Channel
from topmind.testing.builders import a_history

DAY = date(2025, 12, 22)
ROOT = Path(__file__).parents[2] / "tests" / "data" / "chinook"


@pytest.fixture(scope="module")
def places(tmp_path_factory: pytest.TempPathFactory, shared: Path) -> settings.Settings:
    """The project in a folder of its own, so that its `var/` is; the export stays where it is."""
    root = tmp_path_factory.mktemp("chinook") / "project"
    shutil.copytree(ROOT, root, ignore=shutil.ignore_patterns("var", "output"))
    return settings.load(root, {"TOPMIND_CONTACTS": str(shared / "data" / "chinook")})


@pytest.fixture(scope="module")
def loaded(places: settings.Settings) -> Catalog:
    """What people wrote there, without a problem."""
    found = catalog.load(places, DAY, read_spec(places).fields)
    assert found.problems == ()
    assert found.catalog is not None
    return found.catalog


@pytest.fixture(scope="module")
def source(places: settings.Settings) -> Iterator[Source]:
    """The export, opened."""
    with open_source(read_spec(places), places, DAY) as opened:
        yield opened


def test_the_file_says_where_the_export_is(shared: Path) -> None:
    """Relative to `_audience.toml`, without the environment and without a copy."""
    places = settings.load(ROOT, {})
    from topmind.audience.places import place_of

    there = place_of(read_spec(places), places, "contacts").path
    assert there == (shared / "data/chinook/customers.csv").resolve()


def test_figures(source: Source, loaded: Catalog) -> None:
    """One segment per figure of the export."""
    rows = {row.name: row.size for row in segment_report(source, loaded, a_history(), DAY)}
    assert rows == {
        "customers": 59,
        "quiet-90": 40,
        "quiet-180": 28,
        "quiet-365": 13,
        "top-5": 5,
        "jazz": 32,
        "jazz-not-blues": 20,
    }


def test_the_best_five_and_what_they_spent(source: Source, loaded: Catalog) -> None:
    """Equal ones stand in the order of their ids; money is exact."""
    found = members(source, loaded, a_history(), DAY)
    top = found.in_segment[:, found.segments.index("top-5")]
    assert {found.ids[row] for row in top.nonzero()[0]} == {"6", "18", "35", "56", "39"}
    spent = source.con.execute(
        "SELECT contact, sum(amount) FROM source_purchases WHERE day >= DATE '2024-12-22' "
        "GROUP BY contact ORDER BY 2 DESC, 1 LIMIT 5"
    ).fetchall()
    assert spent == [
        ("6", Decimal("27.84")),
        ("18", Decimal("24.75")),
        ("35", Decimal("24.75")),
        ("56", Decimal("24.75")),
        ("39", Decimal("22.77")),
    ]


def test_everybody_has_their_representative_and_a_basis(source: Source, loaded: Catalog) -> None:
    """Employees 3 to 5 of the export are the team; who bought since 2021 may be mailed."""
    found = members(source, loaded, a_history(), DAY)
    assert found.senders == ("jane", "margaret", "steve")
    assert [int((found.sender == n).sum()) for n in range(3)] == [21, 20, 18]
    assert found.consent[Channel.EMAIL].all()
    assert not found.consent[Channel.CALL].any()
    assert found.basis[Channel.EMAIL] == "customer since 2021-01-01 or later (invoices of the shop)"
    assert found.fields["first_name"][found.ids.index("1")] == "Luís"


def test_one_thing_is_odd_about_it(source: Source, loaded: Catalog, places: settings.Settings) -> None:
    """Customer 49 writes a letter before the @ that SES does not carry; nothing else in files and rules."""
    (finding,) = source.findings
    assert finding.rule == "source/bad-address"
    assert "1 contact (49)" in finding.says
    found = members(source, loaded, a_history(), DAY)
    assert [found.ids[row] for row in (~found.reach[Channel.EMAIL]).nonzero()[0]] == ["49"]
    assert check(loaded.segments, loaded.sequences, loaded.items, read_spec(places)) == ()


def test_why_one_customer_is_not_in_a_segment(source: Source, loaded: Catalog) -> None:
    """Customer 1 never bought jazz."""
    lines = explain(source, loaded, a_history(), DAY, "jazz-not-blues", "1")
    assert [(line.text, line.true) for line in lines] == [
        ("in_segment('jazz')", False),
        ("not bought('Blues')", True),
    ]
