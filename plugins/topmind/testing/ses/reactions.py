"""What recipients do with their mail, and how well word of it comes back: the script of the feedback."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from fnmatch import fnmatchcase
from typing import Any, Self

from topmind.testing.chance import chance


class Reaction(StrEnum):
    """What becomes of one message at one recipient."""

    #: Taken by the recipient's server, and nothing more.
    DELIVER = "deliver"
    #: Bounced for good: nobody there.
    BOUNCE = "bounce"
    #: Bounced for now: the mailbox is full.
    SOFT_BOUNCE = "soft_bounce"
    #: Not yet, then delivered.
    DELAY = "delay"
    #: Delivered, then called spam.
    COMPLAIN = "complain"
    #: SES finds a virus; never leaves.
    REJECT = "reject"
    #: SES cannot fill the template; never leaves.
    RENDERING_FAILURE = "rendering_failure"
    #: Delivered and opened.
    OPEN = "open"
    #: Delivered, opened, first link followed.
    CLICK = "click"
    #: Delivered, then unsubscribed at SES.
    UNSUBSCRIBE = "unsubscribe"
    #: Accepted, Send event, and never heard of again.
    SILENT = "silent"
    #: On the account's suppression list: accepted, counted, bounced.
    SUPPRESSED = "suppressed"
    #: As if on the global suppression list.
    GLOBALLY_SUPPRESSED = "globally_suppressed"
    #: Opted out of the contact list or topic: accepted, counted, bounced.
    OPTED_OUT = "opted_out"


#: Local part (without +label) at the mailbox simulator → reaction. An automatic answer (`ooto`) is a delivery.
MAILBOX_SIMULATOR: Mapping[str, Reaction] = {
    "success": Reaction.DELIVER,
    "ooto": Reaction.DELIVER,
    "bounce": Reaction.BOUNCE,
    "complaint": Reaction.COMPLAIN,
    "suppressionlist": Reaction.GLOBALLY_SUPPRESSED,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Feedback:
    """The script: who reacts how, and which events come late, twice, out of order or never.

    All shares are parts from 0 to 1, drawn from the seed and the event, whatever the order of the calls.
    """

    seed: int = 0
    #: Address or pattern (`*@example.com`), lower case → reactions; the first that fits counts.
    reactions: Mapping[str, tuple[Reaction, ...]] = field(default_factory=dict)
    #: Reaction → part of all other recipients; the same recipient always reacts the same way. The rest: deliver.
    shares: Mapping[Reaction, float] = field(default_factory=dict)
    #: Events held back until `flush`, or for `late_seconds` where that is set.
    late: float = 0.0
    #: By the simulator's clock; 0 = until `flush`.
    late_seconds: float = 0.0
    #: Events that come twice.
    doubled: float = 0.0
    #: Events that come after one to five others.
    reordered: float = 0.0
    #: Events that never come.
    lost: float = 0.0

    @classmethod
    def read(cls, given: Mapping[str, Any]) -> Self:
        """From JSON; raises TypeError, ValueError or AttributeError for what is no script."""
        fields = dict(given)
        fields["reactions"] = {
            address.lower(): tuple(map(Reaction, [said] if isinstance(said, str) else said))
            for address, said in fields.get("reactions", {}).items()
        }
        fields["shares"] = {Reaction(name): float(part) for name, part in fields.get("shares", {}).items()}
        return cls(**fields)

    def of(self, address: str) -> tuple[Reaction, ...]:
        """How a recipient reacts."""
        address = address.lower()
        local, _, domain = address.rpartition("@")
        if domain == "simulator.amazonses.com":
            return (MAILBOX_SIMULATOR.get(local.partition("+")[0], Reaction.BOUNCE),)
        for pattern, reactions in self.reactions.items():
            if fnmatchcase(address, pattern):
                return reactions
        return tuple(self._drawn(address)) or (Reaction.DELIVER,)

    def _drawn(self, address: str) -> Iterator[Reaction]:
        if not self.shares:
            return
        left = chance(self.seed, "reaction", address)
        for reaction in Reaction:
            left -= self.shares.get(reaction, 0.0)
            if left < 0:
                yield reaction
                return

    def happens(self, share: str, event: str) -> bool:
        """Whether `late`, `doubled`, `reordered` or `lost` befalls an event, named by something of its own."""
        part: float = getattr(self, share)
        return part > 0 and chance(self.seed, share, event) < part
