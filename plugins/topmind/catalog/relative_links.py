"""Links without a beginning, as other systems write them: `[words](../gutters/)`, `[words](Some Title)`.

They lead on from the page they stand on, and in a mail from nowhere. The site is not built with one that leads to no
page, so it is told before, with its line.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from urllib.parse import unquote, urljoin, urlsplit

from topmind.catalog.code import literal_spans
from topmind.catalog.findings import Findings, nearest
from topmind.catalog.urls import slugify
from topmind.model import Item, Kind

#: What stands between the brackets of a link (no image) that begins neither with a scheme nor with / # { or ?.
_RELATIVE = re.compile(
    r"""(?<![!\\])\[[^\[\]]*\]\([ ]*<?(?P<target>(?![A-Za-z][A-Za-z0-9+.-]*:)[^/#{?)<>\s][^)<>"\n]*?)>?(?:[ ]+"[^"\n]*")?[ ]*\)"""
)
_FOLDERS = frozenset(kind.folder for kind in Kind)


def check(items: Sequence[Item], findings: Findings) -> None:
    """An error for each relative link to a page of an item that is not there."""
    urls = {item.url for item in items if item.url}
    slugs = {item.slug: item.url for item in items if item.url}
    for item in items:
        if not item.url or "](" not in item.body.text:
            continue
        text = item.body.text
        found = list(_RELATIVE.finditer(text))
        code = literal_spans(text) if found else ()
        for match in found:
            target = match["target"].strip()
            path = unquote(urlsplit(urljoin(item.url, target)).path)
            page = path if path.endswith("/") else f"{path}/"
            if page in urls or path.split("/")[1] not in _FOLDERS or "." in path.rsplit("/", 1)[-1]:
                continue
            if any(start <= match.start() < end for start, end in code):
                continue
            meant = slugify(unquote(target).rstrip("/").rpartition("/")[2].removesuffix(".md"))
            near = slugs.get(nearest(meant, slugs, cutoff=0.8) or "")
            findings.error(
                "links/relative",
                item.path,
                item.body.line + text.count("\n", 0, match.start()),
                f"the link {target!r} leads to no page of this site.",
                f"Write {near}." if near else "Begin it with https://, or with / and the folder of a page.",
            )
