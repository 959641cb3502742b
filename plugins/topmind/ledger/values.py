"""What crosses the ledger's border: plain frozen values, no address outside `Claim` and `Person`.

Days are local days of a contact; moments are aware and UTC. `TouchKey` names a contact by its source id; inside,
every store uses integers.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from datetime import date, datetime

from topmind.ledger.coupon_values import Coupon
from topmind.model import (
    Ceiling,
    FeedbackKind,
    Outcome,
    Purpose,
    Reason,
    SourceKind,
    Standing,
    TouchKey,
    TouchState,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class PickedItem:
    """One item of a touch and how soon the same contact may have it again."""

    id: str
    #: A touch with this item on or after this day forbids it; date.min = never twice, None = any time.
    since: date | None = date.min


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One touch to freeze, with all that the claim tests again later."""

    key: TouchKey
    kind: SourceKind
    #: For people: "The Tuesday Fix, 1 December 2026".
    title: str
    #: Nominal day of the occasion (`Occasion.day`): what reports and counts go by.
    nominal: date
    #: The contact's local day it is planned for, and the last one on which it may go. A claim takes only rows
    #: of today (somewhere on earth): one left over from yesterday must be frozen again with its new day, because
    #: gap, ceilings and blackout were tested for the old one.
    day: date
    last_day: date
    #: It may go from .. until (UTC): local time of day, quiet hours and the end of the local day folded
    #: into one window. None = open.
    opens: datetime | None = None
    closes: datetime | None = None
    #: `Edition.hash` or a hash of the compiled text: a claim takes only rows of editions it is given.
    edition: str = ""
    items: tuple[PickedItem, ...] = ()
    #: How many of `items` belong to each slot.
    per_slot: tuple[int, ...] = ()
    #: Items that its own words show (`/// item`). They keep nothing from going, and the contact has had them then.
    shown: tuple[str, ...] = ()
    #: Value items and promotions among `items`; where there are none: of the words.
    value: int = 0
    promotions: int = 0
    purpose: Purpose = Purpose.MARKETING
    topics: tuple[str, ...] = ()
    #: Least days between two touches of this contact; 0 = none asked (a correction).
    gap: int = 1
    ceilings: tuple[Ceiling, ...] = ()
    #: Team id: who sends it, or who does the task.
    sender: str = ""
    #: Personal codes that it shows.
    coupons: tuple[Coupon, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Lapsed:
    """A row that never was planned and whose last legal day is over: expired, and why."""

    row: Row
    reason: Reason


@dataclass(frozen=True, slots=True, kw_only=True)
class Frozen:
    """What one freeze did."""

    #: Rows written for the first time.
    new: int = 0
    #: Planned rows that were planned again (day, window, edition).
    again: int = 0
    #: Rows whose touch is already beyond planned: never changed.
    kept: int = 0
    #: Written as skipped, with the reason (another contact of the same inbox has this occasion).
    skipped: tuple[tuple[TouchKey, Reason], ...] = ()
    #: Written as expired.
    expired: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Claim:
    """One e-mail touch in the hand of one sender, under a lease. The address is read here and nowhere else."""

    key: TouchKey
    #: `TouchKey.wire(ledger)`.
    touch_hex: str
    #: From 1; one attempt per claim, and it only grows.
    attempt: int
    owner: str
    #: Internal id of the contact.
    person: int
    #: Never in a log. Hidden in repr.
    address: str = field(repr=False)
    edition: str
    items: tuple[str, ...]
    per_slot: tuple[int, ...]
    sender: str
    day: date
    #: By the store's clock. A call after `fence` (half the lease) is refused; after `lease_until` the claim
    #: is unknown.
    fence: datetime
    lease_until: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Settle:
    """What became of one claim."""

    claim: Claim
    outcome: Outcome
    #: For retry: this run has tried often enough, leave it to the next one.
    leave: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Proof:
    """Evidence that a message left: wins in every state, also for a touch not yet known."""

    touch_hex: str
    message_id: str
    #: UTC.
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Unproven:
    """One touch of which nobody can say whether it left: listed, never resent by itself."""

    key: TouchKey
    touch_hex: str
    attempt: int
    #: unknown or unresolved; claimed: its lease has ended, and no run has swept it yet.
    state: TouchState
    title: str
    #: Of the last change, UTC.
    at: datetime
    reason: str = ""
    #: Owner of the run that had it in hand last; "" = none, or the ledger was restored since.
    run: str = ""
    #: It was sent again once (`on_unknown: resend`).
    again: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Counts:
    """Everyone accounted for: e-mail touches of the occasions whose nominal day is `as_of`.

    `planned = accepted + refused + skipped + expired + unknown + waiting`, always.
    """

    planned: int = 0
    accepted: int = 0
    refused: int = 0
    skipped: int = 0
    expired: int = 0
    #: Includes unresolved, and claims whose lease has ended.
    unknown: int = 0
    #: Planned, or claimed under a live lease.
    waiting: int = 0
    #: Accepted for one run, whatever their nominal day.
    sent_now: int = 0
    #: Touches off e-mail of the same occasions, counted apart.
    tasks: int = 0
    #: How many of `sent_now` belong to occasions of other days: words for people, no part of the equation.
    sent_late: int = 0
    #: Sent again while it was unproven (`on_unknown: resend`), today or for occasions of that day; and those of them of
    #: which both mails are proven. Like `sent_late` no part of the equation.
    may_have_come_twice: int = 0
    came_twice: int = 0

    def as_dict(self) -> dict[str, int]:
        """The equation, `sent_now` and `tasks`, in the order in which people read it."""
        found: dict[str, int] = asdict(self)
        return {name: found[name] for name in found if name not in _BESIDE}


#: Counts that are no part of the equation of the day.
_BESIDE = frozenset({"sent_late", "may_have_come_twice", "came_twice"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Task:
    """A touch off e-mail: a named person does it."""

    key: TouchKey
    touch_hex: str
    state: TouchState
    title: str
    day: date
    last_day: date
    #: Team id.
    sender: str
    #: `no answer` where somebody tried; why it was missed.
    reason: str = ""
    #: For that person only.
    name: str = field(repr=False)
    phone: str = field(repr=False)
    postal: tuple[str, ...] = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """A contact as `why` shows it on a person's machine; hidden in repr."""

    person: int
    contact: str
    active: bool
    standing: Standing
    name: str = field(repr=False)
    address: str = field(repr=False)
    phone: str = field(repr=False)
    #: What they wrote with their answers, newest first.
    comments: tuple[str, ...] = field(default=(), repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Synced:
    """What an import of the people changed."""

    new: int = 0
    changed: int = 0
    #: In the ledger and no more in the source: inactive now, never erased.
    vanished: int = 0
    returned: int = 0
    #: In the source, but erased before: not taken in again.
    erased: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Feedback:
    """One event after a message left; may come twice and in any order."""

    touch_hex: str
    kind: FeedbackKind
    #: UTC.
    at: datetime
    message_id: str = ""
    #: Id of the link clicked, or the answer's word.
    detail: str = ""
    #: human, machine, unsure; "" = does not apply; and the version of the rule that says so.
    actor: str = ""
    rule: int = 0
    #: Opened, clicked: when the mail was handed over, and the coarse name of the program that did it.
    sent: datetime | None = None
    family: str = ""
    #: Of the claim that it was sent for; 0 = not said.
    attempt: int = 0
    #: Bounced for good: the address in the event is suppressed.
    permanent: bool = False
    #: HMACs of the address in the event, newest key first; () = the event names none.
    inbox: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class InboxEntry:
    """What a person said on a live page, written durably before the page answers.

    `kind` and its `value`: `opt_out` · `opt_in` (confirmed by the person) · `topic_on`, `topic_off` (topic id) ·
    `pause` (ISO day before which nothing goes) · `answer` (words of the answer to the question of `touch`) ·
    `task` (what a representative says became of the task `touch`) · and what the office says of them by command:
    `mark`, `unmark` (the mark's name, of a mark also its last day: `vip 2027-01-31`), `note` (its text in `comment`), `stage` (the stage and who
    says so: `desire dana`; why in `comment`), `merge` (the source id of
    the contact that goes on: they are one person).
    """

    kind: str
    #: Source id of the contact.
    contact: str
    #: UTC; of two entries the later wins.
    at: datetime
    #: Wire name of the touch whose link was used; "" = none.
    touch: str = ""
    value: str = ""
    #: What they wrote besides, cleaned; personal.
    comment: str = field(default="", repr=False)
    #: "office" = said by command for them; "" = they said it themselves.
    by: str = ""
    #: Given by the inbox that stores it.
    id: str = ""
