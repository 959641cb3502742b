"""The scheduled send as it stands in the repository: its own `run:` steps, in a fresh clone, twice."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from datetime import date
from pathlib import Path
from typing import Any

import boto3
import pytest

from actions import ROOT, applies, evaluated, rendered, workflow

WORKFLOWS = ROOT / ".github" / "workflows"
#: A scheduled run, whose site could be published: no inputs, no variables.
SCHEDULED = {"needs.publish.result": "success"}


def scheduled_jobs(name: str = "send.yml") -> list[list[dict[str, Any]]]:
    """The steps of each job of a scheduled run, in order, through reusable workflows."""
    jobs = []
    for job in workflow(name)["jobs"].values():
        if not applies(job, SCHEDULED):
            continue
        if "uses" in job:
            jobs += scheduled_jobs(Path(job["uses"]).name)
        else:
            jobs.append([step for step in job["steps"] if applies(step, SCHEDULED)])
    return jobs


class Runner:
    """A hosted runner: each job has a new machine with a shallow clone; only artifacts go from one to the next."""

    def __init__(self, folder: Path, **environ: str) -> None:
        self.folder = folder
        self.environ = environ
        self.artifacts: dict[str, Path] = {}
        #: The disks of the jobs so far.
        self.disks: list[Path] = []
        self.printed = ""

    def run(self) -> None:
        """Every job of one scheduled run."""
        self.artifacts.clear()
        for steps in scheduled_jobs():
            disk = self.folder / f"job{len(self.disks)}"
            self.disks.append(disk)
            for step in steps:
                self._step(step, disk)

    def _step(self, step: dict[str, Any], disk: Path) -> None:
        action = step.get("uses", "").partition("@")[0]
        if action == "actions/checkout":
            clone = ["git", "clone", "-q", "--no-local", "--depth", "1", ROOT.as_uri(), str(disk)]
            subprocess.run(clone, check=True)
            # in place of what the step Install would make
            (disk / ".venv").symlink_to(Path(sys.executable).parent.parent)
        elif action == "actions/upload-pages-artifact":
            kept = self.folder / f"artifact{len(self.disks)}.tar"
            told = ["tar", "--directory", step["with"]["path"], "-cf", str(kept), "--exclude=.git", "."]
            subprocess.run(told, cwd=disk, check=True)
            self.artifacts["github-pages"] = kept
        elif action == "actions/download-artifact":
            disk.mkdir(exist_ok=True)
            shutil.copy(self.artifacts[step["with"]["name"]], disk / "artifact.tar")
        elif "run" in step and step["name"] != "Install":
            self._script(step, disk)

    def _script(self, step: dict[str, Any], disk: Path) -> None:
        known = {"PATH": os.environ["PATH"], "HOME": str(disk), "NO_COLOR": "1", "FIRST_SEND": ""}
        done = subprocess.run(
            ["bash", "-e", "-c", step["run"]],
            cwd=disk,
            env=known | self.environ,
            text=True,
            capture_output=True,
            check=False,
        )
        assert done.returncode == 0, f"{step['name']}: {done.stdout}\n{done.stderr}"
        self.printed += done.stdout + done.stderr

    def mails(self) -> list[str]:
        """Names in the outboxes of all machines so far."""
        return [path.name for disk in self.disks for path in (disk / "var" / "outbox").glob("*.eml")]


def test_a_scheduled_run_sends_some_and_the_next_one_none(tmp_path: Path, moto: str) -> None:
    """Site and mails are made by the very steps of send.yml, each job on a machine of its own that shares the ledger
    in a bucket and nothing else; a second run adds not one mail."""
    from topmind.testing import audience

    audience.write(tmp_path / "contacts", as_of=date(2026, 12, 1), contacts=100)
    keys = {"AWS_ACCESS_KEY_ID": "simulated", "AWS_SECRET_ACCESS_KEY": "simulated"}
    environ = {
        **keys,
        "AWS_REGION": "us-east-1",
        "AWS_DEFAULT_REGION": "us-east-1",
        "AWS_ENDPOINT_URL": moto,
        "TOPMIND_LEDGER": "s3://ticks/harbor",
        "TOPMIND_CONTACTS": str(tmp_path / "contacts"),
        "TOPMIND_TRANSPORT": "outbox",
        "TOPMIND_KEYS": json.dumps({name: [name[0] * 43] for name in ("links", "addresses", "coupons")}),
    }
    boto3.client(
        "s3", endpoint_url=moto, region_name="us-east-1", **{name.lower(): key for name, key in keys.items()}
    ).create_bucket(Bucket="ticks")
    runner = Runner(tmp_path, **environ)
    runner.run()
    sent = runner.mails()
    assert sent
    assert len(sent) == len(set(sent))
    runner.run()
    assert runner.mails() == sent
    assert "@" not in re.sub(r"\S+@harborandpine\.example", "", runner.printed)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("vars.NAME || 'outbox'", "ses"),
        ("vars.NONE || 'outbox'", "outbox"),
        ("inputs.yes && '--first-send' || ''", "--first-send"),
        ("inputs.no && '--first-send' || ''", ""),
        ("inputs.none == ''", True),
        ("inputs.none != '' || !inputs.no", True),
        ("!cancelled() && (needs.publish.result == 'SUCCESS' || inputs.stop != '')", True),
        ("true && null", None),
        ("'it''s'", "it's"),
    ],
)
def test_expressions(text: str, value: object) -> None:
    """What our reader of workflows makes of them is what GitHub says of its own."""
    context = {"vars.NAME": "ses", "inputs.yes": True, "inputs.no": False, "needs.publish.result": "success"}
    assert evaluated(text, context) == value


def test_expressions_in_text() -> None:
    """Filled in where they stand; null is nothing."""
    assert rendered("a ${{ x.y || 'b' }} ${{ x.y }}c ${{ !x.y }}", {}) == "a b c true"


@pytest.mark.parametrize("text", ["a ||", "(a", "a b", "fromJSON('1')", "a < b", ""])
def test_an_expression_that_nobody_reads(text: str) -> None:
    """Whatever the reader does not know is no silent yes or no."""
    with pytest.raises(ValueError, match=r"something|bracket|what is"):
        evaluated(text, {})


def test_every_step_that_may_be_cancelled_hands_its_signal_on() -> None:
    """The shell of a step hears the cancel first: topmind must have taken its place by `exec`."""
    send = workflow("send.yml")["jobs"]["send"]["steps"]
    scripts = [s["run"] for s in send if "topmind" in s.get("run", "") and s["name"] != "Install"]
    assert len(scripts) == 4
    assert all(script.startswith("exec ") for script in scripts)


def test_feedback_comes_before_the_plan_and_the_send() -> None:
    """Who bounced or complained since the last run is in no plan; an outbox hears of nobody."""
    names = [step.get("name") for step in workflow("send.yml")["jobs"]["send"]["steps"]]
    assert names.index("Feedback") < names.index("Plan") < names.index("Send")
    assert "Feedback" not in [step.get("name") for job in scheduled_jobs() for step in job]


def test_every_step_that_opens_the_ledger_has_its_keys() -> None:
    """Without the key ring `plan` refuses a ledger of `ses`, and the send behind it would never come; a stop needs none."""
    steps = workflow("send.yml")["jobs"]["send"]["steps"]
    opens = [step for step in steps if re.search(r"topmind (feedback|plan|send)", step.get("run", ""))]
    assert [step["name"] for step in opens] == ["Feedback", "Plan", "Send"]
    assert [step["env"].get("TOPMIND_KEYS") for step in opens] == ["${{ secrets.TOPMIND_KEYS }}"] * 3


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


@pytest.mark.parametrize("name", ["ci.yml", "preview.yml"])
def test_pull_requests_see_no_secret(name: str) -> None:
    """The jobs that run foreign code have no secret, no token to write and no identity."""
    text = (WORKFLOWS / name).read_text("utf-8")
    (job,) = workflow(name)["jobs"].values()
    assert job["permissions"] == {"contents": "read"}
    assert all(
        step["with"]["persist-credentials"] is False
        for step in job["steps"]
        if "checkout" in step.get("uses", "")
    )
    assert "vars." not in text
    assert "secrets." not in text
    assert "id-token" not in text
    assert "pull_request_target" not in text


def test_every_setting_of_the_readme_reaches_the_send() -> None:
    """A variable that send.yml does not pass on would be set in the repository and have no effect."""
    readme = (ROOT / "README.md").read_text("utf-8")
    named = set(re.findall(r"`(TOPMIND_[A-Z_]+)`", readme))
    job = workflow("send.yml")["jobs"]["send"]
    passed = set(job["env"]).union(*(step.get("env", {}) for step in job["steps"]))
    elsewhere = {"TOPMIND_SITE_BUCKET", "TOPMIND_AS_OF", "TOPMIND_SEND_ROLE"}
    assert named - passed <= elsewhere, "publish.yml, a pinned day"


def test_a_pull_request_gets_pages_pictures_and_a_summary(tmp_path: Path) -> None:
    """The steps of preview.yml fit what the export writes, with and without a browser on the runner; mistakes fail
    the run only after everything is uploaded."""
    steps = {
        step.get("name", step.get("uses", "").partition("@")[0]): step
        for step in workflow("preview.yml")["jobs"]["preview"]["steps"]
    }
    assert steps["Preview"]["run"].endswith("topmind preview --export var/preview")
    assert list(steps).index("actions/upload-artifact") < list(steps).index("Check")
    assert steps["actions/upload-artifact"]["with"]["path"] == "var/preview"
    mail = tmp_path / "var/preview/preview/tuesday-fix--2026-W50/a/sample"
    mail.mkdir(parents=True)
    (mail / "light.html").write_text("<p>")
    (tmp_path / "var/preview/summary.md").write_text("## Preview\n")
    (tmp_path / "bin").mkdir()
    environ = {"PATH": f"{tmp_path / 'bin'}:/usr/bin:/bin", "GITHUB_STEP_SUMMARY": str(tmp_path / "said.md")}

    def run(name: str) -> None:
        subprocess.run(["bash", "-e", "-c", steps[name]["run"]], cwd=tmp_path, env=environ, check=True)

    chrome = tmp_path / "bin/google-chrome"
    chrome.write_text('#!/bin/sh\necho "$@" >> "$PWD/asked"\n')
    chrome.chmod(0o755)
    run("Pictures")
    assert "--screenshot=var/preview/pictures/tuesday-fix--2026-W50.png" in (tmp_path / "asked").read_text()
    run("Summary")
    assert (tmp_path / "said.md").read_text().startswith("## Preview\nDownload the artifact `preview`")
