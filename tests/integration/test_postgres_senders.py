"""Many senders on one PostgreSQL: nobody is claimed twice, and every limit of a person holds between them."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from ledger_words import NOW, accepted, claim, reason, state
from topmind.ledger import LEASE, Claim, InboxEntry, Ledger, PickedItem, Row, claims, open_ledger
from topmind.ledger.book import Book
from topmind.ledger.database import stamp
from topmind.ledger.postgres_database import Mode
from topmind.model import Ceiling, Channel, TouchState
from topmind.testing.builders import TODAY
from topmind.testing.clock import FixedClock
from topmind.testing.sending import a_key, a_ledger, a_person, a_row, freeze, hashes

pytestmark = pytest.mark.postgres


def joined(url: str) -> Ledger:
    """One more connection, patient enough for this machine."""
    return open_ledger(url, root=Path(), clock=FixedClock(), ledger_id="test", busy=60)


def claimers(url: str, many: int, limit: int, *, settle: bool = False) -> list[Claim]:
    """What `many` senders claim, each with a connection of its own, all at once, until each finds nothing."""
    taken: list[Claim] = []
    failed: list[Exception] = []
    together = threading.Barrier(many)

    def sender(number: int) -> None:
        try:
            ledger = joined(url)
            together.wait()
            settles: list[Any] = []
            while found := claim(ledger, limit, f"run-{number}", settles=settles):
                taken.extend(found)
                settles = [accepted(one) for one in found] if settle else []
            ledger.settle(settles)
            ledger.close()
        except Exception as error:  # noqa: BLE001 - a thread's error must fail the test
            failed.append(error)
            together.abort()

    threads = [threading.Thread(target=sender, args=(number,)) for number in range(many)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failed == []
    return taken


@pytest.mark.parametrize(("many", "limit"), [(4, 7), (50, 3)])
def test_each_touch_is_claimed_once(postgres_url: str, many: int, limit: int) -> None:
    """4 and 50 senders at once: each touch is in one hand, and none is left over."""
    contacts = [f"c{n:04d}" for n in range(300)]
    ledger = a_ledger(contacts, url=postgres_url)
    # without gap and items, so that nothing but the claim itself keeps one touch in one hand
    freeze(ledger, *(a_row(contact, gap=0, items=(), per_slot=()) for contact in contacts))
    taken = Counter(one.touch_hex for one in claimers(postgres_url, many, limit, settle=True))
    assert (len(taken), max(taken.values())) == (300, 1)
    counts = ledger.counts(TODAY)
    assert (counts.accepted, counts.waiting, counts.unknown) == (300, 0, 0)
    ledger.close()


ONE_A_WEEK = (Ceiling(channel=Channel.EMAIL, count=1, days=7),)
SAME = (PickedItem(id="tips/gutters", since=TODAY - timedelta(days=365)),)


def twice(contact: str, limits: dict[str, Any]) -> list[Row]:
    """Two touches of one person for today, of which the limits allow one."""
    return [
        a_row(contact, key=a_key(contact, source=source), **{"gap": 0, "items": (), "per_slot": (), **limits})
        for source in ("tuesday-fix", "friday-fix")
    ]


#: Limit → what of a row makes it bind.
LIMITS: dict[str, dict[str, Any]] = {
    "gap": {"gap": 1},
    "ceiling": {"ceilings": ONE_A_WEEK},
    "never twice": {"items": SAME, "per_slot": (1,)},
}


@pytest.mark.parametrize("limits", LIMITS.values(), ids=LIMITS)
def test_no_person_is_claimed_twice(postgres_url: str, limits: dict[str, Any]) -> None:
    """Everybody has two touches and may get one: eight senders, and nobody gets both."""
    contacts = [f"c{n:04d}" for n in range(60)]
    ledger = a_ledger(contacts, url=postgres_url)
    freeze(ledger, *(row for contact in contacts for row in twice(contact, limits)))
    taken = Counter(one.key.contact for one in claimers(postgres_url, 8, 5))
    assert (len(taken), max(taken.values())) == (60, 1)
    ledger.close()


@contextmanager
def claiming(ledger: Any, limit: int) -> Iterator[tuple[Claim, ...]]:
    """A claim that is not committed until the block ends."""
    with ledger._store.transaction(Mode.BESIDE) as (db, _):
        book = Book(db=db, ledger="test", now=stamp(NOW), beside=True)
        yield claims.claim(
            book, owner="run-a", limit=limit, now=NOW, lease=LEASE, editions=None, occasions=None
        )


@pytest.fixture
def two(postgres_url: str) -> Iterator[tuple[Ledger, Ledger]]:
    """Two senders' connections to one ledger of three people."""
    a_ledger(url=postgres_url).close()
    ledgers = joined(postgres_url), joined(postgres_url)
    yield ledgers
    for ledger in ledgers:
        ledger.close()


def in_background(work: Callable[[], Any]) -> tuple[threading.Thread, list[Any]]:
    """Start it; what it gave."""
    found: list[Any] = []
    thread = threading.Thread(target=lambda: found.append(work()), daemon=True)
    thread.start()
    return thread, found


def until_it_waits(thread: threading.Thread, ledger: Any) -> None:
    """Return when a connection of this database waits for a lock; whoever got through in this thread did not."""
    asked = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"
    while thread.is_alive():
        with ledger._store.read() as db:
            if db.execute(asked).fetchone()[0]:
                return
    raise AssertionError("nobody waited")


@pytest.mark.parametrize("limits", LIMITS.values(), ids=LIMITS)
def test_while_one_sender_judges_a_person_no_other_does(
    two: tuple[Ledger, Ledger], limits: dict[str, Any]
) -> None:
    """The second touch of that person is passed over at that moment, and judged with the first one in hand later."""
    first, second = two
    freeze(first, *twice("c0000", limits), a_row("c0001"))
    with claiming(first, 1) as mine:
        assert [one.key.contact for one in mine] == ["c0000"]
        assert [one.key.contact for one in claim(second, 10, "run-b")] == ["c0001"]
    assert claim(second, 10, "run-b") == ()


def test_one_inbox_gets_one_copy_between_two_senders(two: tuple[Ledger, Ledger], postgres_url: str) -> None:
    """Two people got one new inbox after the plan: the second sender waits, finds the first copy, and skips."""
    first, second = two
    freeze(first, a_row("c0000"), a_row("c0001"))
    shared = [a_person(contact, address="office@example.com") for contact in ("c0000", "c0001")]
    first.sync_people([*shared, a_person("c0002")], hashes)
    watcher = joined(postgres_url)
    with claiming(first, 1) as mine:
        thread, found = in_background(lambda: claim(second, 10, "run-b"))
        until_it_waits(thread, watcher)
    thread.join()
    assert (len(mine), found) == (1, [()])
    assert (state(first, "c0001"), reason(first, "c0001")) == (TouchState.SKIPPED, "same_inbox")
    watcher.close()


def test_a_stop_waits_for_a_claim_under_way_and_holds_for_the_next(
    two: tuple[Ledger, Ledger], postgres_url: str
) -> None:
    """Whoever was told "stopped" can be sure: nothing is claimed after it."""
    first, second = two
    freeze(first, a_row("c0000"), a_row("c0001"))
    watcher = joined(postgres_url)
    with claiming(first, 1) as mine:
        thread, found = in_background(lambda: watcher.stop("all"))
        until_it_waits(thread, second)
        assert found == []
    thread.join()
    assert (len(mine), claim(second, 10, "run-b"), claim(first, 10)) == (1, (), ())
    watcher.close()


def test_an_opt_out_before_a_claim_is_seen_by_it(two: tuple[Ledger, Ledger]) -> None:
    """Committed on one machine, honoured by the next claim of another."""
    first, second = two
    freeze(first, a_row("c0000"), a_row("c0001"))
    first.fold([InboxEntry(kind="opt_out", contact="c0000", at=NOW, id="1")])
    assert [one.key.contact for one in claim(second, 10, "run-b")] == ["c0001"]


def test_erased_while_in_hand_and_given_back(two: tuple[Ledger, Ledger]) -> None:
    """A touch whose person is gone is skipped, though there is nobody to lock."""
    first, second = two
    freeze(first, a_row("c0000"))
    mine = claim(first)
    second.erase("c0000", hashes)
    assert first.release(mine) == 1
    assert claim(second, 10, "run-b") == ()
    assert first.counts(TODAY).skipped == 1
