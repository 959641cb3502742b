"""The command line: one file per command; each parses, calls one function and prints."""

from __future__ import annotations

import threading

#: Signals that ended this process, in order. Kept because libraries turn the exception into one of their own, or
#: swallow it (DuckDB: "Query interrupted"; Python 3.11: what `__set_name__` raises).
received: list[int] = []

#: Set by a command that has nothing left to put away when it ends, so that the interpreter need not take all apart:
#: of a short one that is a tenth. Also by one with threads which only read, or build what the next build makes whole:
#: who ends it does not wait for a plan that nobody will see. Left to the interpreter, they are waited for, or cut off
#: while DuckDB works, which it says in words of its own.
ends_at_once = threading.Event()


def main() -> None:
    """Entry of the `topmind` program: ends with its exit code; 130 and 143 where a signal ended it."""
    import gc
    import os
    import signal
    import sys
    from contextlib import suppress

    # What a command imports and makes lives to its end: looking through it after each 700 new objects is a tenth of
    # its time.
    gc.set_threshold(20_000, 20, 20)
    try:
        # Left alone, SIGTERM ends Python without a word and without clearing away what is half-made.
        signal.signal(signal.SIGTERM, _interrupt)
        if signal.getsignal(signal.SIGINT) is signal.default_int_handler:
            signal.signal(signal.SIGINT, _interrupt)
        from topmind.cli.app import call

        code = call()
    except KeyboardInterrupt:
        print("Interrupted.", file=sys.stderr)
        code = interrupted_code()
    # what was done is done: the exit code says so, whatever comes while the interpreter clears up
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    if ends_at_once.is_set():
        for stream in (sys.stdout, sys.stderr):
            with suppress(AttributeError, OSError, ValueError):  # none, closed, or nobody reads it
                stream.flush()
        os._exit(code)
    sys.exit(code)


def interrupted_code() -> int:
    """130 after Ctrl-C, 143 after SIGTERM."""
    return signalled() or 130


def signalled() -> int:
    """130 or 143 where a signal came, whatever became of its exception; else 0."""
    return 128 + received[-1] if received else 0


class Interrupted(KeyboardInterrupt):
    """A class of our own: where exactly KeyboardInterrupt passes an `exec`, CPython kills itself in the end."""


def _interrupt(number: int, _frame: object) -> None:
    received.append(number)
    raise Interrupted
