"""Steps and rescues off e-mail: somebody must be able to do them, and there must be somebody to do them for."""

from __future__ import annotations

from collections.abc import Iterator

from topmind.checks.facts import Facts
from topmind.checks.rule import Rule, Sees
from topmind.model import Catalog, Channel, Level, Problem, Purpose, Sequence, Step

NOBODY_TO_REACH = Rule(
    id="tasks/nobody-to-reach",
    level=Level.WARNING,
    finds="a call, letter, visit or parcel for which no contact has a number or address",
    example="channel: letter",
    needs="members",
)
NOBODY_AGREED = Rule(
    id="tasks/nobody-agreed",
    level=Level.WARNING,
    finds="a channel to which no contact has agreed",
    example="channel: call",
    needs="members",
)
NOBODY_TO_DO_IT = Rule(
    id="tasks/nobody-to-do-it",
    level=Level.WARNING,
    finds="a call for which nobody of the team makes calls",
    example="calls_per_day: 0",
    sees=Sees.FILE,
)


_LACKS = {
    Channel.CALL: ("a phone number", "`phone` in [tables.contacts]"),
    Channel.LETTER: ("a postal address", "`postal` in [tables.contacts]"),
    Channel.VISIT: ("a postal address", "`postal` in [tables.contacts]"),
    Channel.PARCEL: ("a postal address", "`postal` in [tables.contacts]"),
}


def _steps(catalog: Catalog) -> Iterator[tuple[Sequence, Step]]:
    for sequence in catalog.sequences.values():
        for step in sequence.steps:
            if step.channel.is_task:
                yield sequence, step


def reachable(facts: Facts) -> Iterator[Problem]:
    """A call needs a phone number, whatever is carried somewhere an address: of some contact at least."""
    if facts.members is None or not facts.members.active.any():
        return
    for _, step in _steps(facts.catalog):
        reach = facts.members.reach.get(step.channel)
        if reach is not None and (reach & facts.members.active).any():
            continue
        thing, where = _LACKS[step.channel]
        yield NOBODY_TO_REACH.at(
            step.path,
            facts.line(step.path, "channel"),
            says=f"channel: {step.channel.value}: no contact has {thing}, so nobody ever gets this step.",
            fix=f"Name the column as {where} of segments/_audience.toml, or choose another channel.",
        )


def agreed(facts: Facts) -> Iterator[Problem]:
    """A call or a letter that sells, and every rescue, needs a yes for its channel: of some contact at least."""
    members = facts.members
    if members is None or not members.active.any():
        return
    for path, key, channel in _selling(facts.catalog):
        said = members.consent.get(channel)
        if said is None or (said & members.active).any():
            continue
        yield NOBODY_AGREED.at(
            path,
            facts.line(path, key),
            says=f"{key}: {channel.value}: no contact has agreed to a {channel.value}, so nobody ever gets one from this.",
            fix=f"Say in [consent.{channel.value}] of segments/_audience.toml what they agreed to, or choose another "
            "channel.",
        )


def _selling(catalog: Catalog) -> Iterator[tuple[str, str, Channel]]:
    """(file, key, channel) of what asks for consent off e-mail."""
    for _, step in _steps(catalog):
        if step.purpose is Purpose.MARKETING:
            yield step.path, "channel", step.channel
    company = catalog.company
    promising = [(company.path, company.promise), *((s.path, s.promise) for s in catalog.segments.values())]
    for path, promise in promising:
        for channel in promise.rescue:
            if channel.is_task:
                yield path, "rescue", channel


def doers(facts: Facts) -> Iterator[Problem]:
    """A call falls to somebody who makes calls."""
    catalog = facts.catalog
    for sequence, step in _steps(catalog):
        if step.channel is not Channel.CALL:
            continue
        doubtful = facts.unread.below("content/team") or (not step.sender and facts.unread.below("segments"))
        doubtful |= catalog.company.path in facts.unread.heads
        if doubtful or facts.apart:
            continue
        named = _candidates(facts, sequence, step)
        if any(catalog.team[name].calls_per_day != 0 for name in named if name in catalog.team):
            continue
        who = ", ".join(sorted(named))
        yield NOBODY_TO_DO_IT.at(
            step.path,
            facts.line(step.path, "channel"),
            says=f"channel: call: nobody who could get this task makes calls ({who}: calls_per_day: 0).",
            fix="Name a `sender:` who does, or raise calls_per_day in content/team/.",
        )


def _candidates(facts: Facts, sequence: Sequence, step: Step) -> set[str]:
    """Team ids to whom this task may fall (`planning.senders`): the step's own, else anybody of these."""
    catalog = facts.catalog
    if step.sender:
        return {step.sender}
    found = {segment.sender for segment in catalog.segments.values() if segment.sender}
    found |= {sequence.sender} if sequence.sender else {catalog.company.owner}
    members = facts.members
    if members is not None:
        found |= {members.senders[number] for number in set(members.sender.tolist()) if number >= 0}
    return found
