"""What the log needs to know of the ledger's tables: keys, unique columns, and which columns are personal."""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass

#: Columns that never leave `people/` objects: who somebody is, and what they wrote. Table → (its column with the
#: person's number, personal columns). Everything else is numbers, days, states, HMACs and names of content.
PERSONAL: dict[str, tuple[str, tuple[str, ...]]] = {
    "people": ("id", ("contact", "address", "name", "phone", "postal")),
    "answers": ("person", ("comment",)),
    "notes": ("person", ("text",)),
    "stage_words": ("person", ("why",)),
}
#: In place of a personal value that is not at hand; unique where the column is.
_BLANK = {("people", "contact"): "'#' || id"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """One table of the ledger."""

    name: str
    #: Primary key, in its order.
    key: tuple[str, ...]
    #: All other columns, in their order.
    others: tuple[str, ...]
    #: Of these, columns of other unique indexes: two rows may pass a value on to each other in one transaction.
    unique: frozenset[str]
    #: Of these, personal ones; `person` is the key column with the person's number, "" = the table has none.
    personal: tuple[str, ...]
    person: str
    #: SQL of the value each personal column has while it is not at hand.
    blank: tuple[str, ...]

    @property
    def columns(self) -> tuple[str, ...]:
        """Key, then the others."""
        return (*self.key, *self.others)

    @property
    def public(self) -> tuple[str, ...]:
        """What may stand in the log: key, and what is not personal of the others."""
        return tuple(name for name in self.columns if name not in self.personal)


def tables(db: sqlite3.Connection) -> dict[str, Table]:
    """Every table of the ledger as it is now, by name."""
    names = db.execute(
        "SELECT name FROM main.sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'"
    )
    return {name: _table(db, name) for name in sorted(name for (name,) in names)}


def _table(db: sqlite3.Connection, name: str) -> Table:
    info = db.execute(
        'SELECT name, pk, coalesce(dflt_value, "") FROM pragma_table_info(?)', (name,)
    ).fetchall()
    key = tuple(column for column, pk, _ in sorted(info, key=lambda row: row[1]) if pk)
    assert key, name
    defaults = {column: default for column, _, default in info}
    person, personal = PERSONAL.get(name, ("", ()))
    return Table(
        name=name,
        key=key,
        others=tuple(column for column, pk, _ in info if not pk),
        unique=frozenset(_unique(db, name)),
        personal=personal,
        person=person,
        blank=tuple(_BLANK.get((name, column)) or defaults[column] for column in personal),
    )


def _unique(db: sqlite3.Connection, name: str) -> list[str]:
    """Columns of unique indexes besides the primary key's."""
    found = db.execute(
        "SELECT c.name FROM pragma_index_list(?) i, pragma_index_info(i.name) c WHERE i.\"unique\" AND i.origin <> 'pk'",
        (name,),
    )
    return [column for (column,) in found]
