"""The scanner of `///` fences fails closed, with a line for everything."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from topmind.catalog.scanner import Scan, drop_shortcodes, scan
from topmind.model import Kind

PATH = "content/tips/x.md"


def scanned(text: str) -> Scan:
    return scan(text, PATH, 1)


def found(text: str) -> list[tuple[int, str]]:
    return [(p.line, p.rule.removeprefix("block/")) for p in scanned(text).problems]


def test_conditions_and_who_sees_them() -> None:
    """Branches nest; each names its segments, and the public sees only `for everyone else`."""
    body = scanned(
        "/// for | customers, top-10\nA\n/// not for | lapsed\nB\n///\n/// for everyone else\nC\n/// callout\nD\n///\n///\n"
    ).body
    assert [(c.word, sorted(c.segments), c.inside, c.line) for c in body.conditions] == [
        ("for", ["customers", "top-10"], (), 1),
        ("not for", ["lapsed"], (0,), 3),
        ("else", ["customers", "top-10"], (), 6),
    ]
    assert body.visible(frozenset({"customers"})) == {0, 1}
    assert body.visible(frozenset({"customers", "lapsed"})) == {0}
    assert body.visible(frozenset({"lapsed"})) == {2}
    assert body.public() == {2}


def test_slots_references_coupons_and_tags() -> None:
    """What a body names is collected with its lines."""
    body = scan(
        "/// slot | 1 tip\n/// slot | 1 promotion, optional\n/// item | tips/gutters\n/// testimonial | anna-k\n"
        "/// coupon | THANKS10\n/// button | Hi {{ first_name }} -> https://x.example/{{ town }}\n{{ coupon }}\n",
        PATH,
        11,
    ).body
    assert [(s.index, s.count, s.kinds, s.optional, s.line) for s in body.slots] == [
        (0, 1, {Kind.TIP}, False, 11),
        (1, 1, {Kind.PROMOTION}, True, 12),
    ]
    assert body.refs == (("tips/gutters", 13), ("testimonials/anna-k", 14))
    assert body.coupons == ("THANKS10",)
    assert {(tag.field, tag.line) for tag in body.tags} == {("first_name", 16), ("town", 16), ("coupon", 17)}


@pytest.mark.parametrize(
    "text",
    [
        "```\n/// for | x\n```",
        "~~~ text\n/// nonsense\n///\n~~~",
        "text\n\n    /// <summary>\n    /// a comment of a program\n",
        "see `/// for | customers` for that",
        "https://example.com/// and //example.com",
        "//www.example.com/for",
        "| // | a table |\n|----|----|\n",
        "path/to///file",
    ],
)
def test_what_is_no_fence(text: str) -> None:
    """Code, addresses and paths with slashes are left alone."""
    assert found(text) == []


@pytest.mark.parametrize(
    ("text", "line", "rule"),
    [
        ("/// segmnt | x\nsecret\n///", 1, "unknown"),
        ("/// for | x\nsecret", 1, "unclosed"),
        ("/// callout | a\n/// for | x\nb\n///", 1, "unclosed"),
        ("text\n///", 2, "nothing-open"),
        ("/// for everyone else", 1, "divider"),
        ("/// for | x\n/// callout\n/// for everyone else\n///\n///", 3, "divider"),
        ("/// for | x\n/// for everyone else\n/// for everyone else\n///", 3, "divider"),
        ("/// not for | x\n/// for everyone else\n///", 2, "divider"),
        ("/// column", 1, "divider"),
        ("/// for |\nx\n///", 1, "value"),
        ("/// for | Top Ten\nx\n///", 1, "value"),
        ("/// columns | 2\nx\n///", 1, "value"),
        ("/// columns\n/// columns\n///\n///", 2, "nested"),
        ("/// for | x\n/// slot | 1 tip\n///", 2, "nested"),
        ("/// slot | 1 tpi", 1, "slot"),
        ("/// button | Go", 1, "value"),
        ("/// button | Go -> javascript:alert(1)", 1, "value"),
        ("/// button | Go -> //evil.example", 1, "value"),
        ("/// coupon | two words", 1, "value"),
        ("/// item | gutters", 1, "value"),
        ("/// video | youtube", 1, "value"),
        ("/// callout\n" * 8 + "///\n" * 8, 7, "too-deep"),
        ("/// button | Go -> https://[x/", 1, "value"),
        ("/// button | Go -> https:///x", 1, "value"),
        ("/// video | https://[x/", 1, "value"),
        ("/// button | Go -> {{ town }}", 1, "value"),
        ("/// button | Go -> https://{{ town }}.example/", 1, "value"),
        ("/// button | Go -> {{ company_site }}.evil.example", 1, "value"),
        ("```\nnever closed", 1, "open-code"),
        ("- a\n\n    ```\n    never closed", 3, "open-code"),
        ("- ```\n  x\n  ```", 1, "open-code"),
        ("> ```\n> x\n\ny", 1, "open-code"),
        ("```python title=x\n/// for | a\nsecret\n///\n```", 1, "open-code"),
    ],
)
def test_what_is_wrong_with_a_fence(text: str, line: int, rule: str) -> None:
    """Each mistake is reported on its line."""
    assert (line, rule) in found(text)


def test_the_close_of_a_misspelt_block_is_no_mistake_of_its_own() -> None:
    """Whoever followed "remove it" would leave the block open; inside another block, too. One close more is one."""
    assert found("/// segmnt | x\nsecret\n///") == [(1, "unknown")]
    assert found("/// for | x\n/// calout\na\n///\n///") == [(2, "unknown")]
    assert found("/// segmnt | x\nsecret\n///\n///") == [(1, "unknown"), (4, "nothing-open")]


FENCES = [
    "for | customers", "not for | customers", "for everyone else", "callout | Tip", "columns", "column", "slot | 1 tip",
    "button | Go -> https://x.example", "coupon | THANKS10", "testimonial | anna-k", "item | tips/gutters",
    "video | https://x.example",
]  # fmt: skip
SLIPS = [
    " /// {}", "   /// {}", "    /// {}", "\t/// {}", "// {}", "//// {}", "> /// {}", "- /// {}", "1. /// {}", "\u200b/// {}",
    "／／／ {}", "\\/// {}", "* // {}", "\u00a0/// {}",
]  # fmt: skip


@pytest.mark.parametrize("fence", FENCES)
@pytest.mark.parametrize("slip", SLIPS)
def test_a_fence_that_slipped_is_an_error(slip: str, fence: str) -> None:
    """Indented, quoted, in a list, with two or four slashes: a line that somebody meant as a block never passes."""
    assert (3, "misplaced") in found(f"text\n\n{slip.format(fence)}\nCANARY\n\n")


@pytest.mark.parametrize("fence", FENCES)
def test_a_misspelt_word_gets_the_right_one(fence: str) -> None:
    """A letter too few in the word of a block is answered with the nearest word."""
    word, bar, value = fence.partition(" |")
    broken = word[:2] + word[3:] if len(word) > 3 else word + "r"
    problem = scanned(f"/// {broken}{bar}{value}").problems[0]
    assert problem.rule in {"block/unknown", "block/nothing-open"}
    assert word in problem.fix


def test_shortcodes_are_taken_out_of_their_line() -> None:
    """Declared shortcodes leave their line and the number of lines; others stay."""
    text = 'a {{< note heading="x > y" >}}b{{< /note >}} c\n{{% note\nx %}}\n{% note %} {{< notes >}}\n'
    assert drop_shortcodes(text, ["note"]) == "a b c\n\n\n {{< notes >}}\n"


def test_unclosed_calls_take_no_time() -> None:
    """Many quotation marks in an unclosed tag or shortcode do not send the scanner into exponential search."""
    text = "{{< note " + '"a" ' * 400
    assert drop_shortcodes(text, ["note"]) == text
    assert found("{{ x " + '"a"' * 400) == [(1, "merge-tag/syntax")]


LINES = st.sampled_from(
    ["/// for | a", "/// not for | b", "/// for everyone else", "///", "/// callout | x", "/// columns", "/// column", "text",
     "```", "    code", "- list", "", "/// slot | 1 tip", "<div>", "{{ town }}", "//", "[^1]: note"]
)  # fmt: skip


@settings(max_examples=150, deadline=None)
@given(st.lists(LINES, max_size=14))
def test_every_document_is_sound_or_refused(lines: list[str]) -> None:
    """Whatever stands in what order: the scan ends, every problem has a line of the document, and what has none nests."""
    result = scanned("\n".join(lines))
    assert all(1 <= p.line <= max(1, len(lines)) and p.says for p in result.problems)
    if not result.problems:
        fenced_free = [line for line in lines if line.startswith("/// ")]
        opened = [
            line
            for line in fenced_free
            if line.startswith(("/// for |", "/// not for", "/// callout", "/// columns"))
        ]
        assert "```" in lines or lines.count("///") == len(opened)


@pytest.mark.parametrize(
    ("text", "wrong"),
    [
        ("/// for | a\nx\n\n    /// callout | x\n    text\n    ///\n\n///\n", [(4, "misplaced")]),
        ("/// for | a\n\n    /// callout | x\n\nx\n", [(1, "unclosed"), (3, "misplaced")]),
        ("/// callot | x\n/// for | a\nx\n///\n///\n", [(1, "unknown")]),
        ("/// columns\nA\n/// colunm\nB\n///\n", [(3, "unknown")]),
    ],
)
def test_one_mistake_has_no_echo(text: str, wrong: list[tuple[int, str]]) -> None:
    """A block whose own line is wrong has its close and its parts; a real second mistake is told all the same."""
    assert sorted(found(text)) == wrong
