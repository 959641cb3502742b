"""Every rule against real files: one that trips it, on the right line, and the nearest that does not."""

from __future__ import annotations

import re
import shutil
from collections.abc import Callable
from datetime import date

import pytest

from rule_rows import REPO, ROWS, SOUND, Files, Row, put
from topmind import brand, checks, planning, settings
from topmind.catalog import load
from topmind.checks import Facts
from topmind.checks.elsewhere import ELSEWHERE
from topmind.checks.registry import FAMILIES, OWN, RULES
from topmind.model import Level, Problem
from topmind.testing.builders import a_field

TODAY = date(2026, 12, 1)
Look = Callable[..., Facts]


@pytest.fixture(scope="module")
def look(tmp_path_factory: pytest.TempPathFactory) -> Look:
    """What the linter sees of a small sound project with other files; they are gone again afterwards."""
    root = tmp_path_factory.mktemp("rules")
    shutil.copytree(REPO / "themes" / "email", root / "themes" / "email")
    shutil.copy(REPO / "themes" / "brand.toml", root / "themes")
    for name, text in SOUND.items():
        put(root, name, text)

    def facts(files: Files) -> Facts:
        for name, text in files.items():
            put(root, name, text)
        found = load(settings.load(root, {}), TODAY, {"first_name": a_field()}, rules=RULES)
        assert found.partial
        return Facts(
            catalog=found.partial,
            brand=brand.load(root),
            root=root,
            dates={
                one.id: planning.next_dates(one, found.partial.company, TODAY, 5)
                for one in found.partial.newsletters.values()
            },
        )

    def restore(files: Files) -> None:
        for name in files:
            before = SOUND.get(name) or (
                (REPO / name).read_text() if name.startswith("themes/") and (REPO / name).is_file() else None
            )
            if before is None:
                (root / name).unlink()
            else:
                put(root, name, before)

    facts.restore = restore  # type: ignore[attr-defined]
    return facts


def found(look: Look, files: Files, more: Callable[[Facts], Facts], rule: str) -> list[Problem]:
    """Findings of one rule."""
    try:
        return [problem for problem in checks.findings(more(look(files))) if problem.rule == rule]
    finally:
        look.restore(files)  # type: ignore[attr-defined]


@pytest.mark.parametrize("rule", ROWS)
def test_what_trips_a_rule_and_what_nearly_does(look: Look, rule: str) -> None:
    """Once, with what to write instead, where it stands; and nothing of what is nearly so."""
    row: Row = ROWS[rule]
    tripped = found(look, row.trips, row.more, rule)
    assert tripped, "it finds nothing"
    assert all(problem.fix and problem.says for problem in tripped)
    if row.at:
        assert row.at in [(problem.path, problem.line) for problem in tripped]
    order = list(Level)
    assert all(order.index(problem.level) >= order.index(RULES[rule].level) for problem in tripped)
    for files in (row.fine, *row.also_fine):
        assert found(look, files, row.more_fine or row.more, rule) == []


def test_every_rule_has_its_row() -> None:
    """A rule without files that show it cannot be added."""
    assert set(ROWS) == set(OWN)


def test_rules_are_declared_once_and_by_family() -> None:
    """No two modules say one id; what holds a mail cannot be silenced, and what is harmless can."""
    declared = [
        rule for module in FAMILIES for rule in vars(module).values() if isinstance(rule, checks.Rule)
    ]
    assert len({rule.id for rule in declared}) == len(set(declared)) == len(OWN) - 1
    assert all(rule.protects for rule in RULES.values() if rule.holds)
    assert not set(OWN) & {rule.id for rule in ELSEWHERE}


def test_the_sound_project_is_sound(look: Look) -> None:
    """The files beside which each row stands say nothing themselves but that preheaders are missing."""
    said = {problem.rule for problem in checks.findings(look({}))}
    assert said == {"checks/left-out", "subjects/no-preheader"}


#: Parts of the package whose findings `check` shows.
READERS = ("catalog", "audience", "planning", "mail", "run")
#: What the other commands say, and names of folders.
NOT_OF_CHECK = re.compile(
    r"(preflight|send|proof|tasks|coupons|ledger|themes|var|content|tips|n)/(?!restored)"
)


def said_in_code() -> set[str]:
    """Every `family/what` that the readers write out, whole or behind the prefix of their own helper."""
    found: set[str] = set()
    for part in READERS:
        for file in sorted((REPO / "plugins" / "topmind" / part).rglob("*.py")):
            text = file.read_text("utf-8")
            found |= set(re.findall(r'"([a-z]+(?:-[a-z]+)*/[a-z]+(?:-[a-z]+)*)"', text))
            if part == "planning":
                found |= {f"planning/{name}" for name in re.findall(r'finding\(\s*"([a-z-]+)"', text)}
    return {name for name in found if not NOT_OF_CHECK.match(name)}


def test_what_the_readers_find_is_documented() -> None:
    """Each id that stands in their code is in the table for the docs, and each of the table in some code."""
    listed = {rule.id for rule in ELSEWHERE}
    assert said_in_code() - listed - set(RULES) == set()
    package = "\n".join(
        file.read_text("utf-8")
        for file in (REPO / "plugins" / "topmind").rglob("*.py")
        if file.name != "elsewhere.py"
    )
    built = {f"name/unknown-{what}" for what in re.findall(r'^    "([a-z]+)": "', package, re.MULTILINE)}
    strange = {
        one
        for one in listed - built
        if f'"{one}"' not in package and f'"{one.partition("/")[2]}"' not in package
    }
    assert strange == {"newsletter/no-file", "sequence/no-file"}  # of the folder's own name
