"""The proofs of one tick: which issues want one, what becomes of them, and the very bytes that their senders get."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from email.utils import format_datetime

from topmind import delivery, mail, planning
from topmind.delivery import ProofLetter, ProofReport
from topmind.errors import MailError
from topmind.ledger import Ledger, Member, ProofClaim
from topmind.mail.pieces import Piece
from topmind.model import (
    CompiledEdition,
    Edition,
    History,
    Level,
    Members,
    Message,
    Occasion,
    Problem,
    Transport,
)
from topmind.planning import WantedProof
from topmind.run import inspect, proof_states
from topmind.run.decide import Decided
from topmind.run.load import Project
from topmind.run.preflight import renderer_of
from topmind.run.preview.mailing import Mailer, files_of
from topmind.run.preview.nouns import Showing
from topmind.run.preview.people import goes, kept_from, people, showings
from topmind.run.preview.personas import made_up
from topmind.run.proof_phrases import dated_file, next_run
from topmind.run.proof_words import Foreseen, head_of, worth_telling

#: Reasons of people whom an issue is not for: no news to its sender.
_NOT_THEIRS = frozenset({"not_in_segment", "same_inbox"})
#: In front of its subject.
PROOF, CHANGED = "PROOF: ", "PROOF, changed: "
BELOW = "Below is the largest edition that you sign, with sample values in place of names."
TOO_LARGE = "The issue itself is too large to stand below: topmind preview shows it."


def send_proofs(
    ledger: Ledger,
    carrier: Transport,
    decided: Decided,
    *,
    owner: str,
    who: str,
    member: Member,
    stopping: Callable[[], int],
) -> ProofReport:
    """Send the proofs that are wanted now. Their issues go with a later run: this one planned without them."""
    delivery.settle_proofs(ledger, getattr(carrier, "proof", None), owner=owner, who=who, member=member)
    project = decided.project
    at = project.moment
    if not planning.wanted_proofs(project.catalog, decided.history, at.now, all_day=at.all_day):
        return ProofReport()
    # somebody may have said stop since, or what was open is proven now
    history = proof_states.current(project, decided.members, ledger.history(at.as_of))
    wanted = planning.wanted_proofs(project.catalog, history, at.now, all_day=at.all_day)
    seen = foreseen(project, decided.members, history, [one.occasion for one in wanted])
    told = [
        (
            one,
            replace(
                seen[one.occasion.name], late=one.late or one.goes < at.now + one.notice, notice=one.notice
            ),
        )
        for one in wanted
    ]
    when = None if at.real else at.now
    letters = [letter for _, found in told for letter in _letters(decided, history, found, when)]
    report = delivery.send_proofs(
        ledger, carrier, letters, owner=owner, who=who, member=member, stopping=stopping
    )
    late = [_waits(project, one) for one, _ in told if one.late and one.occasion.name in report.sent]
    return replace(report, problems=(*report.problems, *late))


def foreseen(
    project: Project, members: Members, history: History, occasions: Collection[Occasion]
) -> Mapping[str, Foreseen]:
    """What becomes of these issues as if their proofs had left, by name."""
    catalog = project.catalog
    ahead = proof_states.ahead(project, members, history, occasions)
    known = replace(people(members, ahead.history, ahead.foretold, project.moment.now), left={})
    problems = inspect.of_project(project, members)
    found = {}
    for one in occasions:
        told = known.by_name.get(one.name, [])
        shown = showings(catalog, one, known, one.name)
        files = {path for showing in shown for path in files_of(catalog, showing.edition)}
        missed = {reason: count for reason, count in kept_from(told).items() if reason not in _NOT_THEIRS}
        found[one.name] = Foreseen(
            occasion=one,
            showings=shown,
            reached=sum(goes(told).values()),
            made_of=ahead.made_of(one),
            missed=missed,
            findings=worth_telling(problems, files),
        )
    return found


def _letters(decided: Decided, history: History, one: Foreseen, at: datetime | None) -> Iterator[ProofLetter]:
    """One for each sender; none where nobody would get the issue: there is nothing to show yet."""
    if not one.senders:
        return
    number, content, changed = proof_states.which(decided.project, one.occasion, history, one.made_of)
    # after that: a theme that is saved meanwhile is shown before it counts as shown
    writer = ProofWriter(decided.project)
    one = replace(one, changed=changed)
    for sender in one.senders:
        yield ProofLetter(
            source=one.occasion.source,
            occurrence=one.occasion.occurrence,
            file=dated_file(decided.project.catalog, one.occasion),
            sender=sender,
            among=one.senders,
            number=number,
            content=content,
            at=at,
            build=_builder(decided, writer, one, sender),
        )


def _builder(
    decided: Decided, writer: ProofWriter, one: Foreseen, sender: str
) -> Callable[[ProofClaim], Message]:
    def build(claim: ProofClaim) -> Message:
        written = writer.write(one, one.shown_to(sender))
        domain = written.compiled.sender_address.rpartition("@")[2]
        headers = {
            "Date": format_datetime(decided.project.moment.now),
            "Message-ID": f"<{claim.touch_hex}.{claim.attempt}@{domain}>",
            # no out-of-office answers to it (RFC 3834)
            "Auto-Submitted": "auto-generated",
        }
        to = decided.project.catalog.team[sender].email
        return Message(
            touch=claim.key,
            touch_hex=claim.touch_hex,
            attempt=claim.attempt,
            to=to,
            sender=written.compiled.sender_address,
            raw=mail.build(written.compiled, written.values, to=to, headers=headers),
            tags={
                "ledger": decided.history.ledger,
                "touch": claim.touch_hex,
                "attempt": str(claim.attempt),
            },
            fence=claim.fence,
        )

    return build


@dataclass(frozen=True, slots=True, kw_only=True)
class Written:
    """A compiled proof and what fills its places: sample values, nothing of any contact."""

    compiled: CompiledEdition
    values: Mapping[str, object]


class ProofWriter:
    """Writes the proofs of one project."""

    def __init__(self, project: Project) -> None:
        self._project = project
        self._renderer = renderer_of(project)
        settings = project.settings
        pages = settings.live_url if settings.transport != "ses" or settings.live else ""
        self._mailer = Mailer(project.catalog, project.brand, project.root, live_url=pages)
        self._persona = made_up(project.spec)[0]

    def write(self, one: Foreseen, showing: Showing) -> Written:
        """The issue below its head; the head alone where both together are too large. Raises MailError."""
        whole = self._compiled(one, showing.edition, alone=False)
        try:
            mail.render(whole.compiled, whole.values)
        except MailError:
            return self._compiled(one, showing.edition, alone=True)
        return whole

    def _compiled(self, one: Foreseen, edition: Edition, *, alone: bool) -> Written:
        end = TOO_LARGE if alone else BELOW
        head = mail.proof_head(head_of(self._project.catalog, one, end=end))

        def dress(pieces: tuple[Piece, ...]) -> tuple[Piece, ...]:
            return head if alone else (*head, *pieces)

        made = self._renderer.compile(edition, dress=dress)
        made = replace(
            made, subject=(CHANGED if one.changed else PROOF, *made.subject), hash=f"proof-{made.hash}"
        )
        values = dict(self._mailer.values(made, self._persona))
        for name in made.required:
            if values.get(name) is None:
                values[name] = f"[{name}]"
        return Written(compiled=made, values=values)


def _waits(project: Project, one: WantedProof) -> Problem:
    return Problem(
        rule="proof/late",
        level=Level.WARNING,
        path=dated_file(project.catalog, one.occasion),
        line=0,
        says=f"{one.occasion.name} waits: its proof left only now.",
        fix=f"{next_run(one.notice)} sends it, unless somebody holds it.",
    )
