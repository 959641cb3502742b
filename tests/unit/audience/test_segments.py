"""Segments for people, and the rules of a project checked without any people."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from topmind.audience import check, explain, members, sample, segment_report
from topmind.errors import AudienceError, UsageError
from topmind.model import Level, Stage
from topmind.testing.builders import (
    TODAY,
    a_catalog,
    a_history,
    a_promise,
    a_segment,
    a_sequence,
    a_step,
    an_item,
)

if TYPE_CHECKING:
    from conftest import Project  # type: ignore[attr-defined]

SPEC = """
[tables.contacts]
file = "contacts.csv"
id = "id"
email = "email"
[fields.town]
column = "town"
[fields.size]
column = "size"
type = "number"
"""
CONTACTS = "id,email,town,size\n1,,Elm,5\n2,,Elm,1\n3,,Oak,9\n4,,,\n"
BIG = a_segment("big", title="Big ones", who=(("town = 'Elm'", 4), ("size > 3", 5)), promise=a_promise())


@pytest.fixture
def filled(project: Project) -> Project:
    """Four people in two towns."""
    project.file("contacts.csv", CONTACTS)
    return project.spec(SPEC)


def test_a_report_counts_after_each_line(filled: Project) -> None:
    """Size, share of all, the promise in words."""
    with filled.open() as source:
        (row,) = segment_report(source, a_catalog(segments=[BIG]), a_history(), TODAY)
    assert (row.name, row.title, row.size, row.share) == ("big", "Big ones", 1, 0.25)
    assert [(c.text, c.line, c.left) for c in row.clauses] == [("town = 'Elm'", 4, 2), ("size > 3", 5, 1)]
    assert row.promise == (
        "1 valuable touch every 30 days; at most 2 emails per week; at most 200 touches per year; "
        "3 value items per promotion"
    )


def test_one_contact_is_explained_line_by_line(filled: Project) -> None:
    """True or false for each."""
    catalog = a_catalog(segments=[BIG])
    with filled.open() as source:
        told = {
            contact: [held.true for held in explain(source, catalog, a_history(), TODAY, "big", contact)]
            for contact in "1234"
        }
        with pytest.raises(UsageError, match='Did you mean "big"'):
            explain(source, catalog, a_history(), TODAY, "bigg", "1")
        with pytest.raises(UsageError, match="no contact with this id"):
            explain(source, catalog, a_history(), TODAY, "big", "5")
    assert told == {"1": [True, True], "2": [True, False], "3": [False, True], "4": [False, False]}


def test_a_wrong_rule_stops_with_file_and_line(filled: Project) -> None:
    """Where nobody ran the check before."""
    catalog = a_catalog(segments=[a_segment("x", who=(("twon = 'Elm'", 7),))])
    with filled.open() as source, pytest.raises(AudienceError) as caught:
        segment_report(source, catalog, a_history(), TODAY)
    assert str(caught.value) == 'segments/x.md:7: there is no field twon. Did you mean "town"?'
    catalog = a_catalog(segments=[a_segment("x", who=(("age > 60", 7),))])
    with filled.open() as source, pytest.raises(AudienceError, match=r"no field age\. Known: .*stage"):
        segment_report(source, catalog, a_history(), TODAY)


def test_check_finds_every_wrong_rule_at_once(filled: Project) -> None:
    """Segments, sequences, steps and items, each with its file."""
    segments = [
        a_segment("a", who=(("town = 'x'", 4), ("(select 1) = 1", 5))),
        a_segment("b", who=(("in_segment('c')", 4),)),
        a_segment("c", who=(("in_segment('b')", 4),)),
    ]
    sequence = a_sequence(
        "s",
        starts_from="first_purchas()",
        starts_line=3,
        stop_when="bougt('x')",
        steps=[a_step(only_if="town", starts_from="enters: a")],
    )
    item = an_item("promotions/p", stop_when="last_purchase() >= 'soon'")
    catalog = a_catalog(segments=segments, sequences=[sequence], items=[item])
    problems = check(catalog.segments, catalog.sequences, catalog.items, filled.read())
    assert [(p.rule, p.path, p.line) for p in problems] == [
        ("rule/unreadable", "segments/a.md", 5),
        ("rule/unreadable", "content/sequences/s.md", 0),
        ("rule/unreadable", "content/sequences/first-job/thank-you.md", 0),
        ("rule/unreadable", "content/promotions/p.md", 0),
        ("rule/unreadable", "content/sequences/s.md", 3),
        ("rule/no-since", "content/sequences/first-job/thank-you.md", 0),
        ("rule/circle", "segments/b.md", 0),
    ]
    assert all(p.fix for p in problems)
    # without the column a move into the segment is seen all the same
    assert [p.rule for p in problems if p.level is not Level.ERROR] == ["rule/no-since"]


def test_rules_without_an_audience_are_told(project: Project) -> None:
    """Segments of a project that has not said where its people come from."""
    project.spec("")
    catalog = a_catalog(segments=[a_segment()])
    (problem,) = check(catalog.segments, {}, {}, project.read())
    assert (problem.rule, problem.level) == ("rule/no-audience", Level.WARNING)


def test_a_stage_that_somebody_of_us_said(project: Project) -> None:
    """Rules, the plan, a sample and an explanation see it in place of the source's, for these contacts alone."""
    project.spec(SPEC.replace('email = "email"', 'email = "email"\nstage = "stage"'))
    project.file("contacts.csv", "id,email,town,size,stage\n1,,,,interest\n2,,,,interest\n3,,,,\n")
    wanting = a_segment("wanting", who=(("stage = 'desire'", 4),))
    history = replace(a_history(), said_stages={"1": "desire", "3": "desire", "gone": "desire"})
    catalog = a_catalog(segments=[wanting])
    with project.open() as source:
        found = members(source, catalog, history, TODAY)
        assert [list(Stage)[one].value for one in found.stage] == ["desire", "interest", "desire"]
        assert found.in_segment[:, 0].tolist() == [True, False, True]
        picked = sample(source, catalog, history, TODAY, "wanting", 5)
        assert [(one.contact, one.stage) for one in picked] == [("1", "desire"), ("3", "desire")]
        (held,) = explain(source, catalog, history, TODAY, "wanting", "2")
        assert (held.true, held.saw) == (False, (("stage", "interest"),))
