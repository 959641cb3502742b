"""Finds the npm package aws-ses-v2-local, a second opinion on our SES calls; installs it where npm is and works."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

PACKAGE = "aws-ses-v2-local@2.10.2"
#: In the environment of the tests, so that `make clean` takes it along.
FOLDER = Path(sys.prefix) / "ses-local"


def find() -> str | None:
    """Path of its command, or None."""
    if told := os.environ.get("TOPMIND_SES_LOCAL"):
        return told
    own = FOLDER / "node_modules" / ".bin" / "aws-ses-v2-local"
    return str(own) if own.exists() and shutil.which("node") else None


def install() -> None:
    """With the npm that is there, from wherever it gets its packages; nothing of them runs."""
    npm = shutil.which("npm")
    if npm is None or shutil.which("node") is None:
        return
    FOLDER.mkdir(exist_ok=True)
    options = ["--prefix", str(FOLDER), "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel", "error"]
    try:
        subprocess.run([npm, "install", *options, PACKAGE], check=False, timeout=180, cwd=FOLDER)
    except subprocess.TimeoutExpired:
        return


def main() -> int:
    """Print its path. Without it one test is skipped, and says so."""
    if find() is None:
        install()
    print(
        f"SES of npm: {find() or 'not here (node and npm, or the package, are missing); its tests are skipped'}"
    )
    return 0


if __name__ == "__main__":
    sys.exit(main())
