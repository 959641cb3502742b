"""The mails under `var/outbox/`, as files: listed, found by touch, taken apart for reading."""

from __future__ import annotations

import datetime as times
import re
from collections.abc import Sequence
from dataclasses import dataclass
from email import policy
from email.message import EmailMessage
from email.parser import BytesHeaderParser, BytesParser
from email.utils import parsedate_to_datetime
from functools import lru_cache
from pathlib import Path

#: `<touch hex>-<attempt>.eml`, as the outbox writes them, and test mails; nothing else is ever opened.
NAME = re.compile(r"(?:[0-9a-f]{32}|test[0-9a-f]{28})-[1-9][0-9]{0,5}\.eml")
#: `<tuesday-fix.harborandpine.example>`: what stands before the first dot.
_LIST = re.compile(r"<([^<>.]+)\.[^<>]*>\s*$")
#: The head of a mail fits in so many bytes.
HEAD = 65_536


@dataclass(frozen=True, slots=True, kw_only=True)
class Head:
    """One mail in the list."""

    name: str
    subject: str
    sender: str
    to: str
    #: As the mail says it; "" where it does not.
    date: str
    #: The day of it; None where it cannot be read.
    day: times.date | None = None
    #: The newsletter, sequence or item of the mail's List-Id, `/` written as `-`; "" for a mail of service.
    source: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Mail:
    """One mail taken apart."""

    head: Head
    html: str
    text: str
    #: (name, value) as they stand in the file.
    headers: tuple[tuple[str, str], ...]
    #: Bytes of the whole file, and of the decoded HTML part.
    size: int
    html_size: int


def names(folder: Path) -> list[str]:
    """File names, the newest first (then by name)."""
    try:
        found = [(path.stat().st_mtime_ns, path.name) for path in folder.iterdir() if _is_mail(path)]
    except FileNotFoundError:
        return []
    return [name for _, name in sorted(found, key=lambda pair: (-pair[0], pair[1]))]


def heads(folder: Path, found: Sequence[str]) -> list[Head]:
    """The heads of these mails; a file that went away meanwhile is left out."""
    return [head for name in found if (head := _head_of(folder / name))]


def search(folder: Path, words: str) -> list[str]:
    """Names of mails whose subject, sender or recipient holds every word, the newest first."""
    wanted = words.lower().split()
    return [
        head.name
        for head in heads(folder, names(folder))
        if all(word in f"{head.subject} {head.sender} {head.to}".lower() for word in wanted)
    ]


def read(folder: Path, name: str) -> Mail | None:
    """One mail; None for a name that is none, or a file that is not there."""
    raw = raw_bytes(folder, name)
    if raw is None:
        return None
    message = BytesParser(_class=EmailMessage, policy=policy.default).parsebytes(raw)
    html, text = (_part(message, kind) for kind in ("html", "plain"))
    return Mail(
        head=_head(name, message),
        html=html,
        text=text,
        headers=tuple((key, _text(message, key, n)) for key, n in _counted(message.keys())),
        size=len(raw),
        html_size=len(html.encode()),
    )


def raw_bytes(folder: Path, name: str) -> bytes | None:
    """The very bytes of a mail; None for a name that is none, or a file that is not there."""
    if not NAME.fullmatch(name) or not _is_mail(folder / name):
        return None
    try:
        return (folder / name).read_bytes()
    except FileNotFoundError:
        return None


def of_touch(folder: Path, touch_hex: str) -> bytes | None:
    """The HTML of the newest mail of a touch, for "view in browser"; None where there is none."""
    if not re.fullmatch(r"[0-9a-f]{32}", touch_hex):
        return None
    found = sorted(folder.glob(f"{touch_hex}-*.eml"), key=lambda path: (len(path.name), path.name))
    mail = read(folder, found[-1].name) if found else None
    return mail.html.encode() if mail else None


def _is_mail(path: Path) -> bool:
    """A real file with the right name: no link out of the folder."""
    return bool(NAME.fullmatch(path.name)) and path.is_file() and not path.is_symlink()


def _head_of(path: Path) -> Head | None:
    try:
        stat = path.stat()
    except FileNotFoundError:
        return None
    return _cached_head(path, stat.st_mtime_ns, stat.st_size)


@lru_cache(maxsize=20_000)
def _cached_head(path: Path, changed: int, size: int) -> Head:  # noqa: ARG001 - part of the cache's key
    with path.open("rb") as file:
        start = file.read(HEAD)
    return _head(path.name, BytesHeaderParser(_class=EmailMessage, policy=policy.default).parsebytes(start))


def _head(name: str, message: EmailMessage) -> Head:
    listed = _LIST.search(_text(message, "list-id"))
    return Head(
        name=name,
        subject=_text(message, "subject"),
        sender=_text(message, "from"),
        to=_text(message, "to"),
        date=_text(message, "date"),
        day=_day(_text(message, "date")),
        source=listed[1] if listed else "",
    )


def _day(text: str) -> times.date | None:
    try:
        return parsedate_to_datetime(text).date()
    except ValueError:
        return None


def _text(message: EmailMessage, key: str, number: int = 0) -> str:
    """A header's value, decoded; what cannot be decoded is said, never raised."""
    try:
        values = message.get_all(key) or [""]
        return str(values[number])
    except (
        ValueError,
        IndexError,
        AttributeError,
        TypeError,
    ):  # the parser's own troubles with broken headers
        return "(cannot be read)"


def _counted(keys: Sequence[str]) -> list[tuple[str, int]]:
    """Each key with how many of its name came before."""
    found: dict[str, int] = {}
    counted = []
    for key in keys:
        number = found.get(key.lower(), 0)
        found[key.lower()] = number + 1
        counted.append((key, number))
    return counted


def _part(message: EmailMessage, kind: str) -> str:
    """The text of the first part of `text/KIND`; "" where there is none."""
    part = message.get_body(preferencelist=(kind,))
    if part is None:
        return ""
    try:
        return str(part.get_content())
    except (LookupError, UnicodeError):
        return "(cannot be read: an unknown character set)"
