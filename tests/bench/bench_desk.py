"""The desk: from a saved file to the page in the browser, and the preview as files (wall seconds; CPU beside)."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path

ROOT = Path(__file__).parents[2]
TOPMIND = str(Path(sys.executable).parent / "topmind")
PEOPLE = 2_000
SAVES = 8
TIP = "---\ntitle: Salt the steps {number}\ndate: 2026-12-01\n---\nSave {number}: a handful does it.\n"


def told(what: str, wall: float, budget: float, beside: str = "") -> None:
    """One line."""
    print(f"  {what:50} {wall:6.2f} s   (budget {budget} s){beside}", flush=True)


def saves(root: Path) -> list[tuple[float, float]]:
    """For each save: seconds until the desk shows it, and until the site does."""
    from topmind.desk.opening import follow
    from topmind.run import load
    from topmind.run.clock import SystemClock
    from topmind.run.preview import Watching

    clock = SystemClock()
    project = load.load(root, as_of=None, clock=clock)
    watching = Watching(root, as_of=None, clock=clock)
    reload = follow(project, watching, clock)
    watching.settled()
    reload.start()
    _until(lambda: reload.site == 1)  # the watcher has its places, and has built once
    watching.settled()
    found = []
    for number in range(SAVES):
        built, version = reload.site, watching.version
        start = time.perf_counter()
        (root / "content/tips/salt.md").write_text(TIP.format(number=number), "utf-8")
        desk = _until(lambda: watching.version != version) - start  # noqa: B023
        found.append((desk, _until(lambda: reload.site != built) - start))  # noqa: B023
        page = (root / "output/tips/salt/index.html").read_text("utf-8")
        assert f"Save {number}:" in page, "the page is not the one that was saved"
        watching.settled()
    reload.end()
    return found


def _until(holds: object) -> float:
    ended = threading.Event()
    while not holds():  # type: ignore[operator]
        ended.wait(0.005)
    return time.perf_counter()


def main() -> None:
    """The sample as it is played by `topmind demo`."""
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        for name in ("content", "segments", "themes"):
            shutil.copytree(ROOT / name, root / name)
        shutil.copy(ROOT / "pelicanconf.py", root)
        demo = [TOPMIND, "-C", folder, "demo", "--contacts", str(PEOPLE)]
        subprocess.run(demo, check=True, capture_output=True)
        every = saves(root)
        desk, site = (sorted(times)[len(times) // 2] for times in zip(*every, strict=True))
        worst = max(second for _, second in every)
        told("saved file to the desk's pages (median)", desk, 1.0)
        told("saved file to the page of the site (median)", site, 1.0, f"  slowest of {SAVES} {worst:.2f} s")
        before, start = os.times(), time.perf_counter()
        export = [TOPMIND, "-C", folder, "preview", "--export", str(root / "preview")]
        subprocess.run(export, check=True, capture_output=True)
        spent, after = time.perf_counter() - start, os.times()
        told("preview --export", spent, 20.0, f"  CPU {sum(after[2:4]) - sum(before[2:4]):.2f} s")


if __name__ == "__main__":
    main()
