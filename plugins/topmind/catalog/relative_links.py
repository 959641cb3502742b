"""Links without a beginning, as other systems write them: `[words](../gutters/)`, `[words](Some Title)`.

They lead on from the page they stand on, and in a mail from nowhere. The site is not built with one that leads to no
page, so it is told before, with its line.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import partial
from urllib.parse import unquote, urljoin, urlsplit

from topmind.catalog.code import literal_spans
from topmind.catalog.findings import Findings, nearest
from topmind.catalog.unread import NOTHING, Unread
from topmind.catalog.urls import slugify
from topmind.model import Body, Edit, Item, Kind, Status

#: What stands between the brackets of a link (no image) that begins neither with a scheme nor with / # { or ?.
_RELATIVE = re.compile(
    r"""(?<![!\\])\[[^\[\]]*\]\([ ]*<?(?P<target>(?![A-Za-z][A-Za-z0-9+.-]*:)[^\[/#{?)<>\s][^\[)<>"\n]*?)>?(?:[ ]{1,9}"[^"\n]*")?[ ]{0,9}\)"""
)
_FOLDERS = frozenset(kind.folder for kind in Kind)


def check(
    items: Sequence[Item], mailed: Iterable[Body | None], findings: Findings, unread: Unread = NOTHING
) -> None:
    """An error for each link without a beginning that leads to no page of an item.

    `mailed`: texts without a page of their own; a mail leads on from the site's first page. `unread`: items with a
    mistake, whose pages are not missing too.
    """
    urls = {item.url: item.slug for item in items if item.url}
    texts = [(item.body, item.url or "/") for item in items if item.url or item.status is not Status.DRAFT]
    for body, base in [*texts, *((body, "/") for body in mailed if body)]:
        if "](" not in body.text:
            continue
        found = list(_RELATIVE.finditer(body.text))
        code = literal_spans(body.text) if found else ()
        for match in found:
            if not any(start <= match.start() < end for start, end in code):
                line = body.line + body.text.count("\n", 0, match.start())
                _judge(
                    match["target"].strip(),
                    base,
                    urls,
                    unread,
                    partial(findings.error, "links/relative", body.path, line),
                )


def _judge(
    target: str, base: str, urls: Mapping[str, str], unread: Unread, error: Callable[..., None]
) -> None:
    """`urls`: address → slug of each item with a page; slugs may be alike in two folders."""
    if target.lower().startswith("www."):
        edit = Edit(f"]({target}", f"](https://{target}")
        error(f"the link {target!r} has no beginning.", f"Write https://{target}.", edit)
        return
    # what climbs above the top ends there, as in browsers
    path = "/" + unquote(urlsplit(urljoin(base, target)).path).lstrip("/")
    page = path if path.endswith("/") else f"{path}/"
    if page in urls or path.split("/")[1] not in _FOLDERS or "." in path.rsplit("/", 1)[-1]:
        return
    if unread.is_page(page):
        return
    meant = slugify(unquote(target).rstrip("/").rpartition("/")[2].removesuffix(".md"))
    slug = nearest(meant, urls.values(), cutoff=0.8)
    found = [url for url, name in urls.items() if name == slug]
    # the very name of the only page that has it leaves nothing to decide
    certain = slug == meant and len(found) == 1 and not set("#?") & set(target)
    error(
        f"the link {target!r} leads to no page of this site.",
        f"Write {found[0]}." if found else "Begin it with https://, or with / and the folder of a page.",
        Edit(f"]({target}", f"]({found[0]}") if certain else None,
    )
