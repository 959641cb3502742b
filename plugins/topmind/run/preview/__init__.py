"""What will go out, as plain values: every occasion of the days ahead, its editions, who gets them, and each mail as a
persona would see it.

    load → coming (occasions × editions) → Mailer.mail (× persona)

Reads the ledger and the contacts where they are at hand, and writes nothing. Without contacts the readers are made up.
"""

from topmind.run.preview.coming import look
from topmind.run.preview.mailing import Mailer
from topmind.run.preview.nouns import Coming, Persona, Preview, SeenMail, Showing
from topmind.run.preview.personas import find, made_up, masked
from topmind.run.preview.watching import Watching

__all__ = [
    "Coming",
    "Mailer",
    "Persona",
    "Preview",
    "SeenMail",
    "Showing",
    "Watching",
    "find",
    "look",
    "made_up",
    "masked",
]
