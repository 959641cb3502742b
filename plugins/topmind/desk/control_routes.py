"""Stop, resume, approve and correct on the desk: a page each that says what it does, then one button."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any
from urllib.parse import quote

from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from topmind.desk.contact_routes import Page
from topmind.desk.noting import Noting
from topmind.desk.posting import form, ours
from topmind.errors import TopmindError, UsageError
from topmind.ledger import Stop
from topmind.model import Catalog
from topmind.planning.occasions import RESCUE, RESCUE_TITLE
from topmind.run.approving import Wait
from topmind.run.control import one_line
from topmind.run.preview.gone import Gone, gone
from topmind.run.preview.watching import Current

#: What a page says after something was done.
SAID = {
    "stopped": "Stopped. A run that is sending reads it before its next mails.",
    "resumed": "Resumed. What is still due goes with the next run.",
    "approved": "It may go: the next run within 24 hours sends it. Any change of the plan needs a new look.",
}
#: Characters of a correction's title.
TITLE = 120
#: A file that a correction is written into.
_FILE = re.compile(r"content/articles/[\w.-]+\.md")


@dataclass(frozen=True, slots=True, kw_only=True)
class Controls:
    """What can be done; each raises TopmindError with what to do."""

    #: (name, who, why) → it is stopped.
    stop: Callable[[str, str, str], None]
    resume: Callable[[str], None]
    #: The plan as it is now.
    wait: Callable[[], Wait]
    #: (hash) → this very plan may go.
    approve: Callable[[str], None]
    #: (title, what was wrong) → path of the file that was written.
    correct: Callable[[str, str], str]


@dataclass(frozen=True, slots=True, kw_only=True)
class ControlRoutes:
    """Their pages."""

    now: Callable[[], Current]
    noting: Noting
    controls: Controls
    #: In each form of this desk: a page elsewhere does not know it.
    key: str

    def routes(self, page: Page) -> list[Route]:
        """Their addresses. `page` renders a template."""

        def both(
            path: str,
            show: Callable[[Page, Request], Response],
            do: Callable[[Page, Request, Mapping[str, str]], Response],
        ) -> list[Route]:
            def shown(request: Request) -> Response:
                return show(page, request)

            async def posted(request: Request) -> Response:
                said = await form(request)
                if not ours(request, said, self.key):
                    raise HTTPException(403)
                return await run_in_threadpool(do, partial(page, posted=True), request, said)

            return [Route(path, shown, methods=["GET"]), Route(path, posted, methods=["POST"])]

        return [
            *both("/desk/stop/", self._stops, self._stop),
            *both("/desk/approve/", self._wait, self._approve),
            *both("/desk/correction/", self._wrong, self._correct),
        ]

    def halted(self) -> Stop | None:
        """The stop of every mail; None = mails go."""
        return self.noting.now().all

    def waiting(self) -> Wait | None:
        """The next run, where it waits for a person's word; None = it does not, or nobody knows yet."""
        people = self.now().people
        wait = people.wait if people else None
        real = wait is not None and wait.waits and not wait.approved and wait.transport == "ses"
        return wait if real else None

    # -- stop and resume ---------------------------------------------------------------------------------

    def _stops(
        self, page: Page, request: Request, trouble: str = "", said: Mapping[str, str] | None = None
    ) -> Response:
        current = self.now()
        done = request.query_params.get("said", "")
        stops = [(one, _title(current, one.name), _since(one)) for one in self.noting.now().stops]
        if done == "stopped" and not stops:  # an old address: somebody has resumed it since
            done = ""
        return page(
            "stop.html",
            here="stop",
            version=current.version,
            key=self.key,
            done=done,
            said=SAID.get(done, ""),
            wrong=trouble,
            unread=self.noting.trouble,
            typed=said or {},
            stops=stops,
            sources=_sources(current.preview.catalog),
            ledger=current.settings.ledger_name,
            server=current.settings.transport == "ses",
        )

    def _stop(self, page: Page, request: Request, said: Mapping[str, str]) -> Response:
        name = said.get("name", "").strip()
        try:
            if said.get("do") == "stop" and name:
                self.controls.stop(name, said.get("by", ""), said.get("why", ""))
                done = "stopped"
            elif said.get("do") == "resume" and name:
                self._looked_at(name, said.get("since", ""))
                self.controls.resume(name)
                done = "resumed"
            else:
                raise HTTPException(400)
        except TopmindError as error:
            return self._stops(page, request, str(error), said)
        self.noting.forget()
        return RedirectResponse(f"/desk/stop/?said={done}", status_code=303)

    def _looked_at(self, name: str, since: str) -> None:
        """Raises UsageError where it was resumed and stopped anew since the page was made: nobody here knows why."""
        self.noting.forget()
        now = next((one for one in self.noting.now().stops if one.name == name), None)
        if since and now is not None and _since(now) != since:
            raise UsageError("it was stopped anew since you looked.", fix="Below is why.")

    # -- approve -----------------------------------------------------------------------------------------

    def _wait(self, page: Page, request: Request, trouble: str = "") -> Response:
        wait: Wait | None = None
        current = self.now()
        done = request.query_params.get("said", "")
        try:
            wait = self.controls.wait()
        except TopmindError as error:
            trouble = trouble or str(error)
        if wait is not None and not wait.approved:  # an old address: the plan has changed since
            done = ""
        return page(
            "approve.html",
            here="preview",
            version=current.version,
            key=self.key,
            done=done,
            said=SAID.get(done, ""),
            wrong=trouble,
            wait=wait,
        )

    def _approve(self, page: Page, request: Request, said: Mapping[str, str]) -> Response:
        seen = said.get("plan", "")
        if said.get("sure") != "yes":
            return self._wait(page, request, "Tick that you have looked at it, then press again.")
        try:
            self.controls.approve(seen)
        except TopmindError as error:
            return self._wait(page, request, self._changed(seen) or str(error))
        return RedirectResponse("/desk/approve/?said=approved", status_code=303)

    def _changed(self, seen: str) -> str:
        try:
            now = self.controls.wait().plan
        except TopmindError:
            return ""
        return (
            "" if now == seen else "The plan has changed since you looked. Below is the one that is true now."
        )

    # -- a correction ------------------------------------------------------------------------------------

    def _wrong(
        self, page: Page, request: Request, trouble: str = "", said: Mapping[str, str] | None = None
    ) -> Response:
        current = self.now()
        made = request.query_params.get("made", "")
        if made and not (_FILE.fullmatch(made) and (current.settings.root / made).is_file()):
            raise HTTPException(404)
        return page(
            "correction.html",
            here="preview",
            version=current.version,
            key=self.key,
            wrong=trouble,
            typed=(said or {}).get("title", ""),
            made=made,
            one=self._gone(current, request.query_params.get("of", "")),
            day=current.preview.as_of,
        )

    def _correct(self, page: Page, request: Request, said: Mapping[str, str]) -> Response:
        one = self._gone(self.now(), request.query_params.get("of", ""))
        title = one_line(said.get("title", ""), TITLE)
        if not title:
            return self._wrong(page, request, "Give it a title: it is the subject of the mail, too.", said)
        try:
            path = self.controls.correct(title, one.named)
        except TopmindError as error:
            return self._wrong(page, request, str(error), said)
        return RedirectResponse(
            f"/desk/correction/?of={quote(one.named)}&made={quote(path)}", status_code=303
        )

    def _gone(self, current: Current, named: str) -> Gone:
        """What was wrong. Raises 404 for what nobody got lately."""
        catalog, people = current.preview.catalog, current.people
        found = gone(catalog, people, current.preview.as_of) if catalog and people else ()
        one = next((one for one in found if one.named == named), None)
        if one is None:
            raise HTTPException(404)
        return one


def _since(stop: Stop) -> str:
    """Tells a stop from an earlier one of the same name."""
    return stop.since.isoformat()


def _sources(catalog: Catalog | None) -> list[tuple[str, str]]:
    """(name, title) of everything that can be stopped as a whole."""
    if catalog is None:
        return []
    letters = [(letter.id, letter.title) for letter in catalog.newsletters.values()]
    follow_ups = [(one.id, one.title) for one in catalog.sequences.values()]
    return [*letters, *follow_ups, (RESCUE, RESCUE_TITLE)]


def _title(current: Current, name: str) -> str:
    """What people call a stopped thing."""
    if name == "all":
        return "Every mail"
    known: dict[str, Any] = dict(_sources(current.preview.catalog))
    known |= {one.name: one.title for one in current.preview.coming}
    return str(known.get(name, name))
