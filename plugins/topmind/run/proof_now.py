"""`send --proof`: the proof of one issue now, to whoever signs it; no row in the ledger, so the other one still comes."""

from __future__ import annotations

import secrets
from dataclasses import dataclass, replace
from datetime import timedelta
from email.utils import format_datetime
from pathlib import Path

from topmind import mail
from topmind.errors import SendError, UsageError
from topmind.ledger.proof_values import proof_key
from topmind.model import Clock, Message, Occasion, OutcomeKind, Transport
from topmind.planning.issue_names import issue_named
from topmind.report.reasons import in_words
from topmind.run import carriage
from topmind.run import load as load_
from topmind.run.decide import decide
from topmind.run.load import Project
from topmind.run.preview.readers import picked
from topmind.run.proof_words import Foreseen
from topmind.run.proofs import ProofWriter, Written, foreseen
from topmind.run.remembered import history_of

#: How long the transport may take.
PATIENCE = timedelta(minutes=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class ProofSent:
    """What left."""

    #: The issue's name.
    issue: str
    #: Team ids.
    to: tuple[str, ...]


def send(root: Path, name: str, *, as_of: str | None, clock: Clock) -> ProofSent:
    """Mail the proof of the issue of this name. Raises UsageError where there is no such issue or nothing to show,
    SendError where it was not taken."""
    project = load_.load(root, as_of=as_of, clock=clock)
    history = history_of(project, clock)
    occasion = issue_named(project.catalog, history, name, project.moment.as_of)
    decided = decide(project, lambda _people: history)
    one = foreseen(project, decided.members, history, [occasion])[occasion.name]
    if not one.showings:
        one = _made_up(project, one)
    writer = ProofWriter(project)
    carrier = carriage.of(project.settings, clock).transport
    for sender in one.senders:
        _carry(project, carrier, occasion, sender, writer.write(one, one.shown_to(sender)), clock)
    return ProofSent(issue=occasion.name, to=one.senders)


def _made_up(project: Project, one: Foreseen) -> Foreseen:
    """As a reader would get it whom nothing holds back: nobody real gets it as things stand."""
    showings, why = picked(project.catalog, one.occasion)
    if not showings:
        raise UsageError(
            f"{one.occasion.name} has nothing to show{f' ({in_words(why)})' if why else ''}.",
            fix="Write something new for its slots, or make a slot optional.",
        )
    return replace(one, showings=showings[:1])


def _carry(
    project: Project, carrier: Transport, occasion: Occasion, sender: str, written: Written, clock: Clock
) -> None:
    to, compiled = project.catalog.team[sender].email, written.compiled
    # in place of a touch: no touch is called like this
    name = f"test{secrets.token_hex(14)}"
    headers = {
        "Date": format_datetime(clock.now() if project.moment.real else project.moment.now),
        "Message-ID": f"<{name}@{compiled.sender_address.rpartition('@')[2]}>",
        # no out-of-office answers to it (RFC 3834)
        "Auto-Submitted": "auto-generated",
    }
    outcome = carrier.send(
        Message(
            touch=proof_key(occasion.source, occasion.occurrence, sender),
            touch_hex=name,
            attempt=1,
            to=to,
            sender=compiled.sender_address,
            raw=mail.build(compiled, written.values, to=to, headers=headers),
            tags={},
            fence=clock.now() + PATIENCE,
        )
    )
    if outcome.kind is not OutcomeKind.ACCEPTED:
        raise SendError(f"the proof was not taken: {outcome.reason or outcome.kind.value}.")
