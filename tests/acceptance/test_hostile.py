"""A whole project under hands that mean no good, or know no better: nobody twice, nobody against their will."""

from __future__ import annotations

import shutil
from collections import Counter
from datetime import UTC, datetime
from pathlib import Path

import pytest

from small_company import HEAD, a_company, contact
from topmind.cli.app import call
from topmind.delivery import MemoryTransport
from topmind.delivery.memory import Fault
from topmind.errors import GuardError
from topmind.ledger import FolderInbox, InboxEntry
from topmind.run import control, sending
from topmind.run.sending import SendResult
from topmind.testing.clock import FixedClock

TUESDAY, WEDNESDAY, NEXT = "2026-12-01", "2026-12-02", "2026-12-08"
PEOPLE = 20


class Tick:
    """One project, its clock, and who got how many mails."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.clock = FixedClock(datetime(2026, 12, 1, 12, 7, tzinfo=UTC))
        self.got: Counter[str] = Counter()

    def __call__(self, *, as_of: str = TUESDAY, dies: bool = False) -> SendResult:
        """Run once; `dies`: at the first call, with everybody else frozen and waiting."""
        carrier = MemoryTransport([Fault(raises=KeyboardInterrupt)] if dies else [])
        try:
            return sending.send(
                self.root,
                as_of=as_of,
                clock=self.clock,
                transport=carrier,
                environ={"TOPMIND_TRANSPORT": "memory"},
            )
        finally:
            self.got.update(message.to for message in carrier.sent)
            self.clock.advance(minutes=5)

    def dies(self) -> None:
        """A run that is broken off at its first call."""
        with pytest.raises(KeyboardInterrupt):
            self(dies=True)

    def people(self, rows: list[str]) -> None:
        """Another export."""
        text = "\n".join([HEAD, *rows]) + "\n"
        (self.root / "var" / "contacts" / "contacts.csv").write_text(text, "utf-8")

    def edit(self, name: str, old: str, new: str) -> None:
        """Change a file."""
        path = self.root / name
        text = path.read_text("utf-8")
        assert old in text
        path.write_text(text.replace(old, new), "utf-8")

    def says(self, kind: str, who: str) -> None:
        """Somebody presses a button on a live page."""
        FolderInbox(self.root / "var" / "inbox").put(InboxEntry(kind=kind, contact=who, at=self.clock.now()))


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A small company whose site is built."""
    root = a_company(tmp_path_factory.mktemp("hostile") / "company", people=PEOPLE)
    assert call(["-C", str(root), "build", "--no-search"]) == 0
    return root


@pytest.fixture
def tick(built: Path, tmp_path: Path) -> Tick:
    """A copy of it on a Tuesday on which everybody is due."""
    return Tick(Path(shutil.copytree(built, tmp_path / "company", symlinks=True)))


def rows() -> list[str]:
    """The export as it was."""
    return [contact(number) for number in range(1, PEOPLE + 1)]


def test_an_opt_out_outlives_an_export_with_new_ids(tick: Tick) -> None:
    """The office gave them another number: whoever said no under the old one gets nothing under the new."""
    tick()
    tick.says("opt_out", "c001")
    tick.people([row.replace("c001,", "n001,") for row in rows()])
    assert call(["-C", str(tick.root), "--as-of", NEXT, "build", "--no-search"]) == 0
    tick(as_of=NEXT)
    assert tick.got["canary1@example.com"] == 1
    assert tick.got["canary3@example.com"] == 2


def test_consent_that_the_source_takes_back_holds_for_what_waits(tick: Tick) -> None:
    """Frozen in the morning, and then the cell is empty: a yes that is gone is no yes."""
    tick.dies()
    tick.people([row.removesuffix("yes") if row.startswith("c009") else row for row in rows()])
    tick()
    assert tick.got["canary9@example.com"] == 0
    assert tick.got["canary10@example.com"] == 1


def test_what_waits_does_not_go_on_a_blackout_day(tick: Tick) -> None:
    """Left over from Tuesday, and Wednesday is made a day of rest: it goes on Thursday."""
    tick.edit("content/newsletters/wall.md", "every:", "grace: 3\nevery:")
    tick.dies()
    tick.edit("content/company.md", "owner: dana", "blackout: [2026-12-02]\nowner: dana")
    tick.clock.advance(days=1)
    assert tick(as_of=WEDNESDAY).report.counts.sent_now == 0
    tick.clock.advance(days=1)
    assert tick(as_of="2026-12-03").report.counts.sent_now >= PEOPLE - 2


def test_a_step_with_a_new_name_stops_the_send_until_somebody_says_what_it_is(tick: Tick) -> None:
    """Without `was:` it would thank everybody a second time; with it nobody is mailed, approved it goes."""
    tick()
    steps = tick.root / "content" / "sequences" / "first"
    (steps / "01-thanks.md").rename(steps / "01-thank-you.md")
    with pytest.raises(GuardError, match="1 contact had first/thanks, which is gone") as found:
        tick(as_of=WEDNESDAY)
    assert call(["-C", str(tick.root), "--as-of", WEDNESDAY, "check"]) == 1
    assert tick.got["canary2@example.com"] == 1
    plan = found.value.fix.rpartition(" ")[2]
    control.approve(tick.root, plan, as_of=WEDNESDAY, clock=tick.clock)
    tick(as_of=WEDNESDAY)
    assert tick.got["canary2@example.com"] == 2


def test_a_step_that_says_what_it_was_goes_to_nobody_twice(tick: Tick) -> None:
    """`was: thanks` keeps its past."""
    tick()
    steps = tick.root / "content" / "sequences" / "first"
    (steps / "01-thanks.md").rename(steps / "01-thank-you.md")
    tick.edit("content/sequences/first/01-thank-you.md", "title:", "was: thanks\ntitle:")
    tick(as_of=WEDNESDAY)
    assert tick.got["canary2@example.com"] == 1


def test_addresses_that_no_server_takes_keep_nobody_else_from_their_mail(tick: Tick) -> None:
    """Five in a row at the top of the list are told at the import."""
    odd = [row.replace(f"canary{n}@", f"ca..nary{n}@") for n, row in enumerate(rows()[:6], start=1)]
    tick.people([*odd, *rows()[6:]])
    found = tick()
    assert found.report.counts.accepted == PEOPLE - 6
    assert not found.report.stopped
