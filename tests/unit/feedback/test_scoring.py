"""Opens and clicks judged together."""

from __future__ import annotations

from datetime import timedelta

from hypothesis import given
from hypothesis import strategies as st

from topmind.feedback import RULE_VERSION, score
from topmind.ledger import Mark
from topmind.model import FeedbackKind
from topmind.testing.events import SENT


def a_mark(
    seconds: float = 600, link: str = "a", family: str = "iphone", touch: str = "aa", **over: object
) -> Mark:
    """A click by what looks like a person."""
    known = {
        "touch_hex": touch,
        "kind": FeedbackKind.CLICKED,
        "detail": link,
        "at": SENT + timedelta(seconds=seconds),
        "sent": SENT,
        "family": family,
    }
    return Mark(**(known | over))  # type: ignore[arg-type]  # a test states what matters to it


def test_one_judgement_a_touch_kind_and_link() -> None:
    """Of several clicks on one link one by a person is enough; the earliest moment is named."""
    marks = [a_mark(5), a_mark(700), a_mark(900, link="b", family="robot"), a_mark(touch="bb", family="none")]
    found = [(one.touch_hex, one.detail, one.actor) for one in score(marks)]
    assert found == [("aa", "a", "human"), ("aa", "b", "machine"), ("bb", "a", "unsure")]
    assert score(marks)[0].first == marks[0].at
    assert {one.rule for one in score(marks)} == {RULE_VERSION}


def test_a_burst_is_of_one_mail() -> None:
    """Three people who click within one second are no machine."""
    assert {one.actor for one in score([a_mark(600 + n / 9, touch=f"a{n}") for n in range(3)])} == {"human"}
    assert {one.actor for one in score([a_mark(600 + n / 9, link=str(n)) for n in range(3)])} == {"machine"}


@given(
    st.permutations(
        [a_mark(s, link, family) for s in (5, 600, 600.4) for link in "ab" for family in ("iphone", "none")]
    )
)
def test_the_order_of_marks_does_not_matter(order: list[Mark]) -> None:
    """Late ones are judged like early ones."""
    found = {(one.detail, one.actor, one.first) for one in score(order)}
    assert found == {(link, "machine", SENT + timedelta(seconds=5)) for link in "ab"}
