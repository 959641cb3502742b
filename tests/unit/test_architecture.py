"""Imports go one way, and each foreign library has one home."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parents[2] / "plugins" / "topmind"

#: Left never imports right; parts of one row never import each other.
ROWS = [
    {"near_words"},
    {"date_words", "schema_words", "till_codes"},
    {"errors", "model"},
    {"settings", "links", "brand"},
    {"catalog", "audience", "ledger"},
    {"planning", "mail"},
    {"resource_site", "delivery", "feedback", "live"},
    {"report", "checks", "aws"},
    {"testing"},
    {"run"},
    {"desk"},
    {"cli"},
    {"__main__"},
]
#: Part → its row.
ROW_OF = {name: number for number, row in enumerate(ROWS) for name in row}

#: Library → parts (or modules) that may import it.
HOMES = {
    "pelican": {"resource_site"},
    "mjml": {"mail.guard"},
    "duckdb": {"audience"},
    "sqlglot": {"audience"},
    "boto3": {"aws", "testing"},
    "botocore": {"aws", "testing"},
    "psycopg": {"ledger.postgres_driver", "audience.postgres_tables", "audience.postgres_rules"},
    "python_calamine": {"audience.workbook"},
    "click": {"cli"},
    "pagefind": {"resource_site"},
    "uvicorn": {"desk", "live", "cli"},
}


def modules() -> list[Path]:
    """Every module of the package."""
    return sorted(ROOT.rglob("*.py"))


def name_of(path: Path) -> str:
    """`mail.guard` for `mail/guard.py`."""
    parts = path.relative_to(ROOT).with_suffix("").parts
    return ".".join(part for part in parts if part != "__init__")


def imports(path: Path) -> Iterator[tuple[int, str]]:
    """(line, absolute dotted name) of everything a module imports, inside functions too."""
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            yield from ((node.lineno, alias.name) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}:{node.lineno}: relative import"
            module = node.module or ""
            yield node.lineno, module
            if module == "topmind":
                yield from ((node.lineno, f"topmind.{alias.name}") for alias in node.names)


def violations() -> Iterator[str]:
    """One line per import against the arrows."""
    for path in modules():
        name = name_of(path)
        part = name.split(".")[0]
        for line, target in imports(path):
            where = f"{path.relative_to(ROOT)}:{line}"
            pieces = target.split(".")
            if pieces[0] == "topmind" and len(pieces) > 1 and part and pieces[1] in ROW_OF:
                other = pieces[1]
                if other == "testing" and part not in {"testing", "desk", "cli"}:
                    yield f"{where}: {part} imports testing"
                elif other != part and ROW_OF[other] >= ROW_OF[part] and {part, other} != {"errors", "model"}:
                    yield f"{where}: {part} imports {other}"
            home = HOMES.get(pieces[0])
            if home is not None and not any(name == h or name.startswith(f"{h}.") for h in home):
                yield f"{where}: {pieces[0]} outside of {', '.join(sorted(home))}"


def test_every_part_has_a_row() -> None:
    """A new folder or module must say where it stands."""
    parts = {name_of(path).split(".")[0] for path in modules()} - {""}
    assert parts <= set(ROW_OF)


def test_arrows_go_one_way() -> None:
    """No part imports one to its right, no sibling, no library outside its home."""
    assert list(violations()) == []


def test_modules_stay_one_idea() -> None:
    """No module is longer than 300 lines."""
    lines = {name_of(path): len(path.read_text("utf-8").splitlines()) for path in modules()}
    assert {name: count for name, count in lines.items() if count > 300} == {}
