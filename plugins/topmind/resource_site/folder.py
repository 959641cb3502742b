"""Build beside the site, then swap: the last good site stays until the new one is whole."""

from __future__ import annotations

import fcntl
import hashlib
import json
import os
import shutil
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from topmind.errors import SiteError

#: Says that a folder is ours to replace, and what stands in it: `{"as_of", "files": {path: sha256}}`.
MANIFEST = ".topmind/manifest.json"


@contextmanager
def new_folder(output: Path) -> Iterator[Path]:
    """A fresh folder beside `output` that takes its place when the block ends well, and is gone otherwise.

    Raises SiteError where another build holds the place, or `output` holds something that is no site of ours.
    """
    _refuse_foreign(output)
    output.parent.mkdir(parents=True, exist_ok=True)
    fresh, old = (output.with_name(f".{output.name}.{word}.tmp") for word in ("new", "old"))
    with _alone(output):
        if old.exists() and not output.exists():
            old.rename(output)  # a build died between its two renames
        for left in (fresh, old):
            shutil.rmtree(left, ignore_errors=True)
        fresh.mkdir()
        try:
            yield fresh
            _swap(fresh, output, old)
        finally:
            shutil.rmtree(fresh, ignore_errors=True)
            shutil.rmtree(old, ignore_errors=True)


def _refuse_foreign(output: Path) -> None:
    if output.is_symlink() or (output.exists() and not output.is_dir()):
        raise SiteError("is no folder.", where=str(output), fix="Name a folder of its own for the site.")
    if output.is_dir() and any(output.iterdir()) and not (output / MANIFEST).is_file():
        raise SiteError(
            "holds files that no build of this site made, and a build replaces the whole folder.",
            where=str(output),
            fix="Empty it, or name another folder.",
        )


@contextmanager
def _alone(output: Path) -> Iterator[None]:
    """Hold the parent folder: two builds of one site at a time would mix."""
    handle = os.open(output.parent, os.O_RDONLY)
    try:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise SiteError(
                "another build is writing this site.", where=str(output), fix="Wait until it has ended."
            ) from None
        yield
    finally:
        os.close(handle)


def _swap(fresh: Path, output: Path, old: Path) -> None:
    if output.exists():
        output.rename(old)
    try:
        fresh.rename(output)
    except OSError:
        if old.exists():
            old.rename(output)
        raise


def write_manifest(folder: Path, as_of: str) -> Mapping[str, str]:
    """Write `MANIFEST` over all files of `folder`; returns path → SHA-256 in hex."""
    paths = (path for path in sorted(folder.rglob("*")) if path.is_file())
    files = {
        path.relative_to(folder).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest() for path in paths
    }
    target = folder / MANIFEST
    target.parent.mkdir()
    target.write_text(json.dumps({"as_of": as_of, "files": files}, indent=1) + "\n", "utf-8")
    return files


def read_manifest(output: Path) -> Mapping[str, str]:
    """Path → SHA-256 of the site that stands at `output`; empty where there is none."""
    try:
        loaded = json.loads((output / MANIFEST).read_text("utf-8"))
        return {str(path): str(value) for path, value in loaded["files"].items()}
    except (OSError, ValueError, KeyError, AttributeError, TypeError):
        return {}


def addresses(files: Iterable[str]) -> frozenset[str]:
    """Addresses of the pages among these paths: `/tips/gutters/` for `tips/gutters/index.html`."""
    return frozenset(f"/{name.removesuffix('index.html')}" for name in files if name.endswith(".html"))
