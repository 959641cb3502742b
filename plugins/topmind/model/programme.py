"""What goes out when: newsletters with their issues, sequences with their steps."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta

from topmind.model.body import Body, Slot, Text
from topmind.model.words import Approve, Channel, Purpose


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
    #: Where `on_unknown: resend` is written: what stays unproven goes once more. 0 = nowhere, it is listed.
    resend_line: int = 0
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

    def file_of(self, day: date) -> str:
        """Path of the file of the issue with this nominal day, also where nobody has written it yet."""
        issue = self.issues.get(day)
        return issue.path if issue else f"{self.path.removesuffix('.md')}/{day.isoformat()}.md"


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
    only_if_line: int = 0
    grace: int = 7
    #: Where `on_unknown: resend` is written: what stays unproven goes once more. 0 = nowhere, it is listed.
    resend_line: int = 0
    purpose: Purpose = Purpose.MARKETING
    #: Its own fact, in place of the sequence's.
    starts_from: str | None = None
    starts_line: int = 0
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
    #: Steps whose last day went by before this one are made up for on it: of each contact's the last; None = never.
    backfill: date | None = None
    #: once, every time, yearly.
    repeat: str = "once"
    stop_when: str | None = None
    stop_line: int = 0
    segments: frozenset[str] | None = None
    sender: str | None = None
    was: tuple[str, ...] = ()
    steps: tuple[Step, ...] = ()
