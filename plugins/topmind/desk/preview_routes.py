"""The preview on the desk: its pages, the frames in them, and the few things that can be done there."""

from __future__ import annotations

import re
import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import partial
from urllib.parse import quote

from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response
from starlette.routing import Route

from topmind.desk import looks
from topmind.desk import preview_pages as pages
from topmind.desk.changes_page import changes_page
from topmind.desk.contact_routes import ContactRoutes, Page
from topmind.desk.noting import Noting
from topmind.desk.posting import form, ours
from topmind.desk.pressing import SAID, Deeds, press
from topmind.errors import TopmindError
from topmind.run.preview import Coming, Mailer, Persona, SeenMail, find, masked
from topmind.run.preview.before import Before, before
from topmind.run.preview.gone import gone
from topmind.run.preview.personas import key_of, real
from topmind.run.preview.watching import Current
from topmind.run.story import Story


@dataclass(frozen=True, slots=True, kw_only=True)
class PreviewRoutes:
    """The preview's pages. `now`: what is true at the moment."""

    now: Callable[[], Current]
    deeds: Deeds | None = None
    #: Beginnings of addresses that this desk serves, too, as regular expressions.
    own: tuple[str, ...] = ()
    #: (state, contact) → their story; None = the past is not shown.
    story: Callable[[Current, str], Story] | None = None
    #: What the ledger says of stops and proofs; None = nobody asks it.
    noting: Noting | None = None
    #: In each form of this desk: a page elsewhere does not know it.
    key: str = field(default_factory=lambda: secrets.token_urlsafe(24))

    def routes(self, page: Page) -> list[Route]:
        """Its pages. `page` renders a template."""

        def bound(do: Callable[[Page, Request], Response]) -> Callable[[Request], Response]:
            def endpoint(request: Request) -> Response:
                return do(page, request)

            return endpoint

        async def post(request: Request) -> Response:
            said = await form(request)
            if not ours(request, said, self.key):
                raise HTTPException(403)
            return await run_in_threadpool(self._do, partial(page, posted=True), request, said)

        mail = "/desk/preview/{slug}/{letter}/{persona}/"
        return [
            Route("/desk/preview/", bound(self._index)),
            Route("/desk/findings/", bound(self._findings)),
            Route("/desk/preview/contact/", bound(self._contacts.search), methods=["GET"]),
            Route("/desk/preview/contact/", post, methods=["POST"]),
            Route("/desk/preview/contact/{key}/", bound(self._contacts.contact)),
            Route("/desk/preview/contact/{key}/{touch}/", bound(self._contacts.touch)),
            Route(mail, bound(self._mail), methods=["GET"]),
            Route(mail, post, methods=["POST"]),
            Route(mail + "against/{other}/", bound(self._changes)),
            Route(mail + "source/", bound(self._source)),
            Route(mail + "{copy}.html", bound(self._frame)),
        ]

    @property
    def _contacts(self) -> ContactRoutes:
        return ContactRoutes(now=self.now, story=self.story, key=self.key, link=_link)

    def mail_of(self, name: str) -> str:
        """Address of the mail that the plan or the calendar calls so; "" where there is none to be seen."""
        try:
            coming = self.now().preview.coming
        except TopmindError:  # its own page says it
            return ""
        known = {one.what: one for one in coming if one.showings}
        one = known.get(name) or known.get(name.rpartition("/")[0])
        return _link(pages.place(one)) if one else ""

    def _index(self, page: Page, request: Request) -> Response:
        current = self.now()
        if current.preview.catalog is None:
            return self._findings(page, request)
        return page(
            "preview.html",
            here="preview",
            version=current.version,
            preview=current.preview,
            search=current.people is not None,
            wait=current.people.wait if current.people and self.deeds else None,
            gone=gone(current.preview.catalog, current.people, current.preview.as_of)
            if current.people and self.deeds
            else (),
            **pages.index(current.preview, _link),
        )

    def _findings(self, page: Page, request: Request) -> Response:
        current = self.now()
        found = pages.findings_page(current.preview, _link)
        return page("findings.html", here="findings", version=current.version, **found)

    def _mail(self, page: Page, request: Request, trouble: str = "", to: str = "") -> Response:
        current, one, letter, persona, mail = self._asked(request)
        views = {
            name: asked if (asked := request.query_params.get(name, "")) in dict(values) else values[0][0]
            for name, values in pages.VIEWS.items()
        }
        done = request.query_params.get("said", "")
        return page(
            "preview_mail.html",
            here="preview",
            version=current.version,
            preview=current.preview,
            key=self.key if self.deeds else "",
            done=done,
            said=SAID.get(done, ""),
            wrong=trouble,
            to=to,
            query=_query(request),
            before=self._before(current, one),
            **pages.mail_page(
                current.preview,
                one,
                letter,
                persona,
                mail,
                _link,
                views,
                also=_also(current, one, letter),
            ),
        )

    def _before(self, current: Current, one: Coming) -> Before | None:
        """What an issue still waits for, where something can be done about it."""
        project = current.project
        if project is None or self.deeds is None:
            return None
        at = project.moment
        history = current.people.history if current.people else None
        proofs = self.noting.now().proofs if self.noting else ()
        return before(project.catalog, one, proofs, history, at.now, all_day=at.all_day)

    def _frame(self, page: Page, request: Request) -> Response:
        made = {"light": looks.light, "dark": looks.dark, "bare": looks.without_pictures}
        make = made.get(request.path_params["copy"])
        mail = self._asked(request)[4]
        if make is None or not mail.html:
            raise HTTPException(404)
        html = looks.framed(make(mail.html), own=self.own, pictures="")
        origin = f"{request.url.scheme}://{request.url.netloc}"
        policy = looks.POLICY.format(pictures=f"'self' {origin} data: https:")
        headers = {
            "Cache-Control": "no-store",
            "Referrer-Policy": "no-referrer",
            "X-Content-Type-Options": "nosniff",
            "Content-Security-Policy": f"{policy}; sandbox allow-popups allow-popups-to-escape-sandbox; "
            "frame-ancestors 'self'",
        }
        return HTMLResponse(html, headers=headers)

    def _source(self, page: Page, request: Request) -> Response:
        current, one, letter, persona, mail = self._asked(request)
        base = pages.place(one, letter, persona.id)
        return page(
            "preview_source.html",
            here="preview",
            version=current.version,
            one=one,
            mail=mail,
            base=base,
            query=_query(request),
        )

    def _changes(self, page: Page, request: Request) -> Response:
        current, one, letter, persona, _ = self._asked(request)
        mailer = _mailer(current)
        other = request.path_params["other"]
        made = changes_page(current.preview, one, letter, other, persona, mailer)
        if made is None:
            raise HTTPException(404)
        return page(
            "preview_changes.html", here="preview", version=current.version, query=_query(request), **made
        )

    def _do(self, page: Page, request: Request, said: Mapping[str, str]) -> Response:
        """A pressed button; the answer leads back to the page, or says what is in the way."""
        if "slug" not in request.path_params:
            return self._contacts.found(page, said.get("q", "").strip()[:200])
        if self.deeds is None:
            raise HTTPException(405)
        _, one, letter, persona, _ = self._asked(request)
        try:
            done = press(self.deeds, one, letter, persona, said)
        except TopmindError as error:
            return self._mail(page, request, f"{error.says} {error.fix}".strip(), said.get("to", ""))
        if self.noting:
            self.noting.forget()
        kept = _query(request)
        here = _link(pages.place(one, letter, persona.id))
        back = f"{here}?{kept + '&' if kept else ''}said={done}"
        return RedirectResponse(back, status_code=303)

    def _asked(self, request: Request) -> tuple[Current, Coming, str, Persona, SeenMail]:
        """What an address means. Raises 404."""
        current = self.now()
        asked = request.path_params
        one = current.preview.named(asked["slug"])
        if one is None or asked["letter"] not in one.letters:
            raise HTTPException(404)
        persona = _persona(current, asked["persona"])
        if persona is None:
            raise HTTPException(404)
        shown = one.showings[one.letters.index(asked["letter"])]
        return current, one, asked["letter"], persona, _mailer(current).mail(shown.edition, persona)


def _mailer(current: Current) -> Mailer:
    if current.mailer is None:
        raise HTTPException(404)
    return current.mailer


def _persona(current: Current, name: str) -> Persona | None:
    """A made-up one, or a contact of this machine, masked."""
    made = find(current.preview.personas, name)
    if made is not None or current.people is None or current.spec is None:
        return made
    if not re.fullmatch(r"[0-9a-f]{12}", name):
        return None
    members = current.people.members
    row = next((row for row, contact in enumerate(members.ids) if key_of(contact) == name), None)
    return None if row is None else real(members, row, current.spec)


def _also(current: Current, one: Coming, letter: str) -> tuple[Persona, ...]:
    """A few real ones of this edition."""
    shown = one.showings[one.letters.index(letter)]
    if current.people is None or current.spec is None or not shown.edition.contacts:
        return ()
    return masked(current.people.members, shown.edition.contacts, current.spec)


def _link(path: str) -> str:
    return f"/desk/{quote(path)}"


def _query(request: Request) -> str:
    """How the mail is looked at, for links to the next one; only what we know."""
    asked: list[str] = []
    for name, values in pages.VIEWS.items():
        value = request.query_params.get(name, "")
        if value in dict(values) and value != values[0][0]:
            asked.append(f"{name}={value}")
    return "&".join(asked)
