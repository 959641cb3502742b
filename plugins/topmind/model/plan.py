"""Occasions and the plan: every contact and occasion with one verdict."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time

from topmind.model.body import Slot
from topmind.model.history import TouchKey
from topmind.model.words import Channel, Purpose, Reason, SourceKind, Verdict


@dataclass(frozen=True, slots=True, kw_only=True)
class Occasion:
    """Something contacts may be due for: an issue, a step's occurrence, an announcement, a rescue."""

    kind: SourceKind
    source: str
    step: str | None
    occurrence: str
    channel: Channel
    #: For people: "The Tuesday Fix, 1 December 2026".
    title: str
    #: Nominal day (issue, announcement); for steps and rescues the contact's own due day.
    day: date
    #: Local time of day after which the mail may go.
    at: time
    #: Days after `day` on which it may still go.
    grace: int = 0
    #: None = whoever may be mailed.
    segments: frozenset[str] | None = None
    topics: tuple[str, ...] = ()
    purpose: Purpose = Purpose.MARKETING
    slots: tuple[Slot, ...] = ()
    #: The announced item.
    item: str | None = None
    one_of: str | None = None
    held: bool = False
    stopped: bool = False
    #: `approve: proof`, and no proof of it as it is now has left, or one just now.
    unproved: bool = False

    @property
    def name(self) -> str:
        """Short name for commands: `tuesday-fix/2026-W49`, `first-job/thank-you/once`."""
        return "/".join(part for part in (self.source, self.step, self.occurrence) if part)

    def key(self, contact: str) -> TouchKey:
        """The touch of one contact (source id) on this occasion."""
        return TouchKey(
            contact=contact,
            source=self.source,
            step=self.step,
            occurrence=self.occurrence,
            channel=self.channel,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class PlannedTouch:
    """One contact due for one occasion on one local day, with what fills the slots."""

    #: Row in `Members`.
    contact: int
    #: Index into `Plan.occasions`.
    occasion: int
    #: The contact's local day.
    day: date
    #: Item ids in slot order (an announcement: its item).
    picks: tuple[str, ...] = ()
    #: Index into `picks_slots`: how many picks belong to each slot.
    per_slot: tuple[int, ...] = ()
    #: Value items and promotions among the picks (a step without picks counts as one value item).
    value: int = 0
    promotions: int = 0
    #: Last local day on which it may go.
    last_day: date


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """One verdict that is not "due"."""

    contact: int
    occasion: int
    verdict: Verdict
    reason: Reason
    #: Earliest legal day where pending; None = not known.
    until: date | None = None
    #: What it lost to, which ceiling bound: for `why`, no person's data.
    detail: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ContentGap:
    """A week in which contacts would break their floor because nothing unseen is left."""

    #: Monday of the week.
    week: date
    segment: str
    contacts: int


@dataclass(frozen=True, slots=True, kw_only=True)
class CalendarDay:
    """What one local day of the forecast holds."""

    day: date
    #: Occasion index → planned touches.
    touches: Mapping[int, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class Coverage:
    """How the promised floor fares over the forecast, for one segment ("" = everybody)."""

    segment: str
    #: Contacts with a floor who can be helped before it breaks, on a channel that we may use.
    contacts: int
    #: Contacts with a floor for whom there is no such channel: reason → how many.
    apart: Mapping[str, int]
    #: Inside their floor today; on every day from today to the horizon.
    today: int
    throughout: int
    #: Longest stretch without a valuable touch, in days: of half of them it is at most `median`.
    median: int
    p99: int
    longest: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Need:
    """What would close the content gaps of one segment."""

    segment: str
    #: Contacts who run out of unseen evergreen value items before the horizon.
    contacts: int
    #: Days on which one more item each must be there, in order.
    by: tuple[date, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Ahead:
    """What the rules will do to one issue or announcement, seen from its last day."""

    #: Index into `Plan.occasions`.
    occasion: int
    #: Contacts it is for: segment, consent, address.
    asked: int
    goes: int
    #: Reason → contacts who do not get it.
    held: Mapping[Reason, int]
    #: Value items that somebody held by the ratio still lacks → contacts.
    short: Mapping[int, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class Lost:
    """Steps whose last day this is, and that do not go."""

    day: date
    #: `first-job/check-in (call)`.
    what: str
    #: Reason → contacts.
    held: Mapping[Reason, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class Offer:
    """What becomes of one promotion that slots offer, up to the horizon."""

    item: str
    #: Contacts it is for and who do not have it yet; those of them who get it in an issue.
    asked: int
    goes: int
    #: Value items that one of the others lacks today → contacts.
    short: Mapping[int, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class Foretold:
    """What becomes of one contact and occasion of the days ahead, today's among them, as things stand now."""

    #: Row in `Members`.
    contact: int
    #: `tuesday-fix/2026-W49`, `first-job/thank-you/once`.
    occasion: str
    #: The name under which the calendar counts it: steps and rescues of many days share one (`first-job/check-in (call)`).
    what: str
    channel: Channel
    #: The nominal day of an issue or announcement; the day on which a step falls due, on which a rescue is needed.
    day: date
    #: DUE = it goes now; PENDING = it goes `until`, or a person may lift what holds it, or its last day is not seen.
    verdict: Verdict
    #: Why not, on its last day; of what is pending: why not today. None = nothing holds it.
    reason: Reason | None
    #: Day on which they get it; None = they do not, as far as can be seen.
    until: date | None
    #: Last day on which it may go; None = it is tried until it goes.
    last: date | None
    #: Item ids in slot order, where the plan picks them.
    picks: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Outlook:
    """What the forecast means for people: counts only."""

    coverage: tuple[Coverage, ...]
    needs: tuple[Need, ...]
    ahead: tuple[Ahead, ...]
    offers: tuple[Offer, ...]
    lost: tuple[Lost, ...] = ()
    #: Per day of the calendar: contacts outside their floor, of those who can be helped.
    outside: tuple[int, ...]
    #: Per day of the calendar: what (`tuesday-fix/2026-W49`, `first-job/check-in (call)`) → segment → touches.
    by_segment: tuple[Mapping[str, Mapping[str, int]], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """All verdicts of one run, with reasons. Pure data: making it writes nothing."""

    as_of: date
    #: UTC.
    now: datetime
    ledger: str
    #: Same inputs, same hash; what `approve` and `send --plan` name.
    hash: str
    occasions: tuple[Occasion, ...]
    #: Rows that may be frozen now: local day ≤ each contact's today.
    due: tuple[PlannedTouch, ...]
    #: Verdicts of today's occasions for everybody else, one per contact and occasion.
    decisions: tuple[Decision, ...]
    #: From `as_of` to the horizon, today included.
    calendar: tuple[CalendarDay, ...] = ()
    gaps: tuple[ContentGap, ...] = ()
    #: Contacts with no usable channel (rows).
    unreachable: tuple[int, ...] = ()
    #: Contacts taking part at all.
    active: int = 0
    #: Contacts with a floor who can be helped before it breaks.
    promised: int = 0
    #: Contacts with a floor whom no rescue may or can reach: reason → count. No part of `promised`.
    apart: Mapping[Reason, int] = field(default_factory=dict)
    #: Of those promised, whose floor is broken today, and why: reason → count.
    floor_broken: Mapping[Reason, int] = field(default_factory=dict)
    #: Only where they were asked for.
    outlook: Outlook | None = None
    #: By contact, then by day.
    foretold: tuple[Foretold, ...] = ()
