"""Which line of a TOML file a mistake is about: tomllib keeps no lines, so the key is looked up in the text."""

from __future__ import annotations

import re

_PLACE = re.compile(r"\bat line (\d+)")
_TABLE = re.compile(r"\[([\w.\"-]+)\]")
_KEY = re.compile(r'"([\w-]+)"|^(?:\[[^\]]*\]\s*)?([a-z_]+) ')


def line_of(text: str, says: str) -> int:
    """The line (from 1) of what a mistake names: `[table] … "key"`, `key …` or `at line N`; 0 = not found."""
    if told := _PLACE.search(says):
        return int(told[1])
    lines = text.splitlines()
    first, end = 0, len(lines)
    table = _TABLE.match(says)
    inside: str | None = None
    if table:
        first, inside = _header(lines, table[1].split("."))
        if not first:
            return 0
    for number in range(first, end):
        if lines[number].lstrip().startswith("["):
            end = number
            break
    named = [inside] if inside else [found[1] or found[2] for found in _KEY.finditer(says)]
    for key in named:
        for number in range(first, end):
            if re.match(rf'\s*"?{re.escape(key)}"?\s*[=.]', lines[number]):
                return number + 1
    return first


def _header(lines: list[str], path: list[str]) -> tuple[int, str | None]:
    """The line of `[a.b.c]`, else of the nearest table around it and the key in it: `c = {…}`."""
    inside: str | None = None
    while path:
        name = re.compile(
            r"\s*\[\s*" + r"\s*\.\s*".join(rf'"?{re.escape(part)}"?' for part in path) + r"\s*\]"
        )
        for number, line in enumerate(lines, start=1):
            if name.match(line):
                return number, inside
        path, inside = path[:-1], path[-1]
    return 0, None
