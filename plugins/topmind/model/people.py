"""Contacts as columns for the plan, and the little that is known of a person by name."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime

import numpy as np
from numpy.typing import NDArray

from topmind.model.words import COUNTED, Channel, TouchState

Bools = NDArray[np.bool_]


@dataclass(frozen=True, slots=True, kw_only=True)
class PersonRecord:
    """What the source says of one person now; the only noun here that holds an address."""

    #: Id in the source.
    contact: str
    #: Normalised e-mail address; "" = none.
    address: str
    #: For tasks, `why NAME` and `report --who`, on a person's machine only.
    name: str = ""
    phone: str = ""
    #: Lines of a postal address.
    postal: tuple[str, ...] = ()
    #: Opt-in as the source reports it, per channel; absent = says nothing.
    opt_in: Mapping[Channel, bool] = field(default_factory=dict)
    stage: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """What the ledger knows of one person beyond the source: it always wins over an import."""

    #: Opted out of all mail.
    opted_out: bool = False
    #: Topics opted out of.
    off_topics: frozenset[str] = frozenset()
    #: Why the address must not be mailed; "" = it may.
    suppressed: str = ""
    #: No touch before this day.
    paused_until: date | None = None
    marks: frozenset[str] = frozenset()
    erased: bool = False
    #: Source id of the contact that they were merged into; "" = none: nothing goes to them by this id any more.
    merged: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class FactDate:
    """One dated fact of one contact that may start a sequence."""

    #: Row in `Members`.
    contact: int
    day: date
    #: The fact's own id (an invoice number …); its day as ISO text where it has none.
    fact: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Position:
    """Where a contact stood at the last run: in or out of a segment, or at a stage."""

    #: `in`, `out`; a stage, or `none`.
    value: str
    #: What it was before; "" = never seen otherwise.
    before: str = ""
    #: Company day of the run that saw the move; None = first seen so, or a changed rule moved them.
    day: date | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class StageChange:
    """A contact moved from one stage to another."""

    #: Source id.
    contact: str
    #: UTC; when the import that said so came.
    at: datetime
    #: To an earlier stage.
    back: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Moved:
    """A position that the ledger does not know yet."""

    #: Source id.
    contact: str
    #: `segment:NAME` or `stage`.
    what: str
    position: Position


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Members:
    """The audience as columns: row i of every array is contact `ids[i]`. No address, no name of a person
    outside `fields`."""

    as_of: date
    #: Source ids in ascending order of their text.
    ids: tuple[str, ...]
    #: Segment names, ascending: columns of `in_segment`.
    segments: tuple[str, ...]
    #: [n, k]
    in_segment: Bools
    #: In the last good source, not erased.
    active: Bools
    #: Index into `list(Stage)`; -1 = not known.
    stage: NDArray[np.int8]
    #: Has bought (or is in the company's `clients` segment).
    client: Bools
    zones: tuple[str, ...]
    #: Index into `zones`.
    zone: NDArray[np.int16]
    #: Team ids of representatives.
    senders: tuple[str, ...]
    #: Index into `senders`; -1 = none of their own.
    sender: NDArray[np.int16]
    languages: tuple[str, ...]
    language: NDArray[np.int16]
    #: Consent for marketing per channel: basis and no opt-out.
    consent: Mapping[Channel, Bools]
    #: Has a usable address, phone number or postal address.
    reach: Mapping[Channel, Bools]
    #: The address must not be mailed.
    suppressed: Bools
    #: Ordinal of the first day on which they may be touched again; 0 = not paused.
    paused_until: NDArray[np.int32]
    #: Ordinal of the first day on which the source knew them; 0 = it does not say.
    since: NDArray[np.int32]
    #: Topic → opted out of it.
    off_topic: Mapping[str, Bools]
    #: Same number = same inbox; -1 = no address.
    inbox: NDArray[np.int32]
    #: Declared field → value per contact (str, Decimal, date, bool, None), for merge.
    fields: Mapping[str, tuple[object, ...]]
    #: `starts_from` text → dated facts, ordered by contact, day, fact.
    dates: Mapping[str, tuple[FactDate, ...]]
    #: Predicate text (`only_if`, `stop_when`) → who fulfils it.
    holds: Mapping[str, Bools]
    #: Channel → the basis of consent in words, for `why`.
    basis: Mapping[Channel, str] = field(default_factory=dict)
    #: Channels on which consent is an opt-in; on the others whoever bought may be asked.
    opt_in: frozenset[Channel] = frozenset()
    #: Positions that changed since the last run: for the ledger to note.
    moved: tuple[Moved, ...] = ()
    #: `segment:NAME` or `stage`, as far as a sequence starts from it → hash of the rule behind it.
    watched: Mapping[str, str] = field(default_factory=dict)
    #: `did`, `bought` → what activities and bought things are called in the source, where a rule asks for one.
    words: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    def __len__(self) -> int:
        """How many contacts."""
        return len(self.ids)


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
