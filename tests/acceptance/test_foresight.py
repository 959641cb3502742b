"""What a marketer is told before anything goes out: rules that will hold a mail, content that will be lacking, and
what has changed since the last run. Expected figures are counted by hand from the small company's files."""

from __future__ import annotations

import json
import re
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from played import Desk
from small_company import DAY, FILES, PEOPLE, a_company

SALE = (
    "---\ntitle: Winter sale\ndate: 2026-11-20\noffer: 20 % off\ncode: WINTER20\nstarts: 2026-12-01\n"
    "ends: 2026-12-20\nsend: [2026-12-04]\nterms: One per house.\n---\nWe come in winter.\n\n/// coupon | WINTER20\n"
)


def tip(number: int) -> str:
    """A new evergreen tip."""
    return f"---\ntitle: Tip number {number}\ndate: 2026-12-01\n---\nLook at stone {number}.\n"


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    """Somebody at a small company's folder."""
    return Desk(a_company(tmp_path))


def test_check_says_at_writing_time_that_a_sale_comes_too_early(desk: Desk) -> None:
    """Nobody had anything of value yet: by the 4th all 80 have one item, and three are asked for."""
    assert "plan/ratio" not in desk.type("check").out
    desk.write({"content/promotions/sale.md": SALE})
    said = desk.type("check").out
    assert f"{PEOPLE} of {PEOPLE} would be held by the ratio. Send 2 value items first" in said
    assert "content/promotions/sale.md" in said
    assert desk.type("check").code == 0


KIT = "---\ntitle: Kit\ndate: 2026-11-20\nwhere: email\nsend: [2026-12-04]\ngrace: 0\nsubject: Kit\n---\nIt is here.\n"


@pytest.mark.parametrize(
    ("line", "rule", "says", "fix"),
    [
        ("gap: 5 days", "gap", "would get it too soon after the touch before it", "shorter `gap`"),
        ("at_most: 1 email per week", "ceiling", "as many mails as `at_most` allows", "allow more under"),
        (
            "at_most: 1 touch per week",
            "ceiling",
            "as many touches as `at_most` allows",
            "Send less before it",
        ),
        ("blackout: [2026-12-04]", "blackout", "a day on which nothing goes", "Choose another day"),
        ("", "lost", "get something more urgent that day", "Choose another day"),
    ],
)
def test_check_says_what_gap_limits_and_days_of_rest_will_do(
    desk: Desk, line: str, rule: str, says: str, fix: str
) -> None:
    """Each rule that holds a mail from half of its readers or more, beside the file, with what to do."""
    company = FILES["content/company.md"].replace("at_most: 2 emails per week\n", f"{line}\n")
    kits = ("kit", "zit") if rule == "lost" else ("kit",)
    files = {f"content/articles/{name}.md": KIT for name in kits}
    desk.write({**files, "content/company.md": company})
    found = json.loads(desk.type("check", "--json").out)
    (told,) = (p for p in found if p["rule"] == f"plan/{rule}" and p["path"].startswith("content/articles"))
    assert (told["path"], told["level"]) == (f"content/articles/{kits[-1]}.md", "warning")
    assert f"of {PEOPLE} " in told["says"]
    assert says in told["says"]
    assert fix in told["fix"]


def test_plan_says_the_same_beside_the_date(desk: Desk) -> None:
    """Under the days ahead, with who gets it after all."""
    desk.write({"content/promotions/sale.md": SALE})
    said = desk.type("plan").out
    assert (
        f"Fri  4 Dec  promotions/sale/1: 0 of {PEOPLE} get it; {PEOPLE} would be held by the ratio: "
        "send 2 value items first"
    ) in said


def test_without_contacts_nothing_is_foretold(desk: Desk) -> None:
    """As in a pull request."""
    desk.write({"content/promotions/sale.md": SALE, "var/contacts/contacts.csv": None})
    assert "plan/ratio" not in desk.type("check").out


def test_the_tips_asked_for_close_the_gap(desk: Desk) -> None:
    """Three tips last for three touches. As many more as are asked for, on the days that are named, and it is gone."""
    found = json.loads(desk.type("plan", "--json").out)
    lacks = found["lacks"]
    assert lacks
    most = max(len(lack["by"]) for lack in lacks)
    days = next(lack["by"] for lack in lacks if len(lack["by"]) == most)
    assert re.search(r"(\w+) tips would do: by .*", desk.type("plan").out)
    desk.write({f"content/tips/new-{n}.md": tip(n).replace("2026-12-01", day) for n, day in enumerate(days)})
    after = json.loads(desk.type("plan", "--json").out)
    assert after["lacks"] == []
    assert "No content gap, to 1 March." in desk.type("plan").out
    everybody = next(row for row in after["coverage"] if not row["segment"])
    assert (everybody["contacts"], everybody["throughout"]) == (PEOPLE, PEOPLE)


def test_the_difference_from_the_last_run_is_said_with_its_cause(desk: Desk) -> None:
    """The tick writes down what it saw; a plan made after three more tips says so, and writes nothing."""
    assert "Since the last run" not in desk.type("plan").out
    desk.type("build")
    assert desk.type("send").code == 0
    assert "Since the last run (Tuesday, 1 December 2026) nothing changed" in desk.type("plan").out
    assert "Since the last run" not in desk.type("--as-of", "2026-11-20", "plan").out
    before = desk.left()
    desk.write({f"content/tips/new-{n}.md": tip(n) for n in range(3)})
    said = desk.type("plan").out
    line = next(text for text in said.splitlines() if text.startswith("Since the last run"))
    assert "3 tips were added" in line
    assert re.search(r"\d+ more of The Wall", line), line
    new = set(desk.left()) - set(before)
    assert new == {f"content/tips/new-{n}.md" for n in range(3)}


def test_a_newsletter_that_moved_is_the_cause_and_not_the_tip_beside_it(desk: Desk) -> None:
    """Another day for the letter, and a tip that nobody gets in these days: both are named."""
    desk.type("build")
    assert desk.type("send").code == 0
    letter = desk.root / "content" / "newsletters" / "wall.md"
    text = letter.read_text("utf-8")
    assert "every: Tuesday" in text
    letter.write_text(text.replace("every: Tuesday", "every: Wednesday"), "utf-8")
    desk.write({"content/tips/new.md": tip(1)})
    said = desk.type("plan").out
    line = next(text for text in said.splitlines() if text.startswith("Since the last run"))
    assert "because newsletter wall was changed and 1 tip was added" in line


def test_what_the_desk_keeps_names_nobody(desk: Desk) -> None:
    """Counts and file names only."""
    desk.type("build")
    desk.type("send")
    text = (desk.root / "var/last-plan.json").read_text("utf-8")
    assert not re.search(r"canary|Quenby|Zyskowski|\bc0\d\d\b", text)


def test_a_broken_last_plan_stops_nobody(desk: Desk) -> None:
    """An older version's file: no difference is told, and the next tick writes it anew."""
    desk.type("build")
    desk.type("send")
    desk.write({"var/last-plan.json": "{}"})
    said = desk.type("plan")
    assert said.code == 0
    assert "Since the last run" not in said.out
    desk.type("send")
    assert json.loads((desk.root / "var/last-plan.json").read_text("utf-8"))["as_of"] == DAY


def test_a_misspelt_name_of_something_bought_is_told_with_the_nearest(desk: Desk) -> None:
    """In a segment's rule: `check` names what the purchases have; spelt right, it says nothing."""
    for name, wrong in (("wal", True), ("Wall", False)):
        desk.write({"segments/walls.md": f"---\ntitle: Walls\nwho:\n  - bought('{name}')\n---\nWhy.\n"})
        found = json.loads(desk.type("check", "--json").out)
        told = [
            (row["path"], row["line"], row["fix"]) for row in found if row["rule"] == "rules/names-nothing"
        ]
        assert told == ([("segments/walls.md", 4, "Did you mean 'wall'?")] if wrong else [])


def test_the_json_keeps_its_promised_keys_and_the_calendar_its_length(desk: Desk) -> None:
    """However far the outlook looks, the calendar has the days that were asked for, today included."""
    for days in (1, 14, 30):
        found = json.loads(desk.type("plan", "--json", "--days", str(days)).out)
        assert {"as_of", "active", "due", "pending", "expired", "not_for_them", "hash"} <= set(found)
        assert len(found["calendar"]) == days + 1
        assert found["active"] == PEOPLE
        assert found["editions"] >= 1
    rows = json.loads(desk.type("plan", "--json", "--full").out)["rows"]
    assert len({row["contact"] for row in rows}) == PEOPLE


# --- the calendar file ---


def entries(text: str) -> list[dict[str, str]]:
    """The events of a calendar file, read by hand: unfold, split."""
    lines = text.replace("\r\n ", "").split("\r\n")
    found: list[dict[str, str]] = []
    for line in lines:
        if line == "BEGIN:VEVENT":
            found.append({})
        elif found and ":" in line:
            name, _, value = line.partition(":")
            found[-1].setdefault(name, value)
    return found


def test_the_calendar_file_is_one(desk: Desk) -> None:
    """RFC 5545: CRLF, at most 75 octets a line, escaped text, UTC times, one UID each; issues at nine in Dublin."""
    for wrong in ("content/plan.ics", "content/tips/plan.ics", "not/there/plan.ics"):
        said = desk.type("plan", "--ics", str(desk.root / wrong))
        assert (said.code, (desk.root / wrong).exists()) == (2, False)
    assert not (desk.root / "not").exists()
    target = desk.root / "plan.ics"
    said = desk.type("plan", "--days", "30", "--ics", str(target))
    assert said.code == 0
    raw = target.read_bytes()
    assert raw.count(b"\n") == raw.count(b"\r\n")
    assert all(len(line) <= 75 for line in raw.split(b"\r\n"))
    text = raw.decode()
    assert text.startswith("BEGIN:VCALENDAR\r\nVERSION:2.0\r\n")
    assert text.endswith("END:VCALENDAR\r\n")
    events = entries(text)
    assert len({event["UID"] for event in events}) == len(events) > 0
    issues = [event for event in events if event["SUMMARY"].startswith("The Wall")]
    starts = [datetime.strptime(event["DTSTART"], "%Y%m%dT%H%M%SZ").replace(tzinfo=UTC) for event in issues]
    # Irish winter time is UTC
    assert {(start.weekday(), start.hour) for start in starts} == {(1, 9)}
    assert all(date(2026, 12, 1) <= start.date() <= date(2026, 12, 31) for start in starts)
    desk.type("plan", "--days", "90", "--ics", str(target))
    events = entries(target.read_bytes().decode())
    content = [event for event in events if "a new tip for" in event["SUMMARY"]]
    assert content
    assert all("DTSTART;VALUE=DATE" in event for event in content)


def test_the_calendar_file_has_the_same_uids_again(desk: Desk) -> None:
    """So that a calendar program replaces what it has. A name alone is one below the project, wherever this is typed."""
    first, second = desk.root / "a.ics", desk.root / "var" / "b.ics"
    desk.type("plan", "--ics", str(first))
    assert desk.type("plan", "--ics", "var/b.ics").code == 0
    assert first.read_bytes() == second.read_bytes()
