"""The language of rules: what it refuses, in which words, and how it reads what it takes."""

from __future__ import annotations

from datetime import date

import pytest
from sqlglot import exp

from topmind.audience import asks_for_touches
from topmind.audience.predicates import Env, RuleError, compile_date, compile_rule, parse_rule
from topmind.audience.predicates.vocabulary import FUNCTIONS, Function
from topmind.model import FieldSpec
from topmind.testing.builders import a_segment

FIELDS = {"city": "text", "score": "number", "birthday": "date", "vip": "flag", "spent": "money"}
ENV = Env(
    as_of=date(2026, 12, 1),
    fields={n: FieldSpec(name=n, table="contacts", column=n, type=t) for n, t in FIELDS.items()},
    segments=frozenset({"top-100", "prospects"}),
)


def sql(text: str, as_of: date = ENV.as_of) -> str:
    """A rule as DuckDB reads it."""
    env = Env(as_of=as_of, fields=ENV.fields, segments=ENV.segments)
    return compile_rule(text, env).sql("duckdb")


def refusal(text: str) -> str:
    """What is said about a rule that is outside."""
    with pytest.raises(RuleError) as caught:
        compile_rule(text, ENV)
    return str(caught.value)


@pytest.mark.parametrize("function", FUNCTIONS.values(), ids=lambda f: f.name)
def test_every_example_of_the_vocabulary_is_a_rule(function: Function) -> None:
    """What an error tells people to write can be written; whether it looks at touches is known without reading it."""
    compiled = compile_rule(function.example, ENV)
    tables = {table.name for table in compiled.find_all(exp.Table)}
    asks = asks_for_touches({"one": a_segment("one", who=((function.example, 4),))})
    assert asks == bool(tables & {"touches", "touch_items"})


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("score = (select 1)", "no query inside"),
        ("city in (select city from contacts)", "no query inside"),
        ("exists (select 1)", "no query inside"),
        ("select 1", "no query inside"),
        ("read_csv('/etc/passwd') = 1", "no function read_csv()"),
        ("score = read_text('x')", "no function"),
        ("getenv('HOME') = 'x'", "no function getenv()"),
        ("revenu() > 1", 'Did you mean "revenue"?'),
        ("citty = 'x'", 'Did you mean "city"?'),
        ("first_purchase > '2026-01-01'", "Did you mean first_purchase()?"),
        ("in_segment('top-10')", 'Did you mean "top-100"?'),
        ("stage = 'acton'", 'Did you mean "action"?'),
        ("touches('cal') = 0", 'Did you mean "call"?'),
        ("city = 'a' or city = 'b' and vip", "without brackets"),
        ("vip and city = 'b' or city = 'c'", "without brackets"),
        ('city = "Alder Cove"', "text stands in single quotes. Write 'Alder Cove'."),
        ("city = 'a'; drop table contacts", "without semicolons"),
        ("vip -- and more", "no comments"),
        ("contacts.city = 'a'", "a field alone"),
        ("city like 'A%'", "what rules do not have (like)"),
        ("score + 1 > 2", "what rules do not have (add)"),
        ("score between symmetric 9 and 1", "what rules do not have (between with symmetric)"),
        ("score::int = 1", "what rules do not have (cast)"),
        ("case when vip then true end", "what rules do not have"),
        ("city = $1", "what rules do not have (placeholder)"),
        ("bought('roof', days = 30)", "Write days => 30."),
        ("bought('roof', month => 30)", "has no argument month"),
        ("bought('a', 'b')", "too many arguments"),
        ("bought(roof)", "text in single quotes"),
        ("in_segment()", "lacks its segment"),
        ("revenue(days => 1.5) > 1", "whole number"),
        ("revenue(days => 99999999) > 1", "whole number"),
        ("in_top(10, by => touches())", "ranks by revenue() or purchases()"),
        ("percentile(by => touches()) > 1", "ranks by revenue() or purchases()"),
        ("percentile(revenue()) > 1", "too many arguments"),
        ("anniversary_in(7)", "lacks its of"),
        ("anniversary_in(7, of => city)", "there is no date field city"),
        ("anniversary_in(7, of => birthdy)", 'Did you mean "birthday"?'),
        ("anniversary_in(7, of => last_touch())", "first_purchase() or last_purchase()"),
        ("anniversary_in(7, of => 'birthday')", "is a date field, first_purchase() or last_purchase()"),
        ("moved_back() = true", "already yes or no"),
        ("purchases()", "purchases() stands alone"),
        ("city", "city stands alone"),
        ("days_ago(3)", "days_ago() stands alone"),
        ("bought('roof') = true", "already yes or no"),
        ("city < 'b'", "city has no order"),
        ("score = 'ten'", "compared with a number"),
        ("last_purchase() > 'yesterday'", "compared with a date"),
        ("city = null", "Write `is null`"),
        ("revenue() is null", "never unknown"),
        ("1 = 1", "a field or a function on one side"),
        ("purchases() = revenue()", "compared with a number"),
        ("", "the rule is empty"),
        ("(vip", "cannot be read"),
        ("vip" + " and vip" * 300, "longer than"),
    ],
)
def test_what_is_outside_gets_one_clear_sentence(text: str, says: str) -> None:
    """Queries, files, casts, arithmetic, wrong types, wrong names."""
    assert says in refusal(text)


def test_a_relative_date_is_folded_from_the_day_of_the_run() -> None:
    """No rule asks the clock."""
    assert "'2026-09-02'" in sql("last_purchase() < days_ago(90)")
    assert "'2024-02-29'" in sql("last_purchase() < days_ago(1)", as_of=date(2024, 3, 1))


def test_the_value_may_stand_first() -> None:
    """`days_ago(90) > last_purchase()` is the same rule."""
    assert sql("days_ago(90) > last_purchase()") == sql("last_purchase() < days_ago(90)")


def test_quotes_of_word_processors_are_read() -> None:
    """A rule pasted from a letter."""
    assert sql("city = ‘Alder Cove’") == sql("city = 'Alder Cove'")


def test_a_quote_in_a_name_stays_text() -> None:
    """Nothing in a text becomes SQL."""
    assert "'O''Hara'')) OR TRUE --'" in sql("city = 'O''Hara'')) OR TRUE --'")


@pytest.mark.parametrize(
    ("as_of", "in_days", "leap_day"),
    [
        (date(2026, 2, 28), 0, True),
        (date(2026, 2, 27), 1, True),
        (date(2028, 2, 28), 0, False),
        (date(2028, 2, 28), 1, True),
        (date(2026, 3, 1), 7, False),
    ],
)
def test_29_february_is_kept_on_the_28th_where_the_year_has_none(
    as_of: date, in_days: int, leap_day: bool
) -> None:
    """Nobody waits four years for a birthday."""
    assert ("229" in sql(f"birthday_in({in_days})", as_of=as_of)) is leap_day


def test_equal_ones_of_a_ranking_stand_in_the_order_of_their_ids() -> None:
    """The same hundred in every engine."""
    assert 'ORDER BY SUM("amount") DESC, "nr" LIMIT 100' in sql("in_top(100, by => revenue())")


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("leaves: prospect", 'Did you mean "prospects"?'),
        ("moves: dezire", 'Did you mean "desire"?'),
        ("enters: prospect", 'Did you mean "prospects"?'),
        ("city", "city is no date"),
        ("birthdy", 'Did you mean "birthday"?'),
        ("revenue()", "cannot start a sequence"),
        ("bought('roof', days => 3)", "cannot start a sequence"),
        ("vip and vip", "gives no date"),
    ],
)
def test_what_starts_a_sequence_is_a_date(text: str, says: str) -> None:
    """Each refusal says what may stand there."""
    with pytest.raises(RuleError) as caught:
        compile_date(text, ENV)
    assert says in str(caught.value)


def test_parsing_is_remembered() -> None:
    """One tree per text: 40 rules are read once in a run."""
    assert parse_rule("vip") is parse_rule("vip")


@pytest.mark.parametrize(
    ("text", "right"),
    [
        ("enters customers", "enters: customers"),
        ("enter: customers", "enters: customers"),
        ("leave: customers", "leaves: customers"),
        ("left customers", "leaves: customers"),
        ("moved to desire", "moves: desire"),
    ],
)
def test_a_move_in_nearly_the_right_words(text: str, right: str) -> None:
    """The message has the very line to write."""
    with pytest.raises(RuleError) as caught:
        compile_date(text, ENV)
    assert caught.value.fix == f"Write `{right}`."
