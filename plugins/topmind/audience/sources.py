"""The people and facts of one run, open for questions."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from topmind.audience.outside import Outside
from topmind.audience.places import Place, place_of
from topmind.audience.reading import Reader
from topmind.audience.spec import PATH, AudienceSpec
from topmind.errors import AudienceError, ConfigError, ContentError
from topmind.model import Channel, PersonRecord, Problem
from topmind.settings import Settings


class Source:
    """The people and facts of one run: tables in a locked-down DuckDB. Use it as a context manager."""

    def __init__(
        self,
        spec: AudienceSpec,
        con: Any,
        findings: Sequence[Problem],
        rules_at: str = "",
        forms: Sequence[Problem] = (),
    ) -> None:
        #: What was declared.
        self.spec = spec
        #: The database; `engine` makes a cursor of it for each session.
        self.con = con
        #: What was odd about the exports; none is an error.
        self.findings = tuple(findings)
        #: How files that were converted just now are written (encoding, byte-order mark, delimiter): notes.
        self.forms = tuple(forms)
        #: Address of the PostgreSQL in which rules run; "" = in DuckDB.
        self.rules_at = rules_at

    def people(self) -> tuple[PersonRecord, ...]:
        """Everybody in the source, in the order of their ids: what the ledger keeps in `people`."""
        channels = [c for c, consent in self.spec.consent.items() if consent.column]
        opt_ins = "".join(f", o_{channel.value}" for channel in channels)
        rows = self.con.execute(
            "SELECT contact, coalesce(address, ''), coalesce(name, ''), coalesce(phone, ''), postal, "
            f"coalesce(stage, ''){opt_ins} FROM source_contacts ORDER BY contact"
        ).fetchall()
        return tuple(_person(row, channels) for row in rows)

    def close(self) -> None:
        """Let go of the database."""
        self.con.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


def _person(row: Sequence[Any], channels: Sequence[Channel]) -> PersonRecord:
    contact, address, name, phone, postal, stage, *opt_ins = row
    said = {channel: bool(yes) for channel, yes in zip(channels, opt_ins, strict=True) if yes is not None}
    return PersonRecord(
        contact=contact,
        address=address,
        name=name,
        phone=phone,
        postal=tuple(postal),
        opt_in=said,
        stage=stage,
    )


def has_contacts(spec: AudienceSpec, settings: Settings) -> bool:
    """Whether contacts can be read at all; a pull request's checkout has no file."""
    if spec.contacts is None:
        return False
    path = place_of(spec, settings, "contacts").path
    return path is None or path.exists()


def open_source(
    spec: AudienceSpec, settings: Settings, as_of: date, outside: Outside | None = None
) -> Source:
    """Read every table of the spec as of a company day; `findings` tells what was odd.

    `outside`: how buckets and standard input are reached. Raises ConfigError where the project declares no
    contacts or names a place that is none, ContentError with all problems where a table cannot be used and there
    is no last good one, AudienceError where `var/` cannot be written.
    """
    if spec.contacts is None:
        raise ConfigError(
            "there is no audience: no [tables.contacts].",
            where=PATH,
            fix="Say there which file holds the contacts and which columns are the id and the e-mail address.",
        )
    reader = Reader(spec, settings, as_of, outside or Outside())
    with _writable():
        con = reader.connect()
        try:
            findings = reader.load(con)
        except BaseException:
            con.close()
            raise
    return Source(spec, con, findings, settings.rules_at, reader.forms)


@dataclass(frozen=True, slots=True, kw_only=True)
class Checked:
    """An export that would be used."""

    rows: int
    #: What is odd about it; none is an error.
    findings: tuple[Problem, ...]


def check_file(spec: AudienceSpec, settings: Settings, as_of: date, table: str, path: Path) -> Checked:
    """Look at an export before it is put where the runs look for it: as `open_source` would, this file alone.

    Raises ContentError where it would not be used, AudienceError where `var/` cannot be written.
    """
    reader = Reader(spec, settings, as_of, Outside())
    there = reader.places[table]
    of_many = there.many or (there.path is not None and there.path.is_dir())
    reader.places[table] = Place(path=path.resolve(), shown=path.name)
    with _writable():
        con = reader.connect()
        try:
            converted, found = reader.tried(con, table, of_many=of_many)
        finally:
            con.close()
    problems = [reader.problem(table, one) for one in found]
    if converted is None:
        raise ContentError(problems)
    findings = tuple(reader.problem(table, one) for one in converted.findings)
    return Checked(rows=converted.rows, findings=findings)


@contextmanager
def _writable() -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise AudienceError(
            f"var/ cannot be used: {error.strerror}.", fix="Make room or set rights."
        ) from None
