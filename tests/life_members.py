"""Whether two answers about the same people say the same."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields

import numpy as np

from topmind.model import Members


def differences(ours: Members, theirs: Members) -> list[str]:
    """Names of the columns that do not say the same; inboxes by who shares one."""
    found = []
    for one in fields(Members):
        a, b = getattr(ours, one.name), getattr(theirs, one.name)
        if one.name in {"basis", "languages"}:
            continue
        if one.name == "inbox":
            a, b = (a[:, None] == a[None, :]) & (a >= 0), (b[:, None] == b[None, :]) & (b >= 0)
        if isinstance(a, Mapping):
            found += [f"{one.name}: {key}" for key in sorted(a.keys() ^ b.keys(), key=str)]
            found += [f"{one.name}: {k}" for k in a.keys() & b.keys() if not np.array_equal(a[k], b[k])]
        elif not np.array_equal(a, b):
            found.append(one.name)
    return found
