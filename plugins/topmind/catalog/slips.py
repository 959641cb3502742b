"""What was surely meant: the one known word that is a single slip of the finger away, or none.

`findings.nearest` guesses, for a person who decides; this one answers only where nothing is left to decide,
because `check --fix` writes it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import lru_cache

from topmind.model import Edit

_QUOTES = "\"'“”„‟‘’‚‛«»`"
_DIGITS = re.compile(r"\d+")


def surely(word: str, known: Iterable[str]) -> str | None:
    """The known word that differs by one slip, where every other known word is three slips away or more.

    A slip: a letter too many, too few, another one, or two changed places. Case, `-` for `_`, a space for either
    and quotation marks around it are none. A slip in a number is never mended: `top-10` or `top-100`?
    """
    bare = _plain(word)
    if not bare:
        return None
    ranked = sorted((slips(bare, _plain(one)), one) for one in {str(k) for k in known})
    if not ranked or ranked[0][0] > 1 or (len(ranked) > 1 and ranked[1][0] < ranked[0][0] + 2):
        return None
    found = ranked[0][1]
    return found if _DIGITS.findall(bare) == _DIGITS.findall(found) else None


def edit(word: str, known: Iterable[str]) -> Edit | None:
    """The same as a change of the line on which the word stands."""
    meant = surely(word, known)
    return Edit(word, meant) if meant is not None and meant != word else None


@lru_cache(maxsize=65536)
def slips(one: str, other: str) -> int:
    """How many letters to add, drop, change or swap with their neighbour (optimal string alignment); 3 = many."""
    if abs(len(one) - len(other)) > 2:
        return 3
    before: list[int] = []
    above = list(range(len(other) + 1))
    for i, letter in enumerate(one, start=1):
        row = [i]
        for j, against in enumerate(other, start=1):
            least = min(above[j] + 1, row[j - 1] + 1, above[j - 1] + (letter != against))
            if i > 1 and j > 1 and letter == other[j - 2] and one[i - 2] == against:
                least = min(least, before[j - 2] + 1)
            row.append(least)
        before, above = above, row
    return min(3, above[-1])


@lru_cache(maxsize=4096)
def _plain(word: str) -> str:
    return re.sub(r"[-\s]+", "_", word.strip().strip(_QUOTES).lower())
