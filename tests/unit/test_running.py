"""How the tests themselves are run: the longest first, files in memory, compiled modules kept."""

from __future__ import annotations

import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import scratch
from longest import LONGEST, longest_first

TESTS = Path(__file__).parents[1]


@dataclass(frozen=True)
class Item:
    """What of a test matters here."""

    nodeid: str


def test_the_longest_files_come_first_and_nothing_else_moves() -> None:
    """Whole files; the others stay in their order, and so do the tests of a file."""
    items = [Item(f"tests/{one}") for one in ("b.py::2", "a.py::x", "year.py::1", "life.py::2", "life.py::1")]
    longest_first(items, ("life.py", "year.py"))
    assert [item.nodeid for item in items] == [
        f"tests/{one}" for one in ("life.py::2", "life.py::1", "year.py::1", "b.py::2", "a.py::x")
    ]


def test_the_longest_files_are_there() -> None:
    """A file that is renamed is renamed there too."""
    assert [name for name in LONGEST if not (TESTS / name).is_file()] == []


def told(folder: Path, *, room: int = 1, **environ: str) -> list[str]:
    """Where a process of its own writes after `use_memory`, and what it hands on."""
    program = (
        "import os, sys, tempfile, scratch; from pathlib import Path; scratch.MEMORY = Path(sys.argv[1]);"
        " scratch.ROOM = int(sys.argv[2]);"
        " scratch.use_memory(); scratch.keep_compiled();"
        " print(tempfile.gettempdir(), os.environ.get('TMPDIR'), sys.dont_write_bytecode, sep='\\n')"
    )
    kept = {name: value for name, value in os.environ.items() if name not in {"TMPDIR", scratch.CHANGING}}
    done = subprocess.run(
        [sys.executable, "-c", program, folder, str(room)],
        cwd=TESTS,
        env={**kept, **environ},
        text=True,
        capture_output=True,
        check=True,
    )
    return done.stdout.split()


def test_temporary_files_lie_in_memory_where_there_is_room(tmp_path: Path) -> None:
    """Where it is full or missing, or somebody says another place, nothing changes."""
    other = tmp_path / "other"
    other.mkdir()
    assert told(tmp_path)[:2] == [str(tmp_path), str(tmp_path)]
    assert told(tmp_path, TMPDIR=str(other))[:2] == [str(other), str(other)]
    assert told(tmp_path, room=2**62)[1] == "None"
    assert told(tmp_path / "missing")[1] == "None"


def test_compiled_modules_are_kept_but_not_of_a_package_that_changes(tmp_path: Path) -> None:
    """Two texts of one second and one length look alike to Python."""
    assert told(tmp_path, PYTHONDONTWRITEBYTECODE="1")[2] == "False"
    assert told(tmp_path, PYTHONDONTWRITEBYTECODE="1", **{scratch.CHANGING: "1"})[2] == "True"
