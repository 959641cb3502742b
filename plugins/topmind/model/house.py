"""Who we are and whom we serve: segments with their promises, team, company; and the catalog of everything."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, time

from topmind.date_words import DateStyle
from topmind.model.body import Body
from topmind.model.content import Item, Silence
from topmind.model.programme import Newsletter, Sequence
from topmind.model.words import Channel


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
class Example:
    """A contact and whether it belongs to the segment, for `topmind segments test`."""

    #: Id in the source.
    contact: str
    belongs: bool
    #: The day on which this is so; None = on any day.
    day: date | None
    line: int


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
    examples: tuple[Example, ...] = ()


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
    #: ISO 3166 code, also of a part (`US-NY`); its public holidays are blackout days.
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

    @property
    def dates(self) -> DateStyle:
        """How its readers write dates and times."""
        return DateStyle(self.language, (self.country or "").partition("-")[0])


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
    #: What files say of rules that are silent in them.
    silences: tuple[Silence, ...] = ()
