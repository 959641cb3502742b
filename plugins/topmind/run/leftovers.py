"""Files of the project that show somebody who was erased: what is ours goes, the rest is named."""

from __future__ import annotations

import json
import quopri
import re
from collections.abc import Callable, Collection, Iterator
from pathlib import Path

from topmind.audience.cache import Cache
from topmind.ledger import Person
from topmind.settings import Settings

#: Compressed, so that no text is found in them.
_CLOSED = {".parquet", ".gz", ".xlsx", ".zip", ".dump"}
#: Digits of what is a telephone number; "-" and "n/a" stand in many an export, and in everybody's files.
_DIGITS = 6
#: Before and after a whole address: not in the middle of a longer one. JSON may write `\n` before it.
_BEFORE = r"(?:(?<![\w.+%-])|(?<=\\[nrtbf])|(?<=\\u[0-9a-f]{4}))"
_AFTER = r"(?![\w-]|\.\w)"


def spellings(text: str) -> tuple[str, ...]:
    """A text as files have it, in small letters: as it stands, and escaped as in JSON."""
    plain = text.lower()
    return tuple(dict.fromkeys((plain, json.dumps(text)[1:-1].lower(), json.dumps(plain)[1:-1].lower())))


def words(person: Person) -> tuple[str, ...]:
    """What names them; a first name alone does not, nor does what stands in the place of a number."""
    name = person.name if sum(any(map(str.isalpha, part)) for part in person.name.split()) > 1 else ""
    phone = person.phone if sum(map(str.isdigit, person.phone)) >= _DIGITS else ""
    return tuple(
        dict.fromkeys(one for text in (person.address, name, phone) if text for one in spellings(text))
    )


def naming(words: Collection[str]) -> Callable[[str], bool]:
    """Whether a text has one of these words whole: `joann@…` is not `ann@…`. What has is deleted."""
    if not words:
        return lambda _text: False
    whole = re.compile(f"{_BEFORE}(?:{'|'.join(map(re.escape, words))}){_AFTER}")
    return lambda text: whole.search(text.lower()) is not None


def forget_mails(settings: Settings, hexes: Collection[str], words: Collection[str]) -> int:
    """Delete mails of the outbox that went to them, and those to us that name them; how many."""
    gone, theirs = 0, naming(words)
    for path in sorted((settings.var / "outbox").glob("*.eml")):
        if path.name.partition("-")[0] in hexes or theirs(_text(quopri.decodestring(path.read_bytes()))):
            path.unlink(missing_ok=True)
            gone += 1
    return gone


def forget_cache(settings: Settings, *, leaves: bool) -> int:
    """Delete converted tables, what was fetched for them and rows that could not be read: the next run makes them anew,
    and if somebody `leaves` just now it is to find one contact less. How many files."""
    gone = 0
    cache, rejects = settings.var / "cache" / "audience", settings.var / "rejects"
    if leaves:
        Cache(cache).somebody_left()
    for path in (*(one for one in _files(cache) if one.suffix != ".json"), *_files(rejects)):
        path.with_suffix(".json").unlink(missing_ok=True)
        path.unlink(missing_ok=True)
        gone += 1
    return gone


def looked_into(settings: Settings, words: Collection[str]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Files below var/ that name them, in the middle of a word, too (a table has no blanks); and files that cannot be
    looked into. Paths below the project."""
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


def _text(raw: bytes) -> str:
    return raw.decode("utf-8", "replace").lower()


def _says(raw: bytes, words: Collection[str]) -> bool:
    text = _text(raw)
    return any(word in text for word in words)
