"""The pages behind signed links, as one Starlette app: the same under uvicorn here and on a function service."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import parse_qs

from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from starlette.routing import Route

from topmind.brand import Brand
from topmind.errors import LinkError
from topmind.links import LinkPurpose, Links
from topmind.live import inbox as entries
from topmind.live.look import Pages, style_hash
from topmind.model import Clock, LinkContext

log = logging.getLogger("topmind.live")

#: Longest body of a POST, in bytes: a comment, escaped by a form, fits.
BODY_LIMIT = 16_384

_HEADERS = {
    "Cache-Control": "no-store",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "X-Robots-Tag": "noindex, nofollow",
}
_MESSAGES = {
    404: (
        "This link does not work",
        "It may be cut short. Please open it again from the mail, or write to us.",
    ),
    405: ("That does not work here", "Please open the link from the mail again."),
    413: ("That was too long", "Please go back and write a little less."),
    503: ("That did not work", "We could not save it just now. Please try again in a few minutes."),
}

#: What a second press does, said to whoever presses: the pages do not know the books.
_ONCE = "It is in the books after the next run; what was said of this task before stays, too."

#: The HTML of a person's own mail, or None where there is none.
View = Callable[[LinkContext], bytes | None]


def app(
    *,
    inbox: entries.Inbox,
    links: Links,
    brand: Brand,
    company: str,
    clock: Clock,
    topics: Mapping[str, str] | None = None,
    view: View | None = None,
) -> Starlette:
    """The live app: `/u/TOKEN`, `/p/TOKEN`, `/a/TOKEN`, `/t/TOKEN`, and `/v/TOKEN` where `view` is given.

    `topics` is topic id → what people read. A POST to `/u/` is also the one-click unsubscribe of RFC 8058: no
    cookie, no redirect, any body.
    """
    pages = Pages(Path(__file__).parent / "templates", brand, company=company)
    policy = (
        f"default-src 'none'; style-src {style_hash(pages.css)}; "
        "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
    )
    headers = {**_HEADERS, "Content-Security-Policy": policy}
    live = _Live(
        inbox=inbox, links=links, clock=clock, topics=topics or {}, mail=view, pages=pages, headers=headers
    )
    routes = [
        Route("/u/{token}", live.unsubscribe, methods=["GET", "POST"]),
        Route("/p/{token}", live.preferences, methods=["GET", "POST"]),
        Route("/a/{token}", live.answer, methods=["GET", "POST"]),
        Route("/t/{token}", live.task, methods=["GET", "POST"]),
    ]
    if view is not None:
        routes.append(Route("/v/{token}", live.view, methods=["GET"]))
    return Starlette(routes=routes, exception_handlers={HTTPException: live.friendly})


@dataclass(frozen=True, slots=True, kw_only=True)
class _Live:
    """The endpoints and what they share."""

    inbox: entries.Inbox
    links: Links
    clock: Clock
    topics: Mapping[str, str]
    mail: View | None
    pages: Pages
    headers: Mapping[str, str]

    async def unsubscribe(self, request: Request) -> Response:
        """GET shows one button; POST is the opt-out."""
        context = self._who(request, LinkPurpose.UNSUBSCRIBE)
        preferences = self.links.preferences(context)
        if request.method != "POST":
            return self._page("unsubscribe.html", preferences=preferences)
        await self._body(request)  # bounded; whatever it says, the address itself is the wish
        await self._save(entries.opt_out(context, self.clock.now()))
        return self._message("Done", "You get no more newsletters and no more offers from us.")

    async def preferences(self, request: Request) -> Response:
        """GET shows one button per wish; POST writes the one that was pressed."""
        context = self._who(request, LinkPurpose.PREFERENCES)
        if request.method != "POST":
            return self._page("preferences.html", topics=self.topics, pauses=entries.PAUSES)
        form = await self._form(request)
        entry, says = self._wish(context, form.get("do", ""))
        await self._save(entry)
        return self._message("Saved", says, back=self.links.preferences(context))

    async def answer(self, request: Request) -> Response:
        """GET shows the answer of the link and one button; POST writes it, with a comment where given."""
        context = self._who(request, LinkPurpose.ANSWER)
        if "answer" not in context.extra:
            raise HTTPException(404)
        if request.method != "POST":
            words = entries.in_words(context)
            return self._page("answer.html", words=words, limit=entries.COMMENT_LIMIT)
        form = await self._form(request)
        await self._save(entries.answer(context, form.get("comment", ""), self.clock.now()))
        return self._message("Thank you", "Your answer has reached us.")

    async def task(self, request: Request) -> Response:
        """What became of a task, said by whoever did it: GET shows the word and one button, POST writes it."""
        context = self._who(request, LinkPurpose.TASK)
        if "answer" not in context.extra:
            raise HTTPException(404)
        words, ref, about = entries.in_words(context), context.touch_hex[:8], entries.about(context)
        if request.method != "POST":
            return self._page("task.html", words=words, ref=ref, about=about, limit=entries.COMMENT_LIMIT)
        form = await self._form(request)
        await self._save(entries.task(context, form.get("comment", ""), self.clock.now()))
        return self._message("Noted", f"Task {ref}{f' ({about})' if about else ''}: {words}. {_ONCE}")

    async def view(self, request: Request) -> Response:
        """The mail itself, in a browser: no scripts, no forms."""
        context = self._who(request, LinkPurpose.VIEW)
        html = await run_in_threadpool(self.mail, context) if self.mail else None
        if html is None:
            raise HTTPException(404)
        policy = (
            "default-src 'none'; style-src 'unsafe-inline'; img-src 'self' https: data:; sandbox allow-popups"
        )
        return HTMLResponse(html, headers={**_HEADERS, "Content-Security-Policy": policy})

    async def friendly(self, request: Request, error: Exception) -> Response:
        """Every error as a calm page that tells nothing of anybody."""
        status = error.status_code if isinstance(error, HTTPException) else 500
        head, text = _MESSAGES.get(status, ("That did not work", "Please go back and try again."))
        headers = getattr(error, "headers", None) or {}
        return self._message(head, text, status=status, headers=headers)

    def _who(self, request: Request, purpose: LinkPurpose) -> LinkContext:
        try:
            return self.links.read(request.path_params["token"], purpose)
        except LinkError:
            raise HTTPException(404) from None

    def _wish(self, context: LinkContext, do: str) -> tuple[dict[str, str], str]:
        """The entry of a pressed button and what the page says; 400 for a button that we do not have."""
        now = self.clock.now()
        kind, _, value = do.partition(":")
        if kind == "opt_out":
            return entries.opt_out(context, now), "You get no more newsletters and no more offers from us."
        if kind in {"topic_on", "topic_off"} and value in self.topics:
            wanted = kind == "topic_on"
            says = f"{self.topics[value]}: {'yes' if wanted else 'no'}."
            return entries.topic(context, value, wanted=wanted, now=now), says
        if kind == "pause" and value in {str(days) for days in entries.PAUSES}:
            return entries.pause(context, int(value), now), f"You hear nothing from us for {value} days."
        raise HTTPException(400)

    async def _save(self, entry: Mapping[str, str]) -> None:
        """One durable write before the answer. Logs the kind and nothing of the person."""
        try:
            await run_in_threadpool(self.inbox.put, entry)
        except Exception as error:  # noqa: BLE001 - whatever the store raises, the person must hear "try again"
            log.error(
                "could not save %s: %s", entry["kind"], type(error).__name__
            )  # no traceback: it would show the entry
            raise HTTPException(503, headers={"Retry-After": "120"}) from None
        log.info("saved %s", entry["kind"])

    async def _form(self, request: Request) -> Mapping[str, str]:
        """Fields of a posted form; the last value of a name counts."""
        text = (await self._body(request)).decode("utf-8", "replace")
        try:
            fields = parse_qs(text, max_num_fields=16)
        except ValueError:  # more fields than any form of ours has
            raise HTTPException(400) from None
        return {name: values[-1] for name, values in fields.items()}

    async def _body(self, request: Request) -> bytes:
        """The body, never more than BODY_LIMIT bytes, whatever Content-Length claims."""
        length = request.headers.get("content-length", "0")
        if not length.isdecimal() or len(length) > 9 or int(length) > BODY_LIMIT:
            raise HTTPException(413)
        body = b""
        async for chunk in request.stream():
            body += chunk
            if len(body) > BODY_LIMIT:
                raise HTTPException(413)
        return body

    def _page(self, template: str, status: int = 200, **values: object) -> HTMLResponse:
        html = self.pages.render(template, **values)
        return HTMLResponse(html, status_code=status, headers=self.headers)

    def _message(
        self,
        head: str,
        text: str,
        *,
        status: int = 200,
        back: str = "",
        headers: Mapping[str, str] | None = None,
    ) -> HTMLResponse:
        response = self._page("message.html", status, head=head, text=text, back=back)
        response.headers.update(headers or {})
        return response
