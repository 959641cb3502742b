"""What in an Amazon account would keep mails from arriving, as findings of pre-flight. Pure: facts in, problems out.

Sources: SES developer guide, "Request production access", "Verified identities", "Custom MAIL FROM domain",
"DMARC"; Gmail and Yahoo sender requirements (from 5 000 mails a day: SPF, DKIM and DMARC, aligned).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

from topmind.aws.account import NEEDED_EVENTS, Account, EventPath, Identity
from topmind.delivery import silence
from topmind.model import Level, Problem

#: Name → its TXT records; None = the name could not be looked up (no network of names here).
TextRecords = Callable[[str], Sequence[str] | None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """Everything that is asked of the account before a send."""

    #: None = no answer, which is in `unanswered`.
    account: Account | None
    #: Sender address → identity.
    identities: Mapping[str, Identity | None]
    #: The same of those in the team who may send on another day.
    others: Mapping[str, Identity | None] = field(default_factory=dict)
    #: None = no answer, or no configuration set is named.
    event_path: EventPath | None
    #: "" = none is named.
    configuration_set: str
    #: Contact list whose links to leave SES makes; "" = our own live pages do. Whether SES has it.
    contact_list: str = ""
    contact_list_there: bool = True
    #: `TOPMIND_FEEDBACK_QUEUE`, and whether it answered; None = it could not be asked, which is in `unanswered`.
    queue: str
    queue_answers: bool | None
    #: Messages that nobody has taken in yet, as far as is known.
    queue_waiting: int | None = None
    #: When the first mail to Amazon's simulator went that nothing was heard of, nor of any later one; None = alive.
    silent: datetime | None = None
    #: Mails that are due now.
    planned: int
    #: Questions that got no answer.
    unanswered: tuple[Problem, ...] = ()


def findings(facts: Facts, records: TextRecords) -> tuple[Problem, ...]:
    """All findings at once; an error means that nobody may be mailed."""
    return (
        *facts.unanswered,
        *(_account(facts.account, facts.planned) if facts.account else ()),
        *_senders(facts.identities, facts.others, records),
        *_feedback(facts),
        *_silence(facts),
    )


def _problem(rule: str, says: str, fix: str, level: Level = Level.ERROR) -> Problem:
    return Problem(rule=f"preflight/{rule}", level=level, path="", line=0, says=says, fix=fix)


def _account(account: Account, planned: int) -> Iterator[Problem]:
    if not account.production:
        yield _problem(
            "sandbox",
            "the SES account is in the sandbox: it mails verified addresses only.",
            "Ask for production access in the SES console; `topmind send --test` works before that.",
        )
    if not account.enabled or account.enforcement == "SHUTDOWN":
        yield _problem(
            "paused",
            "sending is paused for this SES account.",
            "Read the account's status in the SES console.",
        )
    elif account.enforcement == "PROBATION":
        yield _problem(
            "probation",
            "the SES account is under review: too many bounces or complaints.",
            "Read the notice in the SES console before you send more.",
            Level.WARNING,
        )
    free = account.quota.free
    if free == 0 and planned:
        yield _problem(
            "quota",
            "the account's quota of 24 hours is used up, less a fifth as reserve.",
            "Wait, or ask for a higher quota in the SES console.",
        )
    elif free is not None and planned > free:
        yield _problem(
            "quota",
            f"{planned} mails are due and {free} may leave today: the account's quota, less a fifth as reserve.",
            "Ask for a higher quota in the SES console, or send to fewer; the rest waits within its grace.",
            Level.WARNING,
        )


def _senders(
    identities: Mapping[str, Identity | None], others: Mapping[str, Identity | None], records: TextRecords
) -> Iterator[Problem]:
    """Each fact once, whoever sends by it; of those who send nothing now it is a warning."""
    told: set[tuple[str, str]] = set()
    for sends, known in ((True, identities), (False, others)):
        for address, identity in sorted(known.items()):
            for problem in _sender(address.rpartition("@")[2], identity, records):
                fact = (problem.rule, problem.says)
                if fact not in told:
                    told.add(fact)
                    error = problem.level is Level.ERROR
                    yield problem if sends or not error else replace(problem, level=Level.WARNING)


def _sender(domain: str, identity: Identity | None, records: TextRecords) -> Iterator[Problem]:
    if identity is None or not identity.verified:
        yield _problem(
            "identity",
            f"SES may not send as {domain}: the identity is not verified.",
            f"Create the identity {domain} in SES and publish the three DKIM records it names.",
        )
    else:
        yield from _aligned(identity)
    yield from _dmarc(domain, records)


def _aligned(identity: Identity) -> Iterator[Problem]:
    if not identity.dkim:
        yield _problem(
            "dkim",
            f"mails of {identity.name} are not signed with DKIM.",
            "Publish the three CNAME records that SES shows for the identity.",
        )
    if not identity.mail_from:
        yield _problem(
            "mail-from",
            f"{identity.name} has no MAIL FROM domain of its own, so SPF is not aligned.",
            f"Set one, such as bounce.{identity.name.rpartition('@')[2]}, with its MX and TXT record.",
            Level.WARNING,
        )
    elif not identity.mail_from_ok:
        yield _problem(
            "mail-from",
            f"the MAIL FROM domain {identity.mail_from} is not set up.",
            "Publish its MX and TXT record as SES shows them.",
        )


def _dmarc(domain: str, records: TextRecords) -> Iterator[Problem]:
    """The domain's own record, else that of the domain above it (RFC 7489 §6.6.3)."""
    parts = domain.split(".")
    for name in dict.fromkeys((domain, ".".join(parts[-2:]))):
        found = records(f"_dmarc.{name}")
        if found is None:
            yield _problem(
                "dmarc",
                f"the DMARC record of {name} could not be looked up from here.",
                f"Check that _dmarc.{name} has a TXT record that begins with v=DMARC1.",
                Level.INFO,
            )
            return
        if any(text.replace(" ", "").lower().startswith("v=dmarc1") for text in found):
            return
    yield _problem(
        "dmarc",
        f"{domain} has no DMARC record; Gmail and Yahoo ask for one.",
        f'Publish _dmarc.{domain} TXT "v=DMARC1; p=none; rua=mailto:…".',
    )


def _feedback(facts: Facts) -> Iterator[Problem]:
    path = facts.event_path
    if not facts.configuration_set:
        yield _problem(
            "configuration-set",
            "TOPMIND_SES_CONFIGURATION_SET is not set: no bounce and no complaint would be heard of.",
            "Name the configuration set whose events go to the feedback queue.",
        )
    elif path is None:
        pass  # among what is unanswered
    elif not path.exists:
        yield _problem(
            "configuration-set",
            f"there is no configuration set {facts.configuration_set!r} in this region.",
            "Create it, or correct TOPMIND_SES_CONFIGURATION_SET or AWS_REGION.",
        )
    elif not path.enabled:
        yield _problem(
            "configuration-set",
            f"sending is paused for the configuration set {facts.configuration_set!r}.",
            "Switch it on again in the SES console.",
        )
    elif missing := NEEDED_EVENTS - path.events:
        yield _problem(
            "events",
            f"the configuration set does not publish {', '.join(sorted(missing)).lower()}.",
            "Add these event types to the destination that leads to the feedback queue.",
        )
    if facts.contact_list and not facts.contact_list_there:
        yield _problem(
            "contact-list",
            f"SES has no contact list {facts.contact_list!r}, so nobody could leave.",
            "Create it in the SES console, or correct TOPMIND_SES_CONTACT_LIST.",
        )
    if not facts.queue:
        yield _problem(
            "feedback-queue",
            "TOPMIND_FEEDBACK_QUEUE is not set: bounces, complaints and lost mails would stay unknown.",
            "Give the address of the SQS queue behind the configuration set.",
        )
    elif facts.queue_answers is False:
        yield _problem(
            "feedback-queue",
            "the feedback queue does not answer.",
            "Check TOPMIND_FEEDBACK_QUEUE and that the role may sqs:ReceiveMessage and sqs:GetQueueAttributes.",
        )


def _silence(facts: Facts) -> Iterator[Problem]:
    if facts.silent is None:
        return
    waiting = bool(facts.queue_waiting)
    yield _problem(
        "silent",
        f"{silence.says(facts.silent)}{', and the queue has messages that nobody took in' if waiting else ''}.",
        "Take them in: topmind feedback" if waiting else silence.FIX,
        Level.WARNING if waiting else Level.ERROR,
    )
