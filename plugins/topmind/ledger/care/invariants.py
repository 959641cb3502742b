"""What must hold in every ledger, whatever happened: each rule in SQL that finds the rows which break it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from topmind.ledger import reports
from topmind.ledger.book import Book, key_of
from topmind.ledger.care.looking import Told
from topmind.ledger.care.tables import PAGE
from topmind.ledger.database import moment, number_day
from topmind.ledger.states import ACCEPTED, CLAIMED, DONE, MISSED, SOLE, STATE, UNKNOWN, UNRESOLVED
from topmind.model import Level, Problem

#: Days whose counts are added up.
DAYS = 35
#: A claim that ends later than this was made by a clock that was wrong.
_LONG = timedelta(days=1)
_KEEP = "Keep this ledger as it is, and ask for help with what `topmind ledger check --json` prints (it names nobody)."
_SOLE = ", ".join(f"'{kind.value}'" for kind in sorted(SOLE))
_KNOWN = "SELECT id FROM people UNION ALL SELECT person FROM erased"


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """One of them."""

    name: str
    #: Rows that break it, with one column: a touch's name on the wire, or another that names nobody.
    broken: str
    #: What is wrong, for one and for several.
    one: str
    many: str
    fix: str = _KEEP
    level: Level = Level.ERROR


def _missing(column: str, table: str, what: str) -> Rule:
    """Every touch names a row that is there."""
    return Rule(
        name=f"ledger/{what}",
        broken=f"SELECT hex FROM touches WHERE {column} IS NOT NULL AND {column} NOT IN (SELECT id FROM {table})",
        one=f"touch names a {what} that is not there",
        many=f"touches name a {what} that is not there",
    )


#: In the order in which they are told.
RULES = (
    Rule(
        name="ledger/one-touch",
        # the plus keeps SQLite from asking an index, which may be what is damaged
        broken="SELECT min(hex) AS hex FROM touches GROUP BY +person, +occasion HAVING count(*) > 1",
        one="person has one occasion twice",
        many="times a person has one occasion twice",
    ),
    Rule(
        name="ledger/one-inbox",
        broken="SELECT min(hex) AS hex FROM touches WHERE sole IS NOT NULL GROUP BY +occasion, +sole HAVING count(*) > 1",
        one="inbox has one occasion twice",
        many="times an inbox has one occasion twice",
    ),
    Rule(
        name="ledger/came-twice",
        broken=(
            "SELECT min(t.hex) AS hex FROM touches t JOIN occasions o ON o.id = t.occasion"
            f" WHERE t.state = {ACCEPTED} AND t.inbox IS NOT NULL AND o.kind IN ({_SOLE})"
            " GROUP BY t.occasion, t.inbox HAVING count(*) > 1"
        ),
        one="inbox got one issue or announcement twice: there is proof of both mails",
        many="inboxes got one issue or announcement twice: there is proof of both mails",
        fix="It happened, as after a ledger that was lost; nothing is to be mended here.",
        level=Level.WARNING,
    ),
    Rule(
        name="ledger/claim",
        broken=(
            f"SELECT hex FROM touches WHERE state = {CLAIMED}"
            " AND (lease IS NULL OR run IS NULL OR attempt < 1 OR channel <> 0)"
        ),
        one="mail is in a sender's hands without a lease, so no run will ever list it",
        many="mails are in a sender's hands without a lease, so no run will ever list them",
    ),
    Rule(
        name="ledger/endless-claim",
        broken=f"SELECT hex FROM touches WHERE state = {CLAIMED} AND lease > :late",
        one="mail is in a sender's hands for more than a day: the clock of that machine was wrong",
        many="mails are in a sender's hands for more than a day: the clock of that machine was wrong",
        fix="Set the clocks; until then they count as waiting.",
    ),
    Rule(
        name="ledger/state",
        broken=(
            f"SELECT hex FROM touches WHERE state NOT IN ({', '.join(map(str, STATE))})"
            f" OR (channel = 0 AND state IN ({DONE}, {MISSED})) OR channel NOT BETWEEN 0 AND 4"
        ),
        one="touch is in a state that there is not",
        many="touches are in a state that there is not",
    ),
    Rule(
        name="ledger/person",
        broken=f"SELECT hex FROM touches WHERE person NOT IN ({_KNOWN})",
        one="touch belongs to nobody: neither a person nor one who was erased",
        many="touches belong to nobody: neither a person nor one who was erased",
    ),
    _missing("occasion", "occasions", "occasion"),
    _missing("terms", "terms", "terms"),
    _missing("run", "runs", "run"),
    Rule(
        name="ledger/channel",
        broken="SELECT t.hex FROM touches t JOIN occasions o ON o.id = t.occasion WHERE o.channel <> t.channel",
        one="touch is on another channel than its occasion",
        many="touches are on another channel than their occasion",
    ),
    Rule(
        name="ledger/items",
        broken=(
            "SELECT CAST(k.touch AS TEXT) AS hex FROM touch_items k LEFT JOIN touches t ON t.id = k.touch"
            " LEFT JOIN items i ON i.id = k.item WHERE t.id IS NULL OR i.id IS NULL OR t.person <> k.person"
        ),
        one="item belongs to no touch of its person, so that it may be sent to them again",
        many="items belong to no touch of their person, so that they may be sent to them again",
    ),
    Rule(
        name="ledger/inbox",
        broken=(
            "SELECT CAST(id AS TEXT) AS hex FROM people WHERE inbox IS NOT NULL"
            " AND inbox NOT IN (SELECT inbox FROM inbox_hashes)"
        ),
        one="person has an inbox that no address leads to: a bounce would not be seen",
        many="people have an inbox that no address leads to: a bounce would not be seen",
    ),
    Rule(
        name="ledger/merged",
        broken=(
            "SELECT CAST(p.id AS TEXT) AS hex FROM people p LEFT JOIN people w ON w.id = p.merged"
            " WHERE p.merged IS NOT NULL AND (w.id IS NULL OR w.merged IS NOT NULL OR p.active <> 0)"
        ),
        one="contact that was merged leads to nobody, or still takes part",
        many="contacts that were merged lead to nobody, or still take part",
    ),
    Rule(
        name="ledger/erased",
        broken=" UNION ALL ".join(
            f"SELECT CAST({column} AS TEXT) AS hex FROM {table} WHERE {column} IN (SELECT person FROM erased)"
            for table, column in (
                ("people", "id"),
                *(
                    (name, "person")
                    for name in (
                        "answers",
                        "wishes",
                        "reported",
                        "transitions",
                        "positions",
                        "notes",
                        "stage_words",
                    )
                ),
            )
        ),
        one="row is left of somebody who was erased",
        many="rows are left of people who were erased",
    ),
)


def broken(book: Book, told: Told) -> Iterator[Problem]:
    """What does not hold, one finding for each rule; `told` hears touches. Raises LedgerError."""
    late = book.now + _LONG // timedelta(milliseconds=1)
    for rule in RULES:
        bound = {"late": late} if ":late" in rule.broken else {}
        (number,) = book.db.execute(f"SELECT count(*) FROM ({rule.broken}) AS found", bound).fetchone()
        if number:
            few = [row[0] for row in book.db.execute(f"{rule.broken} LIMIT 3", bound)]
            yield _problem(rule, number, few)
    yield from _unlisted(book)
    yield from _unequal(book)
    yield from _misnamed(book, told)


def _problem(rule: Rule, number: int, few: list[str]) -> Problem:
    shown = ", ".join(str(one)[:12] for one in few)
    more = ", …" if number > len(few) else ""
    says = f"{number} {rule.one if number == 1 else rule.many} ({shown}{more})."
    return Problem(rule=rule.name, level=rule.level, path="", line=0, says=says, fix=rule.fix)


def _error(rule: str, says: str) -> Problem:
    return Problem(rule=rule, level=Level.ERROR, path="", line=0, says=says, fix=_KEEP)


def _unlisted(book: Book) -> Iterator[Problem]:
    """Every touch of which nobody knows whether it left is listed: unknown, unresolved, under an ended lease."""
    listed = {one.touch_hex for one in reports.unproven(book)}
    open_ = book.db.execute(
        f"SELECT hex FROM touches WHERE state IN ({UNKNOWN}, {UNRESOLVED}) OR (state = {CLAIMED} AND lease <= ?)",
        (book.now,),
    )
    if missing := {row[0] for row in open_} - listed:
        yield _error("ledger/unlisted", f"{len(missing)} unproven mails are not listed by `topmind report`.")


def _unequal(book: Book) -> Iterator[Problem]:
    """planned = accepted + refused + skipped + expired + unknown + waiting, for each nominal day."""
    first = (moment(book.now).date() - timedelta(days=DAYS)).toordinal() - date(1970, 1, 1).toordinal()
    for number, planned in book.db.execute(
        "SELECT nominal, count(*) FROM touches WHERE channel = 0 AND nominal > ? GROUP BY nominal ORDER BY nominal",
        (first,),
    ).fetchall():
        day = number_day(number)
        try:
            counts = reports.counts(book, day, "")
        except KeyError:  # a state that there is not
            parts = -1
        else:
            parts = sum(
                (
                    counts.accepted,
                    counts.refused,
                    counts.skipped,
                    counts.expired,
                    counts.unknown,
                    counts.waiting,
                )
            )
        if parts != planned:
            yield _error("ledger/counts", f"the counts of {day} do not add up: {planned} planned.")


def _misnamed(book: Book, told: Told) -> Iterator[Problem]:
    """A touch's name on the wire follows from this ledger's id: by it feedback finds the touch."""
    (total,) = book.db.execute("SELECT count(*) FROM touches").fetchone()
    after, wrong, done = 0, list[str](), 0
    while page := book.db.execute(
        "SELECT t.id, t.hex, p.contact, o.source, o.step, o.occurrence, o.channel FROM touches t"
        " LEFT JOIN people p ON p.id = t.person JOIN occasions o ON o.id = t.occasion"
        f" WHERE t.id > ? ORDER BY t.id LIMIT {PAGE}",
        (after,),
    ).fetchall():
        after = page[-1][0]
        for _, hexed, contact, *where in page:
            if contact is not None and key_of(contact, *where).wire(book.ledger) != hexed:
                wrong.append(hexed)
        done += len(page)
        told(done, total)
    if wrong:
        yield _error(
            "ledger/names",
            f"{len(wrong)} touches are not named as this ledger names them ({wrong[0][:12]}, …): feedback does not find them.",
        )
