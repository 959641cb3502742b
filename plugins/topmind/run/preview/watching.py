"""The preview of a project that somebody is editing: what they write shows at once, the plan behind the counts follows."""

from __future__ import annotations

import os
import threading
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from topmind.audience import AudienceSpec
from topmind.brand import Brand
from topmind.errors import ConfigError, TopmindError
from topmind.model import Catalog, Clock, Level, Problem
from topmind.planning import with_call_backs, with_occurrences
from topmind.run import inspect
from topmind.run import load as load_
from topmind.run.approving import wait_of
from topmind.run.decide import Decided
from topmind.run.load import Project, Seen
from topmind.run.preview.coming import LOOK, look
from topmind.run.preview.mailing import Mailer
from topmind.run.preview.nouns import Preview
from topmind.run.preview.people import People, people
from topmind.run.remembered import history_of
from topmind.settings import Settings

#: What people write, relative to the project.
WRITTEN = ("content", "segments", "themes", "pelicanconf.py")
#: What a run or an export changes, relative to `var/`.
KNOWN = ("last-run.json", "ledger.db", "contacts")


@dataclass(frozen=True, slots=True, kw_only=True)
class Current:
    """One state of the project, ready to be shown."""

    preview: Preview
    #: None where the company's file, the fields or the brand cannot be read.
    mailer: Mailer | None
    brand: Brand
    spec: AudienceSpec | None
    people: People | None
    project: Project | None
    settings: Settings
    #: `Watching.version` of it.
    version: int = 0


class Watching:
    """Reads the project again when a file of it has changed. Safe to be asked from several threads."""

    def __init__(
        self,
        root: Path,
        *,
        as_of: str | None,
        clock: Clock,
        environ: Mapping[str, str] | None = None,
        background: bool = True,
    ) -> None:
        """`background`: pages do not wait for the plan; without, whoever asks first does."""
        self._root, self._as_of, self._clock, self._environ = root, as_of, clock, environ
        self._background = background
        self._lock = threading.RLock()
        self._stamps: tuple[object, object] = (None, None)
        self._current: Current | None = None
        self._people: People | None = None
        self._findings: tuple[Problem, ...] = ()
        self._worker: threading.Thread | None = None
        self._planned = False
        self._stops: frozenset[str] = frozenset()
        #: Held by whoever does something that somebody waits for: the plan is made when it is free.
        self.calm = threading.Lock()

    @property
    def version(self) -> int:
        """Counts up whenever there is something new to see; 0 = nothing was read yet."""
        return self._current.version if self._current else 0

    def now(self) -> Current:
        """What is true now; reads files only where one has changed. Where the settings cannot be read meanwhile, the
        last state with a finding that says why; raises ConfigError where there is none yet."""
        with self._lock:
            stamps = stamp(self._root, WRITTEN), stamp(self._root / "var", KNOWN)
            if self._current is None or stamps[0] != self._stamps[0]:
                self._refresh()
            if stamps != self._stamps:
                self._stamps = stamps
                self._plan()
            assert self._current is not None
            return self._current

    def stopped(self, names: frozenset[str]) -> None:
        """Somebody has just stopped or resumed something: everything that is stopped now."""
        with self._lock:
            self._stops = names
            self._refresh()

    def settled(self) -> Current:
        """The same, when the plan has caught up."""
        self.now()
        worker = self._worker
        if worker is not None:
            worker.join()
        return self.now()

    def _refresh(self, seen: Seen | None = None) -> None:
        planned = seen is not None
        try:
            seen = seen or self._look()
        except ConfigError as error:
            if self._current is None:
                raise
            preview = replace(self._current.preview, findings=(_in_the_way(error),))
            made = replace(self._current, preview=preview)
        else:
            made = self._made(seen, planned=planned)
        self._current = replace(made, version=self.version + 1)

    def _look(self) -> Seen:
        return load_.look(self._root, as_of=self._as_of, clock=self._clock, environ=self._environ)

    def _made(self, seen: Seen, *, planned: bool) -> Current:
        """With what the last plan said; where no plan was made of this state yet, and there is a mistake in it, with that."""
        fresh = planned or (seen.project is not None and self._planned)
        found = self._findings if fresh else seen.problems
        made = current(seen, self._people, found, self._stops)
        if self._people is None and seen.project and not self._planned:
            counting = inspect.contacts_are_here(seen.project)
            made = replace(made, preview=replace(made.preview, counting=counting))
        return made

    def _plan(self) -> None:
        if not self._background:
            self._work()
            return
        if self._worker is None or not self._worker.is_alive():
            # no daemon, as whoever asks may be: DuckDB would be cut off in the middle where the process ends, and say so
            self._worker = threading.Thread(target=self._catch_up, name="topmind-preview", daemon=False)
            self._worker.start()

    def _catch_up(self) -> None:
        """Again, until nothing has changed meanwhile."""
        while True:
            with self.calm:
                before = self._stamps
            self._work()
            with self._lock:
                if before == self._stamps:
                    self._worker = None
                    return

    def _work(self) -> None:
        seen: Seen | None = None
        known: People | None = None
        stops = self._stops
        try:
            seen = self._look()
            found, decided = inspect.with_plan(seen, self._clock, foretell=LOOK)
            known = known_people(decided, self._clock)
            stops = decided.history.stopped if decided else stops_of(seen.project, self._clock)
        except Exception as error:  # noqa: BLE001 - whatever it is, the files are shown, and nobody waits for a plan
            found = (_in_the_way(error), *(seen.problems if seen else ()))
        with self._lock:
            self._people, self._findings, self._stops, self._planned = known, found, stops, True
            self._refresh(seen)


def _in_the_way(error: Exception) -> Problem:
    """Why nothing can be planned, beside what is wrong in the files."""
    if not isinstance(error, TopmindError):  # its own words may quote a person's data
        error = TopmindError(
            f"an unexpected {type(error).__name__}.", fix="`topmind plan --debug` says more."
        )
    return Problem(
        rule="preview/no-plan", level=Level.ERROR, path=error.where, line=0, says=error.says, fix=error.fix
    )


def known_people(decided: Decided | None, clock: Clock) -> People | None:
    """The contacts of a plan and what becomes of them; None where there is none."""
    if decided is None:
        return None
    names = {one.contact: one.name for one in decided.people if one.name}
    made = people(decided.members, decided.history, decided.plan.foretold, clock.now(), names)
    return replace(made, wait=wait_of(decided))


def stops_of(project: Project | None, clock: Clock) -> frozenset[str]:
    """What is stopped in the ledger of a project for which no plan can be made."""
    return history_of(project, clock, touches=False).stopped if project else frozenset()


def current(
    seen: Seen,
    known: People | None,
    findings: tuple[Problem, ...],
    stopped: frozenset[str] = frozenset(),
) -> Current:
    """One state, of a project with or without errors: what cannot be read is missing, everything else is shown."""
    catalog = seen.project.catalog if seen.project else None
    if catalog is None and seen.partial is not None:
        catalog = _read(seen.partial)
    brand = seen.project.brand if seen.project else _brand(seen)
    as_of = seen.moment.as_of
    if catalog is None or seen.spec is None:
        empty = Preview(
            as_of=as_of,
            until=as_of,
            planned_at=None,
            company="",
            coming=(),
            personas=(),
            findings=findings,
            catalog=None,
        )
        return Current(
            preview=empty,
            mailer=None,
            brand=brand,
            spec=seen.spec,
            people=None,
            project=None,
            settings=seen.settings,
        )
    shown = look(catalog, seen.spec, known, as_of, findings, stopped=stopped)
    return Current(
        preview=shown,
        mailer=Mailer(catalog, brand, seen.settings.root, seen.settings.live_url),
        brand=brand,
        spec=seen.spec,
        people=known,
        project=seen.project,
        settings=seen.settings,
    )


def readable(seen: Seen) -> Project | None:
    """The project, where it has errors as far as it can be read: a desk opens on that; None where the company's file
    or the fields cannot be read."""
    if seen.project is not None:
        return seen.project
    catalog = _read(seen.partial) if seen.partial else None
    if catalog is None or seen.spec is None:
        return None
    return Project(
        settings=seen.settings, moment=seen.moment, spec=seen.spec, catalog=catalog, brand=_brand(seen)
    )


def _read(partial: Catalog) -> Catalog | None:
    try:
        return with_call_backs(with_occurrences(partial))
    except TopmindError:
        return None


def _brand(seen: Seen) -> Brand:
    from topmind import brand

    try:
        return brand.load(seen.settings.root)
    except TopmindError:
        return brand.load(sample())


def sample() -> Path:
    """A folder whose brand can be read."""
    from topmind.run.init import sample_root

    return sample_root()


def stamp(root: Path, names: tuple[str, ...]) -> tuple[tuple[str, int, int], ...]:
    """Name, time of change and size of every file below these, without following links."""
    return tuple(sorted(_stamps(root, names)))


def _stamps(root: Path, names: tuple[str, ...]) -> Iterator[tuple[str, int, int]]:
    for name in names:
        top = root / name
        # os.walk: a folder that goes away while it looks (a branch is checked out) is no error to it
        inside = (Path(folder, one) for folder, folders, files in os.walk(top) for one in (*folders, *files))
        for path in (top, *inside):
            try:
                stat = path.lstat()
            except OSError:
                continue
            yield str(path), stat.st_mtime_ns, stat.st_size
