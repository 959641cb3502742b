"""The pictures that stand in an issue, by what they show: another picture under the same name is another picture."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Iterator, Mapping
from functools import lru_cache
from pathlib import Path

from topmind.model import Body, Item, TeamMember

_IN_WORDS = re.compile(r"!\[[^\]]{0,500}\]\(\s{0,9}<?([^)\s>]{1,2000})")


def pictures(
    root: Path, own: Iterable[Body], items: Iterable[Item], team: Iterable[TeamMember]
) -> Iterator[tuple[str, Mapping[str, str]]]:
    """(whose it is: "" = the issue's own words, an item's id, `team/ID`; picture as it is named → its digest), where
    there is one. A picture elsewhere, or that is not there, has none."""
    named: list[tuple[str, tuple[str | None, ...], tuple[Body, ...]]] = [("", (), tuple(own))]
    named += [(one.id, (one.image,), (one.body,)) for one in items]
    named += [(f"team/{one.id}", (one.photo,), (one.signature,)) for one in team]
    for whose, heads, bodies in named:
        sources = [
            *filter(None, heads),
            *(found for body in bodies for found in _IN_WORDS.findall(body.text)),
        ]
        seen = {source: digest for source in sources if (digest := _digest(root, source))}
        if seen:
            yield whose, seen


def _digest(root: Path, source: str) -> str:
    if "://" in source or source.startswith("data:"):
        return ""
    file = root / "content" / source.removeprefix("{static}").lstrip("/").removeprefix("content/")
    try:
        stat = file.stat()
        return _of(str(file), stat.st_mtime_ns, stat.st_size)
    except (OSError, ValueError):
        return ""


@lru_cache(maxsize=4096)
def _of(file: str, _changed: int, _size: int) -> str:
    return hashlib.sha256(Path(file).read_bytes()).hexdigest()[:12]
