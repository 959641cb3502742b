"""What people write, read and checked: items, newsletters, sequences, segments, team, company."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta

from topmind.model.body import Body, Slot, Text
from topmind.model.words import Access, Approve, Channel, Kind, Level, Purpose, Stage, Status, Where


@dataclass(frozen=True, slots=True, kw_only=True)
class Problem:
    """One finding: where, what is wrong, what to write instead."""

    #: Id of the rule, e.g. `front-matter/unknown-key`.
    rule: str
    level: Level
    #: File, relative to the project.
    path: str
    #: From 1; 0 where the whole file is meant.
    line: int
    says: str
    fix: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Use:
    """How long and how often an item may be offered (`use:`)."""

    #: Last company day on which it may be offered; None = no end.
    until: date | None = None
    #: Months after which the same contact may get it again; None = never again.
    again_after_months: int | None = None
    #: The same contact may get it any number of times.
    any_time: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Send:
    """One send of an announcement: a company day with its own text and subject where written."""

    #: n-th send, from 1: the occurrence.
    number: int
    day: date
    #: Subject of this send, else the item's.
    subject: Text | None = None
    #: The `## 8 December` section, without its heading; None = the whole body.
    body: Body | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """One piece of content."""

    #: Path under `content/` without suffix and leading date: `tips/gutters`.
    id: str
    kind: Kind
    path: str
    title: str
    #: Company day from which it may be seen (front matter `date`).
    day: date
    modified: date | None = None
    slug: str
    #: Site-relative, e.g. `/tips/gutters/`; "" where it has no page.
    url: str
    #: As written (plain text); None = made from the body's text for everyone.
    summary: str | None = None
    tags: tuple[str, ...] = ()
    authors: tuple[str, ...] = ()
    status: Status = Status.PUBLISHED
    image: str | None = None
    image_alt: str | None = None
    segments: frozenset[str] = frozenset()
    exclude: frozenset[str] = frozenset()
    stages: frozenset[Stage] = frozenset()
    where: frozenset[Where] = frozenset({Where.SITE, Where.EMAIL})
    access: Access = Access.PUBLIC
    use: Use = Use()
    #: Smaller comes first; 0 by default.
    priority: int = 0
    sends: tuple[Send, ...] = ()
    #: `for: tuesday-fix 2026-12-01`: (newsletter id, nominal day).
    pins: tuple[tuple[str, date], ...] = ()
    subject: Text | None = None
    preheader: Text | None = None
    was: tuple[str, ...] = ()
    correction: bool = False
    #: `grace:` of an announcement, in days.
    grace: int = 3
    #: Where "read more" goes out: kept by every kind.
    link: str | None = None
    # promotion
    offer: str | None = None
    code: str | None = None
    #: First and last company day of a promotion (inclusive).
    starts: date | None = None
    ends: date | None = None
    terms: str | None = None
    #: Predicate text: who drops out. Promotions default to "bought since starts".
    stop_when: str | None = None
    # event
    begins: datetime | None = None
    event_ends: datetime | None = None
    location: str | None = None
    # spotlight
    business: str | None = None
    phone: str | None = None
    region: str | None = None
    # testimonial
    person: str | None = None
    company: str | None = None
    permission: bool | None = None
    # expert (front matter `field`)
    expertise: str | None = None
    body: Body

    @property
    def is_value(self) -> bool:
        """A value item; corrections count as neither."""
        return self.kind.is_value and not self.correction

    @property
    def last_day(self) -> date | None:
        """Last company day on which it may be offered: the nearest of until, ends and the event's day."""
        event = (self.event_ends or self.begins) if self.kind is Kind.EVENT else None
        days = [d for d in (self.use.until, self.ends, event.date() if event else None) if d]
        return min(days) if days else None

    @property
    def evergreen(self) -> bool:
        """A value item without `until`, end or event date."""
        return self.is_value and self.last_day is None

    def live(self, day: date) -> bool:
        """Whether it may be offered on this company day."""
        first = max(self.day, self.starts) if self.starts else self.day
        last = self.last_day
        return self.status is Status.PUBLISHED and first <= day and (last is None or day <= last)


@dataclass(frozen=True, slots=True, kw_only=True)
class DatedIssue:
    """`content/newsletters/NAME/2026-12-01.md`: one issue's own words."""

    #: The nominal day people wrote.
    day: date
    path: str
    subject: Text | None = None
    preheader: Text | None = None
    #: None = the standing layout.
    body: Body | None = None
    hold: bool = False
    ready: bool = False
    #: Nominal day it was moved from: the occurrence stays.
    was: date | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Newsletter:
    """A recurring publication."""

    id: str
    path: str
    title: str
    #: As written: words or RRULE; read by `planning.cadence`.
    every: str
    every_line: int = 0
    #: None = the company's zone for nominal days; local time is always the recipient's.
    zone: str | None = None
    #: None = every contact who may be mailed.
    segments: frozenset[str] | None = None
    topics: tuple[str, ...] = ()
    #: Team id; None = by the order of senders.
    sender: str | None = None
    subject: Text = ()
    preheader: Text = ()
    window: timedelta = timedelta(hours=3)
    #: Days.
    grace: int = 0
    theme: str = "newsletter"
    approve: Approve = Approve.AUTO
    proof_before: timedelta = timedelta(hours=24)
    one_of: str | None = None
    archive: bool = True
    was: tuple[str, ...] = ()
    body: Body
    issues: Mapping[date, DatedIssue] = field(default_factory=dict)

    def slots(self, day: date) -> tuple[Slot, ...]:
        """Slots of the issue with this nominal day: the dated file's own, else the standing layout's."""
        issue = self.issues.get(day)
        return issue.body.slots if issue and issue.body else self.body.slots


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One step of a sequence, on one channel."""

    #: File name without its leading number: `thank-you`.
    id: str
    path: str
    title: str
    #: Days after the fact (negative: before it).
    offset: int
    channel: Channel = Channel.EMAIL
    only_if: str | None = None
    grace: int = 7
    purpose: Purpose = Purpose.MARKETING
    #: Its own fact, in place of the sequence's.
    starts_from: str | None = None
    #: once, every time, yearly; None = the sequence's.
    repeat: str | None = None
    sender: str | None = None
    subject: Text = ()
    preheader: Text = ()
    theme: str = "letter"
    was: tuple[str, ...] = ()
    body: Body


@dataclass(frozen=True, slots=True, kw_only=True)
class Sequence:
    """Dated follow-ups from a fact of a contact."""

    id: str
    path: str
    title: str
    #: A date fact: `first_purchase()`, `bought('roof')`, `enters: prospects`, a date field …
    starts_from: str
    starts_line: int = 0
    #: Older facts start nothing; None = the company's `programme_starts`.
    since: date | None = None
    #: once, every time, yearly.
    repeat: str = "once"
    stop_when: str | None = None
    segments: frozenset[str] | None = None
    sender: str | None = None
    was: tuple[str, ...] = ()
    steps: tuple[Step, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Ceiling:
    """At most `count` touches in any `days` days, on one channel or (None) over all."""

    channel: Channel | None
    count: int
    days: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Promise:
    """Floor, ceilings and value ratio; None = says nothing, the company's default holds."""

    #: A valuable touch at least every so many days.
    floor: int | None = None
    #: Ceilings; () = says nothing.
    ceilings: tuple[Ceiling, ...] = ()
    #: Value items before each promotion.
    value_per_promotion: int | None = None
    #: Least days between two touches on any channel.
    gap: int | None = None
    #: Channels of a rescue, in order; () = none but e-mail by default of the company.
    rescue: tuple[Channel, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Segment:
    """A named rule over the audience."""

    #: File name: `top-100`.
    name: str
    path: str
    title: str
    #: (text, line) of each `who` line; all must hold.
    who: tuple[tuple[str, int], ...]
    promise: Promise = Promise()
    sender: str | None = None
    #: Smaller wins where several segments name a sender.
    rank: int = 100
    note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class TeamMember:
    """A real person who sends, calls and visits."""

    #: File name: `dana`.
    id: str
    path: str
    name: str
    role: str
    email: str
    phone: str | None = None
    photo: str | None = None
    #: Capacity of calls a day; None = no limit said.
    calls_per_day: int | None = None
    #: Value of the audience's `sender_field` that means this person; None = the id itself.
    source_id: str | None = None
    signature: Body


@dataclass(frozen=True, slots=True, kw_only=True)
class Company:
    """`content/company.md`."""

    path: str
    name: str
    #: Lines of the postal address, as every mail's footer shows them.
    address: tuple[str, ...]
    #: IANA name.
    zone: str
    #: ISO 3166 code; public holidays are blackout days.
    country: str | None = None
    #: Further days on which nothing goes.
    blackout: tuple[date, ...] = ()
    #: No mail from .. to in the recipient's zone; None = any time.
    quiet: tuple[time, time] | None = (time(20), time(8))
    programme_starts: date
    promise: Promise
    #: Days between valuable touches that we aim for.
    aim: int = 15
    #: Team id: who gets proofs, reports and what nobody else does.
    owner: str
    #: Segment of clients; None = whoever bought.
    clients: str | None = None
    #: Topic id → what people read.
    topics: Mapping[str, str] = field(default_factory=dict)
    links: Mapping[str, str] = field(default_factory=dict)
    #: Public address of the resource site, no trailing slash.
    site: str = ""
    email: str | None = None
    phone: str | None = None
    language: str = "en"
    about: Body


@dataclass(frozen=True, slots=True, kw_only=True)
class FieldSpec:
    """One declared field of a contact (`[fields.first_name]`)."""

    name: str
    table: str
    column: str
    #: text, number, money, date, flag.
    type: str = "text"
    #: Shown in previews and used where no contacts are at hand.
    sample: str = ""
    #: Source value → value.
    values: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Catalog:
    """Everything people wrote, by id, as of one company day."""

    as_of: date
    #: Absolute path of the project as text.
    root: str
    company: Company
    items: Mapping[str, Item]
    newsletters: Mapping[str, Newsletter]
    sequences: Mapping[str, Sequence]
    segments: Mapping[str, Segment]
    team: Mapping[str, TeamMember]
    fields: Mapping[str, FieldSpec]
