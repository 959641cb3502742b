"""The sample company's site: Pelican's own settings, and topmind's in one dict."""

from topmind.resource_site import plugin

SITENAME = "Harbor & Pine Home Services"
SITEURL = ""
TIMEZONE = "America/New_York"
DEFAULT_LANG = "en"
PATH = "content"
THEME = "themes/site"
PLUGINS = [plugin]

TOPMIND = {
    # The sample is a story that happens on one Tuesday: commands without --as-of use this day.
    "as_of": "2026-12-01",
    "ledger": "harbor-and-pine",
}
