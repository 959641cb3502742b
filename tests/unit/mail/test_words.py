"""Words in four languages."""

from __future__ import annotations

import pytest

from topmind.mail.words import WORDS, direction, known, why_line, words


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


@pytest.mark.parametrize(
    ("language", "service", "asked", "client", "says"),
    [
        ("en", False, True, True, "You get this mail because you asked Oak for it."),
        ("en", False, False, True, "You get this mail because you are a customer of Oak."),
        ("en", True, True, True, "You get this mail because you are a customer of Oak."),
        ("en", False, False, False, "You get this mail because you asked Oak for it or are a customer."),
        ("de-AT", False, True, False, "Sie erhalten diese Nachricht, weil Sie Oak darum gebeten haben."),
        ("fr", True, False, True, "Vous recevez ce message parce que vous êtes client de Oak."),
        ("es", False, True, False, "Recibe este mensaje porque lo pidió a Oak."),
    ],
)
def test_the_reason_is_that_of_the_consent(
    language: str, service: bool, asked: bool, client: bool, says: str
) -> None:
    """Whoever opted in asked for it; a customer who never did is told so; both in the reader's own language."""
    assert why_line(language, "Oak", service=service, asked=asked, client=client) == says
