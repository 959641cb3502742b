"""The table of traps points at code and tests that are there; `make traps` plays it."""

from __future__ import annotations

from pathlib import Path

import pytest

from body_mutations import BODIES
from mutation import Mutation

TESTS = Path(__file__).parents[2]
PACKAGE = TESTS.parent / "plugins" / "topmind"


def test_each_trap_is_in_the_table_once() -> None:
    """No remedy stands twice, and no mutation is without effect."""
    assert len({(m.file, m.old) for m in BODIES}) == len({m.guard for m in BODIES}) == len(BODIES)
    assert all(m.old != m.new for m in BODIES)


@pytest.mark.parametrize("trap", BODIES, ids=lambda m: m.guard)
def test_a_trap_names_its_remedy_and_its_test(trap: Mutation) -> None:
    """Who moves a remedy or renames its test moves the line of the table too."""
    text = (PACKAGE / trap.file).read_text("utf-8")
    assert text.count(trap.old) == 1
    file, _, name = trap.test.partition("::")
    assert f"\ndef {name}(" in (TESTS / file).read_text("utf-8")
