"""The mail of a task as the post needs it: a few bytes to a colleague."""

from __future__ import annotations

from topmind.ledger import TaskMailClaim
from topmind.model import Message


def a_task_mail(claim: TaskMailClaim) -> Message:
    """What `TaskLetter.build` gives for a claim."""
    return Message(
        touch=claim.key,
        touch_hex=claim.touch_hex,
        attempt=claim.attempt,
        to=f"{claim.sender}@alder.example",
        sender="hello@alder.example",
        raw=b"Subject: 1 task\r\n\r\nCall.\r\n",
        tags={},
        fence=claim.fence,
    )
