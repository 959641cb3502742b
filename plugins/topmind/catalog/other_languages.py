"""Braces in the manner of other template languages: what is written here in their place."""

from __future__ import annotations

import re

from topmind.catalog.findings import Wrong

# each ends before the next one begins: of thousands that nothing closes, none is read to the end of the text
_SHORTCODE = re.compile(r"\{\{[<%](?P<inner>(?:(?!\{\{).)*?)[>%]\}\}", re.DOTALL)
_LOGIC = re.compile(r"\{%-?\s*(?P<word>\w*)(?:(?!\{%).)*?%\}", re.DOTALL)
#: Words of other template languages, and the block that does what they are meant to.
_INSTEAD = (
    (("include", "render", "import"), "Write `/// item | tips/gutters` for a card of an item."),
    (
        ("for", "tablerow", "endfor"),
        "Write `/// slot | 2 tips`: in a newsletter it shows each reader what is new for them.",
    ),
    (
        ("raw", "endraw", "verbatim", "comment", "endcomment"),
        "To show braces, put them in `code`; a note is `<!-- … -->`.",
    ),
    ((), "Write `/// for | segment` … `/// for everyone else` … `///` on lines of their own."),
)
#: What belongs to a word that was told already.
_FOLLOWS = re.compile(r"\{%-?\s*(?:end\w*|else|elsif|elif|when)\b")


def follows(text: str, at: int) -> bool:
    """Whether what begins at `at` belongs to a word before it: `{% else %}`, `{% endif %}`."""
    return _FOLLOWS.match(text, at) is not None


def not_a_tag(text: str, at: int) -> Wrong:
    """Why what begins at `at` is no merge tag."""
    if match := _SHORTCODE.match(text, at):
        name = match["inner"].strip().lstrip("/").split()[:1]
        return Wrong(
            f"{{{{< {name[0] if name else ''} >}}}} is a shortcode of another system.",
            "Remove it, or list its name under TOPMIND['ignore'] in pelicanconf.py.",
            rule="shortcode",
        )
    if match := _LOGIC.match(text, at):
        word = match["word"]
        return Wrong(
            f"`{{% {word} %}}` is not read here.",
            next(fix for words, fix in _INSTEAD if word in words or not words),
            rule="logic",
        )
    if text.startswith("{%", at):
        return Wrong("`{%` is not read here.", "Put it in code, or remove it.", rule="logic")
    piece = text[at : at + 30].partition("\n")[0]
    return Wrong(
        f"{piece!r} is no merge tag.",
        'Write `{{ first_name | default: "there" }}`; to show braces, put them in `code`.',
        rule="syntax",
    )
