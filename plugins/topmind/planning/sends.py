"""Announcements whose dates do not fit what went.

The n-th date under `send:` is the n-th send. A date that is taken out, put in before one that went, or moved after it
went makes a number mean another day: its readers would be passed over, or get the same mail again.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from topmind.errors import PlanError
from topmind.model import Catalog, History, Item, Level, PastTouch, Problem, TouchState
from topmind.planning.check_problem import finding
from topmind.planning.occasions import send_span
from topmind.planning.renames import names
from topmind.planning.rest_days import blackout_days

#: It left, or may have.
_WENT = frozenset(
    {
        TouchState.CLAIMED,
        TouchState.ACCEPTED,
        TouchState.REFUSED,
        TouchState.UNKNOWN,
        TouchState.UNRESOLVED,
    }
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Misfit:
    """One send of which the ledger knows another day than the file."""

    item: Item
    number: int
    #: The first day on which it went.
    day: date
    #: Nobody got it: its days went by.
    expired: bool = False


@dataclass(slots=True, kw_only=True, eq=False)
class _Seen:
    """The earliest days of one send in the ledger; None = no such touch."""

    went: date | None = None
    #: The date that the file had when it went; None = not known.
    named: date | None = None
    planned: date | None = None
    expired: date | None = None

    def take(self, touch: PastTouch) -> None:
        """Note one touch."""
        state, day = touch.state, touch.day
        if state in _WENT:
            self.went = min(self.went or day, day)
            if touch.nominal is not None:
                self.named = min(self.named or touch.nominal, touch.nominal)
        elif state is TouchState.PLANNED:
            self.planned = min(self.planned or day, day)
        elif state is TouchState.EXPIRED:
            self.expired = min(self.expired or day, day)


def misfits(catalog: Catalog, history: History, as_of: date) -> dict[str, Misfit]:
    """Item id → the first of its sends whose date is no longer the one that went; only where some send may still
    go (from the day before `as_of`: it is still that day somewhere)."""
    since = as_of - timedelta(days=1)
    coming = {
        item.id: item
        for item in catalog.items.values()
        if any(send_span(item, send)[1] >= since for send in item.sends)
    }
    found = {}
    for name, seen in _sends(catalog, history, coming).items():
        misfit = _misfit(catalog, coming[name], seen)
        if misfit:
            found[name] = misfit
    return found


def check_sends(catalog: Catalog, history: History, as_of: date) -> Iterator[Problem]:
    """An error for each announcement that is held because its dates do not fit what went."""
    for misfit in misfits(catalog, history, as_of).values():
        item, number = misfit.item, misfit.number
        went = f"{'was due until' if misfit.expired else 'went on'} {catalog.company.dates.day(misfit.day)}"
        now = next((send.day for send in item.sends if send.number == number), None)
        is_now = (
            f"but date {number} under `send:` is {now.isoformat()} now" if now else "but its date is gone"
        )
        yield finding(
            "send-moved",
            Level.ERROR,
            item.path,
            f"Send {number} of {item.id} {went}, {is_now}: some would get it twice, or never. It is held.",
            f"Keep {misfit.day.isoformat()} as date {number}, above the others; new dates go below those that went.",
            key="send",
        )


def announced(catalog: Catalog) -> frozenset[str]:
    """Every name by which the ledger may know a send of an announced item."""
    return frozenset(_by_name(catalog, {item.id for item in catalog.items.values() if item.sends}))


def _by_name(catalog: Catalog, items: Collection[str]) -> dict[str, str]:
    """Today's names and old ones → today's."""
    renamed = {old: new for old, new in names(catalog).sources.items() if new in items}
    return {**{name: name for name in items}, **renamed}


def _sends(catalog: Catalog, history: History, items: Mapping[str, Item]) -> dict[str, dict[int, _Seen]]:
    """Item → number of the send → what the ledger has of it."""
    if not items:
        return {}
    wanted = _by_name(catalog, items)
    found: dict[str, dict[int, _Seen]] = {}
    for touch in history.touches:
        name = wanted.get(touch.key.source)
        if name is not None and touch.key.occurrence.isdigit():
            seen = found.setdefault(name, {}).setdefault(int(touch.key.occurrence), _Seen())
            seen.take(touch)
    return found


def _misfit(catalog: Catalog, item: Item, seen: Mapping[int, _Seen]) -> Misfit | None:
    """The first send that went on a day before its date, or on or after a later date of the file.

    Where the file still says what it said when it was frozen, nothing moved. Else (a date may rightly move between
    freeze and send): a mail may come some days after its date, so of the dates before the day it went the last one counts: else a date
    put in before it would pass for its own. One that only expired tells no more than that its day was not later.
    """
    days = {send.number: send.day for send in item.sends}
    opens = {send.number: _opens(catalog, send_span(item, send)[0]) for send in item.sends}
    for number in sorted(seen):
        here, day = seen[number], days.get(number)
        if day is None:
            continue  # taken out below the others: no number changes its meaning
        if here.named == day:
            continue
        went = here.went or here.planned
        later = (opens[n] for n in opens if n > number)
        if went and any(opens[number] < other <= went for other in later):
            return Misfit(item=item, number=number, day=went)
        over = here.went or here.expired
        if over and day > over:
            return Misfit(item=item, number=number, day=over, expired=here.went is None)
    return None


def _opens(catalog: Catalog, day: date) -> date:
    """The first day from `day` on which anything goes."""
    try:
        dark = blackout_days(catalog, day, day + timedelta(days=31))
    except PlanError:
        return day  # the country is a finding of its own
    return day + timedelta(days=int(dark.argmin()) if not dark.all() else 0)
