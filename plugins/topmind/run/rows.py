"""Step 8, half: a plan's touches as the rows that the ledger freezes, with all that a claim tests again."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

from topmind import mail
from topmind.ledger import Lapsed, PickedItem, Row
from topmind.model import (
    Ceiling,
    Channel,
    Decision,
    Item,
    Occasion,
    PlannedTouch,
    TouchKey,
    Verdict,
)
from topmind.planning import senders
from topmind.planning.items import months_later
from topmind.planning.terms import Terms, terms_for
from topmind.planning.window import open_window
from topmind.run.decide import Decided


class Rows:
    """Makes rows of one decided plan; remembers what contacts with the same segments share."""

    def __init__(
        self, decided: Decided, edition_of: Mapping[TouchKey, str], occasions: Sequence[Occasion] = ()
    ) -> None:
        """`occasions`: the plan's, and those that only waiting rows have."""
        self._decided = decided
        self._occasions = occasions or decided.plan.occasions
        self._catalog = decided.project.catalog
        self._edition_of = edition_of
        self._terms: dict[bytes, Terms] = {}
        self._shown: dict[tuple[int, tuple[str, ...], bytes], tuple[str, ...]] = {}

    def touch(self, touch: PlannedTouch, *, over: bool = False) -> Row:
        """One touch to freeze; `over`: it shows nobody anything any more, and its files may be gone."""
        members = self._decided.members
        occasion = self._occasions[touch.occasion]
        key = occasion.key(members.ids[touch.contact])
        terms = self._terms_of(touch.contact)
        free = self._correction(occasion)
        day = min(max(touch.day, self.today(touch.contact)), touch.last_day)
        opens, closes = self._window(occasion, touch.contact, day)
        return Row(
            key=key,
            kind=occasion.kind,
            title=occasion.title,
            nominal=occasion.day,
            day=day,
            last_day=touch.last_day,
            opens=opens,
            closes=closes,
            edition=self._edition_of.get(key, ""),
            items=tuple(picked(self._catalog.items[name], day) for name in touch.picks),
            per_slot=touch.per_slot,
            shown=() if over else self._shown_to(touch),
            value=touch.value,
            promotions=touch.promotions,
            purpose=occasion.purpose,
            topics=occasion.topics,
            gap=0 if free else terms.gap,
            ceilings=tuple(
                Ceiling(
                    channel=Channel(window.channel) if window.channel else None, count=most, days=window.days
                )
                for window, most in terms.ceilings
            ),
            sender=senders.sender_for(self._catalog, members, touch.contact, occasion),
        )

    def lapsed(self, decision: Decision) -> Lapsed | None:
        """What never could be planned and is over now; None for every other verdict."""
        if decision.verdict is not Verdict.EXPIRED:
            return None
        occasion = self._occasions[decision.occasion]
        touch = PlannedTouch(
            contact=decision.contact,
            occasion=decision.occasion,
            day=occasion.day,
            last_day=occasion.day + timedelta(days=occasion.grace),
        )
        return Lapsed(row=self.touch(touch, over=True), reason=decision.reason)

    def _shown_to(self, touch: PlannedTouch) -> tuple[str, ...]:
        """Items that the contact sees in the words of the very texts that are compiled for them."""
        members = self._decided.members
        inside = members.in_segment[touch.contact]
        key = (touch.occasion, touch.picks, inside.tobytes())
        if key not in self._shown:
            segments = frozenset(n for n, yes in zip(members.segments, inside, strict=True) if yes)
            self._shown[key] = mail.shown_items(
                self._catalog, self._occasions[touch.occasion], touch.picks, segments
            )
        return self._shown[key]

    def _terms_of(self, row: int) -> Terms:
        inside = self._decided.members.in_segment[row]
        pattern = inside.tobytes()
        if pattern not in self._terms:
            names = self._decided.members.segments
            segments = [self._catalog.segments[name] for name, yes in zip(names, inside, strict=True) if yes]
            self._terms[pattern] = terms_for(self._catalog.company, segments)
        return self._terms[pattern]

    def _correction(self, occasion: Occasion) -> bool:
        item = self._catalog.items.get(occasion.item or "")
        return item is not None and item.correction

    def _zone(self, row: int) -> ZoneInfo:
        members = self._decided.members
        return ZoneInfo(members.zones[int(members.zone[row])])

    def today(self, row: int) -> date:
        """The local day of the contact in `row`."""
        at = self._decided.project.moment
        return at.as_of if at.all_day else at.now.astimezone(self._zone(row)).date()

    def _window(self, occasion: Occasion, row: int, day: date) -> tuple[datetime | None, datetime | None]:
        """From .. until (UTC) it may go on `day`: its time of day, outside quiet hours, inside the local day.

        Local times are computed naïvely, the zone is attached last. None = open (a bare --as-of date).
        """
        if self._decided.project.moment.all_day or occasion.channel.is_task:
            return None, None
        return open_window(day, occasion.at, self._catalog.company.quiet, self._zone(row))


def picked(item: Item, day: date) -> PickedItem:
    """The item on a contact's `day`, and how soon the same contact may have it again, as the plan reads it."""
    if item.use.any_time:
        return PickedItem(id=item.id, since=None)
    months = item.use.again_after_months
    return PickedItem(id=item.id) if months is None else PickedItem(id=item.id, since=_since(day, months))


@lru_cache(maxsize=1024)
def _since(day: date, months: int) -> date:
    """The first day on which a touch still forbids the item on `day`: its last months are not over by then.

    Ends of months make several days end on one (31 January and 28 February are both a month before 28 February's
    own), so the plan's reckoning is asked, not turned round.
    """
    since = months_later(day, -months) + timedelta(days=1)
    while months_later(since, months) <= day:
        since += timedelta(days=1)
    return since
