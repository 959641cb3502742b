"""Files of another system stand here: what to declare once, ready to paste, beside the hundreds of single findings."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable

from topmind.model import Level, Problem
from topmind.settings import CONF

#: In so many files a key that we do not know is no slip of the finger.
MANY = 10
#: Keys of Hugo, Jekyll and their like that say what one of ours says.
OURS = {
    "author": "authors", "categories": "tags", "category": "tags", "keywords": "tags", "description": "summary", "draft": "status", "excerpt": "summary",
    "expirydate": "use", "last_modified_at": "modified", "lastmod": "modified", "topics": "tags",
}  # fmt: skip
_NAMES = {
    "front-matter/unknown-key": re.compile(r"'([\w.-]+)' is no key"),
    "merge-tag/shortcode": re.compile(r"\{\{< ([\w-]+) >\}\}"),
}


def overview(problems: Iterable[Problem]) -> Problem | None:
    """One note with the settings that would answer them; None where no such key or shortcode stands in many files."""
    files: dict[tuple[str, str], set[str]] = defaultdict(set)
    for one in problems:
        match = _NAMES[one.rule].match(one.says) if one.rule in _NAMES else None
        if match:
            files[one.rule, match[1].lower() if one.rule.endswith("key") else match[1]].add(one.path)
    if max(map(len, files.values()), default=0) < MANY:
        return None
    keys = sorted(name for (rule, name), where in files.items() if rule.endswith("key") and len(where) > 1)
    calls = sorted(name for (rule, name), _ in files.items() if rule.endswith("shortcode"))
    count = len(set().union(*files.values()))
    parts = [_aliases(keys)] if keys else []
    parts += [f'"ignore": [{", ".join(_quoted(name) for name in calls)}]'] if calls else []
    return Problem(
        rule="settings/another-system",
        level=Level.INFO,
        path=CONF,
        line=0,
        says=f"Keys or shortcodes of another system stand in {count} files.",
        fix=f"Declare them once: TOPMIND = {{{', '.join(parts)}}}. "
        'An empty "" drops a key: name one of ours where it says the same.',
    )


def _aliases(keys: list[str]) -> str:
    pairs = ", ".join(f"{_quoted(key)}: {_quoted(OURS.get(key, ''))}" for key in keys)
    values = ', "values": {"status": {"true": "draft", "false": "published"}}' if "draft" in keys else ""
    return f'"aliases": {{{pairs}}}{values}'


def _quoted(name: str) -> str:
    return f'"{name}"'
