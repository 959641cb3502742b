"""`send --check` and the commands around a first send, against Amazon on loopback with the ledger in a bucket."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from amazon import SET, Amazon, amazon
from played import Desk
from small_company import CONF, a_company
from topmind.errors import GuardError, UsageError
from topmind.model import History, Level
from topmind.run import adopting, control, dry, feedback, rehearsing, sending
from topmind.run import load as load_
from topmind.run.crews import Crew
from topmind.run.sent import SendResult
from topmind.testing.clock import FixedClock
from topmind.testing.ses import Fault, FaultKind, Faults, Feedback

PEOPLE = 6
#: Tuesday, 10:30 in Dublin: the letter of nine o'clock is due.
NOW = datetime(2026, 12, 1, 10, 30, tzinfo=UTC)
#: Two days later.
LATER = datetime(2026, 12, 3, 10, 30, tzinfo=UTC)
BUCKET = "s3://ledger/alder"


@pytest.fixture(scope="module")
def account() -> Iterator[Amazon]:
    """One Amazon for the file."""
    with amazon() as found:
        yield found


@pytest.fixture
def aws(account: Amazon, monkeypatch: pytest.MonkeyPatch) -> Amazon:
    """Nothing sent, nothing in the queue, an empty bucket; the environment leads there."""
    account.ses.flush()
    account.ses.reset()
    account.ses.feedback = Feedback()
    account.empty()
    bucket = account.client("s3")
    bucket.create_bucket(Bucket="ledger")
    for one in bucket.list_objects_v2(Bucket="ledger").get("Contents", []):
        bucket.delete_object(Bucket="ledger", Key=one["Key"])
    for name, value in account.environ().items():
        monkeypatch.setenv(name, value)
    return account


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The company with its site; nothing was ever sent."""
    root = a_company(
        tmp_path_factory.mktemp("check") / "alder",
        {"pelicanconf.py": CONF.replace(', "as_of": "2026-12-01"', "")},
        people=PEOPLE,
    )
    assert Desk(root).type("--as-of", "2026-12-01", "build", "--no-search").code == 0
    return root


@pytest.fixture
def root(built: Path, tmp_path: Path) -> Path:
    """A copy for one test."""
    shutil.copytree(built, tmp_path / "alder")
    return tmp_path / "alder"


def check(root: Path, now: datetime = NOW, **over: Any) -> SendResult:
    """`topmind send --check`."""
    return rehearsing.check(root, clock=FixedClock(now), **{"as_of": None, "first_send": True, **over})


def told(result: SendResult, level: Level) -> list[str]:
    """Rules of pre-flight at this level."""
    return [
        p.rule.removeprefix("preflight/")
        for p in result.findings
        if p.level is level and p.rule.startswith("preflight/")
    ]


def test_a_missing_ledger_hears_and_stops_nothing(
    root: Path, aws: Amazon, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A wrong TOPMIND_LEDGER: no ledger is made that swallows the real one's feedback or takes its stop."""
    aws.client("sqs").send_message(QueueUrl=aws.queue, MessageBody="{}")
    for ledger in (BUCKET, "sqlite:///var/ledger.db"):
        monkeypatch.setenv("TOPMIND_LEDGER", ledger)
        with pytest.raises(UsageError, match="the queue was not touched"):
            feedback.run(root, clock=FixedClock(NOW))
        with pytest.raises(UsageError, match="nothing can be stopped"):
            control.stop(root, "all", as_of=None, clock=FixedClock(NOW))
        with pytest.raises(UsageError, match="nothing can be stopped"):
            control.resume(root, "all", clock=FixedClock(NOW))
    assert "Contents" not in aws.client("s3").list_objects_v2(Bucket="ledger")
    assert not list((root / "var").glob("*.db"))
    assert len(aws.client("sqs").receive_message(QueueUrl=aws.queue)["Messages"]) == 1


def test_everything_that_would_stop_a_send_is_told_at_once(
    root: Path, aws: Amazon, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Wrong keys, wrong plan, wrong day, plain http, no queue, a stop: one list, and who is due is still known."""
    clock = FixedClock(NOW)
    assert sending.send(root, as_of=None, clock=clock, live=True, first_send=True).exit_code == 0
    control.stop(root, "all", as_of=None, clock=clock)
    monkeypatch.setenv("TOPMIND_KEYS", json.dumps({n: ["x" * 43] for n in ("links", "addresses", "coupons")}))
    monkeypatch.setenv("TOPMIND_LIVE_URL", "http://mail.alder.example")
    monkeypatch.setenv("TOPMIND_FEEDBACK_QUEUE", "nobody-made-it")
    checked = check(root, as_of="2026-12-08", plan_hash="abcdef12", crew=Crew(workers=2))
    assert sorted(told(checked, Level.ERROR)) == [
        "feedback-queue",
        "live-pages",
        "stopped",
        "stopped",
        "stopped",
        "stopped",
    ]
    text = checked.text()
    for words in (
        "real mail goes today",
        "this key ring is not the one",
        "--plan abcdef12",
        "one sender at a time",
    ):
        assert words in text
    assert "stop" in told(checked, Level.WARNING)
    assert checked.exit_code == 1


def test_no_keys_are_a_finding_beside_the_others(
    root: Path, aws: Amazon, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The account is asked all the same, and every mail rendered."""
    monkeypatch.setenv("TOPMIND_KEYS", "")
    monkeypatch.setenv("TOPMIND_SES_CONFIGURATION_SET", "nobody-made-it")
    checked = check(root)
    assert "TOPMIND_KEYS is not set" in checked.text()
    assert "configuration-set" in told(checked, Level.ERROR)
    assert checked.report.counts.planned == PEOPLE
    assert aws.ses.calls == 0


def test_senders_are_looked_at_on_a_day_without_mail(root: Path, aws: Amazon) -> None:
    """Whoever sets up sees on any day what DNS still lacks: those of the team who send nothing now, as a warning."""
    (root / "content" / "team" / "june.md").write_text(
        "---\nname: June Okafor\nrole: Mason\nemail: june@other.example\n---\nJune\n", "utf-8"
    )
    contacts = root / "var" / "contacts" / "contacts.csv"
    contacts.write_text(contacts.read_text("utf-8").replace(",yes", ",no"), "utf-8")
    checked = check(root, NOW - timedelta(days=3))
    assert checked.report.counts.planned == 0
    assert "identity" in told(checked, Level.WARNING)
    assert "other.example" in checked.text()
    assert told(checked, Level.ERROR) == []


def test_the_queue_may_be_named_or_addressed(
    root: Path, aws: Amazon, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As `topmind feedback` takes it."""
    monkeypatch.setenv("TOPMIND_FEEDBACK_QUEUE", "feedback")
    assert told(check(root), Level.ERROR) == []


def test_events_that_go_elsewhere_are_none(root: Path, aws: Amazon) -> None:
    """A destination in CloudWatch alone: nothing would reach the queue."""
    (path,) = aws.ses.state.sets[SET]
    aws.ses.state.sets[SET] = [
        {**{k: v for k, v in path.items() if k != "SnsDestination"}, "CloudWatchDestination": {}}
    ]
    try:
        assert told(check(root), Level.ERROR) == ["events"]
    finally:
        aws.ses.state.sets[SET] = [path]


def test_dead_feedback_is_found_before_the_next_send(root: Path, aws: Amazon) -> None:
    """The last run's canary was never heard of: the check says so, the next run mails nobody but a new canary, and
    the one after it goes on where that one was heard of."""
    aws.ses.feedback = Feedback(lost=1.0)
    clock = FixedClock(NOW)
    assert sending.send(root, as_of=None, clock=clock, live=True, first_send=True).exit_code == 0
    aws.ses.flush()
    assert told(check(root, NOW + timedelta(minutes=30)), Level.ERROR) == [], "it may be late"
    assert told(check(root, LATER), Level.ERROR) == ["silent"]
    before, week = aws.ses.calls, timedelta(days=7)
    stopped = sending.send(root, as_of=None, clock=FixedClock(NOW + week), live=True)
    assert "feedback is dead" in stopped.report.stopped
    assert (stopped.report.counts.sent_now, stopped.exit_code, aws.ses.calls) == (0, 1, before + 1)
    aws.ses.feedback = Feedback()
    back = sending.send(root, as_of=None, clock=FixedClock(NOW + week + timedelta(minutes=5)), live=True)
    assert "feedback is dead" in back.report.stopped, "a young canary proves nothing yet"
    aws.ses.flush()
    good = sending.send(root, as_of=None, clock=FixedClock(NOW + week + timedelta(minutes=10)), live=True)
    assert (good.report.counts.accepted, good.report.stopped) == (PEOPLE, "")


def test_a_rehearsal_is_not_taken_for_the_first_send(
    root: Path, aws: Amazon, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The real ledger was used with the outbox: whoever stands in it would never get that letter. --first-send is no
    answer to it; a person who looked at the plan is."""
    clock = FixedClock(NOW)
    monkeypatch.setenv("TOPMIND_TRANSPORT", "outbox")
    assert sending.send(root, as_of=None, clock=clock).report.counts.accepted == PEOPLE
    monkeypatch.setenv("TOPMIND_TRANSPORT", "ses")
    later = FixedClock(NOW + timedelta(days=7))
    assert "rehearsed" in told(check(root, later.now()), Level.ERROR)
    with pytest.raises(GuardError, match=f"{PEOPLE} mails of this ledger were only written into an outbox"):
        sending.send(root, as_of=None, clock=later, live=True, first_send=True)
    assert aws.ses.calls == 0
    control.approve(root, check(root, later.now()).decided.plan.hash, as_of=None, clock=later)
    sent = sending.send(root, as_of=None, clock=later, live=True, first_send=True)
    assert sent.report.counts.sent_now == PEOPLE
    assert "rehearsed" not in told(check(root, later.now()), Level.ERROR)


def test_a_copy_that_was_put_back_fails_the_check(root: Path, aws: Amazon) -> None:
    """`plan` warns of it; `send` refuses, and so a check must."""
    files = ("ledger.db", "ledger.db-wal", "ledger.db-shm")
    assert sending.send(root, as_of=None, clock=FixedClock(NOW), live=True, first_send=True).exit_code == 0
    kept = {name: (root / "var" / name).read_bytes() for name in files if (root / "var" / name).exists()}
    aws.ses.flush()
    week = NOW + timedelta(days=7)
    assert sending.send(root, as_of=None, clock=FixedClock(week), live=True).exit_code == 0
    for name in files:
        (root / "var" / name).unlink(missing_ok=True)
    for name, data in kept.items():
        (root / "var" / name).write_bytes(data)
    checked = check(root, week + timedelta(hours=1))
    assert [p.level for p in checked.findings if p.rule == "ledger/restored"] == [Level.ERROR]
    assert checked.exit_code == 1


def test_the_place_of_that_copy_is_said_without_its_password(root: Path) -> None:
    """The plan is printed where many read it, and the address of a server holds a password."""
    clock = FixedClock(NOW)
    project = load_.load(root, as_of=None, clock=clock)
    url = "postgresql://dana:secret@db.alder.example/ledger"
    project = replace(project, settings=replace(project.settings, ledger_url=url))
    known = dry.Known(history=History(ledger="alder"), restored=True)
    (problem,) = (
        p for p in dry.decide_project(project, clock, told=known).findings if p.rule == dry.RESTORED
    )
    assert "copy of postgresql://… back" in problem.fix
    assert "secret" not in f"{problem.says}{problem.fix}"


#: What is wrong around the files in the tests below, and the rules by which it is told.
AROUND = {
    "TOPMIND_SES_CONFIGURATION_SET": "nobody-made-it",
    "TOPMIND_FEEDBACK_QUEUE": "nobody-made-it",
    "TOPMIND_LIVE_URL": "http://mail.alder.example",
}
TOLD_AROUND = {"configuration-set", "feedback-queue", "live-pages"}


def surround(monkeypatch: pytest.MonkeyPatch, **more: str) -> None:
    """Set up wrongly what is no file."""
    for name, value in {**AROUND, **more}.items():
        monkeypatch.setenv(name, value)


def test_broken_files_hide_nothing_else(root: Path, aws: Amazon, monkeypatch: pytest.MonkeyPatch) -> None:
    """A misspelt block and a contact list without its columns: both, with ledger, keys, day and account beside them."""
    assert sending.send(root, as_of=None, clock=FixedClock(NOW), live=True, first_send=True).exit_code == 0
    keys = check(root).as_dict().keys()
    surround(monkeypatch, TOPMIND_KEYS="")
    tip = root / "content" / "tips" / "damp.md"
    tip.write_text(tip.read_text("utf-8") + "\n/// calout | Tip\nx\n///\n", "utf-8")
    (root / "var" / "contacts" / "contacts.csv").write_text("who,where\n1,here\n", "utf-8")
    checked = check(root, as_of="2026-12-08", crew=Crew(workers=2))
    assert {*told(checked, Level.ERROR)} == {*TOLD_AROUND, "stopped"}
    found = {(p.path, p.line > 0) for p in checked.findings if p.level is Level.ERROR}
    assert ("content/tips/damp.md", True) in found
    assert any("contacts" in p.path or "_audience" in p.path for p in checked.findings), checked.text()
    for words in (
        "No plan can be made",
        "TOPMIND_KEYS is not set",
        "real mail goes today",
        "one sender at a time",
    ):
        assert words in checked.text()
    assert (checked.exit_code, checked.as_dict()["plan"], checked.as_dict()["planned"]) == (1, "", 0)
    assert checked.as_dict().keys() == keys, "whoever reads the JSON finds the same names"


def test_a_broken_audience_hides_nothing_else(
    root: Path, aws: Amazon, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An export that lost its columns: nobody can be planned, the account is asked all the same."""
    surround(monkeypatch)
    (root / "var" / "contacts" / "contacts.csv").write_text("who,where\n1,here\n", "utf-8")
    checked = check(root, first_send=False)
    assert {*told(checked, Level.ERROR)} >= {*TOLD_AROUND, "first-send"}
    assert "contacts.csv" in checked.text()
    assert checked.exit_code == 1


def test_ses_out_of_reach_hides_nothing_else(
    root: Path, aws: Amazon, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The queue is looked at, and what the ledger knows of silent feedback is told."""
    aws.ses.feedback = Feedback(lost=1.0)
    assert sending.send(root, as_of=None, clock=FixedClock(NOW), live=True, first_send=True).exit_code == 0
    aws.ses.flush()
    surround(monkeypatch, AWS_ENDPOINT_URL_SESV2="http://127.0.0.1:1")
    checked = check(root, LATER)
    assert {*told(checked, Level.ERROR)} == {"no-answer", "feedback-queue", "live-pages", "silent"}
    assert told(checked, Level.ERROR).count("no-answer") == 1, "nobody waits for the same silence five times"


def test_each_question_that_gets_no_answer_is_told(
    root: Path, aws: Amazon, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A role that may ask half of it: every action that it lacks, and what the other half says; a send stops on it."""
    surround(monkeypatch)
    aws.ses.faults = Faults(
        operations={name: Fault(kind=FaultKind.ERROR_BEFORE) for name in ("GetAccount", "GetEmailIdentity")}
    )
    try:
        checked = check(root)
        lacking = {p.path for p in checked.findings if p.rule == "preflight/no-answer"}
        assert lacking == {"ses:GetAccount", "ses:GetEmailIdentity"}
        assert {*told(checked, Level.ERROR)} == {*TOLD_AROUND, "no-answer"}
        aws.ses.faults = Faults(operations={"GetEmailIdentity": Fault(kind=FaultKind.ERROR_BEFORE)})
        with pytest.raises(GuardError, match="Nobody was mailed") as refused:
            sending.send(root, as_of=None, clock=FixedClock(NOW), live=True, first_send=True)
        for words in ("ses:GetEmailIdentity", "'nobody-made-it'", "not https"):
            assert words in str(refused.value), "with everything else"
        assert aws.ses.calls == 0
    finally:
        aws.ses.faults = Faults()


def test_no_region_hides_nothing_else(root: Path, aws: Amazon, monkeypatch: pytest.MonkeyPatch) -> None:
    """Neither SES nor the queue can be asked: said once, and the rest is told."""
    surround(monkeypatch)
    monkeypatch.delenv("AWS_REGION")
    monkeypatch.delenv("AWS_DEFAULT_REGION")
    checked = check(root)
    assert {*told(checked, Level.ERROR)} == {"no-answer", "live-pages"}
    assert "AWS_REGION" in checked.text()


def test_the_command_prints_what_it_found(root: Path, aws: Amazon, monkeypatch: pytest.MonkeyPatch) -> None:
    """On standard output, for people and for machines, also where no plan can be made."""
    surround(monkeypatch)
    (root / "content" / "tips" / "damp.md").write_text("---\ntilte: Damp\n---\nx\n", "utf-8")
    desk = Desk(root)
    plain, machine = desk.type("send", "--check"), desk.type("send", "--check", "--json")
    assert (plain.code, machine.code) == (1, 1)
    assert "content/tips/damp.md:2" in plain.out
    assert {
        one["rule"].removeprefix("preflight/") for one in json.loads(machine.out)["findings"]
    } >= TOLD_AROUND


def test_where_no_ledger_is_nothing_is_adopted(
    root: Path, aws: Amazon, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A wrong TOPMIND_LEDGER: no ledger is made in which everybody is unproven; nothing at all is written."""
    for ledger in ("sqlite:///var/ledger.db", BUCKET):
        monkeypatch.setenv("TOPMIND_LEDGER", ledger)
        with pytest.raises(UsageError, match="there is nothing to adopt") as found:
            adopting.adopt(root, as_of=None, clock=FixedClock(NOW), anyway=True, incomplete=True)
        assert found.value.where == ("s3://…" if ledger == BUCKET else ledger)
        assert "topmind ledger restore FILE" in found.value.fix
    assert "Contents" not in aws.client("s3").list_objects_v2(Bucket="ledger")
    assert not list((root / "var").glob("*.db"))
