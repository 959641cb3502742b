"""A ledger that is lost at any step of hearing or erasing, and put back from a copy of before: nobody who bounced,
complained, left or was erased is mailed by it. On a file, on a bucket of a real S3 server, and on a real PostgreSQL."""

from __future__ import annotations

import itertools
import tempfile
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any, Protocol, cast

import pytest

import loopback_s3 as s3
from ledger_stores import InFile, OnServer, Store
from ledger_words import NOW, accepted, claim
from topmind import feedback
from topmind.aws.objects import S3Objects
from topmind.ledger import FolderInbox, Ledger, ObjectInbox
from topmind.links import KeyRing, address_hashes
from topmind.model import Clock
from topmind.run import erasing
from topmind.run.adopting import take_over
from topmind.run.clock import SystemClock
from topmind.run.outlived import Gathered
from topmind.settings import Settings, load
from topmind.testing.builders import TODAY
from topmind.testing.clock import FixedClock
from topmind.testing.events import a_body
from topmind.testing.faults import Died, Fuse, faulty_ledger
from topmind.testing.queue import ListQueue
from topmind.testing.sending import a_key, a_ledger, a_person, a_row, freeze

RING = KeyRing(links=("l" * 40,), addresses=("a" * 40,), coupons=("c" * 40,))
CONTACTS = [f"c{n:04d}" for n in range(5)]
WEEK = timedelta(days=7)
BOUNCED, COMPLAINED, LEFT, ERASED, FINE = CONTACTS


def hashes(address: str) -> tuple[str, ...]:
    """HMACs under the ring of these tests."""
    return address_hashes(RING, address)


class InMoto:
    """A log in a bucket of moto; its copy is all of its objects but the inbox's, which lie beside it."""

    def __init__(self, clock: Clock, contacts: list[str]) -> None:
        self._clock = clock
        self.objects = S3Objects.at(f"s3://{s3.a_bucket()}/our")
        self._copy: dict[str, bytes] = {}
        self.ledgers: list[Any] = [a_ledger(contacts, objects=self.objects, clock=clock)]

    def kill(self, who: int) -> None:
        self.ledgers[who]._log.index.close()
        self.ledgers[who] = a_ledger((), objects=self.objects, clock=self._clock)

    def copy(self) -> None:
        self._copy = {name: self._found(name) for name in self._theirs()}

    def put_back(self) -> None:
        self.objects.delete(self._theirs())
        for name, data in self._copy.items():
            self.objects.put(name, data)
        self.kill(0)

    def close(self) -> None:
        self.ledgers[0]._log.index.close()

    def _theirs(self) -> list[str]:
        return [name for name in self.objects.names("") if not name.startswith("inbox")]

    def _found(self, name: str) -> bytes:
        found = self.objects.get(name)
        assert found
        return found.data


class Quick(SystemClock):
    """The machine's time; nobody waits."""

    def sleep(self, seconds: float) -> None:
        """Go on at once."""


class Kind(Protocol):
    """Makes a store and its inbox, new each time."""

    def __call__(self) -> tuple[Store, FolderInbox | ObjectInbox, Clock]: ...


@pytest.fixture(params=["file", "moto", pytest.param("postgres", marks=pytest.mark.postgres)])
def kind(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Kind]:
    """Each store. The server's inbox is a bucket, as on a hosted runner."""
    if request.param == "file":
        yield lambda: (
            InFile(FixedClock(), ()),
            FolderInbox(Path(tempfile.mkdtemp(dir=tmp_path))),
            FixedClock(),
        )
        return
    with s3.a_server() as endpoint, s3.environment({"AWS_ENDPOINT_URL": endpoint}):
        if request.param == "moto":

            def moto() -> tuple[Store, ObjectInbox, Clock]:
                store = InMoto(Quick(), [])
                return store, ObjectInbox(store.objects, Quick()), Quick()

            yield moto
            return
        url = request.getfixturevalue("postgres_url")

        def server() -> tuple[Store, ObjectInbox, Clock]:
            bucket = S3Objects.at(f"s3://{s3.a_bucket()}/our")
            return OnServer(url, FixedClock(), ()), ObjectInbox(bucket, Quick()), FixedClock()

        yield server


def begun(store: Store) -> Ledger:
    """This week's issue went to everybody; then the copy is made."""
    ledger = store.ledgers[0]
    ledger.sync_people([a_person(contact) for contact in CONTACTS], hashes)
    freeze(ledger, *(a_row(contact) for contact in CONTACTS))
    ledger.settle([accepted(one) for one in claim(ledger)])
    store.copy()
    return cast("Ledger", ledger)


def put_back(store: Store, inbox: FolderInbox | ObjectInbox) -> Ledger:
    """The copy in the ledger's place, adopted; the next import names everybody."""
    store.put_back()
    ledger = store.ledgers[0]
    take_over(ledger, inbox, Gathered(kept=inbox.kept(ledger.ledger_id)), RING, lambda: 0)
    assert not ledger.restored
    ledger.sync_people([a_person(contact) for contact in CONTACTS], hashes)
    return cast("Ledger", ledger)


def mailed(ledger: Ledger) -> set[str]:
    """Whom the next issue would reach."""
    keys = [a_key(contact, occurrence="2026-W50") for contact in CONTACTS if ledger.person(contact)]
    freeze(ledger, *(a_row(key.contact, key=key, day=TODAY + WEEK, items=()) for key in keys))
    return {one.key.contact for one in ledger.claim(owner="run-2", limit=10, now=NOW + WEEK)}


def mortal(thing: Any, fuse: Fuse, *names: str) -> Any:
    """The same thing, mortal before and after these methods."""

    class Mortal:
        def __getattr__(self, name: str) -> Any:
            found = getattr(thing, name)
            return fuse.around(name, found) if name in names else found

    return Mortal()


def events() -> ListQueue:
    """What the provider says of three of them, in two groups."""
    told = [("Bounce", BOUNCED), ("Delivery", FINE), ("Complaint", COMPLAINED), ("Subscription", LEFT)]
    return ListQueue(
        [a_body(kind, a_key(who).wire("test"), to=f"{who}@example.com") for kind, who in told], group=2
    )


def drain(ledger: Ledger, inbox: Any, queue: Any, clock: Clock) -> None:
    """One `topmind feedback`."""
    feedback.drain(
        queue,
        ledger,
        hashes,
        keep=lambda events: inbox.keep("test", events),
        clock=clock,
        budget=timedelta(hours=1),
    )


def test_lost_at_any_step_of_hearing(kind: Kind) -> None:
    """What the queue has let go of is in the copy's ledger, and what it has not comes again."""
    for at in itertools.count():
        store, inbox, clock = kind()
        ledger, queue, fuse = begun(store), events(), Fuse(at)
        died = False
        try:
            drain(
                faulty_ledger(ledger, fuse), mortal(inbox, fuse, "keep"), mortal(queue, fuse, "done"), clock
            )
        except Died:
            died = True
        queue.come_back()
        again = put_back(store, inbox)
        drain(again, inbox, queue, clock)
        assert mailed(again) == {FINE, ERASED}, fuse.blown
        store.close()
        if not died:
            break
    assert at >= 12, "three kinds of step in each of two groups"


def test_cut_short_at_any_step_of_adopting(kind: Kind) -> None:
    """It stays a copy that sends nothing; adopted again, it has everything once."""
    for at in itertools.count():
        store, inbox, clock = kind()
        drain(begun(store), inbox, events(), clock)
        store.put_back()
        ledger, fuse, died = store.ledgers[0], Fuse(at), False
        found = Gathered(kept=inbox.kept("test"))
        try:
            take_over(faulty_ledger(ledger, fuse), inbox, found, RING, lambda: 0)
        except Died:
            died = True
        store.kill(0)
        if died and fuse.blown not in {"before begin_adoption", "after adopt"}:
            assert store.ledgers[0].restored, fuse.blown
        if died:
            take_over(store.ledgers[0], inbox, found, RING, lambda: 0)
        assert mailed(store.ledgers[0]) == {FINE, ERASED}, fuse.blown
        store.close()
        if not died:
            break
    assert at >= 6


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    """A project with an outbox."""
    (tmp_path / "pelicanconf.py").write_text("SITENAME = 'x'\n", "utf-8")
    return load(tmp_path, {})


def test_lost_at_any_step_of_erasing(kind: Kind, settings: Settings) -> None:
    """Once anything of them is gone from the ledger, no copy brings them back; erasing again does the rest."""
    seen = set()
    for at in itertools.count():
        store, inbox, clock = kind()
        ledger, fuse, died = begun(store), Fuse(at), False
        try:
            erasing.leave(
                settings,
                faulty_ledger(ledger, fuse),
                mortal(inbox, fuse, "keep", "forget"),
                RING,
                ERASED,
                clock,
            )
        except Died:
            died = True
        gone = ledger.person(ERASED) is None
        again = put_back(store, inbox)
        if gone:
            assert again.person(ERASED) is None, fuse.blown
            assert ERASED not in mailed(again), fuse.blown
        seen.add((fuse.blown, gone))
        erasing.leave(settings, again, inbox, RING, ERASED, clock)
        assert again.person(ERASED) is None
        assert again.sync_people([a_person(ERASED), a_person(FINE)], hashes).erased == 1
        store.close()
        if not died:
            break
    assert ("before keep", False) in seen
    assert ("after erase", True) in seen


def test_a_second_reader_of_the_inbox_hears_of_today_only(kind: Kind) -> None:
    """A copy that is as old as the events has them already: adopting it changes nothing of it."""
    store, inbox, clock = kind()
    ledger = begun(store)
    drain(ledger, inbox, events(), clock)
    standing = ledger.history(TODAY).standing
    store.copy()
    assert put_back(store, inbox).history(TODAY).standing == standing
    store.close()


def test_received_and_never_kept_is_a_defect_that_this_file_finds(kind: Kind) -> None:
    """Without the place beside the ledger, the same copy mails them all: the test can fail."""

    class Nowhere:
        def keep(self, _ledger: str, _facts: object) -> None:
            """Write nothing down."""

    store, inbox, clock = kind()
    queue = events()
    drain(begun(store), Nowhere(), queue, clock)
    assert queue.waiting() == (0, 0)
    again = put_back(store, inbox)
    drain(again, inbox, queue, clock)
    assert mailed(again) == set(CONTACTS)
    store.close()
