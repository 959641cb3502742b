"""Front matter: the schema decides how a value is read, and every mistake has its line."""

from __future__ import annotations

import pytest

from topmind.catalog import front_matter, values
from topmind.catalog.findings import Wrong
from topmind.catalog.front_matter import Head


def read(text: str, **more: object) -> Head:
    return front_matter.read(text, "content/tips/x.md", **more)  # type: ignore[arg-type]


def fenced(text: str) -> Head:
    return read(f"---\n{text}\n---\nbody\n")


@pytest.mark.parametrize(
    "written",
    [
        "Tip: clean your gutters",
        'Hi {{ first_name | default: "there" }}',
        "0012",
        "18:30",
        "no",
        "#1 tip",
        "[Sale] gutters",
        "'Tis the season",
        '"Hello" he said: "come"',
        "50% off & more",
        "- a dash",
        "@home, *now*",
        "yes: really?",
    ],
)
def test_text_stands_as_it_is(written: str) -> None:
    """An unquoted text takes the rest of its line, whatever YAML would make of it."""
    assert values.text_of(fenced(f"title: {written}").entries["title"]).text == written


@pytest.mark.parametrize(
    ("written", "text"),
    [
        ('"Tip: \\"clean\\""', 'Tip: "clean"'),
        ("'it''s'", "it's"),
        ("|\n  one\n  two", "one\ntwo"),
        (">-\n  one\n  two", "one two"),
        ("one\n  and two", "one and two"),
        ("one\n  # a note\n  and two", "one and two"),
    ],
)
def test_quotes_block_scalars_and_folded_lines(written: str, text: str) -> None:
    """Quoted text, block scalars and indented further lines are read as YAML means them."""
    assert values.text_of(fenced(f"summary: {written}").entries["summary"]).text == text


@pytest.mark.parametrize(
    ("written", "items"),
    [
        ("a, b , c", [("a", 2), ("b", 2), ("c", 2)]),
        ("[a, 'b, c']", [("a", 2), ("b, c", 2)]),
        ("[a,\n  b]", [("a", 2), ("b", 3)]),
        ("\n  - a\n  - b # note\n  # note\n  - 'c # d'", [("a", 3), ("b", 4), ("c # d", 6)]),
        ("\n- a\n- Tip: b", [("a", 3), ("Tip: b", 4)]),
        ("a", [("a", 2)]),
        ("", []),
    ],
)
def test_lists_in_every_form(written: str, items: list[tuple[str, int]]) -> None:
    """A list is a comma line, brackets or dashes, each element with its line."""
    found = values.items_of(fenced(f"tags: {written}").entries["tags"])
    assert [(item.text, item.line) for item in found] == items


def test_maps_keep_colons() -> None:
    """A map is indented `name: text` lines; the text takes the rest of its line."""
    head = fenced("topics:\n  fixes: The Tuesday Fix: small\n  Book a visit: https://x.example/\nname: x")
    found = values.pairs_of(head.entries["topics"])
    assert [(n.text, v.text, n.line) for n, v in found] == [
        ("fixes", "The Tuesday Fix: small", 3),
        ("Book a visit", "https://x.example/", 4),
    ]


def test_status_after_a_list_is_not_lost() -> None:
    """`status: draft` after an indented list is a key of its own (Pelican's own reader loses it)."""
    head = fenced("segments:\n  - customers\n\nstatus: draft")
    assert values.word_of(head.entries["status"]).text == "draft"


@pytest.mark.parametrize(
    "text", ["segments:\n  - customers\n  status: draft", "title: Gutters\n  status: draft"]
)
def test_a_key_that_slipped_to_the_right_is_an_error(text: str) -> None:
    """An indented `status: draft` is refused, never swallowed by the value above it."""
    head = fenced(text)
    entry = next(iter(head.entries.values()))
    with pytest.raises(Wrong) as caught:
        (values.items_of if entry.key == "segments" else lambda e: values.text_of(e, frozenset({"status"})))(
            entry
        )
    assert caught.value.line == (4 if entry.key == "segments" else 3)


def test_doubled_key() -> None:
    """The second of two equal keys is an error that names the first."""
    (problem,) = fenced("title: a\nTitle: b").problems
    assert (problem.rule, problem.line) == ("front-matter/doubled-key", 3)
    assert "line 2" in problem.says


def test_an_alias_may_not_hide_a_key() -> None:
    """Two keys of another site that mean one of ours are doubled too, so that `draft: true` is never lost."""
    head = read("---\nstatus: published\ndraft: true\n---\n", aliases={"draft": "status"})
    assert head.problems[0].rule == "front-matter/doubled-key"


def test_alias_to_nothing_and_known_keys() -> None:
    """An alias to nothing drops a key; a key of the schema is never renamed."""
    head = read(
        "---\nweight: 1\ntopics: a\n---\n",
        aliases={"weight": "", "topics": "tags"},
        known=frozenset({"topics"}),
    )
    assert set(head.entries) == {"topics"}


@pytest.mark.parametrize("start", ["", "\ufeff", "\n\n"])
def test_byte_order_mark_line_ends_and_blank_lines(start: str) -> None:
    """A byte-order mark, CRLF and blank lines before the head change nothing but the line numbers."""
    raw = f"{start}---\r\ntitle: Größe\r\n---\r\nbody\r\n".encode()
    head = read(front_matter.decode(raw))
    assert values.text_of(head.entries["title"]).text == "Größe"
    assert head.body == "body\n"
    assert head.body_line == 4 + start.count("\n")


def test_key_value_heads() -> None:
    """A head without `---` lines is read down to the first blank line."""
    head = read("Title: Gutters\nTags: a, b\nSummary: one\n  two\n\nbody")
    assert set(head.entries) == {"title", "tags", "summary"}
    assert values.text_of(head.entries["summary"]).text == "one two"
    assert (head.body, head.body_line) == ("\nbody", 5)


@pytest.mark.parametrize(
    ("text", "line", "rule"),
    [
        ("---\ntitle: x\nbody", 1, "unclosed"),
        ("---\ntitle: x\nno key here\n---\n", 3, "syntax"),
        ("---\n  indented: first\n---\n", 2, "syntax"),
        ("Title: x\nand text\n\nbody", 2, "syntax"),
    ],
)
def test_broken_heads(text: str, line: int, rule: str) -> None:
    """What is no key, value or list has its line."""
    assert (line, f"front-matter/{rule}") in {(p.line, p.rule) for p in read(text).problems}


@pytest.mark.parametrize(
    ("written", "read_as", "line"),
    [
        ("x: [a, b", values.items_of, 2),
        ("x: {a: b", values.pairs_of, 2),
        ("x: 'a", values.items_of, None),
        ('x: "never closed', values.text_of, 0),
        ("x:\n  - a", values.text_of, 0),
        ("x: [a]", values.word_of, 0),
        ("x:\n  a: b", values.text_of, 0),
        ("x: a", values.pairs_of, 0),
        ("x:\n  a: b\n  a: c", values.pairs_of, 4),
        ("x:\n  - a\n b", values.items_of, 4),
        ("x: [[a], b]", values.items_of, 0),
    ],
)
def test_values_of_the_wrong_shape(written: str, read_as: object, line: int | None) -> None:
    """A list where a word is due, an open bracket, a doubled name: refused with what to write."""
    entry = fenced(written).entries["x"]
    if line is None:
        assert read_as(entry)  # type: ignore[operator]
        return
    with pytest.raises(Wrong) as caught:
        read_as(entry)  # type: ignore[operator]
    assert caught.value.line == line
    assert caught.value.fix


@pytest.mark.parametrize("raw", [b"---\ntitle: x\n---\n\xff\n", b"---\ntitle: \0\n---\n"])
def test_bytes_that_are_no_text(raw: bytes) -> None:
    """A file that is no UTF-8 or holds a zero byte is refused with the line."""
    with pytest.raises(Wrong) as caught:
        front_matter.decode(raw)
    assert caught.value.line == (4 if b"\xff" in raw else 2)
