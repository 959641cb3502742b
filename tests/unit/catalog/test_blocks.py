"""The block tree of one group of readers: what they may not see is in it in no form."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from topmind.catalog import merge_tags
from topmind.catalog.blocks import block_tree
from topmind.catalog.html import MAX_DEPTH, clean, holds_braces
from topmind.catalog.scanner import scan
from topmind.catalog.text import plain_text, shown_default, summary, to_html
from topmind.errors import ContentError
from topmind.model import (
    Block,
    Body,
    Button,
    Callout,
    Columns,
    Coupon,
    Element,
    ItemRef,
    MergeTag,
    Node,
    Prose,
    SlotMark,
    TestimonialRef,
    Video,
)
from topmind.testing.builders import an_item


def body(text: str) -> Body:
    result = scan(text, "content/tips/x.md", 1)
    assert result.problems == ()
    return result.body


def tree(text: str, *visible: int) -> tuple[Block, ...]:
    return block_tree(body(text), frozenset(visible))


def html(text: str, *visible: int) -> str:
    return "".join(to_html(b.elements) for b in tree(text, *visible) if isinstance(b, Prose))


def test_every_block_has_its_place() -> None:
    """One-line blocks and containers stand where they were written, between runs of prose."""
    found = tree(
        "one\n/// callout | Tip for {{ town }}\ntwo\n/// coupon | THANKS10\n///\n/// columns\nleft\n/// column\nright\n///\n"
        "/// button | Go -> https://x.example\n/// item | tips/a\n/// testimonial | b\n/// video | https://v.example\n/// slot | 1 tip\n"
    )
    assert [type(block) for block in found] == [
        Prose,
        Callout,
        Columns,
        Button,
        ItemRef,
        TestimonialRef,
        Video,
        SlotMark,
    ]
    callout, columns = found[1], found[2]
    assert isinstance(callout, Callout)
    assert [type(b) for b in callout.blocks] == [Prose, Coupon]
    assert [p if isinstance(p, str) else p.field for p in callout.title] == ["Tip for ", "town"]
    assert isinstance(columns, Columns)
    assert [plain_text(column) for column in columns.columns] == ["left", "right"]


def test_merge_tags_are_nodes_and_parts_of_attributes() -> None:
    """A tag in a sentence is a node; in a link's address it is a part of its text."""
    (prose,) = tree('*Hi {{ name or "you" }}*, [go](https://x.example/?n={{ town }} "to {{ town }}")')
    assert isinstance(prose, Prose)
    paragraph = prose.elements[0]
    assert isinstance(paragraph, Element)
    emphasis, link = (child for child in paragraph.children if isinstance(child, Element))
    assert isinstance(emphasis.children[1], MergeTag)
    href = link.get("href")
    assert href is not None
    assert href[0] == "https://x.example/?n="
    assert isinstance(href[1], MergeTag)


@pytest.mark.parametrize(
    "text",
    [
        '{{ x | default: "a|b" }}', '| a | b |\n|---|---|\n| {{ x | default: "1" }} | 2 |', '# Head {{ x }}', '{{x}}{{y}}',
        '- {{ x }}\n- *{{ y }}*', '"{{ x | default: "q" }}"', "term\n:   {{ x }}", "note[^1]\n\n[^1]: {{ x }}",
        '<div title="{{ x }}">{{ y }}</div>',
    ],
)  # fmt: skip
def test_no_sentinel_and_no_brace_survives(text: str) -> None:
    """Tables, headings, lists, quotes, footnotes: each tag comes back once as a tag, none as text."""
    source = body(text)
    found = repr(block_tree(source, frozenset()))
    assert found.count("MergeTag(") == len(source.tags)
    assert not re.search(r"tm[a-z]{10}[tb]\d", found)


def test_heading_ids_do_not_depend_on_a_person() -> None:
    """The id of a heading is made from its words without the tags in it."""
    assert 'id="winter-in-for-you"' in html("## Winter in {{ town }} for you")


BRACES = ("{{ a }}", "{{ b or 'x' }}", "`", "``", "```\n", "    ", "- ", "1. ", "> ", "\n", "\n\n", "<pre>", "</pre>", "<code>", "</code>", "|a|b|\n|-|-|\n", "|", "[^1]: ",
          "[^1]", "T\n:   ", "# ", "\\", "*", "[x](", ")", "<!--", "-->", "<div markdown='1'>", "</div>", "<a href='", "'>", "word ", "/// callout\n", "///\n")  # fmt: skip


@settings(max_examples=150, deadline=None)
@example(parts=["- it`s ", "{{ a }}", "\n- don`t"])
@example(parts=["`T\n:   ", "{{ a }}", "`"])
@given(st.lists(st.sampled_from(BRACES), max_size=14))
def test_braces_are_shown_in_code_alone(parts: list[str]) -> None:
    """Whatever Markdown makes of back-ticks: outside code a tag is a tag, inside it stands as it was written."""
    result = scan("".join(parts), "content/tips/x.md", 1)
    if result.problems:
        return
    try:
        blocks = block_tree(result.body, frozenset())
    except ContentError:
        return
    nodes = [node for block in _all(blocks) if isinstance(block, Prose) for node in block.elements]
    assert not any(holds_braces(node) for node in nodes)
    assert not any(isinstance(node, MergeTag) for node in _inside_code(nodes, code=False))


def _all(blocks: Iterable[Block]) -> Iterator[Block]:
    for block in blocks:
        yield block
        if isinstance(block, Callout):
            yield from _all(block.blocks)


def _inside_code(nodes: Iterable[Node], *, code: bool) -> Iterator[Node]:
    for node in nodes:
        if code:
            yield node
        if isinstance(node, Element):
            yield from _inside_code(node.children, code=code or node.tag in {"code", "pre"})


def test_no_id_stands_twice() -> None:
    """Two headings that differ in a merge tag alone have two ids, and the contents lead to each."""
    found = repr(block_tree(body("[TOC]\n\n## Hi {{ town }}\n\n## Hi\n\n## {{ town }}"), frozenset()))
    ids = re.findall(r"\('id', \('([^']*)',\)\)", found)
    assert sorted(ids) == ["hi", "hi_2", "section"]
    assert sorted(re.findall(r"\('href', \('#([^']*)',\)\)", found)) == sorted(ids)


def test_deep_markup_is_flattened() -> None:
    """Nobody nests so deep, and the compiler of mails cannot."""
    found = block_tree(body("<div>" * 100 + "x" + "</div>" * 100), frozenset())
    assert repr(found).count("'div'") == MAX_DEPTH - 1
    assert "x" in plain_text(found)


@pytest.mark.parametrize(
    ("text", "code"),
    [
        (
            "- a\n\n    ```\n    x {{ y }}\n      /// for | z\n\n    z\n    ```\n- b",
            "x {{ y }}\n  /// for | z\n\nz",
        ),
        ("1. a\n    - b\n\n        ~~~ python\n        x {{ y }}\n        ~~~\n", "x {{ y }}"),
        ("- a\n  ```\n  x {{ y }}\n  ```\n- b", "x {{ y }}"),
        ("> q\n>\n> ```\n> x {{ y }}\n>   z\n> ```\n> after", "x {{ y }}\n  z"),
        ("  ```\n  x {{ y }}\n  ```\nwords", "x {{ y }}"),
        ("[^1]\n\n[^1]: n\n\n    ```\n    x {{ y }}\n    ```\n", "x {{ y }}"),
        ("- a\n\n        x {{ y }}", "x {{ y }}"),
    ],
)
def test_code_between_fences_stands_anywhere(text: str, code: str) -> None:
    """In lists, quotations and notes, where python-markdown would run it together; tags in it stay as written."""
    source = body(text)
    assert not source.tags
    assert f"'{code}\n'".replace("\n", "\\n") in repr(block_tree(source, frozenset()))


def test_a_box_whose_words_are_for_others_is_not_there() -> None:
    """No empty callout, no empty column."""
    text = "/// columns\n/// for | customers\nA\n///\n/// column\nB\n///\n\n/// callout | C\n/// for | customers\nD\n///\n///\n"
    (block,) = block_tree(body(text), frozenset())
    assert isinstance(block, Columns)
    assert len(block.columns) == 1


def test_hidden_text_leaves_no_trace() -> None:
    """Footnotes, reference links, heading ids, tables of contents of a hidden branch are gone."""
    text = (
        "[TOC]\n\n# Open[^1]\n\n/// for | customers\n## CANARY head\n\nCANARY[^2] [link][canary]\n\n[^1]: CANARY\n[^2]: CANARY\n\n"
        "[canary]: https://canary.example\n/// for everyone else\nelse\n///\n\nend [link][canary]\n"
    )
    hidden, shown = tree(text, 1), tree(text, 0)
    assert "canary.example" not in repr(hidden)
    assert "CANARY" not in repr(hidden)
    assert "else" in repr(hidden)
    assert "CANARY" in repr(shown)
    assert "else" not in repr(shown)


def test_a_wrong_document_shows_nothing() -> None:
    """A body with a problem has no tree at all."""
    wrong = scan("ok\n\n/// for | x\nsecret", "x.md", 1)
    with pytest.raises(ContentError):
        block_tree(wrong.body, frozenset())


def test_blocks_inside_lists_and_raw_html_stand_at_the_top() -> None:
    """A block never disappears in markup: the element around it is split."""
    found = tree("<div class='box'>\nbefore\n\n/// coupon | THANKS10\n\nafter\n\n</div>")
    assert [type(block) for block in found] == [Prose, Coupon, Prose]
    assert "before" in plain_text(found[:1])
    assert "after" in plain_text(found[2:])


@pytest.mark.parametrize(
    "swallow", ["<!--\n\n{}\n\n-->", "<script>\n\n{}\n\n</script>", "<style>\n{}\n</style>"]
)
def test_markup_that_swallows_a_block_loses_no_block(swallow: str) -> None:
    """A comment or script around a block is cut away; the block stays."""
    assert Coupon("THANKS10") in tree(swallow.format("/// coupon | THANKS10"))


@pytest.mark.parametrize(
    "hostile",
    [
        "<script>alert(1)</script>", "<img src=x onerror=alert(1)>", "[x](javascript:alert(1))", "<a href='JaVaScRiPt:x'>x</a>",
        "<iframe src='https://evil.example'></iframe>", "<p style='position:fixed'>x</p>", "<object data=x></object>",
        "<a href='data:text/html,alert(1)'>x</a>", "<svg><script>alert(1)</script></svg>", "<form action=x><input></form>",
    ],
)  # fmt: skip
def test_hostile_markup_is_cleaned(hostile: str) -> None:
    """Nothing that runs, loads or covers the page comes out, of Markdown or of a form."""
    for shown in (html(hostile), clean(hostile) if hostile.startswith("<") else ""):
        assert not re.search(
            r"<script|<iframe|<object|<form|<input|javascript:|onerror|style=|data:|alert\(1\)</script",
            shown,
            re.IGNORECASE,
        )


def test_what_markdown_makes_is_kept() -> None:
    """Tables with alignment, footnotes, definition lists, code with its language, attributes."""
    shown = html(
        "| a |\n|--:|\n| 1 |\n\nx[^1]\n\n[^1]: note\n\nterm\n:   what\n\n```python\na < b\n```\n\n## Head {#own .big}\n"
    )
    for piece in (
        'align="right"',
        'class="footnote"',
        "<dd>what</dd>",
        'class="language-python"',
        "a &lt; b",
        'class="big" id="own"',
    ):
        assert piece in shown


def test_links_within_the_project_are_kept() -> None:
    """Relative links, Pelican's own notation, answers, mail and phone addresses stay as they were written."""
    for target in (
        "/tips/gutters/",
        "../images/a.png",
        "{static}/images/a.png",
        "answer:not-happy",
        "mailto:a@b.example",
        "tel:+1207",
        "#own",
    ):
        assert f'href="{target}"' in html(f"[x]({target})"), target


def test_prose_is_escaped_where_it_stands() -> None:
    """Text, attributes and addresses are escaped; a tag shows its default, or what the caller fills in."""
    text = 'A < B & "C" {{ x | default: "<b>" }} [l](https://x.example/?a={{ x | default: "1&2 3" }})'
    assert "A &lt; B &amp; “C” &lt;b&gt;" in html(text)
    assert 'href="https://x.example/?a=1%262%203"' in html(text)
    filled = "".join(
        to_html(b.elements, tag=lambda tag, place: f"[{place}]") for b in tree(text) if isinstance(b, Prose)
    )
    assert "[text]" in filled
    assert "a=[url]" in filled
    assert shown_default(MergeTag(field="x"), "text") == ""


def test_plain_text_and_summary() -> None:
    """Plain text has paragraphs and list dashes; a summary takes the public paragraphs and ends at a word."""
    text = "# Head\n\nFirst *line*\nof {{ town | default: 'here' }}.\n\n/// for | x\nCANARY\n///\n\n- one\n- two\n"
    source = body(text)
    assert plain_text(block_tree(source, source.public())) == "Head\n\nFirst line of here.\n\n- one\n- two"
    assert summary(an_item(body=source)) == "First line of here."
    assert summary(an_item(body=body("word " * 100))).endswith("word…")
    assert len(summary(an_item(body=body("word " * 100)))) <= 200
    assert summary(an_item(summary="own", body=source)) == "own"


CHUNKS = st.lists(
    st.sampled_from(
        [
            "# Head", "* list\n* more", "1. one", "> quote", "`code`", "```\nfence\n```", "    indented", "<div>", "</div>", "<b>", "[a](b)",
            "![i](j)", "[^1]", "[^1]: note", "| a | b |\n|---|---|\n| 1 | 2 |", "{{ town }}", "*", "_", "\\", "term\n:   def", "[TOC]",
            "<!-- c", "-->", "&amp;", "\t", "{: .x }", "<p markdown='1'>", "---", "/// coupon | THANKS10", "/// slot | 1 tip",
        ]
    )
    | st.text(max_size=20),
    max_size=8,
).map("\n\n".join)  # fmt: skip


@settings(max_examples=120, deadline=None)
@given(CHUNKS)
def test_any_markdown_has_a_tree_or_is_refused(text: str) -> None:
    """No Markdown crashes the tree; every slot and coupon of a sound document is in it once and in order."""
    result = scan(text, "x.md", 1)
    if result.problems:
        return
    found = block_tree(result.body, frozenset())
    assert sum(isinstance(b, SlotMark) for b in found) == len(result.body.slots)
    assert not re.search(r"tm[a-z]{10}[tb]\d", repr(found))
    plain_text(found)


@settings(max_examples=120, deadline=None)
@given(CHUNKS, CHUNKS, CHUNKS)
def test_a_canary_in_a_hidden_branch_is_nowhere(before: str, inside: str, after: str) -> None:
    """Whatever stands around and beside it: hidden text is in no text, attribute or id of the tree."""
    text = f"{before}\n\n/// for | customers\n{inside}\n\ncanaryword\n\n{inside}\n///\n\n{after}\n"
    result = scan(text, "x.md", 1)
    if result.problems:
        return
    assert "canaryword" not in repr(block_tree(result.body, result.body.public())).lower()
    assert "canaryword" not in plain_text(block_tree(result.body, result.body.public()))


@settings(max_examples=60, deadline=None)
@given(st.text(alphabet=st.characters(exclude_categories=["Cs"]), max_size=80))
def test_plain_words_reach_the_reader(text: str) -> None:
    """Letters and digits of a plain paragraph all arrive."""
    words = re.sub(r"[^a-zA-Z0-9 ]", "", text).strip()
    shown = plain_text(tree(f"x {words}"))
    assert shown.split() == f"x {words}".split()


def test_the_same_text_gives_the_same_tree() -> None:
    """The nonce comes from the text: two runs agree byte by byte."""
    text = "{{ town }} [a](x/{{ town }})"
    assert repr(tree(text)) == repr(tree(text))
    assert merge_tags.lift(text)[0] == merge_tags.lift(text)[0]
