"""`topmind contacts`: an export checked and put where the runs look for it, and a first mapping of a new one."""

from __future__ import annotations

import os
import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from topmind import audience, settings
from topmind.audience import AudienceSpec
from topmind.audience.peek import peek
from topmind.audience.places import Place, place_of
from topmind.errors import AudienceError, UsageError
from topmind.model import Clock, Problem
from topmind.run import moment


@dataclass(frozen=True, slots=True, kw_only=True)
class Pushed:
    """An export that was put in place."""

    table: str
    rows: int
    #: Encoding, byte-order mark, delimiter or sheet, in words.
    form: str
    #: What is odd about it.
    findings: tuple[Problem, ...]
    #: Where it is now, as messages call it.
    where: str


def push(
    root: Path,
    file: Path,
    *,
    table: str | None,
    as_of: str | None,
    clock: Clock,
    environ: Mapping[str, str] | None = None,
) -> Pushed:
    """Check an export as a run would, then put it where the runs look for it.

    `table`: found from the file's name where not said. Raises UsageError, ContentError where the file would not be
    used (nothing is put anywhere), AudienceError where the place refuses it.
    """
    found = settings.load(root, environ)
    spec = audience.read_spec(found)
    name = _table(spec, file, table)
    place = place_of(spec, found, name)
    if place.database or place.piped:
        raise UsageError(
            f"[tables.{name}] comes from {place.shown}; a file cannot be put there.",
            fix="Name a folder or a bucket in TOPMIND_CONTACTS.",
        )
    target = PurePosixPath(place.s3) if place.s3 else place.path
    assert target is not None, "a file or an object"
    if target.suffix.lower() != file.suffix.lower() and target.suffix:
        raise UsageError(
            f"[tables.{name}] is a {target.suffix} file, and this is a {file.suffix or 'file without a suffix'}.",
            fix="Export it in the same form, or correct `file` in segments/_audience.toml.",
        )
    checked = audience.check_file(spec, found, moment.read(as_of, found, clock).as_of, name, file)
    form = peek(file, spec.tables[name]).form
    _put(file, place)  # last: whatever is raised before, the old one stays
    return Pushed(table=name, rows=checked.rows, form=form, findings=checked.findings, where=place.shown)


def propose(root: Path, file: Path, table: str | None) -> str:
    """The proposal for a file, with what was found as a comment before it. Raises AudienceError."""
    proposal = audience.propose(file.resolve(), root.resolve(), table)
    return f"# {file.name}: {proposal.found}\n{proposal.toml}"


def _table(spec: AudienceSpec, file: Path, said: str | None) -> str:
    known = ", ".join(spec.tables)
    if said is not None:
        if said not in spec.tables:
            raise UsageError(f"there is no [tables.{said}].", fix=f"Known: {known}.")
        return said
    named = [name for name, table in spec.tables.items() if _last(table.file) == file.name]
    if len(named) != 1:
        raise UsageError(f"no table has a file of the name {file.name}.", fix=f"Say which: --table {known}.")
    return named[0]


def _last(said: str) -> str:
    return PurePosixPath(said).name


def _put(file: Path, place: Place) -> None:
    """Whole or not at all, and for its owner's eyes only."""
    if place.s3:
        from topmind.aws.exports import upload

        upload(file, f"{place.s3}{file.name}" if place.many else place.s3)
        return
    assert place.path is not None, "a file or a folder"
    target = place.path / file.name if place.path.is_dir() else place.path
    temporary = target.with_name(f".{target.name}.{os.getpid()}.tmp")
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        if target.exists() and target.samefile(file):
            return
        temporary.touch(mode=0o600)
        shutil.copyfile(file, temporary)
        temporary.replace(target)
    except OSError as error:
        raise AudienceError(
            f"cannot be written: {error.strerror}.", where=place.shown, fix="Make room or set rights."
        ) from None
    finally:
        temporary.unlink(missing_ok=True)
