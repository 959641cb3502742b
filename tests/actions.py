"""A hosted runner of GitHub Actions, as far as our workflows need one: expressions, fresh clones, steps and cancels."""

from __future__ import annotations

import math
import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

ROOT = Path(__file__).parents[1]
#: `needs.publish.result` → value; what is not there is null.
Context = Mapping[str, Any]
#: Seconds from a cancel's SIGINT to its SIGTERM, and from there to the end (actions/runner, ProcessInvoker.cs).
TO_TERM, TO_KILL = 7.5, 2.5

_TOKEN = re.compile(
    r"\s*(?:(?P<sign>\|\||&&|==|!=|[!()])|'(?P<text>(?:[^']|'')*)'|(?P<name>[A-Za-z_][\w-]*(?:\.[\w-]+)*(?:\(\))?))"
)
_WORDS = {"true": True, "false": False, "null": None}


def workflow(name: str, root: Path = ROOT) -> dict[Any, Any]:
    """One workflow as data (`on` is the key True in YAML 1.1)."""
    loaded: dict[Any, Any] = yaml.safe_load((root / ".github" / "workflows" / name).read_text("utf-8"))
    return loaded


def applies(part: Mapping[str, Any], context: Context) -> bool:
    """Whether a run takes this job or step."""
    if "if" not in part:
        return True
    text = str(part["if"]).strip()
    return bool(evaluated(text[3:-2] if text.startswith("${{") else text, context))


def rendered(text: object, context: Context) -> str:
    """A value of the file with its `${{ … }}` filled in."""

    def filled(found: re.Match[str]) -> str:
        value = evaluated(found[1], context)
        return str(value).lower() if isinstance(value, bool) else "" if value is None else str(value)

    return re.sub(r"\$\{\{(.*?)\}\}", filled, str(text))


def evaluated(text: str, context: Context) -> Any:
    """Value of an expression ("Evaluate expressions in workflows and actions", GitHub docs). Raises ValueError for
    what these few lines do not know."""
    return _Reader(text, context).whole()


class _Reader:
    """`||` binds less than `&&`, that less than `==`, that less than `!`; the first two give one of their sides."""

    def __init__(self, text: str, context: Context) -> None:
        self._text, self._context = text, context
        self._tokens = list(self._split(text.strip()))

    def whole(self) -> Any:
        value = self._any()
        if self._tokens:
            raise ValueError(f"{self._text!r}: what is {self._tokens[0]}?")
        return value

    def _split(self, text: str) -> Iterator[tuple[str, str]]:
        at = 0
        while at < len(text):
            found = _TOKEN.match(text, at)
            if found is None:
                raise ValueError(f"{self._text!r}: what is {text[at:]!r}?")
            at = found.end()
            yield str(found.lastgroup), found[str(found.lastgroup)]

    def _next_is(self, *signs: str) -> str:
        if self._tokens and self._tokens[0][0] == "sign" and self._tokens[0][1] in signs:
            return self._tokens.pop(0)[1]
        return ""

    def _any(self) -> Any:
        value = self._all()
        while self._next_is("||"):
            other = self._all()
            value = value or other
        return value

    def _all(self) -> Any:
        value = self._equal()
        while self._next_is("&&"):
            other = self._equal()
            value = value and other
        return value

    def _equal(self) -> Any:
        value = self._one()
        while sign := self._next_is("==", "!="):
            value = _same(value, self._one()) == (sign == "==")
        return value

    def _one(self) -> Any:
        if self._next_is("!"):
            return not self._one()
        if self._next_is("("):
            value = self._any()
            if not self._next_is(")"):
                raise ValueError(f"{self._text!r}: an open bracket")
            return value
        if not self._tokens or self._tokens[0][0] == "sign":
            raise ValueError(f"{self._text!r}: something is missing")
        kind, said = self._tokens.pop(0)
        if kind == "text":
            return said.replace("''", "'")
        return _WORDS[said] if said in _WORDS else self._context.get(said)


def _same(one: Any, other: Any) -> bool:
    """Text without regard to case; different kinds as numbers, where null, false and "" are nought."""
    if isinstance(one, str) and isinstance(other, str):
        return one.lower() == other.lower()
    return (type(one) is type(other) and one == other) or _number(one) == _number(other)


def _number(value: Any) -> float:
    try:
        return float(value or 0)
    except ValueError:
        return math.nan


@dataclass
class Job:
    """One job of a workflow in somebody's repository; each `clone` is a new machine with an empty disk."""

    origin: Path
    folder: Path
    #: Variables, secrets and inputs, by their whole names: `vars.TOPMIND_LEDGER`.
    context: Context
    #: What other steps leave in the environment: credentials.
    environ: Mapping[str, str]
    file: str = "send.yml"
    name: str = "send"
    disks: list[Path] = field(default_factory=list)

    def clone(self) -> Path:
        """What actions/checkout gives, with what the step Install makes of it."""
        disk = self.folder / f"disk{len(self.disks)}"
        self.disks.append(disk)
        command = ["git", "clone", "-q", "--no-local", "--depth", "1", self.origin.as_uri(), str(disk)]
        subprocess.run(command, check=True)
        (disk / ".venv").symlink_to(Path(sys.executable).parent.parent)
        return disk

    def start(self, step: str, disk: Path, **context: Any) -> Entry:
        """Begin a step's `run:` as the runner does; `context` on top, with `_` for the first dot: `inputs_dry_run`."""
        told = {**self.context, **{name.replace("_", ".", 1): value for name, value in context.items()}}
        job = workflow(self.file, disk)["jobs"][self.name]
        (found,) = (one for one in job["steps"] if one.get("name") == step)
        assert applies(found, told), f"this run leaves {step!r} out"
        environ = {
            name: rendered(value, told)
            for part in (job.get("env", {}), found.get("env", {}))
            for name, value in part.items()
        }
        script = disk.with_name(f"{disk.name}-{step}.sh")
        script.write_text(rendered(found["run"], told), "utf-8")
        assert "shell" not in found, "another shell is begun in another way"
        said = disk.with_name(f"{disk.name}-{step}.txt")
        with said.open("w") as out:
            process = subprocess.Popen(
                ["bash", "-e", str(script)],
                cwd=disk,
                env={
                    "PATH": os.environ["PATH"],
                    "HOME": str(disk),
                    "NO_COLOR": "1",
                    **self.environ,
                    **environ,
                },
                stdout=out,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        return Entry(process, said)


@dataclass(frozen=True)
class Entry:
    """A step's process: the shell, or what took its place."""

    process: subprocess.Popen[bytes]
    #: Where its output goes.
    said: Path

    @property
    def text(self) -> str:
        """What it said so far."""
        return self.said.read_text("utf-8")

    def ends(self) -> int:
        """Wait for its exit code."""
        return self.process.wait(timeout=120)

    def until(self, what: Callable[[], object]) -> None:
        """Wait until this is so, while it runs."""
        while not what():
            assert self.process.poll() is None, self.text
            time.sleep(0.005)

    def kill(self) -> None:
        """The machine goes off: every process at once, without a word."""
        os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()

    def cancel(self) -> tuple[int, list[str]]:
        """Cancel the job as GitHub does: the exit code, and the signals that it took."""
        told = []
        for number, seconds in ((signal.SIGINT, TO_TERM), (signal.SIGTERM, TO_KILL)):
            told.append(number.name)
            self.process.send_signal(number)
            try:
                return self.process.wait(timeout=seconds), told
            except subprocess.TimeoutExpired:
                continue
        self.kill()
        return self.process.returncode, [*told, "SIGKILL"]
