"""Chance that can be repeated: drawn from a seed and from what it is about, never from the order of the calls."""

from __future__ import annotations

import hashlib


def chance(seed: int, *parts: object) -> float:
    """A number in [0, 1) that is always the same for the same arguments."""
    text = "\x1f".join(map(str, (seed, *parts))).encode()
    return int.from_bytes(hashlib.blake2b(text, digest_size=7).digest()) / 256**7
