"""One finding of the planner at writing time."""

from __future__ import annotations

from topmind.model import Level, Problem


def finding(rule: str, level: Level, path: str, says: str, fix: str, line: int = 0, key: str = "") -> Problem:
    """`key`: the front-matter key it is about, where its line is not known."""
    return Problem(
        rule=f"planning/{rule}",
        level=level,
        path=path,
        line=line,
        says=says,
        fix=fix,
        key="" if line else key,
    )
