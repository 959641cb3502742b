"""Items that the words of an occasion show by themselves (`/// item`): whoever gets the words has had them.

What people write goes as it is written: such an item is shown also to whoever had it. But nothing that is chosen for
somebody, for a slot or a rescue, is what they were shown within its repeat time.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from topmind.model import Body
from topmind.planning.items import ItemTable, Words


class Shown:
    """What each class of a block sees in the words of an occasion; worked out once for each text."""

    def __init__(self, table: ItemTable, classes: Sequence[frozenset[str]]) -> None:
        """`classes`: the segments of each class."""
        self._table, self._classes = table, classes
        # by identity: one text is asked for on many days. The text is kept, so that no other one takes its number
        self._known: dict[int, tuple[Body, Words]] = {}

    def in_words(self, words: Body | None, cls: NDArray[np.int32]) -> Words | None:
        """uint64[W, m]: the items that contacts of these classes see in the words; None = they show none."""
        if words is None or not words.refs:
            return None
        if id(words) not in self._known:
            self._known[id(words)] = words, self._of_classes(words)
        found: Words = self._known[id(words)][1][:, cls]
        return found

    def _of_classes(self, words: Body) -> Words:
        """uint64[W, C]"""
        bit = self._table.bit
        return np.array(
            [
                self._table.mask(bit[name] for name in words.shows(segments) if name in bit)
                for segments in self._classes
            ],
            dtype=np.uint64,
        ).T
