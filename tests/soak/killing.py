"""Processes that are killed with -9 after so many calls: a quick machine brings no sender to its end before its death."""

from __future__ import annotations

import os
import random
import select
import signal
import time
import traceback
from collections.abc import Callable
from typing import TypeAlias

#: A sender tells of each call that it begins.
Told: TypeAlias = Callable[[], None]
#: What a child does.
Work: TypeAlias = Callable[[Told], None]

#: Seconds from the start of a child that starts warm to its first call, about: a death in there comes before any call.
OPENING = 0.12
#: Seconds from the beginning of a call to the death, at most: it may come at any point until its answer is written.
AFTER = 0.04
#: Seconds until a sender that begins no call is given up.
SILENT = 60


class Deaths:
    """When the senders of a policy die: evenly drawn calls, and so few that the wanted deaths spread over everybody.

    A death before the first call is one more, and does not count towards those that are wanted.
    """

    def __init__(self, wanted: int, seed: int) -> None:
        self.wanted = wanted
        self._draw = random.Random(seed)
        #: Deaths of senders that had begun a call, and of those that had not.
        self.sending, self.opening = 0, 0
        #: Senders in a row that nobody killed in time.
        self.missed = 0
        #: Calls between the one that was waited for and the death: in the mean of those so far.
        self._beyond = 1.0

    @property
    def missing(self) -> int:
        """How many are still wanted."""
        return self.wanted - self.sending

    @property
    def every(self) -> int:
        """How many there were."""
        return self.sending + self.opening

    def one(self, work: Work, left: int) -> bool:
        """Begin a sender for the people who are left, and kill it; False where it had ended by itself."""
        share = left / (self.missing + 2) - self._beyond
        calls = int(self._draw.random() * (2 * max(share, 1) + 1))
        began = killed(work, calls=calls, seconds=self._draw.random() * (AFTER if calls else OPENING))
        if began is None:
            self.missed += 1
            return False
        self.missed = 0
        if not began:
            self.opening += 1
            return True
        self.sending += 1
        self._beyond += (began - calls - self._beyond) / min(self.sending + 1, 10)
        return True


def killed(work: Work, *, calls: int, seconds: float) -> int | None:
    """Run `work`, kill it with -9 so many seconds after the beginning of that call; how many it had begun, or None
    where it had ended before."""
    pid, pipe = child(work)
    try:
        began = _heard(pipe, calls)
        time.sleep(seconds)
        os.kill(pid, signal.SIGKILL)  # who has ended is not away before it is waited for
        died = _died(pid)
        return began + _heard(pipe) if died else None
    finally:
        os.close(pipe)


def to_the_end(work: Work) -> None:
    """Run `work` undisturbed, in a child as well."""
    pid, pipe = child(work)
    while os.read(pipe, 4096):
        pass
    os.close(pipe)
    assert not _died(pid)


def child(work: Work) -> tuple[int, int]:
    """Run `work` in a child that starts warm; its process id, and where a byte comes for each call that it begins."""
    here, there = os.pipe()
    pid = os.fork()
    if pid:
        os.close(there)
        return pid, here
    try:
        os.close(here)
        work(lambda: _tell(there))
    except BaseException:  # noqa: BLE001 - the child has its own end
        traceback.print_exc()
        os._exit(1)
    os._exit(0)


def _tell(pipe: int) -> None:
    os.write(pipe, b".")


def _heard(pipe: int, calls: int | None = None) -> int:
    """Wait for so many bytes, or for the end of whoever writes them; how many came."""
    heard = 0
    while calls is None or heard < calls:
        assert select.select([pipe], [], [], SILENT)[0], f"a sender began no call for {SILENT} seconds"
        if not (found := os.read(pipe, 4096)):
            break
        heard += len(found)
    return heard


def _died(pid: int) -> bool:
    """Whether it was killed; raises AssertionError where it failed."""
    _, status = os.waitpid(pid, 0)
    code = os.waitstatus_to_exitcode(status)
    assert code in (0, -signal.SIGKILL), "a sender that nobody killed failed"
    return code != 0


def warm() -> None:
    """Import what a sender needs, so that a child begins to send at once."""
    import boto3

    from topmind import delivery, feedback
    from topmind.aws import queue, ses
    from topmind.run import listening

    assert all((boto3, delivery, feedback, queue, ses, listening))
