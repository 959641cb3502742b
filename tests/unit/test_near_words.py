"""What was meant by a wrong word: near by how much would have to change."""

from __future__ import annotations

import pytest

from topmind.near_words import edits, near_word

FIELDS = ["stage", "first_name", "town", "email", "purchases", "in_segment", "birthday_in"]


@pytest.mark.parametrize(
    ("word", "meant"),
    [
        ("stgae", "stage"),
        ("tonw", "town"),
        ("firstname", "first_name"),
        ("Email", "email"),
        ("purchase", "purchases"),
        ("birthday", "birthday_in"),
        ("segment", None),
        ("age", None),
        ("own", "town"),
        ("two", None),
        ("ten", None),
        ("mile", None),
        ("surcharges", "purchases"),
        ("", None),
    ],
)
def test_a_word_is_near_where_little_of_it_is_wrong(word: str, meant: str | None) -> None:
    """One letter of three or four, two of five; the beginning of a longer word is near, its end is not."""
    assert near_word(word, FIELDS) == meant


def test_letters_that_are_wrong() -> None:
    """Added, taken away, changed, or swapped with their neighbour: one each."""
    assert [edits(one, "stage") for one in ("stage", "stag", "staage", "stave", "satge", "age", "")] == [
        0,
        1,
        1,
        1,
        1,
        2,
        5,
    ]
