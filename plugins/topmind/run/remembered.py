"""What the project's ledger remembers, for commands that plan nothing."""

from __future__ import annotations

from topmind.model import Clock, History
from topmind.run.load import Project
from topmind.run.places import key_ring, ledger_exists, ledger_id, open_project_ledger


def history_of(project: Project, clock: Clock, *, touches: bool = True) -> History:
    """As `Ledger.history`; an empty history where there is no ledger yet."""
    settings = project.settings
    if not ledger_exists(settings):
        return History(ledger=ledger_id(settings))
    with open_project_ledger(settings, clock, key_ring(settings)) as ledger:
        return ledger.history(project.moment.as_of, touches=touches)
