"""`topmind ledger check`: is the store whole, is it ours, does everything hold, and how far has it come?"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass, field, replace
from pathlib import Path

from topmind.errors import LedgerDamaged, LedgerError, TopmindError
from topmind.ledger import opening, postgres, switches, witness
from topmind.ledger.book import Book
from topmind.ledger.care import invariants
from topmind.ledger.care.bucket import Bucket, told_by
from topmind.ledger.care.looking import FileReader, LogReader, Looked, Told, look, look_at_copy
from topmind.ledger.care.server import wrong_tables
from topmind.ledger.database import NO_LEDGER, moment, newer, newest_shape, stamp
from topmind.ledger.log import is_there
from topmind.ledger.log.witness import Witness, older
from topmind.ledger.objects import ObjectStore
from topmind.ledger.postgres_database import PostgresDatabase
from topmind.ledger.states import CHANNEL, CLAIMED, STATE, UNKNOWN, UNRESOLVED
from topmind.model import Clock, Level, Problem

_ADOPT = "Put the newest copy back; if it is lost, take this one into use: topmind ledger adopt"


@dataclass(frozen=True, slots=True, kw_only=True)
class Health:
    """What was found. Counts only: no person is named."""

    #: The store, as messages call it.
    store: str
    ledger: str = ""
    epoch: int = 0
    shape: int = 0
    #: Writes that may change a plan.
    head: int = 0
    #: In the ledger; in the last import; left for good.
    people: int = 0
    active: int = 0
    erased: int = 0
    #: State → mails, and → tasks.
    mails: Mapping[str, int] = field(default_factory=dict)
    tasks: Mapping[str, int] = field(default_factory=dict)
    #: Mails of which nobody can say whether they left.
    unproven: int = 0
    #: Day of the last plan, ISO; "" = none.
    planned_on: str = ""
    problems: tuple[Problem, ...] = ()

    @property
    def sound(self) -> bool:
        """Whether nothing is wrong; warnings and notes are not."""
        return not any(one.level is Level.ERROR for one in self.problems)


def check(
    url: str,
    *,
    root: Path,
    clock: Clock,
    ledger_id: str,
    check_value: str,
    told: Told,
    objects: ObjectStore | None = None,
) -> Health:
    """Look at the ledger of an address; arguments as for `open_ledger`, `check_value` "" = no ring is at hand.

    Raises ConfigError (no durable ledger's address), LedgerError where there is none, or where a server does not
    answer; what is wrong with one that is there is told.
    """
    mine = _Mine(ledger_id, check_value)
    if objects is not None:
        return _bucket(objects, root, clock, mine, told)
    where = "TOPMIND_LEDGER" if url.startswith(opening.POSTGRES) else url.removeprefix("sqlite:///")
    try:
        looked = look(url, root=root, clock=clock)
    except LedgerDamaged as error:
        return Health(store=error.where or where, problems=(told_by(error, "ledger/damaged"),))
    with closing(looked):
        if isinstance(looked.database, FileReader):
            path = opening.path_of(url, root)
            return _file(looked, looked.database, mine, told, witness.read(witness.path_of(path)))
        assert isinstance(looked.database, PostgresDatabase)
        return _server(looked, looked.database, clock, mine, told)


def check_copy(file: Path, *, clock: Clock, ledger_id: str, check_value: str, told: Told) -> Health:
    """Look at what `topmind ledger backup` made. Raises LedgerError where there is no such file."""
    try:
        looked = look_at_copy(file, name=file.name, clock=clock)
    except LedgerDamaged as error:
        return Health(store=file.name, problems=(told_by(error, "ledger/damaged"),))
    with closing(looked):
        assert isinstance(looked.database, FileReader)
        mine = _Mine(ledger_id, check_value, copy=True)
        return _file(looked, looked.database, mine, told, None)


@dataclass(frozen=True, slots=True)
class _Mine:
    """What this project expects."""

    ledger_id: str
    check_value: str
    #: It is looked at as a copy: that it says so is no mistake.
    copy: bool = False


# -- the stores --------------------------------------------------------------------------------------------


def _file(
    looked: Looked, reader: FileReader, mine: _Mine, told: Told, seen: witness.Witness | None
) -> Health:
    try:
        found = [
            Problem(
                rule="ledger/damaged",
                level=Level.ERROR,
                path=reader.name,
                line=0,
                says=f"the file's own check fails: {text}.",
                fix="Put the last good copy back in its place; keep this file.",
            )
            for text in reader.wrong()
        ]
        return _contents(looked, mine, told, found, lambda book: _older_file(book, seen))
    except LedgerDamaged as error:
        return Health(store=reader.name, shape=looked.shape, problems=(told_by(error, "ledger/damaged"),))


def _older_file(book: Book, seen: witness.Witness | None) -> bool:
    now = witness.Witness(
        ledger=book.ledger, epoch=int(book.meta("epoch") or 0), writes=int(book.meta("writes") or 0)
    )
    return witness.older(seen, now, lambda run: switches.ran(book, run))


def _bucket(objects: ObjectStore, root: Path, clock: Clock, mine: _Mine, told: Told) -> Health:
    if not is_there(objects, clock):
        raise LedgerError("there is no ledger here.", where=objects.name, fix=NO_LEDGER)
    with closing(LogReader(objects, clock)) as reader:
        found = list(Bucket(objects, clock, told).check(reader))
        looked = Looked(database=reader, shape=reader.log.index.shape, now=stamp(objects.now()))
        if any(one.rule in {"ledger/entry", "ledger/people"} for one in found):
            return Health(store=objects.name, shape=looked.shape, problems=tuple(found))
        seen = Witness(objects, clock, opening.log_seen(root)).read()
        return _contents(
            looked,
            mine,
            told,
            found,
            lambda book: older(seen, book.ledger, int(book.meta("epoch") or 0), reader.log.nonce_of),
        )


def _server(looked: Looked, database: PostgresDatabase, clock: Clock, mine: _Mine, told: Told) -> Health:
    found = list(wrong_tables(database, looked.shape))
    if not getattr(clock, "stands_for_all", False):
        ahead = postgres.skew(database, clock)
        if abs(ahead) > postgres.SKEW:
            found.append(
                Problem(
                    rule="ledger/clock",
                    level=Level.ERROR,
                    path=database.name,
                    line=0,
                    says=f"this machine's clock and the server's are {abs(ahead).total_seconds():,.0f} seconds apart.",
                    fix="Set the one that is wrong: leases go by it.",
                )
            )
    home = database.home()
    try:
        return _contents(
            looked,
            mine,
            told,
            found,
            lambda book: bool(home and book.meta("home")) and home != book.meta("home"),
        )
    except LedgerDamaged as error:
        problems = (*found, told_by(error, "ledger/damaged"))
        return Health(store=database.name, shape=looked.shape, problems=problems)


# -- what all have -----------------------------------------------------------------------------------------


def _contents(
    looked: Looked, mine: _Mine, told: Told, found: list[Problem], put_back: Callable[[Book], bool]
) -> Health:
    name = looked.database.name
    if looked.shape > newest_shape():
        error = newer(looked.shape, newest_shape(), name)
        return Health(store=name, shape=looked.shape, problems=(*found, told_by(error, "ledger/shape")))
    with looked.book() as book:
        found += _ours(book, mine, name)
        found += _restored(book, mine, name, put_back)
        health = _told(book, looked, name)
        if looked.shape < newest_shape():
            says = f"this ledger has shape {looked.shape}, this topmind writes {newest_shape()}; its rules were not tested."
            fix = "Nothing is to be done: the next `topmind send` raises it. Make a copy first: topmind ledger backup"
            found.append(
                Problem(rule="ledger/shape", level=Level.WARNING, path=name, line=0, says=says, fix=fix)
            )
        else:
            found += (replace(one, path=name) for one in invariants.broken(book, told))
    return replace(health, problems=tuple(found))


def _ours(book: Book, mine: _Mine, name: str) -> Iterator[Problem]:
    if not book.ledger:
        yield _error("ledger/id", name, "this ledger has no id: nobody has ever used it.", "")
        return
    try:
        switches.identity(book, mine.ledger_id, mine.check_value, name)
    except TopmindError as error:
        yield told_by(error, "ledger/id")
    if not mine.ledger_id:
        yield Problem(
            rule="ledger/pin",
            level=Level.WARNING,
            path="pelicanconf.py",
            line=0,
            says="pins no ledger, so that any would be taken.",
            fix=f'Write TOPMIND = {{"ledger": "{book.ledger}"}}.',
        )
    if book.meta("check_value") and not mine.check_value:
        yield _error(
            "ledger/keys",
            name,
            "the key ring that it was written with is not here.",
            "Put it back (TOPMIND_KEYS, or var/keys.json): without it every unsubscribe link sent before is dead.",
        )


def _restored(book: Book, mine: _Mine, name: str, put_back: Callable[[Book], bool]) -> Iterator[Problem]:
    made = book.meta(switches.COPY)
    if made == switches.PART:
        yield _error(
            "ledger/restored",
            name,
            "putting a copy back was interrupted: a part of it is missing.",
            "Put it back into an empty place: topmind ledger restore FILE",
        )
    elif mine.copy:
        if made:
            yield Problem(
                rule="ledger/copy",
                level=Level.INFO,
                path=name,
                line=0,
                says=f"this copy was made at {moment(int(made)):%Y-%m-%d %H:%M} UTC.",
            )
    elif made or put_back(book):
        yield _error(
            "ledger/restored",
            name,
            "a copy was put back here, older than the one that sent last: `topmind send` refuses it.",
            _ADOPT,
        )


def _error(rule: str, path: str, says: str, fix: str) -> Problem:
    return Problem(rule=rule, level=Level.ERROR, path=path, line=0, says=says, fix=fix)


def _told(book: Book, looked: Looked, name: str) -> Health:
    def one(sql: str) -> int:
        return int(book.db.execute(sql).fetchone()[0])

    mails, tasks = Counter[str](), Counter[str]()
    for state, channel, number in book.db.execute(
        "SELECT state, channel, count(*) FROM touches GROUP BY state, channel ORDER BY state, channel"
    ):
        words = STATE[state].value if state in STATE else "of a state that there is not"
        (tasks if channel in CHANNEL and channel else mails)[words] += number
    return Health(
        store=name,
        ledger=book.ledger,
        epoch=int(book.meta("epoch") or 0),
        shape=looked.shape,
        head=int(book.meta("head") or 0),
        people=one("SELECT count(*) FROM people"),
        active=one("SELECT count(*) FROM people WHERE active = 1"),
        erased=one("SELECT count(DISTINCT person) FROM erased"),
        mails=dict(mails),
        tasks=dict(tasks),
        # in words that every shape knows
        unproven=one(
            f"SELECT count(*) FROM touches WHERE state IN ({UNKNOWN}, {UNRESOLVED})"
            f" OR (state = {CLAIMED} AND lease <= {book.now})"
        ),
        planned_on=book.meta("planned_on"),
    )
