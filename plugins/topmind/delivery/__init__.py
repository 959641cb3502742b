"""From planned touches to outcomes: the send loop, pre-flight, and the transports that need no account."""

from topmind.delivery.memory import Fault, MemoryTransport, refused, retry, unknown
from topmind.delivery.outbox import Outbox
from topmind.delivery.preflight import Facts, findings
from topmind.delivery.proofs import ProofLetter, ProofReport, send_proofs, settle_proofs
from topmind.delivery.quota import AccountPace, Quota
from topmind.delivery.rate import TokenBucket
from topmind.delivery.seam import Build, Door, Evidence, Order, Pace, SendReport, Stopping
from topmind.delivery.send_loop import fold, send
from topmind.delivery.signals import stop_signals
from topmind.delivery.task_mails import TaskLetter, TaskMailReport, send_task_mails

__all__ = [
    "AccountPace",
    "Build",
    "Door",
    "Evidence",
    "Facts",
    "Fault",
    "MemoryTransport",
    "Order",
    "Outbox",
    "Pace",
    "ProofLetter",
    "ProofReport",
    "Quota",
    "SendReport",
    "Stopping",
    "TaskLetter",
    "TaskMailReport",
    "TokenBucket",
    "findings",
    "fold",
    "refused",
    "retry",
    "send",
    "send_proofs",
    "send_task_mails",
    "settle_proofs",
    "stop_signals",
    "unknown",
]
