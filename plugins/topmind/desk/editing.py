"""Where a file of the project can be edited in a browser: on GitHub, if the project is there."""

from __future__ import annotations

import configparser
import re
from pathlib import Path
from urllib.parse import quote

from topmind.desk.calendar import Edit

_REMOTE = re.compile(
    r"(?:https://(?:[^@/]+@)?|git@|ssh://git@)github\.com[:/]([\w.-]+)/([\w.-]+?)(?:\.git)?/?"
)


def editor(root: Path) -> Edit:
    """GitHub's editor for the branch that is checked out; else the desk's own page that shows the file."""
    base = github(root)

    def edit(path: str) -> str:
        return f"{base}/{quote(path)}" if base else f"/desk/file/{quote(path)}"

    return edit


def github(root: Path) -> str:
    """`https://github.com/OWNER/NAME/edit/BRANCH`; "" where the project is no checkout of a repository there."""
    parser = configparser.ConfigParser(strict=False, interpolation=None)
    try:
        parser.read_string(re.sub(r"^\s+", "", (root / ".git/config").read_text("utf-8"), flags=re.MULTILINE))
        head = (root / ".git/HEAD").read_text("utf-8").strip()
    except (OSError, UnicodeDecodeError, configparser.Error):
        return ""
    found = _REMOTE.fullmatch(parser.get('remote "origin"', "url", fallback=""))
    if found is None or not head.startswith("ref: refs/heads/"):
        return ""
    return f"https://github.com/{found[1]}/{found[2]}/edit/{quote(head.removeprefix('ref: refs/heads/'))}"
