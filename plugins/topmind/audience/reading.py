"""Export files → converted tables: found, read, converted once, guarded; the last good one where today's cannot be trusted."""

from __future__ import annotations

import hashlib
import shutil
from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

from topmind.audience.cache import VERSION, Cache, Converted, Finding
from topmind.audience.columns import quoted
from topmind.audience.convert import convert
from topmind.audience.csvfile import Fingerprint
from topmind.audience.files import files_of, marked, raws
from topmind.audience.forms import forms_of, guessed
from topmind.audience.numbering import number
from topmind.audience.outside import Outside
from topmind.audience.places import place_of
from topmind.audience.schema import Activities
from topmind.audience.spec import AudienceSpec
from topmind.audience.staging import Rejects, Unusable, rejected
from topmind.errors import ContentError
from topmind.model import Level, Problem
from topmind.settings import Settings

#: A file may lose this share of its rows; more is taken for a broken export.
SHRINK = 0.1
#: A table of which more than this share belongs to nobody is mapped wrongly.
STRANGE = 0.5


class StoppedError(Exception):
    """More rows were left out than the table allows: no last good one replaces it, a person has to look."""


class Reader:
    """One opening of the sources."""

    def __init__(self, spec: AudienceSpec, settings: Settings, as_of: date, outside: Outside) -> None:
        self.spec, self.settings, self.as_of, self.outside = spec, settings, as_of, outside
        self.places = {table: place_of(spec, settings, table) for table in spec.tables}
        self.cache = Cache(settings.var / "cache" / "audience")
        self.rejects = settings.var / "rejects"
        #: In whose days moments with an offset count: the company's.
        self.zone = str(settings.pelican.get("TIMEZONE", "UTC"))
        #: How files that are new were read; told once, with the conversion.
        self.forms: list[Problem] = []

    def connect(self) -> Any:
        """DuckDB that reads the exports' folders and writes the cache, and nothing else.

        Left alone it downloads extensions by itself; switched off first, the other locks hold.
        """
        import duckdb

        for folder in (self.cache.folder, self.rejects):
            folder.mkdir(parents=True, exist_ok=True)
            folder.chmod(0o700)
        con = duckdb.connect(
            config={"autoinstall_known_extensions": "false", "autoload_known_extensions": "false"}
        )
        here = [p.path if p.path.is_dir() else p.path.parent for p in self.places.values() if p.path]
        folders = sorted({str(path) for path in (*here, self.cache.folder)})
        listed = ", ".join("'" + f.replace("'", "''") + "'" for f in folders)
        con.execute(f"SET allowed_directories = [{listed}]")
        con.execute("SET temp_directory = ?", [str(self.cache.folder / "spill")])
        # left alone, the day of a moment with an offset is this machine's
        con.execute("SET TimeZone = ?", [self.zone])
        con.execute("SET enable_external_access = false")
        con.execute("SET lock_configuration = true")
        return con

    def load(self, con: Any) -> list[Problem]:
        """Make a view `source_TABLE` of every table; all problems at once."""
        findings: list[Problem] = []
        made: dict[str, Converted] = {}
        for table in self.spec.tables:
            converted, found = self.table(con, table)
            findings += [self.problem(table, one) for one in found]
            if converted:
                made[table] = converted
                findings += [self.problem(table, one) for one in converted.findings]
                con.execute(f"CREATE VIEW source_{table} AS {_rows(table, converted.parquet)}")
        if not any(f.level is Level.ERROR for f in findings):
            strange = number(con, self.spec, made, self.cache)
            findings += self._strangers(
                {table: (count, made[table].rows) for table, count in strange.items()}
            )
        errors = [f for f in findings if f.level is Level.ERROR]
        if errors:
            raise ContentError([*errors, *(f for f in findings if f.level is not Level.ERROR)])
        return findings

    def _strangers(self, strange: Mapping[str, tuple[int, int]]) -> list[Problem]:
        """Facts of nobody: a few are noise, most of them mean that the wrong column is mapped."""
        found = []
        for table, (count, rows) in strange.items():
            if count:
                finding = Finding(
                    rule="source/strangers",
                    level="error" if count > rows * STRANGE else "info",
                    says=f"{count} of {rows} rows belong to nobody in the contacts' file.",
                    fix=f"See whether [tables.{table}] contact is the same id as [tables.contacts] id.",
                )
                found.append(self.problem(table, finding))
        return found

    def table(self, con: Any, table: str) -> tuple[Converted | None, list[Finding]]:
        """Today's table, or the last good one with a loud finding, or None with an error."""
        before = self.cache.good_rows(table)
        try:
            fresh, key = self._trusted(con, table, before)
        except Unusable as error:
            return self._last_good(table, str(error))
        except StoppedError as error:
            return None, [_stopped(error)]
        self.cache.now_good(table, key, fresh.rows)
        return fresh, []

    def tried(self, con: Any, table: str, *, of_many: bool) -> tuple[Converted | None, list[Finding]]:
        """A table that is in no use yet, or None with why it would not be: nothing is remembered of it. `of_many`: it is
        one file of a folder, and alone has as many rows as it has."""
        try:
            fresh, _ = self._trusted(con, table, None if of_many else self.cache.good_rows(table))
        except Unusable as error:
            return None, [_unusable(str(error), _KNOWN if self.cache.good_rows(table) else _AGAIN)]
        except StoppedError as error:
            return None, [_stopped(error)]
        return fresh, []

    def _trusted(self, con: Any, table: str, before: int | None) -> tuple[Converted, str]:
        """(today's table, its key); `before`: rows of the last good one. Raises Unusable, StoppedError."""
        fresh, key, age = self._fresh(con, table)
        if refused := self._shrunken(table, fresh, before) or self._aged(age):
            raise Unusable(refused)
        return fresh, key

    def _last_good(self, table: str, refused: str) -> tuple[Converted | None, list[Finding]]:
        good = self.cache.good(table)
        if good and good.shape == self._shape(table):
            says = f"{refused} THE LAST GOOD ONE IS USED ({good.rows} rows)."
            return good, [Finding(rule="source/last-good", level="warning", says=says, fix=_KNOWN)]
        return None, [_unusable(refused, _KNOWN if self.cache.good_rows(table) else _AGAIN)]

    def _fresh(self, con: Any, table: str) -> tuple[Converted, str, date]:
        """(converted, its key, day of the export). Raises Unusable, StoppedError."""
        place, fetched = self.places[table], None
        if place.path is None:
            wanted = self.spec.columns(table)
            fetched = self.outside.bring(place, wanted, self.cache.folder / "fetched", table, self.zone)
        try:
            return self._read(con, table, fetched or place.path)
        finally:
            if place.many:
                shutil.rmtree(self.cache.folder / "fetched" / table, ignore_errors=True)
            elif fetched and not place.piped:
                fetched.unlink(missing_ok=True)

    def _read(self, con: Any, table: str, path: Path | None) -> tuple[Converted, str, date]:
        import duckdb

        assert path is not None, "fetched or here"
        try:
            paths = files_of(path)
        except Unusable as error:
            place = " in the folder that TOPMIND_CONTACTS names" if self.settings.contacts else ""
            raise Unusable(f"{error} for [tables.{table}]{place}.") from None
        marks = marked(paths, self.spec.tables[table])
        age = datetime.fromtimestamp(max(one.stat().st_mtime for one in paths), tz=UTC).date()
        content = " ".join(mark.digest for mark in marks)
        # the same bytes mean something else from a database (its numbers have no German comma), and what was converted
        # when more bad rows were allowed is looked at again
        made = f"{content} {self._shape(table)} {bool(self.places[table].database)} {self.spec.tables[table].bad_rows}"
        key = hashlib.blake2b(made.encode(), digest_size=12).hexdigest()
        if kept := self.cache.find(table, key):
            return kept, key, age
        try:
            return self._convert(con, table, paths, marks, key), key, age
        except duckdb.Error as error:
            if "No space left" in str(error):
                raise OSError(28, "No space left on device") from None
            # DuckDB's own text quotes values
            raise Unusable(f"the file cannot be read ({type(error).__name__}).") from None

    def _convert(
        self, con: Any, table: str, paths: Sequence[Path], marks: Sequence[Fingerprint], key: str
    ) -> Converted:
        spec, shape, rejects = self.spec, self._shape(table), Rejects()
        if self.places[table].database:
            spec = spec.typed(table)
        target = self.cache.path(table, key)
        with self.cache.spool() as spool:
            found = raws(con, paths, marks, spec.tables[table], spec.columns(table), spool)
            made = convert(con, spec, table, found, rejects, target, shape)
        self.forms += [self.problem(table, one) for one in forms_of(found)]
        left_out = rejected(rejects, self.rejects / f"{table}.csv", f"var/rejects/{table}.csv")
        self._few_enough(table, made, rejects)
        assumed = [
            guessed(path, mark, paths) for path, mark in zip(paths, marks, strict=True) if mark.guessed
        ]
        whole = Converted(
            parquet=made.parquet, rows=made.rows, shape=shape, findings=(*assumed, *left_out, *made.findings)
        )
        self.cache.keep(whole)
        return whole

    def _few_enough(self, table: str, made: Converted, rejects: Rejects) -> None:
        """Raises StoppedError where more rows were left out than the table declares to be life."""
        limit, every = self.spec.tables[table].bad_rows, made.rows + rejects.total
        if limit is not None and rejects.total > limit * every:
            made.parquet.unlink(missing_ok=True)
            why = ", ".join(f"{n} × {reason}" for reason, n in rejects.counts.items())
            raise StoppedError(
                f"{rejects.total} of {every} rows cannot be used ({why}); [tables.{table}] bad_rows allows {limit:.1%}. "
                f"They stand in var/rejects/{table}.csv with the reason."
            )

    def _shrunken(self, table: str, fresh: Converted, before: int | None) -> str:
        """Why a table that lost rows is not trusted; "" where it is. Activities may be rotated."""
        if not fresh.rows:
            return "the file has no usable row." if table == "contacts" else ""
        rotated = isinstance(self.spec.tables[table], Activities)
        if before and not rotated and fresh.rows < before * (1 - SHRINK):
            what = "people" if table == "contacts" else "rows"
            return f"the file has {fresh.rows} {what}; the last good one had {before}."
        return ""

    def _aged(self, exported: date) -> str:
        """Why a file that was not exported for long is not trusted."""
        limit = self.spec.max_age
        if limit is None:
            return ""
        days = (self.as_of - exported).days
        return f"the export is {days} days old." if days > limit.total_seconds() / 86_400 else ""

    def _shape(self, table: str) -> str:
        """Hash of everything but the data that a converted table depends on."""
        said = [
            VERSION,
            table,
            self.zone,
            self.spec.tables[table].model_dump(exclude={"file", "bad_rows"}, mode="json"),
        ]
        if table == "contacts":
            said += [[repr(f) for f in self.spec.fields.values()]]
            said += [sorted((c.value, s.column or "", repr(s.values)) for c, s in self.spec.consent.items())]
        return hashlib.blake2b(repr(said).encode(), digest_size=8).hexdigest()

    def problem(self, table: str, finding: Finding) -> Problem:
        """A finding with the name of its file."""
        return Problem(
            rule=finding.rule,
            level=Level(finding.level),
            path=self.places[table].shown,
            line=finding.line,
            says=finding.says,
            fix=finding.fix,
        )


def _rows(table: str, parquet: Path) -> str:
    """A converted table as a query; contacts, which stand in the order of their ids, with their number."""
    place = quoted(str(parquet))
    if table != "contacts":
        return f"SELECT * FROM read_parquet({place})"
    numbered = "SELECT * EXCLUDE (file_row_number), CAST(file_row_number AS INTEGER) AS nr"
    return f"{numbered} FROM read_parquet({place}, file_row_number = true)"


_LOOK = "Mend the export; where so many are as they should be, allow more."
_AGAIN = "Export it again and put it there."
_KNOWN = "Export it again, or remove var/cache/audience/good.json if this is how it should be."


def _unusable(refused: str, fix: str) -> Finding:
    return Finding(rule="source/unusable", level="error", says=refused, fix=fix)


def _stopped(error: StoppedError) -> Finding:
    return Finding(rule="source/too-many-bad-rows", level="error", says=str(error), fix=_LOOK)
