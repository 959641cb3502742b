"""The schedule as the workflow has it, and what it means in words."""

from __future__ import annotations

from datetime import date
from pathlib import Path

from topmind import settings
from topmind.run.ticks import WORKFLOW, as_dicts, as_text, ticks_of
from topmind.testing.builders import a_catalog, a_newsletter

ROOT = Path(__file__).parents[3]
DAY = date(2026, 12, 1)
USUAL = ("17 8,11,13,15 * * *", "43 17,20,23 * * *")


def project(root: Path, workflow: str = "", own: str = "[]") -> settings.Settings:
    """A project with this workflow and these own ticks."""
    (root / "pelicanconf.py").write_text(f"TOPMIND = {{'ticks': {own}}}\n", "utf-8")
    if workflow:
        (root / WORKFLOW).parent.mkdir(parents=True)
        (root / WORKFLOW).write_text(workflow, "utf-8")
    return settings.load(root, {})


def test_the_schedule_is_that_of_the_workflow() -> None:
    """The project's own file, as GitHub reads it."""
    assert ticks_of(settings.load(ROOT, {})) == USUAL


def test_quotes_comments_and_own_settings(tmp_path: Path) -> None:
    """However a line is quoted; a switched-off line is none; the settings go before the file."""
    text = "on:\n  schedule:\n    - cron: '1 2 * * *'\n    - cron: 3 4 * * *  # noon\n    # - cron: \"5 6 * * *\"\n"
    (tmp_path / "a").mkdir()
    assert ticks_of(project(tmp_path / "a", text)) == ("1 2 * * *", "3 4 * * *")
    (tmp_path / "b").mkdir()
    assert ticks_of(project(tmp_path / "b", text, "['7 8 * * *']")) == ("7 8 * * *",)
    (tmp_path / "c").mkdir()
    assert ticks_of(project(tmp_path / "c")) == ()


def test_the_next_five_dates_and_the_runs_of_each_zone() -> None:
    """What a marketer looks for: which days, and when it really goes where."""
    catalog = a_catalog(newsletters=[a_newsletter()])
    zones = {"America/New_York": 9, "Pacific/Honolulu": 2, "Europe/Berlin": 1}
    text = "\n".join(as_text(catalog, zones, ("17 15,23 * * *",), DAY))
    assert "The Tuesday Fix (Tuesday at 09:00):" in text
    assert "Tue 1 December, Tue 8 December, Tue 15 December, Tue 22 December, Tue 29 December" in text
    assert "with the run at 10:17, else 18:17, America/New_York (9)" in text
    assert "with the run at 13:17, later than its window, Pacific/Honolulu (2)" in text
    assert "with the run at 16:17, later than its window, Europe/Berlin (1)" in text
    (machine,) = as_dicts(catalog, zones, ("17 15,23 * * *",), DAY)
    assert machine["dates"] == ["2026-12-01", "2026-12-08", "2026-12-15", "2026-12-22", "2026-12-29"]


def test_without_a_schedule_the_hour_is_said() -> None:
    """A hand-run project goes with the first `topmind send` after that time."""
    text = "\n".join(as_text(a_catalog(newsletters=[a_newsletter()]), {"UTC": 1}, (), DAY))
    assert "the first `topmind send` after 09:00" in text


def test_a_schedule_that_is_none_does_not_hide_the_dates() -> None:
    """`check` names the line; the plan goes on."""
    text = "\n".join(as_text(a_catalog(newsletters=[a_newsletter()]), {"UTC": 1}, ("@daily",), DAY))
    assert "Tue 1 December" in text
    assert "the first `topmind send` after 09:00" in text
