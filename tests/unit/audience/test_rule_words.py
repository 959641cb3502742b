"""A rule read back in words: what it asks, with its days as dates."""

from __future__ import annotations

from datetime import date

import pytest

from topmind.audience.predicates import Env, RuleError
from topmind.audience.predicates.vocabulary import FUNCTIONS, Type
from topmind.audience.predicates.words import _TRUTHS, in_words
from topmind.model import FieldSpec

FIELDS = {"city": "text", "score": "number", "birthday": "date", "vip": "flag"}
ENV = Env(
    as_of=date(2026, 12, 1),
    fields={n: FieldSpec(name=n, table="contacts", column=n, type=t) for n, t in FIELDS.items()},
    segments=frozenset({"top-100"}),
)


@pytest.mark.parametrize(
    ("rule", "words"),
    [
        ("last_purchase() < days_ago(180)", "the last purchase is before 2026-06-04"),
        ("days_ago(180) > last_purchase()", "the last purchase is before 2026-06-04"),
        ("revenue(days => 365) > 1000", "the revenue since 2025-12-01 is more than 1000"),
        ("purchases() = 0", "the number of purchases is 0"),
        ("touches('call', days => 90) != 0", "the number of touches by call since 2026-09-02 is not 0"),
        ("last_purchase() is null", "there is no last purchase"),
        ("city is null", "city is unknown"),
        ("city is not null", "city is known"),
        ("city != 'Elm'", "city is not “Elm”, or unknown"),
        ("first_purchase() != '2026-01-01'", "the first purchase is not on 2026-01-01, or unknown"),
        ("stage in ('desire', 'action')", "stage is “desire” or “action”"),
        ("score between 1 and 2.50", "score is from 1 to 2.50"),
        ("vip", "vip is yes"),
        ("not vip", "vip is no or unknown"),
        ("vip = false", "vip is no"),
        ("bought('roof')", "bought “roof”"),
        ("not bought('roof', days => 30)", "bought no “roof” since 2026-11-01"),
        ("not bought()", "bought nothing"),
        ("not in_segment('top-100')", "is not in the segment “top-100”"),
        ("in_top(10, by => revenue())", "is among the first 10 by revenue"),
        ("birthday_in(7)", "has a birthday from 2026-12-01 to 2026-12-08"),
        ("not answered('check-in', 'not happy')", "did not answer “check-in” with “not happy”"),
        ("(vip or (city = 'Elm' and score > 3))", "(vip is yes or (city is “Elm” and score is more than 3))"),
        (
            "percentile(by => revenue(days => 365)) >= 90",
            "the percentile by revenue since 2025-12-01 is at least 90",
        ),
        ("stage_since() < days_ago(60)", "the last move of stage is before 2026-10-02"),
        ("stage_since() is null", "there is no last move of stage"),
        ("not moved_back(days => 90)", "did not move back to an earlier stage since 2026-09-02"),
        (
            "anniversary_in(7, of => first_purchase())",
            "has an anniversary of the first purchase from 2026-12-01 to 2026-12-08",
        ),
        (
            "not anniversary_in(0, of => birthday)",
            "has no anniversary of birthday from 2026-12-01 to 2026-12-01",
        ),
        ("not (vip or score < 3)", "it is not so that (vip is yes or score is less than 3)"),
        ("not (not vip)", "vip is yes"),
    ],
)
def test_a_rule_in_words(rule: str, words: str) -> None:
    """The value may stand first, `not` has words of its own, and != takes in who has no value."""
    assert in_words(rule, ENV) == words


def test_every_function_has_words() -> None:
    """A function that is added and cannot be read back shows up here."""
    assert set(_TRUTHS) == {f.name for f in FUNCTIONS.values() if f.gives is Type.TRUTH}
    for function in FUNCTIONS.values():
        said = in_words(function.example, ENV)
        assert "(" not in said, said
        assert "_" not in said, said


def test_a_wrong_rule_is_refused_in_the_words_of_the_language() -> None:
    """Not read back half."""
    with pytest.raises(RuleError, match='Did you mean "city"'):
        in_words("citty = 'Elm'", ENV)
