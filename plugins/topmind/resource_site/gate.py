"""The gate between Pelican and the public: expected, read and written must be the same, and no link be dead."""

from __future__ import annotations

from pathlib import Path
from urllib.parse import unquote, urlsplit

from topmind.resource_site.record import Record
from topmind.resource_site.site import Site


def file_of(url: str) -> str:
    """`tips/gutters/index.html` for `/tips/gutters/`."""
    path = url.lstrip("/")
    return f"{path}index.html" if not path or path.endswith("/") else path


def differences(record: Record, output: Path) -> list[str]:
    """What was expected and is missing, and what is there and was not expected; one line each."""
    site = record.site
    expected = {item.path: item.url for item in site.items} | {page.path: page.url for page in site.pages}
    lines = [f"{path}: was not read" for path in sorted(set(expected) - record.read)]
    lines += [f"{path}: was read but should not be" for path in sorted(record.read - set(expected))]
    for path, url in sorted(expected.items()):
        if file_of(url) not in record.written:
            lines.append(f"{path}: its page {url} was not written")
    return lines + _strangers(record, output)


def _strangers(record: Record, output: Path) -> list[str]:
    """Pages and sources on the disk that nobody noted."""
    found = (path.relative_to(output).as_posix() for path in sorted(output.rglob("*")) if path.is_file())
    suspect = (
        name
        for name in found
        if name not in record.written and name.endswith((".html", ".xml", ".md", ".txt"))
    )
    return [f"{name}: is in the output, but no page made it" for name in suspect if not _carried(name)]


def _carried(name: str) -> bool:
    """Copied as it is from the theme."""
    return name.startswith("theme/") and not name.endswith(".md")


def dead_links(record: Record, output: Path) -> list[str]:
    """Links and pictures of our own pages that lead to no file of the site; one line each.

    Issues of the archive are left out: they show what was sent then, and an offer may have ended since.
    """
    site = record.site
    sources = {file_of(i.url): i.path for i in site.items} | {file_of(p.url): p.path for p in site.pages}
    issues = {file_of(issue.url) for issue in site.archive}
    files = {path.relative_to(output).as_posix() for path in output.rglob("*") if path.is_file()}
    lines: list[str] = []
    for name in sorted(record.written):
        if name.endswith(".html") and name not in issues:
            bad = sorted({link for link in _links(output / name) if not _leads(link, name, files, site)})
            lines += [
                f"{sources.get(name, name)}: the link {link} leads to no page of this site" for link in bad
            ]
    return lines


def _links(path: Path) -> list[str]:
    from lxml import html

    found = (
        element.get(name) for element in html.fromstring(path.read_bytes()).iter() for name in ("href", "src")
    )
    return [link for link in found if link]


def _leads(link: str, name: str, files: set[str], site: Site) -> bool:
    parts = urlsplit(link)
    if parts.scheme or parts.netloc or not parts.path:
        return True
    path = unquote(parts.path)
    if path.startswith("/"):
        path = path.removeprefix(site.root).lstrip("/")
        segments: list[str] = []
    else:
        segments = name.split("/")[:-1]
    for part in path.split("/"):
        if part == "..":
            if not segments:
                return False
            segments.pop()
        elif part not in {"", "."}:
            segments.append(part)
    target = "/".join(segments)
    return target in files or f"{target}/index.html".lstrip("/") in files
