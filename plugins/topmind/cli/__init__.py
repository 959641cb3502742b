"""The command line: one file per command; each parses, calls one function and prints."""

from __future__ import annotations


def main() -> None:
    """Entry of the `topmind` program."""
    from topmind.cli.app import run

    run()
