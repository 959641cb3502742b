"""Several senders at once: who they are to each other, and which people are whose."""

from __future__ import annotations

import re
from dataclasses import dataclass

from topmind.errors import GuardError, UsageError


@dataclass(frozen=True, slots=True)
class Member:
    """A sender among several: those of one crew send beside each other, each in a seat of its own."""

    #: Who belongs together: a run with its workers, or the shards of one division. "" = nobody, it sends alone.
    crew: str
    #: Its place; a second one in the same seat is refused while the first is alive.
    seat: str

    def beside(self, crew: str, seat: str) -> bool:
        """Whether it may send while that other one does."""
        return bool(self.crew) and self.crew == crew and self.seat != seat


#: Whoever sends without others.
ALONE = Member(crew="", seat="")


@dataclass(frozen=True, slots=True)
class Shard:
    """One part of all people, the same for every machine that shares the ledger."""

    #: From 1.
    number: int
    #: How many parts there are.
    of: int

    @classmethod
    def parse(cls, text: str) -> Shard:
        """`2/4`. Raises UsageError."""
        found = re.fullmatch(r"([1-9]\d{0,3})/([1-9]\d{0,3})", text)
        if found is None or int(found[1]) > int(found[2]):
            raise UsageError(f"{text!r} is no shard.", fix="Give its number and how many there are: 2/4.")
        return cls(number=int(found[1]), of=int(found[2]))

    def __str__(self) -> str:
        """`2/4`."""
        return f"{self.number}/{self.of}"


def refuse_several(where: str, why: str) -> GuardError:
    """What a ledger for one sender at a time says to several."""
    return GuardError(
        f"{why}; nobody was mailed.",
        where=where,
        fix="Leave out --workers and --shard, or keep the ledger in PostgreSQL: TOPMIND_LEDGER=postgresql://…",
    )
