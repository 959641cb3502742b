"""From settings, catalog and archive to the site that will be written."""

from __future__ import annotations

from collections.abc import Sequence

from topmind import brand
from topmind.catalog.blocks import block_tree
from topmind.catalog.coupons import personal_codes
from topmind.catalog.text import summary
from topmind.model import Block, Catalog, Company, Item, Kind
from topmind.resource_site.html import Look
from topmind.resource_site.pages import read_pages
from topmind.resource_site.site import Site
from topmind.resource_site.values import ArchivedIssue
from topmind.resource_site.visible import public_items
from topmind.settings import Settings


def make_site(
    settings: Settings, catalog: Catalog, archive: Sequence[ArchivedIssue], *, search: bool
) -> Site:
    """Decide everything that a build shows. Raises ContentError where a page or body is wrong, ConfigError
    where the brand is."""
    company = catalog.company
    items = public_items(catalog)
    pages = read_pages(settings, catalog)
    home = str(settings.pelican.get("SITEURL") or company.site).rstrip("/")
    bodies = {item.id: _public(item) for item in items}
    bodies[company.path] = block_tree(company.about, company.about.public())
    shown = {item.url for item in items}
    look = Look(
        home=home,
        urls={item.path: item.url for item in catalog.items.values()}
        | {page.path: page.url for page in pages},
        closed=frozenset({item.url for item in catalog.items.values() if item.url} - shown),
        items={item.id: item for item in items},
        summaries={item.id: summary(item) for item in items},
        bodies=bodies,
        values=_for_everybody(company, home),
        personal=frozenset(personal_codes(catalog)),
    )
    return Site(
        catalog=catalog,
        brand=brand.load(settings.root),
        name=str(settings.pelican.get("SITENAME") or company.name),
        subtitle=str(settings.pelican.get("SITESUBTITLE") or ""),
        home=home,
        items=items,
        pages=pages,
        archive=tuple(sorted(archive, key=lambda issue: (-issue.day.toordinal(), issue.url))),
        search=search and bool(items or pages),
        look=look,
        by_source={item.path: item for item in items},
        by_kind={kind: tuple(item for item in items if item.kind is kind) for kind in Kind},
        by_tag=_by_tag(items),
        by_page={page.path: page for page in pages},
    )


def _by_tag(items: Sequence[Item]) -> dict[str, tuple[Item, ...]]:
    found: dict[str, list[Item]] = {}
    for item in items:
        for tag in item.tags:
            found.setdefault(tag, []).append(item)
    return {tag: tuple(tagged) for tag, tagged in found.items()}


def _public(item: Item) -> tuple[Block, ...]:
    return block_tree(item.body, item.body.public())


def _for_everybody(company: Company, home: str) -> dict[str, str]:
    """Built-in merge tags whose value is no person's."""
    return {
        "company_name": company.name,
        "company_phone": company.phone or "",
        "company_email": company.email or "",
        "company_site": home,
    }
