"""An address that bounced or complained is not mailed, whatever the purpose."""

from topmind.model import Bools, Channel, Reason
from topmind.planning.block import Block, Rows
from topmind.planning.occasions import Ask
from topmind.planning.policies.base import Policy


def allows(block: Block, ask: Ask, day: int, rows: Rows) -> Bools | None:  # noqa: ARG001 - one signature for all
    """Suppression is of the address: calls and letters may still go."""
    if ask.channel is not Channel.EMAIL:
        return None
    return ~block.members.suppressed[rows]


POLICY = Policy(Reason.SUPPRESSED, allows)
