"""Which issues want a proof, and when: `approve: proof` sends it to whoever signs the issue, `proof_before` it goes."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from topmind.model import Approve, Catalog, History, Newsletter, Occasion
from topmind.planning.occasions import Ask, issue_asks
from topmind.planning.window import instant

_DAY, _NONE = timedelta(days=1), timedelta()
#: How long whoever signs has at least between a proof and the issue; `proof_before` where that is less.
NOTICE = timedelta(hours=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class WantedProof:
    """An issue of which no proof has left as it is now, and whose hour for it has come."""

    occasion: Occasion
    #: UTC: `proof_before` the issue's time, in the newsletter's zone.
    since: datetime
    #: UTC: the issue's time there.
    goes: datetime
    #: Its own time has come, too: it waits for the proof.
    late: bool
    #: From the proof on it waits so long at least.
    notice: timedelta
    #: Parts that the proof before did not show as they are now; () = it is the first.
    changed: tuple[str, ...] = ()


def wanted_proofs(
    catalog: Catalog, history: History, now: datetime, *, all_day: bool = False
) -> tuple[WantedProof, ...]:
    """From `proof_before` its nominal moment until its last day is over, unless it is held, stopped, proved, or a person
    said `ready: yes`; the nearest first. `now` is aware; with `all_day` all of its day's times have come."""
    return tuple(one for one, seen in _proofs(catalog, history, now, all_day, _NONE) if one.since <= seen)


def proofs_ahead(
    catalog: Catalog, history: History, now: datetime, days: int, *, all_day: bool = False
) -> tuple[WantedProof, ...]:
    """The same with those whose hour comes in so many days."""
    ahead = timedelta(days=days)
    return tuple(
        one for one, seen in _proofs(catalog, history, now, all_day, ahead) if one.since <= seen + ahead
    )


def _proofs(
    catalog: Catalog, history: History, now: datetime, all_day: bool, ahead: timedelta
) -> list[tuple[WantedProof, datetime]]:
    """Each with the moment that it is looked at from, the nearest first."""
    found = [
        pair
        for letter in catalog.newsletters.values()
        if letter.approve is Approve.PROOF
        for pair in _of(letter, catalog, history, now, all_day, ahead)
    ]
    return sorted(found, key=lambda pair: (pair[0].since, pair[0].occasion.name))


def _of(
    letter: Newsletter, catalog: Catalog, history: History, now: datetime, all_day: bool, ahead: timedelta
) -> Iterator[tuple[WantedProof, datetime]]:
    zone = ZoneInfo(letter.zone or catalog.company.zone)
    seen = _evening(catalog.as_of, zone) if all_day else now.astimezone(UTC)
    today = seen.astimezone(zone).date()
    for ask in issue_asks(catalog, history, today, today + letter.proof_before + ahead + _DAY):
        if ask.source != letter.id or not _asks(ask, history) or today.toordinal() > ask.last:
            continue
        assert ask.occasion is not None
        goes = issue_moment(catalog, ask.occasion)
        wanted = WantedProof(
            occasion=ask.occasion,
            since=goes - letter.proof_before,
            goes=goes,
            late=goes <= seen,
            notice=_NONE if all_day else notice(letter),
            changed=history.changed.get(ask.occasion.name, ()),
        )
        yield wanted, seen


def _asks(ask: Ask, history: History) -> bool:
    if not ask.unproved or ask.held or ask.stopped or ask.occasion is None:
        return False
    # of what only has to wait until its proof was read nothing more is wanted
    return ask.occasion.name not in history.proved or ask.occasion.name in history.changed


def issue_moment(catalog: Catalog, issue: Occasion) -> datetime:
    """UTC: the issue's time in the newsletter's zone."""
    zone = ZoneInfo(catalog.newsletters[issue.source].zone or catalog.company.zone)
    return instant(issue.day, issue.at, zone, opens=True)


def notice(letter: Newsletter) -> timedelta:
    """How long an issue waits for whoever signs it, once its proof has left."""
    return min(NOTICE, letter.proof_before)


def proved_issues(
    catalog: Catalog, history: History, now: datetime, *, all_day: bool = False
) -> tuple[Occasion, ...]:
    """Issues that wait for a proof, of which one has left, and that may still go; by name."""
    found = {
        ask.occasion.name: ask.occasion
        for letter in catalog.newsletters.values()
        if letter.approve is Approve.PROOF
        for ask in _near(letter, catalog, history, now, all_day)
        if ask.occasion is not None and ask.occasion.name in history.proved
    }
    return tuple(found[name] for name in sorted(found))


def _near(
    letter: Newsletter, catalog: Catalog, history: History, now: datetime, all_day: bool
) -> Iterator[Ask]:
    """The asks of one newsletter whose last day is not over everywhere, unless a person said `ready: yes`."""
    first = catalog.as_of if all_day else (now - timedelta(hours=12)).date()
    for ask in issue_asks(catalog, history, first, first + letter.proof_before + 2 * _DAY):
        assert ask.occasion is not None
        dated = letter.issues.get(ask.occasion.day)
        ready = dated is not None and dated.ready
        if ask.source == letter.id and ask.last >= first.toordinal() and not ready:
            yield ask


def _evening(day: date, zone: ZoneInfo) -> datetime:
    return datetime.combine(day, time.max, zone).astimezone(UTC)
