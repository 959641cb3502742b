"""Words in four languages."""

from __future__ import annotations

from topmind.mail.words import WORDS, direction, known, words


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


def test_direction_follows_the_language() -> None:
    """Arabic and Hebrew are read from right to left."""
    assert direction("ar-EG") == "rtl"
    assert direction("de") == "ltr"
    assert known("pt") == "en"
    assert words("de")["unsubscribe"] == "Abmelden"
