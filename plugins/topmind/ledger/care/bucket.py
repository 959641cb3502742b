"""What lies in the bucket of a log: is every entry there, every object of people, and does each cache say the same?"""

from __future__ import annotations

from collections.abc import Generator, Iterator
from contextlib import closing
from functools import partial
from itertools import zip_longest

from topmind.errors import LedgerError, TopmindError
from topmind.ledger.care.looking import LogReader, Told
from topmind.ledger.care.tables import rows
from topmind.ledger.log import entries, people
from topmind.ledger.log import snap as snaps
from topmind.ledger.log.capture import SHARD
from topmind.ledger.log.tables import tables
from topmind.ledger.objects import ObjectStore, patiently
from topmind.model import Clock, Level, Problem

_BACK = "Put it back, from a version or a backup of the bucket."
_CACHE = "It is a cache: delete everything under snap/, the next run reads the log itself."
#: So often others may write while we look.
_TRIES = 5


class Bucket:
    """One look at all of it."""

    def __init__(self, objects: ObjectStore, clock: Clock, told: Told) -> None:
        """Nothing is read yet; `told` hears entries."""
        self._objects = objects
        self._clock = clock
        self._told = told

    def check(self, reader: LogReader) -> Iterator[Problem]:
        """Read every entry from the first into `reader`, then everything else; what is wrong.

        Stops at the first that makes reading on senseless: `reader` is not to be asked then. Raises LedgerError,
        ConfigError where the bucket does not answer.
        """
        whole = yield from self._entries(reader)
        if whole:
            whole = yield from self._people(reader)
        yield from self._snaps(reader, compare=whole)

    def _names(self, folder: str) -> list[str]:
        return patiently(self._objects, self._clock, partial(self._objects.names, folder))

    def _problem(self, rule: str, key: str, says: str, fix: str, level: Level = Level.ERROR) -> Problem:
        return Problem(rule=rule, level=level, path=f"{self._objects.name}/{key}", line=0, says=says, fix=fix)

    # -- entries ---------------------------------------------------------------------------------------------

    def _entries(self, reader: LogReader) -> Generator[Problem, None, bool]:
        names = self._names(entries.FOLDER)
        numbers = {
            int(n.removeprefix(entries.FOLDER)) for n in names if n.removeprefix(entries.FOLDER).isdigit()
        }
        for name in sorted(set(names) - {entries.key_of(number) for number in numbers}):
            yield self._problem(
                "ledger/stranger", name, "this is no entry.", "Move it elsewhere.", Level.WARNING
            )
        missing = sorted(set(range(1, max(numbers, default=0) + 1)) - numbers)
        for number in missing[:5]:
            more = f" So are {len(missing) - 5} more." if len(missing) > 5 and number == missing[4] else ""
            yield self._problem(
                "ledger/entry",
                entries.key_of(number),
                f"this entry is missing, and later ones are there.{more}",
                _BACK,
            )
        try:
            reader.log.replay(lambda number: self._told(number, max(number, len(numbers))))
        except LedgerError as error:
            yield told_by(error, "ledger/entry")
            return False
        return not missing

    # -- people ----------------------------------------------------------------------------------------------

    def _people(self, reader: LogReader) -> Generator[Problem, None, bool]:
        log = reader.log
        for _ in range(_TRIES):
            lying = self._names(people.FOLDER)
            missing = sorted(set(log.people_lie.values()) - set(lying))
            before = log.number
            log.replay(lambda _number: None)
            if not missing or log.number == before:
                break
        if missing:
            for key in missing:
                yield self._problem(
                    "ledger/people",
                    key,
                    f"the names and addresses of up to {SHARD} people are missing.",
                    _BACK,
                )
            return False
        kept = set(log.people_lie.values())
        waste = [key for key in lying if key not in kept and people.number_of(key) <= before]
        if waste:
            yield self._problem(
                "ledger/left-over",
                people.FOLDER,
                f"{len(waste)} objects that no entry points at any more: they may name somebody who was erased.",
                "The next write to this ledger deletes them; `topmind send` is one.",
                Level.WARNING,
            )
        try:
            log.fold()
        except LedgerError as error:
            yield told_by(error, "ledger/people")
            return False
        return True

    # -- caches ----------------------------------------------------------------------------------------------

    def _snaps(self, reader: LogReader, *, compare: bool) -> Iterator[Problem]:
        good = False
        for key in self._names(snaps.FOLDER):
            found = patiently(self._objects, self._clock, partial(self._objects.get, key))
            if found is None:
                continue  # deleted meanwhile
            snap = snaps.unpack(found.data)
            if snap is None:
                yield self._problem("ledger/snap", key, "this snap is damaged.", _CACHE, Level.WARNING)
            elif compare and reader.log.nonce_of(snap.number) != snap.nonce:
                yield self._problem("ledger/snap", key, "this snap is of another log.", _CACHE, Level.WARNING)
            else:
                good = True
        if good and compare:
            yield from self._compared(reader)

    def _compared(self, reader: LogReader) -> Iterator[Problem]:
        """What a run finds, which begins with the newest snap, is what the entries say."""
        with closing(LogReader(self._objects, self._clock)) as other:
            for _ in range(_TRIES):
                other.log.look()
                reader.log.fold()
                if other.log.number == reader.log.number:
                    break
            else:
                return  # others write all the time
            with reader.read() as ours, other.read() as theirs:
                wrong = [
                    name
                    for name, table in tables(reader.log.index.connection).items()
                    if any(
                        one != two
                        for one, two in zip_longest(
                            rows(ours, table, table.columns), rows(theirs, table, table.columns)
                        )
                    )
                ]
        if wrong:
            yield self._problem(
                "ledger/snap",
                snaps.FOLDER,
                f"the newest snap says other than the log ({', '.join(wrong)}): runs begin with it.",
                "Delete everything under snap/ before anything is sent: the log itself is right.",
            )


def told_by(error: TopmindError, rule: str) -> Problem:
    """An error as a finding."""
    return Problem(rule=rule, level=Level.ERROR, path=error.where, line=0, says=error.says, fix=error.fix)
