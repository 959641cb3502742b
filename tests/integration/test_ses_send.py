"""Whole ticks through Amazon SES on loopback: what is asked before, what leaves, and what a guard stops."""

from __future__ import annotations

import shutil
from collections.abc import Iterator, Mapping
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from types import MappingProxyType
from typing import Any

import pytest

from amazon import Amazon, amazon
from played import Desk
from small_company import CONF, a_company
from topmind.errors import ConfigError, GuardError, SendError, TopmindError
from topmind.model import Level
from topmind.run import feedback, load, places, rehearsing, sending, testmail
from topmind.run.listening import SIMULATOR
from topmind.run.sent import SendResult
from topmind.testing.clock import FixedClock
from topmind.testing.ses import Account, Fault, FaultKind, Faults, Feedback, Identity, Reaction

PEOPLE = 24
#: Tuesday, 10:30 in Dublin: the letter of nine o'clock is due.
NOW = datetime(2026, 12, 1, 10, 30, tzinfo=UTC)


@pytest.fixture(scope="module")
def account() -> Iterator[Amazon]:
    """One Amazon for the file; each test begins with an empty account."""
    with amazon() as found:
        yield found


@pytest.fixture
def aws(account: Amazon) -> Amazon:
    """The account as new: production, verified, nothing sent, no fault."""
    state = account.ses.state
    account.ses.flush()
    account.ses.reset()
    account.empty()
    state.account = Account.PRODUCTION
    state.quota = 50_000
    state.identities.clear()
    state.identities["alder.example"] = Identity(name="alder.example", mail_from="bounce.alder.example")
    return account


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The company with its site; nothing was ever sent."""
    root = a_company(
        tmp_path_factory.mktemp("ses") / "alder",
        {"pelicanconf.py": CONF.replace(', "as_of": "2026-12-01"', "")},
        people=PEOPLE,
    )
    said = Desk(root).type("--as-of", "2026-12-01", "build", "--no-search")
    assert said.code == 0, said.text
    return root


@pytest.fixture
def root(built: Path, tmp_path: Path) -> Path:
    """A copy for one test."""
    shutil.copytree(built, tmp_path / "alder")
    return tmp_path / "alder"


#: Where live pages are until somebody says otherwise: on the machine that sends.
DESK = "http://127.0.0.1:8000"


def tick(
    root: Path,
    aws: Amazon,
    monkeypatch: pytest.MonkeyPatch,
    now: datetime = NOW,
    *,
    environ: Mapping[str, str] = MappingProxyType({}),
    **over: Any,
) -> SendResult:
    """`topmind send --live` at this moment; with `check` `topmind send --check`."""
    for name, value in aws.environ(**environ).items():
        monkeypatch.setenv(name, value)
    options = {"live": True, "first_send": True, **over}
    if options.pop("check", False):
        return rehearsing.check(root, as_of=None, clock=FixedClock(now), first_send=options["first_send"])
    return sending.send(root, as_of=None, clock=FixedClock(now), **options)


def a_contact_list(aws: Amazon) -> None:
    """One of the name alder; SES keeps it between tests."""
    client = aws.ses.client()
    with suppress(client.exceptions.AlreadyExistsException):
        client.create_contact_list(ContactListName="alder")


def rules(result: SendResult, level: Level = Level.ERROR) -> set[str]:
    """Findings of pre-flight."""
    return {p.rule.removeprefix("preflight/") for p in result.findings if p.level is level}


def test_a_tick_sends_everybody_once(root: Path, aws: Amazon, monkeypatch: pytest.MonkeyPatch) -> None:
    """Everybody has the mail, with the headers of the industry; the tick after it sends nothing."""
    first = tick(root, aws, monkeypatch)
    assert (first.report.counts.accepted, first.exit_code) == (PEOPLE, 0), first.text()
    assert set(aws.ses.touches.values()) == {1}
    canary, *mails = aws.ses.inbox
    assert canary.to == (SIMULATOR,), "Amazon's own simulator first"
    mail = next(mail for mail in mails if mail.message["List-Id"])  # the thank-you is service, without one
    assert mail.configuration_set == "topmind"
    assert mail.message["List-Unsubscribe"].startswith("<https://mail.alder.example/u/")
    assert mail.message["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert mail.message["List-Id"].endswith("<wall.alder.example>")
    assert mail.message["Reply-To"] in {"dana@alder.example", "june@alder.example"}
    calls = aws.ses.calls
    second = tick(root, aws, monkeypatch, NOW.replace(hour=12))
    assert second.report.counts.as_dict() == first.report.counts.as_dict() | {"sent_now": 0}
    assert aws.ses.calls == calls


def test_a_proof_goes_by_the_same_door_and_its_issue_an_hour_after_it(
    root: Path, aws: Amazon, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Two senders, one call each, with the tags by which feedback proves it; no way out of a list stands on it."""
    letter = root / "content/newsletters/wall.md"
    letter.write_text(letter.read_text("utf-8").replace("subject:", "approve: proof\nsubject:"), "utf-8")
    first = tick(root, aws, monkeypatch)
    proofs = [mail for mail in aws.ses.inbox if str(mail.message["Subject"]).startswith("PROOF: ")]
    assert (first.proofs, first.exit_code, [mail.to for mail in proofs]) == (
        2,
        0,
        [("dana@alder.example",), ("june@alder.example",)],
    )
    assert {mail.tags["ledger"] for mail in proofs} == {"alder"}
    assert not any(mail.message["List-Unsubscribe"] for mail in proofs)
    assert first.report.counts.accepted == 1, "only the thank-you"
    soon = tick(root, aws, monkeypatch, NOW.replace(minute=45))
    assert (soon.proofs, soon.report.counts.accepted) == (0, 1), "nobody has had the time to read it"
    later = tick(root, aws, monkeypatch, NOW.replace(hour=11))
    assert (later.proofs, later.report.counts.accepted) == (0, PEOPLE)
    assert set(aws.ses.touches.values()) == {1}


def kept(raw: bytes) -> tuple[list[bytes], bytes]:
    """Header lines in order, without those that SES replaces, and the body."""
    head, _, body = raw.partition(b"\r\n\r\n")
    return [
        line for line in head.split(b"\r\n") if not line.lower().startswith((b"message-id:", b"date:"))
    ], body


def test_the_bytes_are_those_of_the_outbox(
    root: Path, aws: Amazon, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """The outbox is the rehearsal: body and headers are the same but for what SES itself replaces."""
    other = tmp_path / "rehearsal"
    shutil.copytree(root, other)
    tick(root, aws, monkeypatch)
    monkeypatch.setenv("TOPMIND_TRANSPORT", "outbox")
    sending.send(other, as_of=None, clock=FixedClock(NOW))
    written = {
        path.name.split("-")[0]: path.read_bytes() for path in (other / "var" / "outbox").glob("*.eml")
    }
    assert len(written) >= PEOPLE
    letters = [mail for mail in aws.ses.inbox if mail.tags["touch"] in written]
    assert len(letters) >= PEOPLE
    for mail in letters:
        assert kept(mail.raw) == kept(written[mail.tags["touch"]])


def test_without_live_nothing_is_asked_or_sent(
    root: Path, aws: Amazon, monkeypatch: pytest.MonkeyPatch
) -> None:
    """`send` with ses plans and prints."""
    result = tick(root, aws, monkeypatch, live=False)
    assert (result.dry, aws.ses.calls) == (True, 0)


def test_a_new_ledger_needs_a_word(root: Path, aws: Amazon, monkeypatch: pytest.MonkeyPatch) -> None:
    """A fresh runner with an empty ledger would mail everybody again: refused without --first-send."""
    with pytest.raises(GuardError, match="nothing was ever sent with this ledger"):
        tick(root, aws, monkeypatch, first_send=False)
    assert aws.ses.calls == 0


def test_another_day_is_refused(root: Path, aws: Amazon, monkeypatch: pytest.MonkeyPatch) -> None:
    """Real mail goes today."""
    for name, value in aws.environ().items():
        monkeypatch.setenv(name, value)
    with pytest.raises(GuardError, match="real mail goes today"):
        sending.send(root, as_of="2026-12-02", clock=FixedClock(NOW), live=True, first_send=True)
    assert aws.ses.calls == 0


def test_links_to_this_machine_are_refused(root: Path, aws: Amazon, monkeypatch: pytest.MonkeyPatch) -> None:
    """A customer cannot unsubscribe on somebody's laptop."""
    with pytest.raises(GuardError, match="the unsubscribe links lead to this machine"):
        tick(root, aws, monkeypatch, environ={"TOPMIND_LIVE_URL": ""})
    assert aws.ses.calls == 0


def test_everything_wrong_with_an_account_at_once(
    root: Path, aws: Amazon, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Sandbox, no DKIM, MAIL FROM pending, quota too small: all in one list, and the send itself is refused."""
    state = aws.ses.state
    state.account = Account.SANDBOX
    state.quota = 20
    state.identities["alder.example"] = Identity(
        name="alder.example", dkim="PENDING", mail_from="bounce.alder.example", mail_from_status="PENDING"
    )
    checked = tick(root, aws, monkeypatch, check=True)
    assert rules(checked) >= {"sandbox", "dkim", "mail-from"}
    assert "quota" in rules(checked, Level.WARNING)
    assert "dmarc" in rules(checked, Level.INFO), "nobody is asked about names on this machine"
    assert checked.exit_code == 1
    with pytest.raises(GuardError, match="sandbox") as refused:
        tick(root, aws, monkeypatch)
    assert "not signed with DKIM" in str(refused.value)
    assert aws.ses.calls == 0


@pytest.mark.parametrize("state", [Account.PAUSED, Account.SUSPENDED])
def test_an_account_that_may_not_send(
    root: Path, aws: Amazon, monkeypatch: pytest.MonkeyPatch, state: Account
) -> None:
    """Told before anybody is mailed."""
    aws.ses.state.account = state
    with pytest.raises(GuardError, match="paused for this SES account"):
        tick(root, aws, monkeypatch)
    assert aws.ses.calls == 0


def test_no_feedback_no_send(root: Path, aws: Amazon, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without a configuration set and its queue no bounce would ever be heard of."""
    given = {"TOPMIND_FEEDBACK_QUEUE": "", "TOPMIND_SES_CONFIGURATION_SET": ""}
    checked = tick(root, aws, monkeypatch, environ=given, check=True)
    assert rules(checked) >= {"configuration-set", "feedback-queue"}
    given = {
        "TOPMIND_SES_CONFIGURATION_SET": "nobody-made-it",
        "TOPMIND_FEEDBACK_QUEUE": f"{aws.queue}-gone",
    }
    checked = tick(root, aws, monkeypatch, environ=given, check=True)
    assert rules(checked) >= {"configuration-set", "feedback-queue"}


def test_a_good_account_has_no_finding(root: Path, aws: Amazon, monkeypatch: pytest.MonkeyPatch) -> None:
    """`send --check` on a day when everything stands: exit 0, nobody mailed, nothing written."""
    checked = tick(root, aws, monkeypatch, check=True)
    assert (rules(checked), checked.exit_code, aws.ses.calls) == (set(), 0, 0), checked.text()
    assert not (root / "var" / "ledger.db").exists()


def test_an_account_that_cannot_be_asked(root: Path, aws: Amazon, monkeypatch: pytest.MonkeyPatch) -> None:
    """Fails closed, in one sentence that names the action."""
    aws.ses.faults = Faults(operations={"GetAccount": Fault(kind=FaultKind.ERROR_BEFORE)})
    with pytest.raises(TopmindError, match="does not say how the account stands"):
        tick(root, aws, monkeypatch)
    assert aws.ses.calls == 0


def test_no_keys_no_send(root: Path, aws: Amazon, monkeypatch: pytest.MonkeyPatch) -> None:
    """A key ring made on a runner's disk would be gone with it, and every unsubscribe link with it."""
    with pytest.raises(ConfigError, match="TOPMIND_KEYS is not set"):
        tick(root, aws, monkeypatch, environ={"TOPMIND_KEYS": ""})
    checked = tick(root, aws, monkeypatch, environ={"TOPMIND_KEYS": ""}, check=True)
    assert "TOPMIND_KEYS is not set" in checked.text()
    assert checked.exit_code == 1


def test_the_quota_of_a_day_is_no_disaster(root: Path, aws: Amazon, monkeypatch: pytest.MonkeyPatch) -> None:
    """Ten of 24 may leave: the run says why it ended, the rest waits and goes with a later tick of the day."""
    aws.ses.state.quota = 12.5
    first = tick(root, aws, monkeypatch)
    assert first.report.counts.accepted == 10
    assert "quota" in first.report.stopped
    assert first.report.counts.waiting == PEOPLE - 10
    aws.ses.state.quota = 50_000
    second = tick(root, aws, monkeypatch, NOW.replace(hour=12))
    assert (second.report.counts.accepted, second.report.counts.waiting) == (PEOPLE, 0)
    assert set(aws.ses.touches.values()) == {1}


def test_a_test_mail_works_in_the_sandbox(root: Path, aws: Amazon, monkeypatch: pytest.MonkeyPatch) -> None:
    """Before production access only verified addresses are mailed: one's own is enough for a test."""
    aws.ses.state.account = Account.SANDBOX
    aws.ses.state.identities["dana@alder.example"] = Identity(name="dana@alder.example")
    for name, value in aws.environ().items():
        monkeypatch.setenv(name, value)
    sent = testmail.send(root, "dana@alder.example", None, every=False, as_of=None, clock=FixedClock(NOW))
    (mail,) = aws.ses.inbox
    assert sent == 1
    assert mail.message["Subject"].startswith("TEST: ")
    assert not (root / "var" / "ledger.db").exists()


def test_a_test_mail_to_an_address_that_is_not_verified(
    root: Path, aws: Amazon, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The likeliest surprise of a new account is told with what to do; the address is not repeated."""
    aws.ses.state.account = Account.SANDBOX
    for name, value in aws.environ().items():
        monkeypatch.setenv(name, value)
    with pytest.raises(SendError, match="your own address must be verified, too") as found:
        testmail.send(root, "you@example.com", None, every=False, as_of=None, clock=FixedClock(NOW))
    assert "you@example.com" not in str(found.value)
    assert not aws.ses.inbox


def test_the_canary_comes_back_through_the_queue(
    root: Path, aws: Amazon, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The next tick hears of every mail of this one: feedback is alive, and nothing is unknown."""
    aws.ses.faults = Faults(at={4: Fault(kind=FaultKind.RESET), 9: Fault(kind=FaultKind.GARBAGE)})
    first = tick(root, aws, monkeypatch)
    assert (first.report.counts.accepted, first.report.counts.unknown) == (PEOPLE - 2, 2)
    assert first.exit_code == 1
    aws.ses.flush()
    with pytest.MonkeyPatch.context() as environ:
        for name, value in aws.environ().items():
            environ.setenv(name, value)
        heard = feedback.run(root, clock=FixedClock(NOW.replace(hour=12)))
    assert (heard.unknown, heard.heard.proved) == (0, 2)
    assert heard.heard.canaries == 2, "sent, delivered"
    second = tick(root, aws, monkeypatch, NOW.replace(hour=13))
    assert (second.report.counts.accepted, second.report.counts.unknown) == (PEOPLE, 0)
    assert set(aws.ses.touches.values()) == {1}


def test_no_canary_no_mail(root: Path, aws: Amazon, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where Amazon does not take the first mail, nobody gets one: everybody waits for the next tick."""
    aws.ses.faults = Faults(at={1: Fault(kind=FaultKind.ERROR_BEFORE)})
    result = tick(root, aws, monkeypatch)
    assert (aws.ses.calls, result.report.counts.waiting, result.exit_code) == (1, PEOPLE, 1)
    assert "simulator" in result.report.stopped


def test_bad_news_while_a_send_runs(root: Path, aws: Amazon, monkeypatch: pytest.MonkeyPatch) -> None:
    """Somebody calls the first letter spam: the queue is read before the next letter, and they get none."""
    aws.ses.feedback = Feedback(reactions={"canary5@example.com": (Reaction.COMPLAIN,)})
    tick(root, aws, monkeypatch)
    aws.ses.flush()
    later = datetime(2026, 12, 8, 10, 30, tzinfo=UTC)
    second = tick(root, aws, monkeypatch, later)
    assert second.report.counts.skipped + second.report.counts.accepted == PEOPLE
    assert second.report.counts.skipped == 1


def test_without_live_pages_ses_makes_the_links_to_leave(
    root: Path, aws: Amazon, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A contact list stands in for live pages: marketing carries SES's link, and its opt-out comes back as feedback."""
    a_contact_list(aws)
    environ = {"TOPMIND_LIVE_URL": "", "TOPMIND_SES_CONTACT_LIST": "alder"}
    result = tick(root, aws, monkeypatch, environ=environ)
    assert (result.report.counts.accepted, result.exit_code) == (PEOPLE, 0), result.text()
    letters = [mail for mail in aws.ses.inbox if mail.message["List-Unsubscribe"]]
    assert len(letters) >= PEOPLE - 1
    assert {mail.message["List-Id"] for mail in letters} == {"<wall.alder.example>"}
    assert all("unsubscribe.invalid" not in mail.html + mail.text for mail in letters)
    gone = letters[0]
    aws.ses.unsubscribe(gone.number)
    aws.ses.flush()
    for name, value in aws.environ(**environ).items():
        monkeypatch.setenv(name, value)
    assert feedback.run(root, clock=FixedClock(NOW.replace(hour=12))).heard.opted_out == 1
    before = len(aws.ses.inbox)
    later = tick(root, aws, monkeypatch, datetime(2026, 12, 8, 10, 30, tzinfo=UTC), environ=environ)
    assert gone.to not in [mail.to for mail in aws.ses.inbox[before:]]
    assert later.report.counts.accepted == PEOPLE - 1


def test_a_contact_list_that_is_not_there(root: Path, aws: Amazon, monkeypatch: pytest.MonkeyPatch) -> None:
    """Named but not made: refused, because nobody could leave."""
    environ = {"TOPMIND_LIVE_URL": "", "TOPMIND_SES_CONTACT_LIST": "nobody-made-it"}
    with pytest.raises(GuardError, match="has no contact list"):
        tick(root, aws, monkeypatch, environ=environ)
    assert aws.ses.calls == 0


@pytest.mark.parametrize("contact_list", ["alder", ""])
def test_a_test_mail_has_no_link_to_this_machine(
    root: Path, aws: Amazon, monkeypatch: pytest.MonkeyPatch, contact_list: str
) -> None:
    """Where SES makes the links to leave, a test shows a place for them and puts nobody on a list; nor does it lead to
    pages that nobody has set up. A mail of service says what the real one says."""
    a_contact_list(aws)
    environ = {"TOPMIND_LIVE_URL": "", "TOPMIND_SES_CONTACT_LIST": contact_list}
    for name, value in aws.environ(**environ).items():
        monkeypatch.setenv(name, value)
    sent = testmail.send(root, "you@alder.example", None, every=True, as_of=None, clock=FixedClock(NOW))
    assert sent == len(aws.ses.inbox) >= 2, "a letter and the thank-you"
    texts = [mail.html + mail.text for mail in aws.ses.inbox]
    assert not any(f"{DESK}/" in text for text in texts)
    shown = "amazon-ses-puts-its-link-here.invalid" if contact_list else "set-topmind-live-url.invalid"
    assert any(shown in text for text in texts)
    assert any("mailto:" in text and shown not in text for text in texts) == bool(contact_list)


def test_a_mail_of_service_without_live_pages_leads_to_its_sender(
    root: Path, aws: Amazon, monkeypatch: pytest.MonkeyPatch
) -> None:
    """SES makes links for what markets only: the thank-you's ways out are a mail to whoever signs it, not this machine."""
    a_contact_list(aws)
    tick(root, aws, monkeypatch, environ={"TOPMIND_LIVE_URL": "", "TOPMIND_SES_CONTACT_LIST": "alder"})
    texts = [mail.html + mail.text for mail in aws.ses.inbox]
    assert not any(f"{DESK}/" in text for text in texts)
    (service,) = [
        text for mail, text in zip(aws.ses.inbox[1:], texts[1:], strict=True) if not mail.message["List-Id"]
    ]
    assert "mailto:dana@alder.example?subject=Unsubscribe" in service


def test_what_a_dead_run_had_in_hand_is_told_once(
    root: Path, aws: Amazon, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A run froze the day, claimed two and died before it called: the next one finds them unproven and ends with 1, the
    one after that has nothing new to say and ends with 0. Neither sends them again."""
    aws.ses.state.quota = 12.5
    assert tick(root, aws, monkeypatch).report.counts.waiting
    aws.ses.state.quota = 50_000
    at = FixedClock(NOW.replace(hour=11))
    seen = load.load(root, as_of=None, clock=at)
    with places.open_project_ledger(seen.settings, at, places.key_ring(seen.settings)) as ledger:
        lost = {claim.touch_hex for claim in ledger.claim(owner="dead", limit=2, now=at.now())}
    found = tick(root, aws, monkeypatch, NOW.replace(hour=12))
    assert (found.report.new_unknown, found.report.counts.unknown, found.exit_code) == (2, 2, 1)
    assert {one.touch_hex for one in found.report.unproven} == lost
    after = tick(root, aws, monkeypatch, NOW.replace(hour=13))
    assert (after.report.new_unknown, after.report.counts.unknown, after.exit_code) == (0, 2, 0)
    assert not lost & aws.ses.touches.keys()
