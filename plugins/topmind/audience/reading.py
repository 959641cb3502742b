"""Export files → converted tables: found, read, converted once, guarded; the last good one where today's cannot be trusted."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime
from difflib import get_close_matches
from pathlib import Path
from typing import Any

from topmind.audience.cache import VERSION, Cache, Converted, Finding
from topmind.audience.columns import quoted
from topmind.audience.convert import convert
from topmind.audience.csvfile import Fingerprint, fingerprint, read_header, transcode
from topmind.audience.numbering import number
from topmind.audience.schema import Activities
from topmind.audience.spec import PATH, AudienceSpec
from topmind.audience.staging import Rejects, Unusable, raw_csv, raw_parquet, rejected
from topmind.errors import ConfigError, ContentError
from topmind.model import Level, Problem
from topmind.settings import Settings

#: A file may lose this share of its rows; more is taken for a broken export.
SHRINK = 0.1
#: A table of which more than this share belongs to nobody is mapped wrongly.
STRANGE = 0.5

_LATER = ("s3://", "http://", "https://", "postgresql://", "postgres://")


def place_of(spec: AudienceSpec, settings: Settings, table: str) -> Path:
    """The file of a table: relative to `_audience.toml`, or in the folder that TOPMIND_CONTACTS names.

    Raises ConfigError for kinds of sources that are not readable yet.
    """
    said = spec.tables[table].file
    for text in (said, settings.contacts):
        if text.startswith(_LATER):
            raise ConfigError(
                f"[tables.{table}] comes from {text.partition(':')[0]}, which is not readable yet.",
                where=PATH,
                fix="Export it as CSV or Parquet.",
            )
    path = (
        Path(settings.contacts) / Path(said).name if settings.contacts else settings.root / "segments" / said
    )
    path = path.resolve()
    if path.suffix.lower() not in {".csv", ".tsv", ".txt", ".parquet"}:
        raise ConfigError(
            f"[tables.{table}] names a {path.suffix or 'file without a suffix'}, which is not readable yet.",
            where=PATH,
            fix="Export it as CSV or Parquet.",
        )
    return path


class Reader:
    """One opening of the sources."""

    def __init__(self, spec: AudienceSpec, settings: Settings, as_of: date) -> None:
        self.spec, self.settings, self.as_of = spec, settings, as_of
        self.places = {table: place_of(spec, settings, table) for table in spec.tables}
        self.cache = Cache(settings.var / "cache" / "audience")
        self.rejects = settings.var / "rejects"

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
        folders = sorted({str(p.parent) for p in self.places.values()} | {str(self.cache.folder)})
        listed = ", ".join("'" + f.replace("'", "''") + "'" for f in folders)
        con.execute(f"SET allowed_directories = [{listed}]")
        con.execute("SET temp_directory = ?", [str(self.cache.folder / "spill")])
        con.execute("SET enable_external_access = false")
        con.execute("SET lock_configuration = true")
        return con

    def load(self, con: Any) -> list[Problem]:
        """Make a view `source_TABLE` of every table; all problems at once."""
        findings: list[Problem] = []
        made: dict[str, Converted] = {}
        for table in self.spec.tables:
            converted, found = self.table(con, table)
            findings += [self._problem(table, one) for one in found]
            if converted:
                made[table] = converted
                findings += [self._problem(table, one) for one in converted.findings]
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
                found.append(self._problem(table, finding))
        return found

    def table(self, con: Any, table: str) -> tuple[Converted | None, list[Finding]]:
        """Today's table, or the last good one with a loud finding, or None with an error."""
        path = self.places[table]
        good = self.cache.good(table)
        fresh, key, refused = self._fresh(con, table, path)
        if fresh and not refused:
            refused = self._shrunken(table, fresh, good) or self._aged(path)
        if fresh and not refused:
            self.cache.now_good(table, key)
            return fresh, []
        shape = self._shape(table)
        if good and good.shape == shape:
            return good, [
                Finding(
                    rule="source/last-good",
                    level="warning",
                    says=f"{refused} THE LAST GOOD ONE IS USED ({good.rows} rows).",
                    fix="Export it again, or remove var/cache/audience/good.json if this is how it should be.",
                )
            ]
        return None, [
            Finding(
                rule="source/unusable", level="error", says=refused, fix="Export it again and put it there."
            )
        ]

    def _fresh(self, con: Any, table: str, path: Path) -> tuple[Converted | None, str, str]:
        """(converted, its key, why it cannot be used)."""
        import duckdb

        if not path.is_file():
            place = " in the folder that TOPMIND_CONTACTS names" if self.settings.contacts else ""
            return None, "", f"there is no file for [tables.{table}]{place}."
        mark = fingerprint(path, self.spec.tables[table].encoding)
        shape = self._shape(table)
        key = hashlib.blake2b(f"{mark.digest} {shape}".encode(), digest_size=12).hexdigest()
        if kept := self.cache.find(table, key):
            return kept, key, ""
        if not mark.size or (mark.text and not mark.head.strip()):
            return None, key, "the file is empty."
        if not mark.text and path.suffix.lower() != ".parquet":
            return None, key, f"the file is no text, although its name ends in {path.suffix}."
        try:
            return self._convert(con, table, path, mark, key, shape)
        except Unusable as error:
            return None, key, str(error)
        except duckdb.Error as error:
            if "No space left" in str(error):
                raise OSError(28, "No space left on device") from None
            # DuckDB's own text quotes values
            return None, key, f"the file cannot be read ({type(error).__name__})."

    def _convert(
        self, con: Any, table: str, path: Path, mark: Fingerprint, key: str, shape: str
    ) -> tuple[Converted | None, str, str]:
        wanted = self.spec.columns(table)
        delimiter, header = self._header(con, table, path, mark)
        if refused := _misread(header, wanted):
            return None, key, refused
        rejects = Rejects()
        copy = self.cache.folder / f"{table}-{key}.utf8.tmp"
        try:
            if path.suffix.lower() == ".parquet":
                raw = raw_parquet(path, wanted)
            elif mark.encoding == "utf-8":
                raw = raw_csv(path, delimiter, header, wanted)
            else:
                transcode(path, mark.encoding, copy)
                raw = raw_csv(copy, delimiter, header, wanted)
            made = convert(con, self.spec, table, raw, rejects, self.cache.path(table, key), shape)
        finally:
            copy.unlink(missing_ok=True)
        guessed = [_guessed(mark.encoding)] if mark.guessed else []
        left_out = rejected(rejects, self.rejects / f"{table}.csv", f"var/rejects/{table}.csv")
        whole = Converted(
            parquet=made.parquet, rows=made.rows, shape=shape, findings=(*guessed, *left_out, *made.findings)
        )
        self.cache.keep(whole)
        return whole, key, ""

    def _header(self, con: Any, table: str, path: Path, mark: Fingerprint) -> tuple[str, list[str]]:
        if path.suffix.lower() == ".parquet":
            place = str(path).replace("'", "''")
            described = con.execute(f"DESCRIBE SELECT * FROM read_parquet('{place}')").fetchall()
            return "", [row[0] for row in described]
        said = self.spec.tables[table].delimiter
        return read_header(mark.head, self.spec.columns(table), said)

    def _shrunken(self, table: str, fresh: Converted, good: Converted | None) -> str:
        """Why a table that lost rows is not trusted; "" where it is. Activities may be rotated."""
        if not fresh.rows:
            return "the file has no usable row." if table == "contacts" else ""
        rotated = isinstance(self.spec.tables[table], Activities)
        if good and not rotated and fresh.rows < good.rows * (1 - SHRINK):
            what = "people" if table == "contacts" else "rows"
            return f"the file has {fresh.rows} {what}; the last good one had {good.rows}."
        return ""

    def _aged(self, path: Path) -> str:
        """Why a file that was not exported for long is not trusted."""
        limit = self.spec.max_age
        if limit is None:
            return ""
        exported = datetime.fromtimestamp(path.stat().st_mtime, tz=UTC).date()
        days = (self.as_of - exported).days
        return f"the export is {days} days old." if days > limit.total_seconds() / 86_400 else ""

    def _shape(self, table: str) -> str:
        """Hash of everything but the data that a converted table depends on."""
        said = [VERSION, table, self.spec.tables[table].model_dump(exclude={"file"}, mode="json")]
        if table == "contacts":
            said += [[repr(f) for f in self.spec.fields.values()]]
            said += [sorted((c.value, s.column or "") for c, s in self.spec.consent.items())]
        return hashlib.blake2b(repr(said).encode(), digest_size=8).hexdigest()

    def _problem(self, table: str, finding: Finding) -> Problem:
        path = self.places[table]
        inside = path.is_relative_to(self.settings.root)
        shown = str(path.relative_to(self.settings.root)) if inside else path.name
        return Problem(
            rule=finding.rule,
            level=Level(finding.level),
            path=shown,
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


def _misread(header: Sequence[str], wanted: Sequence[str]) -> str:
    """Why a first line is not the header that is due; "" where it is. Never shows it: it may be a person's row."""
    missing = [name for name in wanted if name not in header]
    if missing and any("@" in name for name in header):
        return "its first line holds a contact, not the names of columns."
    plain = {name.lower(): name for name in header}
    close = {name: get_close_matches(name.lower(), plain, n=1, cutoff=0.65) for name in missing}
    told = [
        f'it has no column "{name}". Did you mean "{plain[near[0]]}"?' for name, near in close.items() if near
    ]
    if far := [f'"{name}"' for name, near in close.items() if not near]:
        told.append(f"it has no column {', '.join(far)}.")
    told += [f'it has more than one column "{name}".' for name in wanted if header.count(name) > 1]
    return " ".join(told)


def _guessed(encoding: str) -> Finding:
    return Finding(
        rule="source/encoding",
        level="info",
        says=f"the file is not UTF-8; it was read as {encoding}.",
        fix='Export it as UTF-8, or say encoding = "cp1252" in segments/_audience.toml.',
    )
