"""Pelican's settings of a build: what a project may choose, and what it may not."""

from __future__ import annotations

from datetime import time
from pathlib import Path
from typing import Any

from topmind.errors import SiteError
from topmind.model import Kind
from topmind.resource_site.record import Record
from topmind.resource_site.site import Site
from topmind.resource_site.visible import newest_first
from topmind.resource_site.words import plain_address
from topmind.settings import CONF, Settings

#: Key under which Pelican's settings carry the build to reader, generators and templates.
BUILD = "TOPMIND_SITE"
#: Copied as it is, whole: mails show pictures from there.
STATIC = ("images",)


def pelican_settings(settings: Settings, record: Record, output: Path) -> dict[str, Any]:
    """Settings for one run into `output`; absolute paths, nothing left to the wall clock or the locale."""
    from topmind.resource_site import plugin

    site = record.site
    theme = settings.root / str(settings.pelican.get("THEME", "themes/site"))
    if not (theme / "templates").is_dir():
        raise SiteError(
            f"THEME names {settings.pelican.get('THEME', 'themes/site')!s}, which has no folder `templates`.",
            where=CONF,
            fix="Name a folder like themes/site; `topmind init` writes one. The last good site is untouched.",
        )
    feeds = bool(site.home) and bool(site.items)
    return {
        "SITENAME": site.name,
        "SITESUBTITLE": site.subtitle,
        BUILD: record,
        "PATH": str(settings.root / "content"),
        "THEME": str(theme),
        "OUTPUT_PATH": str(output),
        "PLUGINS": [plugin],
        "PLUGIN_PATHS": [],
        "SITEURL": site.home,
        "RELATIVE_URLS": True,  # the same files serve a domain, a sub-folder of one, and the desk
        "TIMEZONE": site.catalog.company.zone,
        "DEFAULT_LANG": site.catalog.company.language,
        "LOCALE": ["C"],
        # What is read: the published folders, and of those only what our reader knows (see contents.py).
        "ARTICLE_PATHS": [kind.folder for kind in Kind],
        "PAGE_PATHS": ["pages"],
        "STATIC_PATHS": list(STATIC),
        "READERS": {},
        "FILENAME_METADATA": r"\A\Z",
        "PATH_METADATA": "",
        "EXTRA_PATH_METADATA": {},
        "DEFAULT_METADATA": {},
        "SLUGIFY_SOURCE": "basename",
        "WITH_FUTURE_DATES": True,  # visibility comes from `as_of`; the clock on the wall is not asked
        "CACHE_CONTENT": False,
        "LOAD_CONTENT_CACHE": False,
        "FORMATTED_FIELDS": [],
        "LOG_FILTER": [],
        # Where it is written. An item's address is the catalog's; a draft has none.
        "ARTICLE_TRANSLATION_ID": None,
        "PAGE_TRANSLATION_ID": None,
        "ARTICLE_ORDER_BY": _article_order,
        "PAGE_ORDER_BY": "url",
        "DRAFT_SAVE_AS": "",
        "DRAFT_PAGE_SAVE_AS": "",
        "AUTHOR_SAVE_AS": "",
        "CATEGORY_URL": "{slug}/",
        "CATEGORY_SAVE_AS": "{slug}/index.html",
        "TAG_URL": "tags/{slug}/",
        "TAG_SAVE_AS": "tags/{slug}/index.html",
        "DIRECT_TEMPLATES": ["index"],
        "TEMPLATE_PAGES": {},
        "OUTPUT_SOURCES": False,
        "DEFAULT_PAGINATION": False,
        "DELETE_OUTPUT_DIRECTORY": False,
        **dict.fromkeys(_OTHER_FEEDS),
        "FEED_ALL_ATOM": "feeds/all.atom.xml" if feeds else None,
        "CATEGORY_FEED_ATOM": "feeds/{slug}.atom.xml" if feeds else None,
        "FEED_MAX_ITEMS": 30,
        "FEED_DOMAIN": site.home,
        **_jinja(site),
    }


_OTHER_FEEDS = (
    "AUTHOR_FEED_ATOM",
    "AUTHOR_FEED_RSS",
    "CATEGORY_FEED_RSS",
    "FEED_ALL_RSS",
    "FEED_ATOM",
    "FEED_RSS",
    "TAG_FEED_ATOM",
    "TAG_FEED_RSS",
    "TRANSLATION_FEED_ATOM",
    "TRANSLATION_FEED_RSS",
)


def _article_order(article: Any) -> tuple[int, int, str]:
    return newest_first(article.item)


def _jinja(site: Site) -> dict[str, Any]:
    """Escaping on, and a name that a template misspells is an error, not a gap."""
    from jinja2 import StrictUndefined

    from topmind.resource_site.compiled import compiled

    company = site.catalog.company

    return {
        "JINJA_ENVIRONMENT": {
            "autoescape": True,
            "undefined": StrictUndefined,
            "trim_blocks": True,
            "lstrip_blocks": True,
            "extensions": [],
            "bytecode_cache": compiled(company.dates),
        },
        "JINJA_FILTERS": {
            "about": lambda shown, base: _markup(shown.about(base)),
            "event_clock": lambda item: (
                company.dates.clock(item.begins.time()) if item.begins.time() != time.min else ""
            ),
            "event_time": lambda item: company.dates.span(item.begins, item.event_ends),
            "fragment": lambda issue: _markup(issue.html),
            "item_body": lambda item, base: _markup(site.body(item, base)),
            "long_day": company.dates.day,
            "month_name": company.dates.month,
            "plain_address": plain_address,
        },
        "JINJA_GLOBALS": {"site": site, "company": company},
        "JINJA_TESTS": {},
    }


def _markup(html: str) -> Any:
    """HTML of our renderer or of mail, both of which escape: not escaped again."""
    from markupsafe import Markup

    return Markup(html)  # noqa: S704 - see above
