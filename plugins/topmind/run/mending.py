"""`check --fix`: the changes that findings carry are tried on the whole project first, and only those that mend are written.

A finding carries an `Edit` only where nothing is left to decide. It is kept where, read again with it, the finding
is gone and its line has no other; what a mistake had hidden elsewhere in the file may come to light.
"""

from __future__ import annotations

import difflib
import re
import secrets
import shutil
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from itertools import takewhile
from pathlib import Path

from topmind.model import Clock, Edit, Problem
from topmind.run import of_files

#: One change after the other comes to light where one mistake hides the next; more than this is a loop.
MOST_ROUNDS = 50
#: Letters of a line that are shown whole.
LONG = 60
_LINE_ENDS = re.compile(r"(\r\n|\r|\n)")


@dataclass(frozen=True, slots=True)
class Change:
    """One edit on its line."""

    line: int
    edit: Edit

    def __str__(self) -> str:
        """`3: titel → title`; of a long line only the end of what is the same and what is not."""
        old, new = self.edit.old.strip(), self.edit.new
        if new is None:
            return f"{self.line}: the same as above, taken out"
        if old == new:
            return f"{self.line}: {new}, no longer indented"
        alike = takewhile(lambda pair: pair[0] == pair[1], zip(old, new, strict=False))
        same = len(list(alike)) if len(old) > LONG else 0
        cut = max(0, same - 20)
        return f"{self.line}: {'…' if cut else ''}{old[cut:]} → {'…' if cut else ''}{new[cut:]}"


@dataclass(frozen=True, slots=True)
class Mended:
    """One file, as it was and as it is mended."""

    #: Relative to the project.
    path: str
    before: bytes
    after: bytes
    changes: tuple[Change, ...]

    def diff(self) -> str:
        """A unified diff; line ends as they are, shown as one."""
        was, now = (
            _LINE_ENDS.sub("\n", text.decode()).splitlines(keepends=True)
            for text in (self.before, self.after)
        )
        found = difflib.unified_diff(was, now, f"a/{self.path}", f"b/{self.path}")
        return "".join(
            line if line.endswith("\n") else f"{line}\n\\ No newline at end of file\n" for line in found
        )


def find(
    root: Path, *, as_of: str | None, clock: Clock, environ: Mapping[str, str] | None = None
) -> tuple[Mended, ...]:
    """What can be mended in the files of a project; nothing is written."""
    return _Mender(root, as_of, clock, environ).run()


def write(root: Path, mended: Iterable[Mended]) -> tuple[Mended, ...]:
    """Write the files, each to a temporary name first; answers those that somebody else has changed meanwhile."""
    missed: list[Mended] = []
    for one in mended:
        file = (root / one.path).resolve()
        if not file.is_file() or file.read_bytes() != one.before:
            missed.append(one)
            continue
        draft = file.with_name(f".{file.name}.{secrets.token_hex(4)}.tmp")
        try:
            draft.write_bytes(one.after)
            shutil.copymode(file, draft)
            draft.replace(file)
        finally:
            draft.unlink(missing_ok=True)
    return tuple(missed)


class _Mender:
    """Tries round by round what the findings carry."""

    def __init__(
        self, root: Path, as_of: str | None, clock: Clock, environ: Mapping[str, str] | None
    ) -> None:
        self.root, self.as_of, self.clock, self.environ = root, as_of, clock, environ
        self.texts: dict[str, bytes] = {}
        #: Files as they were when an edit was first tried on them: a later save is not ours to undo.
        self.before: dict[str, bytes] = {}
        self.changes: dict[str, list[Change]] = {}
        #: (file, finding) whose edit does not mend.
        self.refused: set[tuple[str, str, str]] = set()

    def run(self) -> tuple[Mended, ...]:
        found = self.look({})
        for _ in range(MOST_ROUNDS):
            tries = self.tries(found)
            if not tries:
                break
            new = self.look({path: text for path, (text, _) in tries.items()})
            adopted = [path for path, (_, tried) in tries.items() if self.judged(path, tried, found, new)]
            for path in adopted:
                self.texts[path] = tries[path][0]
                self.changes.setdefault(path, []).extend(
                    Change(p.line, p.edit) for p in tries[path][1] if p.edit
                )
            found = new if len(adopted) == len(tries) else self.look({})
        return tuple(
            Mended(
                path,
                self.before[path],
                text,
                tuple(sorted(self.changes[path], key=lambda c: c.line)),
            )
            for path, text in sorted(self.texts.items())
        )

    def look(self, instead: Mapping[str, bytes]) -> tuple[Problem, ...]:
        return of_files.problems(
            self.root,
            as_of=self.as_of,
            clock=self.clock,
            environ=self.environ,
            instead={**self.texts, **instead},
        )

    def tries(self, found: Iterable[Problem]) -> dict[str, tuple[bytes, list[Problem]]]:
        """File → its text with this round's edits, and the findings they are to mend.

        A line that goes moves those below it: such an edit stands in a round of its own.
        """
        tries: dict[str, tuple[bytes, list[Problem]]] = {}
        for one in found:
            if one.edit is None or not one.line or _name(one) in self.refused:
                continue
            text, others = tries.get(one.path) or (self.text(one.path), [])
            if others and (one.edit.new is None or any(o.edit and o.edit.new is None for o in others)):
                continue
            changed = changed_line(text, one.line, one.edit)
            if changed is None:
                self.refused.add(_name(one))
            else:
                tries[one.path] = changed, [*others, one]
        return tries

    def text(self, path: str) -> bytes:
        if path not in self.before:
            self.before[path] = (self.root / path).read_bytes()
        return self.texts.get(path, self.before[path])

    def judged(
        self, path: str, tried: list[Problem], before: Iterable[Problem], after: Iterable[Problem]
    ) -> bool:
        """Whether all edits of a file mend it; those that do not are never tried again."""
        lines = {one.line for one in tried if one.edit and one.edit.new is not None}
        was = Counter((p.rule, p.says) for p in before if p.path == path)
        now = Counter((p.rule, p.says) for p in after if p.path == path)
        fresh = {p.line for p in after if p.path == path and p.line in lines and (p.rule, p.says) not in was}
        bad = [o for o in tried if o.line in fresh or now[o.rule, o.says] >= was[o.rule, o.says]]
        self.refused.update(_name(one) for one in bad)
        return not bad


def _name(one: Problem) -> tuple[str, str, str]:
    return one.path, one.rule, f"{one.line} {one.says}"


def changed_line(raw: bytes, line: int, edit: Edit) -> bytes | None:
    """The file with one edit on one line (from 1); None where the line does not hold what is to be changed."""
    parts = _LINE_ENDS.split(raw.decode("utf-8"))
    at = (line - 1) * 2
    if at >= len(parts):
        return None
    if edit.new is None:
        return "".join(parts[:at] + parts[at + 2 :]).encode()
    edge = [r"(?<!\w)" if edit.old[:1].isalnum() else "", r"(?!\w)" if edit.old[-1:].isalnum() else ""]
    parts[at], count = re.subn(
        f"{edge[0]}{re.escape(edit.old)}{edge[1]}", lambda _: edit.new or "", parts[at], count=1
    )
    return "".join(parts).encode() if count else None
