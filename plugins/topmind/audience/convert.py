"""One export file → one Parquet table in our own form, with everything odd counted and nothing personal said.

Canonical columns:
    contacts    contact address name phone postal[] zone language stage since  f_FIELD…  o_CHANNEL…
    purchases   contact purchase day amount items[]
    lines       purchase items[]
    activities  contact day what
"""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from topmind.audience import columns as sql
from topmind.audience.cache import Converted, Finding
from topmind.audience.doubts import bad_values, doubled, foreign_addresses, zones
from topmind.audience.schema import Activities, Contacts, Lines, Purchases, Table
from topmind.audience.spec import AudienceSpec
from topmind.audience.staging import Raw, Reject, Unusable


def convert(
    con: Any, spec: AudienceSpec, name: str, raw: Raw, rejects: list[Reject], target: Path, shape: str
) -> Converted:
    """Make the canonical table from the staged one and write it; adds its own rejected rows to `rejects`."""
    table = spec.tables[name]
    makers: dict[type[Table], Callable[[], tuple[str, list[Finding]]]] = {
        Contacts: lambda: _contacts(con, spec, raw, rejects),
        Purchases: lambda: _purchases(con, spec, raw, rejects),
        Lines: lambda: _lines(table, raw),
        Activities: lambda: _activities(con, table, raw, rejects),
    }
    select, findings = makers[type(table)]()
    temporary = target.with_name(f"{target.name}.{os.getpid()}.tmp")
    (rows,) = con.execute(f"COPY ({select}) TO {sql.quoted(str(temporary))} (FORMAT parquet)").fetchone()
    temporary.replace(target)
    con.execute("DROP TABLE IF EXISTS good; DROP TABLE raw")
    return Converted(parquet=target, rows=rows, shape=shape, findings=tuple(findings))


def _contacts(con: Any, spec: AudienceSpec, raw: Raw, rejects: list[Reject]) -> tuple[str, list[Finding]]:
    table = spec.contacts
    assert table is not None
    _keep(con, raw, rejects, {"without an id": f"{sql.clean(raw[table.id])} IS NOT NULL"}, raw[table.id])
    values = {
        "contact": sql.clean(raw[table.id]),
        "address": sql.address(raw[table.email]),
        "name": _joined(raw.several(table.name)),
        "phone": sql.clean(raw[table.phone]) if table.phone else "NULL::VARCHAR",
        "postal": sql.parts(raw.several(table.postal)) if table.postal else "[]::VARCHAR[]",
        "zone": sql.clean(raw[table.zone]) if table.zone else "NULL::VARCHAR",
        "language": f"replace(lower({sql.clean(raw[table.language])}), '_', '-')"
        if table.language
        else "NULL::VARCHAR",
        "stage": sql.stage(raw[table.stage], table.stages) if table.stage else "NULL::VARCHAR",
        "since": sql.day(raw[table.since], table) if table.since else "NULL::DATE",
    }
    for name, field in spec.fields.items():
        column = sql.mapped(f"trim({raw[field.column]})", field.values)
        values[f"f_{name}"] = {
            "text": sql.clean(column),
            "number": sql.number(column, table, 6),
            "money": sql.number(column, table, 2),
            "date": sql.day(column, table),
            "flag": sql.flag(column),
        }[field.type]
    for channel, consent in spec.consent.items():
        if consent.column:
            values[f"o_{channel.value}"] = sql.flag(raw[consent.column])
    _typed(con, values)
    _ids_are_no_addresses(con, table)
    findings = bad_values(con, spec, table, raw)
    findings += foreign_addresses(con, raw[table.email])
    findings += zones(con) + doubled(con)
    return f"SELECT {', '.join(values)} FROM typed ORDER BY contact", findings


def _typed(con: Any, values: dict[str, str]) -> None:
    typed = ", ".join(f"{expression} AS {column}" for column, expression in values.items())
    con.execute(f"CREATE OR REPLACE TEMP TABLE typed AS SELECT {typed}, good.* FROM good")


def _ids_are_no_addresses(con: Any, table: Contacts) -> None:
    """Ids stand in links, messages and reports; an address there would be a person's data."""
    (count,) = con.execute("SELECT count(*) FROM typed WHERE contains(contact, '@')").fetchone()
    if count:
        raise Unusable(
            f'the id column "{table.id}" holds addresses ({count} rows): an id stays when an address changes, '
            "and stands where no address may."
        )


def _joined(columns: Sequence[str]) -> str:
    return (
        f"nullif(concat_ws(' ', {', '.join(sql.clean(c) for c in columns)}), '')"
        if columns
        else "NULL::VARCHAR"
    )


def _keep(con: Any, raw: Raw, rejects: list[Reject], conditions: dict[str, str], unique: str | None) -> None:
    """`good` = staged rows that fulfil every condition, the first of each `unique` value; the rest is rejected."""
    everything = f"concat_ws(' | ', {', '.join(raw.names.values())})"
    kept: list[str] = []
    for reason, condition in conditions.items():
        passed = " AND ".join([*(f"({c})" for c in kept), f"NOT coalesce({condition}, false)"])
        found = con.execute(f"SELECT nr + 1, {everything} FROM raw WHERE {passed} ORDER BY nr").fetchall()
        rejects += [Reject(line=line, reason=reason, text=text) for line, text in found]
        kept.append(condition)
    where = " AND ".join(f"({c})" for c in kept) or "true"
    if unique is None:
        con.execute(f"CREATE OR REPLACE TEMP TABLE good AS SELECT * FROM raw WHERE {where}")
        return
    key = sql.clean(unique)
    first = f"{key} IS NULL OR nr = min(nr) OVER (PARTITION BY {key})"
    con.execute(f"CREATE OR REPLACE TEMP TABLE good AS SELECT * FROM raw WHERE {where} QUALIFY {first}")
    again = con.execute(
        f"SELECT nr + 1, {everything} FROM (SELECT * FROM raw WHERE {where}) "
        "WHERE nr NOT IN (SELECT nr FROM good) ORDER BY nr"
    ).fetchall()
    rejects += [Reject(line=line, reason="an id that came before", text=text) for line, text in again]


def _purchases(con: Any, spec: AudienceSpec, raw: Raw, rejects: list[Reject]) -> tuple[str, list[Finding]]:
    table = spec.purchases
    assert table is not None
    contact, day = sql.clean(raw[table.contact]), sql.day(raw[table.date], table)
    amount = sql.number(raw[table.amount], table, 4)
    conditions = {
        "without a contact": f"{contact} IS NOT NULL",
        "a date that cannot be read": f"{day} IS NOT NULL",
        "an amount that cannot be read": f"{amount} IS NOT NULL",
    }
    _keep(con, raw, rejects, conditions, raw[table.id] if table.id else None)
    number = sql.clean(raw[table.id]) if table.id else "NULL::VARCHAR"
    items = sql.parts(raw.several(table.items), lower=True) if table.items else "[]::VARCHAR[]"
    select = (
        f"SELECT {contact} AS contact, {number} AS purchase, {day} AS day, {amount} AS amount, "
        f"{items} AS items FROM good ORDER BY contact, day, purchase"
    )
    return select, []


def _lines(table: Table, raw: Raw) -> tuple[str, list[Finding]]:
    assert isinstance(table, Lines)
    items = sql.parts(raw.several(table.items), lower=True)
    return (
        f"SELECT {sql.clean(raw[table.purchase])} AS purchase, {items} AS items FROM raw ORDER BY purchase",
        [],
    )


def _activities(con: Any, table: Table, raw: Raw, rejects: list[Reject]) -> tuple[str, list[Finding]]:
    assert isinstance(table, Activities)
    contact, day = sql.clean(raw[table.contact]), sql.day(raw[table.date], table)
    conditions = {
        "without a contact": f"{contact} IS NOT NULL",
        "a date that cannot be read": f"{day} IS NOT NULL",
    }
    _keep(con, raw, rejects, conditions, None)
    what = f"lower({sql.clean(raw[table.what])})"
    return f"SELECT {contact} AS contact, {day} AS day, {what} AS what FROM good ORDER BY contact, day", []
