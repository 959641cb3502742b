"""What a name in `got('…')` may mean: an item, a newsletter, one issue by date or period, a step."""

from __future__ import annotations

from datetime import date

from sqlglot import exp


def got(name: str) -> tuple[exp.Expr, exp.Expr]:
    """(condition on `touches`, condition on `touch_items`) for a name as people write it."""
    source, *rest = name.strip().split("/")
    parts = [_eq("source", source)]
    if len(rest) == 1:
        parts.append(exp.or_(_eq("step", rest[0]), *_occurrence(rest[0])))
    elif rest:
        parts += [_eq("step", rest[0]), exp.or_(*_occurrence("/".join(rest[1:])))]
    touched = exp.and_(*parts)
    if len(rest) == 2:  # the n-th send of an announcement, whose source is an item: `articles/holiday-line/1`
        sent = exp.and_(_eq("source", f"{source}/{rest[0]}"), *_nth(rest[1]))
        # the second issue of one period: `wall/2026-W49/2`
        again = exp.and_(_eq("source", source), _eq("occurrence", "/".join(rest)))
        touched = exp.or_(exp.paren(touched), exp.paren(sent), exp.paren(again))
    return exp.paren(touched), _eq("item", name.strip())


def _nth(text: str) -> list[exp.Expr]:
    """An occurrence as stored, or the day it went."""
    return [exp.paren(exp.or_(*_occurrence(text)))]


def _occurrence(text: str) -> list[exp.Expr]:
    """An occurrence as stored, or the nominal day people write: its week, month or quarter, or the day it went."""
    try:
        # Python reads `2026-W49` as a Monday, too: an occurrence, not a day
        day = date.fromisoformat(text if len(text) == 10 and text[5] != "W" else "")
    except ValueError:
        return [_eq("occurrence", text)]
    year, week, _ = day.isocalendar()
    periods = [
        text,
        f"{year}-W{week:02}",
        f"{day.year}-{day.month:02}",
        f"{day.year}-Q{(day.month + 2) // 3}",
    ]
    return [
        exp.column("occurrence", quoted=True).isin(*periods),
        exp.EQ(this=exp.column("day", quoted=True), expression=exp.cast(exp.Literal.string(text), "date")),
    ]


def _eq(column: str, value: str) -> exp.Expr:
    return exp.EQ(this=exp.column(column, quoted=True), expression=exp.Literal.string(value))
