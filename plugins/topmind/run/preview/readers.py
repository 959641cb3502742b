"""Made-up readers: one for each segment, for each pair of segments, and one in none. They have received nothing, and
nothing holds them back, so that every edition an occasion can have is found without a single contact."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from datetime import UTC, date, datetime, time
from itertools import combinations

import numpy as np

from topmind import mail, planning
from topmind.model import (
    Approve,
    Bools,
    Catalog,
    Channel,
    Edition,
    History,
    Members,
    Occasion,
    Plan,
    PlannedTouch,
    Promise,
    Stage,
)
from topmind.run.preview.nouns import Showing

#: Segments of which every pair has a reader; of more, only those that a text names.
PAIRS = 16


def readers(catalog: Catalog, day: date) -> tuple[Members, tuple[tuple[str, ...], ...]]:
    """(members, segments of each row), the plainest first."""
    names = tuple(sorted(catalog.segments))
    told = names if len(names) <= PAIRS else tuple(sorted(_named(catalog) & set(names)))
    eyes: tuple[tuple[str, ...], ...] = ((), *((name,) for name in names), *combinations(told, 2))
    inside = np.array([[name in mine for name in names] for mine in eyes], dtype=bool).reshape(
        len(eyes), len(names)
    )
    return _members(catalog, day, names, inside), eyes


def _named(catalog: Catalog) -> set[str]:
    """Segments that some newsletter or block names."""
    bodies = [
        *(letter.body for letter in catalog.newsletters.values()),
        *(i.body for letter in catalog.newsletters.values() for i in letter.issues.values() if i.body),
        *(step.body for one in catalog.sequences.values() for step in one.steps),
        *(item.body for item in catalog.items.values()),
    ]
    asked = [letter.segments or frozenset() for letter in catalog.newsletters.values()]
    return {name for body in bodies for c in body.conditions for name in c.segments}.union(*asked)


def _members(catalog: Catalog, day: date, names: tuple[str, ...], inside: Bools) -> Members:
    n = len(inside)
    everyone, nobody = np.ones(n, dtype=bool), np.zeros(n, dtype=bool)
    clients = catalog.company.clients
    return Members(
        as_of=day,
        ids=tuple(f"{number:04d}" for number in range(n)),
        segments=names,
        in_segment=inside,
        active=everyone,
        stage=np.full(n, list(Stage).index(Stage.INTEREST), dtype=np.int8),
        client=inside[:, names.index(clients)] if clients in names else nobody,
        zones=(catalog.company.zone,),
        zone=np.zeros(n, dtype=np.int16),
        senders=(),
        sender=np.full(n, -1, dtype=np.int16),
        languages=(catalog.company.language,),
        language=np.zeros(n, dtype=np.int16),
        consent=dict.fromkeys(Channel, everyone),
        reach=dict.fromkeys(Channel, everyone),
        suppressed=nobody,
        paused_until=np.zeros(n, dtype=np.int32),
        since=np.zeros(n, dtype=np.int32),
        off_topic={},
        inbox=np.arange(n, dtype=np.int32),
        fields={},
        dates={},
        holds={},
    )


def picked(catalog: Catalog, occasion: Occasion) -> tuple[tuple[Showing, ...], str]:
    """The editions of an issue as the planner would fill its slots today for whoever had nothing yet; why there is
    none, in the planner's own word."""
    members, eyes = readers(catalog, occasion.day)
    alone = _alone(catalog, occasion)
    plan = planning.plan(
        alone,
        members,
        History(ledger="preview"),
        datetime.combine(occasion.day, time(12), tzinfo=UTC),
        all_day=True,
        horizon=1,
        foresee=1,
    )
    due = [t for t in plan.due if plan.occasions[t.occasion].name == occasion.name]
    # the plan's own occasion is of the catalog that holds nothing back
    asked = tuple(occasion if one.name == occasion.name else one for one in plan.occasions)
    showings = _shown(catalog, replace(plan, due=tuple(due), occasions=asked), members, eyes)
    whys = [d.reason.value for d in plan.decisions if plan.occasions[d.occasion].name == occasion.name]
    return showings, "" if showings else max(sorted(set(whys)), key=whys.count, default="")


def given(
    catalog: Catalog, occasion: Occasion, picks: tuple[str, ...] = (), per_slot: tuple[int, ...] = ()
) -> tuple[Showing, ...]:
    """The editions of an occasion of which is known what it holds."""
    members, eyes = readers(catalog, occasion.day)
    asked = [
        row for row, mine in enumerate(eyes) if occasion.segments is None or occasion.segments & set(mine)
    ]
    due = tuple(
        PlannedTouch(
            contact=row,
            occasion=0,
            day=occasion.day,
            picks=picks,
            per_slot=per_slot,
            last_day=occasion.day,
        )
        for row in asked
    )
    plan = empty_plan(occasion, due)
    return _shown(catalog, plan, members, eyes)


def empty_plan(occasion: Occasion, due: tuple[PlannedTouch, ...]) -> Plan:
    """A plan of one occasion."""
    now = datetime.combine(occasion.day, time(12), tzinfo=UTC)
    return Plan(as_of=occasion.day, now=now, ledger="", hash="", occasions=(occasion,), due=due, decisions=())


def _alone(catalog: Catalog, occasion: Occasion) -> Catalog:
    """The same catalog with this issue and nothing that holds it or its readers back."""
    letter = catalog.newsletters[occasion.source]
    issues = {day: replace(one, hold=False, ready=True) for day, one in letter.issues.items()}
    free = Promise(value_per_promotion=0, gap=0)
    return replace(
        catalog,
        newsletters={letter.id: replace(letter, issues=issues, approve=Approve.AUTO)},
        sequences={},
        items={name: replace(item, sends=(), stop_when=None) for name, item in catalog.items.items()},
        segments={name: replace(one, promise=free) for name, one in catalog.segments.items()},
        company=replace(catalog.company, promise=free, country=None, blackout=(), quiet=None),
    )


def _shown(
    catalog: Catalog, plan: Plan, members: Members, eyes: tuple[tuple[str, ...], ...]
) -> tuple[Showing, ...]:
    editions = grouped(plan, members, catalog)
    found = [
        Showing(
            edition=replace(edition, contacts=()),
            eyes=min((eyes[row] for row in edition.contacts), key=lambda mine: (len(mine), mine)),
            blocks=blocks_of(catalog, edition),
        )
        for edition in editions
    ]
    return tuple(sorted(found, key=lambda one: (len(one.eyes), one.eyes)))


def grouped(plan: Plan, members: Members, catalog: Catalog) -> tuple[Edition, ...]:
    """As `mail.group`; tasks are grouped like mails."""
    as_mails = tuple(replace(one, channel=Channel.EMAIL) for one in plan.occasions)
    back = dict(zip(as_mails, plan.occasions, strict=True))
    found = mail.group(replace(plan, occasions=as_mails), members, catalog, planning.sender_for)
    return tuple(replace(edition, occasion=back[edition.occasion]) for edition in found)


def blocks_of(catalog: Catalog, edition: Edition) -> tuple[str, ...]:
    """`for customers`, `not for lapsed`: the conditions whose text these readers see."""
    from topmind.mail.documents import full_bodies

    said = []
    for body in full_bodies(catalog, edition.occasion, edition.items):
        seen = {mark.rpartition("#")[2] for mark in edition.visible if mark.rpartition("#")[0] == body.path}
        for one in body.conditions:
            if str(one.index) in seen:
                word = "for everyone else" if one.word == "else" else one.word
                names = "" if one.word == "else" else f" {', '.join(sorted(one.segments))}"
                said.append(f"{word}{names}")
    return tuple(dict.fromkeys(said))


def largest(editions: Iterable[Edition], catalog: Catalog) -> Iterator[Showing]:
    """Editions of real contacts, the largest first."""
    for one in sorted(editions, key=lambda e: (-len(e.contacts), e.hash)):
        yield Showing(edition=one, contacts=len(one.contacts), blocks=blocks_of(catalog, one))


def titles(catalog: Catalog, items: Iterable[str]) -> tuple[str, ...]:
    """Titles of items, by their ids."""
    known: Mapping[str, str] = {name: item.title for name, item in catalog.items.items()}
    return tuple(known.get(name, name) for name in items)
