"""Builds the resource site of a project, with the archive of the issues that were really sent."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from datetime import date, timedelta
from pathlib import Path

from topmind import mail, resource_site
from topmind.errors import TopmindError
from topmind.model import (
    Catalog,
    Channel,
    Clock,
    History,
    Occasion,
    Slot,
    SourceKind,
    Text,
    TouchState,
)
from topmind.planning.occasions import nominal_issues
from topmind.resource_site import ArchivedIssue, SiteReport
from topmind.run.dry import decide_project
from topmind.run.load import Project
from topmind.run.remembered import history_of

#: States of a mail that (as far as anybody knows) is in somebody's hands.
_LEFT = {TouchState.ACCEPTED, TouchState.UNKNOWN, TouchState.UNRESOLVED}


#: (newsletter, occurrence, local day, picks) of one mail.
Picked = tuple[str, str, date, tuple[str, ...]]


def build(project: Project, clock: Clock, output: Path | None = None, *, search: bool = True) -> SiteReport:
    """Build into `output` (default: the project's `output/`). Raises SiteError; the last good site stays."""
    archive = archived(project, history_of(project, clock), due_today(project, clock))
    return resource_site.build(
        project.settings, project.catalog, output or Path("output"), archive=archive, search=search
    )


def build_again(project: Project, history: History, due: Iterable[Picked]) -> SiteReport:
    """The same for somebody who is writing, in less than a second: with the search index of the last build, and with
    the `history` and the issues that are about to go (`due`) as they were when somebody began."""
    archive = archived(project, history, due)
    return resource_site.build(
        project.settings, project.catalog, Path("output"), archive=archive, old_index=True
    )


def due_today(project: Project, clock: Clock) -> list[Picked]:
    """Issues that are about to go, so that "view in browser" finds its page; none where no contacts are at hand."""
    try:
        plan = decide_project(project, clock, horizon=1).plan
    except TopmindError:
        return []  # `send` says it; the site stands for itself
    return [
        (occasion.source, occasion.occurrence, touch.day, touch.picks)
        for touch in plan.due
        if (occasion := plan.occasions[touch.occasion]).kind is SourceKind.ISSUE
    ]


def archived(project: Project, history: History, due: Iterable[Picked] = ()) -> tuple[ArchivedIssue, ...]:
    """The public edition of each issue that went to somebody or is `due`: the items that most of them get."""
    mails = [*_left(history), *due]
    catalog = project.catalog
    renderer = mail.Renderer(catalog, project.brand, project.root)
    found = []
    for letter in catalog.newsletters.values():
        sent = _picks_by_occurrence(mails, letter.id) if letter.archive else {}
        if not sent:
            continue
        first = min(day for day, _ in sent.values()) - timedelta(days=40)
        days = {
            key: day for day, key, _ in nominal_issues(letter, catalog.company, first, project.moment.as_of)
        }
        for occurrence, (_, picks) in sorted(sent.items()):
            if occurrence not in days:
                continue
            day = days[occurrence]
            kept = tuple(name for name in picks if name in catalog.items)
            dated = letter.issues.get(day)
            subject = (dated.subject if dated else None) or letter.subject
            occasion = Occasion(
                kind=SourceKind.ISSUE,
                source=letter.id,
                step=None,
                occurrence=occurrence,
                channel=Channel.EMAIL,
                title=f"{letter.title}, {catalog.company.dates.day(day)}",
                day=day,
                at=project.moment.now.time(),
                slots=letter.slots(day),
            )
            found.append(
                ArchivedIssue(
                    url=f"/newsletters/{letter.id}/{day}/",
                    title=public_words(subject) or letter.title,
                    day=day,
                    html=renderer.public(occasion, kept, per_slot(catalog, letter.slots(day), kept)),
                )
            )
    return tuple(found)


def _left(history: History) -> Iterator[Picked]:
    """Mails that are, as far as anybody knows, in somebody's hands."""
    for touch in history.touches:
        if touch.state in _LEFT and touch.key.channel is Channel.EMAIL and touch.key.step is None:
            yield touch.key.source, touch.key.occurrence, touch.day, touch.items


def _picks_by_occurrence(mails: Iterable[Picked], source: str) -> dict[str, tuple[date, tuple[str, ...]]]:
    """Occurrence → (first day it left, the picks that most contacts got)."""
    picks: dict[str, Counter[tuple[str, ...]]] = {}
    days: dict[str, date] = {}
    for name, key, day, items in mails:
        if name == source:
            picks.setdefault(key, Counter())[items] += 1
            days[key] = min(day, days.get(key, day))
    return {key: (days[key], min(found, key=lambda p: (-found[p], p))) for key, found in picks.items()}


def per_slot(catalog: Catalog, slots: Iterable[Slot], picks: tuple[str, ...]) -> tuple[int, ...]:
    """How many of the picks each slot holds, in slot order."""
    left = list(picks)
    counts = []
    for slot in slots:
        count = 0
        while left and count < slot.count and catalog.items[left[0]].kind in slot.kinds:
            left.pop(0)
            count += 1
        counts.append(count)
    return tuple(counts)


def public_words(text: Text) -> str:
    """A subject as everyone may read it: tags at their defaults."""
    return "".join(part if isinstance(part, str) else part.default or "" for part in text).strip()
