"""Step 11: what was promised beside what was done, from the ledger."""

from __future__ import annotations

from pathlib import Path

from topmind.errors import UsageError
from topmind.links import short_hash
from topmind.model import Clock, History, PersonRecord
from topmind.report import Report
from topmind.report import report as compare
from topmind.run import load as load_
from topmind.run import places
from topmind.run.decide import decide


def report(root: Path, *, as_of: str | None, clock: Clock, who: bool = False) -> Report:
    """The report of the project's day; with `who` under names, for a person's own screen.

    Raises UsageError where nothing was ever sent from here.
    """
    project = load_.load(root, as_of=as_of, clock=clock)
    if not places.ledger_exists(project.settings):
        raise UsageError("there is no ledger here yet, so nothing was sent.", fix="topmind send")
    ring = places.key_ring(project.settings)
    with places.open_project_ledger(project.settings, clock, ring) as ledger:

        def remember(_people: tuple[PersonRecord, ...]) -> History:
            return ledger.history(project.moment.as_of)

        decided = decide(project, remember)
        return compare(
            catalog=project.catalog,
            history=decided.history,
            plan=decided.plan,
            counts=ledger.counts(project.moment.as_of),
            unproven=ledger.unproven(),
            tasks=ledger.tasks(open_only=False),
            hashed=lambda contact: short_hash(ring, contact),
            names={person.contact: person.name for person in decided.people} if who else None,
        )
