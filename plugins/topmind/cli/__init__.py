"""The command line: one file per command; each parses, calls one function and prints."""

from __future__ import annotations


def main() -> None:
    """Entry of the `topmind` program: ends with its exit code; 130 and 143 where a signal ended it."""
    import signal
    import sys

    try:
        # Left alone, SIGTERM ends Python without a word and without clearing away what is half-made.
        signal.signal(signal.SIGTERM, _terminated)
        from topmind.cli.app import call

        code = call()
    except KeyboardInterrupt as error:
        print("Interrupted.", file=sys.stderr)
        code = 143 if isinstance(error, Terminated) else 130
    sys.exit(code)


class Terminated(KeyboardInterrupt):
    """SIGTERM: like Ctrl-C, with an exit code of its own."""


def _terminated(_number: int, _frame: object) -> None:
    raise Terminated
