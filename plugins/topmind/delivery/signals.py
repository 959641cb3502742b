"""SIGINT and SIGTERM: stop claiming, finish the mail in hand, give back the rest; after some seconds, end."""

from __future__ import annotations

import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType

from topmind.delivery.seam import Stopping

#: Seconds between a signal and the end, whatever hangs (a cancelled Actions job is killed after ten).
GRACE = 5.0


@contextmanager
def stop_signals(grace: float = GRACE, *, earlier: Stopping = lambda: 0) -> Iterator[Stopping]:
    """Inside the block the first signal only raises a flag, which `send` asks for; a second one, or `grace`
    seconds, ends the run where it is (SystemExit with 130 or 143). Outside the main thread nothing is changed.

    `earlier`: the code of a signal that came before, whose exception somebody may have swallowed (Python does so in
    callbacks of weak references, such as those of each import); then SystemExit in place of the block.
    """
    came = 0

    def on_signal(number: int, _frame: FrameType | None) -> None:
        nonlocal came
        if came:
            raise SystemExit(came)
        came = 128 + number
        if hasattr(signal, "setitimer"):
            signal.setitimer(signal.ITIMER_REAL, grace)

    def on_alarm(_number: int, _frame: FrameType | None) -> None:
        raise SystemExit(came)

    if threading.current_thread() is not threading.main_thread():
        yield lambda: 0
        return
    wanted: dict[int, Callable[[int, FrameType | None], None]] = {
        signal.SIGINT: on_signal,
        signal.SIGTERM: on_signal,
    }
    if hasattr(signal, "SIGALRM"):
        wanted[signal.SIGALRM] = on_alarm
    before = {number: signal.signal(number, handler) for number, handler in wanted.items()}
    try:
        if code := earlier():
            raise SystemExit(code)
        yield lambda: came
    finally:
        if hasattr(signal, "setitimer"):
            signal.setitimer(signal.ITIMER_REAL, 0)
        for number, handler in before.items():
            signal.signal(number, handler)
