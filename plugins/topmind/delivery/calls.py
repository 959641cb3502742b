"""Who makes the calls: this thread, one after the other, or as many threads as there are sender slots.

Both keep one promise: a claim whose call began stays in `open` until its outcome was fetched with `finished`, so
that whatever ends the run, nothing that may have left is given back.
"""

from __future__ import annotations

import queue
import threading
from collections.abc import Callable
from typing import Protocol, TypeAlias

from topmind.ledger import Claim
from topmind.model import Message, Outcome

#: One call; never raises for what the other side does.
Call: TypeAlias = Callable[[Message], Outcome]
#: A claim and what became of its call.
Answer: TypeAlias = tuple[Claim, Outcome]


class Calls(Protocol):
    """Calls under way."""

    @property
    def running(self) -> int:
        """How many calls have begun and are not answered."""
        ...

    def start(self, claim: Claim, message: Message) -> None:
        """Begin a call."""
        ...

    def finished(self, *, wait: float) -> list[Answer]:
        """Answers that are there; where none is and calls are running, wait up to so many seconds for one."""
        ...

    def close(self) -> None:
        """No more calls; does not wait for those under way."""
        ...


class InTurn:
    """One call after the other, in this thread: for transports that write files, and for tests."""

    def __init__(self, call: Call) -> None:
        self._call = call
        self._answers: list[Answer] = []

    @property
    def running(self) -> int:
        return 0

    def start(self, claim: Claim, message: Message) -> None:
        self._answers.append((claim, self._call(message)))

    def finished(self, *, wait: float) -> list[Answer]:
        answers, self._answers = self._answers, []
        return answers

    def close(self) -> None:
        pass


class AtOnce:
    """Up to `slots` calls at once on threads that do not outlive the process."""

    def __init__(self, call: Call, slots: int) -> None:
        self._call = call
        self._todo: queue.SimpleQueue[tuple[Claim, Message] | None] = queue.SimpleQueue()
        self._done: queue.SimpleQueue[Answer] = queue.SimpleQueue()
        self._running = 0
        # daemons: five seconds after a signal the process ends, whatever a socket still waits for
        self._threads = [threading.Thread(target=self._work, daemon=True) for _ in range(slots)]
        for thread in self._threads:
            thread.start()

    @property
    def running(self) -> int:
        return self._running

    def start(self, claim: Claim, message: Message) -> None:
        self._running += 1
        self._todo.put((claim, message))

    def finished(self, *, wait: float) -> list[Answer]:
        answers: list[Answer] = []
        while self._running:
            try:
                answers.append(self._done.get(timeout=wait if not answers else None, block=not answers))
            except queue.Empty:
                break
            self._running -= 1
        return answers

    def close(self) -> None:
        for _ in self._threads:
            self._todo.put(None)

    def _work(self) -> None:
        while (job := self._todo.get()) is not None:
            claim, message = job
            self._done.put((claim, self._call(message)))
