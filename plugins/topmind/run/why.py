"""`why`: the story of one person, from stored facts and the planner's own code. For a person's screen only."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date
from pathlib import Path
from zoneinfo import ZoneInfo

from topmind import planning
from topmind.errors import UsageError
from topmind.ledger import HeardOf, Ledger, Person
from topmind.model import Clock, History, Members, PastTouch, PersonRecord, Standing
from topmind.planning.unhappy import waiting
from topmind.run import load as load_
from topmind.run import places
from topmind.run.compose import reason_of
from topmind.run.decide import decide
from topmind.run.load import Project
from topmind.run.story import RECENT, Story


def story(root: Path, who: str, occasion: str | None, *, as_of: str | None, clock: Clock) -> Story:
    """The story of one person by name, address or source id; of one occasion where it is named.

    Raises UsageError where nobody, or more than one person, fits; it names source ids only.
    """
    project = load_.load(root, as_of=as_of, clock=clock)
    settings = project.settings
    ring = places.key_ring(settings)
    if not places.ledger_exists(settings):
        raise UsageError("there is no ledger here yet, so nothing was sent.", fix="topmind send")
    with places.open_project_ledger(settings, clock, ring) as ledger:
        person = _one(ledger.find(who), who)

        def remember(_people: tuple[PersonRecord, ...]) -> History:
            return ledger.history(project.moment.as_of)

        decided = decide(project, remember)
        touches, heard = _past(ledger, person.contact)
    if person.contact not in decided.members.ids:
        raise UsageError(
            "this person is no longer in the source of contacts.", where=f"contact {person.contact}"
        )
    told = _told(project, decided.members, decided.history, person, touches, heard)
    told = about(told, occasion) if occasion else replace(told, touches=touches[-RECENT:])
    return with_mails(project, told)


def of_contact(project: Project, members: Members, history: History, contact: str, *, clock: Clock) -> Story:
    """The story of one contact (source id) of a plan that is made: all their touches as the ledger has them now, the
    mails not looked for. Raises UsageError for an id that is not in the audience, and as the ledger does."""
    settings = project.settings
    person: Person | None = None
    touches: tuple[PastTouch, ...] = ()
    heard: Mapping[str, Sequence[HeardOf]] = {}
    if places.ledger_exists(settings):
        with places.open_project_ledger(settings, clock, places.key_ring(settings)) as ledger:
            person = ledger.person(contact)
            touches, heard = _past(ledger, contact)
    if person is None:  # new in the contacts: the next run takes them in
        person = Person(
            person=0, contact=contact, active=True, standing=Standing(), name="", address="", phone=""
        )
    return _told(project, members, history, person, touches, heard)


def _past(ledger: Ledger, contact: str) -> tuple[tuple[PastTouch, ...], dict[str, list[HeardOf]]]:
    """Their touches, oldest first, and what was heard of each."""
    heard: dict[str, list[HeardOf]] = {}
    for one in ledger.feedback_of(contact):
        heard.setdefault(one.touch_hex, []).append(one)
    return ledger.touches_of(contact), heard


def _told(
    project: Project,
    members: Members,
    history: History,
    person: Person,
    touches: tuple[PastTouch, ...],
    heard: Mapping[str, Sequence[HeardOf]],
) -> Story:
    at, catalog, contact = project.moment, project.catalog, person.contact
    sad = waiting(history).get(contact)
    company = catalog.company
    since = company.dates.month_day(sad.at.astimezone(ZoneInfo(company.zone)).date()) if sad else ""
    return Story(
        person=person,
        now=planning.explain(catalog, members, history, at.now, contact, all_day=at.all_day),
        touches=touches,
        answers=tuple(
            (answer.step or answer.source, answer.value)
            for answer in history.answers
            if answer.contact == contact
        ),
        unhappy=f"since {since}" if since else "",
        basis=members.basis,
        footer=reason_of(members, company, contact),
        team={member.id: member.name for member in catalog.team.values()},
        ledger=history.ledger,
        heard=heard,
    )


def _one(found: Sequence[Person], who: str) -> Person:
    if not found:
        raise UsageError(
            "nobody in the ledger fits.",
            fix="Give a name, an address or the id in the source, as it stands there; whoever is new in the contacts "
            "is known after the next `topmind send`.",
        )
    exact = [person for person in found if person.contact == who]
    if exact:
        return exact[0]
    if len(found) > 1:
        ids = ", ".join(person.contact for person in found[:10])
        raise UsageError(f"{len(found)} people fit.", fix=f"Give one of their ids: {ids}.")
    return found[0]


def about(told: Story, name: str) -> Story:
    """Only what concerns one occasion, by its name or its nominal date (`tuesday-fix/2026-12-01`), or one source.

    Raises UsageError where nothing is known of it.
    """

    def fits(full: str, day: date | None) -> bool:
        by_date = f"{full.rpartition('/')[0]}/{day}" if day else full
        return name in (full, by_date) or full.startswith(f"{name}/")

    now = told.now
    kept = tuple(touch for touch in told.touches if fits(touch.key.name, touch.nominal))
    due = tuple(pair for pair in now.due if fits(pair[0].name, pair[0].day))
    decisions = tuple(pair for pair in now.decisions if fits(pair[0].name, pair[0].day))
    coming = tuple(one for one in now.coming if fits(one.name, one.day))
    if not (kept or due or decisions or coming):
        raise UsageError(
            f"nothing is known of {name!r} for this person.",
            fix="Leave the occasion out: then all of it is told.",
        )
    now = replace(now, due=due, decisions=decisions, coming=coming)
    return replace(told, now=now, touches=kept, of=f" of {name}")


def with_mails(project: Project, told: Story) -> Story:
    """With the very mail of each of its touches, where the outbox has it."""
    outbox, found = project.settings.var / "outbox", {}
    for touch in told.touches:
        name = touch.wire(told.ledger)
        if files := sorted(outbox.glob(f"{name}-*.eml")):
            found[name] = str(files[-1].relative_to(project.root))
    return replace(told, mails=found)
