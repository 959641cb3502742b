"""The owner's report as a mail: sentences and small tables in the letter theme, and as plain text.

It may name customers, so names are places until the theme is compiled, as in every other mail. It is a mail to a
colleague: no unsubscribe link, no pixel, no list headers.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, time
from pathlib import Path

from topmind.brand import Brand
from topmind.mail.addresses import Addresses
from topmind.mail.cards import footer
from topmind.mail.compile import compiled_hash
from topmind.mail.pieces import ProsePiece, View
from topmind.mail.places import Places
from topmind.mail.text import TextWriter
from topmind.mail.theme import Themes
from topmind.mail.words import direction
from topmind.model import (
    Catalog,
    Channel,
    CompiledEdition,
    Edition,
    Element,
    Filter,
    MergeTag,
    Node,
    Occasion,
    SourceKind,
)

#: Its source in keys and messages; no file can have this name.
SOURCE = "@report"
#: Rows of one table; more make a mail that nobody reads.
MOST = 25


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportPart:
    """One question with its answer."""

    title: str
    says: str
    head: tuple[str, ...] = ()
    rows: tuple[tuple[str, ...], ...] = ()
    #: Columns that may name a person.
    personal: frozenset[int] = frozenset()
    more: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportMailText:
    """A compiled report and what fills its places."""

    compiled: CompiledEdition
    values: Mapping[str, object] = field(repr=False)


def report_mail(
    catalog: Catalog, brand: Brand, root: Path, summary: str, parts: Sequence[ReportPart], day: date
) -> ReportMailText:
    """The report of one day for the company's owner. Raises MailError (theme)."""
    company = catalog.company
    values: dict[str, object] = {}
    subject = f"Report: {company.dates.day(day, weekday=True)}"
    foot = footer(company, language=company.language, view="", public=True)
    why = f"You get this report because you are the owner in content/company.md of {company.name}. It names customers: do not pass it on."
    view = View(
        theme="letter",
        language=company.language,
        direction=direction(company.language),
        title=subject,
        heading="",
        line="",
        preheader=(),
        pieces=(ProsePiece(elements=tuple(_elements(subject, summary, parts, values))),),
        signature=None,
        footer=replace(foot, why=(why,)),
        site=company.site.rstrip("/"),
        company=company.name,
    )
    places = Places(f"report\x1f{day}", constants={}, name="report")
    addresses = Addresses(company.site.rstrip("/"))
    owner = catalog.team[company.owner]
    compiled = CompiledEdition(
        edition=_edition(company.language, company.owner, subject, day),
        subject=(subject,),
        preheader=(),
        html=places.split(Themes(root, brand).html(view, places, addresses)),
        text=places.split(TextWriter(places, addresses).write(view)),
        sender_name=f"{company.name} (report)",
        sender_address=company.email or owner.email,
        reply_to=owner.email,
        required=frozenset(),
        hash="",
        dates=company.dates,
    )
    return ReportMailText(compiled=replace(compiled, hash=compiled_hash(compiled)), values=values)


def _edition(language: str, owner: str, title: str, day: date) -> Edition:
    return Edition(
        occasion=Occasion(
            kind=SourceKind.STEP,
            source=SOURCE,
            step=None,
            occurrence=day.isoformat(),
            channel=Channel.EMAIL,
            title=title,
            day=day,
            at=time(0),
        ),
        items=(),
        per_slot=(),
        visible=frozenset(),
        sender=owner,
        language=language,
        contacts=(),
    )


def _elements(
    title: str, summary: str, parts: Sequence[ReportPart], values: dict[str, object]
) -> Iterator[Node]:
    yield Element("h1", children=(title,))
    yield Element("p", children=(Element("strong", children=(summary,)),))
    for number, part in enumerate(parts):
        yield Element("h2", children=(part.title,))
        yield Element("p", children=(part.says,))
        if part.rows:
            yield from _table(f"p{number}", part, values)
        if part.more:
            yield Element("p", children=(part.more,))


def _table(prefix: str, part: ReportPart, values: dict[str, object]) -> Iterator[Node]:
    """Each row is a paragraph of its own on a narrow screen: what it is, then the figures with their heads."""
    lines: list[Node] = []
    for nth, row in enumerate(part.rows[:MOST]):
        first = _cell(f"{prefix}:{nth}:0", row[0], 0 in part.personal, values)
        rest: list[Node] = []
        for column, cell in enumerate(row[1:], start=1):
            if cell in {"–", ""}:
                continue
            shown = _cell(f"{prefix}:{nth}:{column}", cell, column in part.personal, values)
            head = part.head[column] if column < len(part.head) else ""
            rest += [" · " if rest else "", f"{head} " if head and len(row) > 2 else "", shown]
        lines += [Element("br")] if lines else []
        lines += [Element("strong", children=(first,))]
        lines += [": ", *rest] if rest else []
    yield Element("p", children=tuple(node for node in lines if node != ""))
    if len(part.rows) > MOST:
        yield Element("p", children=(f"… and {len(part.rows) - MOST} more: topmind report --who",))


def _cell(name: str, text: str, personal: bool, values: dict[str, object]) -> Node:
    if not personal:
        return text
    values[name] = text
    return MergeTag(field=name, filters=(Filter("default", ("–",)),))
