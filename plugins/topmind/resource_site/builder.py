"""The build: decide what is shown, run Pelican into a fresh folder, compare, then let it take the site's place."""

from __future__ import annotations

import shutil
from collections.abc import Sequence
from pathlib import Path

from topmind.errors import SiteError
from topmind.model import Catalog
from topmind.resource_site.folder import new_folder, write_manifest
from topmind.resource_site.gate import dead_links, differences
from topmind.resource_site.make import make_site
from topmind.resource_site.options import pelican_settings
from topmind.resource_site.record import Record
from topmind.resource_site.run import run_pelican
from topmind.resource_site.search import INDEX, write_index
from topmind.resource_site.site import Site
from topmind.resource_site.values import ArchivedIssue, SiteReport
from topmind.settings import Settings


def build_site(
    settings: Settings,
    catalog: Catalog,
    output: Path,
    *,
    archive: Sequence[ArchivedIssue] = (),
    search: bool = True,
    old_index: bool = False,
) -> SiteReport:
    """See `topmind.resource_site.build`."""
    output = (output if output.is_absolute() else settings.root / output).absolute()
    _keep_apart(output, settings.root)
    site = make_site(settings, catalog, archive, search=search)
    record = Record(site=site)
    try:
        with new_folder(output) as fresh:
            _write(settings, record, fresh, output if old_index else None)
            files = write_manifest(fresh, catalog.as_of.isoformat())
    except OSError as error:
        raise SiteError(
            f"the resource site could not be written: {error.strerror or error}.",
            where=str(output),
            fix="The last good site is untouched.",
        ) from error
    return SiteReport(
        output=output,
        items=len(site.items),
        pages=sum(name.endswith(".html") for name in record.written),
        files=files,
        notes=_notes(site),
    )


def _write(settings: Settings, record: Record, fresh: Path, last: Path | None) -> None:
    """Everything but the manifest, compared with what was expected; the search index of the `last` site where there
    is one. Raises SiteError with all differences."""
    wrong = run_pelican(pelican_settings(settings, record, fresh))
    wrong += differences(record, fresh)
    wrong += [] if wrong else dead_links(record, fresh)
    if wrong:
        raise SiteError(
            "the resource site was not built:\n" + "\n".join(f"  {line}" for line in wrong),
            fix="\nThe last good site is untouched.",
        )
    if not record.site.search:
        return
    if last is not None and (last / INDEX).is_dir():
        shutil.copytree(last / INDEX, fresh / INDEX)
    else:
        write_index(fresh)


def _keep_apart(output: Path, root: Path) -> None:
    """A build replaces its whole folder, so this may hold nothing of the project."""
    kept = [root, *(root / name for name in ("content", "themes", "plugins", "segments", "tests", "var"))]
    if output in kept or output in root.parents or any(folder in output.parents for folder in kept[1:]):
        raise SiteError(
            "is part of the project, and a build replaces the whole folder.",
            where=str(output),
            fix="Use `output`, or a folder outside.",
        )


def _notes(site: Site) -> tuple[str, ...]:
    if site.home:
        return ()
    return (f"{site.catalog.company.path}: there is no `site:` address, so no feeds and no sitemap.",)
