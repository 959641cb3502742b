"""Whole commands from cold start, as a person or a tick meets them (wall seconds, best of three)."""

from __future__ import annotations

import subprocess
import sys
import time
from pathlib import Path

TOPMIND = str(Path(sys.executable).parent / "topmind")
ROOT = Path(__file__).parents[2]

COMMANDS = [
    (["--help"], 0.2),
    (["check"], 2.0),
    (["plan"], 5.0),
]


def seconds(args: list[str]) -> float:
    """Wall seconds of one run."""
    start = time.perf_counter()
    subprocess.run([TOPMIND, "-C", str(ROOT), *args], check=False, capture_output=True)
    return time.perf_counter() - start


def main() -> None:
    """Print each command with its budget."""
    for args, budget in COMMANDS:
        best = min(seconds(args) for _ in range(3))
        print(f"  topmind {' '.join(args):20} {best:6.2f} s   (budget {budget} s)")


if __name__ == "__main__":
    main()
