"""The proofs of issues: claim → build → fence → transport → settle, one at a time, as the morning's task mails leave.

Durable before the call, one attempt per claim, and what was claimed and not proven is never sent again by itself: its
issue waits until a person has looked.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from topmind.delivery.one_mail import OPEN, carry, look_for_proof
from topmind.delivery.seam import Evidence, Stopping
from topmind.ledger import ALONE, Ledger, Member, ProofClaim
from topmind.model import Level, Message, Outcome, OutcomeKind, Problem, TouchState, Transport


@dataclass(frozen=True, slots=True, kw_only=True)
class ProofLetter:
    """One issue for one of its senders, ready to be written."""

    #: The issue, and the file in which a person would let it go or hold it.
    source: str
    occurrence: str
    file: str
    #: Team id of the reader; everybody who gets a proof of this issue.
    sender: str
    among: tuple[str, ...]
    #: Which of its proofs, what it shows, and the moment of the run (None = the ledger's).
    number: int = 1
    content: str = ""
    at: datetime | None = None
    #: Makes the complete message of a claim. A TopmindError holds it back.
    build: Callable[[ProofClaim], Message]

    @property
    def issue(self) -> str:
        """The issue's name: `tuesday-fix/2026-W49`."""
        return f"{self.source}/{self.occurrence}"


@dataclass(frozen=True, slots=True, kw_only=True)
class ProofReport:
    """What became of the proofs of one run."""

    #: Accepted by the transport now: names of issues.
    sent: tuple[str, ...] = ()
    #: Held, refused or unproven: issues and team ids.
    problems: tuple[Problem, ...] = ()


def settle_proofs(
    ledger: Ledger, evidence: Evidence | None, *, owner: str, who: str = "", member: Member = ALONE
) -> None:
    """Settle what an earlier run left open, as far as evidence goes; without any, nothing is asked.

    Raises as `send_proofs`.
    """
    if not any(proof.state in OPEN for proof in ledger.proofs()):
        return
    ledger.lock(owner, who=who, member=member)
    try:
        ledger.sweep()
        look_for_proof(ledger, evidence, ledger.proofs())
    finally:
        ledger.unlock(owner)


def send_proofs(
    ledger: Ledger,
    transport: Transport,
    letters: Sequence[ProofLetter],
    *,
    owner: str,
    who: str = "",
    member: Member = ALONE,
    stopping: Stopping = lambda: 0,
) -> ProofReport:
    """Send what has not left yet, and list what of it nobody can prove.

    Raises LedgerLocked where another run sends, LedgerError where the ledger fails. Whatever is raised while a call
    is under way leaves its claim, which becomes unknown.
    """
    if not letters:
        return ProofReport()
    sent: list[str] = []
    problems: list[Problem] = []
    ledger.lock(owner, who=who, member=member)
    try:
        for letter in letters:
            if stopping():
                break
            claim = ledger.claim_proof(
                letter.source,
                letter.occurrence,
                letter.sender,
                among=letter.among,
                number=letter.number,
                content=letter.content,
                at=letter.at,
                owner=owner,
            )
            if claim is None:
                problems += _unproven(ledger, letter)
                continue
            outcome = carry(ledger, transport, claim, letter.build, ledger.settle_proof)
            ledger.settle_proof(claim, outcome)
            sent += [letter.issue] if outcome.kind is OutcomeKind.ACCEPTED else []
            problems += _problems(letter, outcome)
            if outcome.stop:
                break
    finally:
        ledger.unlock(owner)
    return ProofReport(sent=tuple(sent), problems=tuple(dict.fromkeys(problems)))


def _problems(letter: ProofLetter, outcome: Outcome) -> list[Problem]:
    match outcome.kind:
        case OutcomeKind.ACCEPTED:
            return []
        case OutcomeKind.UNKNOWN:
            return [_doubt(letter, letter.sender)]
        case OutcomeKind.REFUSED:
            fix = f"Correct the address in content/team/{letter.sender}.md; the next run tries again."
            says = f"the proof of {letter.issue} to {letter.sender} was refused: {outcome.reason}."
        case _:
            fix = "Mend it; the next run sends the proof, and the issue waits for it."
            says = (
                f"the proof of {letter.issue} to {letter.sender} has not left: {outcome.reason.rstrip('.')}."
            )
    return [Problem(rule="proof/held", level=Level.ERROR, path=letter.file, line=0, says=says, fix=fix)]


def _unproven(ledger: Ledger, letter: ProofLetter) -> list[Problem]:
    """Of a proof that could not be claimed: an error where it may have left, nothing where it has. The issue waits for
    what may have left to somebody who signs nothing of it any more, too."""
    others = set(letter.among) - {letter.sender}
    mine = (one for one in ledger.proofs() if (one.issue, one.number) == (letter.issue, letter.number))
    return [
        _doubt(letter, one.sender)
        for one in mine
        if one.state is TouchState.UNKNOWN and one.sender not in others
    ]


def _doubt(letter: ProofLetter, sender: str) -> Problem:
    return Problem(
        rule="proof/unproven",
        level=Level.ERROR,
        path=letter.file,
        line=0,
        says=f"nobody can say whether the proof of {letter.issue} to {sender} left; it is not sent again, and "
        "the issue waits.",
        fix=f"Look at it: topmind send --proof {letter.issue}. Then write `ready: yes` into the dated file.",
    )
