"""Shards: parts of the audience whose plans do not hang on each other, each with its own columns and touches."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from topmind.model import Bools, Channel, FactDate, Members, PastTouch
from topmind.planning.block import Rows
from topmind.planning.contacts import shared_inboxes
from topmind.planning.facts import Columns, columns, near
from topmind.planning.setting import Setting


def blocks(made: Setting, members: Members, size: int) -> list[Rows]:
    """Rows in parts of at most `size` that do not depend on each other: contacts who share an inbox stay
    together, and so does everybody who may compete for the calls of a representative (the first part then,
    however large)."""
    everyone = np.arange(len(members), dtype=np.intp)
    if len(members) <= size:
        return [everyone]
    bound = competing(made, members)
    shared = shared_inboxes(members.inbox) & ~bound
    parts = [everyone[bound]] if bound.any() else []
    for borders, rows in ((members.inbox, everyone[shared]), (None, everyone[~bound & ~shared])):
        parts += _cut(rows, size, borders)
    return parts


def _cut(rows: Rows, size: int, inbox: NDArray[np.int32] | None) -> list[Rows]:
    """Parts of at most `size` rows, ascending; an inbox is never cut in two."""
    if inbox is not None:
        rows = rows[np.argsort(inbox[rows], kind="stable")]
    parts, begin = [], 0
    while begin < len(rows):
        end = min(begin + size, len(rows))
        while inbox is not None and end < len(rows) and inbox[rows[end]] == inbox[rows[end - 1]]:
            end += 1
        parts.append(np.sort(rows[begin:end]))
        begin = end
    return parts


def competing(made: Setting, members: Members) -> Bools:
    """Whose plans hang on each other because a representative makes only so many calls a day: everybody who may
    get a call or has had one, with whoever reads the same inbox."""
    bound = _may_be_called(made, members)
    if bound.any():
        call = Channel.CALL
        called = {t.key.contact for t in made.history.touches if t.key.channel is call}
        bound |= np.fromiter((contact in called for contact in members.ids), np.bool_, len(members))
    return _with_mates(members, bound)


def _may_be_called(made: Setting, members: Members) -> Bools:
    """By a step or a rescue, where calls are limited at all."""
    catalog = made.catalog
    bound = np.zeros(len(members), dtype=np.bool_)
    if all(person.calls_per_day is None for person in catalog.team.values()):
        return bound
    if Channel.CALL in catalog.company.promise.rescue:
        return ~bound
    for column, name in enumerate(members.segments):
        segment = catalog.segments.get(name)
        if segment and Channel.CALL in segment.promise.rescue:
            bound |= members.in_segment[:, column]
    for ask, sequence, step in made.steps:
        if ask.channel is Channel.CALL:
            known = columns(members.dates[step.starts_from or sequence.starts_from])
            bound[known.contact[near(known, sequence, step, made.start, made.end)]] = True
    return bound


def _with_mates(members: Members, bound: Bools) -> Bools:
    """And whoever reads an inbox of theirs."""
    return bound | ((members.inbox >= 0) & np.isin(members.inbox, members.inbox[bound]))


def mates(members: Members, row: int) -> Rows:
    """The rows that read this row's inbox, itself among them: all that the plan of whoever is never called hangs on."""
    if members.inbox[row] < 0:
        return np.array([row], dtype=np.intp)
    return np.nonzero(members.inbox == members.inbox[row])[0]


def few(members: Members, rows: Rows) -> Members:
    """A handful of contacts alone: `take` without a look at everybody."""
    place = {row: number for number, row in enumerate(rows.tolist())}
    dates = {
        text: tuple(replace(fact, contact=place[fact.contact]) for fact in facts if fact.contact in place)
        for text, facts in members.dates.items()
    }
    return _columns(members, rows, dates)


def compete(made: Setting, members: Members) -> bool:
    """Whether the plan of these, who read one inbox, hangs on everybody who may be called (`competing`)."""
    return bool(_may_be_called(made, members).any())


class Cut:
    """The audience and its past, looked through once and then handed out part by part."""

    def __init__(
        self, made: Setting | None, members: Members, touches: Iterable[PastTouch], parts: list[Rows]
    ):
        """Of the facts those that matter for the days of `made`; without it all."""
        self.members = members
        self.parts = parts
        self._place = np.zeros(len(members), dtype=np.int32)
        part = np.full(len(members), -1, dtype=np.int32)
        for number, rows in enumerate(parts):
            part[rows] = number
            self._place[rows] = np.arange(len(rows), dtype=np.int32)
        #: `starts_from` text → (order of its facts by part, where each part begins).
        self._facts = {text: self._by_part(made, text, part) for text in members.dates}
        self._touches: dict[str, list[PastTouch]] = {}
        everybody = sum(map(len, parts)) == len(members)
        #: One part of everybody takes all of them.
        self._all: list[PastTouch] | None = None
        if everybody and len(parts) == 1:
            known = frozenset(members.ids)
            self._all = [touch for touch in touches if touch.key.contact in known]
            return
        mine = frozenset() if everybody else {members.ids[row] for rows in parts for row in rows.tolist()}
        for touch in touches:
            contact = touch.key.contact
            if everybody or contact in mine:
                self._touches.setdefault(contact, []).append(touch)

    def _by_part(
        self, made: Setting | None, text: str, part: NDArray[np.int32]
    ) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
        known = columns(self.members.dates[text])
        wanted = np.arange(len(known.day)) if made is None else np.nonzero(_matter(made, text, known))[0]
        number = part[known.contact[wanted]]
        order = np.argsort(number, kind="stable")
        return wanted[order], np.searchsorted(number[order], np.arange(len(self.parts) + 1))

    def part(self, number: int) -> tuple[Members, list[PastTouch]]:
        """The contacts of one part in the same order, and what the ledger has of them."""
        dates = {}
        for text, (order, begins) in self._facts.items():
            facts = self.members.dates[text]
            dates[text] = tuple(
                FactDate(contact=int(self._place[facts[k].contact]), day=facts[k].day, fact=facts[k].fact)
                for k in order[begins[number] : begins[number + 1]]
            )
        mine = _columns(self.members, self.parts[number], dates)
        if self._all is not None:
            return mine, self._all
        return mine, [touch for contact in mine.ids for touch in self._touches.get(contact, ())]


def take(members: Members, rows: Rows) -> Members:
    """These contacts alone, in the same order."""
    if len(rows) == len(members):
        return members
    return Cut(None, members, (), [rows]).part(0)[0]


def _matter(made: Setting, text: str, known: Columns) -> Bools:
    """The facts that some step may need."""
    found = np.zeros(len(known.day), dtype=np.bool_)
    for _, sequence, step in made.steps:
        if (step.starts_from or sequence.starts_from) == text:
            found |= near(known, sequence, step, made.start, made.foreseen)
    return found


def _columns(members: Members, rows: Rows, dates: Mapping[str, tuple[FactDate, ...]]) -> Members:
    return replace(
        members,
        ids=tuple(members.ids[row] for row in rows.tolist()),
        in_segment=members.in_segment[rows],
        active=members.active[rows],
        stage=members.stage[rows],
        client=members.client[rows],
        zone=members.zone[rows],
        sender=members.sender[rows],
        language=members.language[rows],
        consent={channel: mask[rows] for channel, mask in members.consent.items()},
        reach={channel: mask[rows] for channel, mask in members.reach.items()},
        suppressed=members.suppressed[rows],
        paused_until=members.paused_until[rows],
        since=members.since[rows],
        off_topic={topic: mask[rows] for topic, mask in members.off_topic.items()},
        inbox=members.inbox[rows],
        fields={},
        dates=dates,
        holds={text: mask[rows] for text, mask in members.holds.items()},
    )
