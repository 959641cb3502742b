"""Who said that they are not happy, and nobody has followed up since."""

from __future__ import annotations

from collections import defaultdict
from datetime import datetime

from topmind.model import Answer, History, TouchState

#: Answer that holds promotions, in the one form in which answers are compared.
NOT_HAPPY = "not happy"
#: What a representative says of a task that settled it.
DONE = "done"


def unhappy(history: History) -> frozenset[str]:
    """Source ids of contacts whose last `not happy` is younger than every task done for them."""
    return frozenset(waiting(history))


def waiting(history: History) -> dict[str, Answer]:
    """Contact → their last `not happy`, where nothing was done for them after it.

    The call in which they said it is no answer to it, whatever else is said of that call later.
    """
    said: dict[str, Answer] = {}
    asked: dict[str, set[str]] = defaultdict(set)
    for answer in history.answers:
        if _words(answer.value) == NOT_HAPPY:
            asked[answer.contact].add(answer.touch)
            known = said.get(answer.contact)
            if known is None or answer.at > known.at:
                said[answer.contact] = answer
    if not said:
        return {}

    def helps(contact: str, at: datetime | None, touch: str) -> bool:
        return (
            contact in said
            and at is not None
            and at > said[contact].at
            and not (touch and touch in asked[contact])
        )

    helped = {
        a.contact for a in history.answers if _words(a.value) == DONE and helps(a.contact, a.at, a.touch)
    }
    helped |= {
        touch.key.contact
        for touch in history.touches
        if touch.key.contact in said
        and touch.state is TouchState.DONE
        and touch.key.channel.is_task
        and helps(touch.key.contact, touch.at, touch.wire(history.ledger))
    }
    return {contact: answer for contact, answer in said.items() if contact not in helped}


def _words(value: str) -> str:
    return " ".join(value.lower().replace("-", " ").split())
