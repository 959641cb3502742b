"""What a sequence may start from, told day by day at the command line of a small company."""

from __future__ import annotations

from pathlib import Path

import pytest

from programme import Programme, a_sequence, a_step


def test_leaving_a_segment_starts_a_sequence(tmp_path: Path) -> None:
    """Whoever stops being a prospect by buying; not who was never one, and not because somebody changed the rule."""
    files = a_sequence("goodbye", "leaves: prospects") | a_step("goodbye", 1, "after: 1 day")
    story = Programme(tmp_path / "alder", files)
    story.buys("c1", "2026-03-01")
    assert story.tick("2026-11-02") == []
    story.buys("c2", "2026-11-03")
    assert story.tick("2026-11-03") == []
    assert story.tick("2026-11-04") == [("c2", "goodbye 1")]
    rule = "---\ntitle: Prospects\nwho:\n  - purchases() = 0\n  - stage = 'desire'\n---\n"
    story.desk.write({"segments/prospects.md": rule})
    assert story.tick("2026-11-05") == story.tick("2026-11-06") == story.tick("2026-11-07") == []
    story.desk.write({"segments/prospects.md": rule.replace("  - stage = 'desire'\n", "")})
    assert story.tick("2026-11-08") == story.tick("2026-11-09") == []
    story.buys("c3", "2026-11-10")
    assert story.tick("2026-11-10") == []
    assert story.tick("2026-11-12") == [("c3", "goodbye 1")]


def test_entering_is_the_day_on_which_they_came_in(tmp_path: Path) -> None:
    """A newcomer by the day since when we know them, everybody else by the run that saw them come in."""
    files = a_sequence("welcome", "enters: customers") | a_step("welcome", 1, "after: 2 days")
    story = Programme(tmp_path / "alder", files)
    assert story.tick("2026-11-02") == []
    story.buys("c1", "2026-11-03")
    assert story.tick("2026-11-03") == story.tick("2026-11-04") == []
    assert story.tick("2026-11-05") == [("c1", "welcome 1")]
    # an old customer whom an import brings in only now: since 2025 is before the programme began
    story.change("c9", email="canary9@example.com", since="2025-01-01")
    story.buys("c9", "2025-02-01")
    story.change("c10", email="canary10@example.com", since="2026-11-06")
    story.buys("c10", "2026-11-06")
    assert story.tick("2026-11-07") == []
    assert story.tick("2026-11-08") == [("c10", "welcome 1")]
    assert [story.tick(f"2026-11-{day:02}") for day in range(9, 13)] == [[], [], [], []]


def test_time_alone_brings_people_into_a_segment(tmp_path: Path) -> None:
    """Nobody bought for ninety days: a fact that changed, although no file did. Re-entry starts it again."""
    lapsed = {"segments/lapsed.md": "---\ntitle: Lapsed\nwho:\n  - last_purchase() < days_ago(90)\n---\n"}
    files = a_sequence("back", "enters: lapsed", more="repeat: every time\n") | a_step(
        "back", 1, "after: 0 days"
    )
    story = Programme(tmp_path / "alder", files | lapsed)
    story.buys("c1", "2026-04-01")
    assert story.tick("2026-06-30") == []
    assert story.tick("2026-07-01") == [("c1", "back 1")]
    assert story.tick("2026-07-02") == []
    story.buys("c1", "2026-07-03")
    assert story.tick("2026-07-03") == []
    assert story.tick("2026-10-02") == [("c1", "back 1")]
    assert story.tick("2026-10-03") == []


@pytest.mark.parametrize(
    ("starts", "told"),
    [
        ("moves: desire", [[("c1", "stage 1")], [], [("c1", "stage 1")]]),
        ("moves: back", [[], [("c1", "stage 1")], []]),
        ("moves: forward", [[("c1", "stage 1")], [], [("c1", "stage 1")]]),
    ],
)
def test_stages_move_on_and_back(tmp_path: Path, starts: str, told: list[list[tuple[str, str]]]) -> None:
    """To a stage, or in a direction; the first sight of somebody is no move."""
    files = a_sequence("stage", starts, more="repeat: every time\n") | a_step("stage", 1, "after: 0 days")
    story = Programme(tmp_path / "alder", files)
    assert story.tick("2026-11-02") == []
    days = []
    for day, stage in (("03", "desire"), ("05", "attention"), ("07", "desire")):
        story.change("c1", stage=stage)
        days.append(story.tick(f"2026-11-{day}"))
    assert days == told


def test_a_plan_says_what_the_send_then_does(tmp_path: Path) -> None:
    """`plan` sees the same moves, and writes none of them."""
    files = a_sequence("goodbye", "leaves: prospects") | a_step("goodbye", 1, "after: 0 days")
    story = Programme(tmp_path / "alder", files)
    story.tick("2026-11-02")
    story.buys("c2", "2026-11-03")
    before = story.desk.left()
    plans = [story.desk.type("--as-of", "2026-11-03", "plan").out for _ in range(2)]
    assert plans[0] == plans[1]
    assert "1  goodbye/step1" in plans[0]
    assert story.desk.left() == before
    assert story.tick("2026-11-03") == [("c2", "goodbye 1")]


def test_birthdays_of_leap_days_and_a_week_before(tmp_path: Path) -> None:
    """29 February is kept on the 28th in ordinary years; `before` counts back from the day."""
    files = a_sequence("birthday", "birthday", more="repeat: yearly\n")
    files |= a_step("birthday", 1, "after: 0 days", more="grace: 0\n") | a_step(
        "birthday", 2, "before: 7 days", more="grace: 0\n"
    )
    story = Programme(tmp_path / "alder", files)
    story.change("c1", birthday="1984-02-29")
    told = {day: story.tick(day) for day in ("2027-02-21", "2027-02-22", "2027-02-28", "2027-03-01")}
    assert told == {
        "2027-02-21": [("c1", "birthday 2")],
        "2027-02-22": [],
        "2027-02-28": [("c1", "birthday 1")],
        "2027-03-01": [],
    }
    assert story.tick("2028-02-22") == [("c1", "birthday 2")]
    assert story.tick("2028-02-28") == []
    assert story.tick("2028-02-29") == [("c1", "birthday 1")]


def test_a_purchase_of_something_each_time(tmp_path: Path) -> None:
    """`bought('roof')` hears roofs only; each roof is thanked for once."""
    files = a_sequence("roof", "bought('roof')", more="repeat: every time\n") | a_step(
        "roof", 1, "after: 1 day"
    )
    story = Programme(tmp_path / "alder", files)
    story.buys("c1", "2026-11-02", "wall")
    story.buys("c1", "2026-11-02", "roof")
    assert story.tick("2026-11-03") == [("c1", "roof 1")]
    story.buys("c1", "2026-11-09", "roof")
    assert story.tick("2026-11-10") == [("c1", "roof 1")]
    assert story.tick("2026-11-11") == []


def test_older_facts_start_something_on_request_only(tmp_path: Path) -> None:
    """A sequence written today leaves those alone whose day went by; `backfill` makes up for the last step missed."""
    steps = a_step("thanks", 1, "after: 1 day") | a_step("thanks", 2, "after: 90 days")
    story = Programme(tmp_path / "alder", a_sequence("thanks", "first_purchase()") | steps)
    for contact, day in (
        ("c1", "2025-12-01"),
        ("c2", "2026-03-01"),
        ("c3", "2026-09-20"),
        ("c4", "2026-12-01"),
    ):
        story.buys(contact, day)
    assert story.tick("2026-12-01") == []
    story.desk.write(a_sequence("thanks", "first_purchase()", more="backfill: 2026-12-03\n"))
    assert story.tick("2026-12-02") == [("c4", "thanks 1")]
    assert story.tick("2026-12-03") == [("c2", "thanks 2"), ("c3", "thanks 1")]
    assert story.tick("2026-12-04") == story.tick("2026-12-10") == []
    assert story.tick("2026-12-19") == [("c3", "thanks 2")]


def test_condition_stop_and_grace(tmp_path: Path) -> None:
    """`only_if` is asked on each day of the grace; `stop_when` ends it; too late is too late."""
    files = a_sequence("after", "bought('roof')", more="stop_when: bought('wall')\n")
    files |= a_step("after", 1, "after: 1 day", more="grace: 3\nonly_if: stage = 'desire'\n")
    story = Programme(tmp_path / "alder", files)
    for contact in ("c1", "c2", "c3"):
        story.buys(contact, "2026-11-02", "roof")
    assert story.tick("2026-11-03") == []
    story.change("c1", stage="desire")
    story.change("c2", stage="desire")
    story.buys("c2", "2026-11-04", "wall")
    assert story.tick("2026-11-04") == [("c1", "after 1")]
    assert story.tick("2026-11-06") == []
    story.change("c3", stage="desire")
    assert story.tick("2026-11-07") == []


def test_an_activity_starts_a_sequence(tmp_path: Path) -> None:
    """Each day of it, where it repeats."""
    files = a_sequence("hello", "did('inquiry')", more="repeat: every time\n") | a_step(
        "hello", 1, "after: 1 day"
    )
    story = Programme(tmp_path / "alder", files)
    path = story.desk.root / "segments/_audience.toml"
    table = '\n[tables.web]\nfile = "../var/contacts/web.csv"\ncontact = "who"\ndate = "day"\nwhat = "what"\n'
    path.write_text(
        path.read_text("utf-8").replace("\n[fields.first_name]", f"{table}\n[fields.first_name]"), "utf-8"
    )
    rows = "who,day,what\nc1,2026-11-02,inquiry\nc2,2026-11-02,click\n"
    story.desk.write({"var/contacts/web.csv": rows})
    assert story.tick("2026-11-03") == [("c1", "hello 1")]
    story.desk.write({"var/contacts/web.csv": f"{rows}c1,2026-11-05,inquiry\n"})
    assert story.tick("2026-11-06") == [("c1", "hello 1")]
    assert story.tick("2026-11-07") == []
