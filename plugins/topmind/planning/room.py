"""Steps that come soon: what an announcement, an issue or a rescue leaves free in a ceiling for them."""

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
        value: Bools,
        may: Bools,
    ) -> None:
        """Entries in order of their due days; `gone` (the day on which each went, 0 = not yet) is looked at anew
        each time; `channel`: index into `list(Channel)`; `value`: what keeps a floor; `may`: what no lasting rule
        keeps back."""
        self._contacts = contacts
        self._row, self._due, self._last, self._gone = row, due, last, gone
        self._channel, self._value, self._may = channel, value, may
        self._longest = int((last - due).max(initial=0))

    def count(
        self, day: int, days: int, channel: str, by: NDArray[np.int32] | None = None
    ) -> NDArray[np.int16]:
        """Per contact the steps that want a place in a window of so many days which begins with `day`, later than
        that day itself; "" = on all channels.

        That are those that would never go without it, because their last day lies in the window; and, where `by` gives
        each contact a day, valuable ones that are due up to it.
        """
        end = day + days - 1
        first, behind = np.searchsorted(self._due, [day - self._longest, end + 1])
        part = slice(int(first), int(behind))
        wants = self._last[part] <= end
        if by is not None:
            wants |= self._value[part] & (self._due[part] <= by[self._row[part]])
        wants &= self._may[part] & (self._gone[part] == 0) & (self._last[part] > day)
        if channel:
            wants &= self._channel[part] == list(Channel).index(Channel(channel))
        return np.bincount(self._row[part][wants], minlength=self._contacts).astype(np.int16)
