"""Inert placeholders: where a value will stand is marked by plain letters until the theme is compiled.

A contact's value never meets Markdown, Jinja or the MJML compiler. They see a mark such as `tm4f1c9a07e2000012mt`
(lower-case ASCII, nothing that any of them would touch); afterwards the text is split at the marks into literals
and places. Values that are the same for a whole edition (the sender's name) are written at once, escaped alike.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Iterable, Mapping
from html import escape

from topmind.catalog.addresses import WHOLE
from topmind.catalog.merge_tags import apply
from topmind.errors import MailError
from topmind.mail.escape import ESCAPES
from topmind.mail.lines import columns
from topmind.model import MergeTag, Parts, Place, Text

#: As long as most names and towns.
_LIKELY = "n" * 8

_WHOLE = WHOLE - {"company_site"}


def is_address(field: str) -> bool:
    """True for the system's own values that are whole addresses: signed links of one person, the archive."""
    return field in _WHOLE or field.startswith("answer_url:")


class Places:
    """The places of one edition under way. Marks depend on `seed` alone, so the same edition compiles alike."""

    def __init__(
        self,
        seed: str,
        *,
        constants: Mapping[str, str | None],
        public: bool = False,
        name: str = "",
        sources: Iterable[str] = (),
    ) -> None:
        """`constants`: values known for the whole edition. `public`: every other tag shows its default.

        `name` is the occasion's, for messages; `sources` are texts in which the nonce must not occur.
        """
        nonce = hashlib.sha256(seed.encode()).hexdigest()[:12]
        texts = tuple(sources)
        while any(nonce in text for text in texts):  # somebody wrote our nonce: take the next
            nonce = hashlib.sha256(nonce.encode()).hexdigest()[:12]
        self._nonce = nonce
        self._name = name
        self._constants = constants
        self._public = public
        self._mark = re.compile(rf"tm{nonce}(\d{{5}})mt")
        self._places: list[Place] = []

    def put(self, tag: MergeTag, where: str) -> str:
        """What stands for one tag now: its value where that is known, escaped for its place, else a mark."""
        if tag.field in self._constants:
            value = self._constants[tag.field]
            if not value and tag.default is None:
                raise MailError(
                    f"{{{{ {tag.field} }}}} has no value here and no default.",
                    where=self._name,
                    fix=f'Fill it, or write {{{{ {tag.field} | default: "…" }}}}.',
                )
            return ESCAPES[where](apply(tag, value or None))
        if self._public:
            return ESCAPES[where](apply(tag, None))
        self._places.append(Place(tag, where))
        return f"tm{self._nonce}{len(self._places) - 1:05d}mt"

    def write(self, text: Text, where: str) -> str:
        """A text for one kind of place: literals escaped, tags as `put` has them."""
        literal = _LITERAL[where]
        return "".join(literal(part) if isinstance(part, str) else self.put(part, where) for part in text)

    def measure(self, text: str) -> int:
        """Columns that a text will take, as far as can be known before there are values."""
        return columns(self._mark.sub(self._likely, text))

    def open_in(self, text: str) -> bool:
        """Whether a text holds a value that is not known yet."""
        return self._mark.search(text) is not None

    def _likely(self, found: re.Match[str]) -> str:
        place = self._places[int(found[1])]
        return ESCAPES[place.where](apply(place.tag, None)) or _LIKELY

    def split(self, text: str) -> Parts:
        """Literals and places in order.

        Raises MailError where a mark was broken: a theme changed it (a filter such as `upper` or `truncate`).
        """
        parts: list[str | Place] = []
        at = 0
        for found in self._mark.finditer(text):
            if found.start() > at:
                parts.append(text[at : found.start()])
            parts.append(self._places[int(found[1])])
            at = found.end()
        if at < len(text):
            parts.append(text[at:])
        if any(isinstance(part, str) and self._nonce in part.lower() for part in parts):
            raise MailError(
                "a theme changes a text with merge tags (a filter such as upper or truncate).",
                fix="Leave such texts as they are; style them instead.",
            )
        return tuple(parts)


def _markup(part: str) -> str:
    return part.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;").replace('"', "&quot;")


#: Literal parts keep their outer spaces, which separate them from the values; an address is written by its author.
_LITERAL: Mapping[str, Callable[[str], str]] = {
    "text": lambda part: escape(part, quote=False),
    "attribute": _markup,
    "url": _markup,
    "contact": _markup,
    "header": lambda part: part.replace("\n", " "),
    "plain": lambda part: part,
    "lines": lambda part: part,
}
