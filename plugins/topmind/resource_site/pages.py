"""`content/pages/`: read with the same front-matter reader and block scanner as items, and as strictly."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from fnmatch import fnmatch
from pathlib import Path

from topmind.catalog import front_matter, merge_tags, scanner, urls
from topmind.catalog.blocks import block_tree
from topmind.catalog.dates import read_day
from topmind.catalog.findings import Findings, Wrong, did_you_mean
from topmind.errors import ContentError
from topmind.model import Catalog, Status
from topmind.resource_site.site import Page
from topmind.settings import Settings

#: Front matter of a page; a page is for everybody or a draft, nothing between.
KEYS = ("title", "summary", "slug", "order", "status", "date", "modified")


def read_pages(settings: Settings, catalog: Catalog) -> tuple[Page, ...]:
    """Every published page, by section, order and title. Raises ContentError with all problems."""
    folder = settings.root / "content" / "pages"
    findings = Findings()
    pages = [_read(path, settings, catalog, findings) for path in sorted(folder.rglob("*.md"))]
    if findings.any_error:
        raise ContentError(findings.sorted())
    shown = (page for page in pages if page is not None)
    return tuple(sorted(shown, key=lambda page: (page.section, page.order, page.title, page.url)))


def _read(path: Path, settings: Settings, catalog: Catalog, findings: Findings) -> Page | None:
    name = path.relative_to(settings.root).as_posix()
    if any(fnmatch(name, pattern) for pattern in settings.project.exclude):
        return None
    try:
        text = front_matter.decode(path.read_bytes(), name)
    except Wrong as wrong:
        findings.error(wrong.rule, name, wrong.line, wrong.says, wrong.fix)
        return None
    head = front_matter.read(text, name, settings.project.aliases)
    findings.add(head.problems)
    values = _values(head, findings)
    body = scanner.drop_shortcodes(head.body, list(settings.project.ignore))
    scan = scanner.scan(body, name, head.body_line)
    findings.add(scan.problems)
    findings.add(merge_tags.unknown(scan.body.tags, catalog.fields, name))
    if findings.any_error or not _shown(name, values, catalog.as_of, findings):
        return None
    below = path.relative_to(settings.root / "content" / "pages")
    return Page(
        path=name,
        url=_url(below, values.get("slug", "")),
        title=values["title"],
        order=int(values.get("order", "100")),
        summary=values.get("summary", ""),
        blocks=block_tree(scan.body, scan.body.public()),
    )


def _values(head: front_matter.Head, findings: Findings) -> dict[str, str]:
    values: dict[str, str] = {}
    for key, entry in head.entries.items():
        if key not in KEYS:
            findings.error(
                "page/unknown-key", head.path, entry.line, f"a page has no {key!r}.", did_you_mean(key, KEYS)
            )
            continue
        try:
            values[key] = front_matter.text_of(entry, frozenset(KEYS)).text
        except Wrong as wrong:
            findings.error("page/value", head.path, wrong.line or entry.line, wrong.says, wrong.fix)
    if not values.get("title"):
        findings.error(
            "page/title", head.path, 1, "there is no title.", "Write `title: …` between `---` lines."
        )
    if not values.get("order", "0").isdigit():
        findings.error("page/order", head.path, head.entries["order"].line, "`order` is a whole number.")
    return values


def _shown(name: str, values: dict[str, str], day: date, findings: Findings) -> bool:
    """Published, and its day has come. A word for the status that nobody knows stops the build."""
    status = values.get("status", Status.PUBLISHED.value)
    if status not in set(Status):
        findings.error("page/status", name, 1, f"{status!r} is no status.", did_you_mean(status, Status))
        return False
    try:
        first = read_day(values["date"]) if values.get("date") else day
    except Wrong as wrong:
        findings.error("page/date", name, 1, wrong.says, wrong.fix)
        return False
    return status == Status.PUBLISHED.value and first <= day


def _url(below: Path, slug: str) -> str:
    """`docs/segments.md` is `/docs/segments/`; `docs/index.md` is `/docs/`."""
    parts: Iterable[str] = (urls.slugify(part) or "x" for part in below.parts[:-1])
    last = urls.slugify(slug or below.stem)
    return "/" + "".join(f"{part}/" for part in (*parts, *(() if below.stem == "index" else (last,))))
