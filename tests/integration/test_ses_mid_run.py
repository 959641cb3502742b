"""What is said while a send through Amazon SES runs holds for the very next mail: nobody waits for the next run."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import pytest

from amazon import Amazon, amazon
from played import Desk
from small_company import CONF, a_company, contacts
from topmind.errors import LedgerLocked
from topmind.ledger import Counts, FolderInbox, InboxEntry
from topmind.run import control, sending
from topmind.testing.clock import FixedClock
from topmind.testing.ses import Feedback, Reaction

PEOPLE = 24
#: Two mails a second: so many claims are in hand at once.
RATE, SLOTS = 2.0, 2
#: The news comes after so many answers.
AFTER = 5
#: Two Tuesdays, 10:30 in Dublin: the letter of nine o'clock is due.
FIRST, SECOND = (datetime(2026, 12, day, 10, 30, tzinfo=UTC) for day in (1, 8))


@pytest.fixture(scope="module")
def account() -> Iterator[Amazon]:
    """One Amazon for the file."""
    with amazon(rate=RATE) as found:
        yield found


@pytest.fixture
def aws(account: Amazon, monkeypatch: pytest.MonkeyPatch) -> Amazon:
    """Nothing was sent; the environment leads there."""
    account.ses.flush()
    account.ses.reset()
    account.empty()
    for name, value in account.environ().items():
        monkeypatch.setenv(name, value)
    return account


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The company with its site; nobody bought yesterday, so that everybody gets the letter."""
    files = {
        "pelicanconf.py": CONF.replace(', "as_of": "2026-12-01"', ""),
        "content/sequences/first.md": None,
        "content/sequences/first/01-thanks.md": None,
    }
    root = a_company(tmp_path_factory.mktemp("mid") / "alder", files, people=PEOPLE)
    said = Desk(root).type("--as-of", "2026-12-01", "build", "--no-search")
    assert said.code == 0, said.text
    return root


@dataclass
class Run:
    """One project and its clock."""

    root: Path
    aws: Amazon
    clock: FixedClock

    def at(self, moment: datetime) -> None:
        """Go on at this moment, here and at Amazon, whose rate is one of mails a second."""
        self.clock = FixedClock(moment)
        self.aws.ses.clock = self.aws.ses.state.clock = self.clock

    def tick(self, news: Callable[[Run], None] = lambda _: None) -> Counts:
        """`topmind send --live`, with the news in its middle; what became of the day."""

        def progress(done: int, _total: int) -> None:
            if done == AFTER:
                news(self)

        result = sending.send(
            self.root, as_of=None, clock=self.clock, live=True, first_send=True, progress=progress
        )
        return result.report.counts

    def mails(self) -> list[str]:
        """Who was mailed, in order; Amazon's own simulator left out."""
        return [mail.to[0] for mail in self.aws.ses.inbox if mail.to[0].endswith("@example.com")]


@pytest.fixture
def run(built: Path, tmp_path: Path, aws: Amazon) -> Run:
    """A copy for one test, on the first Tuesday."""
    shutil.copytree(built, tmp_path / "alder")
    found = Run(tmp_path / "alder", aws, FixedClock(FIRST))
    found.at(FIRST)
    return found


def everybody_says(kind: str, value: str = "") -> Callable[[Run], None]:
    """On the live pages, at this moment."""

    def say(run: Run) -> None:
        door = FolderInbox(run.root / "var" / "inbox")
        for number in range(1, PEOPLE + 1):
            door.put(InboxEntry(kind=kind, contact=f"c{number:03d}", at=run.clock.now(), value=value))

    return say


def somebody_stops_it(run: Run) -> None:
    """`topmind stop all`, from another window."""
    control.stop(run.root, "all", as_of=None, clock=run.clock)


@pytest.mark.parametrize(
    ("news", "become"),
    [
        (everybody_says("opt_out"), "skipped"),
        (everybody_says("pause", "2026-12-24"), "waiting"),
        (somebody_stops_it, "waiting"),
    ],
    ids=["opt-out", "pause", "stop"],
)
def test_said_meanwhile(run: Run, news: Callable[[Run], None], become: str) -> None:
    """Everybody says it when five have their letter: besides those nobody gets one but who was in hand."""
    counts = run.tick(news)
    sent = len(run.mails())
    assert AFTER <= sent <= AFTER + SLOTS
    assert counts.accepted == sent
    assert counts.as_dict()[become] == PEOPLE - sent


@pytest.mark.parametrize("reaction", [Reaction.BOUNCE, Reaction.COMPLAIN])
def test_heard_meanwhile(run: Run, reaction: Reaction) -> None:
    """Word of last week's letters comes while this week's leave: the queue is read within a minute, and from then on
    nobody is mailed whose address is dead or who called it spam."""
    silent = Feedback(late=1.0, reactions={"*@example.com": (reaction,)})
    run.aws.ses.feedback = silent
    assert run.tick().accepted == PEOPLE
    before = len(run.mails())

    def word_comes(run: Run) -> None:
        run.aws.ses.flush()
        run.clock.advance(minutes=1)

    run.at(SECOND)
    run.aws.ses.feedback = Feedback()
    run.tick()  # nothing was heard for a week: a canary alone, and it is heard
    assert len(run.mails()) == before
    run.aws.ses.feedback = silent
    counts = run.tick(word_comes)
    sent = len(run.mails()) - before
    assert AFTER <= sent <= AFTER + SLOTS
    assert (counts.accepted, counts.skipped) == (sent, PEOPLE - sent)


def test_moved_meanwhile(run: Run) -> None:
    """A second tick begins with a new export while the first one sends: it may not send, but whoever has a new address
    gets the letter there, and nobody at both."""

    def new_export(run: Run) -> None:
        table = run.root / "var" / "contacts" / "contacts.csv"
        table.write_text(contacts(PEOPLE).replace("canary", "moved"), "utf-8")
        with pytest.raises(LedgerLocked, match="another run is sending"):
            run.tick()

    assert run.tick(new_export).accepted == PEOPLE
    mails = run.mails()
    old = [address for address in mails if address.startswith("canary")]
    assert AFTER <= len(old) <= AFTER + SLOTS
    assert len(mails) == PEOPLE
    assert len({address.removeprefix("canary").removeprefix("moved") for address in mails}) == PEOPLE
