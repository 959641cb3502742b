"""`on_unknown: resend` over whole ticks: the files say so, feedback is alive and silent, and nobody gets it a third time."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from small_company import a_company
from topmind.cli.app import call
from topmind.delivery import MemoryTransport, unknown
from topmind.delivery.memory import Answer
from topmind.ledger import Feedback, Ledger
from topmind.model import FeedbackKind, TouchState
from topmind.run import places, sending
from topmind.run.sending import SendResult
from topmind.settings import load
from topmind.testing.clock import FixedClock

ENVIRON = {"TOPMIND_TRANSPORT": "memory"}
LETTER = Path("content") / "newsletters" / "wall.md"


class Day:
    """A Tuesday of the small company, tick by tick."""

    def __init__(self, root: Path) -> None:
        self.root, self.clock = root, FixedClock()
        self.sent: list[str] = []

    def tick(self, *script: Answer, as_of: str = "2026-12-01") -> SendResult:
        """`topmind send`; who was mailed is in `sent`."""
        carrier = MemoryTransport(list(script))
        found = sending.send(
            self.root,
            as_of=as_of,
            clock=self.clock,
            transport=carrier,
            environ=ENVIRON,
        )
        self.sent += [message.touch_hex for message in carrier.sent]
        return found

    @contextmanager
    def ledger(self) -> Iterator[Ledger]:
        """For a moment."""
        settings = load(self.root, ENVIRON)
        with places.open_project_ledger(settings, self.clock, places.key_ring(settings)) as opened:
            yield opened

    def silence(self) -> list[str]:
        """Feedback is alive and said nothing for six hours: what was unknown is unresolved; which."""
        self.clock.advance(hours=7)
        with self.ledger() as ledger:
            names = [one.touch_hex for one in ledger.unproven()]
            ledger.unresolve(names)
        return names


@pytest.fixture(scope="module")
def company(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Built once."""
    root = a_company(tmp_path_factory.mktemp("resend") / "company")
    assert call(["-C", str(root), "build", "--no-search"]) == 0
    return root


@pytest.fixture
def day(company: Path, tmp_path: Path) -> Day:
    """A copy of the company whose letter says `on_unknown: resend`."""
    root = Path(shutil.copytree(company, tmp_path / "company", symlinks=True))
    letter = root / LETTER
    letter.write_text(letter.read_text("utf-8").replace("---\n", "---\non_unknown: resend\n", 1), "utf-8")
    return Day(root)


def test_what_stays_unproven_goes_once_more(day: Day, capsys: pytest.CaptureFixture[str]) -> None:
    """Told in words and in JSON, by the run and by the report; the second tick of the day says the same."""
    day.tick(*[None] * 5, unknown(), unknown())
    names = day.silence()
    assert len(names) == 2
    again = day.tick()
    assert set(names) <= set(day.sent)
    assert again.as_dict()["may_have_come_twice"] == 2
    assert again.as_dict()["unproven"] == []
    assert "May have come twice: 2 (on_unknown: resend)." in again.text()
    later = day.tick()
    assert (later.report.counts.sent_now, later.report.counts.may_have_come_twice) == (0, 2)
    call(["-C", str(day.root), "--as-of", "2026-12-01", "report"])
    assert "May have come twice: 2 (on_unknown: resend)." in capsys.readouterr().out


def test_one_that_had_left_after_all_is_counted(day: Day) -> None:
    """Its proof comes when the second is gone."""
    day.tick(*[None] * 5, unknown())
    (hexed,) = day.silence()
    day.tick()
    with day.ledger() as ledger:
        event = Feedback(touch_hex=hexed, kind=FeedbackKind.DELIVERED, at=ledger.now(), message_id="first")
        ledger.record_feedback([event])
    found = day.tick()
    assert found.as_dict()["came_twice"] == 1
    assert "May have come twice: 1 (on_unknown: resend), came twice: 1." in found.text()


def test_never_a_third_time(day: Day) -> None:
    """The second answer is lost, too: listed."""
    day.tick(*[None] * 5, unknown())
    (hexed,) = day.silence()
    day.tick(unknown())
    assert day.silence() == [hexed]
    found = day.tick()
    assert [one.touch_hex for one in found.report.unproven] == [hexed]
    assert found.report.counts.sent_now == 0


def test_unknown_alone_is_not_enough(day: Day) -> None:
    """As long as feedback may still come, nothing goes."""
    day.tick(*[None] * 5, unknown())
    found = day.tick()
    assert (found.report.counts.sent_now, found.report.counts.unknown) == (0, 1)


def test_what_its_file_does_not_ask_for_stays_listed(day: Day) -> None:
    """It is read at the tick: taken out in the meantime, nothing is sent again."""
    day.tick(*[None] * 5, unknown())
    names = day.silence()
    letter = day.root / LETTER
    letter.write_text(letter.read_text("utf-8").replace("on_unknown: resend\n", ""), "utf-8")
    found = day.tick()
    assert [one.touch_hex for one in found.report.unproven] == names
    assert found.report.counts.sent_now == 0


def test_after_its_last_day_it_stays_listed(day: Day) -> None:
    """A letter without grace is not sent the day after."""
    day.tick(*[None] * 5, unknown())
    names = day.silence()
    day.clock.advance(hours=20)
    found = day.tick(as_of="2026-12-02")
    assert [(one.touch_hex, one.state) for one in found.report.unproven] == [
        (names[0], TouchState.UNRESOLVED)
    ]


def test_one_whose_content_is_gone_is_unresolved_as_it_was(day: Day) -> None:
    """Planned again, and skipped by the same tick: it is listed, and the sum holds."""
    day.tick(*[None] * 5, unknown())
    names = day.silence()
    for tip in (day.root / "content" / "tips").glob("*.md"):
        tip.write_text(tip.read_text("utf-8").replace("title:", "status: draft\ntitle:", 1), "utf-8")
    counts = day.tick().report.counts
    assert (counts.unknown, len(names)) == (1, 1)
    assert counts.planned == sum(
        getattr(counts, name) for name in ("accepted", "refused", "skipped", "expired", "unknown", "waiting")
    )
    assert counts.may_have_come_twice == 0


def test_check_says_that_it_is_on(day: Day, capsys: pytest.CaptureFixture[str]) -> None:
    """A warning on its line; a mistyped word is an error with the right ones."""
    call(["-C", str(day.root), "--as-of", "2026-12-01", "check"])
    said = capsys.readouterr().out
    assert "content/newsletters/wall.md:2" in said
    assert "a few may come twice" in said
    letter = day.root / LETTER
    letter.write_text(letter.read_text("utf-8").replace("unknown: resend", "unknown: again"), "utf-8")
    assert call(["-C", str(day.root), "--as-of", "2026-12-01", "check"]) == 1
    assert "Write one of: list, resend." in capsys.readouterr().out
