"""Two mails beside each other."""

from __future__ import annotations

from topmind.desk.difference import Piece, Row, blocks, difference, line_difference


def test_blocks_are_what_is_between_empty_lines() -> None:
    """Lines that only draw, stars around a heading, numbers and the list of links are no words."""
    text = (
        "Tip\n---\n\nHi Sam,\nread [1] it.\n\n* * *\n\n** Do not climb **\n\n[1] https://site.example/tips/\n"
    )
    assert blocks(text) == ["Tip", "Hi Sam, read it.", "Do not climb"]


def test_the_same_text_is_the_same() -> None:
    """Every row says so."""
    assert {row.kind for row in difference("One\n\nTwo", "One\n\nTwo")} == {"same"}


def test_a_changed_block_shows_its_words() -> None:
    """What stayed, what went, what came, in one row."""
    (row,) = difference("Clean your gutters on Tuesday", "Clean your gutters on Friday")
    assert row == Row(
        "changed",
        (Piece("same", "Clean your gutters on"), Piece("gone", "Tuesday"), Piece("new", "Friday")),
    )


def test_blocks_that_have_nothing_in_common_are_gone_and_new() -> None:
    """In the order of the newer text; what is left of the older one follows."""
    old, new = "Hello\n\nA walk in December\n\nBye", "Hello\n\nIce on the roof\n\nBye"
    assert [(row.kind, row.pieces[0].words) for row in difference(old, new)] == [
        ("same", "Hello"),
        ("new", "Ice on the roof"),
        ("gone", "A walk in December"),
        ("same", "Bye"),
    ]


def test_a_subject_is_one_line_however_it_changed() -> None:
    """Also where not a word is the same, or there was none."""
    assert line_difference("Old words", "New ones", "Subject").pieces == (
        Piece("gone", "Old words"),
        Piece("new", "New ones"),
    )
    assert line_difference("", "New", "Subject") == Row("changed", (Piece("new", "New"),), "Subject")
    assert line_difference("Same", "Same", "Subject").kind == "same"
