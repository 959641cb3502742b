"""A call back to whoever says that they are not happy, for every question that no step of the files listens to."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace

from topmind.model import Body, Catalog, Channel, Purpose, Sequence, Step
from topmind.planning.unhappy import NOT_HAPPY

#: Its sequence; a file of this id has a follow-up of its own in mind, and is left alone.
CALL_BACK = "not-happy"
#: Days in which somebody should have called.
GRACE = 3
_LISTENS = re.compile(r"answered\(\s*['\"]([^'\"]+)['\"]\s*(?:,\s*['\"]([^'\"]+)['\"]\s*)?\)", re.IGNORECASE)
_WORDS = """Somebody of us was told that this customer is not happy, and nothing is sold to them until you have called.

1. Say that you have heard of it, and ask what is wrong. Listen to the end.
2. Say what happens next, who does it, and by when.
3. Write it into the note.

“Done” ends the hold; say “not happy” again where it is not settled.
"""


def with_call_backs(catalog: Catalog) -> Catalog:
    """The catalog with a sequence of service calls, due on the day of the answer, one for each task that no file
    listens to: an unhappy customer is somebody's task in any case."""
    deaf = list(_deaf(catalog))
    if not deaf or CALL_BACK in catalog.sequences:
        return catalog
    first = deaf[0][1].path
    steps = [
        _step(f"{sequence.id}-{step.id}", f"{sequence.id}/{step.id}", step.path) for sequence, step in deaf
    ]
    made = Sequence(
        id=CALL_BACK,
        path=first,
        title="Not happy",
        starts_from=_starts(CALL_BACK),
        repeat="every time",
        steps=(*steps, _step("again", CALL_BACK, first)),
    )
    return replace(catalog, sequences={**catalog.sequences, CALL_BACK: made})


def _deaf(catalog: Catalog) -> Iterator[tuple[Sequence, Step]]:
    """Tasks, all of which may be answered with `not happy`, of which nothing starts then."""
    heard: set[str] = set()
    for sequence in catalog.sequences.values():
        for text in (sequence.starts_from, *(step.starts_from or "" for step in sequence.steps)):
            heard |= {
                asked
                for asked, word in _LISTENS.findall(text)
                if word.replace("-", " ").lower() in {"", NOT_HAPPY}
            }
    for sequence in catalog.sequences.values():
        for step in sequence.steps:
            if step.channel.is_task and not heard & {step.id, sequence.id, f"{sequence.id}/{step.id}"}:
                yield sequence, step


def _starts(asked: str) -> str:
    return f"answered('{asked}', '{NOT_HAPPY}')"


def _step(name: str, asked: str, path: str) -> Step:
    return Step(
        id=name,
        path=path,
        title="Call back: not happy",
        offset=0,
        channel=Channel.CALL,
        grace=GRACE,
        purpose=Purpose.SERVICE,
        starts_from=_starts(asked),
        body=Body(path=path, line=1, text=_WORDS),
    )
