"""What `PLUGINS = [plugin]` names. Light: every command runs `pelicanconf.py`, which imports this module; Pelican
itself is imported only when it calls `register`.

Signals stay connected for the life of the process, so each handler looks at the settings of the run that sent
the signal: whatever a build needs travels in those.
"""

from __future__ import annotations

from typing import Any

from topmind.errors import SiteError


def register() -> None:
    """Connect to Pelican's signals; connecting the same functions again changes nothing."""
    from pelican.plugins import signals

    signals.initialized.connect(refuse_bare_run)
    signals.readers_init.connect(our_reader_alone)
    signals.content_object_init.connect(our_classes)
    signals.get_generators.connect(our_generators)
    signals.get_writer.connect(our_writer)


def _is_ours(settings: Any) -> bool:
    return "TOPMIND_SITE" in settings


def refuse_bare_run(pelican: Any) -> None:
    """`pelican` by itself knows neither day nor catalog and fails open: only `topmind build` may build."""
    if not _is_ours(pelican.settings):
        raise SiteError(
            "Pelican was started by itself, without the checks of this project.",
            fix="Build the site with `topmind build`.",
        )


def our_reader_alone(readers: Any) -> None:
    """No format but ours is read."""
    from pelican.readers import BaseReader

    from topmind.resource_site.contents import CatalogReader

    if _is_ours(readers.settings):
        readers.reader_classes = {"static": BaseReader, "md": CatalogReader}


def our_classes(content: Any) -> None:
    """Items and pages get their address and text from the catalog."""
    from topmind.resource_site.contents import adopt

    if _is_ours(content.settings):
        adopt(content)


def our_generators(pelican: Any) -> Any:
    """The generator of everything that is neither item nor page."""
    from topmind.resource_site.contents import OtherPages

    return OtherPages if _is_ours(pelican.settings) else None


def our_writer(pelican: Any) -> Any:
    """The writer that notes what it writes."""
    from topmind.resource_site.contents import SiteWriter

    return SiteWriter if _is_ours(pelican.settings) else None
