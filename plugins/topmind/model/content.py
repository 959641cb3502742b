"""Items, and what is found wrong with any file that people write."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from topmind.model.body import Body, Text
from topmind.model.words import Access, Kind, Level, Stage, Status, Where


@dataclass(frozen=True, slots=True)
class Edit:
    """A change of one line that is certain enough to be made without asking (`topmind check --fix`)."""

    #: What stands on the line, letter for letter; its first place there is meant.
    old: str
    #: What was meant. None = the whole line goes.
    new: str | None


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
    #: Front-matter key that it is about, where who found it knows no line.
    key: str = ""
    #: What `check --fix` may write on that line; None = a person must decide.
    edit: Edit | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Silence:
    """One line of `silence:`: in this file a rule of the linter says nothing, and why."""

    path: str
    line: int
    #: Id of the rule, e.g. `links/click-here`.
    rule: str
    reason: str


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
    #: Predicate text: who gets it, beyond the item's segments (`audience: first`, `corrects:`); None = whoever may.
    only_if: str | None = None


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
    #: `corrects: tuesday-fix 2026-12-01`: what was wrong, and the day of the issue or send it was in.
    corrects: tuple[str, date | None] | None = None
    #: Where it is written; 0 = nowhere.
    corrects_line: int = 0
    #: `audience: first`: reminders go to those who got the first send.
    first_audience: bool = False
    #: `grace:` of an announcement, in days.
    grace: int = 3
    #: Where `on_unknown: resend` is written: what stays unproven goes once more. 0 = nowhere, it is listed.
    resend_line: int = 0
    #: Where "read more" goes out: kept by every kind.
    link: str | None = None
    # promotion
    offer: str | None = None
    code: str | None = None
    #: `coupon: personal`: everybody gets a code of their own made from `code`.
    personal_code: bool = False
    #: First and last company day of a promotion (inclusive).
    starts: date | None = None
    ends: date | None = None
    terms: str | None = None
    #: Predicate text: who drops out. Promotions default to "bought since starts".
    stop_when: str | None = None
    #: Where it is written; 0 = nowhere.
    stop_line: int = 0
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
