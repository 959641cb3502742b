"""Opens the sources of a project with what a run may reach: its disk, its bucket, its database, standard input."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

from topmind import audience
from topmind.audience.outside import Outside

if TYPE_CHECKING:
    from topmind.audience.sources import Source
    from topmind.run.load import Project

#: One per process: what is piped in can be read once, and a run may ask twice.
_HERE = Outside()


def open_people(project: Project) -> Source:
    """The project's people and facts as of its moment; see `audience.open_source` for what is raised."""
    _HERE.download = _download
    _HERE.stdin = getattr(sys.stdin, "buffer", None)
    return audience.open_source(project.spec, project.settings, project.moment.as_of, _HERE)


def _download(url: str, target: Path) -> None:
    from topmind.aws.exports import download

    download(url, target)
