"""Our parts of Pelican: the reader, the classes of its content, the writer, the generator of all other pages.

Imported by `plugin.register` only: Pelican takes a third of a second.
"""

from __future__ import annotations

import hashlib
from datetime import datetime, time
from pathlib import Path
from typing import Any, ClassVar
from zoneinfo import ZoneInfo

from markupsafe import Markup, escape
from pelican.contents import Article
from pelican.contents import Page as PelicanPage
from pelican.generators import Generator
from pelican.readers import BaseReader
from pelican.urlwrappers import Category, Tag
from pelican.writers import Writer

from topmind.errors import SiteError
from topmind.model import Item
from topmind.resource_site.extras import issue_document, sitemap
from topmind.resource_site.options import BUILD
from topmind.resource_site.site import Page, Site
from topmind.resource_site.stylesheet import icon, tokens


class CatalogReader(BaseReader):
    """Reads nothing from files: what the build decided to show is looked up by path, the rest is skipped.

    Pelican's own Markdown reader is gone, so a draft, a clients' page or a file that came in during the
    build can reach no template.
    """

    #: Empty: Pelican would register every subclass by itself.
    file_extensions: ClassVar[list[str]] = []

    def read(self, source_path: str) -> tuple[str, dict[str, Any]]:
        """(no text, metadata) of one file; `status: skip` where it has no page. The HTML is made later."""
        site: Site = self.settings[BUILD].site
        root = Path(self.settings["PATH"]).parent
        path = Path(source_path).relative_to(root).as_posix()
        item = site.by_source.get(path)
        if item is not None:
            return "", self.of_item(item, site)
        page = site.by_page.get(path)
        if page is not None:
            return "", {"title": page.title, "status": "published", "page": page, "template": "page"}
        return "", {"status": "skip"}

    def of_item(self, item: Item, site: Site) -> dict[str, Any]:
        """Metadata as Pelican's reader would give it."""
        zone = ZoneInfo(site.catalog.company.zone)
        category = Category(site.labels(item.kind)[1], self.settings)
        category.slug = item.kind.folder
        metadata = {
            "title": item.title,
            "date": datetime.combine(item.day, time(), zone),
            "status": "published",
            "slug": item.slug,
            "summary": site.summary(item),
            "category": category,
            "tags": [Tag(tag, self.settings) for tag in item.tags],
            "item": item,
        }
        if item.modified:
            metadata["modified"] = datetime.combine(item.modified, time(), zone)
        return metadata


class ItemPage(Article):
    """An item: address and template come from the catalog, the text from its block tree."""

    item: Item

    def _expand_settings(self, key: str, klass: str | None = None) -> str:
        return _address(self.item.url, key)

    def get_content(self, siteurl: str) -> Markup:
        """HTML with addresses below `siteurl`."""
        site: Site = self.settings[BUILD].site
        return Markup(site.body(self.item, siteurl))  # noqa: S704 - made by our renderer, which escapes


class TextPage(PelicanPage):
    """A file of `content/pages`."""

    page: Page

    def _expand_settings(self, key: str, klass: str | None = None) -> str:
        return _address(self.page.url, key)

    def get_content(self, siteurl: str) -> Markup:
        """HTML with addresses below `siteurl`."""
        site: Site = self.settings[BUILD].site
        return Markup(site.page_body(self.page, siteurl))  # noqa: S704 - made by our renderer, which escapes


def _address(url: str, key: str) -> str:
    """`tips/gutters/` as a link, `tips/gutters/index.html` as a file."""
    path = url.strip("/")
    if key.endswith("url"):
        return f"{path}/"
    return f"{path}/index.html"


def adopt(content: Any) -> None:
    """Give a content object of Pelican the class of what it shows, and note that it was read."""
    if hasattr(content, "item"):
        content.__class__ = ItemPage
        content.template = content.item.kind.value
        content.settings[BUILD].read.add(content.item.path)
    elif hasattr(content, "page"):
        content.__class__ = TextPage
        content.settings[BUILD].read.add(content.page.path)


class SiteWriter(Writer):
    """Pelican's writer, which notes each file, with feeds of plain titles, a language and an author."""

    def _open_w(self, filename: str, encoding: str, override: bool = False) -> Any:
        name = Path(filename).relative_to(self.output_path).as_posix()
        written = self.settings[BUILD].written
        if name in written:
            raise SiteError(
                f"two pages want the address /{name.removesuffix('index.html')}.",
                fix="Give one of them another `slug`, or another file name. The last good site is untouched.",
            )
        written.add(name)
        return super()._open_w(filename, encoding, override)

    def write_text(self, name: str, text: str) -> None:
        """Write one file that no template makes."""
        path = Path(self.output_path, name)
        path.parent.mkdir(parents=True, exist_ok=True)
        with self._open_w(str(path), "utf-8") as file:
            file.write(text)

    def _create_new_feed(self, feed_type: str, feed_title: str | None, context: Any) -> Any:
        from feedgenerator import Atom1Feed

        site: Site = self.settings[BUILD].site
        name = f"{site.name}: {feed_title}" if feed_title else site.name
        return Atom1Feed(
            title=name,
            link=f"{site.home}/",
            feed_url=self.feed_url,
            description=None,
            subtitle=site.subtitle or None,
            language=site.catalog.company.language,
            author_name=site.name,
        )

    def _add_item_to_the_feed(self, feed: Any, article: Any) -> None:
        from feedgenerator import get_tag_uri

        site: Site = self.settings[BUILD].site
        item: Item = article.item
        link = f"{site.home}{item.url}"
        feed.add_item(
            title=item.title,
            link=link,
            unique_id=get_tag_uri(link, article.date),
            description=str(escape(article.summary)) or None,
            content=str(article.get_content(site.home)),
            categories=[str(article.category), *item.tags],
            author_name=", ".join(site.author_name(name) for name in item.authors) or None,
            pubdate=article.date,
            updateddate=getattr(article, "modified", None),
        )


class OtherPages(Generator):
    """Everything that is neither item nor page: team, search, archive, 404, sitemap, style sheet."""

    def generate_context(self) -> None:
        """The style sheet comes first: its hash stands in every page, so that browsers take a new one at once."""
        site: Site = self.settings[BUILD].site
        rules = self.env.get_template("site.css").render(tokens=Markup(tokens(site.brand)))  # noqa: S704 - checked colours and fonts
        self.css = rules
        self.context["css_version"] = hashlib.sha256(rules.encode()).hexdigest()[:8]

    def generate_output(self, writer: SiteWriter) -> None:
        """Write them; runs after articles and pages, so that a clash of addresses shows as an error."""
        site: Site = self.settings[BUILD].site

        def page(template: str, url: str, **values: Any) -> None:
            writer.write_file(
                f"{url.lstrip('/')}index.html" if url.endswith("/") else url.lstrip("/"),
                self.get_template(template),
                self.context,
                relative_urls=True,
                url=url.lstrip("/"),
                **values,
            )

        for section in site.bare_sections:
            listed = tuple(p for p in site.pages if p.section == section)
            page("section", f"/{section}/", section=section, listed=listed)
        if site.catalog.team:
            page("team", "/team/")
        if site.archive:
            page("newsletters", "/newsletters/")
        for newsletter, issues in site.newsletters.items():
            page("newsletter", f"/newsletters/{newsletter}/", newsletter=newsletter, issues=issues)
        for issue in site.archive:
            whole = issue_document(issue, site)
            page("issue" if whole is None else "document", issue.url, issue=issue, document=whole)
        page("search", "/search/")
        # Served at any depth, so its addresses begin at the root.
        page("404", "/404.html", SITEURL=site.root)
        writer.write_text("theme/site.css", self.css)
        writer.write_text("theme/icon.svg", icon(site.brand, site.name))
        if site.home:
            writer.write_text("sitemap.xml", sitemap(site))
            writer.write_text("robots.txt", f"User-agent: *\nAllow: /\nSitemap: {site.home}/sitemap.xml\n")
