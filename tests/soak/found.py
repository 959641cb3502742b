"""What became of everybody under a policy, and what the policy promises."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from soak.senders import SLOTS

#: Heads of the table: attributes of `Found`.
COLUMNS = (
    "policy", "people", "kills", "opening", "calls", "twice", "unannounced", "announced", "unserved", "unlisted",
    "listed", "most", "seconds", "held",
)  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class Found:
    """The books of SES, held against those of the ledger."""

    policy: str
    people: int
    #: Senders that were to die while they sent, those that did, and more that died before their first call.
    wanted: int
    kills: int
    opening: int
    #: People who got more than one mail, and those of them of whom the ledger does not say that it may be so.
    twice: int
    unannounced: int = 0
    #: Of how many it says so.
    announced: int = 0
    #: People who got none, and those of them on no list of the ledger.
    unserved: int
    unlisted: int = 0
    #: Touches that the ledger lists as unproven at the end.
    listed: int = 0
    #: Calls that SES saw.
    calls: int
    seconds: int

    @property
    def most(self) -> int:
        """So many may be listed: what was under way when somebody died."""
        return (self.kills + self.opening) * SLOTS

    @property
    def held(self) -> str:
        """For the table."""
        if self.kills < self.wanted or self.broken:
            return "NO"
        return "yes" if self.policy != "naive" else "promises nothing"

    @property
    def broken(self) -> list[str]:
        """Promises of the policy that were not kept, in words."""
        wrong = {
            "got it twice": self.twice if self.policy in {"default", "resend"} else 0,
            "got it twice, and nobody says so": self.unannounced,
            "got nothing, and are on no list": self.unlisted,
            "got nothing": self.unserved if self.policy == "resend" else 0,
            "are still listed": self.listed if self.policy == "resend" else 0,
            # every event was heard, so whoever is listed got nothing
            "are listed, and got it": self.listed - self.unserved if self.policy == "default" else 0,
            f"are listed, more than {self.most}": self.listed if self.listed > self.most else 0,
        }
        if self.policy == "naive":
            return []
        return [f"{self.policy}: {number} people {what}." for what, number in wrong.items() if number]

    @property
    def problems(self) -> list[str]:
        """Why this run proves nothing, or what it disproves; none where all is well."""
        few = f"{self.policy}: only {self.kills} of {self.wanted} senders died while they sent: it proves too little."
        return [few] * (self.kills < self.wanted) + self.broken


def table(everything: Sequence[Found]) -> str:
    """A row for each policy."""
    rows = [list(COLUMNS), *([str(getattr(one, name)) for name in COLUMNS] for one in everything)]
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    return "\n".join(
        "  ".join(
            cell.ljust(width) if number == 0 else cell.rjust(width)
            for number, (cell, width) in enumerate(zip(row, widths, strict=True))
        ).rstrip()
        for row in rows
    )
