"""The proofs of the days ahead and those that have left for what is still to go, as `topmind plan` tells them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from topmind import planning
from topmind.model import Occasion
from topmind.run import proof_states
from topmind.run.decide import Decided
from topmind.run.proof_phrases import parts_in_words


@dataclass(frozen=True, slots=True, kw_only=True)
class ComingProof:
    """One issue and its proof."""

    issue: Occasion
    #: Team ids of whoever signs it for somebody it is for.
    to: tuple[str, ...]
    #: UTC: from when on it leaves; of one that has left when the newest did (None = not known).
    at: datetime | None
    #: coming, due (it leaves with the next send), sent.
    state: str
    #: The issue's own time has come, and it waits.
    waits: bool
    #: What the proof before did not show as it is now, in words; "" = nothing.
    changed: str = ""


def coming_proofs(decided: Decided, days: int) -> tuple[ComingProof, ...]:
    """Those of so many days, by the day of the issue."""
    return tuple(sorted(_found(decided, days), key=lambda one: (one.issue.day, one.issue.name)))


def _found(decided: Decided, days: int) -> Iterator[ComingProof]:
    catalog, at, history = decided.project.catalog, decided.project.moment, decided.history
    due = {one.occasion.name for one in planning.wanted_proofs(catalog, history, at.now, all_day=at.all_day)}
    for one in planning.proofs_ahead(catalog, history, at.now, days, all_day=at.all_day):
        yield ComingProof(
            issue=one.occasion,
            to=_signers(decided, one.occasion),
            at=one.since,
            state="due" if one.occasion.name in due else "coming",
            waits=one.late,
            changed=parts_in_words(catalog, one.changed),
        )
    for issue in planning.proved_issues(catalog, history, at.now, all_day=at.all_day):
        if issue.name not in history.changed:
            left = [one.at for one in history.proofs.get(issue.name, ()) if one.left]
            yield ComingProof(
                issue=issue,
                to=_signers(decided, issue),
                at=left[-1] if left else None,
                state="sent",
                waits=issue.name in history.fresh and at.now >= planning.issue_moment(catalog, issue),
            )


def _signers(decided: Decided, issue: Occasion) -> tuple[str, ...]:
    return proof_states.signers(decided.project.catalog, decided.members, issue)


def proofs_as_dicts(decided: Decided, days: int) -> list[dict[str, Any]]:
    """For a machine."""
    return [
        {
            "issue": one.issue.name,
            "goes": one.issue.day.isoformat(),
            "to": list(one.to),
            "state": one.state,
            "at": one.at.isoformat() if one.at else None,
            "waits": one.waits,
            "changed": one.changed,
        }
        for one in coming_proofs(decided, days)
    ]


def proof_lines(decided: Decided, days: int) -> list[str]:
    """A heading and a line for each; [] for none."""
    lines = [_line(decided, one) for one in coming_proofs(decided, days)]
    return ["", "A proof first, to whoever signs:", *lines] if lines else []


def _line(decided: Decided, one: ComingProof) -> str:
    catalog, issue = decided.project.catalog, one.issue
    who = ", ".join(catalog.team[name].name for name in one.to if name in catalog.team) or "nobody yet"
    what = f"{issue.name} to {who}"
    then = f"it goes on {_short(issue.day)} unless somebody holds it"
    zone = ZoneInfo(catalog.newsletters[issue.source].zone or catalog.company.zone)
    local = one.at.astimezone(zone) if one.at else None
    if one.changed:
        what += f": changed since the last proof ({one.changed})"
    if one.state == "sent":
        when = f"Sent on {_short(local.date())}" if local else "Sent"
        return f"  {when}  {what}; {'it waits until that was read' if one.waits else then}"
    if one.waits:
        return f"  {what}: it waits; the proof leaves with the next send, the issue after it"
    if one.state == "due" and one.changed:
        return f"  {what}; the new one leaves with the next send; {then}"
    assert local
    return f"  {_short(local.date())}  {what}, after {catalog.company.dates.clock(local.time())}; {then}"


def _short(day: date) -> str:
    """`Tue 1 Dec`."""
    return f"{day:%a} {day.day} {day:%b}"
