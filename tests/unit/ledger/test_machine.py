"""A random year of a ledger, on every store: plans, claims by two senders, every outcome, deaths, feedback that is
late, doubled, lost or early, opt-outs, pauses, erasures, addresses that change hands, new keys, copies put back.

Beside the ledger stands what the world really did: whose mail left, who said no. After each step the moves are in
the table, the sum of guarantee 4 holds, and nobody was mailed twice or against their will.
"""

from __future__ import annotations

import hashlib
from collections import Counter, defaultdict
from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import partial
from typing import Any, TypeAlias

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from ledger_stores import InBucket, InFile, InMemory, OnServer, Store, touches
from topmind.errors import LeaseEnded, LedgerLocked
from topmind.ledger import ALONE, LEASE, Claim, Feedback, InboxEntry, Lapsed, Member, Proof, Row, Settle
from topmind.ledger.states import STATE, allowed
from topmind.model import (
    Channel,
    FeedbackKind,
    Outcome,
    OutcomeKind,
    Purpose,
    Reason,
    SourceKind,
    TouchKey,
    TouchState,
)
from topmind.testing.builders import TODAY
from topmind.testing.clock import FixedClock
from topmind.testing.sending import a_person, a_row, freeze, hashes

NOW = FixedClock().now()
CONTACTS = [f"c{n:04d}" for n in range(4)]
WHO = st.integers(0, 1)
CONTACT = st.sampled_from(CONTACTS)
#: The issue is marketing, one copy an inbox, and is over after today; the step is service and has a week.
ISSUE, STEP = "tuesday-fix", "welcome"
SOURCE = st.sampled_from([ISSUE, STEP])

#: States that may hold a mail that left; from all others a mail that left would be lost in silence.
MAY_HAVE_LEFT = {TouchState.CLAIMED, TouchState.ACCEPTED, TouchState.UNKNOWN, TouchState.UNRESOLVED}
#: (the mail leaves, what the caller is told, with a message id).
Fate: TypeAlias = tuple[bool, OutcomeKind, str]
FATES: list[Fate] = [
    (True, OutcomeKind.ACCEPTED, "m"),
    (True, OutcomeKind.ACCEPTED, "m"),
    (True, OutcomeKind.ACCEPTED, ""),
    (True, OutcomeKind.UNKNOWN, ""),
    (False, OutcomeKind.UNKNOWN, ""),
    (False, OutcomeKind.REFUSED, ""),
    (False, OutcomeKind.RETRY, ""),
]


@dataclass
class Sender:
    """One run after the other on one machine."""

    owner: str = ""
    #: By the ledger's answer: it holds the lock. It may have lost it since, without knowing.
    began: bool = False
    #: Its lease ended and another run took its place: it claims nothing more.
    lost: bool = False
    #: Until when it is alive for others.
    until: Any = NOW
    hand: list[Claim] = field(default_factory=list)
    #: Answers that are not in the ledger yet.
    answers: list[Settle] = field(default_factory=list)


@dataclass(frozen=True)
class Mail:
    """What the provider took."""

    hexed: str
    address: str
    id: str


@dataclass
class Known:
    """What the ledger itself was told, which a copy of it does not know if it came later."""

    #: Touches whose mail was proven, by whatever evidence.
    proven: set[str] = field(default_factory=set)
    #: People who said no by feedback, and addresses that must not be mailed.
    no: set[str] = field(default_factory=set)
    suppressed: set[str] = field(default_factory=set)
    runs: int = 0

    def copied(self) -> Known:
        return Known(set(self.proven), set(self.no), set(self.suppressed), self.runs)


def row_of(contact: str, source: str) -> Row:
    """What a plan has for somebody."""
    if source == ISSUE:
        return a_row(contact, gap=0)
    key = TouchKey(contact=contact, source=STEP, step="01", occurrence="once", channel=Channel.EMAIL)
    return a_row(
        contact,
        key=key,
        kind=SourceKind.STEP,
        purpose=Purpose.SERVICE,
        items=(),
        per_slot=(),
        gap=0,
        last_day=TODAY + timedelta(days=7),
    )


class LedgerMachine(RuleBasedStateMachine):
    """What the world really did is kept beside the ledger."""

    kind: Any = InMemory

    @initialize(
        later=st.sets(st.integers(0, 7), max_size=4), fates=st.lists(st.sampled_from(FATES), max_size=4)
    )
    def begin(self, later: set[int], fates: list[Fate]) -> None:
        """Most are planned, and a run has come so far."""
        self.clock = FixedClock()
        self.store: Store = type(self).kind(self.clock, CONTACTS)
        self.senders = [Sender(), Sender()]
        self.known = Known()
        self.saved: Known | None = None
        self.keys = 1
        #: The wire name of every touch → whose it is.
        self.names = {
            row_of(c, source).key.wire("test"): (c, source) for c in CONTACTS for source in (ISSUE, STEP)
        }
        #: Touch → how many mails left; address → whose issue went there.
        self.left: Counter[str] = Counter()
        self.copies: defaultdict[str, set[str]] = defaultdict(set)
        #: Touches that were sent again (`on_unknown: resend`), and those of which a second mail may have left.
        self.again: set[str] = set()
        self.second: set[str] = set()
        self.was_put_back = False
        #: Claims of which nobody has said that they had not left; the last attempt of each touch.
        self.open: set[str] = set()
        self.attempts: Counter[str] = Counter()
        #: Mails whose feedback may still come.
        self.post: list[Mail] = []
        #: What fell due here or in a ledger that is lost.
        self.planned: set[str] = set()
        self.addresses = {c: f"{c}@example.com" for c in CONTACTS}
        self.entries: list[InboxEntry] = []
        self.opted_out: set[str] = set()
        self.paused: set[str] = set()
        self.erased: set[str] = set()
        self.erased_addresses: set[str] = set()
        self.away: set[str] = set()
        #: Contact → the one that it was merged into.
        self.merged: dict[str, str] = {}
        self.stopped = False
        self.seen: dict[str, TouchState | None] = dict.fromkeys(self.names)
        for number, (contact, source) in enumerate(self.names.values()):
            if number not in later:
                self.plan(0, contact, source, "row")
        self.everything_holds()
        if fates:
            self.send(0, fates)

    def hashes(self, address: str) -> tuple[str, ...]:
        """Under every key of the ring, newest first."""
        newer = [
            hashlib.sha256(f"{key} {address.lower()}".encode()).hexdigest() for key in range(self.keys, 1, -1)
        ]
        return (*newer, *hashes(address))

    def ledger(self, who: int) -> Any:
        return self.store.ledgers[who]

    # -- plans -------------------------------------------------------------------------------------------------

    @rule(
        who=WHO,
        contact=CONTACT,
        source=SOURCE,
        how=st.sampled_from(["row", "row", "row", "row", "skip", "lapse"]),
    )
    def plan(self, who: int, contact: str, source: str, how: str) -> None:
        """A plan comes, new or again; or what was planned must not go any more, or never can."""
        if contact in self.erased or contact in self.merged:
            return
        row = row_of(contact, source)
        if how == "row":
            freeze(self.ledger(who), row)
        elif how == "skip":
            freeze(self.ledger(who), skips=[(row.key, Reason.STOPPED)])
            return
        else:
            freeze(self.ledger(who), lapsed=[Lapsed(row=row, reason=Reason.TOO_LATE)])
        self.planned.add(row.key.wire("test"))

    @rule(who=WHO, days=st.sampled_from([0, 0, 0, 0, 1, 8]))
    def expire(self, who: int, days: int) -> None:
        """A day is over, or a week."""
        self.ledger(who).expire(TODAY + timedelta(days=days))

    # -- senders -----------------------------------------------------------------------------------------------

    def _lock(self, who: int) -> bool:
        """A run begins; where one sends at a time, another one's lease must have ended."""
        me, other = self.senders[who], self.senders[1 - who]
        if me.began:
            return True
        ledger, owner = self.ledger(who), f"run-{self.known.runs + 1}-{who}"
        try:
            ledger.lock(owner, member=Member("crew", str(who)) if ledger.several else ALONE)
        except LedgerLocked:
            assert other.began or other.until > self.clock.now() or me.until > self.clock.now()
            return False
        assert ledger.several or not other.began or other.lost or other.until <= self.clock.now()
        gone = not ledger.several or other.until <= self.clock.now()
        other.lost = other.lost or (other.began and gone)
        self.known.runs += 1
        self.senders[who] = Sender(owner=owner, began=True, until=self.clock.now() + LEASE)
        return True

    @rule(who=WHO, limit=st.integers(1, 4), ride=st.booleans())
    def claim(self, who: int, limit: int, ride: bool) -> None:
        """A sender takes some in hand; of each is asked again whether it may."""
        if not self._lock(who):
            return
        me = self.senders[who]
        settles = me.answers if ride else []
        try:
            found = self.ledger(who).claim(owner=me.owner, limit=limit, now=NOW, settles=settles)
        except LeaseEnded:
            assert me.lost, "nobody took its place"
            self.end(who)
            return
        assert not me.lost, "it goes on beside the one that took its place"
        self._told(settles)
        me.answers = [] if ride else me.answers
        me.until = max(me.until, self.clock.now() + LEASE)
        for one in found:
            self._may_go(one)
        me.hand += found

    def _may_go(self, one: Claim) -> None:
        contact, hexed = one.key.contact, one.touch_hex
        assert self.left[hexed] <= (hexed in self.again), "it has left"
        assert hexed not in self.known.proven, "it is proven"
        assert hexed not in self.open, "claimed twice without proof that it had not left"
        assert one.attempt > self.attempts[hexed], "an attempt came twice"
        assert not self.stopped, "everything is stopped"
        assert contact not in self.erased, "erased"
        assert one.address not in self.erased_addresses, "an erased address"
        assert contact not in self.away, "gone from the source"
        assert contact not in self.merged, "merged into another"
        assert contact not in self.paused, "paused"
        assert one.address == self.addresses[contact], "an old address"
        assert one.address not in self.known.suppressed, "suppressed"
        if one.key.source == ISSUE:
            no = self.opted_out | self.known.no
            assert contact not in no, "opted out"
            assert one.address not in {self.addresses[c] for c in no - self.erased}, "a reader said no"
            assert self.copies[one.address] <= {hexed}, "one inbox, one copy"
        self.open.add(hexed)
        self.second |= {hexed} & self.again
        self.attempts[hexed] = one.attempt

    @precondition(lambda self: any(sender.hand for sender in self.senders))
    @rule(who=WHO, fates=st.lists(st.sampled_from(FATES), min_size=1, max_size=4), leave=st.booleans())
    def call(self, who: int, fates: list[Fate], leave: bool) -> None:
        """Calls within the fence: a mail leaves or not, and something is answered; the ledger hears it later."""
        me = self.senders[who]
        for fate in fates[: len(me.hand)]:
            self._call(who, me.hand.pop(0), fate, leave)

    def _call(self, who: int, claim: Claim, fate: Fate, leave: bool) -> None:
        leaves, kind, message_id = fate
        if self.ledger(who).now() >= claim.fence:
            leaves, kind, message_id = False, OutcomeKind.RETRY, ""
        if leaves:
            self.left[claim.touch_hex] += 1
            if claim.key.source == ISSUE:
                self.copies[claim.address].add(claim.touch_hex)
            self.post.append(Mail(claim.touch_hex, claim.address, f"m-{claim.touch_hex}-{claim.attempt}"))
        if kind is OutcomeKind.RETRY:
            self.open.discard(claim.touch_hex)
        message_id = message_id and f"m-{claim.touch_hex}-{claim.attempt}"
        outcome = Outcome(kind=kind, message_id=message_id, reason=kind.value)
        self.senders[who].answers.append(Settle(claim=claim, outcome=outcome, leave=leave))

    @rule(who=WHO, fates=st.lists(st.sampled_from(FATES), min_size=4, max_size=4))
    def send(self, who: int, fates: list[Fate]) -> None:
        """A group goes its whole way at once, and what is in the other's hand goes on from where it was."""
        self.claim(who, len(fates), True)
        self.everything_holds()
        self.call(who, fates, False)
        self.settle(who)

    @precondition(lambda self: any(sender.answers for sender in self.senders))
    @rule(who=WHO)
    def settle(self, who: int) -> None:
        """Answers reach the ledger, however late."""
        me = self.senders[who]
        self.ledger(who).settle(me.answers)
        self._told(me.answers)
        me.answers = []

    def _told(self, settles: list[Settle]) -> None:
        self.known.proven |= {one.claim.touch_hex for one in settles if one.outcome.message_id}
        never = {OutcomeKind.RETRY, OutcomeKind.REFUSED}
        self.second -= {
            one.claim.touch_hex
            for one in settles
            if one.outcome.kind in never and one.claim.attempt == self.attempts[one.claim.touch_hex]
        }

    @precondition(lambda self: any(sender.began for sender in self.senders))
    @rule(who=WHO)
    def end(self, who: int) -> None:
        """A run ends in order: what has not left is given back, what was answered is written."""
        me = self.senders[who]
        if not me.began:
            return
        self.ledger(who).release(me.hand)
        self.open -= {one.touch_hex for one in me.hand}
        self.second -= {one.touch_hex for one in me.hand}
        self.settle(who)
        self.ledger(who).unlock(me.owner)
        self.senders[who] = Sender()

    @rule(who=WHO)
    def die(self, who: int) -> None:
        """A run is killed with claims in hand and answers not written."""
        self.store.kill(who)
        self.senders[who] = Sender(until=self.senders[who].until)

    @rule(seconds=st.sampled_from([1, 59, 61, 121]))
    def wait(self, seconds: int) -> None:
        """Time goes by."""
        self.clock.advance(seconds=seconds)

    @rule(who=WHO)
    def sweep(self, who: int) -> None:
        """Leases that ended are seen."""
        self.ledger(who).sweep()

    @rule(who=WHO)
    def give_up(self, who: int) -> None:
        """Feedback is alive and silent about some: they are unresolved."""
        rows = touches(self.ledger(who))
        self.ledger(who).unresolve(
            [hexed for hexed, row in rows.items() if STATE[row["state"]] is TouchState.UNKNOWN]
        )

    @rule(who=WHO)
    def resend(self, who: int) -> None:
        """What is unresolved goes once more where somebody wants it (`on_unknown: resend`): each at most once."""
        self.give_up(who)
        self.everything_holds()
        rows = touches(self.ledger(who))
        open_ = {hexed for hexed, row in rows.items() if STATE[row["state"]] is TouchState.UNRESOLVED}
        due = {hexed for hexed in open_ - self.again if self.names[hexed][0] not in self.erased}
        assert self.ledger(who).resend(open_, TODAY) == len(due)
        self.again |= due
        self.open -= due

    # -- what is heard -----------------------------------------------------------------------------------------

    @precondition(lambda self: self.post)
    @rule(
        data=st.data(),
        who=WHO,
        kind=st.sampled_from(FeedbackKind),
        times=st.integers(1, 2),
        lasting=st.booleans(),
    )
    def feedback(self, data: st.DataObject, who: int, kind: FeedbackKind, times: int, lasting: bool) -> None:
        """Something is heard of a mail that left: late, doubled, in any order, or never."""
        mail = data.draw(st.sampled_from(self.post))
        self._hear(who, mail, kind, times=times, lasting=lasting)

    def _hear(
        self, who: int, mail: Mail, kind: FeedbackKind, *, times: int = 1, lasting: bool = False
    ) -> None:
        hexed, address = mail.hexed, mail.address
        known = hexed in touches(self.ledger(who))
        event = Feedback(
            touch_hex=hexed,
            kind=kind,
            at=self.clock.now(),
            message_id=mail.id,
            permanent=lasting and kind is FeedbackKind.BOUNCED,
            inbox=self.hashes(address),
        )
        for _ in range(times):
            self.ledger(who).record_feedback([event])
        self.known.proven.add(hexed)
        if kind is FeedbackKind.COMPLAINED or event.permanent:
            self.known.suppressed.add(address)
        if kind in {FeedbackKind.COMPLAINED, FeedbackKind.UNSUBSCRIBED}:
            readers = {c for c in CONTACTS if self.addresses[c] == address}
            whose = {self.names[hexed][0]} if known else readers
            self.known.no |= {self.who_is(one) for one in whose} - self.erased

    @rule(who=WHO)
    def early(self, who: int) -> None:
        """A mail of a ledger that is lost, heard of before this one plans it."""
        contact = CONTACTS[-1]
        hexed = row_of(contact, STEP).key.wire("test")
        if hexed in self.planned:
            return
        self.left[hexed] += 1
        self.planned.add(hexed)
        self.post.append(Mail(hexed, self.addresses[contact], "m-lost"))
        self._hear(who, self.post[-1], FeedbackKind.DELIVERED)

    @precondition(lambda self: self.post)
    @rule(data=st.data(), who=WHO)
    def prove(self, data: st.DataObject, who: int) -> None:
        """A proof of a mail that left turns up."""
        mail = data.draw(st.sampled_from(self.post))
        self.ledger(who).prove([Proof(touch_hex=mail.hexed, message_id=mail.id, at=self.clock.now())])
        self.known.proven.add(mail.hexed)

    # -- people ------------------------------------------------------------------------------------------------

    @rule(who=WHO, contact=CONTACT, kind=st.sampled_from(["opt_out", "pause"]))
    def says(self, who: int, contact: str, kind: str) -> None:
        """Somebody wants no more mail, or none for a month."""
        value = date(2027, 1, 1).isoformat() if kind == "pause" else ""
        number = len(self.entries)
        entry = InboxEntry(
            kind=kind, contact=contact, at=NOW + timedelta(seconds=number), value=value, id=f"E{number}",
            touch=row_of(contact, ISSUE).key.wire("test"),
        )  # fmt: skip
        if contact in self.erased:
            return
        self.entries.append(entry)
        self.ledger(who).fold([entry])
        (self.opted_out if kind == "opt_out" else self.paused).add(self.who_is(contact))

    def who_is(self, contact: str) -> str:
        """Who goes on for a contact."""
        return self.merged.get(contact, contact)

    @rule(
        who=WHO,
        contact=CONTACT,
        into=CONTACT,
        before=st.sampled_from(["", "opt_out", "pause"]),
        after=st.sampled_from(["", "opt_out", "erase"]),
    )
    def two_are_one(self, who: int, contact: str, into: str, before: str, after: str) -> None:
        """It turns out that two contacts are one person, who said no as the one that goes, or says so by its old
        link, or leaves for good; the next export still has both, and a run goes on."""
        if before:
            self.says(who, contact, before)
        self.merge(who, contact, into)
        self._sync(who)
        if after == "opt_out":
            self.says(who, contact, after)
        elif after:
            self.erase(who, contact)
        for source in (ISSUE, STEP):
            self.plan(who, self.who_is(into), source, "row")
        self.everything_holds()
        self.send(who, FATES[:4])

    @rule(who=WHO, contact=CONTACT, into=CONTACT)
    def merge(self, who: int, contact: str, into: str) -> None:
        """Two contacts turn out to be one person: what either said holds for the one that goes on."""
        loser, goes_on = self.who_is(contact), self.who_is(into)
        if {contact, into} & self.erased:
            return
        number = len(self.entries)
        entry = InboxEntry(
            kind="merge", contact=contact, at=NOW + timedelta(seconds=number), value=into, id=f"E{number}"
        )
        self.entries.append(entry)
        self.ledger(who).fold([entry])
        if loser == goes_on:
            return
        self.merged |= {one: goes_on for one in CONTACTS if self.who_is(one) == loser}
        for said in (self.opted_out, self.paused, self.known.no):
            if loser in said:
                said.add(goes_on)

    @rule(who=WHO, contact=CONTACT, of=CONTACT, away=st.booleans(), new_key=st.booleans())
    def sync(self, who: int, contact: str, of: str, away: bool, new_key: bool) -> None:
        """The next export: somebody has another's address (two ids of one person, or a new owner of an inbox), or
        is not in it; perhaps there is a new key for hashes."""
        self.keys += new_key and self.keys < 3
        self.away = {contact} if away else set()
        if not away and contact not in self.merged:
            self.addresses[contact] = f"{of}@example.com"
        self._sync(who)

    def _sync(self, who: int) -> None:
        records = [a_person(c, address=self.addresses[c]) for c in CONTACTS if c not in self.away]
        self.ledger(who).sync_people(records, self.hashes)

    @rule(who=WHO, contact=st.sampled_from(CONTACTS[:2]))
    def erase(self, who: int, contact: str) -> None:
        """Somebody leaves for good."""
        person = self.ledger(who).person(contact)
        whole = {one for one in CONTACTS if self.who_is(one) == self.who_is(contact)}
        assert self.ledger(who).erase(contact, self.hashes) is (contact not in self.erased)
        self.erased |= whole
        self.erased_addresses |= {self.addresses[one] for one in whole} if person else set()
        assert not any(self.ledger(who).person(one) for one in whole), "still known by another id"

    @rule(who=WHO)
    def switch(self, who: int) -> None:
        """Everything is stopped, or goes on."""
        if self.stopped:
            assert self.ledger(who).resume("all")
        else:
            self.ledger(who).stop("all")
        self.stopped = not self.stopped

    # -- copies ------------------------------------------------------------------------------------------------

    @rule()
    def copy(self) -> None:
        """A backup is made."""
        self.store.copy()
        self.saved = self.known.copied()
        self.saved_stop = self.stopped

    @precondition(lambda self: self.saved)
    @rule()
    def put_back(self) -> None:
        """The ledger is lost, its backup adopted as `topmind ledger adopt` does it: what fell due since is planned
        again and doubted, what people said is taken in again, and who was erased is erased again."""
        assert self.saved
        ran = self.known.runs > self.saved.runs
        self.store.put_back()
        ledger = self.ledger(0)
        assert ledger.restored or not (ran and isinstance(self.store, InFile)), "nobody noticed"
        self.known, self.stopped = self.saved.copied(), self.saved_stop
        self.known.runs += 100
        # who was sending when it was made is dead, and its lease may not have ended
        self.senders = [Sender(until=self.clock.now() + LEASE) for _ in (0, 1)]
        ledger.adopt()
        self._sync(0)
        due = [row_of(*self.names[hexed]) for hexed in sorted(self.planned)]
        freeze(ledger, *(row for row in due if ledger.person(row.key.contact)))
        ledger.doubt()
        ledger.fold(self.entries)
        self.known.no |= {self.who_is(one) for one in self.known.no}
        for contact in sorted(self.erased):
            ledger.erase(contact, self.hashes)
        self.store.kill(1)
        # the lost ledger may have sent again what this one has unproven: none of it goes once more
        self.was_put_back, self.again = True, self.again | set(touches(ledger))
        self.seen = {hexed: STATE[row["state"]] for hexed, row in touches(ledger).items()}

    # -- what must hold ----------------------------------------------------------------------------------------

    @invariant()
    def everything_holds(self) -> None:
        """Moves, the sum, nobody twice, nobody in silence, and both senders see the same."""
        rows = touches(self.ledger(0))
        assert rows == touches(self.ledger(1))
        now = {hexed: STATE[row["state"]] for hexed, row in rows.items()}
        for hexed, state in now.items():
            assert allowed(self.seen.get(hexed), state), f"{self.seen.get(hexed)} → {state}"
        self.seen = dict(now)
        self._left(now)
        self._sum(rows)

    def _left(self, now: dict[str, TouchState]) -> None:
        assert all(count <= 1 + (hexed in self.again) for hexed, count in self.left.items()), "mailed twice"
        assert all(len(whose) <= 1 for whose in self.copies.values()), "an inbox got two copies"
        for hexed, state in now.items():
            if self.left[hexed]:
                again = {TouchState.PLANNED} if hexed in self.again else set()
                assert state in MAY_HAVE_LEFT | again, f"a mail left, and the ledger says {state}"
            if hexed in self.known.proven:
                assert state is TouchState.ACCEPTED, f"proven, and the ledger says {state}"

    def _sum(self, rows: dict[str, dict[str, Any]]) -> None:
        """planned = accepted + refused + skipped + expired + unknown + waiting, against the rows themselves."""
        ledger = self.ledger(0)
        counts = ledger.counts(TODAY)
        states = Counter(STATE[row["state"]] for row in rows.values())
        parts = (counts.accepted, counts.refused, counts.skipped, counts.expired, counts.unknown)
        assert counts.planned == len(rows) == sum(parts) + counts.waiting
        assert (counts.accepted, counts.refused) == (states[TouchState.ACCEPTED], states[TouchState.REFUSED])
        moment = (self.clock.now() - FixedClock().now()) // timedelta(milliseconds=1) + _START
        listed = {
            hexed
            for hexed, row in rows.items()
            if STATE[row["state"]] in {TouchState.UNKNOWN, TouchState.UNRESOLVED}
            or (STATE[row["state"]] is TouchState.CLAIMED and row["lease"] <= moment)
        }
        assert {one.touch_hex for one in ledger.unproven()} == listed
        assert counts.unknown == len(listed)
        both = sum(count > 1 for count in self.left.values())
        assert counts.came_twice <= both <= len(self.second)
        if not self.was_put_back:
            assert counts.may_have_come_twice == len(self.second)

    def teardown(self) -> None:
        """In the end all feedback comes: what left is accepted, and whoever is not served is listed or waits."""
        if not hasattr(self, "store"):
            return
        try:
            self.clock.advance(seconds=121)
            ledger = self.ledger(0)
            for mail in self.post:
                self._hear(0, mail, FeedbackKind.SENT)
            both = sum(count > 1 for count in self.left.values())
            assert ledger.counts(TODAY).came_twice == both or self.was_put_back
            ledger.sweep()
            now = {hexed: STATE[row["state"]] for hexed, row in touches(ledger).items()}
            assert all(now[hexed] is TouchState.ACCEPTED for hexed in self.left if hexed in now)
            assert TouchState.CLAIMED not in now.values()
            listed = {one.touch_hex for one in ledger.unproven()}
            assert {hexed for hexed in self.open if hexed in now and not self.left[hexed]} <= listed | {
                hexed for hexed, state in now.items() if state is TouchState.REFUSED
            }
        finally:
            self.store.close()


_START = int(NOW.timestamp() * 1000)


class FileMachine(LedgerMachine):
    """The same in a file."""

    kind = InFile


class BucketMachine(LedgerMachine):
    """The same in a bucket."""

    kind = InBucket


def size(examples: int, steps: int) -> settings:
    """So many lives of so many steps."""
    return settings(
        max_examples=examples,
        stateful_step_count=steps,
        deadline=None,
        suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
    )


LedgerMachine.TestCase.settings = size(150, 40)
TestLedgerMachine = LedgerMachine.TestCase
TestLedgerMachine.__doc__ = "In memory."


def test_in_a_file() -> None:
    """Two connections to one SQLite file, of which the lock lets one send."""
    run_state_machine_as_test(FileMachine, settings=size(15, 30))


def test_in_a_bucket() -> None:
    """Two machines with one log."""
    run_state_machine_as_test(BucketMachine, settings=size(25, 30))


@pytest.mark.postgres
def test_on_a_server(postgres_url: str) -> None:
    """Two senders of one crew, at once."""

    class ServerMachine(LedgerMachine):
        kind = staticmethod(partial(OnServer, postgres_url))

    run_state_machine_as_test(ServerMachine, settings=size(10, 30))
