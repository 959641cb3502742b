"""Several touches of one contact and day in a fixed order."""

from __future__ import annotations

import numpy as np

from topmind.model import Bools, PastTouch


def by_name(found: list[PastTouch], twins: Bools) -> None:
    """Several of one contact and day: the ledger keeps them in any order, a plan does not. `twins`: whether each
    touch is of the same contact and day as the next."""
    edges = np.diff(np.concatenate([[False], twins, [False]]).astype(np.int8))
    for first, last in zip(
        np.nonzero(edges == 1)[0].tolist(), np.nonzero(edges == -1)[0].tolist(), strict=True
    ):
        found[first : last + 1] = sorted(found[first : last + 1], key=_name)


def _name(touch: PastTouch) -> tuple[str, str, str, str]:
    key = touch.key
    return key.source, key.step or "", key.occurrence, key.channel.value
