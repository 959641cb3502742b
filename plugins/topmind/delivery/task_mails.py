"""The morning's task mails: claim → build → fence → transport → settle, one at a time.

They leave as customers' mails do, so the same holds: durable before the call, one attempt per claim, and what was
claimed and not proven is never sent again by itself. They are few and no touch of anybody, so they go after the
customers' mails, one by one, outside of that loop's sums.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date

from topmind.delivery.one_mail import OPEN, carry, look_for_proof
from topmind.delivery.seam import Evidence, Stopping
from topmind.ledger import ALONE, Ledger, Member, TaskMailClaim
from topmind.model import Level, Message, Outcome, OutcomeKind, Problem, TouchState, Transport


@dataclass(frozen=True, slots=True, kw_only=True)
class TaskLetter:
    """One representative's open tasks of one day, ready to be written."""

    #: Team id.
    sender: str
    #: The company's day.
    day: date
    #: Makes the complete message of a claim. A TopmindError holds it back.
    build: Callable[[TaskMailClaim], Message]


@dataclass(frozen=True, slots=True, kw_only=True)
class TaskMailReport:
    """What became of the task mails of one run."""

    #: Accepted by the transport now.
    sent: int = 0
    #: Held, refused or unproven: team ids, never a customer.
    problems: tuple[Problem, ...] = ()


def send_task_mails(
    ledger: Ledger,
    transport: Transport,
    letters: Sequence[TaskLetter],
    *,
    day: date,
    owner: str,
    who: str = "",
    member: Member = ALONE,
    stopping: Stopping = lambda: 0,
    evidence: Evidence | None = None,
) -> TaskMailReport:
    """Send what has not left yet on the company's `day`, and list what of it nobody can prove.

    Raises LedgerLocked where another run sends, LedgerError where the ledger fails. Whatever is raised while a call
    is under way leaves its claim, which becomes unknown: the next day's mail has the same tasks.
    """
    if not letters and not any(mail.state in OPEN for mail in ledger.task_mails()):
        return TaskMailReport()
    sent, problems = 0, []
    ledger.lock(owner, who=who, member=member)
    try:
        ledger.sweep()
        look_for_proof(ledger, evidence, ledger.task_mails())
        problems += [
            _unproven(mail.sender) for mail in ledger.task_mails(day) if mail.state is TouchState.UNKNOWN
        ]
        for letter in letters:
            if stopping():
                break
            claim = ledger.claim_task_mail(letter.sender, letter.day, owner=owner)
            if claim is None:
                continue
            outcome = carry(ledger, transport, claim, letter.build, ledger.settle_task_mail)
            ledger.settle_task_mail(claim, outcome)
            sent += outcome.kind is OutcomeKind.ACCEPTED
            problems += _problems(letter.sender, outcome)
            if outcome.stop:
                break
    finally:
        ledger.unlock(owner)
    return TaskMailReport(sent=sent, problems=tuple(problems))


def _problems(sender: str, outcome: Outcome) -> list[Problem]:
    match outcome.kind:
        case OutcomeKind.ACCEPTED:
            return []
        case OutcomeKind.UNKNOWN:
            return [_unproven(sender, Level.ERROR)]
        case OutcomeKind.REFUSED:
            fix = f"Correct the address in content/team/{sender}.md; the tasks: topmind tasks --for {sender}"
            says = f"the task mail of {sender} was refused: {outcome.reason}."
        case _:
            fix = "Mend it; the next run of today sends it."
            says = f"the task mail of {sender} has not left: {outcome.reason.rstrip('.')}."
    return [Problem(rule="tasks/held", level=Level.ERROR, path="", line=0, says=says, fix=fix)]


def _unproven(sender: str, level: Level = Level.WARNING) -> Problem:
    return Problem(
        rule="tasks/unproven",
        level=level,
        path="",
        line=0,
        says=f"nobody can say whether today's task mail of {sender} left; it is not sent again.",
        fix=f"topmind tasks --for {sender} shows the same; tomorrow's mail has what is still open.",
    )
