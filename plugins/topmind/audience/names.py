"""What activities and bought things are called in the source: a rule that names another would never be true."""

from __future__ import annotations

from collections.abc import Iterable

from topmind.audience.engine import Session
from topmind.audience.rules import texts
from topmind.model import Catalog

#: What a rule names without a list to look it up in → where such names stand.
_NAMED = {"did": "activities", "bought": "things"}


def words_asked(session: Session, catalog: Catalog, dated: Iterable[str]) -> dict[str, tuple[str, ...]]:
    """Function → the names that the source has for it, where a rule or one of the `dated` starts asks for one."""
    rules = [text for segment in catalog.segments.values() for text, _ in segment.who]
    rules += [*dated, *texts(catalog.sequences, catalog.items.values())]
    asked = {name: table for name, table in _NAMED.items() if any(name in rule.lower() for rule in rules)}
    return {name: _distinct(session, table) for name, table in asked.items()}


def _distinct(session: Session, table: str) -> tuple[str, ...]:
    found = session.con.execute(f"SELECT DISTINCT CAST(what AS VARCHAR) FROM {table}").fetchall()
    return tuple(sorted(name for (name,) in found if name))
