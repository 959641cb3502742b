"""Unknown touches: proven, unresolved, or unknown still; and who clicked."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from topmind.feedback import Actor, Health, actor, agent_family, settle
from topmind.feedback.settle import QUIET_WINDOW
from topmind.ledger.values import Feedback, Unproven
from topmind.model import Channel, FeedbackKind, TouchKey, TouchState

NOW = datetime(2026, 12, 1, 22, 0, tzinfo=UTC)
ALIVE = Health(canary=True, queue_empty=True, accepted=100, accepted_seen=99)
KEY = TouchKey(contact="c1", source="tuesday-fix", step=None, occurrence="2026-W49", channel=Channel.EMAIL)


def unproven(name: str = "aa", age: timedelta = QUIET_WINDOW, **over: object) -> Unproven:
    """A touch unknown since `age`."""
    values = {
        "key": KEY,
        "touch_hex": name,
        "attempt": 1,
        "state": TouchState.UNKNOWN,
        "title": "The Tuesday Fix",
        "at": NOW - age,
    }
    return Unproven(**{**values, **over})  # type: ignore[arg-type]


def an_event(name: str = "aa", kind: FeedbackKind = FeedbackKind.SENT, minute: int = 0) -> Feedback:
    """Feedback for a touch."""
    return Feedback(
        touch_hex=name, kind=kind, at=NOW - timedelta(minutes=minute), message_id=f"m-{name}-{minute}"
    )


def test_evidence_proves_at_any_time() -> None:
    """Any sign of life of the message, also for a touch given up long ago; the earliest one names it."""
    touches = [unproven("aa"), unproven("bb", state=TouchState.UNRESOLVED, age=timedelta(days=9))]
    events = [an_event("aa", minute=1), an_event("aa", minute=5), an_event("bb", FeedbackKind.CLICKED)]
    found = settle(touches, events, ALIVE, NOW)
    assert [(p.touch_hex, p.message_id) for p in found.proofs] == [("aa", "m-aa-5"), ("bb", "m-bb-0")]
    assert found.unresolved == found.waiting == ()


@pytest.mark.parametrize("kind", [FeedbackKind.REJECTED, FeedbackKind.NOT_RENDERED])
def test_what_never_left_proves_nothing(kind: FeedbackKind) -> None:
    """A rejected message is no proof of a sent one."""
    assert settle([unproven()], [an_event(kind=kind)], ALIVE, NOW).proofs == ()


def test_silence_counts_after_the_quiet_window() -> None:
    """A minute before it is over, evidence may still come."""
    early = unproven(age=QUIET_WINDOW - timedelta(minutes=1))
    assert settle([early], [], ALIVE, NOW).waiting == ("aa",)
    assert settle([unproven()], [], ALIVE, NOW).unresolved == ("aa",)


@pytest.mark.parametrize(
    "health",
    [
        Health(canary=False, queue_empty=True, accepted=100, accepted_seen=100),
        Health(canary=True, queue_empty=False, accepted=100, accepted_seen=100),
        Health(canary=True, queue_empty=True, accepted=100, accepted_seen=98),
    ],
)
def test_silence_proves_nothing_where_feedback_may_be_dead(health: Health) -> None:
    """Each sign of life is needed."""
    assert settle([unproven()], [], health, NOW).waiting == ("aa",)


def test_a_claim_without_an_end_is_not_given_up() -> None:
    """Only what the ledger calls unknown becomes unresolved."""
    claimed = unproven(state=TouchState.CLAIMED)
    assert settle([claimed], [], ALIVE, NOW).waiting == ("aa",)


@settings(max_examples=50)
@given(
    st.lists(st.sampled_from(["aa", "bb", "cc", "dd"]), max_size=6),
    st.lists(st.tuples(st.sampled_from(["aa", "bb", "zz"]), st.integers(0, 9)), max_size=6),
    st.booleans(),
    st.randoms(),
)
def test_everyone_is_accounted_for_in_any_order(
    names: list[str], came: list[tuple[str, int]], canary: bool, chance: object
) -> None:
    """Each touch is in exactly one of the three, doubled and shuffled events change nothing."""
    touches = [unproven(name) for name in sorted(set(names))]
    health = Health(canary=canary, queue_empty=True, accepted=0, accepted_seen=0)
    events = [an_event(name, minute=minute) for name, minute in came]
    found = settle(touches, events, health, NOW)
    everyone = [p.touch_hex for p in found.proofs] + [*found.unresolved, *found.waiting]
    assert sorted(everyone) == sorted(t.touch_hex for t in touches)
    shuffled = [*events, *events]
    chance.shuffle(shuffled)  # type: ignore[attr-defined]
    assert settle(touches, shuffled, health, NOW) == found


@pytest.mark.parametrize(
    ("agent", "seconds", "kind", "who"),
    [
        ("Mozilla/5.0 (iPhone; CPU iPhone OS 19_0)", 600, FeedbackKind.CLICKED, Actor.HUMAN),
        ("Mozilla/5.0 (iPhone; CPU iPhone OS 19_0)", 600, FeedbackKind.OPENED, Actor.UNSURE),
        ("Mozilla/5.0 (Windows NT 10.0)", 4, FeedbackKind.CLICKED, Actor.MACHINE),
        ("Mozilla/5.0", 600, FeedbackKind.OPENED, Actor.MACHINE),
        ("Mozilla/5.0 (compatible; ExampleBot/1.0)", 600, FeedbackKind.CLICKED, Actor.MACHINE),
        ("… GoogleImageProxy", 600, FeedbackKind.OPENED, Actor.UNSURE),
        ("", 600, FeedbackKind.CLICKED, Actor.UNSURE),
    ],
)
def test_who_did_it(agent: str, seconds: int, kind: FeedbackKind, who: Actor) -> None:
    """Robots and early birds are machines, proxies hide whom they serve, an open is never a proof of a person."""
    assert actor(kind, at=NOW + timedelta(seconds=seconds), sent=NOW, agent=agent) is who


def test_a_burst_of_clicks_is_a_machine() -> None:
    """Three links within a second are no hand."""
    at = NOW + timedelta(minutes=5)
    burst = [at, at + timedelta(milliseconds=200), at + timedelta(milliseconds=900)]
    agent = "Mozilla/5.0 (Windows NT 10.0)"
    judged = actor(FeedbackKind.CLICKED, at=at, sent=NOW, agent=agent, clicks=burst)
    assert judged is Actor.MACHINE
    assert actor(FeedbackKind.CLICKED, at=at, sent=NOW, agent=agent, clicks=burst[:2]) is Actor.HUMAN


def test_of_an_agent_only_its_family_is_kept() -> None:
    """No version, no language, nothing that could tell two people apart."""
    assert agent_family("Mozilla/5.0 (iPhone; CPU iPhone OS 19_0; de-DE)") == "iphone"
    assert agent_family("something new") == "other"
