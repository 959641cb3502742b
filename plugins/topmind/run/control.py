"""Stop, resume, approve: one durable row each, read by a running send before its next group."""

from __future__ import annotations

import re
from pathlib import Path

from topmind.errors import UsageError
from topmind.model import Clock
from topmind.run import load as load_
from topmind.run.load import Project
from topmind.run.places import key_ring, open_project_ledger


def _names(project: Project) -> set[str]:
    """Sources and steps that may be stopped."""
    catalog = project.catalog
    names = {"all", "rescue", *catalog.newsletters, *catalog.sequences}
    names |= {item.id for item in catalog.items.values() if item.sends}
    names |= {
        f"{sequence.id}/{step.id}" for sequence in catalog.sequences.values() for step in sequence.steps
    }
    return names


def _known(project: Project, occasion: str) -> None:
    """Raises UsageError where `occasion` begins with no known source."""
    names = _names(project)
    if any(occasion == name or occasion.startswith(f"{name}/") for name in names):
        return
    import difflib

    near = difflib.get_close_matches(occasion, names, n=1)
    raise UsageError(
        f"there is no occasion {occasion!r}.",
        fix=f"Did you mean {near[0]}?" if near else f"Known: {', '.join(sorted(names))}.",
    )


def stop(root: Path, occasion: str, *, as_of: str | None, clock: Clock) -> frozenset[str]:
    """Stop an occasion, a source or all; returns everything that is stopped now."""
    project = load_.load(root, as_of=as_of, clock=clock)
    _known(project, occasion)
    with open_project_ledger(project, clock, key_ring(project.settings)) as ledger:
        ledger.stop(occasion)
        return ledger.stops()


def resume(root: Path, occasion: str, *, as_of: str | None, clock: Clock) -> frozenset[str]:
    """Take a stop back; returns what is still stopped. Raises UsageError where it was not stopped."""
    project = load_.load(root, as_of=as_of, clock=clock)
    with open_project_ledger(project, clock, key_ring(project.settings)) as ledger:
        if not ledger.resume(occasion):
            stopped = ", ".join(sorted(ledger.stops())) or "nothing"
            raise UsageError(f"{occasion!r} is not stopped.", fix=f"Stopped now: {stopped}.")
        return ledger.stops()


def approve(root: Path, plan_hash: str, *, as_of: str | None, clock: Clock) -> None:
    """Approve a plan by its hash for 24 hours."""
    if not re.fullmatch(r"[0-9a-f]{8,64}", plan_hash):
        raise UsageError(f"{plan_hash!r} is no plan hash.", fix="Copy it from `topmind plan`.")
    project = load_.load(root, as_of=as_of, clock=clock)
    with open_project_ledger(project, clock, key_ring(project.settings)) as ledger:
        ledger.approve(plan_hash)
