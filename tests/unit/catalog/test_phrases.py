"""Promises, uses, pins, quiet hours and slots in words."""

from __future__ import annotations

from datetime import date, time

import pytest

from topmind.catalog import phrases
from topmind.catalog.findings import Wrong
from topmind.model import Ceiling, Channel, Example, Kind, Use


def test_floor() -> None:
    """A floor is days between valuable touches."""
    assert phrases.read_floor("1 valuable touch every 30 days") == 30
    assert phrases.read_floor("one valuable touch per month") == 30
    assert phrases.read_floor("at least 1 value touch every 2 weeks") == 14


def test_ceilings() -> None:
    """Ceilings count mails, calls or all touches in a window of days."""
    assert phrases.read_ceilings("2 emails per week, 200 touches per year and 1 call every 30 days") == (
        Ceiling(channel=Channel.EMAIL, count=2, days=7),
        Ceiling(channel=None, count=200, days=365),
        Ceiling(channel=Channel.CALL, count=1, days=30),
    )


def test_use() -> None:
    """Until a day, again after months, any time."""
    assert phrases.read_use("until 31 December 2026") == Use(until=date(2026, 12, 31))
    assert phrases.read_use("until December 31, 2026, again after 1 year") == Use(
        until=date(2026, 12, 31), again_after_months=12
    )
    assert phrases.read_use("any time") == Use(any_time=True)


def test_pin_and_quiet() -> None:
    """A pin names an issue; quiet hours run over midnight."""
    assert phrases.read_pin("tuesday-fix 2026-12-01") == ("tuesday-fix", date(2026, 12, 1))
    assert phrases.read_quiet("20:00 to 08:00") == (time(20), time(8))
    assert phrases.read_quiet("none") is None


VALUE = frozenset(kind for kind in Kind if kind.is_value)


@pytest.mark.parametrize(
    ("text", "slot"),
    [
        ("1 tip", (1, {Kind.TIP}, False)),
        ("2 value items", (2, VALUE, False)),
        ("1 promotion, optional", (1, {Kind.PROMOTION}, True)),
        ("1 item", (1, set(Kind), False)),
        ("two tips or articles, optional", (2, {Kind.TIP, Kind.ARTICLE}, True)),
    ],
)
def test_slots(text: str, slot: tuple[int, frozenset[Kind], bool]) -> None:
    """A slot says how many, of what, and whether it may stay empty."""
    assert phrases.read_slot(text) == slot


@pytest.mark.parametrize(
    ("reader", "text", "hint"),
    [
        (phrases.read_floor, "2 valuable touches every 30 days", "1 valuable touch every 15 days"),
        (phrases.read_floor, "often", "1 valuable touch every 30 days"),
        (phrases.read_floor, "1 valuable touch every 0 days", "every 30 days"),
        (phrases.read_ceilings, "2 emials per week", "emails"),
        (phrases.read_ceilings, "2 emails", "2 emails per week"),
        (phrases.read_use, "again after a while", "again after 12 months"),
        (phrases.read_use, "any time, again after 2 months", "Keep one"),
        (phrases.read_pin, "tuesday-fix", "tuesday-fix 2026-12-01"),
        (phrases.read_quiet, "at night", "20:00 to 08:00"),
        (phrases.read_quiet, "08:00 to 08:00", "20:00 to 08:00"),
        (phrases.read_slot, "1 tpi", "tip"),
        (phrases.read_slot, "0 tips", "1 tip"),
        (phrases.read_slot, "tip", "1 tip"),
        (phrases.read_slot, "1 promotion, optinal", "optional"),
        (phrases.read_channel, "emial", "email"),
    ],
)
def test_wrong_phrases_get_the_nearest_right_form(reader: object, text: str, hint: str) -> None:
    """What cannot be read is answered with what to write."""
    with pytest.raises(Wrong) as caught:
        reader(text)  # type: ignore[operator]
    assert hint in caught.value.fix


@pytest.mark.parametrize(
    ("text", "contact", "belongs", "day"),
    [
        ("0007 belongs", "0007", True, None),
        ("A-12 does not belong", "A-12", False, None),
        ("0007 belongs on 1 December 2026", "0007", True, date(2026, 12, 1)),
    ],
)
def test_example_of_a_segment(text: str, contact: str, belongs: bool, day: date | None) -> None:
    """A contact by its id, whether it belongs, and on which day if not on any."""
    assert phrases.read_example(text, 9) == Example(contact=contact, belongs=belongs, day=day, line=9)


@pytest.mark.parametrize("text", ["0007", "ann@example.com belongs", "0007 does belong", "belongs"])
def test_no_example_of_a_segment(text: str) -> None:
    """An address is no id: people never live in the repository. The message does not repeat it."""
    with pytest.raises(Wrong) as caught:
        phrases.read_example(text, 9)
    assert "0012 does not belong" in caught.value.fix
    assert "ann" not in f"{caught.value.says} {caught.value.fix}"
