"""One schema per kind of file: the same classes give the reading, the messages and the docs."""

from __future__ import annotations

from datetime import time, timedelta
from typing import ClassVar

from pydantic import BaseModel, ConfigDict, Field

from topmind.catalog import fields as f
from topmind.model import Access, Approve, Channel, Kind, Purpose, Status, Use


class Head(BaseModel):
    """Front matter of one file; an unknown key is an error."""

    model_config = ConfigDict(
        extra="forbid",
        frozen=True,
        hide_input_in_errors=True,
        populate_by_name=False,
        protected_namespaces=(),
        arbitrary_types_allowed=True,
    )
    #: What this file is, for messages.
    what: ClassVar[str] = "file"
    #: Every file may say which rules of the linter are silent in it.
    silence: f.Silences = ()

    @classmethod
    def keys(cls) -> frozenset[str]:
        """The keys that people may write."""
        return frozenset(info.alias or name for name, info in cls.model_fields.items())

    @classmethod
    def described(cls) -> tuple[tuple[str, str, bool], ...]:
        """(key, what is due, whether it must be written) in the order of the schema, `silence` last: for docs and
        forms."""
        inherited = Head.model_fields
        ordered = [n for n in cls.model_fields if n not in inherited] + list(inherited)
        return tuple(
            (key, cls.form(key).due, cls.model_fields[name].is_required())
            for name, key in ((name, cls.model_fields[name].alias or name) for name in ordered)
        )

    @classmethod
    def form(cls, key: str) -> f.Form:
        """How the value of a key is read."""
        return _forms(cls)[key]


_FORMS: dict[type[Head], dict[str, f.Form]] = {}


def _forms(schema: type[Head]) -> dict[str, f.Form]:
    if schema not in _FORMS:
        _FORMS[schema] = {
            info.alias or name: next(m for m in info.metadata if isinstance(m, f.Form))
            for name, info in schema.model_fields.items()
        }
    return _FORMS[schema]


class ItemHead(Head):
    """What every item may say (article, tip)."""

    what: ClassVar[str] = "item"
    title: f.Required
    date: f.Day = None
    modified: f.Day = None
    slug: f.Name = None
    summary: f.Plain = None
    tags: f.Names = ()
    authors: f.Names = ()
    status: f.StatusOf = Status.PUBLISHED
    image: f.Plain = None
    image_alt: f.Plain = None
    segments: f.Names = ()
    exclude: f.Names = ()
    stages: f.Stages = ()
    where: f.Places = None
    access: f.AccessOf = Access.PUBLIC
    use: f.UseOf = Use()
    priority: f.Priority = 0
    send: f.Sends = ()
    for_: f.Pins = Field((), alias="for")
    subject: f.Tagged = None
    preheader: f.Tagged = None
    was: f.Names = ()
    audience: f.AudienceOf = "each send"
    correction: f.Flag = False
    corrects: f.Wrongs = None
    grace: f.DayCount = 3
    on_unknown: f.OnUnknown = "list"
    link: f.Link = None
    stop_when: f.Rule = None


class PromotionHead(ItemHead):
    """A promotion sells, from `starts` to `ends` (both included)."""

    offer: f.Plain = None
    code: f.Name = None
    coupon: f.CouponOf = "shared"
    starts: f.Day = None
    ends: f.RequiredDay
    terms: f.Plain = None


class EventHead(ItemHead):
    """An open day, a workshop."""

    begins: f.MomentOf
    ends: f.MomentOf = None
    zone: f.Zone = None
    location: f.Plain = None


class SpotlightHead(ItemHead):
    """A partner business."""

    business: f.Required
    phone: f.Plain = None
    region: f.Plain = None
    offer: f.Plain = None
    code: f.Name = None
    coupon: f.CouponOf = "shared"


class TestimonialHead(ItemHead):
    """What a customer said, with their permission."""

    __test__ = False  # not a test class, whatever its name looks like to pytest

    person: f.Required
    company: f.Plain = None
    permission: f.OptionalFlag = None


class ExpertHead(ItemHead):
    """Somebody who knows a field."""

    field: f.Required


#: Schema of each kind of item.
ITEMS: dict[Kind, type[ItemHead]] = {
    Kind.ARTICLE: ItemHead,
    Kind.TIP: ItemHead,
    Kind.PROMOTION: PromotionHead,
    Kind.EVENT: EventHead,
    Kind.SPOTLIGHT: SpotlightHead,
    Kind.TESTIMONIAL: TestimonialHead,
    Kind.EXPERT: ExpertHead,
}


class NewsletterHead(Head):
    """A recurring publication."""

    what: ClassVar[str] = "newsletter"
    id: f.Name = None
    title: f.Required
    every: f.Cadence
    zone: f.Zone = None
    segments: f.OptionalNames = None
    topics: f.Names = ()
    sender: f.Member = None
    subject: f.Tagged = None
    preheader: f.Tagged = None
    window: f.Length = timedelta(hours=3)
    grace: f.DayCount = 0
    on_unknown: f.OnUnknown = "list"
    theme: f.Theme = "newsletter"
    approve: f.ApproveOf = Approve.AUTO
    proof_before: f.Length = timedelta(hours=24)
    one_of: f.Name = None
    archive: f.Flag = True
    was: f.Names = ()


class IssueHead(Head):
    """One dated issue: its subject, its text, its slots win over the newsletter's."""

    what: ClassVar[str] = "dated issue"
    subject: f.Tagged = None
    preheader: f.Tagged = None
    hold: f.Flag = False
    ready: f.Flag = False
    was: f.Day = None


class SequenceHead(Head):
    """Dated follow-ups from a fact of a contact."""

    what: ClassVar[str] = "sequence"
    id: f.Name = None
    title: f.Required
    starts_from: f.Starts
    since: f.Day = None
    backfill: f.Day = None
    repeat: f.Repeat = "once"
    stop_when: f.Rule = None
    segments: f.OptionalNames = None
    sender: f.Member = None
    was: f.Names = ()


class StepHead(Head):
    """One step of a sequence, on one channel."""

    what: ClassVar[str] = "step"
    id: f.Name = None
    title: f.Plain = None
    after: f.Offset = None
    before: f.Offset = None
    channel: f.ChannelOf = Channel.EMAIL
    only_if: f.Rule = None
    grace: f.DayCount = 7
    on_unknown: f.OnUnknown = "list"
    purpose: f.PurposeOf = Purpose.MARKETING
    starts_from: f.OwnStarts = None
    repeat: f.Repeat = None
    sender: f.Member = None
    subject: f.Tagged = None
    preheader: f.Tagged = None
    theme: f.Theme = "letter"
    was: f.Names = ()


class PromiseHead(Head):
    """Floor, ceilings, ratio: what a segment or the company promises."""

    at_least: f.Floor = None
    at_most: f.Ceilings = ()
    value_per_promotion: f.Count = None
    gap: f.DayCount = None
    rescue: f.Channels = ()


class SegmentHead(PromiseHead):
    """A named rule over the audience."""

    what: ClassVar[str] = "segment"
    title: f.Required
    who: f.Rules
    sender: f.Member = None
    rank: f.Rank = 100
    examples: f.Examples = ()


class TeamHead(Head):
    """A real person who sends, calls and visits."""

    what: ClassVar[str] = "team member"
    name: f.Required
    role: f.Required
    email: f.Email
    phone: f.Plain = None
    photo: f.Plain = None
    calls_per_day: f.Count = None
    source_id: f.Plain = None


class CompanyHead(PromiseHead):
    """`content/company.md`."""

    what: ClassVar[str] = "company"
    name: f.Required
    address: f.Lines
    zone: f.RequiredZone
    country: f.Name = None
    blackout: f.Days = ()
    quiet: f.Quiet = (time(20), time(8))
    programme_starts: f.RequiredDay
    aim: f.DayCount = 15
    owner: f.RequiredMember
    clients: f.Name = None
    topics: f.Pairs = {}
    links: f.Pairs = {}
    site: f.Link = None
    email: f.OptionalEmail = None
    phone: f.Plain = None
    language: f.Name = None
