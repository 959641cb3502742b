"""The pages about one contact: looked up, what comes for them, what they got and why. Never in an export."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from topmind.desk.contact_page import contact_page, found_page, source_id
from topmind.desk.past_page import find, past, touch_page
from topmind.desk.preview_pages import Link
from topmind.errors import TopmindError
from topmind.run import why
from topmind.run.preview.watching import Current
from topmind.run.story import Story

#: Renders a template of the desk: (template, status, **values).
Page = Callable[..., Response]


@dataclass(frozen=True, slots=True, kw_only=True)
class ContactRoutes:
    """What they show. Addresses hold a key that says nothing of anybody."""

    now: Callable[[], Current]
    #: (state, contact) → their story; None = the past is not shown.
    story: Callable[[Current, str], Story] | None
    #: In each form of this desk.
    key: str
    link: Link

    def search(self, page: Page, request: Request) -> Response:
        """Nobody was looked for yet."""
        return self._answer(page, None)

    def found(self, page: Page, words: str) -> Response:
        """Who has this id or name."""
        return self._answer(page, words)

    def _answer(self, page: Page, words: str | None) -> Response:
        current = self.now()
        found = found_page(current, words)
        return page("preview_search.html", here="preview", version=current.version, key=self.key, **found)

    def contact(self, page: Page, request: Request) -> Response:
        """What comes for one of them, what is held, what they got."""
        current, key = self.now(), request.path_params["key"]
        made = contact_page(current, key, self.link)
        if made is None:
            raise HTTPException(404)
        told, trouble = self._story(current, key)
        project = current.project
        shown = past(told, project.catalog, key, self.link) if told and project else None
        if shown:
            # what is held today is said once, with more words
            said = {one["title"] for one in (*shown["held"], *shown["others"])}
            today = current.preview.as_of
            made["rows"] = [
                row for row in made["rows"] if row["goes"] or row["day"] > today or row["title"] not in said
            ]
        return page(
            "preview_contact.html",
            here="preview",
            version=current.version,
            preview=current.preview,
            past=shown,
            trouble=trouble,
            **made,
        )

    def _story(self, current: Current, key: str) -> tuple[Story | None, str]:
        """The story of a contact, or why it cannot be told now."""
        contact = source_id(current, key)
        if self.story is None or contact is None:
            return None, ""
        if current.project is None:
            return None, "It can be told when the mistakes under Findings are mended."
        try:
            return self.story(current, contact), ""
        except TopmindError as error:
            return None, f"{error.says} {error.fix}".strip()

    def touch(self, page: Page, request: Request) -> Response:
        """Why they got one thing, or did not."""
        current, key = self.now(), request.path_params["key"]
        made = contact_page(current, key, self.link)
        told, _ = self._story(current, key)
        touch = find(told, request.path_params["touch"]) if told else None
        project = current.project
        if made is None or told is None or touch is None or project is None:
            raise HTTPException(404)
        told = why.with_mails(project, why.about(told, touch.key.name))
        return page(
            "preview_touch.html",
            here="preview",
            version=current.version,
            person=made["person"],
            back=self.link(f"preview/contact/{key}/"),
            **touch_page(told, touch, project.catalog),
        )
