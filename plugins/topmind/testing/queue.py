"""A queue of feedback in memory, with what a real one does to its readers: late, twice, in any order."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from topmind.feedback import Received


class ListQueue:
    """`feedback.Queue` over a list; what was received and neither deleted nor given back stays in hand."""

    def __init__(self, bodies: Iterable[str] = (), *, group: int = 10) -> None:
        self._group = group
        self._number = 0
        self.visible: list[Received] = []
        self.in_hand: dict[str, Received] = {}
        for body in bodies:
            self.put(body)

    def put(self, body: str, *, times: int = 1) -> None:
        """One more message, `times` times under one id."""
        self._number += 1
        for copy in range(times):
            receipt = f"r{self._number}-{copy}"
            self.visible.append(Received(id=f"m{self._number}", body=body, receipt=receipt))

    def receive(self) -> Sequence[Received]:
        """The next few."""
        found, self.visible = self.visible[: self._group], self.visible[self._group :]
        self.in_hand |= {one.receipt: one for one in found}
        return found

    def done(self, messages: Sequence[Received]) -> None:
        """Delete them."""
        for one in messages:
            del self.in_hand[one.receipt]

    def give_back(self, messages: Sequence[Received]) -> None:
        """They are visible again."""
        self.done(messages)
        self.visible += messages

    def come_back(self) -> None:
        """The time for which messages were in hand is over."""
        self.give_back(list(self.in_hand.values()))

    def waiting(self) -> tuple[int, int] | None:
        """Exactly."""
        return len(self.visible), len(self.in_hand)
