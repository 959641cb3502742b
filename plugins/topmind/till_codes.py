"""Codes that somebody reads aloud at a till: letters that nobody confuses, and a check letter. A leaf."""

from __future__ import annotations

#: Without 0 and O, 1, I and L, S and U. 29 letters, a prime: the check letter then finds every single wrong letter
#: and every pair that was swapped.
LETTERS = "23456789ABCDEFGHJKMNPQRTVWXYZ"
#: Letters before the check letter: 29^7, 17 thousand million codes.
LENGTH = 7


def code_of(base: str, number: int) -> str:
    """`thanks10` and any number → `THANKS10-7K4F2Q9M`: nobody at a till asks for small letters."""
    letters = ""
    for _ in range(LENGTH):
        number, rest = divmod(number, len(LETTERS))
        letters += LETTERS[rest]
    return f"{base.upper()}-{letters}{_check_letter(base, letters)}"


def is_whole(text: str) -> bool:
    """Whether a code may be one of ours: a typo in its letters is seen without looking it up."""
    base, _, letters = text.strip().upper().rpartition("-")
    if not base or len(letters) != LENGTH + 1 or not set(letters) <= set(LETTERS):
        return False
    return _check_letter(base, letters[:-1]) == letters[-1]


def _check_letter(base: str, letters: str) -> str:
    """Each place has its own weight, none of them 0 modulo 29, the check letter 1: the weighted sum is 0."""
    total = sum(base.upper().encode())
    total += sum(weight * LETTERS.index(letter) for weight, letter in enumerate(letters, 2))
    return LETTERS[-total % len(LETTERS)]
