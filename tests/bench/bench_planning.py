"""Figures of the planner (budgets: DESIGN §11). Each is taken in a process of its own, so that peak memory is its own.

python tests/bench/bench_planning.py [FIGURE [CONTACTS]]
"""

from __future__ import annotations

import os
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path

from crowd import NOW, audience, catalog, past

from topmind.planning import explain, forecast, plan
from topmind.testing.builders import a_history

CROWD = "3 newsletters, 3 announcements, calls, 8 segments, 4 zones, shared inboxes"


class Memory:
    """Resident memory of this process and its children, looked at ten times a second (Linux)."""

    def __init__(self) -> None:
        self.peak = 0.0
        threading.Thread(target=self._watch, daemon=True).start()

    def _watch(self) -> None:
        while True:
            self.peak = max(self.peak, sum(map(_resident, [os.getpid(), *_children()])))
            time.sleep(0.1)


def _resident(process: int) -> float:
    """GB of one process, shared pages counted in each; 0 where it is gone."""
    try:
        lines = Path(f"/proc/{process}/status").read_text("utf-8").splitlines()
    except OSError:
        return 0.0
    return sum(int(line.split()[1]) for line in lines if line.startswith("VmRSS:")) / 1024 / 1024


def _children() -> list[int]:
    found: list[int] = []
    for tasks in Path("/proc/self/task").glob("*/children"):
        try:
            found += map(int, tasks.read_text("utf-8").split())
        except OSError:
            continue
    return found


def timed(what: str, work: Callable[[], object], budget: str = "") -> None:
    """Print the wall seconds of one piece of work, and the CPU seconds of all processes beside it."""
    before, start = os.times(), time.perf_counter()
    work()
    spent, after = time.perf_counter() - start, os.times()
    cpu = sum(after[:4]) - sum(before[:4])
    print(f"  {what:58} {spent:7.3f} s  (CPU {cpu:6.3f} s)  {budget}", flush=True)


def small(contacts: int) -> None:
    """Today's plan of a small company, and one of its people."""
    made, people = catalog(), audience(contacts)
    seen = past(people.ids, 12)
    plan(made, people, a_history(), NOW)  # imports
    timed(f"plan {contacts} × 14 days, 12 weeks of history", lambda: plan(made, people, seen, NOW))
    someone = people.ids[7]
    timed(f"explain one of {contacts}", lambda: explain(made, people, seen, NOW, someone), "(budget 0.02)")


def today(contacts: int) -> None:
    """Today's plan of a large one."""
    made, people = catalog(), audience(contacts)
    timed(f"plan {contacts} × 14 days", lambda: plan(made, people, a_history(), NOW), "(budget 5)")
    seen = past(people.ids, 12)
    timed(
        f"plan {contacts} × 14 days, 12 weeks of history", lambda: plan(made, people, seen, NOW), "(budget 5)"
    )


def ahead(contacts: int) -> None:
    """The forecast of a very large one."""
    memory = Memory()
    made, people = catalog(), audience(contacts)
    own = memory.peak
    timed(f"forecast {contacts} × 90 days", lambda: forecast(made, people, a_history(), NOW), "(budget 8)")
    print(f"  {'memory of all processes at once, the audience in it':58} {memory.peak:7.2f} GB  (budget 0.5)")
    print(f"  {'memory before the plan, with the audience':58} {own:7.2f} GB")


FIGURES = {"small": (small, 3_000), "today": (today, 100_000), "ahead": (ahead, 1_000_000)}


def main() -> None:
    """All figures, or the one that is asked for."""
    if len(sys.argv) > 1:
        work, contacts = FIGURES[sys.argv[1]]
        work(int(sys.argv[2]) if len(sys.argv) > 2 else contacts)
        return
    print(f"  {CROWD}", flush=True)
    for figure in FIGURES:
        subprocess.run([sys.executable, __file__, figure], check=True)


if __name__ == "__main__":
    main()
