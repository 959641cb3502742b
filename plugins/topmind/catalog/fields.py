"""Field types of the schemas: each knows how to read what people wrote, and what is due, in words."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, time, timedelta
from typing import Annotated, Any

from topmind.catalog import dates, merge_tags, phrases, values, words
from topmind.catalog.findings import Wrong
from topmind.catalog.values import Entry, Scalar
from topmind.errors import ContentError
from topmind.model import (
    Access,
    Approve,
    Ceiling,
    Channel,
    Example,
    MergeTag,
    Purpose,
    Stage,
    Status,
    Text,
    Use,
    Where,
)


@dataclass(frozen=True, slots=True)
class Source:
    """What a field needs to know of its file."""

    path: str
    #: Keys of the file's schema.
    known: frozenset[str] = frozenset()
    #: Key → {word of another site: ours}.
    values: Mapping[str, Mapping[str, str]] = field(default_factory=dict)

    def ours(self, key: str, text: str) -> str:
        """A word of another site in our words."""
        table = self.values.get(key, {})
        return table.get(text, table.get(text.lower(), text))


@dataclass(frozen=True, slots=True)
class Form:
    """How one kind of value is read, and what is due in words (for messages and docs)."""

    read: Callable[[Entry, Source], Any]
    due: str


@dataclass(frozen=True, slots=True)
class Word:
    """A name with the line on which it stands."""

    text: str
    line: int


@dataclass(frozen=True, slots=True)
class Dated:
    """One date of `send:` with its own subject where one was written."""

    day: date
    line: int
    #: Merge tags allowed.
    subject: tuple[str | MergeTag, ...] | None = None


def _text(entry: Entry, source: Source) -> str | None:
    value = values.text_of(entry, source.known)
    text = source.ours(entry.key, value.text)
    if "{{" in text:
        raise Wrong(
            "holds a merge tag; it would be shown as it stands.",
            "Merge tags work in `subject`, `preheader` and the text below.",
            rule="merge-tag",
        )
    return text if text.strip() or value.literal else None


def _tagged(entry: Entry, source: Source) -> Text | None:
    value = values.text_of(entry, source.known)
    if not value.text.strip():
        return None
    try:
        return merge_tags.parse_text(value.text, source.path, entry.line)
    except ContentError as error:
        first = error.problems[0]
        raise Wrong(first.says, first.fix, line=first.line, rule=first.rule, edit=first.edit) from None


def _scalar(entry: Entry, source: Source) -> str:
    return source.ours(entry.key, values.word_of(entry, source.known).text)


def _word(reader: Callable[[str], Any]) -> Callable[[Entry, Source], Any]:
    """A reader of one word; an empty one means that nothing was said."""

    def read(entry: Entry, source: Source) -> Any:
        text = _scalar(entry, source)
        return reader(text) if text else None

    return read


def _list(reader: Callable[[str], Any], *, commas: bool = True) -> Callable[[Entry, Source], Any]:
    """A reader of a list, each element by `reader`."""

    def read(entry: Entry, source: Source) -> tuple[Any, ...]:
        return tuple(_element(reader, item, entry, source) for item in values.items_of(entry, commas=commas))

    return read


def _element(reader: Callable[[str], Any], item: Scalar, entry: Entry, source: Source) -> Any:
    try:
        return reader(source.ours(entry.key, item.text))
    except Wrong as wrong:
        raise wrong.at(item.line) from None


def _words(entry: Entry, source: Source) -> tuple[Word, ...]:
    return tuple(Word(source.ours(entry.key, i.text), i.line) for i in values.items_of(entry) if i.text)


def _rules(entry: Entry, _: Source) -> tuple[Word, ...]:
    return tuple(Word(i.text, i.line) for i in values.items_of(entry, commas=False) if i.text)


def _examples(entry: Entry, _: Source) -> tuple[Example, ...]:
    items = values.items_of(entry, commas=False)
    return tuple(phrases.read_example(i.text, i.line) for i in items if i.text)


def _lines(entry: Entry, _: Source) -> tuple[str, ...]:
    """Lines of an address: a list, or a block scalar; a comma in one line stays."""
    found = values.items_of(entry, commas=False)
    return tuple(line.strip() for item in found for line in item.text.split("\n") if line.strip())


def _map(entry: Entry, _: Source) -> dict[str, str]:
    return {name.text: value.text for name, value in values.pairs_of(entry)}


def _silences(entry: Entry, _: Source) -> tuple[tuple[Word, str], ...]:
    """Rule → why it is silent here; without a reason nobody can tell later whether it still holds."""
    found = values.pairs_of(entry)
    for name, reason in found:
        if not reason.text.strip():
            raise Wrong(
                f"{name.text} has no reason.",
                f"Write why: `{name.text}: the partner's button says so`.",
                line=name.line,
                rule="silence",
            )
    return tuple((Word(name.text, name.line), reason.text.strip()) for name, reason in found)


def _spans(entry: Entry, source: Source) -> tuple[date, ...]:
    return tuple(day for span in _list(dates.read_span)(entry, source) for day in span)


def _send_day(text: str) -> date:
    """The day of a send; an hour would be lost, so it is refused."""
    moment = dates.read_moment(text)
    if moment.at is not None:
        raise Wrong(
            f"a send has a day and no hour: {moment.at:%H:%M} would be lost.",
            f"Write {moment.day.isoformat()}; it goes with the first run after 09:00 of each reader's clock.",
            rule="send",
        )
    return moment.day


def _sends(entry: Entry, source: Source) -> tuple[Dated, ...]:
    found: list[Dated] = []
    for item in values.items_of(entry):
        pair = values.one_pair(item)
        try:
            day = _send_day(pair[0] if pair else item.text)
            subject = merge_tags.parse_text(pair[1], source.path, item.line) if pair and pair[1] else None
        except Wrong as wrong:
            raise wrong.at(item.line) from None
        except ContentError as error:
            first = error.problems[0]
            raise Wrong(first.says, first.fix, line=first.line, rule=first.rule, edit=first.edit) from None
        if found and day <= found[-1].day:
            raise Wrong(
                f"{dates.show(day)} is not after the date before it.",
                "Write the dates in order.",
                line=item.line,
                rule="send",
            )
        found.append(Dated(day, item.line, subject))
    return tuple(found)


# Text: the rest of the line as it stands. A word: short, no comment. A list: lines, brackets or commas.
Plain = Annotated[str | None, Form(_text, "a text")]
Required = Annotated[str, Form(_text, "a text")]
Tagged = Annotated[Any, Form(_tagged, "a text, merge tags allowed")]
Rule = Annotated[str | None, Form(_word(str), "a rule as in `who`")]
Cadence = Annotated[str, Form(_word(str), "words like `Tuesday at 09:00`, or an RRULE")]
Starts = Annotated[str, Form(_word(str), "a fact with a date, like `first_purchase()`")]
OwnStarts = Annotated[str | None, Form(_word(str), "a fact with a date, like `first_purchase()`")]
Name = Annotated[str | None, Form(_word(words.name), "a name")]
Member = Annotated[str | None, Form(_word(words.member), "a name")]
RequiredMember = Annotated[str, Form(_word(words.member), "a name")]
Zone = Annotated[str | None, Form(_word(str), "a time zone")]
RequiredZone = Annotated[str, Form(_word(str), "a time zone")]
Names = Annotated[tuple[Word, ...], Form(_words, "a list of names")]
OptionalNames = Annotated[tuple[Word, ...] | None, Form(_words, "a list of names")]
Rules = Annotated[tuple[Word, ...], Form(_rules, "a list of rules")]
Examples = Annotated[tuple[Example, ...], Form(_examples, "a list like `0007 belongs`")]
Lines = Annotated[tuple[str, ...], Form(_lines, "a list of lines")]
Silences = Annotated[
    tuple[tuple[Word, str], ...], Form(_silences, "indented `rule: reason` lines, see Findings below")
]
Pairs = Annotated[dict[str, str], Form(_map, "indented `name: text` lines")]
Day = Annotated[date | None, Form(_word(dates.read_day), "a date")]
RequiredDay = Annotated[date, Form(_word(dates.read_day), "a date")]
Days = Annotated[tuple[date, ...], Form(_spans, "a list of dates, or `2026-12-24 to 2027-01-02`")]
MomentOf = Annotated[Any, Form(_word(str), "a date with a time")]
Length = Annotated[timedelta, Form(_word(dates.read_length), "a length of time")]
DayCount = Annotated[int | None, Form(_word(dates.read_days), "a number of days")]
Offset = Annotated[int | None, Form(_word(words.offset), "a number of days")]
Flag = Annotated[bool, Form(_word(words.flag), "yes or no")]
OptionalFlag = Annotated[bool | None, Form(_word(words.flag), "yes or no")]
Priority = Annotated[int, Form(_word(words.number(-1000, 1000)), "a whole number")]
Rank = Annotated[int, Form(_word(words.number(0, 10_000)), "a whole number")]
Count = Annotated[int | None, Form(_word(words.number(0, 1000)), "a whole number")]
UseOf = Annotated[Use, Form(_word(phrases.read_use), "`until DATE`, `again after 12 months` or `any time`")]
Sends = Annotated[tuple[Dated, ...], Form(_sends, "a list of dates")]
Pins = Annotated[tuple[tuple[str, date], ...], Form(_list(phrases.read_pin), "a newsletter and a date")]
Stages = Annotated[tuple[Stage, ...], Form(_list(words.choice(Stage)), "a list of stages")]
Places = Annotated[tuple[Where, ...] | None, Form(_list(words.choice(Where)), "site, email")]
StatusOf = Annotated[Status, Form(_word(words.choice(Status)), "published or draft")]
AccessOf = Annotated[Access, Form(_word(words.choice(Access)), "public or clients")]
ApproveOf = Annotated[Approve, Form(_word(words.choice(Approve)), "auto, proof or ready")]
ChannelOf = Annotated[Channel, Form(_word(phrases.read_channel), "a channel")]
Channels = Annotated[tuple[Channel, ...], Form(_list(phrases.read_channel), "a list of channels")]
PurposeOf = Annotated[Purpose, Form(_word(words.choice(Purpose)), "service or marketing")]
Repeat = Annotated[str | None, Form(_word(words.repeat), "once, every time or yearly")]
AudienceOf = Annotated[str, Form(_word(words.one_of("each send", "first")), "each send or first")]
Wrongs = Annotated[
    tuple[str, date | None] | None, Form(_word(phrases.read_wrong), "what was wrong, and its date")
]
OnUnknown = Annotated[str, Form(_word(words.one_of("list", "resend")), "list or resend")]
CouponOf = Annotated[str, Form(_word(words.one_of("shared", "personal")), "shared or personal")]
Theme = Annotated[str, Form(_word(words.one_of("newsletter", "letter")), "newsletter or letter")]
Floor = Annotated[int | None, Form(_word(phrases.read_floor), "`1 valuable touch every 30 days`")]
Ceilings = Annotated[
    tuple[Ceiling, ...],
    Form(
        lambda entry, _: tuple(c for i in values.items_of(entry) for c in phrases.read_ceilings(i.text)),
        "`2 emails per week`",
    ),
]
Quiet = Annotated[tuple[time, time] | None, Form(_word(phrases.read_quiet), "`20:00 to 08:00`")]
Email = Annotated[str, Form(_word(words.address), "an e-mail address")]
OptionalEmail = Annotated[str | None, Form(_word(words.address), "an e-mail address")]
Link = Annotated[str | None, Form(_word(words.web), "an address of a page")]
