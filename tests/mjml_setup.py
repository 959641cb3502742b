"""Finds npm's mjml, beside which the figures of our MJML stand; installs it where npm is and works."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

PACKAGE = "mjml@5.4.1"
#: In the environment of the tests, so that `make clean` takes it along.
FOLDER = Path(sys.prefix) / "mjml"


def find() -> str | None:
    """The folder of its modules, or None."""
    own = Path(os.environ.get("TOPMIND_MJML") or FOLDER / "node_modules")
    return str(own) if (own / "mjml").is_dir() and shutil.which("node") else None


def install() -> None:
    """With the npm that is there, from wherever it gets its packages; nothing of them runs."""
    npm = shutil.which("npm")
    if npm is None or shutil.which("node") is None:
        return
    FOLDER.mkdir(exist_ok=True)
    options = ["--prefix", str(FOLDER), "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel", "error"]
    try:
        subprocess.run(
            [npm, "install", "--no-package-lock", *options, PACKAGE], check=False, timeout=180, cwd=FOLDER
        )
    except subprocess.TimeoutExpired:
        return


def main() -> int:
    """Print its folder. Without it the figures stand alone."""
    if find() is None:
        install()
    print(f"mjml of npm: {find() or 'not here (node and npm, or the package, are missing)'}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
