"""psycopg, which is an extra and lives in this module only: addresses, connections, types, rows."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Any, TypeAlias

from topmind.errors import ConfigError

if TYPE_CHECKING:
    import psycopg
    from psycopg.rows import RowMaker

    #: An open connection.
    Handle: TypeAlias = psycopg.Connection[Any]

#: What libpq gets where the address says nothing: a server that vanished is noticed within a minute.
_DEFAULTS = {
    "connect_timeout": "10",
    "keepalives_idle": "20",
    "keepalives_interval": "5",
    "keepalives_count": "4",
    "tcp_user_timeout": "40000",
    "application_name": "topmind",
}


def library() -> Any:
    """The module. Raises ConfigError where it is not installed."""
    try:
        import psycopg
    except ImportError:
        raise ConfigError(
            "a ledger in PostgreSQL needs the library psycopg, which is not installed here.",
            where="TOPMIND_LEDGER",
            fix="pip install 'topmind[postgres]'",
        ) from None
    return psycopg


def failure() -> type[psycopg.Error]:
    """The class of its errors, for `except`."""
    found: type[psycopg.Error] = library().Error
    return found


def parameters(url: str) -> dict[str, Any]:
    """An address as libpq's parameters. Raises ConfigError, which quotes nothing of it."""
    psycopg = library()
    from psycopg.conninfo import conninfo_to_dict

    try:
        return _DEFAULTS | conninfo_to_dict(url)
    except psycopg.Error:
        raise ConfigError(
            "this is no address of a PostgreSQL database.",
            where="TOPMIND_LEDGER",
            fix="Write postgresql://USER:PASSWORD@HOST/DATABASE (special characters of the password as %XX).",
        ) from None


def connect(params: dict[str, Any]) -> Handle:
    """A connection that begins and ends transactions as it is told. Raises psycopg.Error."""
    connection: Handle = library().connect(**params, autocommit=True, row_factory=_rows, prepare_threshold=3)
    _adapt(connection)
    return connection


def _adapt(connection: Handle) -> None:
    """Numbers and booleans are bigint, texts are text: one plan per statement, and a wrong type is an error."""
    from psycopg.adapt import Dumper
    from psycopg.types.numeric import Int8Dumper
    from psycopg.types.string import StrDumper

    class Flag(Dumper):
        oid = Int8Dumper.oid

        def dump(self, obj: Any) -> bytes:
            return b"1" if obj else b"0"

    class Text(StrDumper):
        def dump(self, obj: str) -> Any:
            # a text cannot hold NUL there, and nobody's name needs one
            return super().dump(obj.replace("\0", "\ufffd") if "\0" in obj else obj)

    connection.adapters.register_dumper(int, Int8Dumper)
    connection.adapters.register_dumper(bool, Flag)
    connection.adapters.register_dumper(str, Text)


@lru_cache(maxsize=512)
def _record(names: tuple[str, ...]) -> type[tuple[Any, ...]]:
    """The class of rows with these columns, which answers to numbers and names as `sqlite3.Row` does."""
    places = {name: number for number, name in reversed(tuple(enumerate(names)))}

    class Record(tuple[Any, ...]):
        __slots__ = ()

        def __getitem__(self, key: Any) -> Any:
            return tuple.__getitem__(self, places[key] if isinstance(key, str) else key)

    return Record


def _rows(cursor: Any) -> RowMaker[Any]:
    described = cursor.description
    if described is None:
        return tuple
    return _record(tuple(column.name for column in described))
