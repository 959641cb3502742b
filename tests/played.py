"""A person at the command line of a small company: what a command says, and what it leaves behind."""

from __future__ import annotations

import atexit
import contextlib
import hashlib
import io
import os
import sqlite3
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from topmind.cli.app import call

#: Beginnings of all that is a contact's: none of it may reach a screen, except of `why` and `report --who`.
PERSONAL = ("canary", "Quenby", "Zyskowski")
#: Below these nothing counts as written: made again from what is there, or read by nobody.
_DISPOSABLE = ("var/cache/", "var/rejects/")
_started: list[subprocess.Popen[str]] = []


@dataclass(frozen=True)
class Said:
    """What one command printed, and its exit code."""

    code: int
    out: str
    err: str

    @property
    def text(self) -> str:
        """Both streams."""
        return f"{self.out}{self.err}"


@atexit.register
def _end_all() -> None:
    """End what a test that failed has left running."""
    for child in _started:
        if child.poll() is None:
            child.kill()
            child.wait()


@dataclass
class Desk:
    """A company's folder, and somebody who types."""

    root: Path
    environ: Mapping[str, str] = field(default_factory=dict)

    def type(self, *arguments: str) -> Said:
        """`topmind …` in this process."""
        out, err = io.StringIO(), io.StringIO()
        before = dict(os.environ)
        os.environ.update(self.environ)
        try:
            with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
                code = call(["-C", str(self.root), *arguments])
        finally:
            os.environ.clear()
            os.environ.update(before)
        said = Said(code, out.getvalue(), err.getvalue())
        clean(said)
        return said

    def start(self, *arguments: str, **options: Any) -> subprocess.Popen[str]:
        """`topmind …` in a process of its own."""
        env = {**os.environ, **self.environ, **options.pop("env", {})}
        child = subprocess.Popen(
            [sys.executable, "-m", "topmind", "-C", str(self.root), *arguments],
            stdout=options.pop("stdout", subprocess.PIPE),
            stderr=subprocess.PIPE,
            text=True,
            env=env,
            **options,
        )
        _started.append(child)
        return child

    def run(self, *arguments: str, **options: Any) -> Said:
        """The same, to its end."""
        child = self.start(*arguments, **options)
        out, err = child.communicate(timeout=120)
        said = Said(child.returncode, out or "", err)
        clean(said)
        return said

    def write(self, files: Mapping[str, str | bytes | None]) -> None:
        """Somebody saves (None: deletes) files."""
        for name, text in files.items():
            path = self.root / name
            path.parent.mkdir(parents=True, exist_ok=True)
            if text is None:
                path.unlink()
            elif isinstance(text, bytes):
                path.write_bytes(text)
            else:
                path.write_text(text, "utf-8")

    def mails(self) -> list[str]:
        """Names of the mails that left."""
        return sorted(path.name for path in (self.root / "var" / "outbox").glob("*.eml"))

    def left(self) -> dict[str, str]:
        """Every file but the disposable ones → hash of its bytes; of the ledger its rows."""
        found = {}
        for path in sorted(self.root.rglob("*")):
            name = path.relative_to(self.root).as_posix()
            if name.startswith(_DISPOSABLE) or name.startswith("var/ledger.db") or not path.is_file():
                continue
            found[name] = hashlib.sha256(path.read_bytes()).hexdigest()
        return found | {"ledger": self.ledger()}

    def ledger(self) -> str:
        """Hash of all rows."""
        path = self.root / "var" / "ledger.db"
        if not path.exists():
            return ""
        with contextlib.closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True)) as db:
            return hashlib.sha256("\n".join(db.iterdump()).encode()).hexdigest()


def clean(said: Said) -> None:
    """No traceback, nothing personal, no control characters."""
    assert "Traceback" not in said.text, said.text
    assert "This is a defect of topmind" not in said.text, said.text
    assert not [word for word in PERSONAL if word in said.text], said.text
    odd = {c for c in said.text if (ord(c) < 32 and c not in "\n\t\r\x1b") or c == "\x7f"}
    assert not odd, said.text


def litter(root: Path) -> Sequence[str]:
    """Temporary files that somebody forgot."""
    return [
        path.relative_to(root).as_posix()
        for path in root.rglob("*")
        if path.name.endswith((".tmp", ".new", ".old", "~")) or path.name.startswith((".tmp", "tmp"))
    ]
