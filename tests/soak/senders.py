"""What a sender of a soak does: one run of the real loop over the real transport and store; and what feedback does."""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

from soak.mails import SENDER, message
from soak.places import SET, Places

#: Calls at once: what one kill may leave unknown.
SLOTS = 4
#: So often a queue that is not empty yet is drained again: on a busy machine moto takes its time.
DRAINS = 10


class Later:
    """The machine's clock, some hours on: nobody waits six hours in a soak."""

    def __init__(self) -> None:
        self.by = timedelta(0)

    def now(self) -> datetime:
        """The moment, UTC."""
        return datetime.now(UTC) + self.by

    def sleep(self, seconds: float) -> None:
        """Wait."""
        time.sleep(seconds)


@dataclass(frozen=True)
class Office:
    """One ledger and the places around it."""

    where: Places
    folder: Path
    #: Id of the ledger; its events are told apart by it.
    name: str
    #: Each run sends a canary first, as real ones do; without, silence proves nothing, and nothing becomes unresolved.
    canary: bool = False
    clock: Later = field(default_factory=Later)

    def opened(self) -> Any:
        """The ledger."""
        from topmind.ledger import open_ledger

        return open_ledger(
            f"sqlite:///{self.folder}/{self.name}.db", root=Path(), clock=self.clock, ledger_id=self.name
        )

    def tick(self, told: Callable[[], None]) -> None:
        """Send until nothing is left; `told` hears of each call."""
        from topmind import delivery
        from topmind.aws.ses import SesTransport
        from topmind.delivery import Order

        ledger = self.opened()
        carrier = SesTransport(
            configuration_set=SET,
            clock=self.clock,
            make=lambda: self.where.client(
                "sesv2", told=told, max_pool_connections=SLOTS, parameter_validation=False
            ),
        )
        order = Order(
            owner=os.urandom(8).hex(),
            as_of=today(),
            now=lambda: datetime.now(UTC),
            slots=SLOTS,
            at_once=True,
            alike=10_000,
            tries=50,
        )
        listen = self._listener(ledger, carrier, order) if self.canary else lambda: ""
        delivery.send(ledger, carrier, lambda claim: message(claim, self.name), order, listen=listen)
        ledger.close()

    def _listener(self, ledger: Any, carrier: Any, order: Any) -> Any:
        """The real one; feedback is drained beside the runs here, not in them."""
        from topmind.run.listening import Listener

        return Listener(
            ledger,
            carrier,
            lambda _budget: None,
            owner=order.owner,
            sender=SENDER,
            now=order.now,
            plan="plan",
            approved=False,
        )

    def left(self) -> int:
        """How many are still to be sent."""
        ledger = self.opened()
        waiting: int = ledger.counts(today()).waiting
        ledger.close()
        return waiting

    def drained(self) -> None:
        """Everything that SES has to say is in the ledger; what feedback would have spoken of by now is unresolved."""
        from topmind import feedback
        from topmind.aws.queue import FeedbackQueue

        self.where.flush()
        ledger = self.opened()
        # what was flushed is there: nobody waits for it
        queue = FeedbackQueue(
            self.where.client("sqs", read_timeout=30), self.where.queue, receivers=1, wait=0
        )
        for _ in range(DRAINS):
            found = feedback.drain(
                queue,
                ledger,
                lambda _: (),
                keep=lambda _: None,
                clock=self.clock,
                budget=timedelta(minutes=5),
            )
            if found.empty:
                break
        judged = feedback.judge_unknown(ledger, queue_empty=found.empty, now=ledger.now())
        ledger.unresolve(judged.unresolved)
        ledger.close()

    def give_up(self) -> None:
        """As a careless business would: every silence is taken for a mail that never left, however sick feedback is."""
        ledger = self.opened()
        ledger.unresolve([one.touch_hex for one in ledger.unproven()])
        ledger.close()

    def again(self) -> set[str]:
        """`on_unknown: resend` plans what is unresolved once more; which."""
        ledger = self.opened()
        found = {
            one.touch_hex for one in ledger.unproven() if one.state.value == "unresolved" and not one.again
        }
        ledger.resend(found, today())
        ledger.close()
        return found

    def announced(self) -> set[str]:
        """Those of whom the ledger says that they may have it twice."""
        from topmind.ledger.resending import MAYBE

        ledger = self.opened()
        found = ledger._read(
            lambda book: {hexed for (hexed,) in book.db.execute(f"SELECT hex FROM touches WHERE {MAYBE}")}
        )
        assert len(found) == ledger.counts(today()).may_have_come_twice
        ledger.close()
        return found

    def unproven(self) -> set[str]:
        """What the ledger lists."""
        ledger = self.opened()
        found = {one.touch_hex for one in ledger.unproven()}
        ledger.close()
        return found


def today() -> date:
    """The day of the soak, however late its clock is."""
    return datetime.now(UTC).date()
