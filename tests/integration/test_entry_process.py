"""The real step "Send" of send.yml in fresh shallow clones that share the ledger alone: its process is killed,
cancelled as GitHub cancels, run three times at once and run again, with Amazon SES and the ledger on loopback."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

import company_today
import loopback_s3 as s3
from actions import Entry, Job
from amazon import Amazon, amazon
from company_today import PEOPLE, Company
from ledgers_outside import Bucket, Puts, Server, Store
from topmind.ledger import Counts
from topmind.testing.s3_proxy import before
from topmind.testing.ses import Fault, FaultKind, Faults, Feedback

#: Mails a second, and how many a send then has in hand at most, where GetAccount takes up to a second and a third.
RATE, SLOTS = 3.0, 4
#: Each answer comes a good moment after the mail was taken.
SLOW = {"shares": {FaultKind.SLOW: 1.0}, "seconds": 0.3}


@pytest.fixture(scope="module")
def company(tmp_path_factory: pytest.TempPathFactory) -> Company:
    """The company's repository and the site that was published."""
    return company_today.build(tmp_path_factory.mktemp("today"))


@pytest.fixture(scope="module")
def account() -> Iterator[Amazon]:
    """One Amazon for the file."""
    with amazon() as found:
        yield found


@pytest.fixture(scope="module")
def bucket() -> Iterator[tuple[str, str, Puts]]:
    """moto, the proxy before it, and what happens there."""
    puts = Puts()
    with s3.a_server() as server, before(server, puts) as proxy:
        yield server, proxy, puts


@pytest.fixture
def store(request: pytest.FixtureRequest) -> Store:
    """A ledger in which nothing is yet."""
    if request.param == "postgres":
        return Server(request.getfixturevalue("postgres_url"))
    return Bucket(*request.getfixturevalue("bucket"))


@dataclass
class Ticks:
    """Scheduled runs of the company."""

    job: Job
    aws: Amazon
    store: Store
    artifact: Path

    def disk(self) -> Path:
        """A new machine: a shallow clone, and the site that was published."""
        disk = self.job.clone()
        shutil.copy(self.artifact, disk / "artifact.tar")
        site = self.job.start("Site", disk)
        assert site.ends() == 0, site.text
        return disk

    def start(self, disk: Path | None = None) -> Entry:
        """The step Send, on a new machine."""
        return self.job.start("Send", disk or self.disk(), inputs_first_send=not self.mailed())

    def mailed(self) -> set[str]:
        """Touches that Amazon took, each once, whatever happened."""
        taken = self.aws.ses.touches
        mails = {mail.tags["touch"]: mail.to for mail in self.aws.ses.inbox}
        assert set(taken.values()) <= {1}
        return {touch for touch in taken if mails[touch] != ("success@simulator.amazonses.com",)}

    def books(self, *, bury: bool = False) -> Books:
        """What the ledger says some minutes later; `bury`: a run begins and ends there, so that the dead are known."""
        ledger = self.store.ledger()
        try:
            buried = 0
            if bury:
                buried = ledger.lock("later")
                ledger.unlock("later")
            return Books(
                ledger.counts(company_today.today()), {one.touch_hex for one in ledger.unproven()}, buried
            )
        finally:
            ledger.close()

    def fast(self) -> None:
        """Amazon answers at once from now on, and lets a lot through."""
        self.aws.ses.faults = Faults()
        self.aws.ses.state.rate = 1000.0


@dataclass(frozen=True)
class Books:
    """What the ledger says."""

    counts: Counts
    #: Touches that nobody can prove.
    unproven: set[str]
    #: Claims of dead runs that were found just now.
    buried: int


@pytest.fixture
def ticks(company: Company, account: Amazon, store: Store, tmp_path: Path) -> Iterator[Ticks]:
    """Slow answers, few at once, nothing sent; in the end nobody's name was said."""
    account.ses.flush()
    account.ses.reset()
    account.empty()
    account.ses.feedback = Feedback(late=1.0)
    account.ses.faults = Faults(**SLOW)
    account.ses.state.rate = RATE
    told = account.environ(TOPMIND_LEDGER=store.url, TOPMIND_CONTACTS=str(company.contacts))
    keys = {"secrets.TOPMIND_KEYS": told.pop("TOPMIND_KEYS")}
    job = Job(
        origin=company.origin,
        folder=tmp_path,
        context={f"vars.{name}": value for name, value in told.items() if name.startswith("TOPMIND_")} | keys,
        environ={name: value for name, value in told.items() if name.startswith("AWS_")} | store.environ,
    )
    yield Ticks(job, account, store, company.artifact)
    said = "".join(path.read_text("utf-8") for path in tmp_path.glob("*.txt"))
    assert "Traceback" not in said
    assert not any(word in said for word in ("@example.com", "Quenby", "Zyskowski"))


def at_the_canary(entry: Entry, ticks: Ticks) -> None:
    """Kill it before the first mail."""
    entry.until(lambda: ticks.aws.ses.calls)
    entry.kill()
    assert not ticks.mailed()


def between_mails(entry: Entry, ticks: Ticks) -> None:
    """Kill it while some have left and others are under way."""
    entry.until(lambda: len(ticks.mailed()) >= 3)
    entry.kill()


def in_a_settle(entry: Entry, ticks: Ticks) -> None:
    """Kill it while it writes what became of some mails, and takes the next in hand."""
    had = len(ticks.mailed())
    entry.until(lambda: len(ticks.mailed()) >= had + 3)
    ticks.store.in_its_write(entry, entry.kill)


@pytest.mark.parametrize(
    ("store", "moments"),
    [
        # the second write is stored although its writer is dead, the first one is lost
        ("bucket", (between_mails, in_a_settle, in_a_settle)),
        pytest.param("postgres", (at_the_canary, in_a_settle), marks=pytest.mark.postgres),
    ],
    indirect=["store"],
    ids=["bucket", "postgres"],
)
def test_killed_again_and_again(ticks: Ticks, moments: tuple[Callable[[Entry, Ticks], None], ...]) -> None:
    """With -9, three minutes before the next one: nobody gets two, whoever got none is on the list, and that is at
    most a handful a kill."""
    in_hand = []
    for moment in moments:
        moment(ticks.start(), ticks)
        in_hand.append(ticks.books(bury=True).buried)
    assert max(in_hand) <= SLOTS
    assert 0 < len(ticks.mailed()) < PEOPLE, "killed when all was over"
    ticks.fast()
    ticks.aws.ses.flush()
    last = ticks.start()
    assert last.ends() == 0, last.text
    books, mailed = ticks.books(), ticks.mailed()
    assert not books.unproven & mailed, "Amazon had said that they left before the last run asked"
    assert len(mailed) + len(books.unproven) == PEOPLE
    assert (books.counts.accepted, books.counts.unknown) == (len(mailed), len(books.unproven))
    assert len(books.unproven) <= sum(in_hand)


@pytest.mark.parametrize(
    ("store", "hangs"),
    [("bucket", True), pytest.param("postgres", False, marks=pytest.mark.postgres)],
    indirect=["store"],
    ids=["bucket, a call hangs", "postgres"],
)
def test_cancelled_then_started_three_times(ticks: Ticks, *, hangs: bool) -> None:
    """SIGINT reaches topmind itself: it is over before SIGTERM would come, what was not called was given back, a call
    without an answer is listed. Three clones that start together right after it send the rest, each mail once, and
    take in the proof of what had left; a machine that comes later plans with the secrets that its step has, and asks
    Amazon for no mail."""
    ses = ticks.aws.ses
    ses.faults = Faults(**SLOW, at={4: Fault(kind=FaultKind.HANG)} if hangs else {})
    entry = ticks.start()
    entry.until(lambda: bool(ses.faulted["hang"]) == hangs and len(ticks.mailed()) >= 5)
    assert entry.cancel() == (130, ["SIGINT"]), entry.text
    books, mailed = ticks.books(), ticks.mailed()
    assert len(books.unproven) == int(hangs)
    assert books.unproven <= mailed
    assert books.counts.accepted == len(mailed) - int(hangs)
    assert books.counts.waiting == PEOPLE - len(mailed) > 0

    ses.flush()
    together = [ticks.start(disk) for disk in (ticks.disk(), ticks.disk(), ticks.disk())]
    codes = [one.ends() for one in together]
    # 3: another one was sending; a late starter finds nothing left
    assert 0 in codes, [one.text for one in together]
    assert set(codes) <= {0, 3}, [one.text for one in together]
    assert len(ticks.mailed()) == PEOPLE
    books = ticks.books()
    assert (books.counts.accepted, books.unproven) == (PEOPLE, set())

    calls, disk = ses.calls, ticks.disk()
    plan = ticks.job.start("Plan", disk)
    assert plan.ends() == 0, plan.text
    last = ticks.start(disk)
    assert last.ends() == 0, last.text
    assert "Sent now: 0 mails" in last.text
    assert ses.calls == calls
