"""Three years by chance: a few hundred people, all rules on; each promise is read from what left.

People come, buy, move, leave, come back, pause and change their stage; the office moves the letter to other days; a
week without a tick, mails that are refused or get no answer, and an old copy of the ledger put back in spring.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Set
from datetime import date, timedelta
from itertools import pairwise

import pytest

from life_played import COPIED, LAST, PEOPLE, RESTORED, SILENCE, STEADY, Life, Mail, play
from topmind.model import COUNTED, Channel, PastTouch, TouchState


@pytest.fixture(scope="module")
def life(tmp_path_factory: pytest.TempPathFactory) -> Life:
    """From December 2026 to December 2029."""
    return play(tmp_path_factory.mktemp("life"))


def touches(life: Life, states: Set[TouchState] = COUNTED) -> Iterator[tuple[str, list[PastTouch]]]:
    """Per contact what counts, day by day."""
    found: dict[str, list[PastTouch]] = defaultdict(list)
    for touch in life.history.touches:
        if touch.state in states:
            found[touch.key.contact].append(touch)
    for who, mine in sorted(found.items()):
        yield who, sorted(mine, key=lambda touch: touch.day)


def most_within(days: list[date], window: int) -> int:
    """The largest number of these days in any `window` days."""
    return max((sum(a <= b < a + timedelta(days=window) for b in days) for a in days), default=0)


def of(life: Life, **wanted: str) -> list[Mail]:
    """Mails that left, with these words."""
    return [mail for mail in life.mails if all(getattr(mail, k) == v for k, v in wanted.items())]


def test_it_was_a_life(life: Life) -> None:
    """Everything that is to be survived did happen."""
    assert len(life.exports.contacts) > 1.5 * PEOPLE
    assert len(life.mails) > 5_000
    assert life.ticks > 100
    assert life.refused_restored == 1
    states = {touch.state for touch in life.history.touches}
    assert states >= {TouchState.ACCEPTED, TouchState.REFUSED, TouchState.EXPIRED, TouchState.MISSED}
    assert len(life.out) > 30
    assert len(life.paused) > 20
    sources = {mail.source for mail in life.mails}
    assert sources == {"weekly", "digest", "first-job", "left", "rescue"}
    assert any(touch.key.source == "turning" for touch in life.history.touches)


def test_nothing_was_wrong_at_any_tick(life: Life) -> None:
    """Nobody who had left or paused, nobody at night where they live, nobody with two verdicts."""
    assert life.wrong == []


def test_no_touch_left_twice(life: Life) -> None:
    """Not over the restored ledger, not after answers that got lost, not when the letter moved to another day."""
    hexes = [mail.hex for mail in life.mails]
    assert len(hexes) == len(set(hexes))
    letters = [
        (m.inbox, m.source, m.occurrence) for m in life.mails if m.step is None and m.source != "rescue"
    ]
    assert len(letters) == len(set(letters))


def test_the_tasks_of_a_day_come_once(life: Life) -> None:
    """To whoever makes the calls; the restored ledger may repeat the mail of that very day."""
    twice = {one for one in life.task_mails if life.task_mails.count(one) > 1}
    assert len(life.task_mails) > 20
    assert twice <= {(who, str(RESTORED)) for who in ("dora", "ida")}


def test_one_mail_a_day(life: Life) -> None:
    """The gap of a day, on the reader's own days, wherever they moved."""
    for who in life.exports.contacts:
        moments = sorted(mail.at for mail in of(life, contact=who))
        assert all(b - a > timedelta(hours=4) for a, b in pairwise(moments)), who
    for who in STEADY:
        days = [mail.day for mail in of(life, contact=who)]
        assert len(days) == len(set(days)), who


def test_nobody_gets_an_item_again_within_a_year(life: Life) -> None:
    """Tips may come again after twelve months, offers never."""
    for who, mine in touches(life):
        seen: dict[str, date] = {}
        for touch in mine:
            for item in touch.items:
                if item in seen:
                    assert item.startswith("tips/"), (who, item)
                    assert touch.day >= seen[item] + timedelta(days=365), (who, item)
                seen[item] = touch.day


def test_ceilings_hold(life: Life) -> None:
    """Seventy touches in any year for everybody; two mails in any week for who was never warm."""
    for who, mine in touches(life):
        days = [touch.day for touch in mine]
        assert most_within(days, 365) <= 70, who
        mails = [touch.day for touch in mine if touch.key.channel is Channel.EMAIL]
        assert most_within(mails, 7) <= (2 if who in STEADY else 3), who


def test_value_comes_before_offers(life: Life) -> None:
    """Four value items for each promotion of a letter, counted from the first touch on; a call that nobody made in
    time counted while it was open."""
    sold = 0
    for who, mine in touches(life, COUNTED | {TouchState.MISSED}):
        value = promotions = 0
        for touch in mine:
            value += touch.value
            promotions += touch.promotions
            assert not touch.promotions or touch.key.step or value >= 4 * promotions, (who, touch.day)
        sold += promotions
    assert sold > 100


def test_the_floor_of_the_steady_is_kept(life: Life) -> None:
    """Thirty days, but for the week without a tick and for what a restored ledger no longer knew."""
    for who, mine in touches(life):
        if who not in STEADY:
            continue
        days = [t.day for t in mine if t.value and t.state in {TouchState.ACCEPTED, TouchState.DONE}]
        for a, b in pairwise([*days, LAST]):
            spoiled = any(a <= day <= b for day in (*SILENCE, RESTORED))
            assert (b - a).days <= (42 if spoiled else 30), (who, a, b)


def test_every_tick_accounts_for_everyone(life: Life) -> None:
    """planned = accepted + refused + skipped + expired + unknown + waiting."""
    for c in life.counts:
        assert c.planned == c.accepted + c.refused + c.skipped + c.expired + c.unknown + c.waiting


def test_the_ledger_knows_what_left(life: Life) -> None:
    """Each mail on the wire stands in the ledger as accepted, and nothing else does. Of the days between the copy and
    its return most are found again by playing them; the world had moved on for some."""
    known = {t.key.wire("larch"): t.state for t in life.history.touches if t.key.channel is Channel.EMAIL}
    lost = [mail for mail in life.mails if known.get(mail.hex) is not TouchState.ACCEPTED]
    between = [mail for mail in life.mails if COPIED <= mail.at.date() < RESTORED]
    assert {mail.hex for mail in lost} <= {mail.hex for mail in between}
    assert len(lost) < len(between) / 10
    accepted = {name for name, state in known.items() if state is TouchState.ACCEPTED}
    assert accepted == {mail.hex for mail in life.mails} - {mail.hex for mail in lost}


def test_who_follows_a_date_that_moved_is_thanked_once(life: Life) -> None:
    """One thank-you and one check-in for each contact, whatever became of the ledger."""
    for step in ("thank-you", "check-in"):
        who = [mail.contact for mail in of(life, source="first-job", step=step)]
        assert len(who) == len(set(who)) > 10
