"""Links and pictures of a mail: every address absolute, every scheme known, answers as places."""

from __future__ import annotations

import re
from dataclasses import dataclass

from topmind.errors import MailError
from topmind.mail.places import is_address
from topmind.model import MergeTag, Text

_SCHEME = re.compile(r"([a-z][a-z0-9+.-]*):", re.IGNORECASE)
_ALLOWED = frozenset({"http", "https", "mailto", "tel", "sms"})
_SPACE = re.compile(r"\s")


@dataclass(frozen=True, slots=True)
class Addresses:
    """Resolves what authors wrote. `site`: public address, no trailing slash. `public`: for everyone's eyes."""

    site: str
    public: bool = False

    def link(self, href: Text | str | None) -> Text | None:
        """An absolute address, or None where there is nothing to follow in a mail: `#heading`, an unknown scheme,
        an `answer:` of nobody in a public edition.

        Raises MailError where a contact's value would choose the host.
        """
        text: Text = (href,) if isinstance(href, str) else (href or ())
        if not text:
            return None
        first = text[0]
        if isinstance(first, MergeTag):
            return self._whole(first, text)
        head = first.strip()
        if head.startswith("answer:"):
            if self.public:
                return None
            return (MergeTag(field=f"answer_url:{head.removeprefix('answer:').strip()}", source=head),)
        if head.startswith("#") or not head:
            return None
        if head.startswith("//"):
            head = f"https:{head}"
        scheme = _SCHEME.match(head)
        if scheme and scheme[1].lower() not in _ALLOWED:
            return None
        if not scheme:
            head = self.site + "/" + head.removeprefix("./").lstrip("/")
        elif len(text) > 1 and re.fullmatch(r"https?://[^/?#]*", head, re.IGNORECASE):
            raise _chooses_host(text)
        return (_SPACE.sub("%20", head), *text[1:])

    def _whole(self, tag: MergeTag, text: Text) -> Text | None:
        if is_address(tag.field):
            return None if self.public else (tag,)
        raise _chooses_host(text)

    def picture(self, src: str | None) -> str:
        """The absolute address of a picture; "" where there is none that a mail can show."""
        if not src or src.startswith("data:"):
            return ""
        found = self.link(src.replace("{static}", ""))
        return str(found[0]) if found and str(found[0]).startswith("http") else ""


def _chooses_host(text: Text) -> MailError:
    tag = next(part for part in text if isinstance(part, MergeTag))
    return MailError(
        f"a link's address begins with {{{{ {tag.field} }}}}, so a contact's value would choose where it leads.",
        where=f"line {tag.line}" if tag.line else "",
        fix="Write the address up to its first slash in full; a tag may follow.",
    )
