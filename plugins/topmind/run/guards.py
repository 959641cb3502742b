"""Guards of a send: each stops the run before anybody was mailed (exit 3)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from topmind.errors import GuardError
from topmind.ledger import Ledger
from topmind.model import Clock, Level, Problem
from topmind.run import moment
from topmind.run.decide import Decided
from topmind.run.moment import Moment
from topmind.settings import Settings


def refuse_restored(ledger: Ledger, where: str) -> None:
    """Raises GuardError where an older ledger, or a new one, lies in the place of the one that sent last."""
    if ledger.restored:
        raise GuardError(
            "this ledger is older than the one that sent last: whoever was mailed since would be mailed again. "
            "Nobody was mailed.",
            where=where,
            fix="Put the newest copy back; if it is lost, take this one into use: topmind ledger adopt",
        )


def refuse_other_days(settings: Settings, at: Moment, clock: Clock) -> None:
    """Raises GuardError where real mail would go on another day than today."""
    today = moment.read(
        None, replace(settings, project=settings.project.model_copy(update={"as_of": None})), clock
    )
    if settings.transport == "ses" and at.as_of != today.as_of:
        pinned = settings.project.as_of == at.as_of
        raise GuardError(
            f"real mail goes today, and this would be {at.as_of:%Y-%m-%d}. Nobody was mailed.",
            where="TOPMIND['as_of'] in pelicanconf.py" if pinned else "--as-of",
            fix="Take it out, or use the outbox for a rehearsal.",
        )


def same_plan(decided: Decided, plan_hash: str | None) -> None:
    """Raises GuardError where somebody asked for another plan."""
    if plan_hash and not decided.plan.hash.startswith(plan_hash):
        raise GuardError(
            f"the plan is {decided.plan.hash} now; nobody was mailed.",
            where=f"--plan {plan_hash}",
            fix="Look at `topmind plan` again.",
        )


def stop_on(facts: Iterable[Problem]) -> None:
    """Raises GuardError with every pre-flight error at once."""
    errors = [problem for problem in facts if problem.level is Level.ERROR]
    if errors:
        first, *others = errors
        more = "".join(
            f"\n  also: {p.path + ': ' if p.path else ''}{p.says} {p.fix}".rstrip() for p in others
        )
        raise GuardError(f"{first.says} Nobody was mailed.", where=first.path, fix=first.fix + more)
