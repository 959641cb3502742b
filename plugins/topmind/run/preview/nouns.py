"""The nouns of the preview: plain frozen values that pages are made of."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from string import ascii_lowercase

from topmind.model import Catalog, Channel, Edition, Problem, SourceKind

#: What stands neither in the name of a folder everywhere nor in an address as it is.
_ODD = re.compile(r"[^\w.-]")


@dataclass(frozen=True, slots=True, kw_only=True)
class Persona:
    """A named example contact."""

    #: `sample`, `no-name` …; of a real one a hash of its source id.
    id: str
    title: str
    #: What it is there to show.
    says: str
    #: Declared field → value, as a merge takes it.
    values: Mapping[str, object]
    #: How a task names them.
    name: str = ""
    #: A contact of this machine, with names masked: never in an export.
    real: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Showing:
    """One edition of an occasion."""

    edition: Edition
    #: Contacts who get it, as far as can be seen; None = no contacts are at hand, the readers are made up.
    contacts: int | None = None
    #: Segments that the plainest of its readers is in; () = in none, or a real one.
    eyes: tuple[str, ...] = ()
    #: File → lines of the `///` blocks in it that not everybody sees, and these readers do.
    blocks: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Coming:
    """An occasion as the preview shows it: all occurrences of a step are one, and so are all rescues."""

    #: `tuesday-fix/2026-W49`, `first-job/thank-you`, `rescue`.
    name: str
    title: str
    kind: SourceKind
    channel: Channel
    #: Of an issue or announcement; None = each contact has a day of their own.
    day: date | None
    #: When it leaves, in words; of what has a day, the time of day.
    when: str
    #: The file that a person would edit; "" = none.
    path: str
    held: bool = False
    stopped: bool = False
    #: The largest first.
    showings: tuple[Showing, ...] = ()
    #: The editions of the last issue before this one.
    before: tuple[Showing, ...] = ()
    #: Local day → contacts who get it on that day; None = nobody knows.
    goes: Mapping[date, int] | None = None
    #: Reason → contacts it is for and who do not get it.
    kept_from: Mapping[str, int] = field(default_factory=dict)
    #: Contacts who have it already.
    done: int = 0
    #: Why there is no edition to be seen.
    trouble: str = ""

    @property
    def slug(self) -> str:
        """Its name in an address, and of a folder: a file that is called wrongly is shown, too."""
        return _ODD.sub(lambda sign: f"~{ord(sign[0]):x}", self.name.replace("/", "--"))

    @property
    def what(self) -> str:
        """What the calendar calls it."""
        return f"{self.name} ({self.channel.value})" if self.channel.is_task else self.name

    @property
    def on_paper(self) -> bool:
        """A letter or what lies in a parcel: no mail to anybody."""
        return self.channel in {Channel.LETTER, Channel.PARCEL}

    @property
    def reached(self) -> int | None:
        """Contacts who get it in the days that are looked at; None = nobody knows."""
        return None if self.goes is None else sum(self.goes.values())

    @property
    def letters(self) -> tuple[str, ...]:
        """What its editions are called: a, b …, aa."""
        return tuple(letter(number) for number in range(len(self.showings)))


def letter(number: int) -> str:
    """`a` for 0, `z` for 25, `aa` for 26."""
    more, rest = divmod(number, 26)
    return (letter(more - 1) if more else "") + ascii_lowercase[rest]


@dataclass(frozen=True, slots=True, kw_only=True)
class SeenMail:
    """One edition as one persona sees it."""

    subject: str = ""
    preheader: str = ""
    #: `Dana Reyes <dana@harborandpine.example>`
    sender: str = ""
    html: str = ""
    text: str = ""
    #: Files it is made of, the occasion's own first.
    files: tuple[str, ...] = ()
    #: Why it cannot be shown, and what to do; "" = it can.
    trouble: str = ""

    @property
    def size(self) -> int:
        """Bytes of the decoded HTML part."""
        return len(self.html.encode())


@dataclass(frozen=True, slots=True, kw_only=True)
class Preview:
    """Everything that the pages show, as of one moment."""

    as_of: date
    #: Last day that is looked at.
    until: date
    #: UTC; when the plan behind the counts was made. None = there are no contacts here.
    planned_at: datetime | None
    company: str
    #: By day; what has no day of its own comes last.
    coming: tuple[Coming, ...]
    personas: tuple[Persona, ...]
    #: Errors first.
    findings: tuple[Problem, ...]
    #: None = the company's file cannot be read, so nothing can be shown.
    catalog: Catalog | None
    #: There are contacts, and their plan is still being made.
    counting: bool = False

    def named(self, slug: str) -> Coming | None:
        """The occasion with this name in an address."""
        return next((one for one in self.coming if one.slug == slug), None)
