"""Whole commands from cold start, as a person or a tick meets them (wall seconds; CPU seconds beside them)."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

TOPMIND = str(Path(sys.executable).parent / "topmind")
ROOT = Path(__file__).parents[2]

#: On the sample as it is, best of three.
COMMANDS = [
    (["--help"], 0.2),
    (["check"], 2.0),
    (["plan"], 5.0),
]
#: Contacts of the demo, and those of the budget of a tick.
SAMPLE, CONTACTS = 2_000, 3_000
#: The Tuesday after the one that the sample is pinned to: an issue is due for nearly everybody.
NEXT_WEEK = "2026-12-08"


def seconds(args: list[str], root: Path = ROOT) -> tuple[float, float]:
    """Wall and CPU seconds of one run."""
    before, start = os.times(), time.perf_counter()
    subprocess.run([TOPMIND, "-C", str(root), *args], check=False, capture_output=True)
    spent, after = time.perf_counter() - start, os.times()
    return spent, sum(after[2:4]) - sum(before[2:4])


def until_the_first_mail(args: list[str], root: Path) -> tuple[float, int]:
    """Wall seconds from cold start until the first mail of a run lies in the outbox, and how many came."""
    outbox = root / "var" / "outbox"
    before = {path.name for path in outbox.glob("*.eml")}
    start = time.time()
    subprocess.run([TOPMIND, "-C", str(root), *args], check=True, capture_output=True)
    fresh = [path for path in outbox.glob("*.eml") if path.name not in before]
    return min(path.stat().st_mtime for path in fresh) - start, len(fresh)


def told(what: str, wall: float, budget: float, beside: str = "") -> None:
    """One line."""
    print(f"  {what:50} {wall:6.2f} s   (budget {budget} s){beside}", flush=True)


@contextmanager
def company(contacts: int) -> Iterator[Path]:
    """A copy of the sample with so many contacts, and what the demo's first day sent them."""
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        for name in ("content", "segments", "themes"):
            shutil.copytree(ROOT / name, root / name)
        shutil.copy(ROOT / "pelicanconf.py", root)
        made = ["demo", "--contacts", str(contacts)]
        subprocess.run([TOPMIND, "-C", folder, *made], check=True, capture_output=True)
        yield root


def check() -> None:
    """With contacts and what they got, as on a marketer's machine."""
    with company(SAMPLE) as root:
        wall, cpu = min(seconds(["check"], root) for _ in range(3))
        told(f"topmind check, {SAMPLE} contacts", wall, 2.0, f"  CPU {cpu:.2f} s")


def ticks() -> None:
    """The tick on which an issue is due for nearly everybody, and the one after it."""
    with company(CONTACTS) as root:
        send = ["send", "--as-of", NEXT_WEEK]
        first, mails = until_the_first_mail(send, root)
        told(f"tick, {CONTACTS} contacts: start to first mail", first, 5.0, f"  {mails} mails")
        wall, cpu = min(seconds(send, root) for _ in range(3))
        told(f"tick, {CONTACTS} contacts: nothing due", wall, 3.0, f"  CPU {cpu:.2f} s")


def main() -> None:
    """Print each command with its budget."""
    for args, budget in COMMANDS:
        wall, cpu = min(seconds(args) for _ in range(3))
        told(f"topmind {' '.join(args)}", wall, budget, f"  CPU {cpu:.2f} s")
    check()
    ticks()


if __name__ == "__main__":
    main()
