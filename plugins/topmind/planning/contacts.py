"""What is asked of contacts as columns before any plan: who can be reached, who shares an inbox, their hash."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from hashlib import blake2b

import numpy as np
from numpy.typing import NDArray

from topmind.model import Bools, Channel, Members

Ordinals = NDArray[np.int32]


def reachable(members: Members) -> Bools:
    """Who has at least one usable channel: a mail address that may be mailed, a phone, a postal address."""
    usable = np.zeros(len(members), dtype=np.bool_)
    for channel, reach in members.reach.items():
        usable |= reach & ~members.suppressed if channel is Channel.EMAIL else reach
    return usable


def shared_inboxes(inbox: NDArray[np.int32]) -> Bools:
    """Whose inbox is somebody else's too."""
    order = np.argsort(inbox, kind="stable")
    same = inbox[order[1:]] == inbox[order[:-1]]
    shared = np.zeros(len(inbox), dtype=np.bool_)
    shared[order[1:][same]] = True
    shared[order[:-1][same]] = True
    return shared & (inbox >= 0)


def hash_of(contact: str) -> int:
    """The first 64 bits of BLAKE2b over a contact's id."""
    return int.from_bytes(blake2b(contact.encode(), digest_size=8).digest(), "big")


def hashes_of(contacts: Iterable[str]) -> NDArray[np.uint64]:
    """`hash_of` of each."""
    digests = b"".join([blake2b(contact.encode(), digest_size=8).digest() for contact in contacts])
    return np.frombuffer(digests, dtype=">u8").astype(np.uint64)


def clock_starts(
    members: Members,
    programme_starts: date,
    rows: NDArray[np.intp],
    floors: Ordinals,
    hashes: NDArray[np.uint64],
) -> Ordinals:
    """Days (ordinals) on which the floor's clock starts for contacts who never had anything valuable.

    It starts with the programme, or on the day since when we know them where that is later, spread over one floor
    (in days, at least 1 each), so that neither a first day nor an import is a flood. `hashes` are `hashes_of` the rows.
    """
    begin = np.maximum(members.since[rows], programme_starts.toordinal())
    return (begin + (hashes % floors.astype(np.uint64)).astype(np.int32)).astype(np.int32)
