"""Contacts as columns for the plan, and the little that is known of a person by name."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime

import numpy as np
from numpy.typing import NDArray

from topmind.model.words import Channel

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
