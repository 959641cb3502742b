"""Who stands apart: a floor is promised to them, and no rescue may or can reach them. One reason each, one list for
plan, report and desk."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from topmind.model import Bools, Channel, Members, Reason

#: In the order in which the policies ask.
REASONS = (Reason.NO_CHANNEL, Reason.NO_CONSENT, Reason.SUPPRESSED)


def apart_of(members: Members, floor: NDArray[np.int32], order: NDArray[np.int8]) -> Mapping[Reason, Bools]:
    """Reason → active contacts with a floor whom none of their rescue channels reaches; the reason is that of the
    first. `order` [places, n]: index into `list(Channel)`, -1 = no more."""
    n = len(members)
    told, helped = np.zeros(n, dtype=np.int8), np.zeros(n, dtype=np.bool_)
    for channels in order:
        for number in np.unique(channels[channels >= 0]):
            mine, lacks = channels == number, _lacks(members, list(Channel)[number])
            helped |= mine & (lacks == 0)
            told = np.where(mine & (told == 0), lacks, told)
    alone = members.active & (floor > 0) & ~helped
    return {reason: alone & (told == place) for place, reason in enumerate(REASONS, start=1)}


def _lacks(members: Members, channel: Channel) -> NDArray[np.int8]:
    """Place of the reason why a channel may or can not be used for each contact; 0 = it may."""
    nobody = np.zeros(len(members), dtype=np.bool_)
    consent = members.consent.get(channel, nobody | channel.is_task)
    lacks = np.where(members.suppressed, 3, 0) if channel is Channel.EMAIL else np.zeros(len(members))
    lacks = np.where(consent, lacks, 2)
    return np.where(members.reach.get(channel, nobody), lacks, 1).astype(np.int8)
