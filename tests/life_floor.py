"""The floor: after each tick, nobody is near a broken one whom a rescue could have reached in that very tick."""

from __future__ import annotations

from datetime import date, time, timedelta
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from life_project import FIRST, TIPS
from life_promises import RESCUE, Terms, Touch, a_year_before, at_rest, terms_of
from topmind.model import Channel, PastTouch, Reason, TouchState, Verdict

if TYPE_CHECKING:
    from life_checks import Diary

#: Limits that pass within days: a floor must not break for them, unless something happened to the contact lately.
PASSING = {
    Reason.GAP,
    Reason.CEILING_CHANNEL,
    Reason.CEILING_ALL,
    Reason.LOST_TO,
    Reason.BLACKOUT,
    Reason.NOTHING_NEW,
}
#: What is told of a rescue that leaves its room to a step.
FOLLOW_UP = "kept for a follow-up"


def check_floor(diary: Diary, fresh: list[Touch]) -> None:
    """Everybody whose floor breaks within the lead time; whoever shares an inbox is left to its other readers."""
    ids, plan = diary.members.ids, diary.plan
    due = {ids[t.contact]: t for t in plan.due if t.value}
    diary.rescued += sum(plan.occasions[t.occasion].source == RESCUE for t in due.values())
    told = {ids[d.contact]: d for d in plan.decisions if plan.occasions[d.occasion].source == RESCUE}
    # something else takes this very day, or has taken it
    taken = {t.key.contact for t in fresh} | {
        ids[d.contact] for d in plan.decisions if d.detail == "later today"
    }
    for contact in ids:
        if contact not in diary.alone or contact in due or contact in taken:
            continue
        terms, today = terms_of(diary.segments(contact)), diary.today(contact)
        since = diary.value.get(contact)
        # the clock of who never had anything begins somewhere in the first floor of the programme or of theirs
        first = max([FIRST, *diary.bought.get(contact, ())[:1]])
        gone = (today - (since or first + timedelta(days=terms.floor))).days
        if gone < terms.floor - min(7, terms.floor // 4):
            continue
        limit = limit_of(diary, contact, terms, today)
        if limit is None and contact in told and FOLLOW_UP in told[contact].detail:
            # the room is kept for a step that comes at once, and does what a rescue would do
            if today - diary.waits.setdefault(contact, today) > timedelta(days=14):
                diary.say(
                    f"{contact}: nothing since {since}, and no follow-up came since {diary.waits[contact]}"
                )
            continue
        waited = diary.waits.pop(contact, None)
        if limit is None:
            diary.say(f"{contact}: nothing since {since}, and nothing holds a rescue ({told.get(contact)})")
        elif gone > terms.floor and contact not in told:
            diary.say(f"{contact}: the floor since {since} is broken, and nobody is told why ({limit})")
        elif gone > terms.floor:
            # the step for which room was kept falls on a day of rest
            rested = limit is Reason.BLACKOUT and waited is not None and today - waited <= timedelta(days=14)
            if not rested:
                _named(diary, contact, told[contact].reason, limit, since, today)
    if any(told[who].verdict is Verdict.EXPIRED for who in told):
        diary.say("a rescue has no last day")


def _named(
    diary: Diary, contact: str, reason: Reason, limit: Reason | None, since: date | None, today: date
) -> None:
    """The reason that a broken floor is told with is the one that binds, and none that passes by itself."""
    diary.broken[reason] += 1
    if limit is Reason.HELD and reason is Reason.GAP:
        return  # the last try did not help, and the next one has its day
    if limit not in {None, Reason.HELD} and reason is not limit:
        diary.say(f"{contact}: told {reason}, and {limit} binds")
    terms = terms_of(diary.segments(contact))
    lasting = limit_of(diary, contact, terms, today, rest=False) if reason is Reason.BLACKOUT else reason
    within = timedelta(days=365 if lasting is Reason.CEILING_ALL else terms.floor + 7)
    moved = diary.moved.get(contact)
    calm = moved is None or diary.at - moved > within
    # a try that did not help, and whose week is over on a day of rest, is such an event, too
    calm &= not any(
        t.key.source == RESCUE and _lost(t) for t in diary.past.get(contact, []) if _near(t, today)
    )
    if (lasting is None or lasting in PASSING) and calm and since is not None:
        diary.say(f"{contact}: the floor since {since} is broken for {reason}")


def limit_of(diary: Diary, contact: str, terms: Terms, today: date, *, rest: bool = True) -> Reason | None:
    """What holds a rescue by mail in this tick, the first in the order of the reasons; None = nothing does. `rest`:
    days of rest count."""
    person, past = diary.town.people[contact], diary.past.get(contact, [])
    counted = [t for t in past if t.counts]
    local = diary.at.astimezone(ZoneInfo(person.zone)).time()
    limits = (
        (any(t.key.source == RESCUE and _waits(t, today) for t in past[-4:]), Reason.HELD),
        (not person.email, Reason.NO_CHANNEL),
        (person.newsletter == "no" or contact in diary.out, Reason.NO_CONSENT),
        (person.email in diary.suppressed, Reason.SUPPRESSED),
        (diary.paused.get(contact, FIRST) > today, Reason.PAUSED),
        (rest and at_rest(today), Reason.BLACKOUT),
        (local >= time(20), Reason.QUIET),
        (any(0 < abs((today - t.day).days) < terms.gap for t in counted), Reason.GAP),
        (_full(counted, terms, today, None), Reason.CEILING_ALL),
        (_full(counted, terms, today, Channel.EMAIL), Reason.CEILING_CHANNEL),
        (any(t.day == today for t in counted), Reason.LOST_TO),
        (not _unseen(counted, today), Reason.NOTHING_NEW),
        (local < time(9), Reason.QUIET),
    )
    return next((reason for binds, reason in limits if binds), None)


def _waits(t: PastTouch, today: date) -> bool:
    """A rescue that did not help, or may not have, keeps the next one back: for a day where it was skipped, else a week."""
    if t.state is TouchState.SKIPPED:
        return today <= t.day
    return _lost(t) and (today - t.day).days < 7


def _lost(t: PastTouch) -> bool:
    return t.bounced or t.state in {TouchState.REFUSED, TouchState.UNKNOWN, TouchState.UNRESOLVED}


def _near(t: PastTouch, today: date) -> bool:
    return (today - t.day).days < 14


def _full(counted: list[PastTouch], terms: Terms, today: date, wanted: Channel | None) -> bool:
    for (channel, days), most in terms.ceilings.items():
        if channel is wanted:
            mine = [t for t in counted if channel in {None, t.key.channel}]
            if sum(0 < (today - t.day).days < days for t in mine) >= most:
                return True
    return False


def _unseen(counted: list[PastTouch], today: date) -> bool:
    fresh = a_year_before(today)
    had = {item for t in counted if t.day > fresh for item in t.items if item.startswith("tips/")}
    return len(had) < TIPS
