"""Processes that are killed with -9 some tenths of a second after they began."""

from __future__ import annotations

import os
import signal
import time
import traceback
from collections.abc import Callable


def child(work: Callable[[], None]) -> int:
    """Run `work` in a child that starts warm; its process id."""
    pid = os.fork()
    if pid:
        return pid
    try:
        work()
    except BaseException:  # noqa: BLE001 - the child has its own end
        traceback.print_exc()
        os._exit(1)
    os._exit(0)


def until_killed(work: Callable[[], None], seconds: float) -> bool:
    """Run `work`, kill it with -9 after so many seconds; False where it had ended before."""
    pid = child(work)
    time.sleep(seconds)
    ended, _ = os.waitpid(pid, os.WNOHANG)
    if ended:
        return False
    os.kill(pid, signal.SIGKILL)
    os.waitpid(pid, 0)
    return True


def to_the_end(work: Callable[[], None]) -> None:
    """Run `work` undisturbed, in a child as well."""
    _, status = os.waitpid(child(work), 0)
    assert os.waitstatus_to_exitcode(status) == 0, "a sender that nobody killed failed"


def warm() -> None:
    """Import what a sender needs, so that a child begins to send at once."""
    import boto3

    from topmind import delivery, feedback
    from topmind.aws import queue, ses
    from topmind.run import listening

    assert all((boto3, delivery, feedback, queue, ses, listening))
