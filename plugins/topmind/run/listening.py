"""What a real send listens to while it runs: its canary first, then each minute the feedback, and the breaker."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from datetime import datetime, timedelta
from email.utils import format_datetime

from topmind.delivery import breaker, silence
from topmind.ledger import LEASE, Ledger
from topmind.model import Channel, Message, OutcomeKind, TouchKey, Transport

#: How often the queue is looked into, and how long that may take.
EACH = timedelta(minutes=1)
BUDGET = timedelta(seconds=10)
#: Amazon's own address: mail to it is delivered to nobody, costs no quota and counts for no rate ("Using the mailbox
#: simulator", SES developer guide).
SIMULATOR = "success@simulator.amazonses.com"


class Listener:
    """`delivery.Listen` of one sender."""

    def __init__(
        self,
        ledger: Ledger,
        transport: Transport,
        drain: Callable[[timedelta], None],
        *,
        owner: str,
        sender: str,
        now: Callable[[], datetime],
        plan: str,
        approved: bool,
    ) -> None:
        """`drain` takes feedback in for at most so long; `sender`: the canary's own address; `now`: the programme's
        moment; `plan`: hash of the plan; `approved`: a person looked at it and lets it go in spite of the breaker."""
        self._ledger, self._transport, self._drain = ledger, transport, drain
        self._owner, self._sender, self._now, self._plan, self._approved = owner, sender, now, plan, approved
        self._heard: datetime | None = None

    def __call__(self) -> str:
        """A reason to stop, or ""."""
        now = self._ledger.now()
        if self._heard is not None and now - self._heard < EACH:
            return ""
        first, self._heard = self._heard is None, now
        self._drain(BUDGET)
        if why := self._tripped():
            return why
        if not first:
            return ""
        silent = self._silent(now)
        return self._canary() or silent  # a new canary goes in any case: it shows whether feedback is back

    def _silent(self, now: datetime) -> str:
        """Feedback that tells nothing of the last run tells nothing of bounces and complaints either."""
        since = self._ledger.silent_since(now - silence.PATIENCE)
        if since is None or self._approved:
            return ""
        return f"{silence.says(since)}; {silence.FIX[0].lower()}{silence.FIX[1:]} Or let this plan go: topmind approve {self._plan[:12]}"

    def _tripped(self) -> str:
        if self._approved:
            return ""
        why = breaker.tripped(self._ledger.trouble(self._now().date() - timedelta(days=1)))
        return f"{why}; mend the list, or let this plan go: topmind approve {self._plan[:12]}" if why else ""

    def _canary(self) -> str:
        """Nobody is mailed before Amazon has taken a mail to itself."""
        outcome = self._transport.send(self._message())
        if outcome.kind is not OutcomeKind.ACCEPTED:
            return f"the first mail, to Amazon's own simulator, was not taken: {outcome.reason or outcome.kind.value}"
        self._ledger.canary_sent(self._owner, self._hex, outcome.message_id)
        return ""

    @property
    def _hex(self) -> str:
        return hashlib.sha256(f"canary {self._owner}".encode()).hexdigest()[:32]

    def _message(self) -> Message:
        domain = self._sender.rpartition("@")[2]
        head = {
            "From": self._sender,
            "To": SIMULATOR,
            "Subject": "Canary",
            "Date": format_datetime(self._now()),
            "Message-ID": f"<{self._hex}.1@{domain}>",
            "MIME-Version": "1.0",
            "Content-Type": "text/plain; charset=utf-8",
        }
        text = "".join(f"{name}: {value}\r\n" for name, value in head.items())
        return Message(
            touch=TouchKey(
                contact="", source="canary", step=None, occurrence=self._owner, channel=Channel.EMAIL
            ),
            touch_hex=self._hex,
            attempt=1,
            to=SIMULATOR,
            sender=self._sender,
            raw=f"{text}\r\nThis run begins.\r\n".encode("ascii"),
            tags={"ledger": self._ledger.ledger_id, "touch": self._hex, "attempt": "1"},
            fence=self._ledger.now() + LEASE / 2,
        )
