"""What was sent, and what else the ledger remembers for the plan."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime

from topmind.model.people import Position, StageChange, Standing
from topmind.model.words import COUNTED, Channel, TouchState


@dataclass(frozen=True, slots=True, kw_only=True)
class TouchKey:
    """Who, what, when in the programme's own terms and how: never a planned day (see `wire`)."""

    #: Source id of the contact.
    contact: str
    #: Id of a newsletter, sequence or announcement; "rescue".
    source: str
    #: Step of a sequence, else None.
    step: str | None
    #: `2026-W49`, `2026-12`, `once`, a fact's id, n-th send, date of the last valuable touch.
    occurrence: str
    channel: Channel

    @property
    def name(self) -> str:
        """That of its occasion (`Occasion.name`): `tuesday-fix/2026-W49`, `first-job/thank-you/once`."""
        return "/".join(part for part in (self.source, self.step, self.occurrence) if part)

    def wire(self, ledger: str) -> str:
        """32 hex digits that name this touch outside: first half of SHA-256 over the compact JSON array
        `[ledger, contact, source, step, occurrence, channel]` in UTF-8. No secret, no run."""
        import hashlib
        import json

        array = [ledger, self.contact, self.source, self.step, self.occurrence, self.channel.value]
        text = json.dumps(array, ensure_ascii=False, separators=(",", ":"))
        return hashlib.sha256(text.encode()).hexdigest()[:32]


@dataclass(frozen=True, slots=True, kw_only=True)
class PastTouch:
    """One touch as the ledger has it now."""

    key: TouchKey
    state: TouchState
    #: The contact's local day it was planned for, then the day it left.
    day: date
    #: Item ids in slot order.
    items: tuple[str, ...] = ()
    #: Items that its own words showed (`/// item`): they have had these, too.
    shown: tuple[str, ...] = ()
    #: How many of `items` give value / sell; where there are none: of the words.
    value: int = 0
    promotions: int = 0
    bounced: bool = False
    #: Why it was refused, skipped or expired.
    reason: str = ""
    #: SES or outbox id of the message; "" = none.
    message_id: str = ""
    #: UTC of the last change.
    at: datetime | None = None
    #: Last day on which it might go or be done; None = not known.
    last_day: date | None = None
    #: Day of its occasion as the file had it then (`Occasion.day`); None = not known.
    nominal: date | None = None
    #: Source id it was frozen for, where that contact was merged into `key.contact` later; "" = the same.
    known_as: str = ""

    @property
    def counts(self) -> bool:
        """Counts for ceilings, gap, never-twice and ratio."""
        return self.state in COUNTED

    def wire(self, ledger: str) -> str:
        """Its name outside, which is for ever the one it was frozen with (see `TouchKey.wire`)."""
        key = replace(self.key, contact=self.known_as) if self.known_as else self.key
        return key.wire(ledger)


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """A contact answered a question of a step (`answer:happy`)."""

    contact: str
    source: str
    step: str | None
    value: str
    #: UTC.
    at: datetime
    #: Wire name of the touch that asked; "" = not known.
    touch: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownProof:
    """One proof of an issue: what its senders were shown before anybody else."""

    #: From 1.
    number: int
    #: What it showed, part by part, as `run.proof_states` wrote it; "" = kept by nobody: whatever goes is taken for it.
    content: str = ""
    #: UTC, by the clock of the run that sent the newest mail of it; None = long ago.
    at: datetime | None = None
    #: To each of the senders.
    left: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class History:
    """What the ledger remembers, as plain values, ordered by (contact, day, source, step, occurrence)."""

    #: Ledger id; part of every touch's name.
    ledger: str
    touches: tuple[PastTouch, ...] = ()
    answers: tuple[Answer, ...] = ()
    #: Sparse: only people of whom the ledger knows something.
    standing: Mapping[str, Standing] = field(default_factory=dict)
    #: Occasions stopped by command: `tuesday-fix/2026-W49`, or "all".
    stopped: frozenset[str] = frozenset()
    #: Issues of which a proof has left to each of its senders: `tuesday-fix/2026-W49`.
    proved: frozenset[str] = frozenset()
    #: Their proofs, and those that have not left yet: issue → the oldest first.
    proofs: Mapping[str, tuple[ShownProof, ...]] = field(default_factory=dict)
    #: Of those proved: issue → parts of it that no proof showed as they are now; not from the ledger.
    changed: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    #: Of those proved: issues whose proof left only just now; not from the ledger.
    fresh: frozenset[str] = frozenset()
    #: Plan hashes approved within 24 h.
    approved: frozenset[str] = frozenset()
    #: Number of accepted touches per local day of the last 35 days, for the surge guard.
    sent_per_day: Mapping[date, int] = field(default_factory=dict)
    #: True where nothing was ever sent with this ledger.
    first: bool = True
    #: The ledger's head in the same read: a plan made from this history is frozen against it.
    head: int = 0
    #: Company day of the last plan that was frozen, and who came into the ledger after it.
    planned_on: date | None = None
    newcomers: frozenset[str] = frozenset()
    #: Issues that plan named for its own day and those ahead: `tuesday-fix/2026-W49`; None = it did not say.
    promised: frozenset[str] | None = None
    #: `segment:NAME` or `stage` → source id → where they stood at the last run.
    positions: Mapping[str, Mapping[str, Position]] = field(default_factory=dict)
    #: `segment:NAME` or `stage` → hash of the rule that these positions were found by.
    watched: Mapping[str, str] = field(default_factory=dict)
    #: (source id, code it was made from, day) of each personal code that was handed in.
    redeemed: tuple[tuple[str, str, date], ...] = ()
    #: Every move from one stage to another, oldest first.
    stage_moves: tuple[StageChange, ...] = ()
    #: Source id → stage, of whoever stands where somebody of us said, and no later import.
    said_stages: Mapping[str, str] = field(default_factory=dict)
