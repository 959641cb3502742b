"""Whoever is told what is wrong is told what to do: no finding of the package goes without."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

PACKAGE = Path(__file__).parents[2] / "plugins" / "topmind"
#: What makes a finding → how many arguments stand before what to do.
MAKERS = {"Wrong": 1, "RuleError": 1, "Problem": None}
#: Notes about a good state: there is nothing to do.
NOTHING_TO_DO = {"ledger/care/checking.py"}


def findings(path: Path) -> Iterator[tuple[int, ast.Call]]:
    """Calls that make a finding in a module, with their lines."""
    text = path.read_text("utf-8")
    if not any(word in text for word in ("Wrong(", "RuleError(", "Problem(", "findings.error(", "says=")):
        return
    for node in ast.walk(ast.parse(text)):
        if not isinstance(node, ast.Call):
            continue
        name = getattr(node.func, "id", getattr(node.func, "attr", ""))
        noted = name == "error" and "findings" in ast.unparse(node.func)
        ruled = name == "at" and any(word.arg == "says" for word in node.keywords)
        if name in MAKERS or noted or ruled:
            yield node.lineno, node


def told(node: ast.Call) -> bool:
    """It says what to do."""
    name = getattr(node.func, "id", getattr(node.func, "attr", ""))
    named = {word.arg for word in node.keywords}
    if {"fix", "nearest", None} & named or any(isinstance(arg, ast.Starred) for arg in node.args):
        return True
    before = MAKERS.get(name) if name in MAKERS else 4 if name == "error" else None
    return before is not None and len(node.args) > before


def test_every_finding_says_what_to_do() -> None:
    """In the source, for no test meets each of them."""
    silent = [
        f"{path.relative_to(PACKAGE)}:{line}"
        for path in sorted(PACKAGE.rglob("*.py"))
        if path.relative_to(PACKAGE).as_posix() not in NOTHING_TO_DO
        for line, node in findings(path)
        if not told(node)
    ]
    assert not silent
