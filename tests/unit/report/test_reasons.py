"""Reasons as people read them."""

from __future__ import annotations

from topmind.model import Reason
from topmind.report.reasons import REASONS, counted, in_words


def test_every_reason_has_words_of_its_own() -> None:
    """None is missing, and no two read alike."""
    assert set(REASONS) == set(Reason)
    assert len(set(REASONS.values())) == len(Reason)
    assert not any("_" in words.replace("only_if", "").replace("stop_when", "") for words in REASONS.values())


def test_counts_begin_with_the_largest() -> None:
    """A verdict or a foreign word keeps its own, without underscores."""
    said = counted({"held": 1, "nothing_new": 12, "not_for_them": 3})
    assert said == "12 nothing new for them, 3 not for them, 1 on hold"
    assert in_words("bounced") == "bounced"
    assert counted({}) == ""
