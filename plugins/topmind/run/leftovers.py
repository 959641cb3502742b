"""Files of the project that show somebody who was erased: what is ours goes, the rest is named."""

from __future__ import annotations

import json
import quopri
from collections.abc import Collection, Iterator
from pathlib import Path

from topmind.ledger import Person
from topmind.settings import Settings

#: Compressed, so that no text is found in them.
_CLOSED = {".parquet", ".gz", ".xlsx", ".zip", ".dump"}


def spellings(text: str) -> tuple[str, ...]:
    """A text as files have it, in small letters: as it stands, and escaped as in JSON."""
    plain = text.lower()
    return tuple(dict.fromkeys((plain, json.dumps(text)[1:-1].lower(), json.dumps(plain)[1:-1].lower())))


def words(person: Person) -> tuple[str, ...]:
    """What names them; a first name alone does not."""
    said = (person.address, person.name if " " in person.name else "", person.phone)
    return tuple(dict.fromkeys(one for text in said if text for one in spellings(text)))


def forget_mails(settings: Settings, hexes: Collection[str], words: Collection[str]) -> int:
    """Delete mails of the outbox that went to them, and those to us that name them; how many."""
    gone = 0
    for path in sorted((settings.var / "outbox").glob("*.eml")):
        if path.name.partition("-")[0] in hexes or _says(quopri.decodestring(path.read_bytes()), words):
            path.unlink(missing_ok=True)
            gone += 1
    return gone


def forget_cache(settings: Settings) -> int:
    """Delete converted tables and rows that could not be read: the next run makes them anew. How many files."""
    gone = 0
    cache, rejects = settings.var / "cache" / "audience", settings.var / "rejects"
    for path in (*cache.glob("*.parquet"), *_files(rejects)):
        path.with_suffix(".json").unlink(missing_ok=True)
        path.unlink(missing_ok=True)
        gone += 1
    return gone


def looked_into(settings: Settings, words: Collection[str]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Files below var/ that name them, and files that cannot be looked into; paths below the project."""
    named, closed = [], []
    for path in _files(settings.var) if words else ():
        name = path.relative_to(settings.root).as_posix()
        if path.suffix in _CLOSED:
            closed.append(name)
        elif _says(path.read_bytes(), words):
            named.append(name)
    return tuple(named), tuple(closed)


def _files(folder: Path) -> Iterator[Path]:
    return (path for path in sorted(folder.rglob("*")) if path.is_file() and not path.is_symlink())


def _says(raw: bytes, words: Collection[str]) -> bool:
    text = raw.decode("utf-8", "replace").lower()
    return any(word in text for word in words)
