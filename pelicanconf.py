"""The sample company's site: Pelican's own settings, and topmind's in one dict.

`topmind build` takes from here what a business may choose: SITENAME, SITESUBTITLE, SITEURL (else `site:` of
content/company.md) and THEME. Everything that decides what may be read and published is set by topmind.
"""

from topmind.resource_site import plugin

SITENAME = "Harbor & Pine Home Services"
SITESUBTITLE = "What your house would tell you, if it could talk"
SITEURL = ""
TIMEZONE = "America/New_York"
DEFAULT_LANG = "en"
PATH = "content"
THEME = "themes/site"
PLUGINS = [plugin]
# Read by topmind alone: without its plugin Pelican finds nothing to publish.
READERS = dict.fromkeys(["md", "markdown", "mkd", "mdown", "rst", "html", "htm"])
DRAFT_SAVE_AS = ""
DRAFT_PAGE_SAVE_AS = ""

TOPMIND = {
    # The sample is a story that happens on one Tuesday: commands without --as-of use this day.
    "as_of": "2026-12-01",
    "ledger": "harbor-and-pine",
}
