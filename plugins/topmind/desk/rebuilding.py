"""Builds the site again while somebody writes: what is wrong is said in one line, and the last good site stays."""

from __future__ import annotations

import threading
from pathlib import Path

from topmind.errors import TopmindError
from topmind.model import Clock, History, Level
from topmind.run import load, site
from topmind.run.remembered import history_of


class Rebuilding:
    """One project's builds, one at a time."""

    def __init__(self, root: Path, *, as_of: str | None, clock: Clock) -> None:
        self._root, self._as_of, self._clock = root, as_of, clock
        self._lock = threading.Lock()
        #: What had been sent after the last run here, and what was about to go: the pages of these issues stay. With
        #: the time at which that run was written down; None = not known yet.
        self._sent: tuple[int, History, list[site.Picked]] | None = None

    def warm(self) -> None:
        """Do beforehand what the first build would take longest for."""
        with self._lock:
            try:
                self._issues(load.load(self._root, as_of=self._as_of, clock=self._clock))
            except TopmindError:
                return  # whoever saves next is told

    def __call__(self) -> str:
        """Build; what is wrong, or "". Never raises for what people wrote."""
        with self._lock:
            try:
                problems, project = load.examine(self._root, as_of=self._as_of, clock=self._clock)
                if project is None:
                    count = sum(problem.level is Level.ERROR for problem in problems)
                    there = "There is one mistake" if count == 1 else f"There are {count} mistakes"
                    return f"{there} in the files: the site stays as it was."
                site.build_again(project, *self._issues(project))
            except TopmindError as error:
                return f"The site stays as it was: {str(error).splitlines()[0]}"
        return ""

    def _issues(self, project: load.Project) -> tuple[History, list[site.Picked]]:
        written = project.settings.var / "last-run.json"
        stamp = written.stat().st_mtime_ns if written.is_file() else 0
        if self._sent is None or self._sent[0] != stamp:
            history = history_of(project, self._clock)
            self._sent = stamp, history, site.due_today(project, self._clock)
        return self._sent[1:]
