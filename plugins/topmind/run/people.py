"""Opens the sources of a project with what a run may reach: its disk, its bucket, its database, standard input."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

from topmind import audience
from topmind.audience.outside import Outside

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

    from topmind.audience import AudienceSpec
    from topmind.audience.sources import Source
    from topmind.run.load import Project
    from topmind.settings import Settings

#: One per process: what is piped in can be read once, and a run may ask twice.
_HERE = Outside()


def open_people(project: Project) -> Source:
    """The project's people and facts as of its moment; see `audience.open_source` for what is raised."""
    return open_declared(project.spec, project.settings, project.moment.as_of)


def open_declared(spec: AudienceSpec, settings: Settings, as_of: date) -> Source:
    """The same of a project that may have errors elsewhere."""
    _HERE.download, _HERE.listing = _download, _listing
    _HERE.stdin = getattr(sys.stdin, "buffer", None)
    return audience.open_source(spec, settings, as_of, _HERE)


def _download(url: str, target: Path) -> None:
    from topmind.aws.exports import download

    download(url, target)


def _listing(url: str) -> Sequence[str]:
    from topmind.aws.exports import listing

    return listing(url)
