"""The inbox of the live pages: one durable file per entry, written before the page answers, never the ledger."""

from __future__ import annotations

import contextlib
import json
import os
import re
import secrets
import threading
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime, timedelta
from pathlib import Path

from topmind.errors import LedgerError
from topmind.ledger import kept
from topmind.ledger.database import stamp
from topmind.ledger.kept import WISHES
from topmind.ledger.values import InboxEntry
from topmind.model import Stage

#: Crockford's base 32: ULIDs sort as they were made.
_LETTERS = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
#: How long answers that are in the ledger are kept. What people want is kept for good: a copy may be of any age.
KEPT = timedelta(days=35)
KINDS = WISHES | {"answer", "task", "note"}
#: A mark is one plain word.
_MARK = re.compile(r"[a-z0-9][a-z0-9-]{0,39}")
#: Words for where a word came from, which are no name of one of us.
_NOBODY = frozenset({"import", "merge", "person", "complaint"})


class FolderInbox:
    """`var/inbox/<ulid>.json`: whoever serves pages puts, the run folds, then puts away into `done/`."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._names = Ulids()

    def put(self, entry: Mapping[str, str] | InboxEntry) -> str:
        """Write one entry so that it survives a power cut; its id. Raises ValueError for what is no entry,
        OSError where it cannot be written."""
        flat = flattened(entry) if isinstance(entry, InboxEntry) else dict(entry)
        name = self._names.new(parse(flat).at)
        _write(self.folder, name, json.dumps(flat, ensure_ascii=False))
        return name

    def pending(self) -> tuple[InboxEntry, ...]:
        """Entries not yet removed, in the order in which they came. A file that is no entry is left lying
        (`strange` counts it): it may be somebody's opt-out."""
        found = []
        for path in self._files():
            try:
                found.append(parse(json.loads(path.read_text("utf-8")), path.stem))
            except FileNotFoundError:
                continue  # another run folded it
            except (ValueError, TypeError):
                continue
        return tuple(found)

    def strange(self) -> int:
        """How many files are no entry that this version knows."""
        return len(self._files()) - len(self.pending())

    def done(self, ids: Iterable[str]) -> None:
        """Put away entries that are in the ledger, for one that has to be restored: answers for `KEPT`, else for good."""
        names = list(ids)
        if not names:
            return
        away, kept_ = self.folder / "done", self.folder / "kept"
        for folder in (away, kept_):
            folder.mkdir(exist_ok=True)
        for name in names:
            path = self.folder / f"{name}.json"
            with contextlib.suppress(FileNotFoundError):  # another run folded it
                path.rename((kept_ if is_wish(path.read_bytes()) else away) / path.name)
        for folder in (away, kept_):
            sync_folder(folder)
        for name in outlived(_names(away), names):
            (away / f"{name}.json").unlink(missing_ok=True)

    def keep(self, ledger: str, facts: Sequence[kept.Fact]) -> None:
        """Write down beside the ledger, for good, what it is about to be told. Raises LedgerError."""
        if not facts:
            return
        try:
            _write(self.folder / "kept", self._names.new(facts[0].at), kept.as_text(ledger, facts))
        except OSError as error:
            raise LedgerError(
                f"what must outlive the ledger cannot be written down beside it: {error.strerror}.",
                where=f"{self.folder.name}/kept",
                fix="Make room, or see that you may write there, then run again.",
            ) from None

    def kept(self, ledger: str) -> kept.Kept:
        """Everything that was ever kept beside this ledger. Raises OSError."""
        folder = self.folder / "kept"
        return read_kept(((name, (folder / f"{name}.json").read_bytes()) for name in _names(folder)), ledger)

    def drop(self, ids: Iterable[str]) -> None:
        """Delete entries of which nothing may be kept: whoever said them was erased before."""
        for name in ids:
            (self.folder / f"{name}.json").unlink(missing_ok=True)

    def forget(self, contact: str) -> None:
        """Delete all that one contact said: they were erased."""
        for folder in (self.folder, self.folder / "done", self.folder / "kept"):
            for name in _names(folder):
                with contextlib.suppress(FileNotFoundError):
                    path = folder / f"{name}.json"
                    if said_by(path.read_bytes()) == contact:
                        path.unlink()

    def again(self) -> int:
        """Bring back what was put away: a restored ledger may not have it (one that has it leaves it out)."""
        away = self.folder / "done"
        names = _names(away)
        for name in names:
            (away / f"{name}.json").rename(self.folder / f"{name}.json")
        return len(names)

    def _files(self) -> list[Path]:
        return [self.folder / f"{name}.json" for name in _names(self.folder)]


def _write(folder: Path, name: str, text: str) -> None:
    """One file, whole and on disk, or none."""
    folder.mkdir(parents=True, exist_ok=True)
    draft = folder / f".{name}.tmp"
    handle = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        draft.rename(folder / f"{name}.json")
    except BaseException:
        draft.unlink(missing_ok=True)
        raise
    sync_folder(folder)


class Ulids:
    """Names of entries, ascending in this process."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._last = 0

    def new(self, at: datetime) -> str:
        """26 letters: the entry's moment in milliseconds, then chance."""
        with self._lock:
            self._last = max(self._last + 1, stamp(at))
            number = self._last << 80 | secrets.randbits(80)
        return "".join(_LETTERS[number >> shift & 31] for shift in range(125, -1, -5))


def _names(folder: Path) -> list[str]:
    """Entries of a folder without their ending, in the order in which they came."""
    try:
        found = os.listdir(folder)  # noqa: PTH208 - a third of the time, before each claim
    except FileNotFoundError:
        return []
    return sorted(n.removesuffix(".json") for n in found if n.endswith(".json") and not n.startswith("."))


def came_at(name: str) -> int:
    """Milliseconds since 1970 of an entry's name; 0 for a name that is none of ours."""
    number = 0
    for letter in name[:10]:
        number = number << 5 | max(_LETTERS.find(letter), 0)
    return number if len(name) == 26 else 0


def outlived(away: Iterable[str], newest: Iterable[str]) -> list[str]:
    """Names of entries put away that came more than `KEPT` before the newest of the others."""
    last = max(map(came_at, newest)) - KEPT // timedelta(milliseconds=1)
    return [name for name in away if came_at(name) < last]


def parse(flat: Mapping[str, str], name: str = "") -> InboxEntry:
    """The entry in a flat mapping (`kind contact at`, `touch value comment` where given). Raises ValueError."""
    if not isinstance(flat, Mapping) or not all(isinstance(v, str) for v in flat.values()):
        raise ValueError("an entry is a mapping of texts")
    if flat.get("kind") not in KINDS or not flat.get("contact"):
        raise ValueError("an entry needs a known kind and a contact")
    at = datetime.fromisoformat(flat.get("at", ""))
    if at.tzinfo is None:
        raise ValueError("an entry needs an aware moment")
    if flat["kind"] == "pause":
        date.fromisoformat(flat.get("value", ""))
    if flat["kind"] in {"mark", "unmark"}:
        mark_in(flat.get("value", ""))
    if flat["kind"] == "stage":
        stage_in(flat.get("value", ""))
    if flat["kind"] == "merge" and not flat.get("value"):
        raise ValueError("a merge names the contact that goes on")
    return InboxEntry(
        kind=flat["kind"],
        contact=flat["contact"],
        at=at,
        touch=flat.get("touch", ""),
        value=flat.get("value", ""),
        comment=flat.get("comment", ""),
        by=flat.get("by", ""),
        id=name,
    )


def mark_in(value: str) -> tuple[str, date | None]:
    """A mark's name and its last day; None = it has no end. Raises ValueError."""
    name, _, last = value.partition(" ")
    if not _MARK.fullmatch(name):
        raise ValueError("a mark is one word of small letters, digits and hyphens, at most 40")
    return name, date.fromisoformat(last) if last else None


def stage_in(value: str) -> tuple[Stage, str]:
    """A stage and who says so. Raises ValueError."""
    name, _, who = value.partition(" ")
    if not _MARK.fullmatch(who) or who in _NOBODY:
        raise ValueError("whoever says it is one word of small letters, digits and hyphens, at most 40")
    return Stage(name), who


def is_wish(data: bytes) -> bool:
    """Whether this is an entry that says what a person wants, to be kept for good."""
    try:
        return parse(json.loads(data)).kind in kept.WISHES
    except (ValueError, TypeError):
        return False


def said_by(data: bytes) -> str:
    """Source id of the contact whose entry it is; "" where nobody can say."""
    try:
        return parse(json.loads(data)).contact
    except (ValueError, TypeError):
        return ""


def read_kept(lying: Iterable[tuple[str, bytes]], ledger: str) -> kept.Kept:
    """Facts of this ledger and wishes, from their names and texts."""
    found: list[kept.Fact | InboxEntry] = []
    strange = 0
    for name, data in lying:
        try:
            flat = json.loads(data)
            found += kept.facts(flat, ledger) if kept.is_facts(flat) else (parse(flat, name),)
        except (ValueError, TypeError, KeyError):
            strange += 1
    return kept.gathered(found, strange)


def flattened(entry: InboxEntry) -> dict[str, str]:
    """The flat mapping of an entry."""
    return {
        "kind": entry.kind,
        "contact": entry.contact,
        "touch": entry.touch,
        "value": entry.value,
        "at": entry.at.isoformat(),
        "comment": entry.comment,
        "by": entry.by,
    }


def sync_folder(folder: Path) -> None:
    """Make new names in a folder durable (a renamed file may else be gone after a power cut)."""
    if os.name == "nt":
        return
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
