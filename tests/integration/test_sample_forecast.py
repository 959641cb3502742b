"""The sample company's next ninety days: what its content is enough for, with all and with half of it."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest

from topmind import audience, catalog, planning, settings
from topmind.model import Catalog, Coverage, History, Kind, Members, Plan
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


def test_customers_are_kept_and_prospects_run_out_on_purpose(
    sample: tuple[Catalog, Members, History],
) -> None:
    """The sample shows a gap: two weeks' promise and not enough to say."""
    plan = ahead(sample)
    assert plan.outlook is not None
    assert [need.segment for need in plan.outlook.needs] == ["prospects"]
    rows = {row.segment: row for row in plan.outlook.coverage}
    assert rows["customers"].throughout == rows["customers"].contacts
    assert rows["prospects"].throughout < rows["prospects"].contacts


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


def test_half_of_the_content_keeps_fewer_and_says_so_earlier(
    sample: tuple[Catalog, Members, History],
) -> None:
    """Every second item taken away: the gap comes earlier, for more people, and asks for more to write."""
    read = sample[0]
    half = {name: item for n, (name, item) in enumerate(sorted(read.items.items())) if n % 2 == 0}
    whole, less = ahead(sample), ahead(sample, items=half)
    assert whole.outlook is not None
    assert less.outlook is not None
    assert everybody(less).throughout < everybody(whole).throughout
    (need,), (before,) = less.outlook.needs, whole.outlook.needs
    assert need.by[0] < before.by[0]
    assert need.contacts > before.contacts
    assert len(need.by) > len(before.by)
