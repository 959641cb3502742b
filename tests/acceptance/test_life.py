"""Three years of a business by chance: three hundred people, all rules on, every promise checked after each tick.

People buy, answer, move, turn away, leave, come back, rest and vanish; the office edits cadences, dates and files; a
week without a tick, a run that is broken off, mails that are refused or get no answer, bounces, and an old copy of
the ledger put back. `make life` plays it with more people and all seven ticks of every day.
"""

from __future__ import annotations

import os

import pytest

from life_played import Life, Pace, play

LONG = Pace(people=700, every_tick=True)


@pytest.fixture(scope="module")
def life(tmp_path_factory: pytest.TempPathFactory) -> Life:
    """From December 2026 to December 2029."""
    pace = LONG if os.environ.get("TOPMIND_LIFE") == "long" else Pace()
    return play(tmp_path_factory.mktemp("life"), pace)
