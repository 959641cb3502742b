"""Steps that come soon: what an issue, an announcement or a rescue leaves free in a ceiling for them."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from topmind.model import Bools, Channel

#: Days of the longest window in which a place is kept. Fixed, so that a forecast keeps today what a tick keeps.
SOON = 14


class Soon:
    """The step entries that may go at all, and how many of them want a place within a window."""

    def __init__(
        self,
        contacts: int,
        *,
        row: NDArray[np.intp],
        due: NDArray[np.int32],
        last: NDArray[np.int32],
        gone: NDArray[np.int32],
        channel: NDArray[np.int8],
        may: Bools,
    ) -> None:
        """Entries in order of their due days; `gone` (the day on which each went, 0 = not yet) is looked at anew
        each time; `channel`: index into `list(Channel)`; `may`: what no lasting rule keeps back."""
        self._contacts = contacts
        self._row, self._due, self._last, self._gone, self._may = row, due, last, gone, may
        self._channel = channel
        self._longest = int((last - due).max(initial=0))
        self._day = 0
        self._known: dict[tuple[str, int, bool], NDArray[np.int16]] = {}

    def count(self, day: int, days: int, channel: str, *, lost: bool) -> NDArray[np.int16]:
        """Per contact the steps that want a place in a window of so many days which begins with `day`, later than
        that day itself; "" = on all channels.

        With `lost` only those whose last day lies in the window, too: without a place they would never go.
        """
        if day != self._day:
            self._day, self._known = day, {}
        key = channel, days, lost
        if key not in self._known:
            self._known[key] = self._count(day, day + days - 1, channel, lost=lost)
        return self._known[key]

    def _count(self, day: int, end: int, channel: str, *, lost: bool) -> NDArray[np.int16]:
        first, behind = np.searchsorted(self._due, [day - self._longest, end + 1])
        part = slice(int(first), int(behind))
        wants = self._may[part] & (self._gone[part] == 0) & (self._last[part] > day)
        if lost:
            wants &= self._last[part] <= end
        if channel:
            wants &= self._channel[part] == list(Channel).index(Channel(channel))
        return np.bincount(self._row[part][wants], minlength=self._contacts).astype(np.int16)
