"""Deaths on order: a ledger and a transport that die before or after any of their steps, like a killed process.

for number in itertools.count():
    fuse = Fuse(number)
    ledger, transport = faulty_ledger(real, fuse), FaultyTransport(real_transport, fuse)
    …run; where it raises Died: `real.close()` without another word, open anew, run again…
    if not fuse.blown: break
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, cast

from topmind.ledger import Ledger
from topmind.model import Message, Outcome, Transport

#: Methods of a ledger that write.
WRITES = frozenset(
    {
        "sync_people", "erase", "bar", "suppress", "begin_adoption", "doubt", "adopt", "freeze", "expire", "lock", "unlock", "sweep", "claim", "settle", "prove",
        "release", "record_feedback", "fold", "task_done", "stop", "resume", "approve", "seed",
        "settle_tasks", "claim_task_mail", "settle_task_mail", "claim_proof", "settle_proof", "judge", "purge_marks", "canary_sent",
        "unresolve",
    }
)  # fmt: skip


class Died(BaseException):
    """The process is gone: nothing after this runs, no clean-up either."""


class Fuse:
    """Counts steps and blows at step `at` (from 0); once blown, everything that uses it is dead."""

    def __init__(self, at: int) -> None:
        self.at = at
        self.steps = 0
        #: What the process was about to do, or had just done, when it died; "" = it lives.
        self.blown = ""

    def step(self, name: str) -> None:
        """One more place to die at."""
        if self.blown:
            raise Died(self.blown)
        if self.steps == self.at:
            self.blown = name
            raise Died(name)
        self.steps += 1

    def around(self, name: str, call: Callable[..., Any]) -> Callable[..., Any]:
        """`call` with a place to die before it and one after it."""

        def wrapped(*args: Any, **kwargs: Any) -> Any:
            self.step(f"before {name}")
            result = call(*args, **kwargs)
            self.step(f"after {name}")
            return result

        return wrapped


def faulty_ledger(ledger: Ledger, fuse: Fuse) -> Ledger:
    """The same ledger, mortal before and after every write."""
    return cast("Ledger", _Faulty(ledger, fuse))


class _Faulty:
    """Passes everything through."""

    def __init__(self, ledger: Ledger, fuse: Fuse) -> None:
        self._ledger, self._fuse = ledger, fuse

    def __getattr__(self, name: str) -> Any:
        found = getattr(self._ledger, name)
        return self._fuse.around(name, found) if name in WRITES else found


class FaultyTransport:
    """The same transport, mortal before and after every call."""

    def __init__(self, transport: Transport, fuse: Fuse) -> None:
        self.name = transport.name
        self._send = fuse.around("transport.send", transport.send)

    def send(self, message: Message) -> Outcome:
        """Carry one message, or die."""
        return cast("Outcome", self._send(message))
