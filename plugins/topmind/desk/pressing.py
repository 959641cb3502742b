"""What a button on the page of a mail does, and what the page says afterwards."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from starlette.exceptions import HTTPException

from topmind.run.preview import Coming, Persona

#: What a page says after something was done.
SAID = {
    "held": "Held. Nothing of it leaves until you release it.",
    "released": "Released. What is due goes with the next run.",
    "sent": "The test mail has left. It is marked TEST, and counts for nobody.",
    "ready": "Written into its file: it is ready, and goes at its time. Where sends run on a server, commit the file and push "
    "it: only then it counts there.",
    "not-ready": "Written into its file: it is not ready any more. Where sends run on a server, commit the file and push "
    "it: until then the word before counts there.",
    "proved": "The proof has left, to whoever signs.",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Deeds:
    """What can be done from the preview; each raises TopmindError with what to do."""

    #: (occasion) → nothing of it leaves.
    hold: Callable[[str], None]
    release: Callable[[str], None]
    #: (edition's mail, address) → one test mail leaves.
    test: Callable[[Coming, str, Persona, str], None]
    #: (issue, whether it is ready) → its file says so.
    ready: Callable[[Coming, bool], None]
    #: (issue) → its proof leaves now.
    proof: Callable[[str], None]


def press(deeds: Deeds, one: Coming, letter: str, persona: Persona, said: Mapping[str, str]) -> str:
    """Do what a form asks; the key in `SAID` of what was done. Raises TopmindError, HTTPException for no such button."""
    match said.get("do", ""):
        case "hold":
            deeds.hold(one.name)
            return "held"
        case "release":
            deeds.release(one.name)
            return "released"
        case "test":
            deeds.test(one, letter, persona, said.get("to", "").strip())
            return "sent"
        case "ready":
            deeds.ready(one, True)
            return "ready"
        case "not-ready":
            deeds.ready(one, False)
            return "not-ready"
        case "proof":
            deeds.proof(one.name)
            return "proved"
        case _:
            raise HTTPException(400)
