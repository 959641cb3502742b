"""`send --check`: what would stop a send becomes a finding, so that all of it is seen at once."""

from __future__ import annotations

from collections.abc import Callable, Collection
from contextlib import suppress
from dataclasses import replace
from typing import TypeVar

from topmind import delivery
from topmind.audience import AudienceSpec
from topmind.errors import ContentError, TopmindError
from topmind.links import KeyRing
from topmind.model import Clock, History, Level, Problem
from topmind.run import carriage, dry, guards, places
from topmind.run.crews import Crew
from topmind.run.load import Seen
from topmind.run.people import open_declared
from topmind.settings import Settings

T = TypeVar("T")


class Checking:
    """What one check has met."""

    def __init__(self, seen: Seen, clock: Clock, crew: Crew) -> None:
        self._seen, self._clock, self._crew = seen, clock, crew
        self._settings = seen.settings
        #: What the files say, and whatever was raised; errors or not.
        self.found: list[Problem] = list(seen.problems)
        #: What the ledger says; None = it cannot be asked.
        self._known: dry.Known | None = None
        self.tried(lambda: guards.refuse_other_days(seen.settings, seen.moment, clock))

    def got(self, work: Callable[[], T]) -> T | None:
        """What it gives; what it raises is a finding, and None."""
        try:
            return work()
        except ContentError as error:
            self.found += error.problems
        except TopmindError as error:
            self.found.append(_stopped_by(error))
        return None

    def tried(self, work: Callable[[], object]) -> bool:
        """Do it; what it raises is a finding, and False."""
        return self.got(lambda: (work(),)) is not None

    def ledger(self) -> dry.Known:
        """What it knows; nothing where it cannot be asked, so that every mail of the day is still rendered."""
        any_ring: Callable[[Settings], KeyRing | None] = lambda _settings: None  # noqa: E731 - said twice below
        there = self.tried(lambda: places.key_ring(self._settings))
        if not self.tried(lambda: self._ask(places.key_ring if there else any_ring)):
            with suppress(TopmindError):  # with wrong keys it is still known who is due
                self._ask(any_ring)
        return self._known or dry.Known(history=History(ledger=places.ledger_id(self._settings)))

    def _ask(self, ring: Callable[[Settings], KeyRing | None]) -> None:
        self._known = dry.known(self._settings, self._seen.moment, self._clock, ring)

    def people(self) -> None:
        """Of a project that cannot be planned: whether its sources could be used."""
        spec = self._seen.spec
        if spec is not None:
            self.tried(lambda: self._read(spec))

    def _read(self, spec: AudienceSpec) -> None:
        with open_declared(spec, self._settings, self._seen.moment.as_of) as source:
            self.found += (*source.findings, *source.forms)

    def of_ledger(self, facts: delivery.Facts) -> delivery.Facts:
        """Of a ledger that cannot be asked nobody knows whether it is new, or this day larger than others."""
        return facts if self._known else replace(facts, first=False, surge="")

    def around(self, senders: Collection[str], planned: int) -> None:
        """How many may send, the stop switch, a copy that was put back, and what the account says.

        `senders`: addresses that send now; those of the rest of the team are looked at, too.
        """
        if known := self._known:
            self.tried(lambda: self._crew.refuse_where(known.alone, self._settings.ledger_name))
            if known.stops:
                self.found.append(_stopped(known.stops))
            if known.restored:  # where `plan` only warns and `send` refuses, a check refuses, too
                self.found.append(replace(dry.restored(self._settings), level=Level.ERROR))
        if self._settings.transport == "ses":
            team = self._seen.partial.team.values() if self._seen.partial else ()
            self.found += carriage.account_findings(
                self._settings,
                senders,
                planned,
                team={member.email for member in team if member.email},
                silent=self._known.silent if self._known else None,
            )


def _stopped_by(error: TopmindError) -> Problem:
    return Problem(
        rule="preflight/stopped", level=Level.ERROR, path=error.where, line=0, says=error.says, fix=error.fix
    )


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
