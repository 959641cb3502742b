"""When the largest customers last heard from us, by what, from whom, and against what was promised."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np

from topmind.ledger.values import Task
from topmind.model import (
    KEEPS_FLOOR,
    Bools,
    Catalog,
    Channel,
    History,
    Members,
    Occasion,
    PastTouch,
    Reason,
    SourceKind,
    TouchKey,
)
from topmind.planning import senders
from topmind.planning.apart import apart_of
from topmind.planning.contacts import clock_starts, hashes_of
from topmind.planning.occasions import MORNING, RESCUE
from topmind.planning.terms import Terms, terms_for


@dataclass(frozen=True, slots=True, kw_only=True)
class HeardRow:
    """One of the largest customers."""

    #: A hash, or the name where names were given.
    who: str
    #: Last day on which something of ours reached them; None = never.
    last: date | None
    #: "The Tuesday Fix", "After the first job: Check-in".
    what: str
    channel: str
    #: Name of who sent or did it.
    by: str
    #: Last day on which it was something valuable.
    valued: date | None
    #: Days between valuable touches that they were promised; 0 = none.
    floor: int
    #: Days by which the promise is broken today; 0 = it holds.
    late: int
    #: Why nobody can reach them, in the plan's words; "" = somebody can.
    apart: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class TopList:
    """The largest so many, by what they bought in the last 365 days; longest without us first."""

    size: int
    rows: tuple[HeardRow, ...]

    @property
    def kept(self) -> int:
        """How many heard something valuable in time."""
        return sum(not row.late for row in self.rows)


class Heard:
    """What reached each contact, from the ledger alone: accepted and not bounced, or done."""

    def __init__(
        self, catalog: Catalog, members: Members, history: History, tasks: Iterable[Task], as_of: date
    ) -> None:
        self.catalog, self.members, self.as_of = catalog, members, as_of
        self.row_of = {contact: row for row, contact in enumerate(members.ids)}
        self.task_owner = {task.key: task.sender for task in tasks}
        self.last: dict[int, PastTouch] = {}
        self.valued: dict[int, date] = {}
        self._terms: dict[bytes, Terms] = {}
        self._apart: Mapping[Reason, Bools] | None = None
        readers = _readers(members)
        for touch in history.touches:
            row = self.row_of.get(touch.key.contact)
            if row is None or touch.state not in KEEPS_FLOOR or touch.bounced or touch.day > as_of:
                continue
            # one inbox gets one copy of an issue, which all its readers have
            shared = touch.key.channel is Channel.EMAIL and touch.key.step is None
            for reader in readers.get(int(members.inbox[row]), [row]) if shared else [row]:
                self._note(reader, touch)

    def _note(self, row: int, touch: PastTouch) -> None:
        if row not in self.last or self.last[row].day <= touch.day:
            self.last[row] = touch
        if touch.value and self.valued.get(row, date.min) < touch.day:
            self.valued[row] = touch.day

    def terms(self, row: int) -> Terms:
        """What was promised to a contact."""
        pattern = self.members.in_segment[row].tobytes()
        if pattern not in self._terms:
            inside = zip(self.members.segments, self.members.in_segment[row], strict=True)
            segments = [self.catalog.segments[name] for name, yes in inside if yes]
            self._terms[pattern] = terms_for(self.catalog.company, segments)
        return self._terms[pattern]

    def late(self, row: int) -> int:
        """Days by which the floor is broken today; before any valuable touch it runs as the plan's does: from the
        programme's first day, or from the day since when we know them, spread over one floor."""
        floor = self.terms(row).floor
        if not floor:
            return 0
        since = self.valued.get(row) or self._clock_start(row, floor)
        return max(0, (self.as_of - since).days - floor)

    def _clock_start(self, row: int, floor: int) -> date:
        rows, floors = np.array([row], dtype=np.intp), np.array([floor], dtype=np.int32)
        starts = self.catalog.company.programme_starts
        found = clock_starts(self.members, starts, rows, floors, hashes_of([self.members.ids[row]]))
        return date.fromordinal(int(found[0]))

    def apart(self, row: int) -> str:
        """Why no rescue can reach them, as the plan has it: `no_channel`, `no_consent`, `suppressed`; "" = one can."""
        if self._apart is None:
            n = len(self.members)
            terms = [self.terms(r) for r in range(n)]
            order = np.full((max((len(t.rescue) for t in terms), default=0), n), -1, dtype=np.int8)
            for r, term in enumerate(terms):
                order[: len(term.rescue), r] = [list(Channel).index(channel) for channel in term.rescue]
            floor = np.array([t.floor for t in terms], dtype=np.int32)
            self._apart = apart_of(self.members, floor, order)
        return next((reason.value for reason, rows in self._apart.items() if rows[row]), "")

    def row(self, row: int, who: str) -> HeardRow:
        """One line of a list."""
        touch = self.last.get(row)
        return HeardRow(
            who=who,
            last=touch.day if touch else None,
            what=self.title(touch.key) if touch else "",
            channel=touch.key.channel.value if touch else "",
            by=self.sender(row, touch.key) if touch else "",
            valued=self.valued.get(row),
            floor=self.terms(row).floor,
            late=self.late(row),
            apart=self.apart(row),
        )

    def title(self, key: TouchKey) -> str:
        """What a touch was, as its files call it; its id where they are gone."""
        catalog = self.catalog
        if key.source in catalog.newsletters:
            return catalog.newsletters[key.source].title
        if key.source in catalog.sequences:
            sequence = catalog.sequences[key.source]
            steps = {step.id: step.title for step in sequence.steps}
            return f"{sequence.title}: {steps.get(key.step or '', key.step or '')}"
        if key.source in catalog.items:
            return catalog.items[key.source].title
        return "something useful, in time" if key.source == RESCUE else key.source

    def sender(self, row: int, key: TouchKey) -> str:
        """Who did the task, or signs such a mail to them today."""
        team = self.task_owner.get(key) or senders.sender_for(
            self.catalog, self.members, row, self._occasion(key)
        )
        return self.catalog.team[team].name if team in self.catalog.team else team

    def _occasion(self, key: TouchKey) -> Occasion:
        catalog = self.catalog
        kind = SourceKind.ISSUE if key.source in catalog.newsletters else SourceKind.STEP
        kind = SourceKind.RESCUE if key.source == RESCUE else kind
        kind = SourceKind.ANNOUNCEMENT if key.source in catalog.items else kind
        return Occasion(
            kind=kind,
            source=key.source,
            step=key.step,
            occurrence=key.occurrence,
            channel=key.channel,
            title="",
            day=self.as_of,
            at=MORNING,
        )


def _readers(members: Members) -> dict[int, list[int]]:
    """Inbox → rows of those who read it, where they are several."""
    found: dict[int, list[int]] = {}
    for row, inbox in enumerate(members.inbox.tolist()):
        if inbox >= 0:
            found.setdefault(inbox, []).append(row)
    return {inbox: rows for inbox, rows in found.items() if len(rows) > 1}


def top_lists(
    heard: Heard, tops: Mapping[int, Sequence[int]], who: Callable[[str], str]
) -> tuple[TopList, ...]:
    """`tops`: size → rows of members."""
    found = []
    for size, rows in sorted(tops.items()):
        listed = [heard.row(row, who(heard.members.ids[row])) for row in rows]
        listed.sort(key=lambda row: (-row.late, row.valued or date.min, row.who))
        found.append(TopList(size=size, rows=tuple(listed)))
    return tuple(found)


@dataclass(frozen=True, slots=True, kw_only=True)
class FloorRow:
    """How the floor holds today in one segment ("" = everybody)."""

    segment: str
    #: Active contacts with a floor whom somebody can reach.
    contacts: int
    inside: int
    #: Of the others: nothing valuable ever.
    never: int
    #: Contacts with a floor whom no rescue can reach: reason → how many. No part of `contacts`.
    apart: Mapping[str, int]


def floors(heard: Heard) -> tuple[FloorRow, ...]:
    """Everybody, then each segment by name: from the ledger's touches and the promises, not from a plan."""
    members = heard.members
    promised = [int(row) for row in np.nonzero(members.active)[0] if heard.terms(int(row)).floor]
    apart = {row: reason for row in promised if (reason := heard.apart(row))}
    late = {row for row in promised if row not in apart and heard.late(row)}
    columns = {"": np.ones(len(members), dtype=np.bool_)}
    columns |= {name: members.in_segment[:, k] for k, name in enumerate(members.segments)}
    found = []
    for name, inside in columns.items():
        rows = [row for row in promised if inside[row]]
        reasons: dict[str, int] = {}
        for row in rows:
            if row in apart:
                reasons[apart[row]] = reasons.get(apart[row], 0) + 1
        broken = [row for row in rows if row in late]
        contacts = len(rows) - sum(reasons.values())
        if rows:
            found.append(
                FloorRow(
                    segment=name,
                    contacts=contacts,
                    inside=contacts - len(broken),
                    never=sum(row not in heard.valued for row in broken),
                    apart=reasons,
                )
            )
    return tuple(found)
