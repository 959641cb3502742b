"""The closed vocabularies: one enum each, the same words in code, files, commands and docs."""

from __future__ import annotations

from enum import StrEnum


class Kind(StrEnum):
    """What an item is; its folder is `folder`."""

    ARTICLE = "article"
    TIP = "tip"
    PROMOTION = "promotion"
    EVENT = "event"
    SPOTLIGHT = "spotlight"
    TESTIMONIAL = "testimonial"
    EXPERT = "expert"

    @property
    def folder(self) -> str:
        """Folder under `content/`, also the first part of an item's id."""
        return f"{self.value}s"

    @property
    def is_value(self) -> bool:
        """Every kind but promotion gives value; a promotion sells."""
        return self is not Kind.PROMOTION


class Channel(StrEnum):
    """How a touch reaches a contact; everything but email is a task for a person."""

    EMAIL = "email"
    CALL = "call"
    LETTER = "letter"
    VISIT = "visit"
    PARCEL = "parcel"

    @property
    def is_task(self) -> bool:
        """True where a named person does it."""
        return self is not Channel.EMAIL


class Stage(StrEnum):
    """Where a contact stands on the way to buying; may move back."""

    ATTENTION = "attention"
    INTEREST = "interest"
    CONVICTION = "conviction"
    DESIRE = "desire"
    ACTION = "action"


class Level(StrEnum):
    """How bad a problem is; only `error` stops a run."""

    ERROR = "error"
    WARNING = "warning"
    INFO = "info"


class Status(StrEnum):
    """Whether an item takes part at all."""

    PUBLISHED = "published"
    DRAFT = "draft"


class Where(StrEnum):
    """Where an item may appear."""

    SITE = "site"
    EMAIL = "email"


class Access(StrEnum):
    """Who may read the page; `clients`: no file under `output/`."""

    PUBLIC = "public"
    CLIENTS = "clients"


class Purpose(StrEnum):
    """Service mail needs no marketing consent but may not sell; suppression still holds."""

    SERVICE = "service"
    MARKETING = "marketing"


class Approve(StrEnum):
    """Who lets an issue go."""

    AUTO = "auto"
    PROOF = "proof"
    READY = "ready"


class SourceKind(StrEnum):
    """What an occasion comes from, in the order of decision for one contact and day."""

    STEP = "step"
    ANNOUNCEMENT = "announcement"
    ISSUE = "issue"
    RESCUE = "rescue"


class Verdict(StrEnum):
    """What the plan says of one contact and one occasion."""

    DUE = "due"
    PENDING = "pending"
    EXPIRED = "expired"
    NOT_FOR_THEM = "not_for_them"


class Reason(StrEnum):
    """Why a contact does not get an occasion (now); tested in this order."""

    NOT_IN_SEGMENT = "not_in_segment"
    NO_CONSENT = "no_consent"
    SUPPRESSED = "suppressed"
    PAUSED = "paused"
    BLACKOUT = "blackout"
    QUIET = "quiet"
    GAP = "gap"
    CEILING_ALL = "ceiling_all"
    CEILING_CHANNEL = "ceiling_channel"
    LOST_TO = "lost_to"
    NOTHING_NEW = "nothing_new"
    ONLY_PROMOTIONS = "only_promotions"
    RATIO = "ratio"
    CAPACITY = "capacity"
    # further, outside the daily order
    HELD = "held"
    STOPPED = "stopped"
    CONDITION = "condition"
    STOP_WHEN = "stop_when"
    TOO_LATE = "too_late"
    CONTENT_CHANGED = "content_changed"
    NO_CHANNEL = "no_channel"
    ERASED = "erased"
    QUOTA = "quota"
    #: Another contact with the same address has this occasion: one inbox, one copy.
    SAME_INBOX = "same_inbox"


class TouchState(StrEnum):
    """What became of one touch; see `ledger.states` for the allowed moves."""

    #: Frozen by a plan; nobody has it in hand.
    PLANNED = "planned"
    #: One sender has it in hand under a lease; nothing is known yet.
    CLAIMED = "claimed"
    #: The transport answered with proof that it took the message.
    ACCEPTED = "accepted"
    #: The transport said no to this recipient for good.
    REFUSED = "refused"
    #: Decided against before a call: consent, pause, stop, content changed.
    SKIPPED = "skipped"
    #: Its last legal day passed.
    EXPIRED = "expired"
    #: A call was or may have been made and its outcome is not proven.
    UNKNOWN = "unknown"
    #: Unknown for good: feedback is proven alive and says nothing. Never resent by default.
    UNRESOLVED = "unresolved"
    #: A task somebody did.
    DONE = "done"
    #: A task nobody did in time.
    MISSED = "missed"


#: States that count for ceilings, gap, never-twice, ratio and coupons.
COUNTED = frozenset(
    {
        TouchState.PLANNED,
        TouchState.CLAIMED,
        TouchState.ACCEPTED,
        TouchState.UNKNOWN,
        TouchState.UNRESOLVED,
        TouchState.DONE,
    }
)
#: States that keep a floor (accepted only while not bounced).
KEEPS_FLOOR = frozenset({TouchState.ACCEPTED, TouchState.DONE})


class OutcomeKind(StrEnum):
    """A transport's answer to one message; not proof of delivery."""

    ACCEPTED = "accepted"
    REFUSED = "refused"
    RETRY = "retry"
    UNKNOWN = "unknown"


class FeedbackKind(StrEnum):
    """What happened after a message left."""

    SENT = "sent"
    DELIVERED = "delivered"
    DELAYED = "delayed"
    BOUNCED = "bounced"
    COMPLAINED = "complained"
    REJECTED = "rejected"
    NOT_RENDERED = "not_rendered"
    OPENED = "opened"
    CLICKED = "clicked"
    UNSUBSCRIBED = "unsubscribed"
    ANSWERED = "answered"
