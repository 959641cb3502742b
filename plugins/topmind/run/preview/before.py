"""What an issue still waits for before it goes: its proof, and somebody's word that it is ready."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from topmind import planning
from topmind.ledger import ProofMail
from topmind.model import Approve, Catalog, History, SourceKind, TouchState
from topmind.report.outlook_words import listed
from topmind.run.preview.nouns import Coming


@dataclass(frozen=True, slots=True, kw_only=True)
class ProofSeen:
    """The proof to one of those who sign."""

    name: str
    #: accepted = it left; unknown = it may have; else it has not.
    state: TouchState
    #: In the company's zone; None = not known.
    at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Before:
    """One issue before it goes."""

    approve: Approve
    #: Who signs an edition, the largest first: they get a proof.
    senders: tuple[str, ...]
    proofs: tuple[ProofSeen, ...] = ()
    #: When the proof goes by itself, in the company's zone; None = it does not, or it went.
    proof_at: datetime | None = None
    #: Its own time has come, and it waits for its proof.
    late: bool = False
    #: It was changed since its proof: another one goes.
    changed: bool = False
    #: Its own file.
    path: str = ""
    ready: bool = False
    #: `hold: yes` in its file.
    hold: bool = False

    @property
    def to(self) -> str:
        """`Dana Reyes, June Okafor and Marcus Bell`."""
        return listed(self.senders or ("whoever signs",))

    @property
    def went(self) -> tuple[tuple[str, datetime | None], ...]:
        """To whom its proof left and when, by the minute: whoever got it in the same one stands together."""
        by_minute: dict[datetime | None, list[str]] = {}
        for proof in self.proofs:
            if proof.state is TouchState.ACCEPTED:
                minute = proof.at.replace(second=0, microsecond=0) if proof.at else None
                by_minute.setdefault(minute, []).append(proof.name)
        return tuple((listed(names), minute) for minute, names in by_minute.items())


def waits_for_ready(catalog: Catalog | None, one: Coming) -> bool:
    """Whether all that keeps an issue back is that nobody said it is ready."""
    letter = catalog.newsletters.get(one.name.partition("/")[0]) if catalog else None
    if one.kind is not SourceKind.ISSUE or letter is None or letter.approve is not Approve.READY:
        return False
    dated = letter.issues.get(one.day) if one.day else None
    return dated is None or not (dated.ready or dated.hold)


def before(
    catalog: Catalog,
    one: Coming,
    proofs: Iterable[ProofMail],
    history: History | None,
    now: datetime,
    *,
    all_day: bool,
) -> Before | None:
    """Of an issue, as of `now` (UTC, aware); None for every other occasion. `history`: the plan's; None = no plan was
    made yet."""
    source, _, _ = one.name.partition("/")
    letter = catalog.newsletters.get(source)
    if one.kind is not SourceKind.ISSUE or letter is None or one.day is None:
        return None
    dated = letter.issues.get(one.day)
    zone = ZoneInfo(catalog.company.zone)
    team = {member.id: member.name for member in catalog.team.values()}
    mine = [mail for mail in proofs if mail.issue == one.name]
    newest = max((mail.number for mail in mine), default=0)
    mine = [mail for mail in mine if mail.number == newest]
    if history is None:  # nobody has planned yet
        left = bool(mine) and all(mail.state is TouchState.ACCEPTED for mail in mine)
        history = History(ledger="", proved=frozenset({one.name} if left else ()))
    days = max(1, (one.day - catalog.as_of + timedelta(days=1)).days)
    wanted = (
        planning.proofs_ahead(catalog, history, now, days, all_day=all_day)
        if letter.approve is Approve.PROOF
        else ()
    )
    found = next((proof for proof in wanted if proof.occasion.name == one.name), None)
    senders = dict.fromkeys(shown.edition.sender for shown in one.showings)
    return Before(
        approve=letter.approve,
        senders=tuple(team.get(name, name) for name in senders),
        proofs=tuple(
            ProofSeen(
                name=team.get(mail.sender, mail.sender),
                state=mail.state,
                at=mail.at.astimezone(zone) if mail.at else None,
            )
            for mail in mine
        ),
        proof_at=found.since.astimezone(zone) if found else None,
        late=found is not None and found.late,
        changed=found is not None and bool(found.changed),
        path=letter.file_of(one.day),
        ready=dated is not None and dated.ready,
        hold=dated is not None and dated.hold,
    )
