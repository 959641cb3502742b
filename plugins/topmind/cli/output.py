"""How commands print: JSON for machines, short tables for people."""

from __future__ import annotations

import json
import os
import sys
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import date
from typing import Any

import click

F = Any


def json_options(function: F) -> F:
    """`--json`, also written `--format json`."""
    function = click.option("--json", "as_json", is_flag=True, help="Print JSON for a machine.")(function)
    return click.option(
        "--format", "format_", type=click.Choice(["text", "json"]), default="text", help="text or json."
    )(function)


def as_json(data: Any) -> None:
    """Print plain data as JSON."""
    click.echo(json.dumps(data, indent=2, ensure_ascii=False, default=str))


@contextmanager
def even_if_closed() -> Iterator[None]:
    """Print in here what has happened already: a reader that went away (`| head`) changes no exit code."""
    try:
        yield
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def title(text: str) -> None:
    """A heading with air before it."""
    click.echo()
    click.secho(text, bold=True)


def table(rows: Iterable[Sequence[object]], *, indent: int = 2, right: Sequence[int] = ()) -> None:
    """Columns as wide as their widest cell; the columns in `right` are aligned to the right."""
    cells = [[str(cell) for cell in row] for row in rows]
    if not cells:
        return
    widths = [max(len(row[i]) for row in cells) for i in range(len(cells[0]))]
    for row in cells:
        parts = [
            cell.rjust(width) if i in right else cell.ljust(width)
            for i, (cell, width) in enumerate(zip(row, widths, strict=True))
        ]
        click.echo((" " * indent + "  ".join(parts)).rstrip())


def counted(counts: Mapping[str, int]) -> str:
    """`12 ratio · 3 gap`, the largest first."""
    ordered = sorted(counts.items(), key=lambda pair: (-pair[1], pair[0]))
    return " · ".join(f"{number} {name.replace('_', ' ')}" for name, number in ordered if number) or "none"


def day(value: date) -> str:
    """`Tue 1 Dec`."""
    return f"{value:%a} {value.day} {value:%b}"


def number(count: int, one: str, many: str | None = None) -> str:
    """`1 mail`, `2 mails`."""
    return f"{count} {one if count == 1 else many or one + 's'}"


def step(text: str) -> None:
    """One line of a longer work, at once."""
    click.echo(f"· {text}")


def pretty_left(seconds: float) -> str:
    """`, about 3 min left`; "" where nothing is."""
    if seconds < 1:
        return ""
    return f", about {seconds:.0f} s left" if seconds < 90 else f", about {seconds / 60:.0f} min left"


class Progress:
    """A bar on a terminal, a plain line every few seconds elsewhere; counts only, no names."""

    def __init__(self, every: int = 500, what: str = "mails") -> None:
        self._every = every
        self._what = what
        self._bar: Any = None
        self._task: Any = None
        self._silent = False
        #: When the first line was due, and how many were done then.
        self._began: tuple[float, int] | None = None

    def __call__(self, done: int, total: int) -> None:
        """`done` of `total` mails are settled. Never stops a send: nobody listens any more where this fails."""
        if self._silent:
            return
        try:
            if sys.stderr.isatty():
                self._draw(done, total)
            elif self._began is None:
                self._began = (time.monotonic(), done)
            elif done and (done % self._every == 0 or done == total):
                click.echo(f"  {done} of {total} done{self._pace(done, total)}", err=True)
        except (OSError, ValueError):
            self._silent = True

    def _pace(self, done: int, total: int) -> str:
        """Rate and time left, by the whole run so far."""
        assert self._began is not None
        began, before = self._began
        rate = (done - before) / max(time.monotonic() - began, 1e-6)
        return f", {rate:.3g} a second{pretty_left((total - done) / rate) if rate else ''}"

    def _draw(self, done: int, total: int) -> None:
        if self._bar is None:
            from rich.console import Console
            from rich.progress import BarColumn, MofNCompleteColumn, TextColumn, TimeRemainingColumn
            from rich.progress import Progress as Bar

            self._bar = Bar(
                "  {task.description}",
                BarColumn(),
                MofNCompleteColumn(),
                TextColumn("{task.fields[rate]}"),
                TimeRemainingColumn(),
                console=Console(stderr=True),
                transient=True,
            )
            self._task = self._bar.add_task(self._what, total=total, rate="")
            self._bar.start()
        speed = self._bar.tasks[0].speed
        self._bar.update(
            self._task, completed=done, total=total, rate=f"{speed:.3g} a second" if speed else ""
        )
        if done >= total:
            self.close()

    def close(self) -> None:
        """Take the bar away."""
        if self._bar is not None:
            self._bar.stop()
            self._bar = None


def progress() -> Progress:
    """What `send` reports to."""
    return Progress()
