"""`topmind feedback`: what it refuses, what it says, what follows."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from ledger_words import answered, claim, state
from topmind.errors import ConfigError, GuardError, UsageError
from topmind.ledger import Ledger
from topmind.links import KeyRing
from topmind.model import OutcomeKind, TouchState
from topmind.run import feedback
from topmind.run.feedback import FeedbackReport
from topmind.settings import Settings, load
from topmind.testing.clock import FixedClock
from topmind.testing.events import SENT, a_body
from topmind.testing.queue import ListQueue
from topmind.testing.sending import a_key, a_ledger, a_row, freeze

HEX = a_key().wire("test")
RING = KeyRing(links=("l" * 40,), addresses=("a" * 40,), coupons=("c" * 40,))


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    """A project without a queue."""
    (tmp_path / "pelicanconf.py").write_text("SITENAME = 'x'\n", "utf-8")
    return load(tmp_path, {"TOPMIND_LEDGER": "memory:"})


@pytest.fixture
def clock() -> FixedClock:
    """The store's clock, and the run's."""
    return FixedClock()


@pytest.fixture
def ledger(clock: FixedClock) -> Ledger:
    """Two mails that nobody can prove."""
    opened = a_ledger(clock=clock)
    freeze(opened, a_row(), a_row("c0001"))
    opened.settle([answered(one, OutcomeKind.UNKNOWN) for one in claim(opened)])
    return opened


def heard(settings: Settings, ledger: Ledger, clock: FixedClock, *bodies: str, **over: Any) -> FeedbackReport:
    """One drain of these messages."""
    return feedback.drain(settings, ledger, RING, clock, queue=ListQueue(bodies), **over)


def test_without_a_queue_nothing_is_heard(settings: Settings, ledger: Ledger, clock: FixedClock) -> None:
    """A sentence that names the setting."""
    with pytest.raises(ConfigError, match="TOPMIND_FEEDBACK_QUEUE: no feedback queue is named"):
        feedback.drain(settings, ledger, RING, clock)


def test_a_restored_ledger_swallows_nothing(settings: Settings, ledger: Ledger, clock: FixedClock) -> None:
    """The evidence belongs to the one that sent last."""
    ledger.restored = True
    queue = ListQueue([a_body("Send", HEX)])
    with pytest.raises(GuardError, match="must not swallow"):
        feedback.drain(settings, ledger, RING, clock, queue=queue)
    assert len(queue.visible) == 1


def test_nor_is_its_password_said(settings: Settings, ledger: Ledger, clock: FixedClock) -> None:
    """The address of a ledger on a server holds one."""
    ledger.restored = True
    told = replace(settings, ledger_url="postgresql://dana:secret@db.alder.example/ledger")
    with pytest.raises(GuardError) as caught:
        feedback.drain(told, ledger, RING, clock, queue=ListQueue())
    assert caught.value.where == "postgresql://…"
    assert "secret" not in f"{caught.value}{caught.value.fix}"


def test_nor_does_a_new_one(tmp_path: Path, clock: FixedClock) -> None:
    """On an empty disk a ledger is not made: it would take the feedback of the real one."""
    (tmp_path / "pelicanconf.py").write_text("SITENAME = 'x'\n", "utf-8")
    with pytest.raises(UsageError, match="there is no ledger here yet"):
        feedback.run(tmp_path, clock=clock, environ={}, queue=ListQueue())
    assert not (tmp_path / "var" / "ledger.db").exists()


def test_silence_is_told_with_what_to_do(settings: Settings, ledger: Ledger, clock: FixedClock) -> None:
    """Alive feedback that says nothing for six hours: unresolved, once new, listed from then on."""
    ledger.canary_sent("run-1", "ca" * 16, "m-c")
    first = heard(settings, ledger, clock, a_body("Send", "ca" * 16), a_body("Send", HEX))
    assert (first.heard.canaries, first.heard.proved, first.unknown, first.unresolved) == (1, 1, 1, 0)
    assert "Nothing to do yet" in first.text()
    clock.advance(hours=7)
    second = heard(settings, ledger, clock)
    assert (second.new_unresolved, second.unresolved, second.unknown) == (1, 1, 0)
    assert "1 mail unresolved, 1 of them new" in second.text()
    assert "write to these people yourself" in second.text()
    assert state(ledger, "c0001") is TouchState.UNRESOLVED
    third = heard(settings, ledger, clock)
    assert (third.new_unresolved, third.unresolved) == (0, 1)
    assert third.exit_code == 0


def test_every_count_is_told(settings: Settings, ledger: Ledger, clock: FixedClock) -> None:
    """For people and for machines, and nobody's address."""
    off = {"newTopicPreferences": {"unsubscribeAll": False}}
    found = heard(
        settings,
        ledger,
        clock,
        a_body("Bounce", HEX, to="canary@example.com"),
        a_body("Send", HEX, attempt=2, to="canary@example.com"),
        a_body("Complaint", a_key("c0001").wire("test"), to="c0001@example.com"),
        a_body("Send", "ee" * 16),
        a_body(ledger="other"),
        a_body("Subscription", HEX, **off),
        "not json",
    )
    data = found.as_dict()
    assert data["kinds"] == {"sent": 2, "bounced": 1, "complained": 1}
    assert (data["foreign"], data["unreadable"], data["no_use"], data["stale"]) == (1, 1, 1, 1)
    assert (data["other_attempts"], data["proved"], data["suppressed"], data["opted_out"]) == (1, 2, 2, 1)
    text = found.text()
    for words in (
        "4 events of ours",
        "this ledger does not know",
        "another attempt",
        "dead-letter queue",
        "opted out",
    ):
        assert words in text
    assert "@" not in text + repr(found)


def test_single_opens_are_forgotten_after_30_days(
    settings: Settings, ledger: Ledger, clock: FixedClock
) -> None:
    """On each drain; who opened stays."""
    heard(settings, ledger, clock, a_body("Click", HEX))
    clock.advance(days=31)
    assert SENT + timedelta(days=31) < clock.now() + timedelta(minutes=1)
    found = heard(settings, ledger, clock)
    assert (found.forgotten, ledger.marks()) == (1, ())
    assert [one.actor for one in ledger.feedback_of("c0000")] == ["human"]


def test_a_dry_run_tells_what_would_be_proven(settings: Settings, ledger: Ledger, clock: FixedClock) -> None:
    """And writes nothing."""
    found = heard(settings, ledger, clock, a_body("Send", HEX), dry_run=True)
    assert "Would be proven: 1 mail" in found.text()
    assert state(ledger) is TouchState.UNKNOWN


def test_a_signal_is_the_exit_code(settings: Settings, ledger: Ledger, clock: FixedClock) -> None:
    """143 for SIGTERM; the rest waits."""
    found = heard(settings, ledger, clock, a_body("Send", HEX), stopping=lambda: 143)
    assert (found.exit_code, sum(found.kinds.values())) == (143, 0)
    assert "Interrupted" in found.text()
