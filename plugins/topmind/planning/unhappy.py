"""Who said that they are not happy, and nobody has followed up since."""

from __future__ import annotations

from datetime import datetime

from topmind.model import History, TouchState

#: Answer that holds promotions, in the one form in which answers are compared.
NOT_HAPPY = "not happy"
#: What a representative says of a task that settled it.
DONE = "done"


def unhappy(history: History) -> frozenset[str]:
    """Source ids of contacts whose last `not happy` is younger than every task done for them."""
    said: dict[str, datetime] = {}
    for answer in history.answers:
        if _words(answer.value) == NOT_HAPPY:
            said[answer.contact] = max(answer.at, said.get(answer.contact, answer.at))
    if not said:
        return frozenset()
    helped = {
        a.contact for a in history.answers if _words(a.value) == DONE and _after(a.at, said.get(a.contact))
    }
    helped |= {
        touch.key.contact
        for touch in history.touches
        if touch.state is TouchState.DONE
        and touch.key.channel.is_task
        and _after(touch.at, said.get(touch.key.contact))
    }
    return frozenset(said) - helped


def _words(value: str) -> str:
    return " ".join(value.lower().replace("-", " ").split())


def _after(at: datetime | None, said: datetime | None) -> bool:
    """The call in which they said it is no answer to it: only what came later is."""
    return at is not None and said is not None and at > said
