"""Inboxes that several contacts of a block read: who reads along, and what each of them has a copy of."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from topmind.model import Bools
from topmind.planning.contacts import shared_inboxes

Rows = NDArray[np.intp]


class Inboxes:
    """Every shared inbox is a number from 0; contacts alone in theirs have -1."""

    def __init__(self, inbox: NDArray[np.int32]) -> None:
        self.shared: Bools = shared_inboxes(inbox)
        rows = np.nonzero(self.shared)[0]
        #: Whether there is one at all.
        self.any = len(rows) > 0
        rows = rows[np.argsort(inbox[rows], kind="stable")]
        begins = np.nonzero(np.diff(inbox[rows], prepend=-1))[0] if len(rows) else rows
        #: Rows in order of their inbox; where each inbox begins; how many read it.
        self._rows, self._begin = rows, begins
        self._size = np.diff(begins, append=len(rows))
        self.number = np.full(len(inbox), -1, dtype=np.int32)
        self.number[rows] = np.repeat(np.arange(len(begins), dtype=np.int32), self._size)
        self._copies: dict[str, Bools] = {}

    def readers(self, row: int) -> Rows:
        """Everybody who reads the shared inbox of this row."""
        begin = self._begin[self.number[row]]
        found: Rows = self._rows[begin : begin + self._size[self.number[row]]]
        return found

    def all_readers(self, rows: Rows) -> tuple[Rows, NDArray[np.intp]]:
        """(readers, place in `rows` of whose inbox each reads); the rows have different shared inboxes."""
        numbers = self.number[rows]
        size = self._size[numbers]
        place = np.repeat(np.arange(len(rows)), size)
        within = np.arange(len(place)) - np.repeat(np.cumsum(size) - size, size)
        return self._rows[self._begin[numbers][place] + within], place

    def copies(self, occasion: str) -> Bools:
        """Per shared inbox whether it has its copy of this occasion; write to it."""
        if occasion not in self._copies:
            self._copies[occasion] = np.zeros(len(self._begin), dtype=np.bool_)
        return self._copies[occasion]
