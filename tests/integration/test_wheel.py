"""The wheel, as a business gets it: built, installed beside nothing of this checkout, and played in an empty folder."""

from __future__ import annotations

import json
import os
import re
import socket
import subprocess
import sys
import sysconfig
import time
import urllib.error
import urllib.request
import venv
import zipfile
from collections.abc import Iterator
from contextlib import closing
from email import policy
from email.parser import BytesParser
from pathlib import Path
from typing import Any

import pytest

#: Of the checkout, what the sample is made of.
SAMPLE = ("content", "themes", "segments", "pelicanconf.py", ".github/workflows")


def run(*command: str | Path, cwd: Path, **environ: str) -> subprocess.CompletedProcess[str]:
    """A program to its end; its own words where it fails. Nothing of the tests' environment but the path."""
    env = {"PATH": os.environ["PATH"], "HOME": str(cwd), **environ}
    done = subprocess.run(
        [str(part) for part in command], cwd=cwd, env=env, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, (command, done.stdout[-2000:], done.stderr[-2000:])
    return done


@pytest.fixture(scope="module")
def wheel(repository: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel of this checkout, built without a network."""
    folder = tmp_path_factory.mktemp("wheel")
    run(
        sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", folder, repository, cwd=folder
    )
    (found,) = folder.glob("*.whl")
    return found


@pytest.fixture(scope="module")
def names(wheel: Path) -> list[str]:
    """Everything in it."""
    with zipfile.ZipFile(wheel) as archive:
        assert archive.testzip() is None
        return archive.namelist()


@pytest.fixture(scope="module")
def python(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A Python with the wheel in it. Dependencies come from this environment by a `.pth` file, of which Python reads
    no further `.pth` files: the editable copy of the checkout is out of reach."""
    home = tmp_path_factory.mktemp("installed") / "venv"
    venv.create(home, with_pip=False)
    bin_ = home / ("Scripts" if os.name == "nt" else "bin")
    run(
        sys.executable, "-m", "pip", "--python", bin_ / "python", "install", "--quiet", "--no-deps", "--no-index",
        "--disable-pip-version-check", wheel, cwd=home,
    )  # fmt: skip
    (inside,) = home.glob("lib/python*/site-packages") if os.name != "nt" else home.glob("Lib/site-packages")
    paths = sysconfig.get_paths()
    (inside / "dependencies.pth").write_text("\n".join({paths["purelib"], paths["platlib"]}) + "\n", "utf-8")
    where = run(bin_ / "python", "-c", "import topmind; print(topmind.__file__)", cwd=home).stdout
    assert Path(where.strip()).is_relative_to(home), "the tests would look at the checkout"
    return bin_ / "python"


@pytest.fixture(scope="module")
def topmind(python: Path) -> Path:
    """The command that the installation made."""
    return python.with_name("topmind")


@pytest.fixture(scope="module")
def played(topmind: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, dict[str, Any]]:
    """An empty folder after `topmind init --sample` and `topmind demo`; what the demo counted."""
    root = tmp_path_factory.mktemp("business")
    run(topmind, "init", "--sample", cwd=root)
    return root, json.loads(run(topmind, "demo", "--contacts", "100", "--json", cwd=root).stdout)


def tracked(repository: Path, *folders: str) -> list[str]:
    """Files of the checkout that git knows and that are there."""
    listed = run(
        "git", "ls-files", "--cached", "--others", "--exclude-standard", "--", *folders, cwd=repository
    )
    return [line for line in listed.stdout.splitlines() if (repository / line).is_file()]


def test_the_sample_is_all_there(repository: Path, names: list[str]) -> None:
    """Every file of the sample company, byte by byte under topmind/_sample/."""
    missing = {f"topmind/_sample/{path}" for path in tracked(repository, *SAMPLE)} - set(names)
    assert not missing
    assert "topmind/_sample/.github/workflows/send.yml" in names


def test_the_package_is_all_there(repository: Path, names: list[str]) -> None:
    """Templates, migrations, the mark of typed packages: whatever lies beside the modules."""
    files = tracked(repository, "plugins/topmind")
    missing = {path.removeprefix("plugins/") for path in files} - set(names)
    assert not missing
    assert "topmind/py.typed" in names
    assert any(name.startswith("topmind/live/templates/") for name in names)
    assert any(name.startswith("topmind/ledger/migrations/") for name in names)


def test_nothing_else_is_in_it(names: list[str]) -> None:
    """No tests, nothing that a run made, nobody's data."""
    tops = {name.split("/")[0] for name in names}
    assert {top for top in tops if not top.endswith(".dist-info")} == {"topmind"}
    inside = {name.split("/")[2] for name in names if name.startswith("topmind/_sample/")}
    assert inside == {"content", "themes", "segments", "pelicanconf.py", ".github"}
    odd = re.compile(r"__pycache__|\.pyc$|\.db|\.csv$|\.eml$|\.tmp$|keys\.json|/var/|/output/|/tests/|\.env")
    assert not [name for name in names if odd.search(name)]


def test_what_it_says_of_itself(wheel: Path, names: list[str]) -> None:
    """Name, licence with its text, the command, the oldest Python."""
    (metadata,) = (name for name in names if name.endswith("/METADATA"))
    with zipfile.ZipFile(wheel) as archive:
        text = archive.read(metadata).decode()
        entry = archive.read(metadata.replace("METADATA", "entry_points.txt")).decode()
    assert "License-Expression: AGPL-3.0-or-later" in text
    assert "Requires-Python: >=3.11" in text
    assert any(name.endswith("/licenses/LICENSE") for name in names)
    assert "topmind = topmind.cli:main" in entry


def test_the_demo_in_an_empty_folder(played: tuple[Path, dict[str, Any]]) -> None:
    """Content, site, plan and mails, from the wheel alone; the counts add up."""
    root, counts = played
    assert counts["contacts"] == 100
    assert counts["sent_now"] >= counts["accepted"] > 0, "what fell due on an earlier day leaves, too"
    assert counts["planned"] == sum(
        counts[name] for name in ("accepted", "refused", "skipped", "expired", "unknown", "waiting")
    )
    assert len(list((root / "var" / "outbox").glob("*.eml"))) == counts["sent_now"] + counts["task_mails"]
    assert (root / "output" / "index.html").is_file()
    assert (root / "output" / "pagefind").is_dir()


def test_a_second_demo_sends_nothing(played: tuple[Path, dict[str, Any]], topmind: Path) -> None:
    """The same counts with `sent_now: 0`, and not one file more."""
    root, first = played
    before = sorted(path.name for path in (root / "var" / "outbox").iterdir())
    again = json.loads(run(topmind, "demo", "--contacts", "100", "--json", cwd=root).stdout)
    assert again["sent_now"] == 0
    for name in ("planned", "accepted", "refused", "skipped", "expired", "unknown", "waiting", "tasks"):
        assert again[name] == first[name], name
    assert sorted(path.name for path in (root / "var" / "outbox").iterdir()) == before


def test_a_project_of_ones_own(topmind: Path, python: Path, tmp_path: Path) -> None:
    """`init` without the sample: it builds at once, and `python -m topmind` is the same program."""
    run(topmind, "init", "--name", "Alder Cove Bakery", cwd=tmp_path)
    run(topmind, "build", cwd=tmp_path)
    assert (tmp_path / "output" / "index.html").is_file()
    assert (
        run(python, "-m", "topmind", "--version", cwd=tmp_path).stdout
        == run(topmind, "--version", cwd=tmp_path).stdout
    )


@pytest.fixture
def desk(played: tuple[Path, dict[str, Any]], topmind: Path) -> Iterator[str]:
    """`topmind preview` on a free port; its address."""
    root, _ = played
    with closing(socket.create_server(("127.0.0.1", 0))) as taken:
        port = taken.getsockname()[1]
    env = {"PATH": os.environ["PATH"], "HOME": str(root)}
    child = subprocess.Popen(
        [str(topmind), "preview", "--port", str(port)],
        cwd=root,
        env=env,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
    )
    address = f"http://127.0.0.1:{port}"
    for _ in range(300):
        if child.poll() is not None:
            break
        try:
            get(f"{address}/desk/")
        except (urllib.error.URLError, ConnectionError):
            time.sleep(0.1)
        else:
            break
    yield address
    child.terminate()
    _, err = child.communicate(timeout=30)
    assert "Traceback" not in err, err


def get(url: str) -> str:
    """One page."""
    with urllib.request.urlopen(url, timeout=30) as answer:
        text: str = answer.read().decode("utf-8")
        return text


def test_the_desk_from_the_wheel(played: tuple[Path, dict[str, Any]], desk: str) -> None:
    """Site, plan, outbox and the page behind an unsubscribe link: every template is there."""
    root, _ = played
    assert "Harbor" in get(f"{desk}/")
    assert "What goes out next" in get(f"{desk}/desk/preview/")
    assert "use strict" in get(f"{desk}/desk/desk.js")
    for page in ("/desk/", "/desk/plan/", "/desk/outbox/"):
        assert "<h1" in get(f"{desk}{page}"), page
    mail = BytesParser(policy=policy.default).parsebytes(
        next(
            raw
            for path in sorted((root / "var" / "outbox").glob("*.eml"))
            if b"List-Unsubscribe:" in (raw := path.read_bytes())
        )
    )
    link = str(mail["List-Unsubscribe"]).strip("<>")
    assert "<button" in get(desk + re.sub(r"^https?://[^/]+", "", link))
