"""How full the ceilings are: per window and contact the touches of the days before, kept up as days go by."""

from __future__ import annotations

from collections import defaultdict

import numpy as np
from numpy.typing import NDArray

from topmind.model import Channel
from topmind.planning.terms import UNLIMITED, Window

Rows = NDArray[np.intp]
Days = NDArray[np.int32]
#: Index of a window; rows, each once; how many touches of each row begin or cease to count.
_Change = tuple[int, Rows, NDArray[np.int16] | int]


class Tally:
    """Counts per window; a touch enters on the day after its own and leaves when its window has passed, so that
    a year's ceiling costs two small writes per touch."""

    def __init__(
        self,
        windows: tuple[Window, ...],
        limits: NDArray[np.int16],
        kept: NDArray[np.int16],
        start: int,
        end: int,
    ) -> None:
        self.windows = windows
        #: [windows, n]: most touches; how many more than those of the days before today still fit; how many of
        #: them issues and announcements leave to the floor.
        self.limits, self.kept = limits, kept
        self.room = limits.copy()
        self._most_kept = kept.max(axis=1, initial=0).tolist()
        self._start, self._end = start, end
        self._enter: dict[int, list[_Change]] = defaultdict(list)
        self._leave: dict[int, list[_Change]] = defaultdict(list)

    def roll(self, day: int) -> None:
        """Begin a day."""
        for r, rows, amount in self._enter.pop(day, ()):
            self.room[r, rows] -= amount
        for r, rows, amount in self._leave.pop(day, ()):
            self.room[r, rows] += amount

    def add(self, rows: Rows, day: int, channel: Channel) -> None:
        """One touch on this day for each of these rows."""
        for r, window in enumerate(self.windows):
            if window.channel in {"", channel.value}:
                self._later(self._enter, day + 1, (r, rows, 1))
                self._later(self._leave, day + window.days, (r, rows, 1))

    def add_past(self, rows: Rows, days: Days, channel: Channel, today: Days) -> None:
        """What the ledger has: rows with a day each, in any order, some more than once. `today` per row: a touch
        of that day counts from tomorrow, a frozen one of a day to come at once."""
        for r, window in enumerate(self.windows):
            if window.channel not in {"", channel.value}:
                continue
            alive = days + window.days > self._start
            own = days == today
            np.subtract.at(self.room[r], rows[alive & ~own], 1)
            for queue, mask, by in ((self._enter, alive & own, 1), (self._leave, alive, window.days)):
                for day in np.unique(days[mask]):
                    mine, amount = np.unique(rows[mask & (days == day)], return_counts=True)
                    self._later(queue, int(day) + by, (r, mine, amount.astype(np.int16)))

    @property
    def paces(self) -> bool:
        """Whether anything is kept for anybody's floor."""
        return any(self._most_kept)

    def full(
        self, rows: Rows, channel: Channel, *, overall: bool, paced: bool = False
    ) -> NDArray[np.int16] | None:
        """The first window without room for each row, of all channels or of this one; -1 = room in all, None = for all
        of them.

        `paced` leaves what is kept. Index of the window, plus the number of windows where only that is left.
        """
        result: NDArray[np.int16] | None = None
        wanted = "" if overall else channel.value
        for r in range(len(self.windows) - 1, -1, -1):
            if self.windows[r].channel == wanted:
                room = self.room[r, rows]
                least = room.min(initial=UNLIMITED)
                kept = self._most_kept[r] if paced else 0
                if least > max(kept, 0):
                    continue
                if result is None:
                    result = np.full(len(rows), -1, dtype=np.int16)
                if paced:
                    result[room <= self.kept[r, rows]] = r + len(self.windows)
                if least <= 0:
                    result[room <= 0] = r
        return result

    def _later(self, queue: dict[int, list[_Change]], day: int, change: _Change) -> None:
        if day <= self._end:
            queue[day].append(change)
