"""Facts by the number of their contact: made once for each pair of files, so that a run joins no text.

`nr` is a contact's place in the converted contacts, which stand in the order of their ids:
    nr.purchases      nr purchase day amount
    nr.things         nr purchase day what     (items of purchases; one file per table of lines)
    nr.activities     nr day what              (one file per table of activities)
What belongs to nobody is left out and counted.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Mapping
from typing import Any

from topmind.audience.cache import VERSION, Cache, Converted
from topmind.audience.columns import quoted
from topmind.audience.spec import AudienceSpec

#: What a session finds where nothing is declared.
NONE = {
    "purchases": "NULL::INTEGER AS nr, NULL::VARCHAR AS purchase, NULL::DATE AS day, NULL::DECIMAL(18, 4) AS amount",
    "things": "NULL::INTEGER AS nr, NULL::VARCHAR AS purchase, NULL::DATE AS day, NULL::VARCHAR AS what",
    "activities": "NULL::INTEGER AS nr, NULL::DATE AS day, NULL::VARCHAR AS what",
}


def number(con: Any, spec: AudienceSpec, made: Mapping[str, Converted], cache: Cache) -> dict[str, int]:
    """Make a view `nr_purchases`, `nr_things` and `nr_activities` of the converted tables (`source_TABLE`).

    Gives how many rows of each table of facts belong to nobody.
    """
    parts: dict[str, list[Converted]] = {kind: [] for kind in NONE}
    strange = {}

    def keep(kind: str, table: str, query: str) -> Converted:
        others = ("contacts", table) if table not in spec.lines else ("contacts", "purchases", table)
        one = _numbered(con, cache, f"nr.{kind}.{table}", [made[other] for other in others], query)
        parts[kind].append(one)
        return one

    if spec.purchases:
        query = f"SELECT c.nr, p.purchase, p.day, p.amount {_owned('purchases', 'p')}"
        strange["purchases"] = made["purchases"].rows - keep("purchases", "purchases", query).rows
        if spec.purchases.items:
            query = f"SELECT c.nr, p.purchase, p.day, unnest(p.items) AS what {_owned('purchases', 'p')}"
            keep("things", "purchases", query)
    for table in spec.lines:
        owned = f"SELECT c.nr, p.purchase, p.day {_owned('purchases', 'p')}"
        query = (
            f"SELECT p.nr, p.purchase, p.day, unnest(l.items) AS what FROM source_{table} l JOIN ({owned}) p"
        )
        keep("things", table, f"{query} USING (purchase)")
    for table in spec.activities:
        query = f"SELECT c.nr, a.day, a.what {_owned(table, 'a')}"
        strange[table] = made[table].rows - keep("activities", table, query).rows
    for kind, files in parts.items():
        listed = ", ".join(quoted(str(one.parquet)) for one in files)
        rows = f"* FROM read_parquet([{listed}])" if files else f"{NONE[kind]} WHERE false"
        con.execute(f"CREATE VIEW nr_{kind} AS SELECT {rows}")
    return strange


def _owned(table: str, short: str) -> str:
    return f"FROM source_{table} {short} JOIN source_contacts c USING (contact)"


def _numbered(con: Any, cache: Cache, name: str, made: list[Converted], query: str) -> Converted:
    """The file of a query over converted tables, from the cache where these very tables were joined before."""
    pair = " ".join([str(VERSION), *(one.parquet.stem for one in made)])
    key = hashlib.blake2b(pair.encode(), digest_size=12).hexdigest()
    known = cache.find(name, key)
    if known is None:
        target = cache.path(name, key)
        temporary = target.with_name(f"{target.name}.{os.getpid()}.tmp")
        try:
            copied = con.execute(f"COPY ({query}) TO {quoted(str(temporary))} (FORMAT parquet)").fetchall()
            temporary.replace(target)
        finally:
            temporary.unlink(missing_ok=True)
        known = Converted(parquet=target, rows=copied[0][0], shape=pair)
        cache.keep(known)
    cache.now_good(name, key, known.rows)
    return known
