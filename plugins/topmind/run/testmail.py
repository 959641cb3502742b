"""`send --test`: one mail to oneself as a contact or a persona sees it; no row in the ledger."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta
from email.utils import format_datetime
from pathlib import Path

from topmind import mail, planning
from topmind.errors import MailError, SendError, UsageError
from topmind.mail.mime import usable
from topmind.model import (
    Channel,
    Clock,
    CompiledEdition,
    Message,
    OutcomeKind,
    Plan,
    Purpose,
    TouchKey,
    Transport,
)
from topmind.run import carriage, places
from topmind.run import load as load_
from topmind.run.compose import compose, values_of
from topmind.run.coupons import Codes
from topmind.run.decide import Decided, decide
from topmind.run.load import Project
from topmind.run.messages import by_mail
from topmind.run.preflight import renderer_of
from topmind.run.preview.nouns import Persona
from topmind.run.preview.personas import find, made_up
from topmind.run.remembered import history_of
from topmind.settings import Settings

#: Addresses that can never lead anywhere (RFC 2606) and say why.
MADE_BY_SES = "https://amazon-ses-puts-its-link-here.invalid/"
NO_PAGES = "https://set-topmind-live-url.invalid/"


def send(root: Path, to: str, contact: str | None, *, every: bool, as_of: str | None, clock: Clock) -> int:
    """Send what `contact` (source id, or id of a persona; None = the first who is due) would get today to `to`,
    marked TEST. A persona gets what is due for anybody, with its own values.

    With `every`: one mail of each edition. Returns how many left. Raises UsageError where nothing is due.
    """
    checked(to)
    project = load_.load(root, as_of=as_of, clock=clock)
    decided = _as_if_unsent(project, clock)
    persona = _persona(decided, contact) if contact is not None else None
    if contact is not None and persona is None:
        decided = _only(decided, contact)
    composed = compose(decided, (), renderer_of(project))
    editions = [edition for edition in composed.editions if edition.hash in composed.compiled]
    if not editions:
        raise UsageError(
            "no mail is due that could be shown.", fix="Look at `topmind plan`, or give --as-of."
        )
    settings = project.settings
    carrier = carriage.of(settings, clock).transport
    ring = places.key_ring(settings)
    values = values_of(
        decided.members, ring, settings.live_url, project.catalog.company.name, Codes(project.catalog, ring)
    )
    sent = 0
    for edition in editions if every else editions[:1]:
        compiled = composed.compiled[edition.hash]
        key = edition.occasion.key(decided.members.ids[edition.contacts[0]])
        name = _name()
        said = values(compiled, key, name) | (dict(persona.values) if persona else {})
        _carry(carrier, compiled, said, settings, key, name, to=to, clock=clock)
        sent += 1
    return sent


def deliver(
    settings: Settings, compiled: CompiledEdition, values: Mapping[str, object], *, to: str, clock: Clock
) -> str:
    """Send one compiled edition with these values to `to`, marked TEST; the name under which it left.

    Raises UsageError for an address that is none, MailError where a value is missing, SendError where it was not
    taken.
    """
    checked(to)
    name = _name()
    key = compiled.edition.occasion.key("test")
    carrier = carriage.of(settings, clock).transport
    _carry(carrier, compiled, dict(values), settings, key, name, to=to, clock=clock)
    return name


def checked(to: str) -> None:
    """Raises UsageError for an address that no mail can go to."""
    try:
        usable(to)
    except MailError:
        raise UsageError(
            "this is no address that a mail can go to.", where="--test", fix="Write it as you@example.com."
        ) from None


def _name() -> str:
    """In place of a touch: no touch is called like this."""
    return f"test{secrets.token_hex(14)}"


def _carry(
    carrier: Transport,
    compiled: CompiledEdition,
    values: dict[str, object],
    settings: Settings,
    key: TouchKey,
    name: str,
    *,
    to: str,
    clock: Clock,
) -> None:
    marked = _marked(compiled)
    outcome = carrier.send(
        Message(
            touch=key,
            touch_hex=name,
            attempt=1,
            to=to,
            sender=marked.sender_address,
            raw=mail.build(
                marked,
                _harmless(values, marked, settings),
                to=to,
                headers={"Date": format_datetime(clock.now())},
            ),
            tags={},
            fence=clock.now() + timedelta(minutes=1),
        )
    )
    if outcome.kind is not OutcomeKind.ACCEPTED:
        raise SendError(
            f"the test mail was not taken: {outcome.reason or outcome.kind.value}.",
            fix="In the SES sandbox your own address must be verified, too: SES console, Identities. "
            "`topmind send --check` looks at everything else."
            if settings.transport == "ses"
            else "",
        )


def _persona(decided: Decided, name: str) -> Persona | None:
    """The persona of this name; None where it is none, or a contact has this id."""
    return None if name in decided.members.ids else find(made_up(decided.project.spec), name)


def _harmless(values: dict[str, object], compiled: CompiledEdition, settings: Settings) -> dict[str, object]:
    """Links that lead to a page, but to nobody's wishes: a colleague's click must not opt the persona out.

    Where SES makes the links, or real mail has no live pages yet, they say so in their address and lead nowhere: a link
    to this machine is dead for whoever reads the test, and one made by SES would put the reader on the contact list.
    """
    letters = {"unsubscribe_url": "u", "preferences_url": "p"}
    answers = [name for name in values if name.startswith("answer_url:")]
    if settings.transport != "ses" or settings.live:
        pages = {name: f"{settings.live_url}/{letter}/test" for name, letter in letters.items()}
        return {**values, **pages, **dict.fromkeys(answers, f"{settings.live_url}/a/test")}
    values |= dict.fromkeys((*letters, *answers), NO_PAGES)
    if settings.ses_unsubscribes:
        market = compiled.edition.occasion.purpose is not Purpose.SERVICE
        values |= dict.fromkeys(letters, MADE_BY_SES if market else by_mail(compiled.sender_address))
    return values


def _as_if_unsent(project: Project, clock: Clock) -> Decided:
    """Today's plan as it was before anything of today was sent: a test shows what went, too."""
    known = history_of(project, clock)
    today = project.moment.as_of
    at = project.moment
    unproved = planning.wanted_proofs(project.catalog, known, at.now, all_day=at.all_day)
    before = replace(
        known,
        touches=tuple(touch for touch in known.touches if touch.day < today),
        proved=known.proved | {one.occasion.name for one in unproved},
        proofs={},
    )
    return decide(project, lambda _people: before)


def _marked(compiled: CompiledEdition) -> CompiledEdition:
    """TEST in front of the subject."""
    return replace(compiled, subject=("TEST: ", *compiled.subject), hash=f"test-{compiled.hash}")


def _only(decided: Decided, contact: str) -> Decided:
    """The plan of one contact."""
    if contact not in decided.members.ids:
        names = ", ".join(one.id for one in made_up(decided.project.spec))
        raise UsageError(
            "there is no contact with this id in the source.",
            where=f"--as {contact}",
            fix=f"Personas: {names}.",
        )
    row = decided.members.ids.index(contact)
    plan: Plan = replace(decided.plan, due=tuple(t for t in decided.plan.due if t.contact == row))
    if not any(plan.occasions[t.occasion].channel is Channel.EMAIL for t in plan.due):
        raise UsageError(
            "this contact gets no mail today.", where=f"--as {contact}", fix=f"topmind why {contact}"
        )
    return replace(decided, plan=plan)
