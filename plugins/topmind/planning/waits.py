"""What a forecast notes while the days are played: how long each contact waits for something valuable, and what
the rules hold back of an issue. Cheap enough for a million contacts: one look at the rows of each touch."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from topmind.model import Bools
    from topmind.planning.block import Block, Days, Rows
    from topmind.planning.logs import SharedLog
    from topmind.planning.selection import Choice


class Waits:
    """Stretches without a valuable touch in one block, from the day the loop begins."""

    def __init__(self, block: Block, *, singly: bool = False) -> None:
        #: Each verdict ahead is asked for, not only counts.
        self.singly = singly
        setting = block.setting
        self.as_of, self.first, self.until = setting.as_of, setting.start, setting.until
        self.floor = block.floor
        #: Whom a rescue may and can reach: the others are counted apart.
        self._helped = ~np.logical_or.reduce(list(block.apart.values()))
        #: As the ledger left it.
        self.credit = block.credit.copy()
        #: Longest stretch that ends in the forecast, in days.
        self.longest: Days = np.zeros(block.n, dtype=np.int32)
        #: Outside their floor today (and not helped today); on any day of the forecast.
        self.now: Bools = np.zeros(block.n, dtype=np.bool_)
        self.ever: Bools = np.zeros(block.n, dtype=np.bool_)
        self._edges = np.zeros(self.until - self.first + 2, dtype=np.int64)

    def end(self, rows: Rows, since: Days, day: int) -> None:
        """Something valuable comes to these rows on `day`; they waited `since` then."""
        waited = np.minimum(day, self.until) - since
        self.longest[rows] = np.maximum(self.longest[rows], waited)
        late = waited > self.floor[rows]
        if late.any():
            # the day on which it comes keeps the floor again
            self._outside(rows[late], since[late], min(day, self.until + 1))

    def close(self, block: Block) -> None:
        """The horizon is reached: whoever still waits does so at least until then."""
        rows = np.nonzero(block.taking_part)[0]
        since = block.value_day[rows]
        self.longest[rows] = np.maximum(self.longest[rows], self.until - since)
        late = self.until - since > self.floor[rows]
        self._outside(rows[late], since[late], self.until + 1)

    def outside(self) -> NDArray[np.int64]:
        """Per day of the calendar: contacts outside their floor."""
        found: NDArray[np.int64] = np.cumsum(self._edges)[:-1]
        return found

    def _outside(self, rows: Rows, since: Days, end: int) -> None:
        """Outside from the day after the floor to the day before `end`."""
        begin = np.maximum(since + self.floor[rows] + 1, self.first)
        real = (begin < end) & (self.floor[rows] > 0) & self._helped[rows]
        rows, begin = rows[real], begin[real]
        self.ever[rows] = True
        self.now[rows[(begin <= self.as_of) & (self.as_of < end)]] = True
        np.add.at(self._edges, begin - self.first, 1)
        self._edges[end - self.first] -= len(rows)

    def tell(self, block: Block, log: SharedLog, day: int, rows: Rows, choice: Choice) -> None:
        """Who lacks how much for a promotion on an issue's last day, and which promotions its slots took."""
        from topmind.planning.selection import RATIO

        if day == log.ask.last:
            early = rows[choice.why == RATIO]
            missing = block.ratio[early] - block.credit[early]
            for lacks, amount in zip(*np.unique(missing, return_counts=True), strict=True):
                log.short[max(int(lacks), 1)] += int(amount)
        sold = choice.picks[(choice.why == 0) & (choice.promotions > 0)]
        for bit, amount in zip(*np.unique(sold[sold >= 0], return_counts=True), strict=True):
            if not block.setting.table.items[int(bit)].is_value:
                log.offers[int(bit)] += int(amount)
