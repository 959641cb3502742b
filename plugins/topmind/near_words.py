"""Which of the words that there are was probably meant: near by how much of the word must change, not by luck of a
few shared letters (`age` is not `stage`)."""

from __future__ import annotations

import difflib
from collections.abc import Iterable

#: Letters that may be wrong, of as many that were written; one always may.
_WRONG, _OF = 2, 5
#: From so many letters on, a word that the other one begins with is near it.
_BEGINNING = 4


def near_word(word: str, known: Iterable[str], *, cutoff: float = 0.6) -> str | None:
    """The nearest known word, whatever the case; None where too much of it would have to change. `cutoff`: as in
    `difflib.get_close_matches`."""
    words = {one.lower(): one for one in sorted(known)}
    said = word.lower()
    found = difflib.get_close_matches(said, words, n=3, cutoff=cutoff)
    return next((words[one] for one in found if _near(said, one)), None)


def _near(said: str, meant: str) -> bool:
    shorter, longer = sorted((said, meant), key=len)
    if len(shorter) >= _BEGINNING and longer.startswith(shorter):
        return True
    return edits(said, meant) <= max(1, len(said) * _WRONG // _OF)


def edits(one: str, other: str) -> int:
    """Letters to add, take away, change or swap with their neighbour (optimal string alignment)."""
    before: list[int] = []
    row = list(range(len(other) + 1))
    for i, letter in enumerate(one, 1):
        older, before, row = before, row, [i]
        for j, there in enumerate(other, 1):
            least = min(before[j] + 1, row[j - 1] + 1, before[j - 1] + (letter != there))
            if i > 1 and j > 1 and letter == other[j - 2] and one[i - 2] == there:
                least = min(least, older[j - 2] + 1)
            row.append(least)
    return row[-1]
