"""Step 1 of the way of the data: files → settings, audience declaration, catalog, and every problem at once."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from topmind import audience, brand, catalog, planning, settings
from topmind.audience import AudienceSpec
from topmind.brand import Brand
from topmind.errors import ConfigError, ContentError
from topmind.model import Catalog, Clock, Level, Problem
from topmind.run import moment
from topmind.run.moment import Moment
from topmind.settings import Settings


@dataclass(frozen=True, slots=True, kw_only=True)
class Project:
    """A project as of one moment, without errors."""

    settings: Settings
    moment: Moment
    spec: AudienceSpec
    catalog: Catalog
    brand: Brand
    #: Warnings and notes of the loaders.
    findings: tuple[Problem, ...] = ()

    @property
    def root(self) -> Path:
        """Absolute path of the project."""
        return self.settings.root


def load(root: Path, *, as_of: str | None, clock: Clock, environ: Mapping[str, str] | None = None) -> Project:
    """Read everything people wrote; raises ContentError with all problems where one is an error."""
    found, project = examine(root, as_of=as_of, clock=clock, environ=environ)
    if project is None:
        raise ContentError(found)
    return project


def examine(
    root: Path, *, as_of: str | None, clock: Clock, environ: Mapping[str, str] | None = None
) -> tuple[tuple[Problem, ...], Project | None]:
    """All problems of the files (errors first), and the project where no error is among them."""
    places = settings.load(root, environ)
    at = moment.read(as_of, places, clock)
    problems: list[Problem] = []
    spec = look = None
    try:
        spec = audience.read_spec(places)
    except ConfigError as error:
        problems.append(_as_problem(error, "audience/settings"))
    try:
        look = brand.load(places.root)
    except ConfigError as error:
        problems.append(_as_problem(error, "brand/tokens"))
    loaded = catalog.load(places, at.as_of, spec.fields if spec else {})
    problems += _without_echo(loaded.problems, spec is None)
    if loaded.catalog is not None:
        problems += planning.check(loaded.catalog)
        if spec is not None:
            problems += audience.check(
                loaded.catalog.segments, loaded.catalog.sequences, loaded.catalog.items, spec
            )
    found = ordered(problems)
    errors = any(problem.level is Level.ERROR for problem in found)
    if errors or spec is None or look is None or loaded.catalog is None:
        return found, None
    return found, Project(
        settings=places, moment=at, spec=spec, catalog=loaded.catalog, brand=look, findings=found
    )


def ordered(problems: Iterable[Problem]) -> tuple[Problem, ...]:
    """Errors first, then by file and line; each finding once."""
    rank = {Level.ERROR: 0, Level.WARNING: 1, Level.INFO: 2}
    return tuple(sorted(set(problems), key=lambda p: (rank[p.level], p.path, p.line, p.rule, p.says)))


def _as_problem(error: ConfigError, rule: str) -> Problem:
    path, _, line = error.where.partition(":")
    return Problem(
        rule=rule,
        level=Level.ERROR,
        path=path,
        line=int(line) if line.isdigit() else 0,
        says=error.says,
        fix=error.fix,
    )


def _without_echo(problems: Iterable[Problem], no_fields: bool) -> list[Problem]:
    """Without declared fields every merge tag looks unknown: the cause is said once, not its echo."""
    return [p for p in problems if not (no_fields and p.rule == "merge-tag/unknown-field")]
