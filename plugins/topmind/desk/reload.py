"""Live reload: what is saved shows in every open page of the desk, and the site is built again."""

from __future__ import annotations

import asyncio
import json
import secrets
import threading
from collections.abc import AsyncIterator, Callable, Collection, Generator
from contextlib import AbstractContextManager, closing, nullcontext, suppress
from dataclasses import dataclass, field
from pathlib import Path

from starlette.requests import Request
from starlette.responses import Response, StreamingResponse
from starlette.routing import Route
from starlette.types import ASGIApp, Receive, Scope, Send

#: Folders that are watched, relative to the project, and the settings, which are looked at: an editor that saves by
#: renaming puts another file in their place, and a folder may be made later.
FOLDERS, SETTINGS = ("content", "segments", "themes"), "pelicanconf.py"
#: Milliseconds between two looks at which folders there are, and at the settings.
GLANCE = 200
#: Milliseconds in which several files saved together count as one change.
TOGETHER = 120
#: Seconds between two looks of a stream, and between two signs that it is alive.
LOOK, ALIVE = 0.05, 15.0
#: Where a request has the version that there was when it came.
CAME = "topmind.version"
_SCRIPT = Path(__file__).parent / "templates" / "reload.js"


@dataclass(slots=True)
class Reload:
    """Counts changes, and tells pages of them by server-sent events (WHATWG HTML §9.2).

    `read` reads what was saved, for the desk's pages; `build` builds the site and gives what is wrong instead of
    raising, "" = it is built. Both run in the one thread that watches.
    """

    root: Path
    read: Callable[[], object]
    build: Callable[[], str]
    #: Counts what the desk's pages show: files read anew, a plan that was worked out.
    version: Callable[[], int]
    #: Held while both run.
    busy: AbstractContextManager[object] = field(default_factory=nullcontext)
    #: Done once at the beginning, beside the watching; then the site is built: it may be of another day, or of before
    #: what was saved since.
    warm: Callable[[], object] = lambda: None
    #: Sites that were built.
    site: int = 0
    #: Why the site stays as it was; "" = it is as it was written.
    trouble: str = ""
    #: Of this server: another one counts from the beginning.
    run: str = field(default_factory=lambda: secrets.token_hex(4))
    ending: threading.Event = field(default_factory=threading.Event)
    _old: threading.Event = field(default_factory=threading.Event)

    def watch(self) -> None:
        """Follow every change until `end`. Runs in a thread of its own."""
        settings, folders, missed = _state(self.root / SETTINGS), self._folders(), False
        while not self.ending.is_set():
            with (
                suppress(FileNotFoundError),
                closing(self._saved()) as saved,
            ):  # one went as the watching began
                for some in saved:
                    if (there := self._folders()) != folders:
                        # what is saved while one of them is not watched yet is read as soon as it is
                        folders, missed = there, True
                        break
                    missed = missed or self._old.is_set()
                    if some or missed or _state(self.root / SETTINGS) != settings:
                        settings, missed = _state(self.root / SETTINGS), False
                        self._follow()
                        self._old.clear()  # what was built is of now, whatever it was built for

    def _folders(self) -> list[tuple[int, ...]]:
        return [_state(self.root / name)[:2] for name in FOLDERS]

    def _saved(self) -> Generator[Collection[object]]:
        """What was saved in the folders that there are, nothing after each `GLANCE` without a change."""
        from watchfiles import watch

        return watch(
            *(self.root / name for name in FOLDERS if (self.root / name).is_dir()),
            debounce=TOGETHER,
            step=20,
            rust_timeout=GLANCE,
            yield_on_timeout=True,
            stop_event=self.ending,
            raise_interrupt=False,
        )

    def _follow(self) -> None:
        try:
            self.changed()
        except Exception as error:  # noqa: BLE001 - a full disk, or a defect: the next save is followed all the same
            self.trouble = (
                f"The site stays as it was: an unexpected {type(error).__name__}. `topmind build` says more."
            )

    def changed(self) -> None:
        """Something was saved: the desk shows it first, then the site."""
        with self.busy:
            self.read()
            self.trouble = self.build()
        self.site += 1

    def start(self) -> threading.Thread:
        """Watch in the background."""
        # a daemon thread that is in DuckDB when the process ends can take it down with a message of its own
        threading.Thread(target=self._begin, name="live-reload-warm").start()
        thread = threading.Thread(target=self.watch, name="live-reload", daemon=True)
        thread.start()
        return thread

    def _begin(self) -> None:
        try:
            self.warm()
        finally:
            self._old.set()

    def end(self) -> None:
        """Watch no more, and let open streams go."""
        self.ending.set()

    def state(self) -> str:
        """What a page compares with what it has."""
        marks = {"desk": self.mark(self.version()), "site": self.mark(self.site)}
        return json.dumps({**marks, "trouble": self.trouble})

    def mark(self, count: int) -> str:
        """What a page carries that was made after so many changes: taken before it is made, or a change meanwhile is
        never told."""
        return f"{self.run}-{count}"

    def routes(self) -> list[Route]:
        """The stream, and the script that listens to it."""
        return [Route("/desk/changes", self._stream), Route("/desk/reload.js", _script)]

    def _stream(self, request: Request) -> Response:
        headers = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}
        return StreamingResponse(self._told(request), media_type="text/event-stream", headers=headers)

    async def _told(self, request: Request) -> AsyncIterator[str]:
        said, quiet = "", 0.0
        while not self.ending.is_set() and not await request.is_disconnected():
            state = self.state()
            if state != said:
                said, quiet = state, 0.0
                yield f"data: {state}\n\n"
            elif quiet >= ALIVE:
                quiet = 0.0
                yield ": here\n\n"
            await asyncio.sleep(LOOK)
            quiet += LOOK


class Came:
    """Notes with each request which version there was when it came: the page of an error is of no later one."""

    def __init__(self, app: ASGIApp, version: Callable[[], int]) -> None:
        self._app, self._version = app, version

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """As the app does."""
        scope[CAME] = self._version()
        await self._app(scope, receive, send)


def _state(path: Path) -> tuple[int, ...]:
    """What tells a file or folder from another one of its name, then from itself before a change; () = none is there."""
    try:
        there = path.stat()
    except OSError:
        return ()
    return there.st_dev, there.st_ino, there.st_mtime_ns, there.st_size


def _script(_request: Request) -> Response:
    headers = {"Cache-Control": "no-cache", "X-Content-Type-Options": "nosniff"}
    return Response(_SCRIPT.read_bytes(), media_type="text/javascript", headers=headers)


def with_script(html: bytes, mark: str) -> bytes:
    """A page of the site that listens; `mark`: of the site that it is from."""
    tag = f'<script src="/desk/reload.js" data-site="{mark}" defer></script>'.encode()
    head, found, rest = html.rpartition(b"</body>")
    return head + tag + found + rest if found else html + tag
