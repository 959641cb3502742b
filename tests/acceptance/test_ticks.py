"""Ticks of a whole project: broken off, repeated, at any hour, with files that change in between."""

from __future__ import annotations

import json
import shutil
import sqlite3
from collections import Counter
from datetime import UTC, datetime
from pathlib import Path

import pytest

from small_company import PEOPLE, a_company
from topmind.cli.app import call
from topmind.delivery import MemoryTransport, unknown
from topmind.delivery.memory import Answer, Fault
from topmind.errors import GuardError
from topmind.ledger import FolderInbox
from topmind.model import Level
from topmind.run import sending
from topmind.run.sending import SendResult
from topmind.testing.clock import FixedClock

TUESDAY = "2026-12-01"


class Tick:
    """One project, its clock and everything that ever left."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.clock = FixedClock(datetime(2026, 12, 1, 12, 7, tzinfo=UTC))
        self.left: Counter[str] = Counter()

    def __call__(self, script: list[Answer] | None = None, *, as_of: str | None = TUESDAY) -> SendResult:
        """Run once; what left is counted by touch even where the run is broken off."""
        carrier = MemoryTransport(script or [])
        try:
            return sending.send(
                self.root,
                as_of=as_of,
                clock=self.clock,
                transport=carrier,
                environ={"TOPMIND_TRANSPORT": "memory"},
            )
        finally:
            self.left.update(message.touch_hex for message in carrier.sent)


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A small company whose site is built, so that its mails link to pages that are there."""
    root = a_company(tmp_path_factory.mktemp("built") / "company")
    assert call(["-C", str(root), "build", "--no-search"]) == 0
    return root


@pytest.fixture
def tick(built: Path, tmp_path: Path) -> Tick:
    """A copy of it on a Tuesday on which everybody is due."""
    return Tick(Path(shutil.copytree(built, tmp_path / "company", symlinks=True)))


def test_a_run_that_dies_in_the_middle_is_finished_by_the_next(tick: Tick) -> None:
    """Nobody twice, nobody lost: what was in hand is listed, everybody else is served by the next run."""
    script: list[Answer] = [None] * 9 + [Fault(leaves=True, raises=KeyboardInterrupt)]
    with pytest.raises(KeyboardInterrupt):
        tick(script)
    assert sum(tick.left.values()) == 10
    tick.clock.advance(minutes=5)
    after = tick()
    counts = after.report.counts
    assert max(tick.left.values()) == 1
    # one more touch: the customer of yesterday gets the thank-you, and the letter expires for them
    assert counts.planned == counts.accepted + counts.unknown + counts.expired
    assert counts.expired == 1
    assert counts.unknown == 1 == len(after.report.unproven)
    assert sum(tick.left.values()) == counts.planned - counts.expired


def test_what_is_unknown_is_never_sent_again(tick: Tick) -> None:
    """An answer that got lost stays listed, however often the tick runs."""
    first = tick([unknown(), unknown()])
    assert first.report.counts.unknown == 2
    for _ in range(3):
        tick.clock.advance(hours=3)
        again = tick()
    assert again.report.counts.sent_now == 0
    assert again.report.counts.unknown == 2
    assert max(tick.left.values()) == 1


def test_five_failures_alike_stop_the_run_and_the_rest_waits(tick: Tick) -> None:
    """A transport that fails for everybody must not turn the whole list into unknowns."""
    found = tick([unknown("no answer")] * 50)
    assert found.report.stopped
    assert found.report.counts.unknown == 5
    counts = found.report.counts
    assert counts.waiting == counts.planned - counts.unknown - counts.expired > PEOPLE - 10


def test_an_item_that_is_taken_back_between_two_runs_is_not_sent(tick: Tick) -> None:
    """A frozen touch whose content is gone is skipped with its reason, never sent with old words."""
    with pytest.raises(KeyboardInterrupt):
        tick([None] * 4 + [Fault(raises=KeyboardInterrupt)])
    for tip in (tick.root / "content" / "tips").glob("*.md"):
        tip.write_text(tip.read_text("utf-8").replace("title:", "status: draft\ntitle:", 1), "utf-8")
    before = sum(tick.left.values())
    tick.clock.advance(minutes=5)
    counts = tick().report.counts
    assert sum(tick.left.values()) <= before + 1  # the thank-you carries no item
    assert counts.skipped == counts.planned - counts.accepted - counts.unknown - counts.expired > PEOPLE - 10


def test_a_person_who_leaves_the_segment_between_two_runs_is_skipped(tick: Tick) -> None:
    """Planned for a letter that is no longer theirs: skipped, and the reason is in the ledger."""
    with pytest.raises(KeyboardInterrupt):
        tick([Fault(raises=KeyboardInterrupt)])
    letter = tick.root / "content" / "newsletters" / "wall.md"
    letter.write_text(letter.read_text("utf-8").replace("[customers, prospects]", "[customers]"), "utf-8")
    tick.clock.advance(minutes=5)
    tick()
    with sqlite3.connect(tick.root / "var" / "ledger.db") as db:
        reasons = Counter(row[0] for row in db.execute("SELECT reason FROM touches WHERE reason != ''"))
    assert reasons["not_in_segment"] >= PEOPLE // 2 - 1


def test_before_its_hour_nothing_goes_and_after_it_everything(tick: Tick) -> None:
    """09:00 is the recipient's own: the tick at 08:30 sends nothing, the one at 09:30 does."""
    early = tick(as_of="2026-12-01T08:30+00:00")
    assert early.report.counts.sent_now == 0
    due = tick(as_of="2026-12-01T09:30+00:00")
    assert due.report.counts.sent_now >= PEOPLE - 1


def test_at_night_nothing_goes(tick: Tick) -> None:
    """Quiet hours are hard: a tick that comes at 21:30 sends nothing."""
    late = tick(as_of="2026-12-01T21:30+00:00")
    assert late.report.counts.sent_now == 0


def test_another_plan_than_the_one_that_was_seen_is_refused(tick: Tick) -> None:
    """`send --plan HASH` sends that plan or nothing."""
    with pytest.raises(GuardError, match="nobody was mailed"):
        sending.send(
            tick.root,
            as_of=TUESDAY,
            clock=tick.clock,
            plan_hash="0123456789abcdef",
            transport=MemoryTransport(),
            environ={"TOPMIND_TRANSPORT": "memory"},
        )


def test_a_dry_run_writes_no_ledger(tick: Tick) -> None:
    """Not even an empty one."""
    found = sending.send(
        tick.root, as_of=TUESDAY, clock=tick.clock, dry_run=True, environ={"TOPMIND_TRANSPORT": "memory"}
    )
    assert found.dry
    assert not (tick.root / "var" / "ledger.db").exists()


def reasons(root: Path) -> Counter[str]:
    """Reasons of expired touches in the ledger."""
    with sqlite3.connect(root / "var" / "ledger.db") as db:
        return Counter(row[0] for row in db.execute("SELECT reason FROM touches WHERE state = 5"))


def test_content_that_comes_later_the_same_day_still_reaches_everybody(tick: Tick) -> None:
    """At half past nine there is nothing new; an author adds a tip; the next tick of the day sends it."""
    tips = tick.root / "content" / "tips"
    texts = {path: path.read_text("utf-8") for path in tips.glob("*.md")}
    for path in texts:
        path.unlink()
    assert tick(as_of="2026-12-01T09:30+00:00").report.counts.accepted <= 1
    for path, text in texts.items():
        path.write_text(text, "utf-8")
    later = tick(as_of="2026-12-01T14:10+00:00").report.counts
    assert later.sent_now >= PEOPLE - 1
    assert max(tick.left.values()) == 1


def test_who_got_nothing_is_written_down_when_the_day_is_over(tick: Tick) -> None:
    """Nothing new all day: the next day's tick records each of them with the reason."""
    for path in (tick.root / "content" / "tips").glob("*.md"):
        path.unlink()
    tick(as_of="2026-12-01T09:30+00:00")
    assert reasons(tick.root)["nothing_new"] == 0
    tick(as_of="2026-12-02T09:30+00:00")
    assert reasons(tick.root)["nothing_new"] >= PEOPLE - 1


@pytest.mark.parametrize("back", ["2026-12-02T09:30+00:00", "2026-12-06T09:30+00:00"])
def test_days_without_any_tick_leave_no_silent_loss(tick: Tick, back: str) -> None:
    """The schedule dropped every run since Monday: the first one after that lists everybody as too late."""
    tick(as_of="2026-11-24T10:00+00:00")
    tick(as_of=back)
    assert reasons(tick.root)["too_late"] >= PEOPLE - 1


@pytest.mark.parametrize(
    "every",
    ["Thursday at 09:00", "Tuesday and Thursday at 09:00", "on the 26th at 09:00", "on the 15th at 09:00"],
)
def test_an_edited_cadence_makes_no_loss_of_days_that_nobody_was_promised(tick: Tick, every: str) -> None:
    """Tuesday's letter went, the run of Thursday 26 knew no Thursday; the file says otherwise since: the run of Friday has
    nothing to list. What it promised itself is listed again where no run comes in time."""
    tick(as_of="2026-11-24T10:00+00:00")
    tick(as_of="2026-11-26T10:00+00:00")
    path = tick.root / "content" / "newsletters" / "wall.md"
    path.write_text(path.read_text("utf-8").replace("Tuesday at 09:00", every), "utf-8")
    tick(as_of="2026-11-27T10:00+00:00")
    assert sum(reasons(tick.root).values()) == 0
    tick(as_of="2026-12-27T10:00+00:00")
    assert sum(reasons(tick.root).values()) >= PEOPLE - 1


def test_a_page_that_is_not_published_holds_its_editions_only(tick: Tick) -> None:
    """The newest tip has no page yet: whoever would get it waits; the thank-you goes; built, all the others go."""
    page = "/tips/frost/"
    manifest = tick.root / "output" / ".topmind" / "manifest.json"
    whole = manifest.read_text("utf-8")
    found = json.loads(whole)
    del found["files"][f"{page[1:]}index.html"]
    manifest.write_text(json.dumps(found), "utf-8")
    held = tick()
    assert held.exit_code == 1
    assert [(p.rule, p.path) for p in held.findings if p.level is Level.ERROR] == [
        ("mail/page-missing", "content/tips/frost.md")
    ]
    assert held.report.counts.waiting == PEOPLE - 1
    assert sum(tick.left.values()) == 1
    manifest.write_text(whole, "utf-8")
    tick.clock.advance(minutes=30)
    assert tick().exit_code == 0
    assert (sum(tick.left.values()), max(tick.left.values())) == (PEOPLE, 1)


def test_a_file_with_a_mistake_that_readers_would_see_holds_its_editions_only(tick: Tick) -> None:
    """Somebody changed the newest tip after the check: a dead link in it. Whoever would get it waits, and the run says what to mend;
    the thank-you goes; mended, all the others go."""
    tip = tick.root / "content" / "tips" / "frost.md"
    right = tip.read_text("utf-8")
    tip.write_text(f"{right}\n[More](/tips/frozt/)\n", "utf-8")
    held = tick()
    assert held.exit_code == 1
    (error,) = [p for p in held.findings if p.level is Level.ERROR]
    assert (error.rule, error.path, error.fix) == (
        "links/nowhere",
        "content/tips/frost.md",
        "Did you mean /tips/frost/?",
    )
    assert "is held" in error.says
    assert held.report.counts.waiting == PEOPLE - 1
    assert sum(tick.left.values()) == 1
    tip.write_text(right, "utf-8")
    tick.clock.advance(minutes=30)
    assert tick().exit_code == 0
    assert (sum(tick.left.values()), max(tick.left.values())) == (PEOPLE, 1)


def test_a_restored_ledger_sends_nothing_until_it_is_adopted(
    tick: Tick, capsys: pytest.CaptureFixture[str]
) -> None:
    """A copy of before the letter is put back, and the opt-outs since are not in it: `plan` warns, `send` refuses; adopted, nobody gets
    the letter twice, whoever left stays out, and next week goes on as if nothing had been."""
    ledger, conf = tick.root / "var" / "ledger.db", ("--as-of", "2026-12-02")
    tick(as_of="2026-11-25")
    shutil.copy(ledger, tick.root / "copy.db")
    before = sum(tick.left.values())
    tick()
    assert sum(tick.left.values()) - before == PEOPLE
    gone = {"kind": "opt_out", "contact": "c001", "at": tick.clock.now().isoformat()}
    FolderInbox(tick.root / "var" / "inbox").put(gone)
    tick.clock.advance(hours=20)
    tick(as_of="2026-12-02")
    shutil.copy(tick.root / "copy.db", ledger)
    with pytest.raises(GuardError, match="older than the one that sent last"):
        tick(as_of="2026-12-02")
    assert call(["-C", str(tick.root), *conf, "plan"]) == 0
    assert "WARNING: this ledger is older than the one that sent last" in capsys.readouterr().out
    assert call(["-C", str(tick.root), *conf, "ledger", "adopt"]) == 0
    capsys.readouterr()
    assert call(["-C", str(tick.root), *conf, "plan"]) == 0
    assert "WARNING" not in capsys.readouterr().out
    assert call(["-C", str(tick.root), *conf, "ledger", "adopt"]) == 3, "once is enough"
    after = tick(as_of="2026-12-02").report
    assert after.counts.sent_now == 0
    assert len(after.unproven) == PEOPLE
    for name in ("gutters", "hinges"):
        path = tick.root / "content" / "tips" / f"{name}.md"
        path.write_text(f"---\ntitle: About {name}\ndate: 2026-12-01\n---\nLook at them.\n", "utf-8")
    assert call(["-C", str(tick.root), "build", "--no-search"]) == 0
    tick.clock.advance(days=6)
    assert tick(as_of="2026-12-08").report.counts.accepted == PEOPLE - 1
    assert max(tick.left.values()) == 1


def test_a_rescue_goes_on_the_day_after_its_last_although_no_tick_came(tick: Tick) -> None:
    """Thirty days after the last letter: a tick at night, then a day without any; the rescues go on the next."""
    assert tick(as_of="2026-11-17T12:30+00:00").report.counts.sent_now > PEOPLE - 2
    before = sum(tick.left.values())
    tick(as_of="2026-12-16T21:30+00:00")
    assert sum(tick.left.values()) == before
    assert tick(as_of="2026-12-18T12:30+00:00").report.counts.sent_now > PEOPLE - 2
    assert max(tick.left.values()) == 1
