"""Somebody asks in the middle of a running programme: what they were promised comes, and nothing takes its place."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path

from programme import Programme, a_sequence, a_step

FILES = {
    **a_sequence("welcome", "enters: newcomers"),
    **a_step("welcome", 1, "after: 1 day", more="grace: 5\n"),
    "segments/newcomers.md": "---\ntitle: Newcomers\nwho:\n  - stage = 'attention'\n"
    "at_least: 1 valuable touch every 14 days\nat_most: 1 email per week\n---\nThey asked.\n",
    "content/newsletters/wall.md": "---\nid: wall\ntitle: The Wall\nevery: Wednesday at 09:00\nsubject: The Wall\n---\n"
    "/// slot | 1 tip\n",
    **{
        f"content/tips/t{n}.md": f"---\ntitle: Tip {n}\ndate: 2026-01-0{n}\nsummary: One.\n---\nDo this.\n"
        for n in range(1, 7)
    },
}


def test_the_hello_comes_on_its_day_and_no_rescue_before_it(tmp_path: Path) -> None:
    """The programme runs for eleven months and a mail a week is allowed. Nora asks on a Wednesday, the newsletter's
    day: neither a rescue, as if her floor were broken since January, nor the issue takes the place of the hello."""
    story = Programme(tmp_path / "alder", FILES)
    assert story.desk.type("build").code == 0
    story.tick("2026-12-01")
    story.change("c9", email="canary9@example.com", stage="attention", since="2026-12-02")
    got = []
    for n in range(9):
        day = date(2026, 12, 2) + timedelta(days=n)
        got += [(day.day, subject) for who, subject in story.tick(day.isoformat()) if who == "c9"]
    assert got[0] == (3, "welcome 1")
    assert [day for day, _ in got[1:] if day < 10] == []
