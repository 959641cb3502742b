"""Every guard has a test that turns red when the guard is taken out: a table of mutations, each played on a copy.

A mutation is (file of the package, text that is there exactly once, what stands in its place, the test that must
notice). Who moves a guard moves its line here too.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from mutant_runner import Runner, a_runner
from mutation import Mutation
from promise_mutations import PROMISING
from restore_mutations import RESTORING
from send_mutations import SENDING

ROOT = Path(__file__).parents[2]
PACKAGE = ROOT / "plugins" / "topmind"
#: What pytest says: all passed, some failed. Anything else is no verdict (an error of collection is 2).
GREEN, RED = 0, 1

#: Every table.
MUTATIONS = (*PROMISING, *SENDING, *RESTORING)


@pytest.fixture(scope="module")
def runner(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Runner]:
    """Runs tests on the copy, in a process each."""
    with a_runner(tmp_path_factory.mktemp("runner")) as running:
        yield running


@pytest.fixture(scope="module")
def package(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy that may be changed; compiled files stay valid, because times are kept."""
    folder = tmp_path_factory.mktemp("package")
    shutil.copytree(PACKAGE, folder / "topmind")
    return folder


@pytest.fixture(scope="module")
def red() -> list[str]:
    """Each test, with its parameters, that a mutation turned red."""
    return []


@contextmanager
def changed(file: Path, text: str) -> Iterator[None]:
    """The file with this text, and as it was after that (its time too: what is compiled from it is valid again)."""
    before, times = file.read_bytes(), file.stat()
    file.write_text(text, "utf-8")
    try:
        yield
    finally:
        file.write_bytes(before)
        os.utime(file, ns=(times.st_atime_ns, times.st_mtime_ns))


def test_each_guard_is_in_the_table_once() -> None:
    """No guard stands twice, and no mutation is without effect."""
    assert len({(m.file, m.old) for m in MUTATIONS}) == len({m.guard for m in MUTATIONS}) == len(MUTATIONS)
    assert all(mutation.old != mutation.new for mutation in MUTATIONS)


def test_each_guard_stands_in_its_file() -> None:
    """Exactly once, all of them at a glance: who moves a guard moves its line here too."""
    texts = {m.file: (PACKAGE / m.file).read_text("utf-8") for m in MUTATIONS}
    assert [(m.file, m.guard) for m in MUTATIONS if texts[m.file].count(m.old) != 1] == []


@pytest.mark.parametrize("mutation", MUTATIONS, ids=lambda m: m.guard)
def test_a_guard_that_is_taken_out_turns_its_test_red(
    mutation: Mutation, runner: Runner, package: Path, red: list[str]
) -> None:
    """Without the guard its test fails; an error that is no failure, such as an import, does not count."""
    file = package / "topmind" / mutation.file
    text = file.read_text("utf-8")
    assert text.count(mutation.old) == 1, f"{mutation.file} no longer has this guard: move the line here too"
    with changed(file, text.replace(mutation.old, mutation.new)):
        verdict = runner.run(package, [mutation.test])
    assert verdict.code == RED, verdict.out
    red += verdict.red


def test_with_every_guard_in_place_what_turned_red_is_green(
    runner: Runner, package: Path, red: list[str]
) -> None:
    """On the unchanged copy, which is what the process reads: a red one above was the mutation's doing."""
    assert red, "run it with the mutations before it"
    verdict = runner.run(package, dict.fromkeys(red))
    assert verdict.code == GREEN, verdict.out
