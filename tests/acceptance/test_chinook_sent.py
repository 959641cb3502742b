"""A business's own export, built, planned, sent to the outbox, twice; every mail from each customer's own person."""

from __future__ import annotations

import json
import shutil
from collections import Counter
from email import message_from_bytes, policy
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from topmind.cli.app import Options, app

DAY = "2025-12-22"


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory, repository: Path, shared: Path) -> Path:
    """The project at the same depth below a repository, so that its theme is where it says."""
    top = tmp_path_factory.mktemp("repository")
    (top / "themes").symlink_to(repository / "themes")
    root = top / "tests" / "data" / "chinook"
    ignored = shutil.ignore_patterns("var", "output")
    shutil.copytree(repository / "tests" / "data" / "chinook", root, ignore=ignored)
    said = (root / "segments" / "_audience.toml").read_text("utf-8")
    here = said.replace("../../../../../shared", str(shared))
    (root / "segments" / "_audience.toml").write_text(here, "utf-8")
    return root


def run(project: Path, *words: str) -> Any:
    """What a command prints as JSON."""
    done = CliRunner().invoke(app, ["-C", str(project), "--as-of", DAY, *words], obj=Options())
    assert done.exit_code == 0, done.output
    return json.loads(done.stdout) if "--json" in words else done.stdout


def test_built_planned_and_sent_twice(project: Path) -> None:
    """58 of 59 have an address that can be mailed; the second run sends nothing and prints the same counts."""
    run(project, "build")
    planned = run(project, "plan", "--json")
    first = run(project, "send", "--json")
    second = run(project, "send", "--json")
    assert planned["active"] == 59
    assert (first["planned"], first["accepted"], first["sent_now"]) == (58, 58, 58)
    counts = ("planned", "accepted", "refused", "skipped", "expired", "unknown", "waiting", "tasks")
    assert [second[c] for c in counts] == [first[c] for c in counts]
    assert second["sent_now"] == 0
    mails = sorted((project / "var" / "outbox").glob("*.eml"))
    assert len(mails) == 58
    senders: Counter[str] = Counter()
    for place in mails:
        mail = message_from_bytes(place.read_bytes(), policy=policy.default)
        sender = mail["From"].addresses[0].addr_spec
        assert mail["Reply-To"].addresses[0].addr_spec == sender
        senders[sender] += 1
    # customer 49, whose address cannot be mailed, is one of Margaret's 20
    assert senders == {
        "jane@chinook.example": 21,
        "margaret@chinook.example": 19,
        "steve@chinook.example": 18,
    }


def test_why_explains_any_of_them(project: Path) -> None:
    """Whoever was mailed and who was not."""
    for customer in ("1", "6", "35", "49", "59"):
        told = run(project, "why", customer)
        assert f"contact {customer}" in told
