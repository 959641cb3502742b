"""Which items the site shows on a day: the one rule that pages, indexes, feeds and search share."""

from __future__ import annotations

from datetime import date

from topmind.model import Access, Catalog, Item, Kind, Where


def is_public(item: Item, day: date) -> bool:
    """Whether everybody may read this item on this company day.

    For the site, open to all, with a page, and live, which means published, begun and not over: what may not
    be offered any more (an ended promotion, a past event, `use: until`) leaves the site the next morning; its
    address then shows the 404 page, which says so. A testimonial also needs the person's permission.
    """
    return (
        Where.SITE in item.where
        and item.access is Access.PUBLIC
        and bool(item.url)
        and item.live(day)
        and (item.kind is not Kind.TESTIMONIAL or item.permission is True)
    )


def newest_first(item: Item) -> tuple[int, int, str]:
    """Order of every listing: newest, then priority, then id; never the order of the file system."""
    return (-item.day.toordinal(), item.priority, item.id)


def public_items(catalog: Catalog) -> tuple[Item, ...]:
    """What the site shows as of the catalog's day, newest first."""
    shown = (item for item in catalog.items.values() if is_public(item, catalog.as_of))
    return tuple(sorted(shown, key=newest_first))
