"""The calendar of the desk: who hears what, when, per segment, and the file behind it."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from starlette.applications import Starlette

from topmind import brand
from topmind.date_words import DateStyle
from topmind.desk.app import app
from topmind.desk.calendar import told, weeks
from topmind.desk.calendar_page import Calendar
from topmind.desk.editing import editor, github
from topmind.errors import TopmindError
from topmind.report.last_plan import LastPlan
from topmind.report.outlook_words import coverage_lines
from topmind.testing.asgi import call
from topmind.testing.desk import a_last_plan, a_last_run

ROOT = Path(__file__).parents[3]
BRAND = brand.load(ROOT)
LETTER = "content/newsletters/tuesday-fix.md"


def desk(folder: Path, last_plan: Callable[[], LastPlan | None] = a_last_plan) -> Starlette:
    """A desk over a folder, with a forecast."""
    calendar = Calendar(last_plan=last_plan, root=folder, edit=editor(folder), dates=DateStyle("en", "US"))
    return app(
        site=folder / "output",
        outbox=folder / "var/outbox",
        brand=BRAND,
        company="Harbor & Pine",
        last_run=a_last_run,
        calendar=calendar,
    )


def text_of(html: str) -> str:
    """What a reader sees."""
    return " ".join(re.sub(r"<[^>]+>", " ", html.partition("<main")[2]).split())


def test_everybody_and_each_segment_have_their_calendar(tmp_path: Path) -> None:
    """The letter goes to 1180 people, to 280 prospects; a call is a bundle that opens to its file."""
    page = call(desk(tmp_path), "GET", "/desk/calendar/").text
    assert "1180 The Tuesday Fix" in text_of(page)
    assert "3 calls" in text_of(page)
    prospects = text_of(call(desk(tmp_path), "GET", "/desk/calendar/?segment=prospects").text)
    assert "280 The Tuesday Fix" in prospects
    assert "call" not in prospects.partition("Day by day")[2]
    assert call(desk(tmp_path), "GET", "/desk/calendar/?segment=nobody").status == 404


def test_the_gap_stands_in_its_week_and_in_words(tmp_path: Path) -> None:
    """Said once at the top with what would do, and again where it begins; not for a segment that has none."""
    page = text_of(call(desk(tmp_path), "GET", "/desk/calendar/").text)
    assert (
        "Week of December 21: 280 prospects have nothing new, 300 by December 28; two tips would do" in page
    )
    assert page.index("Mon 14") < page.index("280 prospects from this week on") < page.index("Mon 21")
    customers = text_of(call(desk(tmp_path), "GET", "/desk/calendar/?segment=customers").text)
    assert "nothing new" not in customers


def test_coverage_is_of_the_segment_that_is_shown(tmp_path: Path) -> None:
    """1600 of 1900 are 84 %; of the prospects 200 of 500 are 40 %. Whom nobody can reach stands apart."""
    assert "84 % inside their floor on every day" in text_of(
        call(desk(tmp_path), "GET", "/desk/calendar/").text
    )
    assert "Apart, because no rescue may or can reach them: 80 no consent, 7 no address for it" in text_of(
        call(desk(tmp_path), "GET", "/desk/calendar/").text
    )
    assert "40 % inside their floor on every day" in text_of(
        call(desk(tmp_path), "GET", "/desk/calendar/?segment=prospects").text
    )


def test_the_desk_rounds_as_the_terminal_does(tmp_path: Path) -> None:
    """1329 of 1799 are 73.9 %: 74 % in both."""
    row = replace(a_last_plan().coverage[0], contacts=1799, throughout=1329, today=1799)
    plan = a_last_plan(coverage=(row,))
    page = text_of(call(desk(tmp_path, lambda: plan), "GET", "/desk/calendar/").text)
    assert "74 % inside their floor on every day" in page
    assert any("1329 (74 %)" in line for line in coverage_lines([row]))


def test_weeks_are_whole_and_begin_on_monday() -> None:
    """Four weeks from a Tuesday touch five Mondays; what lies beyond is an empty place."""
    found = weeks(a_last_plan(), "", lambda path: path)
    assert next(week.monday for week in found) == date(2026, 11, 30)
    assert all(len(week.days) == 7 and week.monday.weekday() == 0 for week in found)
    inside = [day.day for week in found for day in week.days if not day.beyond]
    assert inside == [day.day for day in a_last_plan().days]


def test_touches_of_the_calendar_add_up_to_the_plan() -> None:
    """Whatever is bundled, nothing is lost."""
    plan = a_last_plan()
    for segment in ("", "customers", "prospects"):
        shown = sum(
            line.count
            for week in weeks(plan, segment, lambda path: path)
            for day in week.days
            for line in (*day.mails, *(one for bundle in day.bundles for one in bundle.lines))
        )
        assert shown == sum(by.get(segment, 0) for day in plan.days for by in day.touches.values())


def test_on_a_phone_the_calendar_is_a_list_of_weeks_that_open(tmp_path: Path) -> None:
    """Two are open; a closed one says what goes in it; days and weeks with nothing are left out."""
    page = call(desk(tmp_path), "GET", "/desk/calendar/").text.partition('<div class="weeks">')[2]
    assert (page.count("<details open>"), page.count("<summary><h3>")) == (2, 4)
    said = text_of(f"<main{page}")
    assert "7 December to 13 December 1180 The Tuesday Fix, 46 others" in said
    assert ("Tue 8 Dec" in said, "Fri 4 Dec" in said) == (True, False)
    found = weeks(a_last_plan(), "", lambda path: path)
    assert found[1].says == ("1180 The Tuesday Fix", "46 others")
    assert [day.day.day for day in found[1].full] == [8, 9, 11, 12]


def test_today_tells_each_day_by_titles(tmp_path: Path) -> None:
    """As the calendar does; what the forecast does not name by the title of the run, else as it stands."""
    touches = {
        "tuesday-fix/2026-W50": 1180,
        "first-job/thank-you": 14,
        "first-job/check-in (call)": 1,
        "x/y": 2,
        "z": 0,
    }
    said = told(touches, a_last_plan().whats, {"x/y": "An evening"})
    assert said == ("1180 The Tuesday Fix", "2 An evening", "14 follow-ups", "1 call")
    assert told({"x/y": 2}, {}, {}) == ("2 x/y",)
    shown = text_of(call(desk(tmp_path), "GET", "/desk/").text)
    assert "tuesday-fix/2026-W50" not in shown


def test_a_file_is_shown_only_if_the_plan_names_it(tmp_path: Path) -> None:
    """Read only, and never another file of the project."""
    for name in (LETTER, "content/company.md", "var/keys.json"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(f"this is {name} <b>")
    shown = desk(tmp_path)
    page = call(shown, "GET", f"/desk/file/{LETTER}")
    assert (page.status, f"this is {LETTER} &lt;b&gt;" in page.text) == (200, True)
    assert f'href="/desk/file/{LETTER}"' in call(shown, "GET", "/desk/calendar/").text
    for path in ("content/company.md", "var/keys.json", "../secret", f"x/../{LETTER}", f"{LETTER}/"):
        assert call(shown, "GET", f"/desk/file/{path}").status == 404, path


def test_a_link_out_of_the_project_is_not_followed(tmp_path: Path) -> None:
    """The plan names it, but it points elsewhere."""
    (tmp_path / "project/content/newsletters").mkdir(parents=True)
    (tmp_path / "secret").write_text("secret")
    (tmp_path / "project" / LETTER).symlink_to(tmp_path / "secret")
    assert call(desk(tmp_path / "project"), "GET", f"/desk/file/{LETTER}").status == 404


@pytest.mark.parametrize(
    ("remote", "found"),
    [
        ("git@github.com:harbor/site.git", "https://github.com/harbor/site/edit/main"),
        ("https://github.com/harbor/site", "https://github.com/harbor/site/edit/main"),
        ("https://token@github.com/harbor/site.git", "https://github.com/harbor/site/edit/main"),
        ("ssh://git@github.com/harbor/my.site.git", "https://github.com/harbor/my.site/edit/main"),
        ("https://example.com/harbor/site.git", ""),
        ("https://github.com.evil.example/harbor/site", ""),
    ],
)
def test_on_github_titles_lead_to_its_editor(tmp_path: Path, remote: str, found: str) -> None:
    """For the branch that is checked out; a token in the remote's address goes nowhere."""
    (tmp_path / ".git").mkdir()
    (tmp_path / ".git/HEAD").write_text("ref: refs/heads/main\n")
    (tmp_path / ".git/config").write_text(
        f'[core]\n\tbare = false\n[remote "origin"]\n\turl = {remote}\n\tfetch = +refs/heads/*\n'
    )
    assert github(tmp_path) == found
    assert editor(tmp_path)(LETTER) == (f"{found}/{LETTER}" if found else f"/desk/file/{LETTER}")


def test_a_checkout_that_cannot_be_read_is_none(tmp_path: Path) -> None:
    """No repository, a detached head, a broken file."""
    assert github(tmp_path) == ""
    (tmp_path / ".git").mkdir()
    (tmp_path / ".git/config").write_text('[remote "origin"\nurl')
    (tmp_path / ".git/HEAD").write_text("0123456789")
    assert github(tmp_path) == ""


def test_before_the_first_run_the_page_says_what_to_do(tmp_path: Path) -> None:
    """And so it does where an older version wrote the file."""

    def broken() -> LastPlan | None:
        raise TopmindError("has another shape than this version writes.", where="var/last-plan.json")

    assert "topmind send" in call(desk(tmp_path, lambda: None), "GET", "/desk/calendar/").text
    assert "another shape" in call(desk(tmp_path, broken), "GET", "/desk/calendar/").text
    assert call(desk(tmp_path, broken), "GET", f"/desk/file/{LETTER}").status == 404


def test_hostile_titles_stay_text(tmp_path: Path) -> None:
    """A title is a marketer's words, not markup."""
    plan = a_last_plan()
    whats = {
        name: replace(what, title="<script>x</script>", group="<script>x</script>")
        for name, what in plan.whats.items()
    }
    page = call(desk(tmp_path, lambda: replace(plan, whats=whats)), "GET", "/desk/calendar/").text
    assert "<script>" not in page


def test_today_says_what_must_be_written(tmp_path: Path) -> None:
    """In the words of the forecast; without one, those of the last run."""
    ahead = text_of(call(desk(tmp_path), "GET", "/desk/").text)
    assert "Content to write. Week of December 21: 280 prospects have nothing new" in ahead
    assert "In the week of" not in ahead
    assert "410 prospects have nothing new to get" in text_of(
        call(desk(tmp_path, lambda: None), "GET", "/desk/").text
    )
