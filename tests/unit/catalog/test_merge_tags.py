"""Merge tags: read once, lifted before Markdown, filled per contact."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from topmind.catalog import merge_tags
from topmind.date_words import DateStyle
from topmind.errors import ContentError
from topmind.model import Filter, MergeTag


def tag(text: str) -> MergeTag:
    (found,) = merge_tags.parse_text(text)
    assert isinstance(found, MergeTag)
    return found


@pytest.mark.parametrize(
    "text",
    [
        '{{ first_name | default: "there" }}',
        "{{first_name|default:'there'}}",
        '{{ first_name or "there" }}',
        "{{ first_name | default: “there” }}",
        "{{ first_name or ‘there’ }}",
        '{{- first_name | default: "there" -}}',
        '{{ first_name\n  | default: "there" }}',
    ],
)
def test_one_tag_in_many_spellings(text: str) -> None:
    """Liquid, `or`, smart quotes, no spaces, a wrapped line: the same tag."""
    assert (tag(text).field, tag(text).filters) == ("first_name", (Filter("default", ("there",)),))
    assert tag(text).default == "there"


def test_a_text_is_strings_and_tags_in_order() -> None:
    """A subject is split into its literal parts and its tags, with their lines."""
    parts = merge_tags.parse_text("Hi {{ a }},\n{{ b }}!", "x.md", 7)
    assert [p if isinstance(p, str) else (p.field, p.line) for p in parts] == [
        "Hi ",
        ("a", 7),
        ",\n",
        ("b", 8),
        "!",
    ]


@pytest.mark.parametrize(
    ("text", "rule", "hint"),
    [
        ("{{ first_name | defualt: 'x' }}", "unknown-filter", "'default'"),
        ("{{ first_name | default }}", "filter-value", 'default: "there"'),
        ("{{ first_name | default: there }}", "filter-value", 'default: "there"'),
        ("{{ first_name | truncate: many }}", "filter-value", "truncate: 40"),
        ("{{ first_name 'x' }}", "syntax", "default"),
        ("{{ first_name or }}", "syntax", "or"),
        ("{{ first_name or there }}", "syntax", 'or "there"'),
        ("{{ day | date: '%H:%M' }}", "filter-value", "%B"),
        ("{{ }}", "syntax", "first_name"),
        ("{{ first_name", "syntax", "`code`"),
        ("{{{ first_name }}}", "syntax", "`code`"),
        ("{% if a %}", "logic", "/// for"),
        ("{% include x %}", "logic", "/// item"),
        ("{% for x in y %}", "logic", "/// slot"),
        ("{%- raw -%}", "logic", "`code`"),
        ("{% assign x = 1 %}", "logic", "/// for"),
        ("{% if a", "logic", "code"),
        ('{{< note "x" >}}', "shortcode", "ignore"),
        ("{{% note %}}", "shortcode", "ignore"),
    ],
)
def test_what_is_no_tag(text: str, rule: str, hint: str) -> None:
    """Each mistake has its rule, its line and what to write instead."""
    with pytest.raises(ContentError) as caught:
        merge_tags.parse_text(f"one\n{text}", "x.md", 3)
    problem = caught.value.problems[0]
    assert (problem.rule, problem.line) == (f"merge-tag/{rule}", 4)
    assert hint in problem.fix


@pytest.mark.parametrize(
    "text",
    [
        "`{{ x }}`",
        "```\n{{ x }}\n```",
        "text\n\n    {{ x }}\n",
        "<code>{{ x }}</code>",
        "``a ` {{ x }}``",
        "<pre>\n{{ x }}\n</pre>",
    ],
)
def test_tags_in_code_are_literal(text: str) -> None:
    """In code braces are only shown."""
    assert merge_tags.find(text, "x.md", 1) == ((), ())


@pytest.mark.parametrize(
    ("text", "value", "shown"),
    [
        ('{{ x | default: "there" }}', None, "there"),
        ('{{ x | default: "there" }}', "", "there"),
        ('{{ x | default: "there" | upper }}', None, "THERE"),
        ('{{ x | upper | default: "there" }}', None, "there"),
        ('{{ x or "there" | upper }}', None, "THERE"),
        ('{{ x | default: "there" }}', " ", "there"),
        ("{{ x }}", None, ""),
        ("{{ x | capitalize }}", "dana o'Neil", "Dana o'Neil"),
        ("{{ x | truncate: 6 }}", "Harborside", "Harbo…"),
        ("{{ x }}", date(2026, 12, 1), "1 December 2026"),
        ('{{ x | date: "%B %-d" }}', date(2026, 12, 1), "December 1"),
        ('{{ x | date: "%d %b %y" }}', "2026-12-01", "01 Dec 26"),
        ("{{ x | money }}", Decimal("1234.5"), "1,234.50"),
        ('{{ x | money: "$" }}', Decimal("-3"), "-$3.00"),
        ('{{ x | money: "EUR" }}', 12, "EUR 12.00"),
        ("{{ x | money }}", "a lot", "a lot"),
        ("{{ x }}", False, "no"),
    ],
)
def test_filters(text: str, value: object, shown: str) -> None:
    """Filters work left to right; only `default` fills a missing value."""
    assert merge_tags.apply(tag(text), value) == shown


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("{{ x }}", "December 1, 2026"),
        ("{{ x | date }}", "December 1, 2026"),
        ('{{ x | date: "%B %e" }}', "December 1"),
    ],
)
def test_dates_are_written_as_the_readers_do(text: str, shown: str) -> None:
    """An American company's mail says December 1; a form of one's own stays as it is."""
    assert merge_tags.apply(tag(text), date(2026, 12, 1), DateStyle("en", "US")) == shown


def test_unknown_fields_get_the_nearest_name() -> None:
    """A tag may name a declared field or a built-in; else the nearest is offered."""
    tags = merge_tags.tags_of(
        merge_tags.parse_text("{{ frist_name }} {{ sender_name }} {{ first_name }}", "x.md", 2)
    )
    (problem,) = merge_tags.unknown(tags, ["first_name"], "x.md")
    assert (problem.line, problem.fix) == (2, "Did you mean 'first_name'?")


@settings(max_examples=60, deadline=None)
@given(st.text(alphabet="ab{}%|\"' :`\n<>_", max_size=60))
def test_any_text_is_read_or_refused(text: str) -> None:
    """No text makes the reader fail; found tags lie in order and give their own source back."""
    found, _ = merge_tags.find(text, "x.md", 1)
    assert all(text[one.start : one.end] == one.tag.source for one in found)
    assert all(a.end <= b.start for a, b in pairwise(found))


@settings(max_examples=60, deadline=None)
@given(st.text(max_size=200))
def test_the_nonce_is_not_in_the_text(text: str) -> None:
    """Sentinels cannot be mistaken for text, and the same text gives the same ones."""
    mark = merge_tags.nonce(text)
    assert mark not in text.lower()
    assert mark == merge_tags.nonce(text)
    assert mark.isalpha()
    assert mark.islower()
    assert mark.isascii()


def test_a_condition_of_another_language_is_told_once() -> None:
    """One mistake, one line: its `else` and `endif` belong to it."""
    found, problems = merge_tags.find("a\n{% if x %}\nb\n{% else %}\nc\n{% endif %}", "x.md", 1)
    assert not found
    assert [(p.line, p.rule) for p in problems] == [(2, "merge-tag/logic")]
    assert merge_tags.find("{% endif %}", "x.md", 1)[1]
