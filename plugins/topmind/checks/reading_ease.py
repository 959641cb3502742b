"""Texts that are read in one go: English only, by Flesch's formula.

Rudolf Flesch, "A new readability yardstick", Journal of Applied Psychology 32 (1948): 206.835 - 1.015 × words a
sentence - 84.6 × syllables a word. 60 to 70 is plain English, below 50 it takes an effort, below 30 a degree.
Syllables are counted by groups of vowels, which is right within a tenth over a whole text.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from functools import lru_cache

from topmind.checks.facts import Facts
from topmind.checks.rule import Rule, Sees
from topmind.model import Level, Problem

HARD = Rule(
    id="texts/hard-to-read",
    level=Level.WARNING,
    finds="a text with a reading ease below 45 (Flesch; plain English has 60 to 70)",
    sees=Sees.LINE,
)
LONG_SENTENCE = Rule(
    id="texts/long-sentence",
    level=Level.INFO,
    finds="a sentence of more than 45 words",
    sees=Sees.LINE,
)

#: Least reading ease.
ENOUGH = 45.0
#: Fewer words say nothing of a text.
_WORDS = 100
_LONGEST = 45
_WORD = re.compile(r"[A-Za-z]+(?:['’][A-Za-z]+)?")
_SENTENCE = re.compile(r"(?<=[.!?:;])[\"”’)]*\s+")
_VOWELS = re.compile(r"[aeiouy]+")


def ease_of_texts(facts: Facts) -> Iterator[Problem]:
    """Each text of a hundred words or more; no sentence without an end."""
    if not facts.catalog.company.language.lower().startswith("en"):
        return
    for document in facts.documents:
        body = document.body
        if body is None:
            continue
        said = facts.paragraphs(body)
        found = reading_ease(said)
        if found is not None and found < ENOUGH:
            yield HARD.at(
                document.path,
                body.line,
                says=f"This text is hard to read: {found:.0f} of 100 (Flesch).",
                fix="Shorter sentences, and words of everyday life.",
            )
        for line, words in said:
            longest = max((len(_WORD.findall(one)) for one in _SENTENCE.split(words)), default=0)
            if longest > _LONGEST:
                yield LONG_SENTENCE.at(
                    document.path,
                    line,
                    says=f"A sentence here has {longest} words.",
                    fix="Make two of it.",
                )


def reading_ease(said: Iterable[tuple[int, str]]) -> float | None:
    """0 (a contract) to 100 (a comic); None for a text of fewer than a hundred words."""
    sentences = [one for _, words in said for one in _SENTENCE.split(words) if _WORD.search(one)]
    words = [word for one in sentences for word in _WORD.findall(one)]
    if len(words) < _WORDS:
        return None
    return 206.835 - 1.015 * len(words) / len(sentences) - 84.6 * sum(map(syllables, words)) / len(words)


@lru_cache(maxsize=10_000)
def syllables(word: str) -> int:
    """Groups of vowels; a last e is silent, but not in -le."""
    word = word.lower().replace("’", "'").split("'")[0]
    count = len(_VOWELS.findall(word))
    silent = (word.endswith("e") and not word.endswith(("le", "ee"))) or (
        word.endswith(("es", "ed")) and word[-3:-2] not in "dtszxg"
    )
    return max(1, count - bool(silent and count > 1))
