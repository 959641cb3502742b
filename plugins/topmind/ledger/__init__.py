"""The durable record: people, touches and what became of them. Start at `protocol.Ledger`."""

from topmind.ledger.coupon_values import Coupon, CouponRow
from topmind.ledger.crew import ALONE, Member, Shard, refuse_several
from topmind.ledger.dossier_values import Dossier, Note, Word
from topmind.ledger.feedback_values import Heard, HeardOf, Judged, Mark, RunHealth, Trouble
from topmind.ledger.follow_up import LEASE
from topmind.ledger.inbox import FolderInbox, mark_in, stage_in
from topmind.ledger.kept import Erasure, Fact, Kept, Suppression
from topmind.ledger.object_inbox import ObjectInbox
from topmind.ledger.objects import Found, MemoryObjects, NoAnswerError, ObjectStore, Put
from topmind.ledger.opening import exists, keyed, open_ledger, seen_before
from topmind.ledger.people import erasure_hashes
from topmind.ledger.proof_values import ProofClaim, ProofMail
from topmind.ledger.protocol import APPROVAL, Hashes, Ledger
from topmind.ledger.stages import StageFlow, StageMove
from topmind.ledger.stop_part import Stop
from topmind.ledger.task_values import NO_ANSWER, NOT_HAPPY, TaskMail, TaskMailClaim, TaskOutcome
from topmind.ledger.values import (
    Claim,
    Counts,
    Feedback,
    Frozen,
    InboxEntry,
    Lapsed,
    Person,
    PickedItem,
    Proof,
    Row,
    Settle,
    Synced,
    Task,
    Unproven,
)

__all__ = [
    "ALONE",
    "APPROVAL",
    "LEASE",
    "NOT_HAPPY",
    "NO_ANSWER",
    "Claim",
    "Counts",
    "Coupon",
    "CouponRow",
    "Dossier",
    "Erasure",
    "Fact",
    "Feedback",
    "FolderInbox",
    "Found",
    "Frozen",
    "Hashes",
    "Heard",
    "HeardOf",
    "InboxEntry",
    "Judged",
    "Kept",
    "Lapsed",
    "Ledger",
    "Mark",
    "Member",
    "MemoryObjects",
    "NoAnswerError",
    "Note",
    "ObjectInbox",
    "ObjectStore",
    "Person",
    "PickedItem",
    "Proof",
    "ProofClaim",
    "ProofMail",
    "Put",
    "Row",
    "RunHealth",
    "Settle",
    "Shard",
    "StageFlow",
    "StageMove",
    "Stop",
    "Suppression",
    "Synced",
    "Task",
    "TaskMail",
    "TaskMailClaim",
    "TaskOutcome",
    "Trouble",
    "Unproven",
    "Word",
    "erasure_hashes",
    "exists",
    "keyed",
    "mark_in",
    "open_ledger",
    "refuse_several",
    "seen_before",
    "stage_in",
]
