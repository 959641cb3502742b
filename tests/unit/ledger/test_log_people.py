"""What is personal: in objects of its own, never in log or snap, and gone from everywhere with whoever is erased."""

from __future__ import annotations

import pytest

from ledger_words import NOW, claim, says
from log_words import entries, opened, replayed, rows, texts
from topmind.errors import LedgerError
from topmind.ledger import InboxEntry, MemoryObjects, ObjectInbox
from topmind.ledger.log.capture import SHARD
from topmind.ledger.log.log import Log
from topmind.ledger.log.tables import PERSONAL, tables
from topmind.testing.builders import TODAY
from topmind.testing.clock import FixedClock
from topmind.testing.objects import DiedError, Fault, FaultyObjects
from topmind.testing.sending import a_person, a_row, a_task, freeze, hashes

CANARY = a_person(
    "crm-0815-canary",
    address="yellow.canary@birds.example",
    name="Yellow Canary",
    phone="+1 555 0815",
    postal=("8 Cage Lane", "Birdtown"),
)
WORDS = ("0815", "birds.example", "Canary", "Cage Lane", "Birdtown", "I sing at dawn")
OTHERS = [a_person(f"c{n:04d}") for n in range(3)]

#: Text columns that hold no person's words: ids and names of content, states, reasons, HMACs, hashes.
PLAIN = {
    "answers": {"hex", "value", "source", "step"},
    "approvals": {"plan"},
    "canaries": {"hex", "message_id"},
    "coupons": {"code", "base", "scope"},
    "erased": {"hash"},
    "feedback": {"hex", "kind", "detail", "actor"},
    "folded": {"id"},
    "inbox_hashes": {"hash"},
    "items": {"name"},
    "marks": {"hex", "kind", "detail", "family"},
    "meta": {"name", "value"},
    "occasions": {"source", "step", "occurrence", "kind", "name", "title"},
    "plans": {"hash"},
    "positions": {"what", "value", "before"},
    "proof_mails": {"source", "occurrence", "sender", "hex", "reason", "message_id"},
    "proofs": {"source", "occurrence", "content"},
    "reported": {"what", "value"},
    "runs": {"owner", "who"},
    "senders": {"crew", "seat"},
    "stops": {"name", "who", "why"},
    "strays": {"hex", "message_id"},
    "suppressions": {"reason"},
    "task_mails": {"sender", "hex", "reason", "message_id"},
    "terms": {"text"},
    "touches": {"hex", "edition", "per_slot", "sender", "reason", "message_id"},
    "transitions": {"what", "value", "by"},
    "watched": {"what", "rule"},
    "wishes": {"what", "by"},
}


@pytest.fixture
def clock() -> FixedClock:
    """Everybody's."""
    return FixedClock()


@pytest.fixture
def bucket(clock: FixedClock) -> MemoryObjects:
    """Shared by all ledgers of a test."""
    return MemoryObjects(clock)


def test_every_text_is_known_to_be_personal_or_not(bucket: MemoryObjects, clock: FixedClock) -> None:
    """A migration with a new text column has to say which: in PERSONAL, or here."""
    log = Log(bucket, clock)
    log.open()
    db = log.index.connection
    for name in tables(db):
        kinds = dict(db.execute("SELECT name, type FROM pragma_table_info(?)", (name,)).fetchall())
        assert set(kinds.values()) <= {"TEXT", "INTEGER"}, f"{name}: JSON holds nothing else as it is"
        texts_here = {column for column, kind in kinds.items() if kind == "TEXT"}
        assert texts_here == PLAIN.get(name, set()) | set(PERSONAL.get(name, ("", ()))[1]), name


def busy_life(bucket: MemoryObjects, clock: FixedClock) -> list[str]:
    """The canary is imported, mailed, answers, moves, and writes what is not folded yet; keys that ever were."""
    ledger, seen = opened(bucket, clock), list[str]()
    inbox = ObjectInbox(bucket, clock)

    def said(number: int) -> InboxEntry:
        return says("answer", CANARY.contact, number, value="happy", comment="I sing at dawn")

    ledger.sync_people([*OTHERS, CANARY], hashes)
    freeze(ledger, a_row(CANARY.contact), a_row(), a_task(CANARY.contact))
    claim(ledger, limit=2)
    for number in (1, 2):
        inbox.put(said(number))
        seen += bucket.objects
        inbox.done(ledger.fold(inbox.pending()))
        ledger._log.snap()
    ledger.sync_people([*OTHERS, CANARY], hashes)
    ledger.stop("all")
    ledger._log.snap()
    inbox.put(said(3))
    ledger.close()
    return seen + list(bucket.objects)


def test_log_and_snaps_name_nobody(bucket: MemoryObjects, clock: FixedClock) -> None:
    """Not the source id either; what is personal lies under people/ and in the inbox."""
    busy_life(bucket, clock)
    everything = texts(bucket)
    for word in WORDS:
        holders = {key.split("/")[0] for key, text in everything.items() if word in text}
        assert set() < holders <= {"people", "inbox", "inbox-done", "inbox-kept"}, word
    assert not any("c0001" in text for key, text in everything.items() if key.startswith(("log/", "snap/")))


def test_whoever_is_erased_is_in_no_object(bucket: MemoryObjects, clock: FixedClock) -> None:
    """Names, addresses, comments: from all objects, also those of entries long past."""
    busy_life(bucket, clock)
    ledger = opened(bucket, clock)
    assert ledger.erase(CANARY.contact, hashes)
    ledger._log.snap()
    ledger.close()
    for key, text in texts(bucket).items():
        assert not [word for word in WORDS if word in text], key
    again = opened(bucket, clock)
    assert again.find("Canary") == ()
    assert again.sync_people([*OTHERS, CANARY], hashes).erased == 1
    assert rows(again) == replayed(bucket, clock)


def test_only_the_newest_objects_of_people_stay(bucket: MemoryObjects, clock: FixedClock) -> None:
    """One for each shard, and each entry names the shards it moved."""
    ledger = opened(bucket, clock)
    people = [a_person(f"c{n:05d}") for n in range(2 * SHARD)]
    ledger.sync_people(people, hashes)
    assert len(bucket.names("people/")) == 3
    people[SHARD + 10] = a_person(people[SHARD + 10].contact, address="new@example.com")
    ledger.sync_people(people, hashes)
    assert entries(bucket)[-1]["people"] == [1]
    assert len(bucket.names("people/")) == 3
    assert rows(opened(bucket, clock)) == rows(ledger)


def test_what_is_not_personal_moves_no_people(bucket: MemoryObjects, clock: FixedClock) -> None:
    """Inactive, opted out, mailed: rows of the log alone."""
    ledger = opened(bucket, clock, ["c0000", "c0001"])
    before = bucket.names("people/")
    ledger.sync_people([a_person()], hashes)
    ledger.fold([says("opt_out"), says("answer", number=2, value="happy")])
    freeze(ledger, a_row())
    claim(ledger)
    assert bucket.names("people/") == before
    assert rows(ledger) == replayed(bucket, clock)


def test_who_loses_a_race_takes_nothing_from_who_wins_it(bucket: MemoryObjects, clock: FixedClock) -> None:
    """Both had written the same shard: the winner's stays, the loser's goes, and both changes are in."""
    one = opened(bucket, clock, ["c0000", "c0001"])
    between = FaultyObjects(bucket)
    two = opened(between, clock)
    between.meanwhile["log/"] = lambda: one.sync_people(
        [a_person(address="won@example.com"), a_person("c0001")], hashes
    )
    two.fold([says("answer", "c0001", value="happy", comment="Fine")])
    assert [p.address for p in two.find("c0000")] == ["won@example.com"]
    assert two.find("c0001")[0].comments == ("Fine",)
    assert len(bucket.names("people/")) == 1
    assert rows(one) == rows(two) == replayed(bucket, clock)


def test_an_object_superseded_while_it_is_read(bucket: MemoryObjects, clock: FixedClock) -> None:
    """Whoever opens at that moment reads on and finds the newer one."""
    one = opened(bucket, clock, ["c0000"])

    class Slow(FaultyObjects):
        def get_all(self, keys):  # type: ignore[no-untyped-def]  # as the seam's
            if keys and keys[0].startswith("people/") and not self.puts:
                self.puts.append("once")
                one.sync_people([a_person(name="Later")], hashes)
            return super().get_all(keys)

    assert opened(Slow(bucket), clock).find("c0000")[0].name == "Later"


@pytest.mark.parametrize("fault", [Fault.DIES_BEFORE, Fault.DIES_AFTER])
def test_what_a_dead_writer_left_is_swept(fault: Fault, bucket: MemoryObjects, clock: FixedClock) -> None:
    """Its object is no entry's, or its entry stands: the next one who writes deletes what nothing points at."""
    opened(bucket, clock, ["c0000"]).close()
    for number in range(2):  # the object of people, then the entry
        dying = FaultyObjects(bucket, {number: fault})
        with pytest.raises(DiedError):
            opened(dying, clock).sync_people([a_person(name=f"Dead {number} {fault}")], hashes)
    ledger = opened(bucket, clock)
    ledger.stop("all")
    assert len(bucket.names("people/")) == 1
    assert rows(ledger) == replayed(bucket, clock)


def test_an_object_for_an_entry_to_come_is_left_alone(bucket: MemoryObjects, clock: FixedClock) -> None:
    """Somebody may be about to point at it."""
    one = opened(bucket, clock, ["c0000"])
    between = FaultyObjects(bucket)
    two = opened(between, clock)
    two.stop("first")
    between.meanwhile["log/"] = one._log.sweep
    two.sync_people([a_person(name="Kept")], hashes)
    assert opened(bucket, clock).find("c0000")[0].name == "Kept"


def test_erase_says_when_it_could_not_clean_up(bucket: MemoryObjects, clock: FixedClock) -> None:
    """The entry stands and the bucket falls silent: an error, and erasing again does the rest."""
    busy_life(bucket, clock)
    store = FaultyObjects(bucket)
    ledger = opened(store, clock)
    store.meanwhile["log/"] = lambda: setattr(store, "delete", store_is_down)

    def store_is_down(_keys: object) -> None:
        raise LedgerError("access is denied.")

    with pytest.raises(LedgerError, match="denied"):
        ledger.erase(CANARY.contact, hashes)
    assert not opened(bucket, clock).erase(CANARY.contact, hashes)
    assert not [key for key, text in texts(bucket).items() if any(word in text for word in WORDS)]


def test_nobody_erased_comes_back_by_the_inbox(bucket: MemoryObjects, clock: FixedClock) -> None:
    """What they said and nobody took in is deleted with them; others' entries stay."""
    busy_life(bucket, clock)
    inbox = ObjectInbox(bucket, clock)
    inbox.put(InboxEntry(kind="opt_out", contact="c0001", at=NOW))
    opened(bucket, clock).erase(CANARY.contact, hashes)
    assert [entry.contact for entry in ObjectInbox(bucket, clock).pending()] == ["c0001"]
    ledger = opened(bucket, clock)
    ledger.fold(ObjectInbox(bucket, clock).pending())
    assert ledger.history(TODAY).standing["c0001"].opted_out
