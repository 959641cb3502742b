"""The calendar of the forecast, and the files behind it, read only."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from topmind.date_words import DateStyle
from topmind.desk.calendar import Edit, coverage, curve, files, held, source, told, weeks
from topmind.desk.last_run import LastRun
from topmind.errors import TopmindError
from topmind.report.last_plan import LastPlan
from topmind.report.outlook_words import apart_words, lack_words, percent

#: Renders a template of the desk: (template, **values).
Page = Callable[..., Response]


@dataclass(frozen=True, slots=True, kw_only=True)
class Calendar:
    """Where the calendar's pages take what they show from."""

    last_plan: Callable[[], LastPlan | None]
    #: The project's folder.
    root: Path
    edit: Edit
    dates: DateStyle

    def routes(self, page: Page) -> list[Route]:
        """Its pages."""

        def show(request: Request) -> Response:
            return self._show(page, request.query_params.get("segment", ""))

        def file(request: Request) -> Response:
            return self._file(page, request.path_params["path"])

        return [Route("/desk/calendar/", show), Route("/desk/file/{path:path}", file)]

    def lacks(self) -> list[str]:
        """Content that will be lacking, in words; [] where no forecast is there, or an older version wrote it."""
        try:
            plan = self.last_plan()
        except TopmindError:
            plan = None
        return [lack_words(lack, plan.until, self.dates) for lack in plan.lacks] if plan else []

    def told(self, run: LastRun) -> list[tuple[str, ...]]:
        """What each day of the last run's calendar holds, in words."""
        try:
            plan = self.last_plan()
        except TopmindError:
            plan = None
        return days_in_words(run, plan)

    def _show(self, page: Page, segment: str) -> Response:
        try:
            plan, trouble = self.last_plan(), ""
        except TopmindError as error:
            plan, trouble = None, str(error)
        if plan is None:
            return page("nothing.html", trouble=trouble, here="calendar")
        if segment and segment not in plan.segments:
            raise HTTPException(404)
        return page(
            "calendar.html",
            here="calendar",
            plan=plan,
            segment=segment,
            cover=coverage(plan, segment),
            percent=percent,
            apart=apart_words,
            curve=curve(plan) if not segment else "",
            lacks=[
                lack_words(lack, plan.until, self.dates)
                for lack in plan.lacks
                if not segment or segment in {lack.segment, *lack.among}
            ],
            weeks=weeks(plan, segment, self.edit),
            held=list(held(plan, self.edit)) if not segment else [],
        )

    def _file(self, page: Page, path: str) -> Response:
        try:
            plan = self.last_plan()
        except TopmindError:
            plan = None
        text = source(self.root, path, files(plan)) if plan else None
        if text is None:
            raise HTTPException(404)
        return page("file.html", here="calendar", path=path, text=text)


def days_in_words(run: LastRun, plan: LastPlan | None) -> list[tuple[str, ...]]:
    """Each day of the last run's calendar by the titles that forecast and run know; names where they know none."""
    titles = {
        row.name if row.channel == "email" else f"{row.name} ({row.channel})": row.title
        for row in run.occasions
    }
    return [told(row.touches, plan.whats if plan else {}, titles) for row in run.calendar]
