"""Somebody is not happy, and says so in a call that no step of the files listens to."""

from __future__ import annotations

from pathlib import Path

import pytest

from tasks_played import Office, an_office, link, text_of
from topmind.model import TouchState
from topmind.run import reporting, why


@pytest.fixture
def office(tmp_path: Path) -> Office:
    """The files have no step that starts from “not happy”."""
    office = an_office(tmp_path / "alder")
    (office.root / "content" / "sequences" / "first" / "02-unhappy.md").unlink()
    return office


def said(office: Office, contact: str = "c1") -> str:
    """What `why` tells of somebody."""
    return why.story(office.root, contact, None, as_of=None, clock=office.clock).text()


def listed(office: Office) -> list[tuple[str, str]]:
    """(when, whose task it is) of the report's list of the unhappy."""
    owner = reporting.make(office.root, as_of=None, clock=office.clock).report.owner
    assert owner is not None
    return [(row.day.isoformat(), row.task) for row in owner.unhappy]


def test_somebody_calls_them_back_the_same_day_and_that_ends_the_hold(office: Office) -> None:
    """June hears it: a call back is hers at once, `why` and the report say that nobody has followed up; a second word
    on the call in which they said it changes nothing, the call back does."""
    office.tick()
    (mail,) = [mail for mail in office.mails() if mail.to == "june@alder.example"]
    call = office.every()["c1", "check-in"]
    office.press(link(mail, call, "not-happy"), "the+wall+leans")
    office.clock.advance(hours=1)
    office.tick()
    back = office.every()["c1", "first-check-in"]
    assert (back.state, back.sender, back.key.channel.value) == (TouchState.PLANNED, "june", "call")
    assert "not happy since 1 December" in said(office)
    assert listed(office) == [("2026-12-01", "June Okafor")]
    office.press(link(mail, call, "done"))
    office.next_day()
    assert len(listed(office)) == 1, "another word on the same call is no follow-up"
    text = text_of(office.mails()[-1]) + text_of(office.mails()[-2])
    assert "Say that you have heard of it" in text
    assert "the wall leans" in text
    ref = {(one.task.key.contact, one.task.key.step): one.ref for one in office.listed().tasks}
    office.import_(f"{ref['c1', 'first-check-in']},done,the wall is mended")
    assert listed(office) == []
    assert "nobody has followed up" not in said(office)


def test_where_it_is_not_settled_somebody_calls_again(office: Office) -> None:
    """“Not happy” on the call back is news of its own: another call, and the hold goes on."""
    office.tick()
    for step in ("check-in", "first-check-in", "again"):
        ref = {(one.task.key.contact, one.task.key.step): one.ref for one in office.listed().tasks}
        office.import_(f"{ref['c1', step]},not happy,")
        office.next_day()
    assert office.every()["c1", "again"].state in {TouchState.DONE, TouchState.PLANNED}
    assert [whose for _, whose in listed(office)] == ["June Okafor"]


def test_a_step_of_the_files_that_listens_is_enough(tmp_path: Path) -> None:
    """The business has its own answer: nobody is called twice."""
    office = an_office(tmp_path / "alder")
    office.tick()
    ref = {one.task.key.contact: one.ref for one in office.listed().tasks}
    office.import_(f"{ref['c1']},not happy,")
    office.tick()
    open_now = {step for contact, step in office.every() if contact == "c1"}
    assert open_now == {"check-in", "unhappy"}
