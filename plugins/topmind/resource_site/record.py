"""What one build did, noted while it runs: the plugin writes it, the gate reads it."""

from __future__ import annotations

from dataclasses import dataclass, field

from topmind.resource_site.site import Site


@dataclass(slots=True, kw_only=True)
class Record:
    """Travels in Pelican's settings, one per build."""

    site: Site
    #: Source files that became content.
    read: set[str] = field(default_factory=set)
    #: Files below the output that were opened for writing.
    written: set[str] = field(default_factory=set)
