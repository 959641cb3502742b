"""`send --test --only`: one issue, announcement or step to oneself, whenever it goes; no row in the ledger."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta
from difflib import get_close_matches
from pathlib import Path

from topmind.errors import UsageError
from topmind.model import Catalog, Channel, Clock, CompiledEdition, Edition, History, Occasion
from topmind.planning.call_backs import CALL_BACK
from topmind.planning.issue_names import AHEAD
from topmind.planning.occasions import announcement_asks, issue_asks
from topmind.planning.outlook_parts import counted_as
from topmind.planning.sequences import step_asks, step_occasion
from topmind.run import load as load_
from topmind.run import places, proof_states, testmail
from topmind.run.compose import values_of
from topmind.run.coupons import Codes
from topmind.run.decide import Decided, decide
from topmind.run.inspect import contacts_are_here
from topmind.run.load import Project
from topmind.run.preview.coming import coming_of
from topmind.run.preview.mailing import Mailer
from topmind.run.preview.nouns import Coming, Persona
from topmind.run.preview.people import people
from topmind.run.preview.personas import SAMPLE, find, made_up
from topmind.run.remembered import history_of


@dataclass(frozen=True, slots=True, kw_only=True)
class Sent:
    """What left."""

    #: The occasion's name.
    occasion: str
    mails: int


def send(
    root: Path, to: str, name: str, contact: str | None, *, every: bool, as_of: str | None, clock: Clock
) -> Sent:
    """Mail the largest edition of the occasion of this name to `to`, marked TEST, or (`every`) one mail of each, as
    `contact` (source id, or id of a persona) sees it; None = one of those who get it.

    Raises UsageError where nothing has this name, nobody would get it or it is no mail; MailError, SendError as
    `testmail.deliver`.
    """
    testmail.checked(to)
    project = load_.load(root, as_of=as_of, clock=clock)
    history = history_of(project, clock)
    found = occasion_named(project.catalog, history, name, project.moment.as_of)
    if found.channel is not Channel.EMAIL:
        raise UsageError(
            f"{found.name} is no mail but a {found.channel.value}.",
            where=f"--only {name}",
            fix="topmind tasks shows what its owner gets, topmind preview what it looks like.",
        )
    decided = decide(project, lambda _people: history) if contacts_are_here(project) else None
    one = _seen(project, decided, history, found)
    if not one.showings:
        raise UsageError(f"{one.name} has nothing to show. {one.trouble}".rstrip(), where=f"--only {name}")
    editions = [showing.edition for showing in one.showings]
    persona = _persona(project, decided, contact, editions)
    if persona is None and contact is not None:
        editions = _of_contact(decided, contact, editions, one.name)
    letters = _Letters(project, decided, contact, persona)
    chosen = editions if every else editions[:1]
    for edition in chosen:
        compiled, values = letters.of(edition)
        testmail.deliver(project.settings, compiled, values, to=to, clock=clock)
    return Sent(occasion=one.name, mails=len(chosen))


def occasion_named(catalog: Catalog, history: History, name: str, today: date) -> Occasion:
    """What is to come under this name: `tuesday-fix/2026-12-08`, `tuesday-fix/2026-W50`, `tuesday-fix` (the next),
    `promotions/joints` (its next send), `first-job/thank-you`. Raises UsageError with the nearest names."""
    known: dict[str, Occasion] = {}
    for spoken, occasion in _names(catalog, history, today):
        known.setdefault(spoken, occasion)
    if name in known:
        return known[name]
    near = get_close_matches(name, known, n=3, cutoff=0.6)
    said = f"Did you mean {' or '.join(near)}?" if near else f"For example: {', '.join(list(known)[:3])}."
    raise UsageError(
        f"nothing to come is called {name!r}.",
        where=f"--only {name}",
        fix=said if known else "There is none: write a newsletter, a sequence or an announcement.",
    )


def _names(catalog: Catalog, history: History, today: date) -> Iterator[tuple[str, Occasion]]:
    """Every name with what it means; of one that means several the next comes first."""
    for ask in issue_asks(catalog, history, today, today + AHEAD):
        assert ask.occasion is not None
        for day in (ask.occasion.day, *ask.nominal):
            yield f"{ask.source}/{day.isoformat()}", ask.occasion
        yield ask.occasion.name, ask.occasion
        yield ask.source, ask.occasion
    for ask in announcement_asks(catalog, history, today, date.max):
        assert ask.occasion is not None
        yield ask.source, ask.occasion
        yield f"{ask.source}/{ask.occasion.day.isoformat()}", ask.occasion
        yield ask.occasion.name, ask.occasion
    for ask, sequence, step in step_asks(catalog):
        if sequence.id != CALL_BACK:
            yield (
                f"{ask.source}/{ask.step}",
                step_occasion(ask, "once", today.toordinal(), step.grace, history),
            )


def _seen(project: Project, decided: Decided | None, history: History, found: Occasion) -> Coming:
    """With the editions that people get, else those of made-up readers."""
    catalog = project.catalog
    name = f"{found.source}/{found.step}" if found.step else found.name
    picks = (found.item,) if found.item else ()
    known = None
    if decided is not None:
        # steps have no day of their own: as far ahead as the preview looks
        last = found if not found.step else replace(found, day=found.day + timedelta(days=14))
        ahead = proof_states.ahead(project, decided.members, history, [last])
        known = people(decided.members, ahead.history, ahead.foretold, project.moment.now)
    return coming_of(catalog, known, found, name, picks, told_as=counted_as(name, found.channel))


def _persona(
    project: Project, decided: Decided | None, contact: str | None, editions: list[Edition]
) -> Persona | None:
    """Who stands for the reader; None = a real contact."""
    if contact is None:
        real = decided is not None and any(edition.contacts for edition in editions)
        return None if real else find(made_up(project.spec), SAMPLE)
    if decided is not None and contact in decided.members.ids:
        return None
    found = find(made_up(project.spec), contact)
    if found is None:
        names = ", ".join(one.id for one in made_up(project.spec))
        raise UsageError(
            "there is no contact with this id in the source.",
            where=f"--as {contact}",
            fix=f"Personas: {names}.",
        )
    return found


def _of_contact(decided: Decided | None, contact: str, editions: list[Edition], name: str) -> list[Edition]:
    assert decided is not None
    row = decided.members.ids.index(contact)
    theirs = [edition for edition in editions if row in edition.contacts]
    if not theirs:
        raise UsageError(
            f"this contact does not get {name}, as things stand.",
            where=f"--as {contact}",
            fix=f"topmind why {contact} says why; --as sample shows it all the same.",
        )
    return theirs


class _Letters:
    """Compiles editions, and fills them for one reader."""

    def __init__(
        self, project: Project, decided: Decided | None, contact: str | None, persona: Persona | None
    ) -> None:
        settings = project.settings
        self._decided, self._contact, self._persona = decided, contact, persona
        self._mailer = Mailer(project.catalog, project.brand, project.root, live_url=settings.live_url)
        self._project = project

    def of(self, edition: Edition) -> tuple[CompiledEdition, Mapping[str, object]]:
        """(the edition, what fills it)."""
        compiled = self._mailer.compiled(edition)
        if self._persona is not None:
            return compiled, self._mailer.values(compiled, self._persona)
        assert self._decided is not None
        ring, catalog = places.key_ring(self._project.settings), self._project.catalog
        values = values_of(
            self._decided.members,
            ring,
            self._project.settings.live_url,
            catalog.company.name,
            Codes(catalog, ring),
        )
        reader = self._contact or self._decided.members.ids[edition.contacts[0]]
        return compiled, values(compiled, edition.occasion.key(reader), "test")
