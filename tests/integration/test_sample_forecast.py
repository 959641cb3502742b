"""The sample company's next ninety days: what its content is enough for, with all and with half of it."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest

from topmind import audience, catalog, planning, settings
from topmind.model import Catalog, Coverage, History, Kind, Members, Plan
from topmind.report.outlook_words import share
from topmind.testing import audience as made_up

ROOT = Path(__file__).parents[2]
TODAY = date(2026, 12, 1)


@pytest.fixture(scope="module")
def sample(tmp_path_factory: pytest.TempPathFactory) -> tuple[Catalog, Members, History]:
    """The repository's own company with its made-up audience and past."""
    folder = tmp_path_factory.mktemp("contacts")
    made_up.write(folder, as_of=TODAY)
    project = replace(settings.load(ROOT, {}), contacts=str(folder))
    spec = audience.read_spec(project)
    read = catalog.load(project, TODAY, spec.fields).catalog
    assert read is not None
    history = History(
        ledger="harbor-and-pine",
        touches=made_up.past_touches(as_of=TODAY),
        answers=made_up.past_answers(as_of=TODAY),
        first=False,
    )
    with audience.open_source(spec, project, TODAY) as source:
        return read, audience.members(source, read, history, TODAY), history


def ahead(sample: tuple[Catalog, Members, History], **over: Any) -> Plan:
    """Ninety days with these items in place of the sample's own."""
    read, members, history = sample
    now = datetime(2026, 12, 1, 15, tzinfo=UTC)
    return planning.plan(replace(read, **over), members, history, now, all_day=True, horizon=90, outlook=True)


def everybody(plan: Plan) -> Coverage:
    """The row of all."""
    assert plan.outlook is not None
    return next(row for row in plan.outlook.coverage if not row.segment)


def shares(plan: Plan) -> dict[str, str]:
    """Segment → contacts inside their floor on every day, as people read it; "" = everybody."""
    assert plan.outlook is not None
    shown = ("", "customers", "prospects")
    rows = [row for row in plan.outlook.coverage if row.segment in shown]
    return {row.segment: share(row.throughout, row.contacts) for row in rows}


def test_with_all_of_its_content_customers_are_kept_and_prospects_run_out(
    sample: tuple[Catalog, Members, History],
) -> None:
    """The sample shows a gap on purpose: two weeks' promise to prospects, and four tips too few to keep it."""
    plan = ahead(sample)
    assert plan.outlook is not None
    assert shares(plan) == {"": "1338 (74 %)", "customers": "1110 (100 %)", "prospects": "205 (31 %)"}
    (need,) = plan.outlook.needs
    assert (need.segment, need.contacts, len(need.by), need.by[0]) == ("prospects", 461, 4, date(2027, 1, 14))


def test_as_many_tips_as_are_asked_for_close_the_gap_and_one_less_does_not(
    sample: tuple[Catalog, Members, History],
) -> None:
    """Written for prospects on the very days that are named."""
    read = sample[0]
    plan = ahead(sample)
    assert plan.outlook is not None
    (need,) = plan.outlook.needs
    tip = next(item for item in read.items.values() if item.kind is Kind.TIP and item.evergreen)

    def with_new(count: int) -> Plan:
        new = {
            f"tips/new-{n}": replace(
                tip, id=f"tips/new-{n}", slug=f"new-{n}", day=day, was=(), segments=frozenset({"prospects"})
            )
            for n, day in enumerate(need.by[:count])
        }
        return ahead(sample, items={**read.items, **new})

    assert with_new(len(need.by) - 1).gaps != ()
    whole = with_new(len(need.by))
    assert whole.gaps == ()
    assert everybody(whole).throughout == everybody(whole).contacts


def test_with_half_of_its_content_fewer_are_kept_and_the_gap_comes_earlier(
    sample: tuple[Catalog, Members, History],
) -> None:
    """Every second item taken away: customers are still kept, by rescues; of prospects one in sixteen is, three weeks
    earlier, and six tips would do. What their welcome shows by its own words, no rescue chooses again."""
    read = sample[0]
    half = {name: item for n, (name, item) in enumerate(sorted(read.items.items())) if n % 2 == 0}
    plan = ahead(sample, items=half)
    assert plan.outlook is not None
    assert shares(plan) == {"": "1176 (65 %)", "customers": "1110 (100 %)", "prospects": "43 (6 %)"}
    (need,) = plan.outlook.needs
    assert (need.segment, need.contacts, len(need.by), need.by[0]) == (
        "prospects",
        623,
        6,
        date(2026, 12, 23),
    )
