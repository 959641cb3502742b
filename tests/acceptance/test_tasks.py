"""Tasks as people live with them: the morning's mail, the answers, overdue, the owner, a crash, and nobody's name elsewhere."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from tasks_played import PERSONAL, Dies, Office, an_office, html_of, link, payload, text_of
from topmind.cli.app import call
from topmind.delivery import MemoryTransport
from topmind.errors import ContentError, UsageError
from topmind.model import Level, TouchState
from topmind.run import reporting, tasking, why


@pytest.fixture
def office(tmp_path: Path) -> Office:
    """The morning after three first jobs."""
    return an_office(tmp_path / "alder")


def test_the_morning_brings_one_mail_to_each_representative(office: Office) -> None:
    """Name, phone, what to say to this person, until when, and three words to answer with; the second run of the
    day brings nothing."""
    done = office.tick()
    assert done.task_mails == 2
    assert done.report.counts.planned == 0, "a task mail is nobody's touch"
    to_dana, to_june = sorted(office.mails(), key=lambda mail: mail.to)
    assert (to_dana.to, to_june.to) == ("dana@alder.example", "june@alder.example")
    text = text_of(to_june)
    assert "2 tasks are yours today" in text
    for said in (
        "Quenby1 Zyskowski",
        "01 555-771",
        "Ask Quenby1: “This is June Okafor. Does the wall hold?”",
    ):
        assert said in text
    assert "Quenby3" not in text
    assert b"List-Unsubscribe" not in to_june.raw
    assert b"Auto-Submitted: auto-generated" in to_june.raw
    office.clock.advance(hours=3)
    assert office.tick().task_mails == 0
    assert len(office.mails()) == 2


def test_a_script_has_its_own_answers(office: Office) -> None:
    """A button of the step's words is a link of this task, too."""
    office.tick()
    (mail,) = [mail for mail in office.mails() if mail.to == "june@alder.example"]
    assert office.press(link(mail, office.every()["c1", "check-in"], "happy")) == 200
    office.listed()
    task = office.every()["c1", "check-in"]
    assert task.state is TouchState.DONE


def test_the_page_of_a_task_says_which_it_was(office: Office) -> None:
    """What and by when, as the mail has it beside the name; of the person nothing, in the address neither."""
    office.tick()
    (mail,) = [mail for mail in office.mails() if mail.to == "june@alder.example"]
    address = link(mail, office.every()["c1", "check-in"], "done")
    page = office.page(address).text
    assert "Call “After the first wall: Does it hold?”, by Wednesday, 2 December 2026." in page
    readable = payload(address)
    assert "Does it hold?" in readable
    assert not [word for word in PERSONAL if word in page or word in readable]


def test_a_call_that_keeps_a_promise_says_which(tmp_path: Path) -> None:
    """A rescue by phone has no file with words: its task says what was promised, what they had last, and that nothing
    else is due."""
    office = an_office(tmp_path / "alder")
    segment = office.root / "segments/customers.md"
    segment.write_text(segment.read_text("utf-8").replace("rank: 10\n", "rank: 10\nrescue: call\n"), "utf-8")
    audience = office.root / "segments/_audience.toml"
    may_call = '[consent.call]\nbasis = "existing_customers"\nsince = 2026-01-01\n'
    audience.write_text(f"{audience.read_text('utf-8')}\n{may_call}", "utf-8")
    office.tick()
    promise = "The promise is one at least every 30 days. Nothing in particular is due"
    assert f"Nothing of value from us has reached them yet. {promise}" in _last_to_june(office), "Quenby4"
    office.import_(*(f"{task.touch_hex[:8]},done," for task in office.every().values()))
    office.clock.advance(days=28)
    office.tick()
    for what in ("Does it hold?", "Keep in touch"):
        said = f"The last thing of value that they had from us: 1 December: {what} (call). {promise}"
        assert said in _last_to_june(office)


def _last_to_june(office: Office) -> str:
    """The text of her latest task mail."""
    return text_of([mail for mail in office.mails() if mail.to == "june@alder.example"][-1])


def test_before_nine_and_on_days_of_rest_there_is_no_mail(office: Office) -> None:
    """The morning begins at the end of quiet hours; on a blackout day nobody is asked to call."""
    office.clock.advance(hours=-2)
    assert office.tick().task_mails == 0
    company = office.root / "content" / "company.md"
    company.write_text(
        company.read_text("utf-8").replace("owner: dana\n", "owner: dana\nblackout: [2026-12-02]\n")
    )
    office.clock.advance(hours=2)
    assert office.tick().task_mails == 2
    assert office.next_day().task_mails == 0
    assert office.next_day().task_mails == 2


def test_looking_writes_nothing_and_pressing_once_is_enough(office: Office) -> None:
    """GET shows a button; POST settles the task at the next run, a second press changes nothing."""
    office.tick()
    (mail,) = [mail for mail in office.mails() if mail.to == "june@alder.example"]
    address = link(mail, office.every()["c1", "check-in"], "done")
    assert office.press(address, method="GET") == 200
    assert office.every()["c1", "check-in"].state is TouchState.PLANNED
    assert office.press(address, "all+fine") == 200
    assert office.press(address) == 200
    assert office.every()["c1", "check-in"].state is TouchState.DONE
    assert office.press(f"{address}x") == 404


def test_not_happy_brings_a_visit_the_same_day_and_holds_offers(office: Office) -> None:
    """The outcome is a fact: it starts the step that waits for it, which goes to the same person."""
    office.tick()
    (mail,) = [mail for mail in office.mails() if mail.to == "june@alder.example"]
    office.clock.advance(hours=1)
    office.press(link(mail, office.every()["c1", "check-in"], "not-happy"), "wall+%26+roof+lean%1b")
    office.tick()
    visit = office.every()["c1", "unhappy"]
    assert (visit.state, visit.sender, visit.key.channel.value) == (TouchState.PLANNED, "june", "visit")
    office.next_day()
    text = text_of(office.mails()[-1])
    assert "Go and look" in text
    assert "wall & roof lean" in text, "what was said last time stands under notes"
    assert "1 Larkfield" in text


def test_a_day_let_pass_is_overdue_once_more_and_then_the_owners(office: Office) -> None:
    """Tuesday, last day Wednesday, overdue on Thursday, Dana's on Friday, missed a week after its last day."""
    (office.root / "content" / "sequences" / "first" / "03-card.md").unlink()
    office.tick()
    ref = {one.task.key.contact: one.ref for one in office.listed().tasks}
    office.import_(f"{ref['c1']},done,", f"{ref['c3']},done,")
    assert office.next_day().task_mails == 1
    assert "today is its last day" in text_of(office.mails()[-1])
    assert office.next_day().task_mails == 1
    late = office.mails()[-1]
    assert late.to == "june@alder.example"
    assert "Overdue since Wednesday 2 December" in text_of(late)
    assert office.next_day().task_mails == 1
    passed = office.mails()[-1]
    assert passed.to == "dana@alder.example"
    assert "it was June Okafor’s" in text_of(passed)
    assert office.listed().counts() == {"dana": {"overdue": 1, "today": 0, "later": 0, "open": 1}}
    for _ in range(6):
        office.next_day()
    assert office.every()["c2", "check-in"].state is TouchState.MISSED


def test_a_call_that_nobody_made_is_said_to_be_nobody_s(office: Office) -> None:
    """Missed a week after its last day: the report does not blame the runs, names who fell through in that week, and
    `why` says the same."""
    office.tick()
    for _ in range(9):
        office.next_day()
    assert office.every()["c2", "check-in"].state is TouchState.MISSED
    made = reporting.make(office.root, as_of=None, clock=office.clock).report
    rows = {row.step: row for row in made.owner.promised} if made.owner else {}
    assert dict(rows["check-in"].missed) == {"nobody_did_it": 3}
    fell = [(row.occasion, row.state, row.reason) for row in made.fell]
    assert fell == [("first/check-in/once", "missed", "nobody_did_it")] * 3
    assert "3 nobody did it" in made.text()
    assert "no run came in time" not in made.text()
    assert "nobody did it" in why.story(office.root, "c2", None, as_of=None, clock=office.clock).text()


def test_no_answer_comes_again_until_the_last_day(office: Office) -> None:
    """Nobody at home on Tuesday: again on Wednesday, marked; nobody on the last day: missed, without a word more."""
    office.tick()
    ref = {one.task.key.contact: one.ref for one in office.listed().tasks}
    assert office.import_(f"{ref['c2']},No Answer,").open == 1
    office.next_day()
    assert "tried once, no answer" in text_of(office.mails()[-1])
    told = tasking.tell(
        office.root,
        [ref["c2"][:5]],
        reached=False,
        outcome="no answer",
        note="",
        as_of=None,
        clock=office.clock,
    )
    assert told.changed == 1
    assert office.every()["c2", "check-in"].state is TouchState.MISSED


def test_a_list_comes_back_whole_or_not_at_all(office: Office) -> None:
    """All bad lines at once, nothing taken in; the good list twice is the good list once; no word of a person."""
    office.tick()
    ref = {one.task.key.contact: one.ref for one in office.listed().tasks}
    with pytest.raises(ContentError) as raised:
        office.import_(f"{ref['c1']},done,", "Quenby2,done,", f"{ref['c2']},dnoe,", "ffffffff,done,", ",,")
    said = [(problem.line, problem.says, problem.fix) for problem in raised.value.problems]
    assert [line for line, *_ in said] == [3, 4, 5]
    assert "“done”" in said[1][2]
    assert not any(word in str(said) for word in PERSONAL)
    assert office.every()["c1", "check-in"].state is TouchState.PLANNED
    good = (f"{ref['c1']},done,fine", f"{ref['c2']},,")
    assert office.import_(*good).changed == 1
    again = office.import_(*good)
    assert (again.named, again.changed) == (1, 0)
    with pytest.raises(ContentError, match="1 problem"):
        office.import_(f"{ref['c1']},missed,")


@pytest.mark.parametrize("leaves", [True, False])
def test_a_crash_between_claim_and_answer_sends_no_second_mail(office: Office, leaves: bool) -> None:
    """Killed in the call: nobody knows, so it is listed and never sent again; the next morning has the same tasks."""
    dies = Dies() if leaves else Dies(script=[])
    with pytest.raises(KeyboardInterrupt):
        office.tick(dies)
    again = office.tick()
    assert again.task_mails == 1, "the other representative's mail had not been claimed"
    assert [p.rule for p in again.findings if p.rule.startswith("tasks/")] == ["tasks/unproven"]
    first = {mail.touch_hex for mail in dies.sent if mail.touch.source == "@tasks"}
    assert not first & {mail.touch_hex for mail in office.mails()}
    assert office.next_day().task_mails == 2


def test_what_the_transport_can_prove_is_settled(office: Office) -> None:
    """An answer that got lost is found again: nothing is listed, nothing is sent twice."""

    class Lost(MemoryTransport):
        def send(self, message):  # type: ignore[no-untyped-def]
            super().send(message)
            raise TimeoutError

    lost = Lost()
    office.tick(lost)
    again = office.tick(lost)
    assert again.task_mails == 0
    assert not [p for p in again.findings if p.rule.startswith("tasks/")]
    assert len(lost.sent) == 2


def test_nobody_calls_whom_there_is_no_need_to_call(office: Office) -> None:
    """Whoever did what it was about has no task any more; what is stopped waits without a mail."""
    sequence = office.root / "content" / "sequences" / "first.md"
    text = sequence.read_text("utf-8")
    sequence.write_text(
        text.replace("id: first\n", "id: first\nstop_when: last_purchase() >= '2026-12-01'\n")
    )
    office.tick()
    purchases = office.root / "var" / "contacts" / "purchases.csv"
    purchases.write_text(purchases.read_text("utf-8") + "p5,c1,2026-12-01,50.00,wall\n")
    assert call(["-C", str(office.root), "stop", "first/card"]) == 0
    office.next_day()
    assert office.every()["c1", "check-in"].state is TouchState.SKIPPED
    texts = " ".join(text_of(mail) for mail in office.mails()[2:])
    assert "Quenby2" in texts
    assert "Quenby1" not in texts
    assert "A card" not in texts


def test_names_stand_in_task_mails_and_where_they_are_asked_for(
    office: Office, capsys: pytest.CaptureFixture[str]
) -> None:
    """Not in what a run prints, not in the last run that the desk shows, not in counts; only with --who and --for."""
    done = office.tick()
    base = ["-C", str(office.root), "--as-of", "2026-12-01", "tasks"]
    silent = done.text() + json.dumps(done.as_dict())
    silent += (office.root / "var" / "last-run.json").read_text("utf-8")
    capsys.readouterr()
    for more in ([], ["--json"]):
        assert call([*base, *more]) == 0
    silent += "".join(capsys.readouterr())
    assert not [word for word in PERSONAL if word in silent]
    for more in (["--who"], ["--for", "june"], ["--who", "--json"]):
        assert call([*base, *more]) == 0
        assert "Quenby1" in capsys.readouterr().out
    assert call([*base, "--for", "june"]) == 0
    assert "Quenby3" not in capsys.readouterr().out


def test_files_of_names_lie_where_no_commit_takes_them(
    office: Office, capsys: pytest.CaptureFixture[str]
) -> None:
    """A list, a calendar and letters below var/, readable by their owner alone; among the content they are refused."""
    office.tick()
    base = ["-C", str(office.root), "--as-of", "2026-12-01", "tasks"]
    for kind in ("csv", "ics", "html"):
        assert call([*base, "export", "--format", kind, "--to", f"var/tasks.{kind}"]) == 0
        path = office.root / "var" / f"tasks.{kind}"
        assert "Quenby1" in path.read_text("utf-8-sig")
        assert path.stat().st_mode & 0o077 == 0
    assert call([*base, "import", "var/tasks.csv"]) == 0
    assert call([*base, "export", "--to", "content/tasks.csv"]) == 2
    assert not (office.root / "content" / "tasks.csv").exists()
    capsys.readouterr()
    assert call([*base, "print", "--channel", "parcel", "--to", "var/slips.html"]) == 0
    assert "Nothing to print: no open parcel" in capsys.readouterr().out
    assert not (office.root / "var" / "slips.html").exists()
    office.clock.advance(days=1)
    office.tick()
    assert call([*base[:3], "2026-12-02", "tasks", "print", "--to", "var/letters.html"]) == 0
    letters = (office.root / "var" / "letters.html").read_text("utf-8")
    assert not [word for word in PERSONAL if word in "".join(capsys.readouterr())]
    assert "Dear Quenby" in letters or "<article" not in letters


def test_a_task_is_named_by_its_first_digits(office: Office) -> None:
    """Too few, unknown or closed the other way: said at once, for all of them, and nothing is written."""
    office.tick()
    refs = [one.ref for one in office.listed().tasks]

    def tell(*names: str, reached: bool = True) -> tasking.Told:
        return tasking.tell(
            office.root, names, reached=reached, outcome=None, note="", as_of=None, clock=office.clock
        )

    with pytest.raises(UsageError) as raised:
        tell(refs[0], "abc", "ffffffffff")
    assert "at least 4 digits" in str(raised.value)
    assert "no task ffffffffff" in str(raised.value)
    assert tell(*refs).changed == 3
    assert tell(*refs).changed == 0
    with pytest.raises(UsageError, match="done already"):
        tell(refs[0], reached=False)


def test_a_mail_of_many_tasks_stays_small(office: Office) -> None:
    """Two hundred calls: the mail is not cut by anybody, says how many more there are, and leaves out words."""
    rows = ["id,contact,day,amount,what"]
    people = ["id,email,first_name,last_name,stage,mason,agrees,phone,street,town"]
    for n in range(200):
        people.append(
            f"d{n},canary{n}@example.com,Quenby{n},Zyskowski,action,june,yes,01 555-77{n},{n} Larkfield,Cork"
        )
        rows.append(f"p{n},d{n},2026-11-30,100.00,wall")
    (office.root / "var/contacts/contacts.csv").write_text("\n".join(people) + "\n")
    (office.root / "var/contacts/purchases.csv").write_text("\n".join(rows) + "\n")
    assert {found.level for found in office.tick().findings} <= {Level.INFO}
    (mail,) = office.mails()
    html = html_of(mail)
    assert len(html.encode()) < 102_000
    (left,) = re.findall(r"(\d+) more are in the list", html)
    assert html.count("What became of it?") == 200 - int(left) >= 40
