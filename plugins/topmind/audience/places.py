"""Where the file of a table is: on this machine, in a bucket, in a database, or on standard input."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from urllib.parse import parse_qs, urlsplit

from topmind.audience.spec import PATH, AudienceSpec
from topmind.errors import ConfigError
from topmind.settings import Settings

#: Written in place of a file: whatever is piped into the command.
STDIN = "-"
TEXT = frozenset({".csv", ".tsv", ".txt"})
PARQUET = frozenset({".parquet"})
WORKBOOK = frozenset({".xlsx", ".xlsm", ".xls", ".ods"})
READABLE = TEXT | PARQUET | WORKBOOK
_POSTGRES = ("postgresql://", "postgres://")
_S3 = "s3://"


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where a table comes from."""

    #: As messages call it; never an address with a secret.
    shown: str
    #: The file or folder; None where it has to be fetched.
    path: Path | None = None
    #: `s3://BUCKET/KEY`; with `/` at its end it is a folder.
    s3: str = ""
    #: Address of a database.
    database: str = ""
    #: Table or view there, with its schema where one is named.
    table: str = ""

    @property
    def many(self) -> bool:
        """Whether it is a folder in a bucket."""
        return self.s3.endswith("/")

    @property
    def piped(self) -> bool:
        """Whether it comes from standard input."""
        return not (self.path or self.s3 or self.database)


def place_of(spec: AudienceSpec, settings: Settings, table: str) -> Place:
    """The place of a table: as `_audience.toml` says, or the same name in the folder, bucket or database that
    TOPMIND_CONTACTS names. Raises ConfigError."""
    said = spec.tables[table].file
    if said == STDIN:
        return Place(shown="standard input")
    if settings.contacts.startswith(_POSTGRES):
        return _database(settings.contacts, table, _table_name(said))
    if settings.contacts.startswith(_S3):
        return _bucket(f"{settings.contacts.rstrip('/')}/{_file_name(said)}", table)
    for scheme in ("http://", "https://"):
        if said.startswith(scheme) or settings.contacts.startswith(scheme):
            raise _wrong(
                table, "comes from a web address, which is not read", "Name a file, s3:// or postgresql://."
            )
    if settings.contacts:
        return _local((Path(settings.contacts) / _file_name(said)).resolve(), settings, table)
    if said.startswith(_POSTGRES):
        address, _, name = said.partition("#")
        parts = urlsplit(address)
        if parts.password or "password" in parse_qs(parts.query):
            raise _wrong(
                table, "holds a password", "Keep it out of the file: give the address in TOPMIND_CONTACTS."
            )
        return _database(address, table, name)
    if said.startswith(_S3):
        return _bucket(said, table)
    return _local((settings.root / "segments" / said).resolve(), settings, table)


def _local(path: Path, settings: Settings, table: str) -> Place:
    if path.suffix.lower() not in READABLE and not (path.suffix == "" or path.is_dir()):
        raise _wrong(
            table, f"names a {path.suffix} file, which is not read", "Export it as CSV, XLSX or Parquet."
        )
    inside = path.is_relative_to(settings.root)
    return Place(path=path, shown=str(path.relative_to(settings.root)) if inside else path.name)


def _database(address: str, table: str, name: str) -> Place:
    parts = name.split(".")
    if len(parts) > 2 or not all(part.replace("_", "a").isalnum() and part.isascii() for part in parts):
        raise _wrong(
            table,
            "names no table of the database",
            "Write postgresql://HOST/DATABASE#TABLE, or SCHEMA.TABLE: letters, digits and underscores.",
        )
    return Place(database=address, table=name, shown=f"the database's {name}")


def _bucket(url: str, table: str) -> Place:
    parts = urlsplit(url)
    suffix = PurePosixPath(parts.path).suffix.lower()
    folder = parts.path.endswith("/") or not suffix
    if not parts.netloc or not parts.path.strip("/") or not (folder or suffix in READABLE):
        raise _wrong(
            table,
            "names no readable object of a bucket",
            "Write s3://BUCKET/FOLDER/NAME.csv (or .xlsx, .parquet), or s3://BUCKET/FOLDER/ for all files in it.",
        )
    return Place(s3=f"{url.rstrip('/')}/" if folder else url, shown=url)


def _file_name(said: str) -> str:
    """The last part of what `file` says; a database's table as CSV."""
    if said.startswith(_POSTGRES):
        return f"{said.partition('#')[2].rpartition('.')[2]}.csv"
    return PurePosixPath(said).name


def _table_name(said: str) -> str:
    if said.startswith(_POSTGRES):
        return said.partition("#")[2]
    name = PurePosixPath(said).name
    suffix = PurePosixPath(said).suffix
    return name.removesuffix(suffix) if suffix.lower() in READABLE else name


def _wrong(table: str, says: str, fix: str) -> ConfigError:
    return ConfigError(f"[tables.{table}] {says}.", where=PATH, fix=fix)
