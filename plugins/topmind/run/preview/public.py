"""The state that may be shown to everybody: made-up readers, no ledger, no contacts, no page of a person.

Contacts are not asked for even where they are at hand: what is not read cannot be written.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

from topmind.model import Clock
from topmind.run import inspect
from topmind.run import load as load_
from topmind.run.preview.watching import Current, current


def public(
    root: Path, *, as_of: str | None, clock: Clock, environ: Mapping[str, str] | None = None
) -> Current:
    """The preview without people. Raises ConfigError where the settings cannot be read."""
    seen = load_.look(root, as_of=as_of, clock=clock, environ=environ)
    made = current(seen, None, inspect.without_people(seen))
    return replace(made, mailer=replace(made.mailer, live_url="") if made.mailer else None)
