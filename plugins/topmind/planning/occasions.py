"""Occasions: what a contact may be due for, and what each asks of a contact.

An issue or an announcement has one nominal day for everybody; a step has each contact's own (`sequences`); a
rescue arises in the day loop when a floor is about to break.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import date, time, timedelta

from topmind.model import (
    Approve,
    Body,
    Catalog,
    Channel,
    Company,
    DatedIssue,
    History,
    Item,
    Newsletter,
    Occasion,
    Purpose,
    Send,
    Slot,
    SourceKind,
    Status,
)
from topmind.planning import cadence

#: After this local time steps, announcements and rescues may go by mail.
MORNING = time(9)
#: Title of one by mail.
RESCUE_TITLE = "Something useful, before it is too long"
#: Days before a floor breaks on which a rescue may begin.
LEAD_TIME = 7
#: The source of every rescue.
RESCUE = "rescue"


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Ask:
    """What one source asks of a contact: everything the policies need to know of it."""

    kind: SourceKind
    source: str
    step: str | None = None
    channel: Channel = Channel.EMAIL
    purpose: Purpose = Purpose.MARKETING
    #: For people.
    title: str
    #: Issue and announcement: the one occasion that everybody shares.
    occasion: Occasion | None = None
    #: First and last day on which it may go (ordinals); steps have these per contact.
    first: int = 0
    last: int = 0
    #: Minutes after local midnight from which a mail may go.
    at: int = 9 * 60
    #: None = everybody.
    segments: frozenset[str] | None = None
    topics: tuple[str, ...] = ()
    #: Predicate texts: whoever fulfils one of them drops out.
    stop_when: tuple[str, ...] = ()
    only_if: str | None = None
    held: bool = False
    stopped: bool = False
    #: `approve: proof`, and no proof of it as it is now has left, or one just now.
    unproved: bool = False
    slots: tuple[Slot, ...] = ()
    #: Its own words suffice: an issue may go with empty slots.
    has_text: bool = False
    #: Its own words: whoever gets them has had the items that they show (`/// item`).
    words: Body | None = None
    #: Nominal days (the written and the one it was moved from) that a pin may name.
    nominal: tuple[date, ...] = ()
    #: The announced item.
    item: Item | None = None
    #: What it counts where nothing is picked.
    value: int = 1
    promotions: int = 0
    correction: bool = False
    #: A service task that a contact's own answer calls for: gap, ceilings and a touch of the day do not hold it up.
    reply: bool = False
    #: Least days to the last issue of the same newsletter: half a period.
    spacing: int = 0
    one_of: str | None = None
    #: The newsletter's or sequence's sender; the step's own goes before everything.
    sender: str | None = None
    own_sender: str | None = None


def nominal_issues(
    newsletter: Newsletter, company: Company, first: date, last: date
) -> tuple[tuple[date, str, DatedIssue | None], ...]:
    """(nominal day, occurrence, dated file) of the issues from `first` to `last`.

    A moved date (`was:`) keeps the occurrence of the day it was moved from. A dated file on a day that the
    cadence does not name is an issue of its own, keyed by its day (`check` refuses such a file).
    """
    rule = cadence.read(newsletter.every)
    moved = {d.was: d for d in newsletter.issues.values() if d.was}
    wide = [first, last, *moved, *(d.day for d in moved.values())]
    keyed = dict(rule.occurrences(min(wide), max(wide), company.programme_starts))
    found = [
        (moved[day].day if day in moved else day, key, moved.get(day) or newsletter.issues.get(day))
        for day, key in keyed.items()
    ]
    named = {day for day, _, _ in found}
    found += [(d.day, d.day.isoformat(), d) for d in newsletter.issues.values() if d.day not in named]
    return tuple(sorted((f for f in found if first <= f[0] <= last), key=lambda f: (f[0], f[1])))


def issue_asks(catalog: Catalog, history: History, start: date, end: date) -> Iterator[Ask]:
    """Every issue that may go on some day from `start` to `end`."""
    for letter in catalog.newsletters.values():
        rule = cadence.read(letter.every)
        spacing = -(-rule.spacing(catalog.company.programme_starts) // 2)
        since = start - timedelta(days=letter.grace)
        for day, occurrence, dated in nominal_issues(letter, catalog.company, since, end):
            yield _issue(catalog, history, letter, day, occurrence, dated, rule.at, spacing)


def _issue(
    catalog: Catalog,
    history: History,
    letter: Newsletter,
    day: date,
    occurrence: str,
    dated: DatedIssue | None,
    at: time,
    spacing: int,
) -> Ask:
    held = bool(dated and dated.hold) or (
        letter.approve is Approve.READY and not (dated is not None and dated.ready)
    )
    stopped = is_stopped(history, letter.id, None, occurrence)
    unproved = _unproved(history, letter, occurrence, dated)
    slots = letter.slots(day)
    own = dated.body if dated else None
    value, promotions = worth(own, catalog, Purpose.MARKETING) if own else (0, 0)
    occasion = Occasion(
        kind=SourceKind.ISSUE,
        source=letter.id,
        step=None,
        occurrence=occurrence,
        channel=Channel.EMAIL,
        title=f"{letter.title}, {catalog.company.dates.day(day)}",
        day=day,
        at=at,
        grace=letter.grace,
        segments=letter.segments,
        topics=letter.topics,
        slots=slots,
        one_of=letter.one_of,
        held=held,
        stopped=stopped,
        unproved=unproved,
    )
    return Ask(
        kind=SourceKind.ISSUE,
        source=letter.id,
        title=occasion.title,
        occasion=occasion,
        first=day.toordinal(),
        last=day.toordinal() + letter.grace,
        at=minutes(at),
        segments=letter.segments,
        topics=letter.topics,
        held=held,
        stopped=stopped,
        unproved=unproved,
        slots=slots,
        has_text=own is not None and has_words(own),
        words=own or letter.body,
        nominal=(day, dated.was) if dated and dated.was else (day,),
        value=value,
        promotions=promotions,
        spacing=spacing,
        one_of=letter.one_of,
        sender=letter.sender,
    )


def _unproved(history: History, letter: Newsletter, occurrence: str, dated: DatedIssue | None) -> bool:
    """Whether a proof of it as it is now must leave first, or was read by nobody yet; `ready: yes` lets it go
    without one."""
    if letter.approve is not Approve.PROOF or (dated is not None and dated.ready):
        return False
    issue = f"{letter.id}/{occurrence}"
    return issue not in history.proved or issue in history.changed or issue in history.fresh


def announcement_asks(
    catalog: Catalog, history: History, start: date, end: date, *, held: Collection[str] = ()
) -> Iterator[Ask]:
    """Every announced send that may go on some day from `start` to `end`; `held`: items whose dates must be
    mended first."""
    for item in catalog.items.values():
        if item.status is not Status.PUBLISHED:
            continue
        for send in item.sends:
            first, last = send_span(item, send)
            if first > end or last < start or last < first:
                continue
            occurrence = str(send.number)
            stopped = is_stopped(history, item.id, None, occurrence)
            occasion = Occasion(
                kind=SourceKind.ANNOUNCEMENT,
                source=item.id,
                step=None,
                occurrence=occurrence,
                channel=Channel.EMAIL,
                title=f"{item.title}, {catalog.company.dates.day(send.day)}",
                day=send.day,
                at=MORNING,
                grace=item.grace,
                segments=item.segments or None,
                item=item.id,
                held=item.id in held,
                stopped=stopped,
            )
            sells = not item.kind.is_value and not item.correction
            yield Ask(
                kind=SourceKind.ANNOUNCEMENT,
                source=item.id,
                title=occasion.title,
                occasion=occasion,
                first=first.toordinal(),
                last=last.toordinal(),
                at=minutes(MORNING),
                stop_when=(item.stop_when,) if item.stop_when else (),
                only_if=send.only_if,
                held=item.id in held,
                stopped=stopped,
                words=send.body or item.body,
                item=item,
                value=int(item.is_value),
                promotions=int(sells),
                correction=item.correction,
            )


def send_span(item: Item, send: Send) -> tuple[date, date]:
    """First and last day on which this send of an announced item may go; the last may lie before the first."""
    last = send.day + timedelta(days=item.grace)
    return max(send.day, item.day, item.starts or item.day), min(last, item.last_day or last)


def is_stopped(history: History, source: str, step: str | None, occurrence: str) -> bool:
    """Whether a person stopped all, this source, this step or this occasion."""
    names = {"all", source, "/".join(p for p in (source, step, occurrence) if p)}
    if step:
        names.add(f"{source}/{step}")
    return not names.isdisjoint(history.stopped)


def worth(body: Body, catalog: Catalog, purpose: Purpose) -> tuple[int, int]:
    """(value, promotions) of words without picks: one value item, or a promotion where a marketing text holds
    a coupon or names one."""
    sells = purpose is Purpose.MARKETING and (
        bool(body.coupons)
        or any(ref in catalog.items and not catalog.items[ref].kind.is_value for ref, _ in body.refs)
    )
    return (0, 1) if sells else (1, 0)


def has_words(body: Body) -> bool:
    """Whether anything but fences and headings is written."""
    lines = (line.strip() for line in body.text.splitlines())
    return any(line and not line.startswith(("///", "#")) for line in lines)


def minutes(at: time) -> int:
    """Minutes after midnight."""
    return at.hour * 60 + at.minute
