"""What the files promised, counted from the facts of the audience; then what the ledger shows of it.

A plan knows only whom it has seen in time. Whoever came into the export too late, or has no consent, was promised
something too: here they are counted.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date

from topmind.model import (
    Catalog,
    Channel,
    FactDate,
    History,
    Members,
    PastTouch,
    Purpose,
    Reason,
    Sequence,
    Step,
    TouchState,
)
from topmind.planning.occasions import is_stopped
from topmind.planning.sequences import entries
from topmind.report.reasons import why_not

FIRST_PURCHASE = "first_purchase()"
_GOT = frozenset({TouchState.ACCEPTED, TouchState.DONE})
_OPEN = frozenset({TouchState.PLANNED, TouchState.CLAIMED})
#: Nobody may, or can, send it to them.
_NO_WAY = {
    Reason.NO_CONSENT.value: "no_consent",
    Reason.SUPPRESSED.value: "no_consent",
    Reason.NO_CHANNEL.value: "no_consent",
    Reason.ERASED.value: "no_consent",
}
#: Its own conditions left them out: nothing was promised.
_NOT_MEANT = frozenset({Reason.CONDITION.value, Reason.STOP_WHEN.value, Reason.NOT_IN_SEGMENT.value})
#: No plan saw the fact within its days: the export brought it when they were over.
LATE_DATA = "late_data"
#: There was no plan from its last day on.
NO_RUN = "no_run"


@dataclass(frozen=True, slots=True, kw_only=True)
class PromisedRow:
    """One step of a sequence between two days."""

    sequence: str
    step: str
    title: str
    channel: str
    #: Contacts whose own facts made them due, whatever the plan knew of them.
    promised: int
    kept: int
    #: Its last day has not come.
    open: int
    #: Why the others did not get it → contacts: a reason, a state, `late_data`, `no_run`.
    missed: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class NewCustomers:
    """Everybody whose first purchase lies between two days, by what became of the thanks."""

    since: date
    #: The step that thanks: `first-job/thank-you`; "" = no sequence begins with a first purchase.
    step: str
    everybody: int
    thanked: int
    #: Its last day has not come.
    open: int
    late_data: int
    #: No consent where it is asked for, no address, or one that bounced.
    no_consent: int
    #: Everything else, and why.
    missed: int
    reasons: Mapping[str, int] = field(default_factory=dict)
    #: Short names or names of those who were not thanked and are not open, by reason.
    who: tuple[tuple[str, str], ...] = ()


class Promises:
    """Facts of the audience against the ledger."""

    def __init__(self, catalog: Catalog, members: Members, history: History, as_of: date) -> None:
        self.catalog, self.members, self.history, self.as_of = catalog, members, history, as_of
        self.touches: dict[tuple[str, str, str | None, str], PastTouch] = {}
        for touch in history.touches:
            key = touch.key
            self.touches[key.contact, key.source, key.step, key.occurrence] = touch

    def steps(self, since: date) -> Iterator[PromisedRow]:
        """Every step, in written order."""
        for sequence in self.catalog.sequences.values():
            for step in sequence.steps:
                yield self._step(sequence, step, since)

    def _step(self, sequence: Sequence, step: Step, since: date) -> PromisedRow:
        found: Counter[str] = Counter()
        facts = self.members.dates[step.starts_from or sequence.starts_from]
        starts = self.catalog.company.programme_starts
        for entry in entries(sequence, step, facts, starts, since, self.as_of):
            if since.toordinal() <= entry.due <= self.as_of.toordinal() and self.members.active[entry.row]:
                last = date.fromordinal(entry.last)
                found[self.became(sequence, step, entry.row, entry.occurrence, last)] += 1
        kept, open_ = found.pop("kept", 0), found.pop("open", 0)
        found.pop("", None)
        return PromisedRow(
            sequence=sequence.id,
            step=step.id,
            title=step.title,
            channel=step.channel.value,
            promised=kept + open_ + found.total(),
            kept=kept,
            open=open_,
            missed=dict(found.most_common()),
        )

    def became(self, sequence: Sequence, step: Step, row: int, occurrence: str, last: date) -> str:
        """`kept`, `open`, why not, or "" where it was not for them."""
        contact = self.members.ids[row]
        touch = self.touches.get((contact, sequence.id, step.id, occurrence))
        if touch is not None:
            return _fate(touch)
        if not self._for_them(sequence, step, row):
            return ""
        if barred := self._barred(step, row):
            return barred
        if last >= self.as_of:
            return "open"
        if is_stopped(self.history, sequence.id, step.id, occurrence):
            return Reason.STOPPED.value
        # who was known in time and got nothing has a row, written by the next run: also where runs were missing
        planned = self.history.planned_on
        return LATE_DATA if planned is None or planned >= last else NO_RUN

    def _for_them(self, sequence: Sequence, step: Step, row: int) -> bool:
        """As far as today's facts tell."""
        members = self.members
        if sequence.segments is not None:
            columns = [k for k, name in enumerate(members.segments) if name in sequence.segments]
            if not members.in_segment[row, columns].any():
                return False
        if sequence.stop_when and members.holds[sequence.stop_when][row]:
            return False
        return not step.only_if or bool(members.holds[step.only_if][row])

    def _barred(self, step: Step, row: int) -> str:
        """Nobody may or can send it to them."""
        members = self.members
        reach, consent = members.reach.get(step.channel), members.consent.get(step.channel)
        if reach is None or not reach[row]:
            return Reason.NO_CHANNEL.value
        if step.channel is Channel.EMAIL and members.suppressed[row]:
            return Reason.SUPPRESSED.value
        if step.purpose is not Purpose.SERVICE and consent is not None and not consent[row]:
            return Reason.NO_CONSENT.value
        return ""

    # --- new customers ---

    def thanks(self) -> tuple[Sequence, Step] | None:
        """The first step of the sequence that begins with a first purchase."""
        found = [
            (step.offset, sequence.id, sequence, step)
            for sequence in self.catalog.sequences.values()
            for step in sequence.steps
            if _plain(step.starts_from or sequence.starts_from) == _plain(FIRST_PURCHASE) and step.offset >= 0
        ]
        return min(found, key=lambda one: one[:2])[2:] if found else None

    def new_customers(
        self, firsts: tuple[FactDate, ...], since: date, who: Callable[[str], str]
    ) -> NewCustomers:
        """`firsts`: everybody's first purchase, as the audience has it."""
        new = [f for f in firsts if since <= f.day <= self.as_of and self.members.active[f.contact]]
        thanks = self.thanks()
        if thanks is None:
            return NewCustomers(
                since=since,
                step="",
                everybody=len(new),
                thanked=0,
                open=0,
                late_data=0,
                no_consent=0,
                missed=len(new),
            )
        sequence, step = thanks
        found: Counter[str] = Counter()
        named: list[tuple[str, str]] = []
        for fact in new:
            what = self._thanked(sequence, step, fact)
            found[what] += 1
            if what not in {"kept", "open"}:
                named.append((what, who(self.members.ids[fact.contact])))
        barred = sum(count for what, count in found.items() if what in _NO_WAY)
        apart = {"kept", "open", LATE_DATA, *_NO_WAY}
        missed = {what: count for what, count in found.most_common() if what not in apart}
        return NewCustomers(
            since=since,
            step=f"{sequence.id}/{step.id}",
            everybody=len(new),
            thanked=found["kept"],
            open=found["open"],
            late_data=found[LATE_DATA],
            no_consent=barred,
            missed=sum(missed.values()),
            reasons=missed,
            who=tuple(sorted(named)),
        )

    def _thanked(self, sequence: Sequence, step: Step, fact: FactDate) -> str:
        begins = sequence.since or self.catalog.company.programme_starts
        if fact.day < begins:
            return "before_the_programme"
        own = entries(sequence, step, [fact], begins, fact.day, date.max)
        entry = next(iter(own), None)
        if entry is None:
            return "before_the_programme"
        if entry.due > self.as_of.toordinal():
            return "open"
        last = date.fromordinal(entry.last)
        became = self.became(sequence, step, fact.contact, entry.occurrence, last)
        return became or "not_for_them"


def _fate(touch: PastTouch) -> str:
    """Of one that the ledger has."""
    if touch.state in _GOT and not touch.bounced:
        return "kept"
    if touch.state in _OPEN:
        return "open"
    return "" if touch.reason in _NOT_MEANT else why_not(touch)


def _plain(text: str) -> str:
    return "".join(text.split()).lower()
