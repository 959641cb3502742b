"""A ledger's tables for other programs: numbers of states and days as words and dates, without people by default."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from enum import StrEnum
from typing import Any, TypeAlias

from topmind.errors import LedgerError
from topmind.ledger.care.looking import Looked, Told
from topmind.ledger.care.tables import at_shape, count, rows, texts_at
from topmind.ledger.database import moment, newest_shape, number_day
from topmind.ledger.log.tables import PERSONAL
from topmind.ledger.states import CHANNEL, STATE


class ColumnKind(StrEnum):
    """What a column of an export holds."""

    NUMBER = "number"
    TEXT = "text"
    DAY = "day"
    #: UTC.
    MOMENT = "moment"


#: Table, (column, kind) of each column, rows of int, str, date, datetime or None → rows written.
Write: TypeAlias = Callable[[str, Sequence[tuple[str, ColumnKind]], Iterable[Sequence[Any]]], int]

#: Tables of which every row stands for a person, an address, or somebody who left for good.
PEOPLE_TABLES = frozenset({"people", "inbox_hashes", "erased"})
#: Columns that hold days since 1970.
_DAYS = frozenset(
    {
        *(("touches", name) for name in ("nominal", "day", "last_day")),
        ("touch_items", "since"),
        ("task_mails", "day"),
        ("positions", "day"),
        ("coupons", "until"),
        ("coupons", "redeemed"),
    }
)
#: Names of columns that hold milliseconds since 1970, wherever they hold numbers; of these some tables differ.
_MOMENTS = frozenset({"at", "opens", "closes", "lease", "started", "until", "sent", "seen"})
_STATES = {code: state.value for code, state in STATE.items()}
_CHANNELS = {code: channel.value for code, channel in CHANNEL.items()}


def export(looked: Looked, write: Write, told: Told, *, people: bool = False) -> dict[str, int]:
    """Hand every table to `write`; table → rows written. `people`: names, addresses and comments, too.

    Raises LedgerError, and what `write` raises.
    """
    if looked.shape > newest_shape():
        raise LedgerError(
            f"this ledger has shape {looked.shape}, this topmind knows {newest_shape()}.",
            where=looked.database.name,
            fix="Update topmind: pip install --upgrade topmind.",
        )
    wanted = {name: t for name, t in at_shape(looked.shape).items() if people or name not in PEOPLE_TABLES}
    done = 0
    found = {}
    with looked.book() as book:
        total = count(book.db, list(wanted))

        def heard(lines: Iterable[Sequence[Any]]) -> Iterator[Sequence[Any]]:
            nonlocal done
            for line in lines:
                yield line
                done += 1
                if done % 1000 == 0 or done == total:
                    told(done, total)

        for name, table in wanted.items():
            hidden = () if people else PERSONAL.get(name, ("", ()))[1]
            columns = [column for column in table.columns if column not in hidden]
            kinds = [_kind(looked.shape, name, column) for column in columns]
            words = [_words(kind, column) for kind, column in zip(kinds, columns, strict=True)]
            lines = (
                tuple(word(value) for word, value in zip(words, row, strict=True))
                for row in rows(book.db, table, columns)
            )
            shown = [
                ColumnKind.TEXT if column in {"state", "channel"} else kind
                for column, kind in zip(columns, kinds, strict=True)
            ]
            found[name] = write(name, list(zip(columns, shown, strict=True)), heard(lines))
    return found


def _kind(shape: int, table: str, column: str) -> ColumnKind:
    if (table, column) in texts_at(shape):
        return ColumnKind.TEXT
    if (table, column) in _DAYS:
        return ColumnKind.DAY
    return ColumnKind.MOMENT if column in _MOMENTS else ColumnKind.NUMBER


def _words(kind: ColumnKind, column: str) -> Callable[[Any], Any]:
    """Makes a stored value readable."""
    codes = {"state": _STATES, "channel": _CHANNELS}.get(column)
    if codes is not None:
        return lambda value: codes.get(value, str(value))
    convert: dict[ColumnKind, Callable[[Any], Any]] = {
        ColumnKind.DAY: number_day,
        ColumnKind.MOMENT: moment,
    }
    if kind not in convert:
        return lambda value: value
    return lambda value: None if value is None else convert[kind](value)
