"""Opens and clicks judged together: three clicks within a second are a machine, whichever of them came first."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import datetime
from itertools import groupby

from topmind.feedback.actor import RULE_VERSION, Actor, judge
from topmind.ledger import Judged, Ledger, Mark
from topmind.model import FeedbackKind

#: Of several marks on one link one by a person is enough.
_STRONGEST = (Actor.HUMAN, Actor.UNSURE, Actor.MACHINE)


def score(marks: Iterable[Mark]) -> list[Judged]:
    """One judgement per touch, kind and link, by the rule of today. Pure; `marks` lie together by touch."""
    found: list[Judged] = []
    for _, group in groupby(marks, key=lambda mark: mark.touch_hex):
        found += _of_touch(list(group))
    return found


def _of_touch(marks: list[Mark]) -> list[Judged]:
    clicks = [mark.at for mark in marks if mark.kind is FeedbackKind.CLICKED]
    by_link: dict[tuple[FeedbackKind, str], list[Mark]] = {}
    for mark in marks:
        by_link.setdefault((mark.kind, mark.detail), []).append(mark)
    return [
        Judged(
            touch_hex=some[0].touch_hex,
            kind=kind,
            detail=detail,
            first=min(mark.at for mark in some),
            actor=min((_who(mark, clicks) for mark in some), key=_STRONGEST.index).value,
            rule=RULE_VERSION,
        )
        for (kind, detail), some in by_link.items()
    ]


def _who(mark: Mark, clicks: list[datetime]) -> Actor:
    return judge(mark.kind, at=mark.at, sent=mark.sent, family=mark.family, clicks=clicks)


def rescore(ledger: Ledger, hexes: Collection[str] | None = None) -> tuple[int, int]:
    """Judge opens and clicks of these touches (None: all that are kept) again: (judged, changed)."""
    judged = score(ledger.marks(hexes))
    return len(judged), ledger.judge(judged)
