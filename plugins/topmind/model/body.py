"""The body of a document: what was written, and the block tree that one group of readers sees.

One tree feeds the page, the mail (MJML) and the plain text. Inline text is a tree of plain elements in which
merge tags are nodes of their own, so that no renderer ever meets a sentinel or raw Markdown.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import TypeAlias

from topmind.model.words import Kind


@dataclass(frozen=True, slots=True)
class Filter:
    """One filter of a merge tag, e.g. `default: "there"`."""

    name: str
    args: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class MergeTag:
    """`{{ first_name | default: "there" }}`: a place filled per contact."""

    #: Declared field of `_audience.toml` or a built-in name (sender_name, coupon …).
    field: str
    filters: tuple[Filter, ...] = ()
    #: As written, for messages.
    source: str = ""
    #: Line in the file, from 1.
    line: int = 0

    @property
    def default(self) -> str | None:
        """The text of its `default` filter; None where it has none."""
        return next((f.args[0] if f.args else "" for f in self.filters if f.name == "default"), None)


#: A text with places: plain strings and merge tags in order (attribute values, subjects, preheaders).
Text: TypeAlias = tuple["str | MergeTag", ...]


@dataclass(frozen=True, slots=True)
class Element:
    """One HTML element of prose: `p`, `h2`, `ul`, `a`, `table` … Cleaned; attributes in written order."""

    tag: str
    attrs: tuple[tuple[str, Text], ...] = ()
    children: tuple[Node, ...] = ()

    def get(self, name: str) -> Text | None:
        """The value of an attribute, or None."""
        return next((value for key, value in self.attrs if key == name), None)


#: Inside an element: more elements, text (not escaped), merge tags.
Node: TypeAlias = "Element | str | MergeTag"


@dataclass(frozen=True, slots=True)
class Prose:
    """A run of ordinary Markdown: block-level elements in order."""

    elements: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class Callout:
    """`/// callout | Tip`: a highlighted box."""

    title: Text
    blocks: tuple[Block, ...]


@dataclass(frozen=True, slots=True)
class Columns:
    """`/// columns`: side by side where there is room."""

    columns: tuple[tuple[Block, ...], ...]


@dataclass(frozen=True, slots=True)
class Button:
    """`/// button | Book a visit -> https://…`; an href may be `answer:WORD` (a signed answer link in mail)."""

    label: Text
    href: Text


@dataclass(frozen=True, slots=True)
class Coupon:
    """`/// coupon | THANKS10`: a code to show at the till."""

    code: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PersonalCode:
    """Everybody gets a code of their own, good once: `THANKS25, personal, 60 days`, or an offer's `coupon: personal`."""

    code: str
    #: Good for so many days after the mail; None = no end, or `until`.
    days: int | None = None
    #: Last day on which it is good.
    until: date | None = None
    #: Item whose code it is: one code per person for all that shows the offer; "" = a text's own.
    item: str = ""
    path: str = ""
    line: int = 0

    def last_day(self, day: date) -> date | None:
        """Last day on which a code issued on `day` is good; None = no end."""
        return self.until if self.days is None else day + timedelta(days=self.days)


@dataclass(frozen=True, slots=True)
class TestimonialRef:
    """`/// testimonial | anna-k`: the testimonial item `testimonials/anna-k`."""

    __test__ = False  # not a test class, whatever its name looks like to pytest

    item: str


@dataclass(frozen=True, slots=True)
class ItemRef:
    """`/// item | tips/gutters`: a card of that item."""

    item: str


@dataclass(frozen=True, slots=True)
class Video:
    """`/// video | https://…`: a link with a picture; never an embed in mail."""

    href: str


@dataclass(frozen=True, slots=True)
class SlotMark:
    """Where the picks of slot `index` stand in a newsletter's layout."""

    index: int


Block: TypeAlias = Prose | Callout | Columns | Button | Coupon | TestimonialRef | ItemRef | Video | SlotMark


@dataclass(frozen=True, slots=True, kw_only=True)
class Slot:
    """`/// slot | 1 tip` or `/// slot | 2 value items, optional`."""

    #: From 0, in written order.
    index: int
    #: How many items, at least 1.
    count: int
    #: Which kinds may fill it.
    kinds: frozenset[Kind]
    #: An optional slot may stay empty; a required one that cannot be filled withholds the issue.
    optional: bool = False
    line: int = 0

    @property
    def value_only(self) -> bool:
        """True where no promotion may fill it."""
        return Kind.PROMOTION not in self.kinds


@dataclass(frozen=True, slots=True, kw_only=True)
class Condition:
    """One branch of `/// for | …`, `/// not for | …` or `/// for everyone else`."""

    #: From 0, in written order within the document.
    index: int
    #: "for", "not for" or "else".
    word: str
    #: Segments named; for "else" those of every earlier branch of the same block.
    segments: frozenset[str]
    #: Conditions this one stands inside of (indexes); all must be visible too.
    inside: tuple[int, ...] = ()
    line: int = 0

    def holds(self, segments: frozenset[str]) -> bool:
        """Whether a contact who is in `segments` sees this branch."""
        named = bool(self.segments & segments)
        return named if self.word == "for" else not named


@dataclass(frozen=True, slots=True, kw_only=True)
class Body:
    """What was written below the front matter, scanned but not yet converted."""

    #: File, relative to the project.
    path: str
    #: Line of the file on which `text` begins, from 1.
    line: int
    text: str
    conditions: tuple[Condition, ...] = ()
    slots: tuple[Slot, ...] = ()
    tags: tuple[MergeTag, ...] = ()
    #: Items named by `/// item` and `/// testimonial` (full ids), with lines.
    refs: tuple[tuple[str, int], ...] = ()
    #: Of each of them the innermost condition that it stands inside of (index); None = everybody sees it. () = of all.
    refs_inside: tuple[int | None, ...] = ()
    #: Codes named by `/// coupon`.
    coupons: tuple[str, ...] = ()
    #: Those of them that are personal.
    personal: tuple[PersonalCode, ...] = ()

    def visible(self, segments: frozenset[str]) -> frozenset[int]:
        """Indexes of the conditions that a contact in these segments sees."""
        held = {c.index for c in self.conditions if c.holds(segments)}
        return frozenset(c.index for c in self.conditions if c.index in held and held.issuperset(c.inside))

    def shows(self, segments: frozenset[str]) -> tuple[str, ...]:
        """Items that a contact in these segments sees in it (`/// item`, `/// testimonial`), each once, in written order."""
        names = [name for name, _ in self.refs]
        if any(inside is not None for inside in self.refs_inside):
            seen: set[int | None] = {None, *self.visible(segments)}
            pairs = zip(names, self.refs_inside, strict=True)
            names = [name for name, inside in pairs if inside in seen]
        return tuple(dict.fromkeys(names))

    def public(self) -> frozenset[int]:
        """What everyone may see on the site: only `for everyone else` branches, never `for` or `not for`.

        A page reaches all, so text that leaves anybody out stays off it (fails closed).
        """
        shown = {c.index for c in self.conditions if c.word == "else"}
        return frozenset(c.index for c in self.conditions if c.index in shown and shown.issuperset(c.inside))
