"""A cancel that comes while a send still starts, and whose exception somebody swallows, ends it all the same."""

from __future__ import annotations

import signal
import subprocess
import sys
from pathlib import Path

import pytest

from small_company import CONF, a_company

#: What Python itself does in callbacks of weak references, such as those of each import; here for certain, and late.
SWALLOWS = """
import os, signal

class Gone:
    def __del__(self):
        os.kill(os.getpid(), signal.{name})

Gone()
"""


@pytest.mark.parametrize(("name", "code"), [("SIGINT", 130), ("SIGTERM", 143)])
def test_a_swallowed_signal_counts(tmp_path: Path, name: str, code: int) -> None:
    """Nobody is mailed, and the exit code is the signal's."""
    root = a_company(tmp_path / "alder", people=4)

    def run(*words: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-m", "topmind", "-C", str(root), *words],
            text=True,
            capture_output=True,
            check=False,
            # a runner in the background of a shell would hand on a SIGINT that is ignored
            preexec_fn=lambda: signal.signal(signal.SIGINT, signal.default_int_handler),
        )

    assert run("build", "--no-search").returncode == 0
    (root / "pelicanconf.py").write_text(CONF + SWALLOWS.format(name=name), "utf-8")
    done = run("send")
    assert "Exception ignored in" in done.stderr, "nobody swallowed anything"
    assert done.returncode == code, done.stdout + done.stderr
    assert not list((root / "var").glob("outbox/*.eml"))
