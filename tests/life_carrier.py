"""A memory transport that is refused, throttled or gets no answer now and then."""

from __future__ import annotations

from typing import TYPE_CHECKING

from life_project import STEADY
from life_promises import Left
from topmind.delivery.memory import Fault, MemoryTransport, refused, retry, unknown
from topmind.model import Message, Outcome

if TYPE_CHECKING:
    from life_played import Life


class Carrier:
    """A memory transport with accidents; it can prove half of what left without an answer."""

    name = "memory"

    def __init__(self, life: Life) -> None:
        self.life, self.memory = life, MemoryTransport(iter(self._luck, "never"))
        #: Touch → message id.
        self.proofs: dict[str, str] = {}
        self.task_mails: list[tuple[str, str]] = []
        self.steady = False
        self.break_off = 0

    def _luck(self) -> Fault | None:
        luck = 1.0 if self.steady else self.life.chance.random()
        if self.break_off:
            self.break_off -= 1
            if not self.break_off:
                return Fault(leaves=True, raises=KeyboardInterrupt)
        if luck < 0.002:
            return refused()
        if luck < 0.005:
            return unknown(leaves=luck < 0.0035)
        return retry() if luck < 0.02 else None

    def send(self, message: Message) -> Outcome:
        """As the memory transport; every mail that left goes into the diary."""
        self.steady = message.touch.contact in STEADY or message.touch.source == "@tasks"
        try:
            outcome = self.memory.send(message)
        finally:
            for sent in self.memory.sent:
                self._left(sent)
            self.memory.sent.clear()
        return outcome

    def _left(self, message: Message) -> None:
        if message.touch.source == "@tasks":
            self.task_mails.append((message.touch.contact, message.touch.occurrence))
            return
        self.proofs[message.touch_hex] = f"memory-{len(self.proofs)}"
        self.life.diary.mail(
            Left(key=message.touch, hex=message.touch_hex, inbox=message.to.lower(), at=self.life.clock.now())
        )

    def proof(self, touch_hex: str, attempt: int) -> str:
        """Where it is known to have left; one of two never is."""
        return self.proofs.get(touch_hex, "") if int(touch_hex, 16) % 2 else ""
