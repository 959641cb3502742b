"""The story of one person in words: who they are to us, what they got and why, what comes. For a person's screen only."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from topmind.ledger import HeardOf, Person
from topmind.model import Channel, PastTouch
from topmind.planning import Explanation
from topmind.report.feedback_words import heard_of
from topmind.report.reasons import contents, reason_words
from topmind.run import why_words

#: How many touches to come are told.
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
    basis: Mapping[Channel, str]
    #: What a newsletter's footer gives as the reason, in their language.
    footer: str
    #: Team id of the sender → name.
    team: Mapping[str, str]
    ledger: str
    #: Touch → path of its mail below the project, where the outbox has it.
    mails: Mapping[str, str] = field(default_factory=dict)
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
                    "occasion": t.key.name,
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


def _lines(story: Story) -> Iterator[str]:
    now, person = story.now, story.person
    yield f"{person.name or 'no name'} <{person.address or 'no address'}>, contact {now.contact}"
    yield from (f"  {line}" for line in (*who(story), *standing(story), *promised(story)))
    if now.shown:
        shown = ", ".join(f"{one.item.id} (in {one.where})" for one in now.shown)
        yield f"  shown by the words of a mail, so not chosen for them: {shown}"
    if now.due:
        yield "Due now:"
        yield from (f"  {o.name}: {', '.join(t.picks) or o.title}" for o, t in now.due)
    if now.decisions:
        yield "Not now:"
        yield from (f"  {o.name}: {why_words.decision(now, o, d)}" for o, d in now.decisions)
    yield "What happened:" if story.touches else f"Nothing{story.of} was ever sent to them from here."
    for touch in story.touches:
        why = f" ({reason})" if (reason := reason_words(touch)) else ""
        yield f"  {touch.day}  {touch.state.value:10} {touch.key.name}{contents(touch)}{why}"
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


def who(story: Story) -> Iterator[str]:
    """Whether they take part, in which segments, and who signs for us."""
    now = story.now
    yield f"takes part: {'yes' if now.active else 'no'}; in {', '.join(now.segments) or 'no segment'}"
    yield f"signs for us: {story.team.get(now.sender, now.sender)}"


def standing(story: Story) -> Iterator[str]:
    """What they said themselves, and whether they may be mailed."""
    now, told = story.now, story.person.standing
    yield from why_words.said(told)
    # after their own no the basis would read as its reason
    words = "" if told.opted_out else story.basis.get(Channel.EMAIL, "")
    yield f"may get marketing mail: {'yes' if now.consent[Channel.EMAIL] else 'no'}{words and f' ({words})'}"
    if now.consent[Channel.EMAIL]:
        yield f"the foot of a newsletter says: {story.footer}"
    if now.suppressed:
        yield "the address is suppressed: nothing is mailed to it"


def promised(story: Story) -> Iterator[str]:
    """The promise, the limits and how much of them is used."""
    yield from why_words.promise(story.now, story.now.terms)
