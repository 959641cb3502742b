"""Shortcodes of another system that a project declared ignorable."""

from __future__ import annotations

import re
from collections.abc import Iterable


def drop_shortcodes(text: str, names: Iterable[str]) -> str:
    """Take the calls of these shortcodes out, opening and closing (the call in its brackets, not its line).

    Line numbers stay: a call over several lines leaves as many empty ones.
    """
    words = "|".join(re.escape(name) for name in sorted(names, key=len, reverse=True))
    if not words or "{" not in text:
        return text
    call = re.compile(
        # Atomic: an unclosed call with many quotation marks must not take exponential time.
        rf"""\{{\{{[<%]\s*/?\s*(?:{words})(?![\w-])(?>"(?:\\.|(?!\}}\}})[^"\\])*"|`[^`}}]*`|(?![>%]\}}\}}).)*[>%]\}}\}}"""
        rf"""|\{{%-?\s*(?:{words})(?![\w-]).*?%\}}""",
        re.DOTALL,
    )
    return call.sub(lambda match: "\n" * match[0].count("\n"), text)
