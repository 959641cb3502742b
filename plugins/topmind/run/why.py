"""`why`: the story of one person, from stored facts and the planner's own code. For a person's screen only."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from topmind import planning
from topmind.errors import UsageError
from topmind.ledger import HeardOf, Person
from topmind.model import (
    Channel,
    Clock,
    History,
    PastTouch,
    PersonRecord,
    TouchState,
)
from topmind.planning import Explanation
from topmind.planning.unhappy import waiting
from topmind.report.feedback_words import heard_of
from topmind.report.reasons import contents, in_words, why_not
from topmind.run import load as load_
from topmind.run import places
from topmind.run.compose import reason_of
from topmind.run.decide import decide
from topmind.run.why_words import decision, promise, standing

#: How many past touches are told where no occasion is asked for.
RECENT = 12


@dataclass(frozen=True, slots=True, kw_only=True)
class Story:
    """Who somebody is to us, what they got and why, what comes."""

    person: Person
    now: Explanation
    touches: tuple[PastTouch, ...]
    answers: tuple[tuple[str, str], ...]
    #: "since 1 December", where they are not happy and nobody has followed up; "" = nothing of that kind.
    unhappy: str
    #: Touch → path of its mail below the project, where the outbox has it.
    mails: Mapping[str, str]
    basis: Mapping[Channel, str]
    #: What a newsletter's footer gives as the reason, in their language.
    footer: str
    #: Team id of the sender → name.
    team: Mapping[str, str]
    ledger: str
    #: " of tuesday-fix/2026-W50", where one occasion is told; "" = all.
    of: str = ""
    #: Touch → what was heard of it, oldest first.
    heard: Mapping[str, Sequence[HeardOf]] = field(default_factory=dict)

    def as_dict(self) -> dict[str, Any]:
        """For a machine; source id in place of name and address."""
        now = self.now
        return {
            "contact": now.contact,
            "active": now.active,
            "segments": list(now.segments),
            "sender": now.sender,
            "mails_say": self.footer,
            "consent": {channel.value: yes for channel, yes in now.consent.items()},
            "suppressed": self.person.standing.suppressed or now.suppressed,
            "opted_out": self.person.standing.opted_out,
            "unhappy": bool(self.unhappy),
            "last_touch": _iso(now.last_touch),
            "last_valuable": _iso(now.last_valuable),
            "floor_until": _iso(now.floor_until),
            "credit": now.credit,
            "ceilings": [
                {
                    "channel": c.channel.value if c.channel else "all",
                    "days": c.days,
                    "most": c.most,
                    "used": c.used,
                    "kept_for_floor": c.kept,
                }
                for c in now.ceilings
            ],
            "due": [{"occasion": o.name, "items": list(t.picks)} for o, t in now.due],
            "decisions": [
                {
                    "occasion": o.name,
                    "verdict": d.verdict.value,
                    "reason": d.reason.value,
                    "until": _iso(d.until),
                    "detail": d.detail,
                }
                for o, d in now.decisions
            ],
            "touches": [
                {
                    "occasion": _name(t),
                    "channel": t.key.channel.value,
                    "day": t.day.isoformat(),
                    "state": t.state.value,
                    "reason": t.reason,
                    "items": list(t.items),
                    "shown": list(t.shown),
                    "mail": self.mails.get(t.wire(self.ledger), ""),
                    "feedback": [
                        {"kind": h.kind.value, "at": h.at.isoformat(), "detail": h.detail, "actor": h.actor}
                        for h in self.heard.get(t.wire(self.ledger), ())
                    ],
                }
                for t in self.touches
            ],
            "already_shown": [{"item": one.item.id, "in": one.where} for one in now.shown],
            "coming": [{"day": c.day.isoformat(), "occasion": c.name} for c in now.coming],
        }

    def text(self) -> str:
        """For a person."""
        return "\n".join(_lines(self))


def _iso(day: Any) -> str | None:
    return day.isoformat() if day else None


def _name(touch: PastTouch) -> str:
    key = touch.key
    return "/".join(part for part in (key.source, key.step, key.occurrence) if part)


def _lines(story: Story) -> Iterator[str]:
    now, person = story.now, story.person
    yield f"{person.name or 'no name'} <{person.address or 'no address'}>, contact {now.contact}"
    yield f"  takes part: {'yes' if now.active else 'no'}; in {', '.join(now.segments) or 'no segment'}"
    yield f"  signs for us: {story.team.get(now.sender, now.sender)}"
    yield from standing(person.standing)
    # after their own no the basis would read as its reason
    words = "" if person.standing.opted_out else story.basis.get(Channel.EMAIL, "")
    yield f"  may get marketing mail: {'yes' if now.consent[Channel.EMAIL] else 'no'}{words and f' ({words})'}"
    if now.consent[Channel.EMAIL]:
        yield f"  the foot of a newsletter says: {story.footer}"
    if now.suppressed:
        yield "  the address is suppressed: nothing is mailed to it"
    yield from promise(now, now.terms)
    if now.shown:
        shown = ", ".join(f"{one.item.id} (in {one.where})" for one in now.shown)
        yield f"  shown by the words of a mail, so not chosen for them: {shown}"
    if now.due:
        yield "Due now:"
        yield from (f"  {o.name}: {', '.join(t.picks) or o.title}" for o, t in now.due)
    if now.decisions:
        yield "Not now:"
        yield from (f"  {o.name}: {decision(now, o, d)}" for o, d in now.decisions)
    yield "What happened:" if story.touches else f"Nothing{story.of} was ever sent to them from here."
    for touch in story.touches:
        reason = why_not(touch) if touch.state is TouchState.MISSED else touch.reason
        why = f" ({in_words(reason)})" if reason else ""
        yield f"  {touch.day}  {touch.state.value:10} {_name(touch)}{contents(touch)}{why}"
        name = touch.wire(story.ledger)
        if name in story.mails:
            yield f"              {story.mails[name]}"
        yield from (f"              {heard_of(one)}" for one in story.heard.get(name, ()))
    yield from (f"  answered {step}: {word}" for step, word in story.answers)
    if story.unhappy:
        yield f"  not happy {story.unhappy}, and nobody has followed up: nothing is sold to them until a later task is done"
    if now.coming:
        yield "What comes (as planned today):"
        yield from (f"  {c.day}  {c.name}" for c in now.coming[:RECENT])


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
        touches = ledger.touches_of(person.contact)
        heard: dict[str, list[HeardOf]] = {}
        for one in ledger.feedback_of(person.contact):
            heard.setdefault(one.touch_hex, []).append(one)
    if person.contact not in decided.members.ids:
        raise UsageError(
            "this person is no longer in the source of contacts.", where=f"contact {person.contact}"
        )
    at = project.moment
    now = planning.explain(
        project.catalog, decided.members, decided.history, at.now, person.contact, all_day=at.all_day
    )
    now, touches = _about(now, touches, occasion) if occasion else (now, touches[-RECENT:])
    answers = tuple(
        (answer.step or answer.source, answer.value)
        for answer in decided.history.answers
        if answer.contact == person.contact
    )
    sad = waiting(decided.history).get(person.contact)
    company = project.catalog.company
    return Story(
        person=person,
        now=now,
        touches=touches,
        answers=answers,
        unhappy=f"since {company.dates.month_day(sad.at.astimezone(ZoneInfo(company.zone)).date())}"
        if sad
        else "",
        mails=_mails(settings.var / "outbox", project.root, decided.history.ledger, touches),
        basis=decided.members.basis,
        footer=reason_of(decided, person.contact),
        team={member.id: member.name for member in project.catalog.team.values()},
        ledger=decided.history.ledger,
        of=f" of {occasion}" if occasion else "",
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


def _about(
    now: Explanation, touches: Sequence[PastTouch], name: str
) -> tuple[Explanation, tuple[PastTouch, ...]]:
    """Only what concerns one occasion, or one source."""

    def fits(full: str) -> bool:
        return full == name or full.startswith(f"{name}/")

    kept = tuple(touch for touch in touches if fits(_name(touch)))
    due = tuple(pair for pair in now.due if fits(pair[0].name))
    decisions = tuple(pair for pair in now.decisions if fits(pair[0].name))
    coming = tuple(one for one in now.coming if fits(one.name))
    if not (kept or due or decisions or coming):
        raise UsageError(f"nothing is known of {name!r} for this person.", fix="Leave the occasion out.")
    return replace(now, due=due, decisions=decisions, coming=coming), kept


def _mails(outbox: Path, root: Path, ledger: str, touches: Sequence[PastTouch]) -> dict[str, str]:
    """Touch hex → the very mail, where the outbox has it."""
    found = {}
    for touch in touches:
        name = touch.wire(ledger)
        if files := sorted(outbox.glob(f"{name}-*.eml")):
            found[name] = str(files[-1].relative_to(root))
    return found
