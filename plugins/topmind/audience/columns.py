"""SQL (DuckDB) that turns text as exports write it into typed values; null where it cannot be one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from topmind.audience.schema import Table
from topmind.model import Stage

#: Letters between the dots of what stands before the @ (RFC 5322).
_ATOM = r"[a-z0-9!#$%&'*+/=?^_`{|}~-]+"
#: An address that mail servers take, lower case, with a dot in the domain.
ADDRESS = rf"{_ATOM}([.]{_ATOM})*@[a-z0-9-]+([.][a-z0-9-]+)+"
#: How a moment says that it is one anywhere: Z, +01, +0100, +01:00.
_OFFSET = "([Zz]|[+-][0-9]{2}(:?[0-9]{2})?)$"
#: Words for yes and no that exports use.
YES = ("yes", "y", "true", "t", "1", "x", "on", "opt-in", "opted in", "subscribed")
NO = ("no", "n", "false", "f", "0", "off", "opt-out", "opted out", "unsubscribed")


def quoted(text: str) -> str:
    """A text as SQL writes it."""
    return "'" + text.replace("'", "''") + "'"


def texts(values: Sequence[str]) -> str:
    """Several, for IN."""
    return ", ".join(quoted(value) for value in values)


def clean(column: str) -> str:
    """Text without space around it; empty is null."""
    return f"nullif(trim({column}), '')"


def mapped(column: str, values: Mapping[str, str]) -> str:
    """Text with the declared values put in place of the source's."""
    whens = " ".join(f"WHEN {quoted(old)} THEN {quoted(new)}" for old, new in values.items())
    return f"CASE {column} {whens} ELSE {column} END" if values else column


def day(column: str, table: Table) -> str:
    """A date: ISO, or as `dates` says. With a time of day it is the day as written; with an offset from UTC, too, the
    day on which that moment was in the session's zone."""
    if table.dates:
        return f"CAST(try_strptime(trim({column}), {quoted(table.dates)}) AS DATE)"
    text = f"trim({column})"
    iso = f"substr({text}, 5, 1) = '-' AND substr({text}, 8, 1) = '-' AND substr({text}, 11, 1) IN ('', ' ', 'T')"
    moment = f"length({text}) > 16 AND regexp_matches({text}, '{_OFFSET}')"
    there = f"CASE WHEN {moment} THEN CAST(TRY_CAST({text} AS TIMESTAMPTZ) AS DATE) END"
    slow = f"CASE WHEN {iso} THEN coalesce({there}, TRY_CAST(left({text}, 10) AS DATE)) END"
    # most exports write plain ISO days: looking at each by position doubles the time of ten million rows;
    # strptime skips spaces, so it is asked of texts without one only
    whole = f"length({column}) = 10 AND NOT contains({column}, ' ')"
    plain = f"CASE WHEN {whole} THEN CAST(try_strptime({column}, '%Y-%m-%d') AS DATE) END"
    return f"coalesce({plain}, {slow})"


def number(column: str, table: Table, decimals: int) -> str:
    """A DECIMAL, never a float: groups of thousands and a currency sign may stand in it."""
    bare = f"regexp_replace(trim({column}), '^([-+]?)\\s*[$€£]?\\s*|\\s*[$€£]$', '\\1', 'g')"
    group, point = (",", ".") if table.decimal == "." else (".", ",")
    plain = rf"[-+]?(\d+|\d{{1,3}}([{group}]\d{{3}})+)([{point}]\d+)?"
    joined = f"replace(replace({bare}, '{group}', ''), '{point}', '.')"
    slow = (
        f"CASE WHEN regexp_full_match({bare}, {quoted(plain)}) "
        f"THEN TRY_CAST({joined} AS DECIMAL(18, {decimals})) END"
    )
    if table.decimal == ",":
        return slow
    # most exports write plain numbers: only what is not one is looked at again
    return f"coalesce(TRY_CAST({column} AS DECIMAL(18, {decimals})), {slow})"


def flag(column: str) -> str:
    """Yes or no, in the words exports use."""
    word = f"lower(trim({column}))"
    return f"CASE WHEN {word} IN ({texts(YES)}) THEN true WHEN {word} IN ({texts(NO)}) THEN false END"


def stage(column: str, stages: Mapping[str, Stage]) -> str:
    """A stage by its own name or by the declared map."""
    word = mapped(f"trim({column})", {old: new.value for old, new in stages.items()})
    return f"CASE WHEN lower({word}) IN ({texts([s.value for s in Stage])}) THEN lower({word}) END"


def address(column: str) -> str:
    """A plain ASCII address in its one form; null for all others (see `convert.foreign_addresses`)."""
    low = f"lower(trim({column}))"
    return f"CASE WHEN regexp_full_match({low}, {quoted(ADDRESS)}) THEN {low} END"


def parts(columns: Sequence[str], *, lower: bool = False) -> str:
    """Several columns as one list of what is filled."""
    filled = [f"lower({clean(c)})" if lower else clean(c) for c in columns]
    # joined lists: filtering one list with a lambda costs three times as much
    return " || ".join(f"CASE WHEN {v} IS NULL THEN []::VARCHAR[] ELSE [{v}] END" for v in filled)
