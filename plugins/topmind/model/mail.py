"""Editions and messages: from a planned group to the bytes of one person."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol, TypeAlias

from topmind.date_words import PLAIN, DateStyle
from topmind.model.body import MergeTag
from topmind.model.history import TouchKey
from topmind.model.plan import Occasion
from topmind.model.words import OutcomeKind


@dataclass(frozen=True, slots=True, kw_only=True)
class Edition:
    """An occasion as one group of contacts sees it; merge tags still open."""

    occasion: Occasion
    #: Item ids in slot order.
    items: tuple[str, ...]
    #: Items per slot, in slot order.
    per_slot: tuple[int, ...]
    #: `path#index` of every condition this group sees, in the documents shown in full, sorted.
    visible: frozenset[str]
    #: Team id.
    sender: str
    language: str
    #: Rows in `Members`.
    contacts: tuple[int, ...]

    @property
    def hash(self) -> str:
        """16 hex digits over what the group sees by name (not over the text)."""
        import hashlib

        parts = [
            self.occasion.name,
            self.occasion.channel.value,
            *self.items,
            repr(self.per_slot),
            *sorted(self.visible),
            self.sender,
            self.language,
        ]
        return hashlib.sha256("\x1f".join(parts).encode()).hexdigest()[:16]


@dataclass(frozen=True, slots=True)
class Place:
    """A merge tag and where it stands, which decides the escaping: text, attribute, url, header, plain."""

    tag: MergeTag
    where: str


#: Literal parts and places in order.
Parts: TypeAlias = tuple["str | Place", ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class CompiledEdition:
    """An edition compiled once: literals and places; a merge is a join with escaping."""

    edition: Edition
    subject: Parts
    preheader: Parts
    html: Parts
    text: Parts
    #: "Dana Reyes", "dana@harborandpine.example"
    sender_name: str
    sender_address: str
    reply_to: str
    #: Fields without a default that must have a value for everyone.
    required: frozenset[str]
    #: 16 hex digits over all literal parts: changes whenever the text does.
    hash: str
    #: How dates among the values are written.
    dates: DateStyle = PLAIN


@dataclass(frozen=True, slots=True, kw_only=True)
class Rendered:
    """One contact's mail as text, before MIME."""

    subject: str
    preheader: str
    html: str
    text: str


#: Stands in a mail where the provider's own link to leave will be.
UNSUBSCRIBE_AT_PROVIDER = "https://unsubscribe.invalid/"


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """The complete mail of one contact: the very bytes that leave."""

    touch: TouchKey
    #: `TouchKey.wire`.
    touch_hex: str
    #: From 1.
    attempt: int
    to: str
    sender: str
    raw: bytes
    #: `ledger touch attempt`, as the transport tags it.
    tags: Mapping[str, str]
    #: UTC by the store's clock: a call after this moment is refused (half the lease).
    fence: datetime
    #: The provider puts the links to leave in the place of `UNSUBSCRIBE_AT_PROVIDER`.
    leave_at_provider: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """The transport's answer."""

    kind: OutcomeKind
    message_id: str = ""
    #: For retry: stop the run (quota, credentials, account) or go on slower.
    stop: bool = False
    #: No person's data.
    reason: str = ""


class Transport(Protocol):
    """What carries messages: `ses`, `outbox`, `memory`. One method; it never raises for one recipient."""

    #: `ses`, `outbox` or `memory`.
    name: str

    def send(self, message: Message) -> Outcome:
        """Carry one message, once: no retry inside."""
        ...


class Clock(Protocol):
    """Where `now` comes from."""

    def now(self) -> datetime:
        """The moment, UTC, aware."""
        ...

    def sleep(self, seconds: float) -> None:
        """Wait; a test's clock only moves on."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class LinkContext:
    """What signed links of one person are made from."""

    contact: str
    touch_hex: str
    topics: tuple[str, ...] = ()
    extra: Mapping[str, str] = field(default_factory=dict)
