"""Shortcodes of another system that a project declared ignorable."""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import lru_cache


def drop_shortcodes(text: str, names: Iterable[str]) -> str:
    """Take the calls of these shortcodes out, opening and closing (the call in its brackets, not its line).

    Where a call is all that a link has for an address, its words stay without the link, and a picture goes.
    Line numbers stay: a call over several lines leaves as many empty ones.
    """
    words = "|".join(re.escape(name) for name in sorted(set(names), key=len, reverse=True))
    if not words or "{" not in text:
        return text
    call, link = _patterns(words)
    if "](" in text:
        text = link.sub(
            lambda match: ("" if match["picture"] else match["words"]) + "\n" * match["call"].count("\n"),
            text,
        )
    return call.sub(lambda match: "\n" * match[0].count("\n"), text)


@lru_cache(maxsize=8)
def _patterns(words: str) -> tuple[re.Pattern[str], re.Pattern[str]]:
    """A call of one of these; a link or picture whose address is nothing but such a call."""
    call = (
        # Atomic: an unclosed call with many quotation marks must not take exponential time.
        rf"""(?:\{{\{{[<%]\s*/?\s*(?:{words})(?![\w-])(?>"(?:\\.|(?!\}}\}})[^"\\])*"|`[^`}}]*`|(?![>%]\}}\}}).)*[>%]\}}\}}"""
        rf"""|\{{%-?\s*(?:{words})(?![\w-]).*?%\}})"""
    )
    link = rf"(?P<picture>!?)\[(?P<words>[^\[\]\n]*)\]\([ ]*(?P<call>{call})[ ]*\)"
    return re.compile(call, re.DOTALL), re.compile(link, re.DOTALL)
