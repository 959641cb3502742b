"""Every fault at every put of a run: nobody is mailed twice, nobody is lost, and the log says what is true."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Iterator

import pytest

from ledger_words import NOW, accepted, claim
from log_words import opened, replayed, rows
from topmind.errors import LedgerError
from topmind.ledger import MemoryObjects, Settle
from topmind.model import TouchState
from topmind.testing.builders import TODAY
from topmind.testing.clock import FixedClock
from topmind.testing.objects import DiedError, Fault, FaultyObjects
from topmind.testing.sending import a_person, a_row, freeze, hashes

CONTACTS = [f"c{n:04d}" for n in range(6)]
DEATHS = {Fault.DIES_BEFORE, Fault.DIES_AFTER}


class World:
    """A bucket, and which mails really left."""

    def __init__(self) -> None:
        self.clock = FixedClock()
        self.bucket = MemoryObjects(self.clock)
        self.left: Counter[str] = Counter()

    def run(self, owner: str, store: FaultyObjects) -> None:
        """A whole run: people, plan, claims by two, each settled with the next; from a machine of its own."""
        ledger = opened(store, self.clock)
        ledger.sync_people([a_person(contact) for contact in CONTACTS], hashes)
        freeze(ledger, *map(a_row, CONTACTS))
        ledger.lock(owner)
        settles: list[Settle] = []
        while found := claim(ledger, limit=2, owner=owner, settles=settles):
            for one in found:
                self.left[one.touch_hex] += 1
            settles = [accepted(one) for one in found]
        ledger.settle(settles)
        ledger.unlock(owner)
        ledger.close()

    def judge(self) -> None:
        """After one more run, undisturbed: everybody was mailed once, or is listed as unproven."""
        self.clock.advance(minutes=5)
        self.run("last", FaultyObjects(self.bucket))
        ledger = opened(self.bucket, self.clock)
        states = {t.key.contact: t.state for c in CONTACTS for t in ledger.touches_of(c)}
        listed = {one.touch_hex for one in ledger.unproven()}
        hexes = {one.key.wire("test"): one.state for c in CONTACTS for one in ledger.touches_of(c)}
        assert set(states) == set(CONTACTS)
        assert set(self.left.values()) <= {1}
        for hexed, state in hexes.items():
            assert state in {TouchState.ACCEPTED, TouchState.UNKNOWN}
            assert state is not TouchState.ACCEPTED or self.left[hexed] == 1
            assert (state is TouchState.UNKNOWN) == (hexed in listed)
        assert ledger.counts(TODAY).waiting == 0
        assert rows(ledger) == replayed(self.bucket, self.clock)
        assert len(self.bucket.names("people/")) == 1


def puts_of_a_run() -> list[str]:
    """What an undisturbed run puts, in order."""
    world = World()
    store = FaultyObjects(world.bucket)
    world.run("run-1", store)
    return store.puts


def every_fault() -> Iterator[tuple[int, Fault]]:
    """At every put of a run."""
    for number, _ in enumerate(puts_of_a_run()):
        for fault in Fault:
            yield number, fault


@pytest.mark.parametrize(("number", "fault"), list(every_fault()))
def test_a_fault_at_any_put(number: int, fault: Fault) -> None:
    """A death is followed by the next run; every other fault is got over in the same run, and nobody notices."""
    world = World()
    store = FaultyObjects(world.bucket, {number: fault})
    if fault in DEATHS:
        with pytest.raises(DiedError):
            world.run("run-1", store)
    else:
        world.run("run-1", store)
        assert sum(world.left.values()) == len(CONTACTS)
        assert len(store.puts) <= len(puts_of_a_run()) + 1
    world.judge()


@pytest.mark.parametrize("fault", [f for f in Fault if f not in DEATHS])
def test_a_fault_at_each_put_in_turn(fault: Fault) -> None:
    """Every second request fails, all along."""
    world = World()
    store = FaultyObjects(world.bucket, dict.fromkeys(range(0, 200, 2), fault))
    world.run("run-1", store)
    assert sum(world.left.values()) == len(CONTACTS)
    world.judge()


@pytest.mark.parametrize("stored", [Fault.LOST, Fault.ANSWER_LOST, Fault.LATE])
def test_an_unconfirmed_claim_is_no_claim(stored: Fault) -> None:
    """The bucket falls silent right after the put: an error, nobody is mailed; later the log knows what is true."""
    world = World()
    store = FaultyObjects(world.bucket)
    ledger = opened(store, world.clock, CONTACTS)
    freeze(ledger, *map(a_row, CONTACTS))
    store.faults[len(store.puts)] = stored
    original = store.put

    def last_put(*args: object, **more: object) -> object:
        answer = original(*args, **more)  # type: ignore[arg-type]  # passed on as it is
        store.silent = True
        return answer

    store.put = last_put  # type: ignore[method-assign, assignment]  # silent from the next request on
    with pytest.raises(LedgerError, match="does not answer") as found:
        claim(ledger, limit=2)
    assert "what was not confirmed was not sent" in str(found.value)
    store.silent = False
    store.put = original  # type: ignore[method-assign]
    truth = [c.touch_hex for c in claim(ledger, limit=10, owner="run-2")]
    assert len(truth) == (6 if stored is Fault.LOST else 4)
    assert rows(ledger) == replayed(world.bucket, world.clock)


def test_a_put_that_arrives_after_it_was_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    """It takes the number before the next write does: that one reads it and decides again."""
    world = World()
    store = FaultyObjects(world.bucket)
    ledger = opened(store, world.clock, CONTACTS)
    freeze(ledger, *map(a_row, CONTACTS))
    put = len(store.puts)
    store.faults = {put: Fault.LATE}
    inner_get = store.get
    monkeypatch.setattr(store, "get", lambda key: (_ for _ in ()).throw(LedgerError("gone")))
    with pytest.raises(LedgerError):
        claim(ledger, limit=2)
    monkeypatch.setattr(store, "get", inner_get)
    assert len(claim(ledger, limit=10, owner="run-2")) == 4


def test_a_bucket_that_is_busy_for_long() -> None:
    """It is asked a bounded number of times with growing waits, then the run ends with what to do."""
    world = World()
    store = FaultyObjects(world.bucket)
    ledger = opened(store, world.clock, CONTACTS)
    start = world.clock.now()
    store.faults = dict.fromkeys(range(1000), Fault.BUSY)
    before = len(store.puts)
    with pytest.raises(LedgerError, match="Run again in a few minutes"):
        ledger.stop("all")
    assert len(store.puts) - before == 8
    assert 10 < (world.clock.now() - start).total_seconds() < 30
    assert ledger.stops() == frozenset()


def test_fifty_at_once() -> None:
    """Each with a ledger of its own on one bucket: every touch is one claimer's, and all rows are the same."""
    world = World()
    contacts = [f"c{n:04d}" for n in range(100)]
    opened(world.bucket, world.clock, contacts).close()
    freeze(opened(world.bucket, world.clock), *map(a_row, contacts))
    taken: Counter[str] = Counter()
    failed: list[BaseException] = []
    start = threading.Barrier(50)

    def work(owner: str) -> None:
        try:
            ledger = opened(world.bucket, world.clock)
            start.wait()
            found = ledger.claim(owner=owner, limit=3, now=NOW)
            taken.update(one.touch_hex for one in found)
            ledger.settle([accepted(one) for one in found])
        except BaseException as error:  # noqa: BLE001 - told by the test's own thread
            failed.append(error)

    threads = [threading.Thread(target=work, args=(f"run-{n}",)) for n in range(50)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failed == []
    assert (len(taken), set(taken.values())) == (100, {1})
    ledger = opened(world.bucket, world.clock)
    assert ledger.counts(TODAY).accepted == 100
    assert rows(ledger) == replayed(world.bucket, world.clock)
