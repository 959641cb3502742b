"""Words and dates in four languages."""

from __future__ import annotations

from datetime import date, time

import pytest

from topmind.mail.words import WORDS, clock, day, direction, known, words


def test_every_language_says_everything() -> None:
    """No word is missing in any language."""
    for language, said in WORDS.items():
        assert set(said) == set(WORDS["en"]), language
        assert all(said.values())


def test_the_placeholders_are_the_same() -> None:
    """A translation may not lose the company's name."""
    for said in WORDS.values():
        for name, text in said.items():
            assert text.count("{") == WORDS["en"][name].count("{"), name


@pytest.mark.parametrize(
    ("language", "says"),
    [
        ("en", "Tuesday, 1 December 2026"),
        ("de-AT", "Dienstag, 1. Dezember 2026"),
        ("fr", "mardi 1er décembre 2026"),
        ("es", "martes, 1 de diciembre de 2026"),
        ("xx", "Tuesday, 1 December 2026"),
    ],
)
def test_dates_read_as_people_write_them(language: str, says: str) -> None:
    """Each language has its order; an unknown one is English."""
    assert day(date(2026, 12, 1), language, weekday=True) == says


def test_times_read_as_people_say_them() -> None:
    """`6:30 pm` here is `18:30 Uhr` there."""
    assert [clock(time(18, 30), x).replace("\u00a0", " ") for x in ("en", "de", "fr", "es")] == [
        "6:30 pm",
        "18:30 Uhr",
        "18 h 30",
        "18:30",
    ]
    assert clock(time(0), "en") == "12\u00a0am"


def test_direction_follows_the_language() -> None:
    """Arabic and Hebrew are read from right to left."""
    assert direction("ar-EG") == "rtl"
    assert direction("de") == "ltr"
    assert known("pt") == "en"
    assert words("de")["unsubscribe"] == "Abmelden"
