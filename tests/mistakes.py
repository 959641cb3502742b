"""Mistakes made from what is right: each block and each merge tag, wrong in each way that fingers make it wrong."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

#: Stands in every broken text, and may stand nowhere else.
CANARY = "Zyxcanary"

#: What the texts below name.
BESIDE = {
    "content/promotions/storm.md": "---\ntitle: S\ndate: 2026-11-01\nends: 2026-12-20\ncode: STORM40\n---\nText.\n",
    "content/testimonials/anna-k.md": "---\ntitle: A\ndate: 2026-11-01\nperson: A\npermission: yes\n---\nGood.\n",
}


@dataclass(frozen=True)
class Block:
    """A block as it is right, and a value that its line does not take."""

    #: What stands after the slashes, without its value.
    word: str
    lines: tuple[str, ...]
    #: Index of the line that is made wrong.
    at: int = 0
    #: The same line with a value that is wrong; "" = it takes any.
    bad: str = ""

    @property
    def closes(self) -> bool:
        """It needs a bare `///`."""
        return self.lines[-1] == "///"


BLOCKS = (
    Block("for", ("/// for | customers", CANARY, "///"), bad="/// for | two words!"),
    Block("not for", ("/// not for | customers", CANARY, "///"), bad="/// not for |"),
    Block(
        "for everyone else",
        ("/// for | customers", CANARY, "/// for everyone else", "Others.", "///"),
        at=2,
        bad="/// for everyone else | prospects",
    ),
    Block("callout", ("/// callout | Mind the ice", CANARY, "///")),
    Block("columns", ("/// columns", CANARY, "/// column", "Right.", "///"), bad="/// columns | 2"),
    Block("column", ("/// columns", CANARY, "/// column", "Right.", "///"), at=2, bad="/// column | 2"),
    Block("button", (f"/// button | {CANARY} -> https://x.example/",), bad=f"/// button | {CANARY}"),
    Block("coupon", ("/// coupon | STORM40",), bad="/// coupon | STORM40, mine"),
    Block("testimonial", ("/// testimonial | anna-k",), bad="/// testimonial | anna k"),
    Block("item", ("/// item | tips/gutters",), bad="/// item | gutters"),
    Block("video", ("/// video | https://x.example/film",), bad="/// video | film"),
    Block("slot", ("/// slot | 1 tip",), bad="/// slot | some tips"),
)


@dataclass(frozen=True)
class Mistake:
    """A text that is wrong in one place."""

    name: str
    text: str
    #: Line of the text, from 1, that is to be named.
    line: int
    #: `check --fix` may write what was meant; "" = it must leave it.
    mended: str = ""


def right(block: Block) -> str:
    """A text with the block as it should be."""
    return "\n".join(("Before.", "", *block.lines, "", "After.")) + "\n"


def wrong_blocks() -> Iterator[Mistake]:
    """Each block misspelt, unclosed, with a bad value, indented by a little and by a lot, with two slashes and four."""
    for block in BLOCKS:
        line = block.lines[block.at]
        ways = {
            "misspelt": line.replace(block.word, _slip(block.word), 1),
            "indented": f"  {line}",
            "indented like code": f"    {line}",
            "two slashes": line.removeprefix("/"),
            "four slashes": f"/{line}",
        } | ({"bad value": block.bad} if block.bad else {})
        for way, instead in ways.items():
            lines = (*block.lines[: block.at], instead, *block.lines[block.at + 1 :])
            kept = right(block) if way not in {"bad value", "indented like code"} else ""
            yield Mistake(
                f"{block.word}: {way}",
                "\n".join(("Before.", "", *lines, "", "After.")) + "\n",
                block.at + 3,
                kept,
            )
        for way, instead in (("two slashes", "//"), ("four slashes", "////"), ("indented", "  ///")):
            if block.closes and block.at == 0:
                lines = (*block.lines[:-1], instead)
                text = "\n".join(("Before.", "", *lines, "", "After.")) + "\n"
                yield Mistake(f"{block.word}: close {way}", text, len(lines) + 2, right(block))
        if block.closes and block.at == 0:
            yield Mistake(
                f"{block.word}: unclosed",
                "\n".join(("Before.", "", *block.lines[:-1], "", "After.")) + "\n",
                3,
            )


def _slip(word: str) -> str:
    """Two letters of the longest part change places: `for` is `fro`, `not for` is `nto for`."""
    first, *rest = word.split(" ")
    return " ".join((f"{first[0]}{first[2]}{first[1]}{first[3:]}", *rest))


#: Where a merge tag may stand in a text; `@` is the tag.
PLACES = {
    "text": f"Hello @, {CANARY}",
    "heading": f"## {CANARY} @",
    "list": f"- {CANARY}\n- @",
    "table": f"A | B\n---|---\n{CANARY} | @",
    "emphasis": f"*{CANARY} @*",
    "words of a link": f"[{CANARY} @](https://x.example/)",
    "callout": f"/// callout | @\n{CANARY}\n///",
    "button": f"/// button | {CANARY} @ -> https://x.example/",
    "inside for": f"/// for | customers\n{CANARY} @\n///",
}
TAG = '{{ first_name | default: "there" }}'
#: Way → the tag made wrong, and whether it is certain what was meant.
WRONG_TAGS = {
    "misspelt": ('{{ frist_name | default: "there" }}', TAG),
    "of no field": ('{{ shoe_size | default: "there" }}', ""),
    "bad filter": ('{{ first_name | defalut: "there" }}', TAG),
    "no such filter": ('{{ first_name | default: "there" | shout }}', ""),
    "value without marks": ("{{ first_name | default: there }}", TAG),
    "filter without value": ("{{ first_name | default }}", ""),
    "empty": ("{{ }}", ""),
    "comma": ('{{ first_name, "there" }}', ""),
    "shortcode": ("{{< first_name >}}", ""),
    "logic": ("{% if first_name %}", ""),
}
#: Links whose address a value would choose, or stand in.
ADDRESSES = {
    "whole address": f"[{CANARY}](@)",
    "host": f"[{CANARY}](https://@.example/)",
    "path": f"[{CANARY}](https://x.example/@)",
    "query": f"[{CANARY}](https://x.example/?n=@)",
    "button": f"/// button | {CANARY} -> @",
    "button's path": f"/// button | {CANARY} -> https://x.example/@",
    "HTML": f'<a href="https://x.example/@">{CANARY}</a>',
    "picture": f"![{CANARY}](https://x.example/@.png)",
    "bare": f"<https://x.example/@> {CANARY}",
}


def wrong_tags() -> Iterator[Mistake]:
    """Each tag wrong in each place."""
    for where, form in PLACES.items():
        line = 3 + form.partition("@")[0].count("\n")
        for way, (tag, meant) in WRONG_TAGS.items():
            kept = _around(form.replace("@", meant)) if meant else ""
            yield Mistake(f"{where}: {way}", _around(form.replace("@", tag)), line, kept)


def tags_in_addresses() -> Iterator[Mistake]:
    """A good tag where an address stands."""
    for where, form in ADDRESSES.items():
        yield Mistake(f"address: {where}", _around(form.replace("@", TAG)), 3)


def tags_without_default() -> Iterator[Mistake]:
    """A field that nobody knows for everyone, without a default."""
    for where, form in PLACES.items():
        line = 3 + form.partition("@")[0].count("\n")
        yield Mistake(f"no default: {where}", _around(form.replace("@", "{{ first_name }}")), line)


def _around(text: str) -> str:
    return f"Before.\n\n{text}\n\nAfter.\n"
