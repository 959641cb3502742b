"""Two machines write to one log in any order, over faults and deaths: both see the same, every claim is one's alone."""

from __future__ import annotations

from collections import Counter
from contextlib import suppress

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from ledger_words import NOW
from log_words import opened, replayed, rows
from topmind.ledger import Claim, InboxEntry, MemoryObjects, Settle
from topmind.ledger.log import LogLedger
from topmind.model import Outcome, OutcomeKind, TouchState
from topmind.testing.clock import FixedClock
from topmind.testing.objects import DiedError, Fault, FaultyObjects
from topmind.testing.sending import a_key, a_person, a_row, freeze, hashes

CONTACTS = [f"c{n:04d}" for n in range(5)]
WHO = st.integers(0, 1)
#: Most puts go well.
FAULTS = st.sampled_from([None, None, None, None, *Fault])


class TwoMachines(RuleBasedStateMachine):
    """What really left is kept beside the log."""

    @initialize()
    def begin(self) -> None:
        self.clock = FixedClock()
        self.bucket = MemoryObjects(self.clock)
        opened(self.bucket, self.clock, CONTACTS).close()
        self.stores = [FaultyObjects(self.bucket) for _ in range(2)]
        self.ledgers: list[LogLedger] = [opened(store, self.clock) for store in self.stores]
        self.hand: list[list[Claim]] = [[], []]
        self.left: Counter[str] = Counter()
        self.number = 0

    def at(self, who: int, fault: Fault | None) -> LogLedger:
        """One of them, with what befalls its next put."""
        store = self.stores[who]
        store.faults = {} if fault is None else {len(store.puts): fault}
        return self.ledgers[who]

    def dies(self, who: int) -> suppress:
        """It is started anew where it dies, with nothing in hand."""

        class Anew(suppress):
            def __exit__(anew, kind, *rest):  # type: ignore[no-untyped-def]  # noqa: N805 - as suppress
                if kind is DiedError:
                    self.stores[who] = FaultyObjects(self.bucket)
                    self.ledgers[who] = opened(self.stores[who], self.clock)
                    self.hand[who] = []
                return super(Anew, anew).__exit__(kind, *rest)

        return Anew(DiedError)

    @rule(who=WHO, fault=FAULTS, contact=st.sampled_from(CONTACTS))
    def plan(self, who: int, fault: Fault | None, contact: str) -> None:
        """Against the head it reads itself, for whoever is still there."""
        with self.dies(who):
            if self.at(who, fault).person(contact):
                freeze(self.at(who, fault), a_row(contact))

    @rule(who=WHO, fault=FAULTS, limit=st.integers(1, 3))
    def claim(self, who: int, fault: Fault | None, limit: int) -> None:
        """Whoever gets an answer sends."""
        with self.dies(who):
            found = self.at(who, fault).claim(owner=f"run-{who}", limit=limit, now=NOW)
            self.left.update(one.touch_hex for one in found)
            self.hand[who] += found

    @rule(who=WHO, fault=FAULTS, kind=st.sampled_from([OutcomeKind.ACCEPTED, OutcomeKind.UNKNOWN]))
    def settle(self, who: int, fault: Fault | None, kind: OutcomeKind) -> None:
        """What it has in hand."""
        outcome = Outcome(kind=kind, message_id="m" if kind is OutcomeKind.ACCEPTED else "")
        with self.dies(who):
            hand, self.hand[who] = self.hand[who], []
            self.at(who, fault).settle([Settle(claim=one, outcome=outcome) for one in hand])

    @rule(
        who=WHO, fault=FAULTS, contact=st.sampled_from(CONTACTS), kind=st.sampled_from(["opt_out", "answer"])
    )
    def says(self, who: int, fault: Fault | None, contact: str, kind: str) -> None:
        """With a comment: what is personal moves, too."""
        self.number += 1
        entry = InboxEntry(
            kind=kind, contact=contact, at=NOW, value="happy", comment="So so", id=f"E{self.number}"
        )
        with self.dies(who):
            self.at(who, fault).fold([entry])

    @rule(who=WHO, fault=FAULTS, number=st.integers(0, 3))
    def moves_house(self, who: int, fault: Fault | None, number: int) -> None:
        """Addresses change hands."""
        people = [a_person(c, address=f"box{(n + number) % 5}@example.com") for n, c in enumerate(CONTACTS)]
        with self.dies(who):
            self.at(who, fault).sync_people(people, hashes)

    @rule(who=WHO, fault=FAULTS)
    def erase(self, who: int, fault: Fault | None) -> None:
        """The last one goes for good."""
        with self.dies(who):
            self.at(who, fault).erase(CONTACTS[-1], hashes)

    @rule(who=WHO)
    def snap(self, who: int) -> None:
        """A cache of now."""
        self.stores[who].faults = {}
        self.ledgers[who].head()
        self.ledgers[who]._log.snap()

    @rule(who=WHO, fault=FAULTS)
    def time_passes(self, who: int, fault: Fault | None) -> None:
        """Leases end; what a dead one had in hand is unknown."""
        self.clock.advance(minutes=3)
        with self.dies(who):
            self.at(who, fault).sweep()

    @invariant()
    def both_see_the_same(self) -> None:
        """Whatever befell one of them."""
        assert rows(self.ledgers[0]) == rows(self.ledgers[1])

    def teardown(self) -> None:
        """So does whoever reads the log from its beginning, or from a snap."""
        if hasattr(self, "ledgers"):
            truth = rows(self.ledgers[0])
            assert truth == rows(opened(self.bucket, self.clock))
            assert truth == replayed(self.bucket, self.clock)

    @invariant()
    def nobody_is_mailed_twice(self) -> None:
        """And whoever was mailed is not planned any more."""
        assert set(self.left.values()) <= {1}
        states = {
            a_key(contact).wire("test"): touch.state
            for contact in CONTACTS
            for touch in self.ledgers[0].touches_of(contact)
        }
        assert all(states.get(hexed) is not TouchState.PLANNED for hexed in self.left)


TestTwoMachines = TwoMachines.TestCase
TestTwoMachines.settings = settings(max_examples=15, stateful_step_count=15, deadline=None)
