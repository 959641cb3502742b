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


def check_floor(diary: Diary, fresh: list[Touch]) -> None:
    """Everybody whose floor breaks within the lead time."""
    ids, plan = diary.members.ids, diary.plan
    due = {ids[t.contact]: t for t in plan.due if t.value}
    told = {ids[d.contact]: d for d in plan.decisions if plan.occasions[d.occasion].source == RESCUE}
    touched = {t.key.contact for t in fresh}
    later = {d.contact for d in plan.decisions if d.detail == "later today"}
    for row, contact in enumerate(ids):
        person = diary.town.people.get(contact)
        if person is None or contact not in diary.alone:
            continue
        terms = terms_of(diary.segments(contact))
        since = diary.value.get(contact)
        today = diary.today(contact)
        lead = min(7, terms.floor // 4)
        if since is None:
            # their clock begins somewhere in the programme's first floor
            if today < FIRST + timedelta(days=2 * terms.floor):
                continue
        elif (today - since).days < terms.floor - lead:
            continue
        broken = since is None or (today - since).days > terms.floor
        if contact in due:
            diary.rescued += plan.occasions[due[contact].occasion].source == RESCUE
            continue
        if row in later:
            continue  # something else takes this very day
        limit = limit_of(diary, contact, terms, today)
        if limit is None and contact not in touched:
            diary.say(
                f"{contact} is near the end of {terms.floor} days since {since}, and nothing holds a rescue; told: {told.get(contact)}"
            )
        elif broken and contact not in told and contact not in touched:
            diary.say(f"{contact}: the floor since {since} is broken, and nobody is told why ({limit})")
        elif contact in told and broken:
            _named(diary, contact, told[contact].reason, limit, since, today)
    for one in plan.decisions:
        if plan.occasions[one.occasion].source == RESCUE and one.verdict is Verdict.EXPIRED:
            diary.say(f"{ids[one.contact]}: a rescue has no last day")


def _named(
    diary: Diary, contact: str, reason: Reason, limit: Reason | None, since: date | None, today: date
) -> None:
    """The reason that a broken floor is told with is the one that binds, and none that passes by itself."""
    diary.broken[reason] += 1
    if limit not in {None, Reason.HELD} and reason is not limit:
        diary.say(f"{contact}: told {reason}, and {limit} binds")
    terms = terms_of(diary.segments(contact))
    lasting = limit_of(diary, contact, terms, today, rest=False) if reason is Reason.BLACKOUT else reason
    within = timedelta(days=365 if lasting is Reason.CEILING_ALL else terms.floor + 7)
    moved = diary.moved.get(contact)
    calm = moved is None or diary.at - moved > within
    if (lasting is None or lasting in PASSING) and calm and since is not None:
        diary.say(f"{contact}: the floor since {since} is broken for {reason}")


def limit_of(diary: Diary, contact: str, terms: Terms, today: date, *, rest: bool = True) -> Reason | None:
    """What holds a rescue by mail in this tick, in the order of the reasons; None = nothing does. `rest`: days of
    rest count."""
    person = diary.town.people[contact]
    past = diary.past.get(contact, [])
    counted = [t for t in past if t.counts]
    if any(t.key.source == "rescue" and (t.state in _TRIED or t.bounced) for t in past[-4:]):
        return Reason.HELD
    if not person.email:
        return Reason.NO_CHANNEL
    if person.newsletter == "no" or contact in diary.out:
        return Reason.NO_CONSENT
    if person.email in diary.suppressed:
        return Reason.SUPPRESSED
    if diary.paused.get(contact, FIRST) > today:
        return Reason.PAUSED
    if rest and at_rest(today):
        return Reason.BLACKOUT
    local = diary.at.astimezone(ZoneInfo(person.zone)).time()
    if local >= time(20):
        return Reason.QUIET
    if any(0 < abs((today - t.day).days) < terms.gap for t in counted):
        return Reason.GAP
    full = _full(counted, terms, today)
    if full is not None:
        return full
    if any(t.day == today for t in counted):
        return Reason.LOST_TO
    if not _unseen(counted, today):
        return Reason.NOTHING_NEW
    return Reason.QUIET if local < time(9) else None


#: A rescue that was refused, skipped or may have left is not tried again under the same clock.
_TRIED = {TouchState.REFUSED, TouchState.SKIPPED, TouchState.UNKNOWN, TouchState.UNRESOLVED}


def _full(counted: list[PastTouch], terms: Terms, today: date) -> Reason | None:
    for wanted, reason in ((None, Reason.CEILING_ALL), (Channel.EMAIL, Reason.CEILING_CHANNEL)):
        for (channel, days), most in terms.ceilings.items():
            if channel is wanted:
                mine = [
                    t for t in counted if channel in {None, t.key.channel} and 0 < (today - t.day).days < days
                ]
                if len(mine) >= most:
                    return reason
    return None


def _unseen(counted: list[PastTouch], today: date) -> bool:
    fresh = a_year_before(today)
    had = {item for t in counted if t.day > fresh for item in t.items if item.startswith("tips/")}
    return len(had) < TIPS
