"""The owner's report of a company whose story the test plays: every figure is counted by hand, from the files that
people wrote and the mails that left."""

from __future__ import annotations

import email
import email.policy
import json
from datetime import date
from email.utils import parsedate_to_datetime
from pathlib import Path
from typing import Any

import pytest

from played import PERSONAL
from programme import Programme, a_sequence, a_step
from topmind.cli.app import call

THANKS = (
    "---\ntitle: Thanks\nafter: 1 day\nsubject: Thank you\n---\n"
    'Thank you, {{ first_name | default: "neighbour" }}.\n'
)
CALL = "---\ntitle: How is the wall?\nafter: 3 days\nchannel: call\npurpose: service\ngrace: 4\n---\nAsk.\n"
DAY = "2026-11-20"
FILES = {
    **a_sequence("first", "first_purchase()"),
    **a_sequence("birthday", "birthday"),
    **a_step("birthday", 1, "after: 0 days"),
    # a card on the third keeps the thanks from c4 for twenty days, and they are too late then
    "segments/customers.md": "---\ntitle: Customers\nwho:\n  - purchases() > 0\ngap: 20 days\n---\nThey bought.\n",
    "content/sequences/first/01-thanks.md": THANKS,
    "content/sequences/first/02-call.md": CALL,
}


@pytest.fixture(scope="module")
def story(tmp_path_factory: pytest.TempPathFactory) -> Programme:
    """Three weeks in November. One is thanked, one has no address, one did not agree, one came late into the
    export, one had a card the day before and was not to hear twice, one bought today, and one is an old customer."""
    told = Programme(tmp_path_factory.mktemp("owner") / "alder", FILES)
    told.buys("c6", "2026-03-01")
    told.change("c2", email="")
    told.change("c4", birthday="2026-11-03")
    for contact in ("c1", "c2", "c8"):
        told.buys(contact, "2026-11-02")
    for day in range(2, 21):
        if day == 4:
            told.buys("c4", "2026-11-04")
        if day == 16:
            told.buys("c3", "2026-11-03")
        if day == 20:
            told.buys("c5", DAY)
        told.tick(f"2026-11-{day:02}")
    return told


def report(story: Programme, *more: str) -> dict[str, Any]:
    """The report as JSON."""
    said = story.desk.type("--as-of", DAY, "report", "--json", *more)
    found: dict[str, Any] = json.loads(said.out)
    return found


def thanked(story: Programme) -> set[str]:
    """Whose mail really left."""
    found = story.mails(set(story.desk.mails()))
    return {contact for contact, subject in found if subject == "Thank you"}


def test_every_new_customer_has_one_fate(story: Programme) -> None:
    """Six bought for the first time since the first of November; the plan never saw all of them."""
    new = report(story, "--since", "2026-11-01")["owner"]["new"]
    assert thanked(story) == {"c1"}
    assert new["everybody"] == 6
    assert new["thanked"] == 1
    assert new["open"] == 1
    assert new["late_data"] == 1
    assert new["no_consent"] == 2
    assert (new["missed"], new["reasons"]) == (1, {"gap": 1})


def test_promised_is_counted_from_facts_not_from_touches(story: Programme) -> None:
    """The ledger has rows of fewer people than were promised thanks; the call counts for itself."""
    rows = {row["step"]: row for row in report(story, "--since", "2026-11-01")["owner"]["promised"]}
    thanks = rows["thanks"]
    # c1, c2, c3, c4 and c8 were due by the 20th; c5's day is tomorrow
    assert (thanks["promised"], thanks["kept"], thanks["open"]) == (5, 1, 0)
    assert thanks["missed"] == {
        "late_data": 1,
        "no_channel": 1,
        "no_consent": 1,
        "gap": 1,
    }
    touches = {(t["step"], t["due"]) for t in report(story)["steps"]}
    assert ("thanks", 2) in touches


def test_since_moves_the_window(story: Programme) -> None:
    """From the third on: c3, c4 and c5; from today on c5 alone; a day to come is refused."""
    assert report(story, "--since", "2026-11-03")["owner"]["new"]["everybody"] == 3
    assert report(story, "--since", DAY)["owner"]["new"]["everybody"] == 1
    assert story.desk.type("--as-of", DAY, "report", "--since", "2026-12-24").code == 2
    said = story.desk.type("--as-of", DAY, "report", "--since", "last week")
    assert (said.code, "--since 'last week' is no day" in said.err) == (2, True)


def test_the_largest_and_when_they_last_heard(story: Programme) -> None:
    """Seven bought within a year. c1 had thanks, c4 a card; nobody else heard anything. We know them
    since 5 January, so their floor of 30 days began in the 30 days from then on."""
    top = report(story)["owner"]["tops"][0]
    assert top["size"] == 10
    assert len(top["rows"]) == 7
    heard = {row["what"]: (row["last"], row["by"], row["late"]) for row in top["rows"] if row["last"]}
    assert heard == {
        "First: Thanks": ("2026-11-03", "Dana Reyes", 0),
        "Birthday: Step 1": ("2026-11-03", "Dana Reyes", 0),
    }
    late = [row["late"] for row in top["rows"] if not row["last"]]
    known = (date(2026, 11, 20) - date(2026, 1, 5)).days
    assert len(late) == 5
    assert all(known - 60 < days <= known - 30 for days in late)


def test_the_floor_is_counted_from_what_left(story: Programme) -> None:
    """Eight contacts: c2 and c8 cannot be mailed and stand apart; of the other six c1 and c4 heard something."""
    rows = {row["segment"]: row for row in report(story)["owner"]["floors"]}
    everybody = rows[""]
    assert (everybody["contacts"], everybody["inside"], everybody["never"]) == (6, 2, 4)
    assert everybody["apart"] == {"no_channel": 1, "no_consent": 1}


def test_the_text_begins_with_one_sentence_and_names_nobody(story: Programme) -> None:
    """Where names can be had is said."""
    said = story.desk.type("--as-of", DAY, "report", "--since", "2026-11-01").out
    first = said.split("\n\n")[1]
    assert first.startswith("1 of 5 new customers since 1 November were thanked")
    assert "topmind report --who" in said
    assert "late data" in said


def test_with_who_the_names_stand_on_the_screen(story: Programme, capsys: pytest.CaptureFixture[str]) -> None:
    """And only there."""
    call(["-C", str(story.desk.root), "--as-of", DAY, "report", "--since", "2026-11-01", "--who"])
    out = capsys.readouterr().out
    assert "Quenby1 Zyskowski" in out
    assert "late data: Quenby3 Zyskowski" in out
    assert "topmind report --who" not in out


def test_the_mail_goes_to_the_owner_once_per_call_and_alone_has_names(story: Programme) -> None:
    """From the company, marked as a report, text and HTML, no list headers; on the screen nobody."""
    before = set(story.desk.mails())
    ledger = story.desk.ledger()
    said = story.desk.type("--as-of", DAY, "report", "--since", "2026-11-01", "--mail")
    assert said.code == 0
    assert not [word for word in PERSONAL if word in said.text]
    (name,) = set(story.desk.mails()) - before
    message = email.message_from_bytes(
        (story.desk.root / "var/outbox" / name).read_bytes(), policy=email.policy.default
    )
    assert message["To"] == "dana@alder.example"
    assert str(message["Subject"]) == "Report: Friday, 20 November 2026"
    assert "(report)" in str(message["From"])
    assert message["Auto-Submitted"] == "auto-generated"
    assert "List-Unsubscribe" not in message
    for kind in ("plain", "html"):
        part = message.get_body((kind,))
        assert part is not None
        text = part.get_content()
        assert "Quenby3 Zyskowski" in text
        words = " ".join(text.split())
        assert "1 of 5 new customers" in words
        assert "Mails of today's occasions" in words.replace("’", "'")
        assert "Who fell through since 14 November 2026" in words
        assert "Every mail that left is proven." in words
    assert parsedate_to_datetime(str(message["Date"])).date() == date(2026, 11, 20), "not the clock's"
    assert story.desk.ledger() == ledger
    story.desk.type("--as-of", DAY, "report", "--mail")
    assert len(set(story.desk.mails()) - before) == 2


def test_tasks_are_counted_by_who_has_them(story: Programme) -> None:
    """Calls have no number to ring here, so nobody has one, and the step says so."""
    rows = {row["step"]: row for row in report(story, "--since", "2026-11-01")["owner"]["promised"]}
    assert rows["call"]["missed"]["no_channel"] >= 1
    assert report(story)["owner"]["tasks"] == []


def test_a_company_without_purchases_has_no_largest(tmp_path: Path) -> None:
    """Said in one line, and the rest of the report is there."""
    told = Programme(tmp_path / "alder", {})
    text = (told.desk.root / "segments/_audience.toml").read_text("utf-8")
    head, _, rest = text.partition("[tables.purchases]")
    told.desk.write(
        {
            "segments/_audience.toml": head + rest[rest.index("[fields") :],
            "segments/customers.md": None,
            "segments/prospects.md": None,
        }
    )
    told.tick(DAY)
    found = report(told)["owner"]
    assert (found["tops"], found["new"]) == ([], None)
    assert "nobody is larger than another" in told.desk.type("--as-of", DAY, "report").out
