"""`send --check`: what would stop a send becomes a finding, so that all of it is seen at once."""

from __future__ import annotations

from collections.abc import Callable, Collection
from contextlib import suppress
from dataclasses import replace

from topmind import delivery
from topmind.errors import TopmindError
from topmind.links import KeyRing
from topmind.model import Clock, History, Level, Problem
from topmind.run import carriage, dry, guards, places
from topmind.run.crews import Crew
from topmind.run.load import Project
from topmind.settings import Settings


class Checking:
    """What one check has met."""

    def __init__(self, project: Project, clock: Clock, crew: Crew) -> None:
        self._project, self._clock, self._crew = project, clock, crew
        self._found: list[Problem] = []
        #: What the ledger says; None = it cannot be asked.
        self._known: dry.Known | None = None
        self.tried(lambda: guards.refuse_other_days(project, clock))

    def tried(self, work: Callable[[], object]) -> bool:
        """Do it; what it raises is a finding, and False."""
        try:
            work()
        except TopmindError as error:
            self._found.append(
                Problem(
                    rule="preflight/stopped",
                    level=Level.ERROR,
                    path=error.where,
                    line=0,
                    says=error.says,
                    fix=error.fix,
                )
            )
            return False
        return True

    def ledger(self) -> dry.Known:
        """What it knows; nothing where it cannot be asked, so that every mail of the day is still rendered."""
        any_ring: Callable[[Settings], KeyRing | None] = lambda _settings: None  # noqa: E731 - said twice below
        there = self.tried(lambda: places.key_ring(self._project.settings))
        if not self.tried(lambda: self._ask(places.key_ring if there else any_ring)):
            with suppress(TopmindError):  # with wrong keys it is still known who is due
                self._ask(any_ring)
        return self._known or dry.Known(history=History(ledger=places.ledger_id(self._project.settings)))

    def _ask(self, ring: Callable[[Settings], KeyRing | None]) -> None:
        self._known = dry.known(self._project, self._clock, ring)

    def of_ledger(self, facts: delivery.Facts) -> delivery.Facts:
        """Of a ledger that cannot be asked nobody knows whether it is new, or this day larger than others."""
        return facts if self._known else replace(facts, first=False, surge="")

    def stops(self, problem: Problem) -> Problem:
        """Where `plan` only warns and `send` refuses, a check refuses, too."""
        return replace(problem, level=Level.ERROR) if problem.rule == dry.RESTORED else problem

    def others(self, senders: Collection[str], planned: int) -> list[Problem]:
        """All that was met, the stop switch, and what the account says."""
        if self._known:
            alone, where = self._known.alone, self._project.settings.ledger_name
            self.tried(lambda: self._crew.refuse_where(alone, where))
        if self._known and self._known.stops:
            self._found.append(_stopped(self._known.stops))
        settings = self._project.settings
        team = {member.email for member in self._project.catalog.team.values() if member.email}
        silent = self._known.silent if self._known else None
        account: list[Problem] = []
        if settings.transport == "ses":
            self.tried(
                lambda: account.extend(
                    carriage.account_findings(settings, senders, planned, team=team, silent=silent)
                )
            )
        return [*self._found, *account]


def _stopped(names: Collection[str]) -> Problem:
    listed = ", ".join(sorted(names))
    return Problem(
        rule="preflight/stop",
        level=Level.WARNING,
        path="",
        line=0,
        says=f"stopped by hand, so nothing of it would leave: {listed}.",
        fix="topmind resume, with the name.",
    )
