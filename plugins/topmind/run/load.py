"""Step 1 of the way of the data: files → settings, audience declaration, catalog, and every problem at once."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path, PurePosixPath

from topmind import audience, brand, catalog, checks, settings
from topmind.audience import AudienceSpec
from topmind.audience.spec import PATH as AUDIENCE
from topmind.brand import Brand
from topmind.catalog.unread import Unread
from topmind.errors import ConfigError, ContentError
from topmind.model import Catalog, Clock, Level, Problem
from topmind.run import moment
from topmind.run.moment import Moment
from topmind.run.toml_lines import line_of
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


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """What could be read of a project, errors or not."""

    settings: Settings
    moment: Moment
    #: None = `_audience.toml` has an error.
    spec: AudienceSpec | None
    #: What could be read of the content; None where the company could not.
    partial: Catalog | None
    #: The same, with a stand-in for a company that could not be read: for looking at other files only.
    readable: Catalog
    #: What could not.
    unread: Unread
    #: None = `themes/brand.toml` has an error.
    brand: Brand | None
    #: Errors first.
    problems: tuple[Problem, ...]
    #: None = an error is among the problems.
    project: Project | None


def load(
    root: Path,
    *,
    as_of: str | None,
    clock: Clock,
    environ: Mapping[str, str] | None = None,
    planned: bool = True,
) -> Project:
    """Read everything people wrote; raises ContentError with all problems where one is an error. See `look`."""
    seen = look(root, as_of=as_of, clock=clock, environ=environ, planned=planned)
    if seen.project is None:
        raise ContentError(seen.problems)
    return seen.project


def examine(
    root: Path, *, as_of: str | None, clock: Clock, environ: Mapping[str, str] | None = None
) -> tuple[tuple[Problem, ...], Project | None]:
    """All problems of the files (errors first), and the project where no error is among them."""
    seen = look(root, as_of=as_of, clock=clock, environ=environ)
    return seen.problems, seen.project


def look(
    root: Path,
    *,
    as_of: str | None,
    clock: Clock,
    environ: Mapping[str, str] | None = None,
    planned: bool = True,
    instead: Mapping[str, bytes] | None = None,
) -> Seen:
    """Everything people wrote, as far as it can be read. Raises ConfigError where the settings cannot.

    Without `planned` the planner is not asked (public holidays alone take a tenth of a second): enough for who is in
    which segment, not for a plan, unless there are mistakes anyway. `instead`: texts to read in place of what files of this path hold now.
    """
    places = settings.load(root, environ)
    at = moment.read(as_of, places, clock)
    problems: list[Problem] = []
    spec = tokens = None
    try:
        spec = audience.read_spec(places)
    except ConfigError as error:
        problems += _as_problems(error, "audience/settings", places.root)
    try:
        tokens = brand.load(places.root)
    except ConfigError as error:
        problems += _as_problems(error, "brand/tokens", places.root)
    loaded = catalog.load(places, at.as_of, spec.fields if spec else {}, instead=instead, rules=checks.RULES)
    problems += loaded.problems
    problems += _further(
        loaded.readable, spec, loaded.problems, planned=planned, company=loaded.partial is not None
    )
    found = ordered(_without_echo(problems, places.root, spec))
    errors = any(problem.level is Level.ERROR for problem in found)
    project = None
    if not errors and spec and tokens and loaded.catalog:
        read = _with_occasions(loaded.catalog) if planned else loaded.catalog
        project = Project(settings=places, moment=at, spec=spec, catalog=read, brand=tokens, findings=found)
    return Seen(
        settings=places,
        moment=at,
        spec=spec,
        partial=loaded.partial,
        readable=loaded.readable,
        unread=loaded.unread,
        brand=tokens,
        problems=found,
        project=project,
    )


def _with_occasions(read: Catalog) -> Catalog:
    from topmind import planning

    return planning.with_call_backs(planning.with_occurrences(read))


def _further(
    read: Catalog,
    spec: AudienceSpec | None,
    problems: Iterable[Problem],
    *,
    planned: bool,
    company: bool,
) -> Iterator[Problem]:
    """What is wrong beyond single files, in the same run as their own mistakes, but not the echo of those.

    `company`: its file could be read; the planner asks it at every turn.
    """
    errors = tuple(p for p in problems if p.level is Level.ERROR)
    broken = {PurePosixPath(p.path) for p in errors}
    if company and (planned or broken):  # who has to mend something is told of everything
        from topmind import planning

        unread = Unread(errors=errors)
        for problem in planning.check(read):
            if checks.certain(problem, unread):
                yield placed(problem, Path(read.root))
    if spec is not None:
        stems = {path.stem for path in broken if path.parent.name == "segments"}
        yield from audience.check(read.segments, read.sequences, read.items, spec, stems)


def placed(problem: Problem, root: Path) -> Problem:
    """With the line of the key that it is about; a promise may stand in the file, or only in the company's."""
    if problem.line or not problem.key:
        return problem
    lines = (root / problem.path).read_text("utf-8", "replace").splitlines()
    found = (number for number, line in enumerate(lines, start=1) if line.startswith(f"{problem.key}:"))
    return replace(problem, line=next(found, 0))


def ordered(problems: Iterable[Problem]) -> tuple[Problem, ...]:
    """Errors first, then by file and line; each finding once."""
    rank = {Level.ERROR: 0, Level.WARNING: 1, Level.INFO: 2}
    return tuple(sorted(set(problems), key=lambda p: (rank[p.level], p.path, p.line, p.rule, p.says)))


def _as_problems(error: ConfigError, rule: str, root: Path) -> Iterator[Problem]:
    """One for each mistake, on its line of the TOML file."""
    try:
        text = (root / error.where).read_text("utf-8", "replace")
    except OSError:
        text = ""
    for says, fix in error.mistakes or ((error.says, error.fix),):
        yield Problem(
            rule=rule, level=Level.ERROR, path=error.where, line=line_of(text, says), says=says, fix=fix
        )


def _without_echo(problems: list[Problem], root: Path, spec: AudienceSpec | None) -> list[Problem]:
    """Without declared fields every merge tag looks unknown: the cause is said once, not its echo."""
    missing = not (root / AUDIENCE).exists()
    kept = [p for p in problems if p.rule != "merge-tag/unknown-field" or not (missing or spec is None)]
    if not missing or len(kept) == len(problems):
        return kept
    return [
        *(p for p in kept if p.rule != "rule/no-audience"),
        Problem(
            rule="audience/missing",
            level=Level.ERROR,
            path=AUDIENCE,
            line=0,
            says="is missing, so no field of a contact is declared; the texts use some.",
            fix="`topmind init` shows one.",
        ),
    ]
