"""The archive's documents and the sitemap."""

from __future__ import annotations

import re
from html import escape

from markupsafe import Markup

from topmind.resource_site.site import Site
from topmind.resource_site.values import ArchivedIssue

_BODY = re.compile(r"<body\b[^>]*>", re.IGNORECASE)
_BAR = '<nav class="topmind-bar" aria-label="Archive"><a href="{up}/newsletters/{name}/">All issues of {title}</a></nav>'
_STYLE = (
    "<style>.topmind-bar{{font:16px/1.5 {font};padding:12px 20px;background:{light.surface};border-bottom:1px solid "
    "{light.line}}}.topmind-bar a{{color:{light.accent}}}@media(prefers-color-scheme:dark){{.topmind-bar"
    "{{background:{dark.surface};border-color:{dark.line}}}.topmind-bar a{{color:{dark.accent}}}}}</style>"
)


def issue_document(issue: ArchivedIssue, site: Site) -> Markup | None:
    """A whole mail as a page, or None where the issue is a fragment, which takes the site's own frame.

    The mail is kept as it was but for a bar that leads back, a landmark around its text, the site's icon, its
    canonical address, and links to our own pages made relative.
    """
    start = _BODY.search(issue.html)
    if start is None:
        return None
    up = "../../.."  # newsletters/NAME/DATE/
    bar = _BAR.format(up=up, name=issue.newsletter, title=escape(site.newsletter_title(issue.newsletter)))
    at = issue.html.lower().rfind("</body>")
    at = at if at >= start.end() else len(issue.html)
    html = f"{issue.html[: start.end()]}{bar}<main>{issue.html[start.end() : at]}</main>{issue.html[at:]}"
    head = f'<link rel="icon" href="{up}/theme/icon.svg">' + _STYLE.format(
        font=site.brand.type.body, light=site.brand.light, dark=site.brand.dark
    )
    if site.home:
        html = html.replace(f'"{site.home}/', f'"{up}/').replace(f'"{site.home}"', f'"{up}/"')
        head += f'<link rel="canonical" href="{escape(site.home + issue.url)}">'
    return Markup(html.replace("</head>", f"{head}</head>", 1))  # noqa: S704 - compiled by mail, which escapes


def sitemap(site: Site) -> str:
    """`sitemap.xml`; days come from the content, never from the clock."""
    entries = [("/", max((item.day for item in site.items), default=site.as_of).isoformat())]
    entries += [(item.url, (item.modified or item.day).isoformat()) for item in site.items]
    entries += [(page.url, "") for page in site.pages]
    entries += [(f"/{kind.folder}/", "") for kind in site.kinds]
    entries += [
        (f"/newsletters/{name}/", issues[0].day.isoformat()) for name, issues in site.newsletters.items()
    ]
    entries += [(issue.url, issue.day.isoformat()) for issue in site.archive]
    lines = "".join(
        f"<url><loc>{escape(site.home + url)}</loc>{f'<lastmod>{day}</lastmod>' if day else ''}</url>\n"
        for url, day in entries
    )
    return (
        '<?xml version="1.0" encoding="utf-8"?>\n'
        f'<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">\n{lines}</urlset>\n'
    )
