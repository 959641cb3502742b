"""What one simulated account has and remembers: identities, configuration sets, suppression, contacts, quota, rate."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from topmind.model import Clock
from topmind.testing.clock import WallClock
from topmind.testing.ses.refusals import RefusedError, bad_request, not_found, rejected, throttled

#: Account number that stands in ARNs.
ACCOUNT_ID = "123456789012"
#: Mail to it is never delivered to anybody, costs no quota, and reacts as its local part says.
SIMULATOR_DOMAIN = "simulator.amazonses.com"
_DAY = timedelta(hours=24)


class Account(StrEnum):
    """What the account may do ("GetAccount", Amazon SES API v2 reference)."""

    #: New: only verified recipients and the mailbox simulator.
    SANDBOX = "sandbox"
    PRODUCTION = "production"
    #: The owner switched sending off.
    PAUSED = "paused"
    #: Amazon did.
    SUSPENDED = "suspended"


@dataclass(slots=True, kw_only=True)
class Identity:
    """A domain or an address that may be a sender."""

    name: str
    verified: bool = True
    #: PENDING, SUCCESS, FAILED, TEMPORARY_FAILURE, NOT_STARTED.
    dkim: str = "SUCCESS"
    #: Custom MAIL FROM domain, "" without one.
    mail_from: str = ""
    #: PENDING, SUCCESS, FAILED, TEMPORARY_FAILURE.
    mail_from_status: str = "SUCCESS"
    #: USE_DEFAULT_VALUE or REJECT_MESSAGE.
    on_mx_failure: str = "USE_DEFAULT_VALUE"


@dataclass(slots=True, kw_only=True)
class Suppressed:
    """An address that is accepted, counted and then bounced."""

    #: BOUNCE or COMPLAINT.
    reason: str
    at: datetime


@dataclass(slots=True, kw_only=True)
class State:
    """One account in one region. Not locked: the simulator holds a lock around each request."""

    clock: Clock = field(default_factory=WallClock)
    account: Account = Account.PRODUCTION
    #: Recipients in any 24 hours.
    quota: float = 50_000
    #: Recipients a second.
    rate: float = 500
    #: Reasons for which SES itself suppresses an address.
    suppressed_reasons: tuple[str, ...] = ("BOUNCE", "COMPLAINT")
    identities: dict[str, Identity] = field(default_factory=dict)
    #: Configuration set → its event destinations, as the API shows them.
    sets: dict[str, list[dict[str, Any]]] = field(default_factory=dict)
    suppressed: dict[str, Suppressed] = field(default_factory=dict)
    #: Contact list → {"list": as the API shows it, "contacts": {address: the same}}.
    lists: dict[str, dict[str, Any]] = field(default_factory=dict)
    #: (moment, recipients) of the last 24 hours, oldest first.
    sent: deque[tuple[datetime, int]] = field(default_factory=deque)
    _sent_sum: int = 0
    _tokens: float | None = None
    _filled: datetime | None = None

    def now(self) -> datetime:
        """The moment, UTC."""
        return self.clock.now()

    def identity(self, address: str) -> Identity | None:
        """What a sender's address stands on: itself, its domain, or a domain above that."""
        address = address.lower()
        if found := self.identities.get(address):
            return found
        parts = address.rpartition("@")[2].split(".")
        names = (".".join(parts[number:]) for number in range(len(parts)))
        return next((self.identities[name] for name in names if name in self.identities), None)

    def sent_last_24_hours(self, now: datetime) -> int:
        """Recipients that count against the quota."""
        while self.sent and self.sent[0][0] <= now - _DAY:
            self._sent_sum -= self.sent.popleft()[1]
        return self._sent_sum

    def forget_sends(self) -> None:
        """The quota and the rate are fresh again."""
        self.sent.clear()
        self._sent_sum, self._tokens = 0, None

    def admit(
        self, *, senders: Iterable[str], to: tuple[str, ...], configuration_set: str, now: datetime
    ) -> None:
        """RefusedError unless this message may go now; what it uses is counted."""
        self._may_send()
        if configuration_set and configuration_set not in self.sets:
            raise not_found(f"Configuration set <{configuration_set}> does not exist.")
        self._verified(senders, to)
        counted = sum(not is_simulator(address) for address in to)
        if self.sent_last_24_hours(now) + counted > self.quota:
            raise throttled("Daily message quota exceeded.")
        self._take_tokens(len(to), now)
        if counted:
            self.count(counted, now)

    def count(self, recipients: int, at: datetime) -> None:
        """Use so much of the quota."""
        self.sent.append((at, recipients))
        self._sent_sum += recipients

    def _may_send(self) -> None:
        if self.account is Account.SUSPENDED:
            raise RefusedError(
                "AccountSuspendedException", "The account's ability to send email has been suspended."
            )
        if self.account is Account.PAUSED:
            raise RefusedError("SendingPausedException", "Email sending is disabled for the account.")

    def _verified(self, senders: Iterable[str], to: Iterable[str]) -> None:
        found = {sender: self.identity(sender) for sender in senders}
        failed = sorted(sender for sender, identity in found.items() if not identity or not identity.verified)
        if self.account is Account.SANDBOX:
            failed += [
                address
                for address in to
                if not is_simulator(address) and not ((own := self.identity(address)) and own.verified)
            ]
        if failed:
            raise rejected(
                "Email address is not verified. The following identities failed the check in region US-EAST-1: "
                + ", ".join(failed)
            )
        broken = (i for i in found.values() if i and i.mail_from_status == "FAILED")
        if any(identity.on_mx_failure == "REJECT_MESSAGE" for identity in broken):
            raise RefusedError("MailFromDomainNotVerifiedException", "The MAIL FROM domain is not verified.")

    def _take_tokens(self, recipients: int, now: datetime) -> None:
        """A bucket of one second's worth: SES allows short bursts and no more."""
        most = max(self.rate, 1.0)
        if self._tokens is None or self._filled is None:
            self._tokens = most
        else:
            self._tokens = min(most, self._tokens + (now - self._filled).total_seconds() * self.rate)
        self._filled = now
        if self._tokens < min(recipients, most):
            raise throttled("Maximum sending rate exceeded.")
        self._tokens -= recipients

    def suppress(self, address: str, reason: str, at: datetime) -> None:
        """Put an address on the account's list."""
        if not is_simulator(address):
            self.suppressed[address.lower()] = Suppressed(reason=reason, at=at)

    def contact_list(self, name: str) -> dict[str, Any]:
        """A contact list that exists, else RefusedError."""
        if name not in self.lists:
            raise not_found(f"List with name: {name} doesn't exist.")
        return self.lists[name]

    def topic(self, contact_list: str, topic: str) -> None:
        """RefusedError unless the list has the topic."""
        topics = self.contact_list(contact_list)["list"].get("Topics", ())
        if topic and topic not in {entry["TopicName"] for entry in topics}:
            raise bad_request(f"Topic {topic} is not in the contact list.")


def is_simulator(address: str) -> bool:
    """Belongs to the mailbox simulator of SES ("Using the mailbox simulator", Amazon SES developer guide)."""
    return address.lower().endswith(f"@{SIMULATOR_DOMAIN}")
