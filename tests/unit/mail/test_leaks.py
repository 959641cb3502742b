"""Text for some readers reaches nobody else: any document, any reader, every form in which its words go out."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TypeAlias

from hypothesis import example, given, settings
from hypothesis import strategies as st

from topmind import brand
from topmind.brand import Brand
from topmind.catalog.blocks import block_tree
from topmind.catalog.text import plain_text, summary
from topmind.errors import ContentError
from topmind.mail import Renderer, render
from topmind.model import Body
from topmind.resource_site.html import Look
from topmind.resource_site.html import render as page
from topmind.testing.builders import a_catalog, a_newsletter, an_edition, an_item, an_occasion, written

ROOT = Path(__file__).parents[3]
SEGMENTS = ("customers", "prospects", "lapsed")
VALUES = {"unsubscribe_url": "https://live.example/u", "preferences_url": "https://live.example/p"}

#: Constructs that reach beyond their own lines, or that are told again elsewhere; `@` is a word of their own.
CONSTRUCTS = (
    "@ words", "# @", "## @ {: #@ title='@' }", "@\n===", "- @", "1. @\n    - @", "> @", "    @", "| @ | b |\n|---|---|\n| c | @ |",
    "[@](https://x.example/@ '@')", "![@](/images/@.png '@')", "[^@]", "[^note]", "[^note]: @", "[^@]: @\n\n    @ more", "[ref]: https://x.example/@ '@'",
    "[@][ref]", "[ref]", "[TOC]", "<div markdown='1'>@", "</div>", "<!-- @", "-->", "`@", "``", "<b>@", "</b>", "<table><tr><td>@", "</td></tr></table>",
    "*@", "**", "{{ first_name | default: '@' }}", "[@](https://x.example/{{ town | default: '@' }})", "*[@]: @", "Term @\n:   @", "---", "<details><summary>@",
    "<pre>@", "</pre>", "\\", "<@", "&@", "```\n@\n```", "    ```\n    @\n    ```", "/// button | @ -> https://x.example/@", "/// coupon | C@", "/// video | https://v.example/@",
    "<script>@", "</script>", "<p title='@", "[@](", "![", "<style>@</style>", "<?@", "?>", "<![CDATA[@", "]]>",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Choice:
    """A block for some: who they are, what they see, what everyone else sees."""

    segments: frozenset[str]
    negated: bool
    inside: tuple[Part, ...]
    otherwise: tuple[Part, ...]


@dataclass(frozen=True, slots=True)
class Box:
    """A callout or columns around parts that anybody may see."""

    columns: bool
    inside: tuple[Part, ...]


Part: TypeAlias = "str | Choice | Box"


def doc(parts: tuple[Part, ...], reader: frozenset[str] | None, other: bool) -> str:
    """The document as its author wrote it; words that this reader may not see (None: the public) in `other` words."""
    count = iter(range(10_000))

    def write(some: tuple[Part, ...], shown: bool) -> list[str]:
        lines: list[str] = []
        for part in some:
            if isinstance(part, str):
                word = ("zq" if shown else "zother" if other else "zsecret") + f"{next(count)}z"
                lines += [part.replace("@", word), ""]
            elif isinstance(part, Box):
                lines += ["/// columns", *write(part.inside, shown), "/// column", "Side.", "///"] if part.columns else [
                    "/// callout | Box", *write(part.inside, shown), "///",
                ]  # fmt: skip
            else:
                names = ", ".join(sorted(part.segments))
                held = reader is not None and bool(part.segments & reader) is not part.negated
                lines += [
                    f"/// {'not for' if part.negated else 'for'} | {names}",
                    *write(part.inside, shown and held),
                ]
                if not part.negated:
                    lines += ["/// for everyone else", *write(part.otherwise, shown and not held)]
                lines.append("///")
        return lines

    return "\n".join(write(parts, True)) + "\n"


@cache
def look() -> Brand:
    """The sample's brand."""
    return brand.load(ROOT)


def mailed(text: str, reader: frozenset[str]) -> tuple[str, ...]:
    """Everything that one reader gets: subject, preheader, HTML, text."""
    body = written(text, "content/newsletters/tuesday-fix.md")
    catalog = a_catalog(newsletters=[a_newsletter(body=body)])
    visible = frozenset(f"{body.path}#{index}" for index in body.visible(reader))
    compiled = Renderer(catalog, look(), ROOT).compile(an_edition(visible=visible))
    done = render(compiled, VALUES)
    return done.subject, done.preheader, done.html, done.text


def published(text: str) -> tuple[str, ...]:
    """Everything that is made of a body for everybody: page, summary, words for search, feed and meta, public edition."""
    body: Body = written(text, "content/articles/x.md")
    item = an_item("articles/x", body=body)
    blocks = block_tree(body, body.public())
    catalog = a_catalog(
        items=[item], newsletters=[a_newsletter(body=written(text, "content/newsletters/x.md"))]
    )
    edition = Renderer(catalog, look(), ROOT).public(an_occasion(), (), ())
    return page(blocks, Look()), summary(item), plain_text(blocks), edition


segments = st.frozensets(st.sampled_from(SEGMENTS), min_size=1)
leaves = st.sampled_from(CONSTRUCTS)
some = st.recursive(
    st.lists(leaves, max_size=3).map(tuple),
    lambda inner: st.lists(
        st.one_of(
            leaves,
            st.builds(Choice, segments, st.booleans(), inner, inner),
            st.builds(Box, st.just(False), inner),
        ),
        max_size=4,
    ).map(tuple),
    max_leaves=6,
)
documents = st.lists(
    st.one_of(
        leaves, st.builds(Choice, segments, st.booleans(), some, some), st.builds(Box, st.booleans(), some)
    ),
    min_size=1,
    max_size=6,
).map(tuple)
HIDDEN = Choice(frozenset({"lapsed"}), False, tuple(c for c in CONSTRUCTS if c[0] != "/"), ())


@settings(max_examples=30, deadline=None)
@example(parts=("[^note] [ref] [TOC] zq", HIDDEN, "# @", "[^note]: @"), reader=frozenset({"customers"}))
@example(parts=("<!-- @", HIDDEN, "-->"), reader=frozenset({"customers"}))
@given(documents, st.frozensets(st.sampled_from(SEGMENTS)))
def test_hidden_words_change_nothing(parts: tuple[Part, ...], reader: frozenset[str]) -> None:
    """What a reader, and what everybody, gets is the same whatever stands in the parts that are not for them."""
    for who, show in ((reader, lambda text: mailed(text, reader)), (None, published)):
        try:
            first, second = (show(doc(parts, who, other)) for other in (False, True))
        except ContentError:  # refused by the scanner: nothing of it goes out
            continue
        assert first == second
        assert not any("zsecret" in words for words in first)


@given(st.sampled_from(SEGMENTS), st.sampled_from(CONSTRUCTS[:1]))
@settings(max_examples=3, deadline=None)
def test_the_secrets_would_be_found(segment: str, words: str) -> None:
    """The same words reach those for whom they are meant."""
    parts = (Choice(frozenset({segment}), False, (words,), ()),)
    hidden = doc(parts, frozenset(), False)
    assert any("zsecret" in found for found in mailed(hidden, frozenset({segment})))
    assert re.search("zsecret", hidden)
