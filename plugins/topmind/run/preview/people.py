"""What is known of real contacts: who gets what in the days ahead, as the planner foretells it. Counts come from here,
and the editions that somebody really gets."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime

from topmind.model import (
    Catalog,
    Channel,
    Foretold,
    History,
    Members,
    Occasion,
    PlannedTouch,
    SourceKind,
    TouchState,
)
from topmind.run.approving import Wait
from topmind.run.preview.nouns import Showing
from topmind.run.preview.readers import empty_plan, grouped, largest
from topmind.run.site import per_slot

#: States of a mail that (as far as anybody knows) is in somebody's hands.
_LEFT = {TouchState.ACCEPTED, TouchState.UNKNOWN, TouchState.UNRESOLVED}


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class People:
    """The audience, its past, and what becomes of it."""

    members: Members
    history: History
    foretold: tuple[Foretold, ...]
    #: UTC; when the plan was made.
    at: datetime
    #: The calendar's name of an occasion → what is foretold of it, by contact.
    by_name: Mapping[str, list[Foretold]] = field(default_factory=dict)
    #: (source, occurrence) → picks of mails that left → the contacts' source ids.
    left: Mapping[tuple[str, str], Mapping[tuple[str, ...], list[str]]] = field(default_factory=dict)
    #: (source, occurrence) → row of whoever a run has written off → why.
    expired: Mapping[tuple[str, str], Mapping[int, str]] = field(default_factory=dict)
    #: Name of an occasion → (what its editions hang on, the editions): a changed word makes no other group.
    editions: dict[str, tuple[object, tuple[Showing, ...]]] = field(default_factory=dict)
    #: Source id → name, for whoever looks a person up on this machine; nobody's address.
    names: Mapping[str, str] = field(default_factory=dict)
    #: Today's plan as a person looks at it before it goes; None = nobody asked for it.
    wait: Wait | None = None


def people(
    members: Members,
    history: History,
    foretold: tuple[Foretold, ...],
    at: datetime,
    names: Mapping[str, str] | None = None,
) -> People:
    """With what pages ask for, looked up once."""
    by_name: dict[str, list[Foretold]] = defaultdict(list)
    for one in foretold:
        by_name[one.what].append(one)
    left: dict[tuple[str, str], dict[tuple[str, ...], list[str]]] = defaultdict(lambda: defaultdict(list))
    expired: dict[tuple[str, str], dict[int, str]] = defaultdict(dict)
    row_of = {contact: row for row, contact in enumerate(members.ids)}
    for touch in history.touches:
        if touch.key.channel is not Channel.EMAIL or touch.key.step is not None:
            continue
        shared = touch.key.source, touch.key.occurrence
        if touch.state in _LEFT:
            left[shared][touch.items].append(touch.key.contact)
        elif touch.state is TouchState.EXPIRED and touch.key.contact in row_of:
            expired[shared][row_of[touch.key.contact]] = touch.reason
    return People(
        members=members,
        history=history,
        foretold=foretold,
        at=at,
        by_name=dict(by_name),
        left=dict(left),
        expired=dict(expired),
        names=names or {},
    )


def search(known: People, words: str, most: int = 20) -> list[int]:
    """Rows of contacts with this source id, or whose name holds every word; at most so many, by id."""
    if words in known.members.ids:
        return [known.members.ids.index(words)]
    wanted = words.casefold().split()
    found = []
    for row, contact in enumerate(known.members.ids if wanted else ()):
        name = known.names.get(contact, "").casefold()
        if name and all(word in name for word in wanted):
            found.append(row)
    return found[:most]


def goes(told: Iterable[Foretold]) -> Mapping[date, int]:
    """Local day → contacts who get it."""
    return dict(sorted(Counter(one.until for one in told if one.until).items()))


def kept_from(told: Iterable[Foretold], expired: Mapping[int, str] | None = None) -> Mapping[str, int]:
    """Reason → contacts who do not get it in the days that are looked at, the largest first; with those whom a run
    has written off already."""
    told = list(told)
    found = Counter(one.reason.value for one in told if one.until is None and one.reason)
    again = {one.contact for one in told}
    found.update(why for row, why in (expired or {}).items() if why and row not in again)
    return dict(sorted(found.items(), key=lambda pair: (-pair[1], pair[0])))


def showings(catalog: Catalog, occasion: Occasion, known: People, name: str) -> tuple[Showing, ...]:
    """The editions that contacts get, or have got today, the largest first."""
    key = (occasion, shape(catalog))
    made = known.editions.get(name)
    if made is None or made[0] != key:
        touches = (*_ahead(catalog, occasion, known, name), *_done(catalog, occasion, known))
        editions = grouped(empty_plan(occasion, touches), known.members, catalog) if touches else ()
        made = known.editions[name] = key, tuple(largest(editions, catalog))
    return made[1]


def shape(catalog: Catalog) -> object:
    """Everything of a catalog that decides who sees the same mail: equal, where only words have changed."""
    letters = catalog.newsletters.values()
    bodies = [
        *(letter.body for letter in letters),
        *(issue.body for letter in letters for issue in letter.issues.values() if issue.body),
        *(step.body for one in catalog.sequences.values() for step in one.steps),
        *(item.body for item in catalog.items.values()),
        *(send.body for item in catalog.items.values() for send in item.sends if send.body),
    ]
    return (
        tuple((body.path, body.conditions, tuple(ref for ref, _ in body.refs)) for body in bodies),
        tuple((item.id, item.url, item.where, item.access) for item in catalog.items.values()),
        tuple((letter.id, letter.sender) for letter in letters),
        tuple((one.id, one.sender, *(s.sender for s in one.steps)) for one in catalog.sequences.values()),
        tuple((one.name, one.sender, one.rank) for one in catalog.segments.values()),
        tuple((one.id, one.source_id) for one in catalog.team.values()),
        (catalog.company.owner, catalog.company.language),
    )


def _ahead(catalog: Catalog, occasion: Occasion, known: People, name: str) -> Iterator[PlannedTouch]:
    for one in known.by_name.get(name, ()):
        if one.until is not None and one.contact < len(known.members):
            yield _touch(catalog, occasion, one.contact, one.picks)


def _done(catalog: Catalog, occasion: Occasion, known: People) -> Iterator[PlannedTouch]:
    rows = {contact: row for row, contact in enumerate(known.members.ids)}
    for picks, contacts in known.left.get((occasion.source, occasion.occurrence), {}).items():
        for contact in contacts:
            if contact in rows and all(name in catalog.items for name in picks):
                yield _touch(catalog, occasion, rows[contact], picks)


def _touch(catalog: Catalog, occasion: Occasion, row: int, picks: tuple[str, ...]) -> PlannedTouch:
    kept = tuple(name for name in picks if name in catalog.items)
    return PlannedTouch(
        contact=row,
        occasion=0,
        day=occasion.day,
        picks=kept,
        per_slot=slots_of(catalog, occasion, kept),
        last_day=occasion.day,
    )


def slots_of(catalog: Catalog, occasion: Occasion, picks: tuple[str, ...]) -> tuple[int, ...]:
    """How many picks each slot holds."""
    if occasion.kind is SourceKind.RESCUE:
        return (1,) if picks else ()
    return per_slot(catalog, occasion.slots, picks) if occasion.slots else ()


def sent_picks(known: People, source: str, occurrence: str) -> tuple[str, ...] | None:
    """The picks that most contacts got of an issue; None where it went to nobody."""
    found = known.left.get((source, occurrence))
    return min(found, key=lambda picks: (-len(found[picks]), picks)) if found else None
