"""Files with mistakes: they are there, so what names them names something; what they say holds as far as it was read.

A rule that looks at other files asks here before it calls something missing: one mistake is told once.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import PurePosixPath

from topmind.catalog import urls
from topmind.catalog.fields import Word
from topmind.catalog.scanner import Scan
from topmind.model import Kind, Level, Problem

_FOLDERS = frozenset(kind.folder for kind in Kind)
#: Kinds whose files may hold a code.
_OFFERS = frozenset({Kind.PROMOTION.folder, Kind.SPOTLIGHT.folder})
#: Families of rules that say something of a text: what stands in the head of that file is not in doubt.
_OF_TEXTS = frozenset({"block", "merge-tag", "links"})
#: Rules, and families of them, that say something of one line alone: the file was read as it stands there.
_OF_LINES = frozenset({"rule", "image", "name"})
#: Of names, those that leave it in doubt which file is meant.
_OF_FILES = frozenset({"name/doubled-id", "name/doubled-source", "name/id", "name/was"})


#: Keys that name something, and what.
_NAMES = {
    "segments": "segment",
    "exclude": "segment",
    "clients": "segment",
    "sender": "sender",
    "owner": "sender",
    "topics": "topic",
    "for": "newsletter",
}


class _Anything(frozenset[str]):
    """Holds every name: where the list itself could not be read."""

    def __contains__(self, name: object) -> bool:
        return True


ANYTHING: frozenset[str] = _Anything()


@dataclass(frozen=True, slots=True, kw_only=True)
class UnreadFile:
    """One file that is not in the catalog, or not as it was meant."""

    path: str
    #: Key → value, of the keys that could be read.
    values: Mapping[str, object] = field(default_factory=dict)
    #: Key → line.
    lines: Mapping[str, int] = field(default_factory=dict)
    #: Keys with a wrong value, and those that misspelt ones may mean.
    doubtful: frozenset[str] = frozenset()
    #: Nobody knows which keys it has.
    dark: bool = False
    #: Its texts, as far as they could be read.
    scans: tuple[Scan, ...] = ()

    def knows(self, key: str) -> bool:
        """Whether it is known what the file says under a key, or that it says nothing."""
        return not self.dark and key not in self.doubtful

    def text(self, key: str) -> str:
        """What it says under a key; "" = nothing, or nothing that is known."""
        found = self.values.get(key)
        return found if isinstance(found, str) else ""

    @property
    def below(self) -> tuple[str, ...]:
        """Its folders and name below the top folder: `tips`, `gutters.md`."""
        return PurePosixPath(self.path).parts[1:]

    @property
    def item_id(self) -> str:
        """Id of an item, which its path alone says; "" where it is none."""
        inside = PurePosixPath(*self.below)
        return urls.item_id(inside) if self.below[0] in _FOLDERS and self._in_content else ""

    @property
    def is_source(self) -> bool:
        """Whether it is a newsletter or a sequence, none of their parts."""
        return self._in_content and len(self.below) == 2 and self.below[0] in {"newsletters", "sequences"}

    @property
    def own_id(self) -> str:
        """Id of a newsletter, sequence or step, where it is known."""
        name = PurePosixPath(self.path)
        return self.text("id") or (urls.step_id(name) if len(self.below) > 2 else name.stem)

    def names(self) -> Iterator[tuple[str, str, int]]:
        """(what it is a name of, name, line) of each name in its head."""
        for key, what in _NAMES.items():
            value = self.values.get(key)
            if isinstance(value, str):
                yield what, value, self.lines.get(key, 1)
            for one in value if isinstance(value, tuple) else ():
                if isinstance(one, Word):
                    yield what, one.text, one.line
                elif isinstance(one, tuple):
                    yield what, str(one[0]), self.lines.get(key, 1)

    def is_page(self, path: str) -> bool:
        """Whether its page has, or may have, this address."""
        slug = self.text("slug")
        if self.item_id:
            last = urls.slugify(slug or self.item_id.rpartition("/")[2])
            own = urls.item_url(self.item_id, last)
            if path == f"/{self.item_id}/":
                return True
        elif self.below[:1] == ("pages",) and self._in_content:
            own = urls.page_url(PurePosixPath(*self.below[1:]), slug)
        else:
            return False
        return path == own or (not self.knows("slug") and _folder(path) == _folder(own))

    @property
    def _in_content(self) -> bool:
        return self.path.startswith("content/")


def _folder(url: str) -> str:
    return url.rstrip("/").rpartition("/")[0]


@dataclass(frozen=True, kw_only=True)
class Unread:
    """What nobody knows of a project for the mistakes in its files; empty of one without."""

    files: tuple[UnreadFile, ...] = ()
    #: Every error that was found: its file is in doubt as far as the rule says.
    errors: tuple[Problem, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.files or self.errors)

    @cached_property
    def paths(self) -> frozenset[str]:
        """Files that are not in the catalog."""
        return frozenset(one.path for one in self.files)

    @cached_property
    def heads(self) -> frozenset[str]:
        """Files whose keys, or whose very presence in the catalog, are in doubt."""
        return self._in_doubt(lambda rule: _family(rule) not in _OF_TEXTS | _OF_LINES)

    @cached_property
    def texts(self) -> frozenset[str]:
        """Files whose texts are in doubt."""
        return self._in_doubt(lambda rule: _family(rule) not in _OF_LINES)

    def _in_doubt(self, doubts: Callable[[str], bool]) -> frozenset[str]:
        wrong = (one for one in self.errors if one.level is Level.ERROR)
        return self.paths | {one.path for one in wrong if doubts(one.rule)}

    @cached_property
    def _kin(self) -> frozenset[str]:
        return frozenset(map(_kin, self.texts))

    def sound(self, path: str) -> bool:
        """Whether a file, and what belongs to it in its folder, could be read as it was meant."""
        return _kin(path) not in self._kin

    def below(self, folder: str) -> bool:
        """Whether a file of a folder is in doubt: `segments`, `content/team`."""
        return any(path.startswith(f"{folder}/") for path in self.texts)

    @cached_property
    def items(self) -> frozenset[str]:
        """Ids of items that are there and not in the catalog."""
        return frozenset(filter(None, (one.item_id for one in self.files)))

    @cached_property
    def newsletters(self) -> frozenset[str]:
        """Their ids, or any: nobody knows what a broken `id:` says."""
        return _ids(one for one in self.files if one.is_source and one.below[0] == "newsletters")

    @cached_property
    def steps(self) -> frozenset[str]:
        """Ids of sequences and of steps; each may have been called otherwise (`was:`), so any where one is there."""
        return ANYTHING if self.below("content/sequences") else frozenset()

    @cached_property
    def codes(self) -> frozenset[str]:
        """Codes of offers, or any."""
        offers = [one for one in self.files if one.item_id and one.below[0] in _OFFERS]
        if not all(one.knows("code") for one in offers):
            return ANYTHING
        return frozenset(filter(None, (one.text("code") for one in offers)))

    def is_page(self, path: str) -> bool:
        """Whether an address is, or may be, that of such a file."""
        return any(one.is_page(path) for one in self.files)


#: Of a project without mistakes.
NOTHING = Unread()


def _ids(files: Iterable[UnreadFile]) -> frozenset[str]:
    every = list(files)
    return frozenset(one.own_id for one in every) if all(one.knows("id") for one in every) else ANYTHING


def _kin(path: str) -> str:
    """A file without its suffix; a newsletter and its issues, a sequence and its steps are one."""
    pure = PurePosixPath(path)
    part = pure.parts[1:2] in {("newsletters",), ("sequences",)}
    return "/".join(pure.parts[:3]).removesuffix(".md") if part else str(pure.with_suffix(""))


def _family(rule: str) -> str:
    return rule if rule in _OF_FILES else rule.partition("/")[0]


def joined(one: Collection[str], other: Collection[str]) -> Collection[str]:
    """Names of both; any where one of them holds any."""
    return ANYTHING if ANYTHING is one or ANYTHING is other else frozenset(one) | frozenset(other)
