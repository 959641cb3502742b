"""The export files of a table → one Parquet table in our own form, with everything odd counted and nothing personal said.

Canonical columns:
    contacts    contact address name phone postal[] zone language stage since  f_FIELD…  o_CHANNEL…
    purchases   contact purchase day amount items[]
    lines       purchase items[]
    activities  contact day what

The file is read once, typed in the same pass, and streamed to disk; only contacts are held in memory.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from topmind.audience import columns as sql
from topmind.audience.cache import Converted, Finding
from topmind.audience.doubts import ids_are_no_addresses, odd_contacts
from topmind.audience.schema import Activities, Contacts, Lines, Purchases, Table
from topmind.audience.spec import AudienceSpec
from topmind.audience.staging import REJECTS, Part, Raw, Rejects, line_of_row, misfits

_TEXT, _DATE, _LIST = "NULL::VARCHAR", "NULL::DATE", "[]::VARCHAR[]"


@dataclass(frozen=True, slots=True, kw_only=True)
class Form:
    """What becomes of a table's rows."""

    #: Canonical column → SQL over the staged text.
    values: dict[str, str]
    #: Column that may not be null → why the row is left out.
    needed: dict[str, str] = field(default_factory=dict)
    #: Column whose values come once: of several files the last one's row counts, of one file the first row.
    unique: str | None = None
    #: Further columns, for findings only: name → SQL over staged text and canonical columns.
    doubts: dict[str, str] = field(default_factory=dict)


def convert(
    con: Any, spec: AudienceSpec, name: str, raws: Sequence[Raw], rejects: Rejects, target: Path, shape: str
) -> Converted:
    """Make the canonical table of one or more files and write it; adds the rows that were left out to `rejects`.

    Raises Unusable where the whole file cannot be what it is mapped to be.
    """
    table = spec.tables[name]
    forms: dict[type[Table], Callable[[], Form]] = {
        Contacts: lambda: _contacts(spec, raws[0]),
        Purchases: lambda: _purchases(spec, raws[0]),
        Lines: lambda: _lines(table, raws[0]),
        Activities: lambda: _activities(table, raws[0]),
    }
    form = forms[type(table)]()
    # contacts are looked at many times and mended; of the millions of facts nothing is held
    kind = "TABLE" if isinstance(table, Contacts) else "VIEW"
    streamed: list[Path] = []
    written = target.with_name(f"{target.name}.{os.getpid()}.tmp")
    try:
        parts: list[Part] = []
        before = 0
        for raw in raws:
            streamed.append(target.with_name(f"{target.name}.{os.getpid()}.{len(parts)}.typed.tmp"))
            rows = _copy(con, _typed(form, raw), streamed[-1])
            lines = misfits(con, rejects, raw.shown)
            parts.append(Part(raw.shown, before, tuple(sorted({*lines, *raw.gaps}))))
            before += rows
        # numbered when read back: counting rows while they are typed keeps the work on one core
        numbered = " UNION ALL ".join(
            f"SELECT file_row_number + {part.before + 1} AS nr, * EXCLUDE (file_row_number) "
            f"FROM read_parquet({sql.quoted(str(place))}, file_row_number = true)"
            for part, place in zip(parts, streamed, strict=True)
        )
        con.execute(f"CREATE OR REPLACE TEMP {kind} typed AS {numbered}")
        good, findings = _good(con, form, rejects, parts)
        if isinstance(table, Contacts):
            con.execute(f"DELETE FROM typed WHERE NOT ({good})")
            ids_are_no_addresses(con, table)
            findings += odd_contacts(con, spec, table)
        if good == "true" and not isinstance(table, Contacts) and len(streamed) == 1:
            streamed[0].replace(written)
        else:
            order = "ORDER BY contact" if isinstance(table, Contacts) else ""
            before = _copy(con, f"SELECT {', '.join(form.values)} FROM typed WHERE {good} {order}", written)
        written.replace(target)
    finally:
        con.execute(f"DROP {kind} IF EXISTS typed; DROP TABLE IF EXISTS replaced")
        for place in (*streamed, written):
            place.unlink(missing_ok=True)
    return Converted(parquet=target, rows=before, shape=shape, findings=tuple(findings))


def _copy(con: Any, query: str, place: Path) -> int:
    """Write a query's rows; how many."""
    rows: int = con.execute(f"COPY ({query}) TO {sql.quoted(str(place))} (FORMAT parquet)").fetchall()[0][0]
    return rows


def _typed(form: Form, raw: Raw) -> str:
    """Typed rows in the order of the file, why each is left out (`reason`), and then its text."""
    values = ", ".join(f"{expression} AS {column}" for column, expression in form.values.items())
    doubts = "".join(f", {expression} AS {column}" for column, expression in form.doubts.items())
    whens = " ".join(f"WHEN {c} IS NULL THEN {sql.quoted(why)}" for c, why in form.needed.items())
    reason = f"CASE {whens} END" if whens else _TEXT
    text = f"concat_ws(' | ', {', '.join(raw.names.values())})"
    return (
        f"SELECT {', '.join(form.values)}{doubts}, reason, "
        f"CASE WHEN reason IS NOT NULL THEN {text} END AS row_text FROM "
        f"(SELECT *, {reason} AS reason FROM (SELECT raw.*, {values} FROM {raw.query} AS raw))"
    )


def _good(con: Any, form: Form, rejects: Rejects, parts: Sequence[Part]) -> tuple[str, list[Finding]]:
    """The condition of rows that stay, and what is odd; what cannot be used is added to `rejects`."""
    conditions, findings = [], []

    def told(nr: int, why: str, row: str) -> tuple[int, str, str, str]:
        line, file = line_of_row(nr, parts)
        return line, why, row, file

    if form.needed:
        counts = con.execute(
            "SELECT reason, count(*) FROM typed WHERE reason IS NOT NULL GROUP BY 1 ORDER BY min(nr)"
        ).fetchall()
        if counts:
            query = (
                f"SELECT nr, reason, row_text FROM typed WHERE reason IS NOT NULL ORDER BY nr LIMIT {REJECTS}"
            )
            rows = con.execute(query).fetchall()
            rejects.add(counts, [told(*row) for row in rows])
            conditions.append("reason IS NULL")
    if form.unique:
        text = f"concat_ws(' | ', {', '.join(f't.{c}::VARCHAR' for c in form.values)})"
        # which of the files a row is of, from 0
        file = " + ".join(["0", *(f"CAST(t.nr > {part.before} AS INTEGER)" for part in parts[1:])])
        keyed = (
            f"SELECT t.nr, t.{form.unique} AS key, {file} AS file FROM typed t "
            f"WHERE t.reason IS NULL AND t.{form.unique} IS NOT NULL"
        )
        again = con.execute(
            f"SELECT t.nr, {text} FROM typed t JOIN (SELECT key, file, min(nr) AS first FROM ({keyed}) "
            f"GROUP BY key, file HAVING count(*) > 1) d "
            f"ON t.{form.unique} = d.key AND {file} = d.file AND t.nr > d.first WHERE t.reason IS NULL ORDER BY t.nr"
        ).fetchall()
        if again:
            why = "an id that came before"
            rejects.add([(why, len(again))], [told(nr, why, row) for nr, row in again[:REJECTS]])
            conditions.append(f"nr NOT IN ({', '.join(str(nr) for nr, _ in again)})")
        if len(parts) > 1:
            query = f"SELECT nr FROM ({keyed}) QUALIFY file < max(file) OVER (PARTITION BY key)"
            ((count,),) = con.execute(f"CREATE OR REPLACE TEMP TABLE replaced AS {query}").fetchall()
            if count:
                conditions.append("nr NOT IN (SELECT nr FROM replaced)")
                findings.append(_replaced(count))
    return " AND ".join(conditions) or "true", findings


def _replaced(count: int) -> Finding:
    rows = f"{count} rows have an id that a later" if count > 1 else "1 row has an id that a later"
    return Finding(
        rule="source/replaced", level="info", says=f"{rows} file has, too: the later file's row counts."
    )


def _contacts(spec: AudienceSpec, raw: Raw) -> Form:
    table = spec.contacts
    assert table is not None
    language, zone = _TEXT, _TEXT
    if table.language:
        language = sql.clean(sql.mapped(f"trim({raw[table.language]})", table.languages))
        language = f"replace(lower({language}), '_', '-')"
    if table.zone:
        zone = sql.clean(sql.mapped(f"trim({raw[table.zone]})", table.zones))
    values = {
        "contact": sql.clean(raw[table.id]),
        "address": sql.address(raw[table.email]),
        "name": _joined(raw.several(table.name)),
        "phone": sql.clean(raw[table.phone]) if table.phone else _TEXT,
        "postal": sql.parts(raw.several(table.postal)) if table.postal else _LIST,
        "zone": zone,
        "language": language,
        "stage": sql.stage(raw[table.stage], table.stages) if table.stage else _TEXT,
        "since": sql.day(raw[table.since], table) if table.since else _DATE,
    }
    filled = {"stage": table.stage, "since": table.since}
    for name, declared in spec.fields.items():
        column = sql.mapped(f"trim({raw[declared.column]})", declared.values)
        values[f"f_{name}"] = {
            "text": sql.clean(column),
            "number": sql.number(column, table, 6),
            "money": sql.number(column, table, 2),
            "date": sql.day(column, table),
            "flag": sql.flag(column),
        }[declared.type]
        filled[f"f_{name}"] = declared.column if declared.type != "text" else None
    for channel, consent in spec.consent.items():
        if consent.column:
            values[f"o_{channel.value}"] = sql.flag(
                sql.mapped(f"trim({raw[consent.column]})", consent.values)
            )
            filled[f"o_{channel.value}"] = consent.column
    doubts = {
        f"odd_{column}": f"({column} IS NULL AND {sql.clean(raw[source])} IS NOT NULL)"
        for column, source in filled.items()
        if source
    }
    doubts["odd_address"] = f"CASE WHEN address IS NULL THEN {sql.clean(raw[table.email])} END"
    return Form(values=values, needed={"contact": "without an id"}, unique="contact", doubts=doubts)


def _joined(columns: Sequence[str]) -> str:
    if not columns:
        return _TEXT
    return f"nullif(concat_ws(' ', {', '.join(sql.clean(c) for c in columns)}), '')"


def _purchases(spec: AudienceSpec, raw: Raw) -> Form:
    table = spec.purchases
    assert table is not None
    return Form(
        values={
            "contact": sql.clean(raw[table.contact]),
            "purchase": sql.clean(raw[table.id]) if table.id else _TEXT,
            "day": sql.day(raw[table.date], table),
            "amount": sql.number(raw[table.amount], table, 4),
            "items": sql.parts(raw.several(table.items), lower=True) if table.items else _LIST,
        },
        needed={
            "contact": "without a contact",
            "day": "a date that cannot be read",
            "amount": "an amount that cannot be read",
        },
        unique="purchase" if table.id else None,
    )


def _lines(table: Table, raw: Raw) -> Form:
    assert isinstance(table, Lines)
    items = sql.parts(raw.several(table.items), lower=True)
    return Form(
        values={"purchase": sql.clean(raw[table.purchase]), "items": items},
        needed={"purchase": "without a purchase"},
    )


def _activities(table: Table, raw: Raw) -> Form:
    assert isinstance(table, Activities)
    return Form(
        values={
            "contact": sql.clean(raw[table.contact]),
            "day": sql.day(raw[table.date], table),
            "what": f"lower({sql.clean(raw[table.what])})",
        },
        needed={"contact": "without a contact", "day": "a date that cannot be read"},
    )
