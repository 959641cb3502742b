"""What crosses the ledger's border about tasks: what became of one, and the daily mail that lists them."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime

from topmind.model import Channel, TouchKey, TouchState

#: Somebody tried and reached nobody: the task stays open until its last day.
NO_ANSWER = "no answer"
#: The customer is not content: see `planning.policies.follow_up`.
NOT_HAPPY = "not happy"


@dataclass(frozen=True, slots=True, kw_only=True)
class TaskOutcome:
    """What a representative says of one task."""

    #: The task's whole name on the wire.
    touch_hex: str
    #: `done`, `missed`, `no answer`, `not happy`, or words of their own; kept as an answer to the task's step.
    word: str
    #: Whether the customer was reached. False with `no answer`: try again until the last day.
    reached: bool = True
    #: Free text; personal.
    note: str = field(default="", repr=False)


def task_mail_key(sender: str, day: date) -> TouchKey:
    """Names one representative's mail of one day on the wire, as touches are named; `@tasks` is no source that a
    file could have."""
    return TouchKey(
        contact=sender, source="@tasks", step=None, occurrence=day.isoformat(), channel=Channel.EMAIL
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class TaskMailClaim:
    """One task mail in the hand of one run, under a lease."""

    #: Team id of the reader, and the company's day.
    sender: str
    day: date
    touch_hex: str
    #: From 1; one attempt per claim.
    attempt: int
    owner: str
    #: By the store's clock: a call after it is refused.
    fence: datetime

    @property
    def key(self) -> TouchKey:
        """What the transport's tags are made from."""
        return task_mail_key(self.sender, self.day)


@dataclass(frozen=True, slots=True, kw_only=True)
class TaskMail:
    """One task mail as the ledger has it."""

    sender: str
    day: date
    touch_hex: str
    #: planned (proven not sent), claimed, accepted, refused, unknown.
    state: TouchState
    attempt: int
    reason: str = ""
