"""Addresses that authors write: what a merge tag may decide in them, and which page a file's name means."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Mapping
from pathlib import PurePosixPath
from urllib.parse import urlsplit

from topmind.catalog import urls
from topmind.model import MergeTag, Text

#: Built-in fields that are whole addresses, made by the run or the same for everybody.
WHOLE = frozenset({"unsubscribe_url", "preferences_url", "view_url", "company_site"})
#: Up to the end of the host (WHATWG URL: `https:evil.example` has one too); or an answer, which is one word.
_TO_HOST = re.compile(r"\s*(?:(?:https?:)?/{2,}[^/?#]*|https?:/?[^/?#]*|answer:.*)?\s*", re.IGNORECASE)
_PAGES = "content/pages/"
_PELICAN = re.compile(r"^\{(?:static|filename|attach)\}")


def is_sound(address: str) -> bool:
    """False where a web address has no host that any program could read."""
    try:
        parts = urlsplit(address)
        return parts.scheme.lower() not in {"http", "https"} or bool(parts.hostname)
    except ValueError:  # brackets that hold no IPv6 address
        return False


def is_whole(field: str) -> bool:
    """True for built-in fields that are whole addresses, the answers of a step among them."""
    return field in WHOLE or field.startswith("answer_url:")


def chooses_host(href: Text) -> MergeTag | None:
    """The tag whose value would choose where an address leads; None where the author's own words do.

    A tag may fill what follows the first slash after the host, and who a mail or call goes to.
    """
    first = next((at for at, part in enumerate(href) if isinstance(part, MergeTag)), None)
    if first is None:
        return None
    tag = href[first]
    assert isinstance(tag, MergeTag)
    before = "".join(part for part in href[:first] if isinstance(part, str))
    if first == 0 and is_whole(tag.field):
        follows = href[1] if len(href) > 1 else ""
        # `{{ company_site }}.evil.example` has another host
        return None if isinstance(follows, str) and (not follows or follows[0] in "/?#") else tag
    return tag if _TO_HOST.fullmatch(before) else None


def bare(href: str) -> str:
    """An address without what Pelican writes before one of its own: `{static}/images/roof.png`."""
    return _PELICAN.sub("", href.strip())


def file_of(href: str, source: str) -> str | None:
    """The file of ours that a link names, `content/tips/gutters.md` for `../tips/gutters.md#ice`; None for any other
    link. `source`: the file it stands in; a path that begins with `/` begins at `content/`."""
    try:
        parts = urlsplit(bare(href))
    except ValueError:
        return None
    if parts.scheme or parts.netloc or not parts.path.endswith(".md"):
        return None
    if not parts.path.startswith("/"):
        return posixpath.normpath(posixpath.join(posixpath.dirname(source), parts.path))
    file = parts.path.lstrip("/")
    return file if file.startswith("content/") else f"content/{file}"


def page_of(href: str, source: str, pages: Mapping[str, str]) -> str | None:
    """The page that a link to one of our files means: its address on the site, "" where there is none; None where the
    link names no file of ours. `pages`: file of an item → address; those of `content/pages` follow from their names."""
    file = file_of(href, source)
    if file is None:
        return None
    page = pages.get(file, "")
    if not page and file.startswith(_PAGES):
        page = urls.page_url(PurePosixPath(file.removeprefix(_PAGES)))
    anchor = urlsplit(bare(href)).fragment
    return f"{page}#{anchor}" if page and anchor else page
