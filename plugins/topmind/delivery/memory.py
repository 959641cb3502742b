"""A transport that keeps messages in a list and answers by a script: the shipped fake for tests and rehearsals."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import TypeAlias

from topmind.model import Message, Outcome, OutcomeKind


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """A scripted answer that is not a plain acceptance."""

    outcome: Outcome | None = None
    #: The message leaves all the same (an answer that got lost).
    leaves: bool = False
    #: Raised in place of an answer; with `leaves` after the message left, else before.
    raises: Callable[[], BaseException] | None = None


#: What a script is made of: None = accept.
Answer: TypeAlias = "Fault | Outcome | None"


def refused(reason: str = "no such mailbox") -> Fault:
    """Refused for good."""
    return Fault(outcome=Outcome(kind=OutcomeKind.REFUSED, reason=reason))


def retry(reason: str = "no connection", *, stop: bool = False) -> Fault:
    """Proven not sent."""
    return Fault(outcome=Outcome(kind=OutcomeKind.RETRY, reason=reason, stop=stop))


def unknown(reason: str = "timeout", *, leaves: bool = True) -> Fault:
    """Sent or not: nobody can say. By default it did leave, which is the dangerous case."""
    return Fault(outcome=Outcome(kind=OutcomeKind.UNKNOWN, reason=reason), leaves=leaves)


class MemoryTransport:
    """Takes every message, in order; `script` gives one answer per call and accepts when it is used up."""

    name = "memory"

    def __init__(self, script: Iterable[Answer] = ()) -> None:
        self._script = iter(script)
        #: Every message that left.
        self.sent: list[Message] = []
        #: How often `send` was called.
        self.calls = 0

    def send(self, message: Message) -> Outcome:
        """Carry one message."""
        self.calls += 1
        answer = next(self._script, None)
        fault = Fault(outcome=answer) if isinstance(answer, Outcome) else answer
        if fault is None:
            self.sent.append(message)
            return Outcome(kind=OutcomeKind.ACCEPTED, message_id=f"memory-{self.calls}")
        if fault.leaves or (fault.outcome is not None and fault.outcome.kind is OutcomeKind.ACCEPTED):
            self.sent.append(message)
        if fault.raises is not None:
            raise fault.raises()
        assert fault.outcome is not None, "a fault answers or raises"
        return fault.outcome

    def proof(self, touch_hex: str, attempt: int) -> str:
        """The message id where this attempt is known to have left, else ""."""
        for number, message in enumerate(self.sent, start=1):
            if (message.touch_hex, message.attempt) == (touch_hex, attempt):
                return f"memory-{number}"
        return ""
