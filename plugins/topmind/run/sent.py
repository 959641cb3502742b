"""What one run did, for a person and for a machine."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from topmind import ledger as ledger_
from topmind.delivery import SendReport
from topmind.model import Level, Problem
from topmind.report.words import twice
from topmind.run.decide import Decided


@dataclass(frozen=True, slots=True, kw_only=True)
class SendResult:
    """What one run did, or with a dry run would do."""

    report: SendReport
    decided: Decided
    #: Held editions, guards passed over, what the sources said: never a person.
    findings: tuple[Problem, ...]
    dry: bool
    where: str
    #: Mails to representatives about their open tasks: no touch of anybody.
    task_mails: int = 0
    #: Proofs to whoever signs an issue, before it goes: no touch of anybody.
    proofs: int = 0

    @property
    def exit_code(self) -> int:
        """0 done; 1 unproven or held mails; 130/143 interrupted."""
        if self.report.signal:
            return self.report.signal
        held = any(problem.level is Level.ERROR for problem in self.findings)
        return self.report.exit_code or int(held)

    def as_dict(self) -> dict[str, Any]:
        """The equation of the day, and what needs a look."""
        return {
            **self.report.counts.as_dict(),
            "may_have_come_twice": self.report.counts.may_have_come_twice,
            "came_twice": self.report.counts.came_twice,
            "task_mails": self.task_mails,
            "proofs": self.proofs,
            "as_of": self.decided.plan.as_of.isoformat(),
            "plan": self.decided.plan.hash,
            "dry_run": self.dry,
            "stopped": self.report.stopped,
            "unproven": [touch.touch_hex for touch in self.report.unproven],
            "findings": [_finding(problem) for problem in self.findings],
        }

    def text(self) -> str:
        """The same for a person."""
        counts = self.report.counts
        if self.dry:
            lines = [
                f"Dry run: {len(self.decided.plan.due)} touches are due; nothing was written, nobody was mailed."
            ]
        else:
            lines = [
                f"Sent now: {counts.sent_now} mails{f' to {self.where}' if self.where else ''}{_late(counts)}.",
                f"Occasions whose day is today: {counts.planned} planned = {counts.accepted} accepted + {counts.refused} refused "
                f"+ {counts.skipped} skipped + {counts.expired} expired + {counts.unknown} unknown "
                f"+ {counts.waiting} waiting; {counts.tasks} task{'' if counts.tasks == 1 else 's'}.",
            ]
        if again := twice(counts):
            lines.append(again)
        if self.task_mails:
            lines.append(
                f"{self.task_mails} task mail{'' if self.task_mails == 1 else 's'} to whoever has something to do: topmind tasks"
            )
        if self.proofs:
            lines.append(
                f"{self.proofs} proof{'' if self.proofs == 1 else 's'} to whoever signs; an issue goes at its time unless "
                "somebody holds it: topmind stop NAME"
            )
        if self.report.stopped:
            lines.append(f"Stopped: {self.report.stopped}.")
        if self.report.unproven:
            many = len(self.report.unproven)
            lines.append(
                f"{many} mail{' is' if many == 1 else 's are'} unproven and never sent again by "
                f"{'itself' if many == 1 else 'themselves'}: topmind report"
            )
        lines += map(_line, self.findings)
        return "\n".join(lines)


@dataclass(frozen=True, slots=True, kw_only=True)
class Unplanned:
    """A check of what cannot be planned: what stands in the way, and whatever else would stop a send."""

    as_of: date
    #: At least one error among them.
    findings: tuple[Problem, ...]
    exit_code: int = 1

    def as_dict(self) -> dict[str, Any]:
        """The keys of `SendResult.as_dict`; `plan` is ""."""
        return {
            **ledger_.Counts().as_dict(),
            "may_have_come_twice": 0,
            "came_twice": 0,
            "task_mails": 0,
            "proofs": 0,
            "as_of": self.as_of.isoformat(),
            "plan": "",
            "dry_run": True,
            "stopped": "",
            "unproven": [],
            "findings": [_finding(problem) for problem in self.findings],
        }

    def text(self) -> str:
        """The same for a person."""
        return "\n".join(
            [
                "No plan can be made of this; nothing was written, nobody was mailed.",
                *map(_line, self.findings),
            ]
        )


def _line(problem: Problem) -> str:
    where = f"{problem.path}:{problem.line}" if problem.line else problem.path
    return f"{problem.level.value}: {where + ': ' if where else ''}{problem.says} {problem.fix}".rstrip()


def _late(counts: ledger_.Counts) -> str:
    """What the equation of the day leaves out."""
    return f", {counts.sent_late} of them for occasions of other days" if counts.sent_late else ""


def _finding(problem: Problem) -> dict[str, Any]:
    return {
        "rule": problem.rule,
        "level": problem.level.value,
        "path": problem.path,
        "line": problem.line,
        "says": problem.says,
        "fix": problem.fix,
    }
