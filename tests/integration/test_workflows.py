"""The scheduled send as it stands in the repository: its own `run:` steps, in a fresh clone, twice."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from datetime import date
from pathlib import Path
from typing import Any

import pytest
import yaml

ROOT = Path(__file__).parents[2]
WORKFLOWS = ROOT / ".github" / "workflows"
#: What a scheduled run (no inputs, Pages, outbox) makes of each condition of these files.
CONDITIONS = {
    "inputs.stop == ''": True,
    "${{ inputs.stop == '' }}": True,
    "inputs.stop != ''": False,
    "${{ inputs.stop == '' && !inputs.dry_run }}": True,
    "${{ inputs.stop == '' && !inputs.dry_run && vars.TOPMIND_FEEDBACK_QUEUE != '' }}": False,
    "${{ !cancelled() && (needs.publish.result == 'success' || inputs.stop != '') }}": True,
    "vars.TOPMIND_SITE_BUCKET == ''": True,
    "vars.TOPMIND_SITE_BUCKET != ''": False,
    "vars.TOPMIND_SEND_ROLE != ''": False,
}


def workflow(name: str) -> dict[Any, Any]:
    """One workflow as data (`on` is the key True in YAML 1.1)."""
    loaded: dict[Any, Any] = yaml.safe_load((WORKFLOWS / name).read_text("utf-8"))
    return loaded


def applies(part: dict[str, Any]) -> bool:
    """Whether a scheduled run takes this job or step; an unknown condition fails the test."""
    return "if" not in part or CONDITIONS[part["if"]]


def scheduled_steps(name: str = "send.yml") -> list[tuple[str, str]]:
    """(name, script) of every `run:` step of a scheduled run, in order, through reusable workflows."""
    steps: list[tuple[str, str]] = []
    for job in workflow(name)["jobs"].values():
        if not applies(job):
            continue
        if "uses" in job:
            steps += scheduled_steps(Path(job["uses"]).name)
        steps += [(s["name"], s["run"]) for s in job.get("steps", []) if "run" in s and applies(s)]
    return steps


@pytest.fixture
def clone(tmp_path: Path) -> Path:
    """A fresh clone with this environment in place of the one that the step Install would make."""
    target = tmp_path / "clone"
    subprocess.run(
        ["git", "clone", "-q", "--no-local", "--depth", "1", ROOT.as_uri(), str(target)], check=True
    )
    (target / ".venv").symlink_to(Path(sys.executable).parent.parent)
    return target


def run_once(clone: Path, contacts: Path) -> str:
    """Every step of one scheduled run; returns what they printed."""
    env = {
        "PATH": os.environ["PATH"],
        "HOME": str(clone),
        "TOPMIND_CONTACTS": str(contacts),
        "TOPMIND_TRANSPORT": "outbox",
        "NO_COLOR": "1",
    }
    printed = ""
    for name, script in scheduled_steps():
        if name == "Install":
            continue
        done = subprocess.run(
            ["bash", "-e", "-c", script], cwd=clone, env=env, text=True, capture_output=True, check=False
        )
        assert done.returncode == 0, f"{name}: {done.stdout}\n{done.stderr}"
        printed += done.stdout + done.stderr
    return printed


def test_a_scheduled_run_sends_some_and_the_next_one_none(clone: Path, tmp_path: Path) -> None:
    """Site and mails are made by the very steps of send.yml; a second tick adds not one file."""
    from topmind.testing import audience

    audience.write(tmp_path / "contacts", as_of=date(2026, 12, 1))
    first = run_once(clone, tmp_path / "contacts")
    outbox = clone / "var" / "outbox"
    sent = {path.name for path in outbox.glob("*.eml")}
    assert sent
    assert (clone / "output" / "index.html").is_file()
    second = run_once(clone, tmp_path / "contacts")
    assert {path.name for path in outbox.glob("*.eml")} == sent
    assert "@" not in re.sub(r"\S+@harborandpine\.example", "", first + second)


def test_every_step_that_may_be_cancelled_hands_its_signal_on() -> None:
    """The shell of a step hears the cancel first: topmind must have taken its place by `exec`."""
    send = workflow("send.yml")["jobs"]["send"]["steps"]
    scripts = [s["run"] for s in send if "topmind" in s.get("run", "") and s["name"] != "Install"]
    assert len(scripts) == 4
    assert all(script.startswith("exec ") for script in scripts)


def test_feedback_comes_before_the_plan_and_the_send() -> None:
    """Who bounced or complained since the last run is in no plan; without a queue the step is left out."""
    names = [step.get("name") for step in workflow("send.yml")["jobs"]["send"]["steps"]]
    assert names.index("Feedback") < names.index("Plan") < names.index("Send")
    assert "Feedback" not in dict(scheduled_steps())


def test_ticks_are_at_odd_minutes_several_times_a_day() -> None:
    """Scheduled runs at the full hour are the ones that come late or not at all."""
    lines = [entry["cron"].split() for entry in workflow("send.yml")[True]["schedule"]]
    assert all(int(minute) % 2 == 1 for minute, *_ in lines)
    assert sum(len(hours.split(",")) for _, hours, *_ in lines) >= 4


@pytest.mark.parametrize("path", sorted(WORKFLOWS.glob("*.yml")), ids=lambda p: p.name)
def test_actions_are_pinned_and_permissions_minimal(path: Path) -> None:
    """Every foreign action by commit SHA; nothing is granted at the top."""
    text = path.read_text("utf-8")
    uses = re.findall(r"uses:\s*(\S+)", text)
    assert all(u.startswith("./") or re.search(r"@[0-9a-f]{40}$", u) for u in uses)
    assert workflow(path.name)["permissions"] == {}


def test_pull_requests_see_no_secret() -> None:
    """The job that runs foreign code has no secret, no token to write and no identity."""
    text = (WORKFLOWS / "ci.yml").read_text("utf-8")
    assert "secrets." not in text
    assert "id-token" not in text
    assert "pull_request_target" not in text
