"""Adopting a copy where mails go by Amazon SES: its own lists are read, and where it will not say, somebody must insist."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from amazon import Amazon, amazon
from small_company import CONF, a_company
from topmind.errors import GuardError
from topmind.ledger import InboxEntry
from topmind.run import adopting, feedback, ledgers, places, sending, site
from topmind.run import load as load_
from topmind.settings import load
from topmind.testing.clock import FixedClock
from topmind.testing.ses import Fault, FaultKind, Faults
from topmind.testing.ses.state import Suppressed

PEOPLE = 8
#: Tuesdays, after nine o'clock in Dublin.
NOW = datetime(2026, 12, 1, 10, 30, tzinfo=UTC)
NEXT = NOW + timedelta(days=7)
LIST = "letters"


@pytest.fixture(scope="module")
def account() -> Iterator[Amazon]:
    """One Amazon for the file."""
    with amazon() as found:
        yield found


@pytest.fixture
def aws(account: Amazon) -> Amazon:
    """The account as new, with a contact list that stands in for live pages."""
    account.ses.flush()
    account.ses.reset()
    account.empty()
    state = account.ses.state
    state.suppressed.clear()
    state.lists = {
        LIST: {"list": {"ContactListName": LIST, "Topics": []}, "contacts": {}},
    }
    return account


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The company with its site; nothing was ever sent."""
    conf = CONF.replace(', "as_of": "2026-12-01"', "")
    root = a_company(tmp_path_factory.mktemp("adopt") / "alder", {"pelicanconf.py": conf}, people=PEOPLE)
    site.build(load_.load(root, as_of=None, clock=FixedClock(NOW), environ={}), FixedClock(NOW))
    return root


@pytest.fixture
def root(built: Path, aws: Amazon, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The company has sent once; that ledger was copied, lost, and the copy was put back: nothing is kept beside it."""
    more = {"TOPMIND_LIVE_URL": "http://127.0.0.1:8000", "TOPMIND_SES_CONTACT_LIST": LIST}
    for name, value in aws.environ(**more).items():
        monkeypatch.setenv(name, value)
    root = Path(shutil.copytree(built, tmp_path / "alder", symlinks=True))
    assert tick(root, NOW) == PEOPLE
    aws.ses.flush()
    feedback.run(root, clock=FixedClock(NOW))
    ledgers.backup(root, tmp_path / "copy.db", clock=FixedClock(NOW))
    shutil.rmtree(root / "var/inbox", ignore_errors=True)
    for path in (root / "var").glob("ledger.db*"):
        path.unlink()
    ledgers.restore(root, tmp_path / "copy.db", clock=FixedClock(NOW))
    return root


def tick(root: Path, now: datetime) -> int:
    """One `topmind send --live`; how many mails left."""
    found = sending.send(root, as_of=None, clock=FixedClock(now), live=True, first_send=True)
    return found.report.counts.sent_now


def later(root: Path, aws: Amazon) -> set[str]:
    """Whom the letter of the next week reached."""
    for name in ("gutters", "hinges"):
        path = root / "content/tips" / f"{name}.md"
        path.write_text(f"---\ntitle: About {name}\ndate: 2026-12-01\n---\nLook at them.\n", "utf-8")
    site.build(load_.load(root, as_of=None, clock=FixedClock(NEXT)), FixedClock(NEXT))
    before = len(aws.ses.inbox)
    tick(root, NEXT)
    return {mail.to[0] for mail in aws.ses.inbox[before:]} - {"success@simulator.amazonses.com"}


def suppress(aws: Amazon, address: str, reason: str, at: datetime) -> None:
    """What SES heard while the ledger that is lost was there, or before."""
    aws.ses.state.suppressed[address] = Suppressed(reason=reason, at=at)


def test_the_lists_of_the_account(root: Path, aws: Amazon) -> None:
    """More than a page of strangers before them, a bounce, a complaint and somebody who left by Amazon's page: none of the three is
    mailed. Whoever was suppressed long before the copy is in it, if they are anybody of ours."""
    for number in range(1100):
        suppress(aws, f"a-stranger{number}@example.com", "BOUNCE", NOW)
    suppress(aws, "canary1@example.com", "BOUNCE", NOW + timedelta(hours=1))
    suppress(aws, "zz-no-address", "BOUNCE", NOW)
    suppress(aws, "canary2@example.com", "COMPLAINT", NOW - timedelta(days=13))
    suppress(aws, "canary4@example.com", "BOUNCE", NOW - timedelta(days=60))
    aws.ses.state.lists[LIST]["contacts"]["canary3@example.com"] = {
        "EmailAddress": "canary3@example.com",
        "TopicPreferences": [],
        "UnsubscribeAll": True,
        "LastUpdatedTimestamp": NOW + timedelta(hours=2),
    }
    found = adopting.adopt(root, as_of=None, clock=FixedClock(NOW + timedelta(days=1)))
    assert found.barred.account == 3
    assert "3 addresses that Amazon SES suppresses" in found.text()
    assert "canary" not in found.text()
    everybody = {f"canary{number}@example.com" for number in range(1, PEOPLE + 1)} | {"canary0@example.com"}
    reached = later(root, aws)
    assert reached
    assert not reached & {f"canary{number}@example.com" for number in (1, 2, 3)}
    assert "canary4@example.com" in reached
    assert reached <= everybody


@pytest.mark.parametrize("operation", ["ListSuppressedDestinations", "ListContacts"])
@pytest.mark.parametrize(
    "fault",
    [
        Fault(kind=FaultKind.EXPIRED),
        Fault(kind=FaultKind.REFUSE, code="AccessDeniedException", says="not canary1@example.com"),
        Fault(kind=FaultKind.GARBAGE, variant="text"),
        Fault(kind=FaultKind.GARBAGE, variant="empty"),
    ],
    ids=["expired", "refused", "garbage", "empty"],
)
def test_an_account_that_does_not_say(root: Path, aws: Amazon, operation: str, fault: Fault) -> None:
    """Nothing is changed, and the right that is missing is named; with the explicit word it goes on and warns."""
    aws.ses.faults = Faults(operations={operation: fault})
    clock = FixedClock(NOW + timedelta(days=1))
    with pytest.raises(
        GuardError, match=rf"ses:{operation}: Amazon SES does not say whom it suppresses"
    ) as told:
        adopting.adopt(root, as_of=None, clock=clock)
    assert "topmind ledger adopt --incomplete" in told.value.fix
    assert "canary" not in str(told.value)
    with pytest.raises(GuardError, match=r"restored|a copy|older"):
        sending.send(root, as_of=None, clock=clock, live=True)
    text = adopting.adopt(root, as_of=None, clock=clock, incomplete=True).text()
    assert f"WARNING: ses:{operation}" in text
    assert "canary" not in text


def test_a_place_with_nothing_in_it_is_asked_about(root: Path) -> None:
    """The copy knows of people who left, and beside it nothing is kept: the inbox may lie elsewhere."""
    settings, clock = load(root), FixedClock(NOW + timedelta(days=1))
    with places.open_project_ledger(settings, clock, places.key_ring(settings)) as ledger:
        ledger.fold([InboxEntry(kind="opt_out", contact="c001", at=NOW, id="E1")])
    with pytest.raises(
        GuardError, match=r"var/inbox: nothing is kept here.* name that place in TOPMIND_INBOX"
    ):
        adopting.adopt(root, as_of=None, clock=clock)
    elsewhere = places.inbox(settings)
    elsewhere.put(InboxEntry(kind="opt_out", contact="c002", at=NOW))
    elsewhere.done([entry.id for entry in elsewhere.pending()])
    assert adopting.adopt(root, as_of=None, clock=clock).wishes == 1
