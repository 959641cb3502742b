"""Rules that name a step, an answer, a code or an activity which is not there."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from topmind.checks import Facts
from topmind.checks.named import activities, answers, codes, purchases
from topmind.model import Channel, FactDate, Level, Members, PersonalCode
from topmind.testing.builders import a_body, a_catalog, a_segment, a_sequence, a_step, an_item, members

CHECK_IN = a_step("check-in", body=a_body("[Fine](answer:happy) or [no](answer:not-happy)?\n"))
CALL = a_step("call", channel=Channel.CALL)
ASKS = a_sequence("care", steps=[CHECK_IN, CALL])
COUPON = an_item("tips/t", body=a_body(personal=(PersonalCode(code="THANKS25"),)))


def told(starts: str, who: Members | None = None, **step: object) -> list[tuple[str, str]]:
    """(what is said, what to write) of a sequence that starts so, beside one that asks, and a code."""
    asked = a_sequence("after", starts_from=starts, starts_line=4, steps=[a_step(**step)])
    catalog = a_catalog(sequences=[ASKS, asked], items=[COUPON])
    facts = Facts(catalog=catalog, members=who)
    found = [*answers(facts), *codes(facts), *activities(facts), *purchases(facts)]
    assert {(p.level, p.rule) for p in found} <= {(Level.WARNING, "rules/names-nothing")}
    return [(p.says, p.fix) for p in found]


@pytest.mark.parametrize(
    ("text", "fix"),
    [
        ("answered('chek-in', 'happy')", "Did you mean 'check-in'?"),
        ("answered('care/chek-in')", "Did you mean 'care/check-in'?"),
        ("answered('care/check-in','not happpy')", "Did you mean 'not-happy'?"),
        ("answered('check-in', 'done')", "Known: happy, not-happy."),
        ("redeemed('THANKS52')", "Did you mean 'THANKS25'?"),
        ("redeemed('NOSUCHCODE')", "Known: THANKS25."),
    ],
)
def test_a_misspelt_name_is_told_with_the_nearest(text: str, fix: str) -> None:
    """It would only never be true: where a sequence starts, where a step asks, and in a segment's rule."""
    ((says, right),) = told(text)
    assert text.split("(", maxsplit=1)[0] in says
    assert (says.endswith("so it is never true."), right) == (True, fix)
    assert len(told("first_purchase()", only_if=f"not {text}")) == 1
    rule = a_segment(who=((text, 7),))
    (found,) = [
        problem
        for look in (answers, codes)
        for problem in look(Facts(catalog=a_catalog(sequences=[ASKS], items=[COUPON], segments=[rule])))
    ]
    assert (found.path, found.line) == ("segments/customers.md", 7)


@pytest.mark.parametrize(
    "text",
    [
        "answered('check-in', 'not happy')",
        "answered('care', 'happy')",
        "answered('care/call', 'no answer')",
        "answered('call', 'missed')",
        "answered('check-in')",
        "redeemed('thanks25')",
        "redeemed('CARE')",  # `{{ coupon }}` makes a code of the source's name
    ],
)
def test_what_is_there_is_right(text: str) -> None:
    """A step, a sequence, a step of a sequence; answers by word; a task's own outcomes; a code in any case."""
    assert told(text) == []


def test_what_the_ledger_remembers_is_no_mistake() -> None:
    """A step that was deleted has its answers still."""
    text = "answered('gone', 'happy')"
    facts = (FactDate(contact=0, day=date(2026, 11, 1), fact="x"),)
    assert told(text, replace(members(1), dates={text: facts})) == []
    assert len(told(text, replace(members(1), dates={text: ()}))) == 1


def test_an_activity_that_the_source_has_not() -> None:
    """Only where there are contacts: an export tells what their activities are called."""
    some = replace(members(1), words={"did": ("call", "inquiry")})
    assert told("did('inqury')", some)[0][1] == "Did you mean 'inquiry'?"
    assert told("did('Inquiry')", some) == told("did('inqury')") == []


def test_something_that_nobody_has_bought_is_told_with_the_nearest() -> None:
    """A misspelt name; one that is like no other may be new, and is left to what else is said of it."""
    some = replace(members(1), words={"bought": ("gutter's edge", "roof", "roof repair")})
    ((says, fix),) = told("bought('rof')", some)
    assert (says.startswith("bought('rof'): nobody has ever bought"), fix) == (True, "Did you mean 'roof'?")
    assert told("first_purchase()", some, only_if="bought('Roof repiar', days => 90)")[0][1].endswith(
        "'roof repair'?"
    )
    for text in ("bought('Roof')", "bought()", "bought('kitchen')", "bought('gutter''s edge')"):
        assert told(text, some) == []
    assert told("bought('rof')") == []
