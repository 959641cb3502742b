"""What is asked of contacts as columns before any plan: who can be reached, who shares an inbox, their hash."""

from __future__ import annotations

from collections.abc import Iterable
from hashlib import blake2b

import numpy as np
from numpy.typing import NDArray

from topmind.model import Bools, Channel, Members


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
