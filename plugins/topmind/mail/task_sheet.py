"""One task as its representative reads it: plain values, whatever shows them (mail, list, print)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

from topmind.mail.pieces import Piece
from topmind.model import Channel

#: Answer of a link → the word of the language that shows it. Nobody answers to a letter at once.
ANSWERS: Mapping[str, str] = {"done": "done", "no-answer": "no_answer", "not-happy": "not_happy"}
#: Channels on which somebody is spoken to.
SPOKEN = frozenset({Channel.CALL, Channel.VISIT})


def answers_on(channel: Channel) -> tuple[str, ...]:
    """Answers that a task on this channel may have."""
    return tuple(ANSWERS) if channel in SPOKEN else ("done",)


@dataclass(frozen=True, slots=True, kw_only=True)
class TaskSheet:
    """All that whoever does a task needs to know; personal but for the first few."""

    #: What people type: the beginning of its name.
    ref: str
    title: str
    channel: Channel
    last_day: date
    overdue: bool
    #: Its last day is today.
    last: bool
    #: Somebody tried and reached nobody.
    tried: bool
    #: Whose it was before it came to the owner; "" = it was always the reader's.
    was: str = ""
    script: tuple[Piece, ...] = ()
    name: str = field(repr=False)
    phone: str = field(default="", repr=False)
    postal: tuple[str, ...] = field(default=(), repr=False)
    notes: tuple[str, ...] = field(default=(), repr=False)
    #: Of a rescue: what they had last and what is promised to them; it stands before the words that no file has.
    reason: str = field(default="", repr=False)
    #: "24 November: The Tuesday Fix".
    touches: tuple[str, ...] = field(default=(), repr=False)
    #: Fields of the script's tags.
    values: Mapping[str, object] = field(default_factory=dict, repr=False)
    #: Answer word → signed address; {} = there are no live pages.
    answers: Mapping[str, str] = field(default_factory=dict, repr=False)
