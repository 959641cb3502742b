"""What goes wrong on the way, by script: for the n-th call, for a recipient, or for a share of all calls.

Shares are drawn from a seed and the number of the call, so that a run can be repeated.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, Self

from topmind.testing.chance import chance


class FaultKind(StrEnum):
    """What happens to one SendEmail. The first five are accepted: the mail is in the inbox, whatever the sender sees."""

    #: Accepted; never answered, the connection stays open.
    HANG = "hang"
    #: Accepted; connection reset without an answer.
    RESET = "reset"
    #: Accepted; answered with `status` (500).
    ERROR = "error"
    #: Accepted; 200 with a body that holds no usable MessageId (`variant`).
    GARBAGE = "garbage"
    #: Accepted; answered after `seconds`.
    SLOW = "slow"
    #: Not accepted: 429.
    THROTTLE = "throttle"
    #: Not accepted: MessageRejected for this recipient.
    REFUSE = "refuse"
    #: Not accepted: 403 ExpiredTokenException.
    EXPIRED = "expired"
    #: Not accepted: connection reset before the request is looked at.
    LOST = "lost"
    #: Not accepted: answered with `status` (500).
    ERROR_BEFORE = "error_before"


ACCEPTED = frozenset({FaultKind.HANG, FaultKind.RESET, FaultKind.ERROR, FaultKind.GARBAGE, FaultKind.SLOW})

#: `Fault.variant` of GARBAGE → body. `short` promises more than it sends.
GARBAGE: Mapping[str, bytes] = {
    "truncated": b'{"MessageId":"0100019',
    "text": b"<html><body>It works!</body></html>",
    "empty": b"{}",
    "nothing": b"",
    "short": b'{"Mess',
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """One thing that goes wrong."""

    kind: FaultKind
    #: Wait before the answer; SLOW only.
    seconds: float = 0.2
    #: HTTP status of ERROR and ERROR_BEFORE.
    status: int = 500
    #: Error name in place of the usual one; THROTTLE and REFUSE.
    code: str = ""
    #: Error text in place of the usual one.
    says: str = ""
    #: Which garbage, a key of `GARBAGE`.
    variant: str = "truncated"

    @classmethod
    def read(cls, given: str | Mapping[str, Any]) -> Self:
        """From JSON: a kind, or an object with the fields of this class."""
        fields = {"kind": given} if isinstance(given, str) else dict(given)
        return cls(**{**fields, "kind": FaultKind(fields["kind"])})


@dataclass(frozen=True, slots=True, kw_only=True)
class Faults:
    """The script: `at` goes before `to`, both before `shares`."""

    seed: int = 0
    #: Number of the SendEmail call, from 1 → fault.
    at: Mapping[int, Fault] = field(default_factory=dict)
    #: Recipient, lower case → fault on each of its calls.
    to: Mapping[str, Fault] = field(default_factory=dict)
    #: Another operation ("GetAccount") → fault on each of its calls.
    operations: Mapping[str, Fault] = field(default_factory=dict)
    #: Kind → part of all calls, 0 to 1; together at most 1.
    shares: Mapping[FaultKind, float] = field(default_factory=dict)
    #: Wait of SLOW where it comes from `shares`.
    seconds: float = 0.2

    @classmethod
    def read(cls, given: Mapping[str, Any]) -> Self:
        """From JSON; raises TypeError, ValueError or KeyError for what is no script."""
        fields = dict(given)
        fields["at"] = {int(number): Fault.read(fault) for number, fault in fields.get("at", {}).items()}
        fields["to"] = {address.lower(): Fault.read(fault) for address, fault in fields.get("to", {}).items()}
        fields["operations"] = {
            name: Fault.read(fault) for name, fault in fields.get("operations", {}).items()
        }
        fields["shares"] = {FaultKind(kind): float(share) for kind, share in fields.get("shares", {}).items()}
        return cls(**fields)

    def of_call(self, number: int, to: Sequence[str]) -> Fault | None:
        """What the n-th SendEmail, to these recipients, meets, or None."""
        if number in self.at:
            return self.at[number]
        if self.to:
            found = next((self.to[address.lower()] for address in to if address.lower() in self.to), None)
            if found:
                return found
        return self._drawn(number) if self.shares else None

    def _drawn(self, number: int) -> Fault | None:
        left = chance(self.seed, "fault", number)
        for kind in FaultKind:
            left -= self.shares.get(kind, 0.0)
            if left < 0:
                names = sorted(GARBAGE)
                variant = names[int(chance(self.seed, "variant", number) * len(names))]
                return Fault(kind=kind, seconds=self.seconds, variant=variant)
        return None
