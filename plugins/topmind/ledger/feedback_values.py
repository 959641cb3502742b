"""What the ledger says about feedback: plain frozen values, no address in any of them. Moments are UTC."""

from __future__ import annotations

from dataclasses import dataclass, fields
from datetime import datetime

from topmind.model import FeedbackKind, TouchKey


@dataclass(frozen=True, slots=True, kw_only=True)
class Heard:
    """What one write of events changed; sums up with `+`."""

    #: Events that were news; the others came before.
    new: int = 0
    #: Of a touch that this ledger does not know: kept as proof for the day it is frozen.
    strays: int = 0
    #: Of another attempt than the ledger's last one: a late event, or one of a ledger that was lost.
    other_attempts: int = 0
    #: Of a run's own mail to the mailbox simulator.
    canaries: int = 0
    #: Touches that were unknown, unresolved or claimed without an end, and are accepted now.
    proved: int = 0
    #: Addresses that are suppressed now and were not.
    suppressed: int = 0
    #: People who are opted out now and were not.
    opted_out: int = 0

    def __add__(self, other: Heard) -> Heard:
        """Both together."""
        return Heard(**{f.name: getattr(self, f.name) + getattr(other, f.name) for f in fields(Heard)})


@dataclass(frozen=True, slots=True, kw_only=True)
class Mark:
    """One open or click, with what the rule of `topmind.feedback.actor` needs to judge it again."""

    touch_hex: str
    kind: FeedbackKind
    #: Id of the link clicked.
    detail: str
    at: datetime
    #: When the mail was handed over.
    sent: datetime
    #: Coarse name of the program that did it.
    family: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Judged:
    """Who opened or clicked, of all marks of one touch, kind and link."""

    touch_hex: str
    kind: FeedbackKind
    detail: str
    #: The earliest mark that was judged.
    first: datetime
    #: human, unsure, machine.
    actor: str
    #: Version of the rule.
    rule: int


@dataclass(frozen=True, slots=True, kw_only=True)
class RunHealth:
    """How far the feedback of one run has come back."""

    #: Its mail to the mailbox simulator has its Send event.
    canary: bool
    #: Its mails that were accepted, and those of them with a Send event.
    accepted: int
    accepted_seen: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Trouble:
    """What came back of the mails of some days: what mailbox providers judge a sender by."""

    #: Mails that were accepted.
    accepted: int = 0
    #: Of them bounced for good, and called spam.
    bounced: int = 0
    complained: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class HeardOf:
    """One line of what became of a touch, for `why`."""

    key: TouchKey
    touch_hex: str
    kind: FeedbackKind
    #: The earliest of its kind and detail.
    at: datetime
    #: Id of the link clicked, type of a bounce or delay, the answer's word.
    detail: str = ""
    actor: str = ""
    #: Bounced for good.
    permanent: bool = False
