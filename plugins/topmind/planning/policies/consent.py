"""Marketing needs consent for its channel and topic; service needs none."""

from topmind.model import Bools, Purpose, Reason
from topmind.planning.block import Block, Rows
from topmind.planning.occasions import Ask
from topmind.planning.policies.base import Policy


def allows(block: Block, ask: Ask, day: int, rows: Rows) -> Bools:  # noqa: ARG001 - one signature for all
    """Basis and no opt-out; opted out of one topic of a newsletter means out of that newsletter."""
    if ask.purpose is Purpose.SERVICE:
        service: Bools = block.members.active[rows]
        return service
    may: Bools = block.consents(ask.channel)[rows]
    for topic in ask.topics:
        off = block.members.off_topic.get(topic)
        if off is not None:
            may = may & ~off[rows]
    return may


POLICY = Policy(Reason.NO_CONSENT, allows)
