"""Which occasions come, and the editions of each: from what people wrote, and from the plan where there are contacts."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import date, timedelta

from topmind.audience import AudienceSpec
from topmind.errors import TopmindError
from topmind.model import Catalog, Channel, History, Occasion, Problem, SourceKind
from topmind.planning.call_backs import CALL_BACK
from topmind.planning.occasions import (
    MORNING,
    RESCUE,
    RESCUE_TITLE,
    Ask,
    announcement_asks,
    is_stopped,
    issue_asks,
    nominal_issues,
)
from topmind.planning.outlook_parts import counted_as
from topmind.planning.sequences import step_asks, step_occasion
from topmind.report.last_plan import file_of
from topmind.report.reasons import in_words
from topmind.run.preview import people as people_
from topmind.run.preview import readers
from topmind.run.preview.nouns import Coming, Preview, Showing
from topmind.run.preview.people import People
from topmind.run.preview.personas import made_up

#: Days ahead of which every occasion is shown; a dated file or announcement is shown whenever it is.
LOOK = 14
#: Days in which the last issue before one is looked for.
_BACK = 400
#: What most sequences start from, in words.
_FACTS = {"first_purchase()": "the first purchase", "last_purchase()": "the last purchase"}


def look(
    catalog: Catalog,
    spec: AudienceSpec,
    known: People | None,
    as_of: date,
    findings: Iterable[Problem] = (),
    *,
    days: int = LOOK,
    stopped: frozenset[str] = frozenset(),
) -> Preview:
    """Everything that the pages show. `known`: None where no contacts are at hand; `stopped`: by command."""
    until = as_of + timedelta(days=days)
    history = History(ledger="", stopped=stopped)
    found = [
        *(_issue(catalog, known, ask) for ask in _issues(catalog, history, as_of, until)),
        *(_announcement(catalog, known, ask) for ask in announcement_asks(catalog, history, as_of, date.max)),
        *_steps(catalog, known, history, as_of),
        *_rescues(catalog, known, history, as_of),
    ]
    # steps stay in the order of their files
    found.sort(
        key=lambda one: (one.day or date.max, one.kind is SourceKind.RESCUE, one.name if one.day else "")
    )
    return Preview(
        as_of=as_of,
        until=until,
        planned_at=known.at if known else None,
        company=catalog.company.name,
        coming=tuple(found),
        personas=made_up(spec),
        findings=tuple(findings),
        catalog=catalog,
    )


def _issues(catalog: Catalog, history: History, as_of: date, until: date) -> Iterator[Ask]:
    """Issues up to `until`, and every later one that has a file of its own."""
    written = {
        (letter.id, day) for letter in catalog.newsletters.values() for day in letter.issues if day >= as_of
    }
    last = max([until, *(day for _, day in written)])
    for ask in issue_asks(catalog, history, as_of, last):
        day = _occasion(ask).day
        if as_of <= day and (day <= until or (ask.source, day) in written):
            yield ask


def _occasion(ask: Ask) -> Occasion:
    assert ask.occasion is not None
    return ask.occasion


def _issue(catalog: Catalog, known: People | None, ask: Ask) -> Coming:
    occasion = _occasion(ask)
    made = coming_of(catalog, known, occasion, occasion.name)
    before = _before(catalog, known, occasion)
    return replace(made, before=before)


def _announcement(catalog: Catalog, known: People | None, ask: Ask) -> Coming:
    occasion = _occasion(ask)
    return coming_of(catalog, known, occasion, occasion.name, picks=(occasion.item or occasion.source,))


def _steps(catalog: Catalog, known: People | None, history: History, as_of: date) -> Iterator[Coming]:
    for ask, sequence, step in step_asks(catalog):
        if sequence.id == CALL_BACK:
            continue  # nobody wrote it: whoever is not happy gets a call of their own
        occasion = step_occasion(ask, "once", as_of.toordinal(), step.grace, history)
        name = f"{ask.source}/{ask.step}"
        yield coming_of(catalog, known, occasion, name, told_as=counted_as(name, ask.channel))


def _rescues(catalog: Catalog, known: People | None, history: History, as_of: date) -> Iterator[Coming]:
    """Rescues where the plan sees some: they have no file, and without contacts nobody needs one."""
    if known is None or RESCUE not in known.by_name:
        return
    occasion = Occasion(
        kind=SourceKind.RESCUE,
        source=RESCUE,
        step=None,
        occurrence=as_of.isoformat(),
        channel=Channel.EMAIL,
        title=RESCUE_TITLE,
        day=as_of,
        at=MORNING,
        stopped=is_stopped(history, RESCUE, None, as_of.isoformat()),
    )
    yield coming_of(catalog, known, occasion, RESCUE)


def coming_of(
    catalog: Catalog,
    known: People | None,
    occasion: Occasion,
    name: str,
    picks: tuple[str, ...] = (),
    *,
    told_as: str = "",
) -> Coming:
    """One occasion with its editions: those of real contacts, else those that made-up readers would get.

    `told_as`: what the calendar calls it, where that is another name.
    """
    shared = occasion.kind in {SourceKind.ISSUE, SourceKind.ANNOUNCEMENT}
    told_as = told_as or name
    told = known.by_name.get(told_as, []) if known else []
    trouble = ""
    showings: tuple[Showing, ...] = ()
    try:
        if known is not None:
            showings = people_.showings(catalog, occasion, known, told_as)
        if not showings and occasion.kind is SourceKind.ISSUE:
            showings, why = readers.picked(catalog, occasion)
            trouble = "" if showings else _nothing(why)
        elif not showings and occasion.kind is not SourceKind.RESCUE:
            showings = readers.given(catalog, occasion, picks)
    except TopmindError as error:
        trouble = f"{error.says} {error.fix}".strip()
    if known is not None:
        showings = tuple(replace(one, contacts=one.contacts or 0) for one in showings)
    return Coming(
        name=name,
        title=occasion.title,
        kind=occasion.kind,
        channel=occasion.channel,
        day=occasion.day if shared else None,
        when=_when(catalog, occasion),
        path=file_of(catalog, occasion.kind, occasion.source, occasion.step, occasion.day),
        held=occasion.held,
        stopped=occasion.stopped,
        showings=showings,
        goes=people_.goes(told) if known else None,
        kept_from=people_.kept_from(
            told, known.expired.get((occasion.source, occasion.occurrence)) if known and shared else None
        ),
        done=_done(known, occasion) if shared else 0,
        trouble=trouble,
    )


def _done(known: People | None, occasion: Occasion) -> int:
    left = known.left.get((occasion.source, occasion.occurrence), {}) if known else {}
    return sum(len(contacts) for contacts in left.values())


def _nothing(why: str) -> str:
    """Why an issue has no edition, for whoever writes."""
    said = f" ({in_words(why)})" if why else ""
    return f"Its slots cannot be filled for anybody{said}. Write something new for them, or make a slot optional."


def _when(catalog: Catalog, occasion: Occasion) -> str:
    dates = catalog.company.dates
    if occasion.kind is SourceKind.RESCUE:
        return "when somebody would hear nothing useful for too long"
    at = (
        "as a task of the morning"
        if occasion.channel.is_task
        else f"after {dates.clock(occasion.at)} where the reader lives"
    )
    if occasion.kind is SourceKind.STEP:
        sequence = catalog.sequences[occasion.source]
        step = next(one for one in sequence.steps if one.id == occasion.step)
        count = abs(step.offset)
        side = "after" if step.offset >= 0 else "before"
        days = f"{count} day{'' if count == 1 else 's'} {side}" if count else "on the day of"
        return f"{days} {_fact(step.starts_from or sequence.starts_from)}, {at}"
    return f"{at}, once its proof has gone to whoever signs" if occasion.unproved else at


def _fact(starts: str) -> str:
    """What a sequence starts from, for people: `answered('check-in', 'happy')` is "the answer ‘happy’ to check-in"."""
    if starts in _FACTS:
        return _FACTS[starts]
    answer = re.fullmatch(r"answered\('([^']+)', '([^']+)'\)", starts)
    if answer:
        return f"the answer ‘{answer[2]}’ to {answer[1]}"
    return f"the day ‘{starts.replace('_', ' ')}’" if starts.isidentifier() else starts


def _before(catalog: Catalog, known: People | None, occasion: Occasion) -> tuple[Showing, ...]:
    """The issue before this one: what most contacts got, else what a reader would have got on its day."""
    letter = catalog.newsletters[occasion.source]
    first, last = occasion.day - timedelta(days=_BACK), occasion.day - timedelta(days=1)
    issues = nominal_issues(letter, catalog.company, first, last)
    if not issues:
        return ()
    day, occurrence, _ = issues[-1]
    earlier = replace(
        occasion,
        occurrence=occurrence,
        day=day,
        title=f"{letter.title}, {catalog.company.dates.day(day)}",
        slots=letter.slots(day),
    )
    try:
        picks = people_.sent_picks(known, letter.id, occurrence) if known else None
        if picks and all(name in catalog.items for name in picks):
            found = readers.given(catalog, earlier, picks, people_.slots_of(catalog, earlier, picks))
        else:
            found, _ = readers.picked(catalog, earlier)
    except TopmindError:
        return ()
    return found
