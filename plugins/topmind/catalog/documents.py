"""One file: bytes → checked front matter and scanned body, with every problem by line."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Generic, TypeVar

from pydantic import ValidationError

from topmind.catalog import foreign, front_matter, merge_tags, scanner, slips
from topmind.catalog.fields import Form, Source
from topmind.catalog.findings import Findings, Wrong, did_you_mean, nearest
from topmind.catalog.schemas import Head, ItemHead
from topmind.catalog.unread import UnreadFile
from topmind.catalog.values import Entry
from topmind.model import Body, MergeTag, Silence
from topmind.settings import Settings

H = TypeVar("H", bound=Head)
#: A file of ours is written by hand: more than this is some other file (a mail is cut at 102 000 bytes anyway).
MOST_BYTES = 2_000_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Document(Generic[H]):
    """A file that could be read."""

    #: Relative to the project, with `/`.
    path: str
    head: H
    #: Key → line.
    lines: Mapping[str, int]
    text: str
    #: Line on which the text begins.
    text_line: int
    #: Keys that misspelt ones surely or probably mean: what is misspelt is not missing too.
    meant: frozenset[str] = frozenset()

    def line(self, key: str) -> int:
        """Line of a key; 1 where it is not written."""
        return self.lines.get(key, 1)


@dataclass(slots=True)
class Reader:
    """Reads the files of one project and collects what is wrong with them."""

    settings: Settings
    findings: Findings
    #: Declared fields of a contact.
    fields: frozenset[str]
    #: Path → text to read in place of the file's own.
    instead: Mapping[str, bytes] = field(default_factory=dict)
    #: Paths of all files that were opened, readable or not.
    seen: set[str] = field(default_factory=set)
    #: What the files say under `silence:`.
    silences: list[Silence] = field(default_factory=list)
    #: Path → what is known of the file, read or not.
    heads: dict[str, UnreadFile] = field(default_factory=dict)
    #: Path → its texts.
    scans: dict[str, list[scanner.Scan]] = field(default_factory=dict)

    def read(self, file: Path, schema: type[H]) -> Document[H] | None:
        """One file, or None where its front matter is wrong (the problems are noted)."""
        path = relative(file, self.settings.root)
        self.seen.add(path)
        self.heads[path] = UnreadFile(path=path, dark=True)
        try:
            if file.stat().st_size > MOST_BYTES:
                says = f"has {file.stat().st_size // 1_000_000} MB; a text has {MOST_BYTES // 1_000_000} at most."
                self.findings.error("file/too-big", path, 0, says, "Is it the right file? Split it if it is.")
                return None
            text = front_matter.decode(self.instead.get(path) or file.read_bytes(), schema.what)
        except Wrong as wrong:
            self.findings.error(wrong.rule, path, wrong.line, wrong.says, wrong.fix)
            return None
        except OSError as error:
            self.findings.error(
                "file/unreadable", path, 0, f"cannot be read: {error.strerror}.", "Look at its rights."
            )
            return None
        project = self.settings.project
        head = front_matter.read(text, path, project.aliases, schema.keys())
        self.findings.add(head.problems)
        values = self._values(head.entries, schema, path)
        lines = {key: entry.line for key, entry in head.entries.items()}
        misspelt = (nearest(key, schema.keys()) for key in lines.keys() - schema.keys())
        meant = head.meant | frozenset(filter(None, misspelt))
        broken = {key for key, value in values.items() if value is _BROKEN}
        self.heads[path] = UnreadFile(
            path=path,
            values={key: value for key, value in values.items() if key not in broken},
            lines=lines,
            doubtful=(meant - lines.keys()) | broken | head.doubled,
            dark=head.unclear,
        )
        self._silence(values.get("silence"), path)
        found = _validated(schema, values, lines, path, self.findings, meant)
        if found is None or head.problems:
            self._scan_anyway(head.body, path, head.body_line)
            return None
        return Document(
            path=path,
            head=found,
            lines=lines,
            text=scanner.drop_shortcodes(head.body, project.ignore),
            text_line=head.body_line,
            meant=meant,
        )

    def _values(self, entries: Mapping[str, Entry], schema: type[Head], path: str) -> dict[str, object]:
        known = schema.keys()
        source = Source(path, known, self.settings.project.values)
        values: dict[str, object] = {}
        for key, entry in entries.items():
            written = entry.written or key
            if key not in known:
                self.findings.error(
                    "front-matter/unknown-key",
                    path,
                    entry.line,
                    f"{written!r} is no key of this {schema.what}.",
                    _ours(key, known) or did_you_mean(key, known, what="Known keys"),
                    slips.edit(written, known - entries.keys()),
                )
                continue
            if entry.empty:
                continue
            form = schema.form(key)
            try:
                value = _read(form, entry, source)
            except Wrong as wrong:
                rule = wrong.rule if "/" in wrong.rule else f"front-matter/{wrong.rule}"
                fix = wrong.fix or f"Due is {form.due}."
                self.findings.error(
                    rule, path, wrong.line or entry.line, f"{written}: {wrong.says}", fix, wrong.edit
                )
                values[key] = _BROKEN
                continue
            if value is not None or key == "quiet":
                values[key] = value
        return values

    def _silence(self, said: object, path: str) -> None:
        """A file with a mistake in another key silences all the same."""
        if isinstance(said, tuple):
            self.silences += [
                Silence(path=path, line=word.line, rule=word.text, reason=reason) for word, reason in said
            ]

    def _scan_anyway(self, text: str, path: str, line: int) -> None:
        """All problems of a run at once: a bad head does not hide a bad body."""
        found = scanner.scan(scanner.drop_shortcodes(text, self.settings.project.ignore), path, line)
        self.scans.setdefault(path, []).append(found)
        self.findings.add(found.problems)
        self.tags(found.body.tags, path)

    def body(self, text: str, path: str, line: int, *, slots: bool = False) -> tuple[Body, scanner.Scan]:
        """A scanned body; its problems and unknown merge tags are noted."""
        found = scanner.scan(text, path, line)
        self.scans.setdefault(path, []).append(found)
        self.findings.add(found.problems)
        self.tags(found.body.tags, path)
        if not slots:
            for slot in found.body.slots:
                self.findings.error(
                    "block/slot",
                    path,
                    slot.line,
                    "a slot stands outside a newsletter.",
                    "Name an item: `/// item | tips/gutters`.",
                )
        return found.body, found

    def unread(self, read: Collection[str]) -> tuple[UnreadFile, ...]:
        """What is known of the files that are not among those that could be `read`."""
        return tuple(
            replace(known, scans=tuple(self.scans.get(path, ())))
            for path, known in self.heads.items()
            if path not in read
        )

    def tags(self, tags: tuple[MergeTag, ...], path: str) -> None:
        """Note merge tags whose field is not declared."""
        self.findings.add(merge_tags.unknown(tags, self.fields, path))


def _read(form: Form, entry: Entry, source: Source) -> object:
    try:
        return form.read(entry, source)
    except RecursionError:
        raise Wrong("has too many lists inside each other.", "Write a plain list.", rule="list") from None


def relative(file: Path, root: Path) -> str:
    """A file's path below the project, with `/` (`Path.relative_to` costs more than reading the file's head)."""
    return file.as_posix()[len(root.as_posix()) + 1 :]


_BROKEN = object()


def _ours(key: str, known: Collection[str]) -> str:
    """What another system's key is called here; "" = nobody knows."""
    ours = foreign.OURS.get(key, "")
    return f"Write it as `{ours}`." if ours in known else ""


def _no_head(schema: type[Head]) -> tuple[str, str]:
    """(what is wrong, what to write) of a file that begins with its text."""
    must = [
        key for key, _, must in schema.described() if must or (key == "date" and issubclass(schema, ItemHead))
    ]
    keys = " ".join(f"`{key}: …`," for key in must)
    return (
        f"this {schema.what} has no front matter.",
        f"Begin the file with `---`, {keys} and `---`, a line each.",
    )


def _validated(
    schema: type[H],
    values: Mapping[str, object],
    lines: Mapping[str, int],
    path: str,
    findings: Findings,
    meant: frozenset[str],
) -> H | None:
    """The schema's own verdict: what is missing. Broken values were reported where they stand."""
    broken = {key for key, value in values.items() if value is _BROKEN}
    try:
        found = schema.model_validate({k: v for k, v in values.items() if k not in broken})
    except ValidationError as error:
        for one in error.errors(include_input=False, include_url=False, include_context=False):
            key = str(one["loc"][0]) if one["loc"] else ""
            if key in broken or (one["type"] == "missing" and key in meant):
                continue
            if one["type"] == "missing":
                if not lines:  # nothing at all: one finding for the whole head
                    findings.error("front-matter/missing", path, 1, *_no_head(schema))
                    return None
                findings.error(
                    "front-matter/missing",
                    path,
                    lines.get(key, 1),
                    f"this {schema.what} has no `{key}`.",
                    f"Write `{key}:` with {schema.form(key).due}.",
                )
            else:
                findings.error(
                    "front-matter/value", path, lines.get(key, 1), f"{key}: {one['msg']}.", "Mend the value."
                )
        return None
    return None if broken else found
