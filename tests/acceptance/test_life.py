"""Three years of a business by chance: three hundred people, all rules on, every promise checked after each tick.

People buy, answer, move, turn away, leave, come back, rest and vanish; the office edits cadences, dates and files; a
week without a tick, a run that is broken off, mails that are refused or get no answer, bounces, and an old copy of
the ledger put back. `make life` plays it with more people and all seven ticks of every day.
"""

from __future__ import annotations

import os
from datetime import timedelta
from itertools import pairwise

import pytest

from life_played import SEED, Life, Pace, play
from life_project import FLOOR, LAST, STEADY
from topmind.model import Reason, TouchState

LONG = Pace(people=700, every_tick=True)


@pytest.fixture(scope="module")
def life(tmp_path_factory: pytest.TempPathFactory) -> Life:
    """From December 2026 to December 2029."""
    pace = LONG if os.environ.get("TOPMIND_LIFE") == "long" else Pace()
    return play(tmp_path_factory.mktemp("life"), pace)


def test_nothing_was_wrong_after_any_tick(life: Life) -> None:
    """No touch twice, no second copy in an inbox, nothing at night, on a day of rest, in a pause or to whoever left;
    gap, siblings, ceilings, ratio and repeat time; one verdict for everybody; nobody near a broken floor whom a
    rescue could have reached, and a true reason for everybody else; the ledger knows what left."""
    assert life.diary.wrong == [], f"seed {SEED}"


def test_it_was_a_life(life: Life) -> None:
    """Everything that is to be survived did happen."""
    diary = life.diary
    assert len(life.town.people) > life.pace.people >= 300
    assert (life.restored, life.broken_off, life.edited) == (1, 1, 6)
    assert life.ticks > 250
    assert life.compared > 3
    assert len(diary.mails) > 7_000
    assert (diary.rescued > 500, diary.promotions > 500, diary.tasks > 200) == (True, True, True)
    assert (len(diary.out) > 3, len(diary.paused) > 15, len(diary.suppressed) > 2) == (True, True, True)
    states = {touch.state for touch in diary.history.touches}
    assert states >= set(TouchState) - {TouchState.CLAIMED, TouchState.UNRESOLVED, TouchState.PLANNED}
    said = {touch.key.step or touch.key.source for touch in diary.history.touches}
    assert said >= {"letter", "notes", "quarter", "rescue", "events/open-day", "articles/wrong-number"}
    assert said >= {
        "thank-you",
        "check-in",
        "anniversary",
        "referral",
        "unhappy-call",
        "how",
        "card",
        "soon",
        "ask",
    }
    assert diary.lost == set(), "of what left between the copy and its return, all is found again"


def test_ticks_that_the_plan_says_are_idle_send_nothing(life: Life) -> None:
    """They were played at any hour (`Life.idle` counts them), and days in between may be left out."""
    assert life.idle > 5 or life.pace.every_tick


def test_every_tick_accounts_for_everyone(life: Life) -> None:
    """planned = accepted + refused + skipped + expired + unknown + waiting."""
    for c in life.diary.counts:
        assert c.planned == c.accepted + c.refused + c.skipped + c.expired + c.unknown + c.waiting
    assert sum(c.sent_now for c in life.diary.counts) > 7_000


def test_the_floor_of_the_steady_is_kept(life: Life) -> None:
    """Nobody whom chance leaves alone waits longer than promised, whatever happens to cadences, ledger and runs."""
    for who in STEADY:
        days = sorted(life.diary.valued[who])
        assert all(b - a <= timedelta(days=FLOOR) for a, b in pairwise([*days, LAST])), (who, days)


def test_broken_floors_are_named_with_limits_that_last(life: Life) -> None:
    """Most are of people who may not be mailed at all; a day of rest or the night only adds to that."""
    broken = life.diary.broken
    apart = sum(
        broken[reason] for reason in (Reason.NO_CONSENT, Reason.NO_CHANNEL, Reason.SUPPRESSED, Reason.PAUSED)
    )
    assert apart > 0.9 * broken.total() > 100


def test_the_tasks_of_a_day_come_once(life: Life) -> None:
    """To whoever makes the calls."""
    mails = life.carrier.task_mails
    assert len(mails) == len(set(mails)) > 20
