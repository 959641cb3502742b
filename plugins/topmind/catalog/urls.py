"""Ids, slugs and URLs of items. An id comes from the path alone: a corrected typo in a title changes nothing."""

from __future__ import annotations

import re
import unicodedata
from datetime import date
from pathlib import PurePosixPath

_DATED = re.compile(r"\A(\d{4})-(\d{1,2})-(\d{1,2})(?:[-_ ](?=.))?")
_NUMBERED = re.compile(r"\A\d+[-_. ]+(?=.)")


def item_id(path: PurePosixPath) -> str:
    """`tips/2026-12-01-gutters.md` (below `content/`) is `tips/gutters`."""
    name = path.name.removesuffix(".md")
    bare = _DATED.sub("", name, count=1)
    return str(path.parent / (bare if slugify(bare) else name))


def day_in_name(path: PurePosixPath) -> date | None:
    """The date with which a file's name begins; None without one."""
    match = _DATED.match(path.name)
    try:
        return date(int(match[1]), int(match[2]), int(match[3])) if match else None
    except ValueError:
        return None


def step_id(path: PurePosixPath) -> str:
    """`01-thank-you.md` is `thank-you`."""
    name = path.name.removesuffix(".md")
    return _NUMBERED.sub("", name, count=1) or name


def slugify(text: str) -> str:
    """Lower-case ASCII letters, digits and hyphens."""
    plain = unicodedata.normalize("NFKD", text.replace("ß", "ss")).encode("ascii", "ignore").decode()
    return re.sub(r"[^a-z0-9]+", "-", plain.lower()).strip("-")


def words(name: str) -> str:
    """`thank-you` in words: `Thank you`."""
    text = re.sub(r"[-_]+", " ", name).strip()
    return text[:1].upper() + text[1:]


def item_url(id_: str, slug: str) -> str:
    """`/tips/gutters/`: the folders of the id, then the slug."""
    folders = [slugify(part) or "x" for part in id_.split("/")[:-1]]
    return f"/{'/'.join([*folders, slug])}/"


def page_url(below: PurePosixPath, slug: str = "") -> str:
    """Of a file below `content/pages`: `docs/segments.md` is `/docs/segments/`; `docs/index.md` is `/docs/`."""
    folders = [slugify(part) or "x" for part in below.parts[:-1]]
    last = [] if below.stem == "index" else [slugify(slug or below.stem) or "x"]
    return "/" + "".join(f"{part}/" for part in (*folders, *last))
