"""The search index: Pagefind over the finished pages. No network, no service; files beside the site."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from topmind.errors import SiteError

#: Folder of the index.
INDEX = "pagefind"
#: Pagefind's ready-made interfaces; the theme has its own, so they are not published.
SPARE = ("pagefind-ui*", "pagefind-modular-ui*", "pagefind-component-ui*", "pagefind-highlight*")


def write_index(folder: Path) -> None:
    """Index every `data-pagefind-body` below `folder` into `folder/pagefind`. Raises SiteError."""
    command = [sys.executable, "-m", "pagefind", "--site", str(folder), "--quiet"]
    try:
        done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=600)
    except subprocess.TimeoutExpired:
        raise SiteError("the search index was not made within ten minutes.") from None
    made = folder / INDEX
    if done.returncode or not (made / "pagefind.js").is_file():
        words = (done.stderr or done.stdout).strip().splitlines()
        raise SiteError(
            f"the search index was not made: {words[-1] if words else 'Pagefind gave no reason'}.",
            fix="Build with search=False to leave it out.",
        )
    for pattern in SPARE:
        for path in made.glob(pattern):
            path.unlink()
