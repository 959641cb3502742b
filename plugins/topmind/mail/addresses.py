"""Links and pictures of a mail: every address absolute, every scheme known, answers as places."""

from __future__ import annotations

import re
from dataclasses import dataclass
from urllib.parse import urljoin

from topmind.catalog.addresses import bare, chooses_host
from topmind.errors import MailError
from topmind.mail.places import is_address
from topmind.model import MergeTag, Text

_SCHEME = re.compile(r"([a-z][a-z0-9+.-]*):", re.IGNORECASE)
_ALLOWED = frozenset({"http", "https", "mailto", "tel", "sms"})
_PATH = re.compile(r"[^?#]*")
_SPACE = re.compile(r"\s")
_CONTROL = re.compile("[\x00-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]")


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
        parts: Text = (href,) if isinstance(href, str) else (href or ())
        text = tuple(_CONTROL.sub("", part) if isinstance(part, str) else part for part in parts)
        if not text:
            return None
        tag = chooses_host(text)
        if tag is not None:
            raise _chooses_host(tag)
        first = text[0]
        if isinstance(first, MergeTag):
            return self._whole(first, text)
        head = bare(first)
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
            path = _PATH.match(head)
            assert path is not None
            # what climbs above the top ends there, as in browsers: `/../.evil.example` is no other host
            head = f"{self.site}/{urljoin('/', path[0]).lstrip('/')}{head[path.end() :]}"
        return (_SPACE.sub("%20", head), *text[1:])

    def _whole(self, tag: MergeTag, text: Text) -> Text | None:
        if not is_address(tag.field):  # the company's site
            return (self.site, *text[1:])
        return None if self.public else (tag,)

    def image(self, src: Text | None) -> Text | None:
        """The absolute address of a picture in a text; None where there is none that a mail can show."""
        if not src or (isinstance(src[0], str) and src[0].startswith("data:")):
            return None
        found = self.link(src)
        return found if found and str(found[0]).startswith("http") else None

    def picture(self, src: str | None) -> str:
        """The absolute address of a picture; "" where there is none that a mail can show."""
        found = self.image((src,)) if src else None
        return str(found[0]) if found else ""


def where(href: Text) -> str:
    """The kind of place that tags in an address are: `whole`, `contact` (behind mailto: or tel:) or `url`."""
    first = href[0] if href else ""
    if isinstance(first, MergeTag):
        return "whole" if is_address(first.field) else "url"
    return "contact" if first.strip().lower().startswith(("mailto:", "tel:", "sms:")) else "url"


def _chooses_host(tag: MergeTag) -> MailError:
    return MailError(
        f"{{{{ {tag.field} }}}} stands where a link's address begins, so a contact's value would choose where it leads.",
        where=f"line {tag.line}" if tag.line else "",
        fix="Write the address up to its first slash in full; a tag may follow.",
    )
