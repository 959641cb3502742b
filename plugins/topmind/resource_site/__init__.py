"""The resource site: Pelican, run in this process, behind a gate that fails closed.

Light to import: `pelicanconf.py` of every project imports the plugin from here, in every command.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from topmind.resource_site.values import ArchivedIssue, SiteReport

if TYPE_CHECKING:
    from topmind.model import Catalog
    from topmind.settings import Settings

__all__ = ["ArchivedIssue", "SiteReport", "build"]


def build(
    settings: Settings,
    catalog: Catalog,
    output: Path,
    *,
    archive: Sequence[ArchivedIssue] = (),
    search: bool = True,
    old_index: bool = False,
) -> SiteReport:
    """Build the site as of the catalog's day into `output` (relative: below the project), whole or not at all.

    Shown is what `visible.is_public` says; equal input gives byte-identical files. `archive` are sent issues.
    With `old_index` the search index of the last site is kept, where there is one: a second less. The folder is replaced by renaming; with it goes `.topmind/manifest.json`.

    Raises SiteError where anything Pelican says is a warning or worse, where the items expected, read and
    written differ, where a link leads nowhere or two pages want one address: all of it listed, the last good
    site untouched.
    """
    from topmind.resource_site.builder import build_site

    return build_site(settings, catalog, output, archive=archive, search=search, old_index=old_index)
