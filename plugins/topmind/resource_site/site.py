"""Everything the templates need, decided before Pelican runs: what is shown, under which address, in what order."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from itertools import groupby
from urllib.parse import urlsplit

from topmind.brand import Brand
from topmind.model import Block, Catalog, Item, Kind, TeamMember
from topmind.resource_site.html import Look, picture, render
from topmind.resource_site.values import ArchivedIssue
from topmind.resource_site.visible import newest_first
from topmind.resource_site.words import KIND_WORDS


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """A file of `content/pages/`: about, contact, the docs."""

    #: File, relative to the project.
    path: str
    #: `/about/`, `/docs/segments/`.
    url: str
    title: str
    #: Smaller comes first among its neighbours.
    order: int = 100
    #: As written; "" = none.
    summary: str = ""
    #: For search engines: the summary, else the beginning of the text.
    description: str = ""
    blocks: tuple[Block, ...] = ()

    @property
    def section(self) -> str:
        """Folder below `content/pages`: "docs", "" at the top."""
        return self.path.removeprefix("content/pages/").rpartition("/")[0]


def _worth_reading(item: Item) -> bool:
    """Neither sells nor is a mere quotation."""
    return item.is_value and item.kind is not Kind.TESTIMONIAL


@dataclass(frozen=True, slots=True, kw_only=True)
class Site:
    """One build's whole content; templates read it as `site`."""

    catalog: Catalog
    brand: Brand
    name: str
    #: What the business offers its readers, in one line; "" = none.
    subtitle: str
    #: Public address without a trailing slash; "" = not known: no feeds, no sitemap.
    home: str
    #: Newest first.
    items: tuple[Item, ...]
    pages: tuple[Page, ...]
    #: Newest first.
    archive: tuple[ArchivedIssue, ...]
    #: With the search index.
    search: bool
    look: Look
    #: File of a shown item → the item.
    by_source: Mapping[str, Item] = field(default_factory=dict)
    #: Newest first.
    by_kind: Mapping[Kind, tuple[Item, ...]] = field(default_factory=dict)
    #: Newest first.
    by_tag: Mapping[str, tuple[Item, ...]] = field(default_factory=dict)
    #: File of a page → the page.
    by_page: Mapping[str, Page] = field(default_factory=dict)

    @property
    def as_of(self) -> date:
        """The company day this site shows."""
        return self.catalog.as_of

    @property
    def root(self) -> str:
        """Path below which the site stands at its public address: "", "/repository"."""
        return urlsplit(self.home).path.rstrip("/")

    @property
    def kinds(self) -> tuple[Kind, ...]:
        """Kinds that have something to show, in the order of menus."""
        return tuple(kind for kind in KIND_WORDS if self.by_kind.get(kind))

    def of_kind(self, *names: str) -> tuple[Item, ...]:
        """Items of these kinds, newest first; events by their day, promotions by their end."""
        found = [item for item in self.items if item.kind.value in names]
        if set(names) == {"event"}:
            found.sort(key=lambda i: (i.begins.isoformat() if i.begins else "", i.id))
        if set(names) == {"promotion"}:
            found.sort(key=lambda i: (i.ends or date.max, i.id))
        return tuple(found)

    def related(self, item: Item, count: int = 3) -> tuple[Item, ...]:
        """What to read next: most tags in common, then the same kind, then the newest; promotions never."""
        tags = set(item.tags)
        near = [other for tag in item.tags for other in self.by_tag.get(tag, ())]
        near += self.by_kind.get(item.kind, ())[: count + 1]
        near += self.items[: 4 * count]
        rest = {other.id: other for other in near if other.id != item.id and _worth_reading(other)}
        ranked = sorted(
            rest.values(),
            key=lambda other: (
                -len(tags & set(other.tags)),
                other.kind is not item.kind,
                *newest_first(other),
            ),
        )
        return tuple(ranked[:count])

    def summary(self, item: Item) -> str:
        """Plain text for cards, feeds and the head of the page."""
        return self.look.summaries.get(item.id, "")

    def labels(self, kind: Kind) -> tuple[str, str]:
        """(one, several): ("Tip", "Tips")."""
        return KIND_WORDS[kind]

    def body(self, item: Item, base: str) -> str:
        """HTML of an item's text with addresses below `base`."""
        return render(
            self.look.bodies.get(item.id, ()), replace(self.look, base=base.rstrip("/"), path=item.path)
        )

    def page_body(self, page: Page, base: str) -> str:
        """HTML of a page with addresses below `base`."""
        return render(page.blocks, replace(self.look, base=base.rstrip("/"), path=page.path))

    def about(self, base: str) -> str:
        """HTML of `content/company.md`'s text."""
        path = self.catalog.company.path
        return render(self.look.bodies.get(path, ()), replace(self.look, base=base.rstrip("/"), path=path))

    def image(self, src: str | None, base: str) -> str:
        """Address of a picture named in front matter; "" = none."""
        return picture(src, replace(self.look, base=base.rstrip("/"))) if src else ""

    def author(self, name: str) -> TeamMember | None:
        """The team member an item's `authors:` names, by id or by name."""
        team = self.catalog.team
        return team.get(name) or next((m for m in team.values() if m.name == name), None)

    def author_name(self, name: str) -> str:
        """How an author is shown."""
        member = self.author(name)
        return member.name if member else name

    def newsletter_title(self, newsletter: str) -> str:
        """Title of a newsletter, also of one that is not published any more."""
        known = self.catalog.newsletters.get(newsletter)
        return known.title if known else newsletter.replace("-", " ").capitalize()

    @property
    def newsletters(self) -> Mapping[str, Sequence[ArchivedIssue]]:
        """Newsletter → its issues, newest first; only those with an issue."""
        ordered = sorted(self.archive, key=lambda issue: self.newsletter_title(issue.newsletter))
        return {key: tuple(group) for key, group in groupby(ordered, key=lambda issue: issue.newsletter)}

    @property
    def menu_pages(self) -> tuple[tuple[str, str], ...]:
        """(title, address) of pages at the top level and of each section."""
        top = [(page.title, page.url) for page in self.pages if not page.section]
        sections = sorted({page.section.split("/")[0] for page in self.pages if page.section})
        return (*top, *((name.replace("-", " ").capitalize(), f"/{name}/") for name in sections))

    def neighbours(self, page: Page) -> tuple[Page, ...]:
        """Pages of the same section, in order."""
        return tuple(other for other in self.pages if page.section and other.section == page.section)

    @property
    def bare_sections(self) -> tuple[str, ...]:
        """Sections without a page of their own: they get a list."""
        urls = {page.url for page in self.pages}
        names = {page.section for page in self.pages if page.section}
        return tuple(sorted(name for name in names if f"/{name}/" not in urls))
