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


@dataclass(frozen=True, slots=True, kw_only=True)
class WantedProof:
    """An issue whose proof has not left, and whose hour for it has come."""

    occasion: Occasion
    #: UTC: `proof_before` the issue's time, in the newsletter's zone.
    since: datetime
    #: Its own time has come, too: it waits for the proof.
    late: bool


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
        if ask.source != letter.id or not _asks(ask) or today.toordinal() > ask.last:
            continue
        assert ask.occasion is not None
        goes = instant(ask.occasion.day, ask.occasion.at, zone, opens=True)
        since = goes - letter.proof_before
        yield WantedProof(occasion=ask.occasion, since=since, late=goes <= seen), seen


def _asks(ask: Ask) -> bool:
    return ask.unproved and not ask.held and not ask.stopped


def _evening(day: date, zone: ZoneInfo) -> datetime:
    return datetime.combine(day, time.max, zone).astimezone(UTC)
