"""Several senders: who may send beside whom, whose people they take, and what a dead one leaves."""

from __future__ import annotations

import pytest

from ledger_words import accepted, claim, state
from topmind.errors import GuardError, LedgerLocked, UsageError
from topmind.ledger import LEASE, Ledger, Member, Shard
from topmind.model import TouchState
from topmind.testing.clock import FixedClock
from topmind.testing.sending import a_person, a_row, freeze, hashes

FIRST, SECOND = Member("run 7", "worker 1"), Member("run 7", "worker 2")


def test_where_only_one_may_send_several_are_refused_with_the_reason(ledger: Ledger) -> None:
    """One sentence why, and what to do; nothing is locked by it."""
    if ledger.several:
        assert ledger.lock("run-7-1", member=FIRST) == 0
        return
    with pytest.raises(GuardError, match="one sender at a time: ") as found:
        ledger.lock("run-7-1", member=FIRST)
    assert "PostgreSQL" in found.value.fix
    assert ledger.senders() == 0
    ledger.lock("run-8")


def test_a_crew_sends_together_and_nobody_else_beside_it(ledger: Ledger) -> None:
    """Two seats of one crew: both; the same seat, another crew, or somebody alone: refused while they live."""
    if not ledger.several:
        return
    ledger.lock("run-7-1", who="send on host", member=FIRST)
    ledger.lock("run-7-2", member=SECOND)
    assert ledger.senders() == 2
    for member in (SECOND, Member("run 8", "worker 3"), Member("", "")):
        with pytest.raises(LedgerLocked, match="another run is sending: send on host and 1 more"):
            ledger.lock("run-8", member=member)
    ledger.unlock("run-7-1")
    ledger.unlock("run-7-2")
    ledger.lock("run-8")
    with pytest.raises(LedgerLocked):
        ledger.lock("run-7-1", member=FIRST)


def test_a_dead_member_leaves_its_claims_unknown_and_the_others_go_on(
    ledger: Ledger, clock: FixedClock
) -> None:
    """Its seat is free once its lease has ended; who goes on claiming keeps their own."""
    if not ledger.several:
        return
    freeze(ledger, a_row("c0000"), a_row("c0001"), a_row("c0002"))
    ledger.lock("run-7-1", member=FIRST)
    ledger.lock("run-7-2", member=SECOND)
    (_dead,) = claim(ledger, 1, "run-7-1")
    clock.advance(seconds=LEASE.total_seconds() / 2)
    (alive,) = claim(ledger, 1, "run-7-2")
    clock.advance(seconds=LEASE.total_seconds() / 2)
    assert [one.key.contact for one in ledger.unproven()] == ["c0000"]
    assert ledger.senders() == 1
    assert ledger.lock("run-9-1", member=FIRST) == 1
    assert state(ledger, "c0000") is TouchState.UNKNOWN
    (last,) = claim(ledger, 5, "run-7-2", settles=[accepted(alive)])
    assert (last.key.contact, state(ledger, "c0001")) == ("c0002", TouchState.ACCEPTED)


def test_shards_share_everybody(ledger: Ledger) -> None:
    """Each person is in one shard, always the same; together they are all."""
    people = [f"p{n:03d}" for n in range(30)]
    ledger.sync_people([a_person(contact) for contact in people], hashes)
    freeze(ledger, *(a_row(contact) for contact in people))
    shards = [
        {one.key.contact for one in claim(ledger, 50, f"run-{n}", shard=Shard(n, 3))} for n in (1, 2, 3)
    ]
    assert sorted(map(len, shards)) == [10, 10, 10]
    assert set().union(*shards) == set(people)


@pytest.mark.parametrize("text", ["0/2", "3/2", "1", "1/0", "a/b", "1/2/3", ""])
def test_what_is_no_shard(text: str) -> None:
    """The command line is off: exit code 2."""
    with pytest.raises(UsageError, match="is no shard"):
        Shard.parse(text)
    assert str(Shard.parse("2/4")) == "2/4"
