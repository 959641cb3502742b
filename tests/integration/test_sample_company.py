"""Harbor & Pine: the sample keeps what it is there to show."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from PIL import Image

from topmind import audience, catalog, planning, settings
from topmind.catalog import scanner
from topmind.model import Access, Catalog, Channel, History, Kind, Plan, Status, Where
from topmind.testing import audience as made_up

ROOT = Path(__file__).parents[2]
TODAY = date(2026, 12, 1)


@pytest.fixture(scope="module")
def sample() -> Catalog:
    """The catalog of the repository's own company."""
    project = settings.load(ROOT, {})
    loaded = catalog.load(project, TODAY, audience.read_spec(project).fields)
    assert loaded.problems == ()
    assert loaded.catalog is not None
    return loaded.catalog


@pytest.fixture(scope="module")
def forecast(sample: Catalog, tmp_path_factory: pytest.TempPathFactory) -> Plan:
    """The next 90 days for the made-up audience with its past."""
    folder = tmp_path_factory.mktemp("contacts")
    made_up.write(folder, as_of=TODAY)
    project = replace(settings.load(ROOT, {}), contacts=str(folder))
    touches = made_up.past_touches(as_of=TODAY)
    history = History(
        ledger="harbor-and-pine", touches=touches, answers=made_up.past_answers(as_of=TODAY), first=False
    )
    with audience.open_source(audience.read_spec(project), project, TODAY) as source:
        members = audience.members(source, sample, history, TODAY)
    return planning.plan(sample, members, history, datetime(2026, 12, 1, 15, tzinfo=UTC), horizon=90)


def test_all_kinds_and_the_special_items_are_there(sample: Catalog) -> None:
    """Seven kinds; an expired, a running and an upcoming promotion; mail-only, clients-only, draft, announcement."""
    items = sample.items.values()
    offers = [i for i in items if i.kind is Kind.PROMOTION and i.starts and i.ends]
    assert {i.kind for i in items} == set(Kind)
    assert [i.id for i in offers if i.ends and i.ends < TODAY] == ["promotions/fall-gutters"]
    assert [i.id for i in offers if i.live(TODAY)] == ["promotions/storm-window-week"]
    assert [i.id for i in offers if i.starts and i.starts > TODAY] == ["promotions/early-deck"]
    assert any(Where.SITE not in i.where for i in items)
    assert any(i.access is Access.CLIENTS for i in items)
    assert any(i.status is Status.DRAFT for i in items)
    assert [len(i.sends) for i in items if i.sends] == [2]
    assert all(i.permission for i in items if i.kind is Kind.TESTIMONIAL)


def test_the_three_sequences_use_mail_calls_and_letters(sample: Catalog) -> None:
    """The welcome has at least eight touches over three channels; an unhappy answer is a call the same day."""
    welcome = sample.sequences["prospect-welcome"].steps
    assert len(welcome) >= 8
    assert {s.channel for s in welcome} == {Channel.EMAIL, Channel.CALL, Channel.LETTER}
    unhappy = next(s for s in sample.sequences["first-job"].steps if s.id == "unhappy-call")
    assert (unhappy.channel, unhappy.offset) == (Channel.CALL, 0)
    assert set(sample.sequences) == {"first-job", "prospect-welcome", "win-back"}


def test_ninety_days_hold_for_customers_and_not_for_prospects(forecast: Plan) -> None:
    """The forecast shows no content gap but the one of the prospects, which is there on purpose."""
    assert {gap.segment for gap in forecast.gaps} == {"prospects"}


def test_every_week_of_the_winter_has_its_tuesday_fix(forecast: Plan) -> None:
    """Thirteen issues in ninety days, each for most customers: the tips do not run out."""
    issues: dict[str, int] = {}
    for day in forecast.calendar:
        for occasion, count in day.touches.items():
            if forecast.occasions[occasion].source == "tuesday-fix":
                name = forecast.occasions[occasion].occurrence
                issues[name] = issues.get(name, 0) + count
    assert len(issues) == 13
    assert min(issues.values()) > 1000


def test_pictures_are_small_and_used(sample: Catalog) -> None:
    """At most 60 KB each, 1200 px wide or square, and each shown somewhere."""
    shown = {i.image for i in sample.items.values()} | {m.photo for m in sample.team.values()}
    for path in sorted((ROOT / "content/images").glob("*.png")):
        assert path.stat().st_size <= 60_000, path.name
        assert f"images/{path.name}" in shown
        with Image.open(path) as picture:
            assert picture.size in {(1200, 675), (400, 400)}


@pytest.mark.parametrize("page", ["writing", "segments", "sending"])
def test_examples_of_the_docs_are_well_formed(page: str) -> None:
    """Whoever copies an example out of the docs gets no error from the block scanner."""
    text = (ROOT / f"content/pages/docs/{page}.md").read_text("utf-8")
    examples = re.findall(r"^```markdown\n(.*?)^```", text, re.MULTILINE | re.DOTALL)
    for example in examples:
        body = re.sub(r"\A---\n.*?^---\n", "", example, flags=re.MULTILINE | re.DOTALL)
        assert scanner.scan(body, page, 1).problems == ()
    assert examples or page == "sending"
