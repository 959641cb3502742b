"""Findings for people, for machines, and for a pull request."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Sequence

from topmind.model import Level, Problem


def format_text(problems: Sequence[Problem]) -> str:
    """One line each, `file:line: level: what is wrong. What to write instead. [rule]`, then how many."""
    if not problems:
        return "No problems found."
    lines = [_line(found) for found in problems]
    counts = Counter(found.level for found in problems)
    parts = [
        f"{counts[level]} {'note' if level is Level.INFO else level.value}{'s' if counts[level] != 1 else ''}"
        for level in Level
        if counts[level]
    ]
    mendable = sum(found.edit is not None for found in problems)
    hint = f" `topmind check --fix` can mend {mendable} of them." if mendable else ""
    return "\n".join([*lines, f"{', '.join(parts)}.{hint}"])


def _line(found: Problem) -> str:
    where = f"{_where(found)}: " if found.path else ""
    fix = f" {found.fix}" if found.fix else ""
    return f"{where}{found.level.value}: {found.says}{fix} [{found.rule}]"


def _where(found: Problem) -> str:
    return f"{found.path}:{found.line}" if found.line else found.path


def format_json(problems: Sequence[Problem]) -> str:
    """A JSON array of `{rule, level, path, line, says, fix}`."""
    keys = ("rule", "level", "path", "line", "says", "fix")
    rows = [{key: getattr(found, key) for key in keys} for found in problems]
    return json.dumps(rows, ensure_ascii=False, indent=2)


#: Annotations of one level that GitHub keeps of one step; what comes after them is only in the log.
#: https://docs.github.com/en/actions/reference/limits (10 errors, 10 warnings, 10 notices a step, 50 a job)
ANNOTATIONS = 10


def format_github(problems: Sequence[Problem]) -> str:
    """Workflow commands that GitHub shows beside the lines of a pull request (annotations).

    GitHub keeps ten of each level: the others follow as plain lines, for a command would lose its place in the log.
    """
    names = {Level.ERROR: "error", Level.WARNING: "warning", Level.INFO: "notice"}
    shown: Counter[Level] = Counter()
    lines, more = [], []
    for found in problems:
        shown[found.level] += 1
        if shown[found.level] <= ANNOTATIONS:
            text = _data(f"{found.says} {found.fix}".strip())
            lines.append(f"::{names[found.level]} {_properties(found)}::{text}")
        else:
            more.append(" ".join(_line(found).split()))
    if more:
        lines.append(f"{len(more)} more, which GitHub does not show beside their lines:")
    return "\n".join([*lines, *more])


def _properties(found: Problem) -> str:
    parts = {"file": found.path, "line": str(found.line or ""), "title": found.rule}
    return ",".join(
        f"{name}={_data(value).replace(':', '%3A').replace(',', '%2C')}"
        for name, value in parts.items()
        if value
    )


def _data(text: str) -> str:
    """Escaped as GitHub's runner reads it back (actions/toolkit, command.ts)."""
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")
