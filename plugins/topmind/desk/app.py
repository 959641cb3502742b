"""The desk as one Starlette app: what the last run wrote down, and where there is a preview, what comes next."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import groupby
from pathlib import Path
from typing import Any
from urllib.parse import quote

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.middleware.trustedhost import TrustedHostMiddleware
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response
from starlette.routing import Mount, Route
from starlette.types import ASGIApp

from topmind.brand import Brand
from topmind.date_words import PLAIN, DateStyle
from topmind.desk import looks
from topmind.desk import outbox as mails
from topmind.desk.calendar_page import Calendar, days_in_words
from topmind.desk.control_routes import ControlRoutes
from topmind.desk.last_run import LastRun
from topmind.desk.preview_routes import PreviewRoutes
from topmind.desk.reload import CAME, Came, Reload
from topmind.desk.site import Site
from topmind.errors import TopmindError
from topmind.live.look import Pages, style_hash
from topmind.report.reasons import in_words
from topmind.run.approving import Wait

#: Names a browser may call this server by. Any other name in the Host header is a page elsewhere that had its own
#: name point here (DNS rebinding).
HOSTS = ("127.0.0.1", "localhost")
#: Mails on one page of the outbox.
PER_PAGE = 50
#: First letters of the live pages' paths.
LIVE_DOORS = "upatv"
_HERE = Path(__file__).parent / "templates"


def app(
    *,
    site: Path,
    outbox: Path,
    brand: Brand,
    company: str,
    last_run: Callable[[], LastRun | None],
    live: ASGIApp | None = None,
    site_url: str = "",
    dates: DateStyle = PLAIN,
    hosts: Sequence[str] = HOSTS,
    calendar: Calendar | None = None,
    preview: PreviewRoutes | None = None,
    edit: Callable[[str], str] = lambda _path: "",
    reload: Reload | None = None,
    control: ControlRoutes | None = None,
    sources: Mapping[str, str] | None = None,
) -> Starlette:
    """The desk: `/` the site, `/desk/` today, `/desk/preview/`, `/desk/findings/`, `/desk/plan/`, `/desk/calendar/`,
    `/desk/outbox/`, and the live pages at their paths.

    `last_run` is asked on each page (`lambda: read(var / "last-run.json")`); `site_url` is the public address of
    the site, whose pictures and pages a shown mail takes from here; `edit` gives the address at which a file can be
    edited in a browser, "" = nowhere; with `reload` open pages show what was saved, with `control` every mail can be
    stopped; `sources` has the title of each newsletter, sequence and announcement by its id.
    """
    mail_of = preview.mail_of if preview else lambda _name: ""
    pages = pages_of(
        brand,
        company,
        dates,
        edit=edit,
        link=lambda path: f"/desk/{quote(path)}",
        nav=_nav(calendar, preview),
        mail_of=mail_of,
        reload=reload,
        halted=control.halted if control else None,
    )
    policy = (
        f"default-src 'none'; style-src {style_hash(pages.css)}; script-src 'self'; img-src 'self' data:; frame-src 'self'; "
        "connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
    )
    headers = {
        "Cache-Control": "no-store",
        "Referrer-Policy": "no-referrer",
        "X-Content-Type-Options": "nosniff",
        "Content-Security-Policy": policy,
    }
    desk = _Desk(
        outbox=outbox,
        last_run=last_run,
        pages=pages,
        headers=headers,
        site_url=site_url.rstrip("/"),
        calendar=calendar,
        control=control,
        sources={name.replace("/", "-"): title for name, title in (sources or {}).items()},
    )
    routes: list[Route | Mount] = [
        Route("/desk/", desk.today),
        Route("/desk/plan/", desk.plan),
        Route("/desk/outbox/", desk.outbox_list),
        Route("/desk/outbox/{name}/", desk.mail),
        Route("/desk/outbox/{name}/html", desk.mail_html),
        Route("/desk/outbox/{name}/eml", desk.mail_file),
    ]
    routes += calendar.routes(desk.page) if calendar else []
    routes += preview.routes(desk.page) if preview else []
    routes += control.routes(desk.page) if control else []
    bare = ("", "/plan", "/calendar", "/outbox", "/preview", "/findings", "/stop", "/approve")
    routes += [Route(f"/desk{path}", _with_slash) for path in bare]
    routes.append(Route("/desk/desk.js", _script))
    routes += reload.routes() if reload else []
    if live is not None:
        routes += [Route(f"/{letter}/{{token:path}}", live) for letter in LIVE_DOORS]
    routes.append(Mount("/", Site(site, reload)))
    guards = [Middleware(TrustedHostMiddleware, allowed_hosts=list(hosts), www_redirect=False)]
    return Starlette(
        routes=routes,
        middleware=[*guards, Middleware(Came, version=reload.version)] if reload else guards,
        exception_handlers={HTTPException: desk.friendly},
    )


def pages_of(brand: Brand, company: str, dates: DateStyle, **shared: Any) -> Pages:
    """The desk's templates. `shared`: `link` (path below `/desk/` → address), `nav`, `edit`, and for files that no
    server gives `assets`, where style and script lie, `frame` and `static`."""
    usual = {
        "assets": "",
        "static": False,
        "mail_of": lambda _name: "",
        "reload": None,
        "halted": None,
        "frame": shared["link"],
        "in_words": in_words,
        "dates": dates,
    }
    return Pages(_HERE, brand, company=company, **{**usual, **shared})


def own_addresses(site_url: str) -> tuple[str, ...]:
    """Beginnings of addresses that a desk serves itself: those of the site, and of any desk on this machine."""
    own = [re.escape(site_url.rstrip("/"))] if site_url else []
    return (*own, *(rf"http://{re.escape(name)}(?::\d+)?" for name in HOSTS))


def _nav(calendar: Calendar | None, preview: PreviewRoutes | None) -> list[tuple[str, str, str]]:
    found = [("site", "Site", "/"), ("today", "Today", "/desk/")]
    if preview is not None:
        found += [("preview", "Preview", "/desk/preview/"), ("findings", "Findings", "/desk/findings/")]
    found.append(("plan", "Plan", "/desk/plan/"))
    found += [("calendar", "Calendar", "/desk/calendar/")] if calendar is not None else []
    return [*found, ("outbox", "Outbox", "/desk/outbox/")]


def _script(_request: Request) -> Response:
    headers = {"Cache-Control": "no-cache", "X-Content-Type-Options": "nosniff"}
    return Response((_HERE / "desk.js").read_bytes(), media_type="text/javascript", headers=headers)


def _came(request: Request) -> dict[str, int]:
    """The version that there was when it came, for a page of which nobody knows better."""
    return {"version": request.scope[CAME]} if CAME in request.scope else {}


def _with_slash(request: Request) -> Response:
    return RedirectResponse(f"{request.url.path}/")


@dataclass(frozen=True, slots=True, kw_only=True)
class _Desk:
    """The pages of the desk and what they share. Plain functions: Starlette runs them in its threads."""

    outbox: Path
    last_run: Callable[[], LastRun | None]
    pages: Pages
    headers: Mapping[str, str]
    site_url: str
    calendar: Calendar | None = None
    control: ControlRoutes | None = None
    #: As a List-Id has it → title.
    sources: Mapping[str, str] = field(default_factory=dict)

    def today(self, request: Request) -> Response:
        """What was done today, what comes, what needs somebody."""
        lacks = self.calendar.lacks() if self.calendar else []
        wait, came = self._waiting(), _came(request)
        return self._with_run("today.html", here="today", lacks=lacks, told=self._told, wait=wait, **came)

    def plan(self, request: Request) -> Response:
        """Today's plan by occasion and reason."""
        return self._with_run("plan.html", here="plan")

    def outbox_list(self, request: Request) -> Response:
        """The mails, the newest first; `?q=` searches head lines."""
        words = request.query_params.get("q", "")[:200]
        found = mails.search(self.outbox, words) if words.strip() else mails.names(self.outbox)
        last = max(1, -(-len(found) // PER_PAGE))
        text = request.query_params.get("page", "1")
        page = min(max(int(text), 1), last) if text.isascii() and text.isdecimal() and len(text) < 7 else 1
        shown = mails.heads(self.outbox, found[(page - 1) * PER_PAGE : page * PER_PAGE])
        return self.page(
            "outbox.html",
            here="outbox",
            days=[(day, list(heads)) for day, heads in groupby(shown, lambda head: head.day)],
            sources=self.sources,
            total=len(found),
            page=page,
            last=last,
            words=words,
        )

    def mail(self, request: Request) -> Response:
        """One mail: as it looks, as text, its headers."""
        narrow = request.query_params.get("width") == "phone"
        return self.page("mail.html", here="outbox", mail=self._mail(request), narrow=narrow)

    def mail_html(self, request: Request) -> Response:
        """The HTML part for the frame: no scripts, no forms, links open beside it.

        Addresses of the own site and of a desk on this machine point here, so that pictures show and links work
        before anything is published, whatever port this desk has.
        """
        html = looks.framed(self._mail(request).html, own=own_addresses(self.site_url), pictures="")
        origin = f"{request.url.scheme}://{request.url.netloc}"
        policy = (
            f"default-src 'none'; style-src 'unsafe-inline'; img-src 'self' {origin} data: https:; "
            "sandbox allow-popups allow-popups-to-escape-sandbox; frame-ancestors 'self'"
        )
        return HTMLResponse(html, headers={**self.headers, "Content-Security-Policy": policy})

    def mail_file(self, request: Request) -> Response:
        """The very bytes, for any mail program."""
        name = request.path_params["name"]
        raw = mails.raw_bytes(self.outbox, name)
        if raw is None:
            raise HTTPException(404)
        named = {"Content-Disposition": f'attachment; filename="{name}"'}
        return Response(raw, media_type="message/rfc822", headers={**self.headers, **named})

    def friendly(self, request: Request, error: Exception) -> Response:
        """An error as a page that says what to do."""
        status = error.status_code if isinstance(error, HTTPException) else 500
        desk = request.url.path.startswith("/desk")
        return self.page("missing.html", status, here="", is_desk=desk, status=status, **_came(request))

    def _mail(self, request: Request) -> mails.Mail:
        found = mails.read(self.outbox, request.path_params["name"])
        if found is None:
            raise HTTPException(404)
        return found

    def _waiting(self) -> Wait | None:
        try:
            return self.control.waiting() if self.control else None
        except TopmindError:  # the preview's page says it
            return None

    def _told(self, run: LastRun) -> list[tuple[str, ...]]:
        return self.calendar.told(run) if self.calendar else days_in_words(run, None)

    def _with_run(self, template: str, **values: Any) -> Response:
        try:
            run, trouble = self.last_run(), ""
        except TopmindError as error:
            run, trouble = None, str(error)
        if run is None:
            return self.page("nothing.html", trouble=trouble, **values)
        return self.page(template, run=run, most=most(run), **values)

    def page(self, template: str, code: int = 200, /, **values: Any) -> HTMLResponse:
        """A page of the desk."""
        return HTMLResponse(
            self.pages.render(template, **values), status_code=code, headers=dict(self.headers)
        )


def most(run: LastRun) -> int:
    """Touches of the fullest day of the calendar, at least 1: the length of a whole bar."""
    return max([1, *(sum(day.touches.values()) for day in run.calendar)])
