"""A ledger as a topmind with fourteen migrations left it: rows of that time, and what they mean ever since."""

from __future__ import annotations

from topmind.ledger import Ledger, Stop
from topmind.ledger.database import day_number, moment, stamp
from topmind.ledger.proof_values import proof_key
from topmind.ledger.states import ACCEPTED, PLANNED
from topmind.model import PastTouch, ShownProof, TouchState
from topmind.testing.builders import TODAY
from topmind.testing.clock import FixedClock
from topmind.testing.sending import a_key

#: Number of its last migration.
SHAPE = 14
_NOW, _DAY = stamp(FixedClock().now()), day_number(TODAY)
#: An issue of which a proof has left; one of whose two proofs one has not.
_PROOFS = (("2026-W48", "dana", ACCEPTED), ("2026-W49", "dana", ACCEPTED), ("2026-W49", "june", PLANNED))
#: Statements of one person who got one issue, of a stop, and of proofs.
ROWS = (
    "INSERT INTO people (id, contact, address, name) VALUES (1, 'c0000', 'c0000@example.com', 'Person c0000')",
    "INSERT INTO items (id, name) VALUES (1, 'tips/gutters')",
    "INSERT INTO terms (id, text) VALUES (1, '{}')",
    "INSERT INTO occasions (id, source, occurrence, channel, kind, name, title)"
    " VALUES (1, 'tuesday-fix', '2026-W49', 0, 'issue', 'tuesday-fix/2026-W49', 'The Tuesday Fix')",
    "INSERT INTO touches (id, person, occasion, channel, hex, state, nominal, day, last_day, edition, per_slot, value,"
    f" promotions, terms, sender, at) VALUES (1, 1, 1, 0, '{a_key().wire('test')}', {ACCEPTED}, {_DAY}, {_DAY}, {_DAY},"
    f" 'abc', '[1]', 1, 0, 1, 'dana', {_NOW})",
    "INSERT INTO touch_items (touch, position, item, person) VALUES (1, 0, 1, 1)",
    f"INSERT INTO stops (name, at) VALUES ('home-almanac', {_NOW})",
    *(
        "INSERT INTO proof_mails (source, occurrence, sender, hex, state, attempt, at)"
        f" VALUES ('wall', '{week}', '{who}', '{proof_key('wall', week, who).wire('test')}', {state}, 1, 0)"
        for week, who, state in _PROOFS
    ),
)


def is_carried_on(ledger: Ledger) -> None:
    """What was chosen is not what words showed; a stop says nothing of who and why; each proof is the first of its issue,
    and worth what it was: one that has left, one that may have, one that has not."""
    touch = PastTouch(
        key=a_key(),
        state=TouchState.ACCEPTED,
        day=TODAY,
        nominal=TODAY,
        items=("tips/gutters",),
        value=1,
        at=moment(_NOW),
        last_day=TODAY,
    )
    assert ledger.touches_of("c0000") == (touch,)
    assert ledger.find("c0000")[0].name == "Person c0000"
    assert ledger.stopped() == (Stop(name="home-almanac", since=moment(_NOW)),)
    known = ledger.history(TODAY)
    assert known.proved == {"wall/2026-W48"}
    assert known.proofs == {
        "wall/2026-W48": (ShownProof(number=1),),
        "wall/2026-W49": (ShownProof(number=1, left=False),),
    }
    ledger.lock("run-1")
    assert ledger.claim_proof("wall", "2026-W49", "dana", owner="run-1") is None
    assert ledger.claim_proof("wall", "2026-W49", "june", owner="run-1") is not None
    assert ledger.claim_proof("wall", "2026-W49", "dana", number=2, content="a", owner="run-1") is not None
