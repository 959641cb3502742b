"""`topmind contacts optout|mark|pause|stage|note`: what the office says of one person, by the same door as what they say themselves.

It is written down beside the ledger first, so that a restored copy hears it again; then the ledger takes it in.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from zoneinfo import ZoneInfo

from topmind import delivery
from topmind.catalog import dates
from topmind.catalog.findings import Wrong
from topmind.errors import UsageError
from topmind.ledger import (
    FolderInbox,
    InboxEntry,
    Ledger,
    ObjectInbox,
    Person,
    StageMove,
    mark_in,
    stage_in,
)
from topmind.links import KeyRing
from topmind.model import Clock, Stage
from topmind.near_words import near_word
from topmind.run import load, moment, newcomers, places, whom
from topmind.settings import Settings

#: Letters of a note.
LONGEST = 2000


def opt_out(
    root: Path,
    who: str,
    *,
    topic: str = "",
    by: str,
    why: str,
    clock: Clock,
    environ: Mapping[str, str] | None = None,
) -> str:
    """Note that they told us to stop: all newsletters and offers by mail, or one topic; what was done, in words.

    `by` is who heard it, `why` how they said it: they are kept as a note, for whoever asks for the proof. Raises
    UsageError, LedgerError.
    """
    heard, said = " ".join(by.split()), " ".join(why.split())
    if not heard or not said or len(heard + said) > LONGEST:
        raise UsageError(
            f"who heard it and how it was said are a few words each, together at most {LONGEST} letters.",
            fix='topmind contacts optout 1042 --by dana --why "Told us by phone."',
        )
    if topic:
        _known_topic(root, topic, clock, environ)
    proof = (
        f"No to {f'the topic {topic}' if topic else 'all newsletters and offers'}, heard by {heard}: {said}"
    )
    kind = "topic_off" if topic else "opt_out"
    with _office(root, clock, environ) as office:
        office.say(office.newcomer(who), kind, topic, note=proof)
    if topic:
        return f"They get nothing on the topic {topic} any more. Only a later word of theirs takes that back."
    return (
        "They get no more newsletters and no more offers by mail, from the next mail on. Only a later word of theirs "
        "takes that back. Calls, letters and visits go on: `topmind contacts pause` stops these, too."
    )


def _known_topic(root: Path, topic: str, clock: Clock, environ: Mapping[str, str] | None) -> None:
    """A misspelt one would be a no that nobody hears. Raises UsageError."""
    seen = load.look(root, as_of=None, clock=clock, environ=environ, planned=False)
    topics = sorted(seen.partial.company.topics) if seen.partial else []
    if topic not in topics:
        raise UsageError(
            "no such topic; nothing was changed.",
            where="--topic",
            fix=f"One of {', '.join(topics)}; without --topic it is a no to all mail."
            if topics
            else "Name topics in content/company.md (`topmind check` tells what is wrong in it); without --topic it is a "
            "no to all mail.",
        )


def mark(
    root: Path,
    who: str,
    name: str,
    *,
    until: str = "",
    remove: bool = False,
    clock: Clock,
    environ: Mapping[str, str] | None = None,
) -> str:
    """Mark them, or take a mark off; what was done, in words. Raises UsageError, LedgerError."""
    last = day_of(until) if until else None
    if remove and last:
        raise UsageError("a mark that is taken off has no last day.", fix="Leave --until out, or --remove.")
    try:
        mark_in(name)
    except ValueError as error:
        raise UsageError(f"{error}.", where="the mark", fix="topmind contacts mark 1042 vip") from None
    value = f"{name} {last}" if last else name
    with _office(root, clock, environ) as office:
        after = office.say(office.newcomer(who), "unmark" if remove else "mark", value).standing
    if remove:
        return f"The mark {name} is off."
    held = name in after.marks
    end = f" to the end of {last}" if last else " until it is taken off"
    return f"Marked {name}{end}." if held else f"Marked {name}{end}: that day is over, so no rule sees it."


def pause(root: Path, who: str, until: str, *, clock: Clock, environ: Mapping[str, str] | None = None) -> str:
    """Touch them on no channel before a day; what was done, in words. Raises UsageError, LedgerError."""
    day = day_of(until)
    with _office(root, clock, environ) as office:
        office.say(office.newcomer(who), "pause", day.isoformat())
    over = day <= clock.now().date()
    return (
        f"The pause ends on {day}: it is over."
        if over
        else f"Nothing goes to them before {day}, on no channel."
    )


def stage(
    root: Path,
    who: str,
    name: str,
    *,
    why: str,
    by: str,
    clock: Clock,
    environ: Mapping[str, str] | None = None,
) -> str:
    """Say at which stage they are; what was done, in words. Raises UsageError, LedgerError."""
    names = [one.value for one in Stage]
    if name not in names:
        near = near_word(name, names)
        hint = f'Did you mean "{near}"? ' if near else ""
        raise UsageError(f"there is no stage {name!r}.", fix=f"{hint}Stages: {', '.join(names)}.")
    try:
        stage_in(f"{name} {by}")
    except ValueError as error:
        raise UsageError(f"{error}.", where="--by", fix="For example: --by dana") from None
    reason = _short(why, "--why")
    with _office(root, clock, environ) as office:
        # whoever is not in the ledger yet waits: their first import is later than this word, and would undo it
        contact = whom.known(office.ledger, who).contact
        stages = office.ledger.stage_log(contact)
        if stages and stages[-1].after == name:
            return _stands(stages[-1], moment.zone(office.settings))
        office.say(contact, "stage", f"{name} {by}", comment=reason)
    return f"At stage {name} from now on, until your export says another one than it does today."


def _stands(move: StageMove, zone: ZoneInfo) -> str:
    since = "from before the log of stages" if move.at is None else f"since {move.at.astimezone(zone).date()}"
    return f"They stand at {move.after} already, {since}; nothing was noted. `topmind contacts note` keeps what you know."


def note(root: Path, who: str, text: str, *, clock: Clock, environ: Mapping[str, str] | None = None) -> str:
    """Write something down about them, for people; what was done, in words. Raises UsageError, LedgerError."""
    said = _short(text, "a note")
    with _office(root, clock, environ) as office:
        office.say(office.newcomer(who), "note", comment=said)
    return "Noted. `topmind contacts show` shows it; no rule reads it."


def _short(text: str, what: str) -> str:
    said = " ".join(text.split())
    if not said or len(said) > LONGEST:
        raise UsageError(
            f"{what} has 1 to {LONGEST} letters; this one has {len(said)}.", fix="Say it in a sentence."
        )
    return said


def day_of(text: str) -> date:
    """The day after `--until`, as front matter takes it. Raises UsageError."""
    try:
        return dates.read_day(text)
    except Wrong as wrong:
        raise UsageError(wrong.says, where="--until", fix=wrong.fix) from None


@dataclass(frozen=True, slots=True, kw_only=True)
class _Office:
    """An open ledger, and the inbox by which a word comes into it."""

    settings: Settings
    ring: KeyRing
    ledger: Ledger
    inbox: FolderInbox | ObjectInbox
    clock: Clock

    def newcomer(self, who: str) -> str:
        """Source id of whoever is meant; they need not be in the ledger yet. Raises UsageError."""
        return newcomers.meant(self.ledger, self.settings, self.ring, who, self.clock)

    def say(self, contact: str, kind: str, value: str = "", *, comment: str = "", note: str = "") -> Person:
        """They after it. A `note` about it is written down after it: what they want comes first."""
        said = InboxEntry(
            kind=kind, contact=contact, at=self.ledger.now(), value=value, comment=comment, by="office"
        )
        self.inbox.put(said)
        if note:
            self.inbox.put(replace(said, kind="note", value="", comment=note))
        delivery.fold(self.ledger, self.inbox)
        return whom.known(self.ledger, contact)


@contextmanager
def _office(root: Path, clock: Clock, environ: Mapping[str, str] | None) -> Iterator[_Office]:
    settings, ring = whom.place(root, environ)
    inbox = places.inbox(settings)
    with places.open_project_ledger(settings, clock, ring) as ledger:
        delivery.fold(ledger, inbox)
        yield _Office(settings=settings, ring=ring, ledger=ledger, inbox=inbox, clock=clock)
