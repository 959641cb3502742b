"""What must outlive the ledger: facts written down beside it before it has them, so that no restored copy mails those
people again. They are kept for good, unless the person is erased: a copy may be of any age.

In facts are wire names of touches, HMACs of addresses and of source ids, and moments; no address and no name. Wishes lie
there as they came: with the source id, and with what the office wrote as the reason for a stage, which is personal.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeAlias

from topmind.ledger.values import Feedback, InboxEntry
from topmind.model import FeedbackKind

#: What people want, as an inbox takes it: kept as it came. An answer is not: nobody is mailed for want of it.
WISHES = frozenset(
    {"opt_out", "opt_in", "topic_on", "topic_off", "pause", "mark", "unmark", "merge", "stage"}
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Erasure:
    """Somebody left for good: HMACs of their source id and their address under every key, and nothing else."""

    hashes: tuple[str, ...]
    #: UTC.
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Suppression:
    """An address that must not be mailed, as the provider's own list has it."""

    #: Its HMACs, newest key first.
    inbox: tuple[str, ...]
    #: Bounced, complained, unsubscribed.
    reason: FeedbackKind
    #: UTC.
    at: datetime


Fact: TypeAlias = Feedback | Erasure


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """Everything that was written down beside one ledger; the order does not matter, and twice is once."""

    heard: tuple[Feedback, ...] = ()
    erasures: tuple[Erasure, ...] = ()
    wishes: tuple[InboxEntry, ...] = ()
    #: Files or objects that this version cannot read.
    strange: int = 0

    @property
    def empty(self) -> bool:
        """Nothing was ever written down there."""
        return not (self.heard or self.erasures or self.wishes or self.strange)


def as_text(ledger: str, facts: Sequence[Fact]) -> str:
    """Some facts of a ledger as JSON."""
    return json.dumps(
        {
            "ledger": ledger,
            "heard": [_event(fact) for fact in facts if isinstance(fact, Feedback)],
            "erased": [
                {"hashes": list(fact.hashes), "at": fact.at.isoformat()}
                for fact in facts
                if isinstance(fact, Erasure)
            ],
        }
    )


def is_facts(flat: object) -> bool:
    """Whether this is what `as_text` wrote, not an entry of a live page."""
    return isinstance(flat, Mapping) and "ledger" in flat


def facts(flat: Mapping[str, Any], ledger: str) -> tuple[Fact, ...]:
    """What `as_text` wrote; () for another ledger's. Raises ValueError, TypeError or KeyError for anything else."""
    if flat["ledger"] != ledger:
        return ()
    heard = tuple(
        Feedback(
            touch_hex=str(one["touch"]),
            kind=FeedbackKind(one["kind"]),
            at=_moment(one["at"]),
            message_id=str(one["message"]),
            detail=str(one["detail"]),
            attempt=int(one["attempt"]),
            permanent=bool(one["permanent"]),
            inbox=_texts(one["inbox"]),
        )
        for one in flat["heard"]
    )
    return (*heard, *(Erasure(hashes=_texts(one["hashes"]), at=_moment(one["at"])) for one in flat["erased"]))


def gathered(found: Iterable[Fact | InboxEntry], strange: int) -> Kept:
    """Facts and wishes by kind."""
    every = tuple(found)
    return Kept(
        heard=tuple(one for one in every if isinstance(one, Feedback)),
        erasures=tuple(one for one in every if isinstance(one, Erasure)),
        wishes=tuple(one for one in every if isinstance(one, InboxEntry)),
        strange=strange,
    )


def _event(event: Feedback) -> dict[str, Any]:
    return {
        "touch": event.touch_hex,
        "kind": event.kind.value,
        "at": event.at.isoformat(),
        "message": event.message_id,
        "detail": event.detail,
        "attempt": event.attempt,
        "permanent": event.permanent,
        "inbox": list(event.inbox),
    }


def _texts(said: Any) -> tuple[str, ...]:
    if not isinstance(said, list) or not all(isinstance(one, str) for one in said):
        raise ValueError("a list of texts is due")
    return tuple(said)


def _moment(text: str) -> datetime:
    at = datetime.fromisoformat(text)
    if at.tzinfo is None:
        raise ValueError("an aware moment is due")
    return at
