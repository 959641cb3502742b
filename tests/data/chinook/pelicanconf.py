"""A record shop's own export as a project: nothing of the export is renamed or copied."""

from topmind.resource_site import plugin

SITENAME = "Chinook Records"
SITEURL = ""
TIMEZONE = "America/Edmonton"
DEFAULT_LANG = "en"
PATH = "content"
THEME = "../../../themes/site"
PLUGINS = [plugin]

TOPMIND = {
    "as_of": "2025-12-22",
    "ledger": "chinook-records",
}
