"""What carries the mails of one run: the transport, how fast, how many at once, and what its account says."""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from urllib.parse import urlsplit

from topmind.delivery import AccountPace, warm_up
from topmind.delivery.memory import MemoryTransport
from topmind.delivery.outbox import Outbox
from topmind.delivery.seam import Pace
from topmind.errors import ConfigError, FeedbackError
from topmind.ledger import Ledger
from topmind.model import Clock, History, Problem, Transport
from topmind.settings import Settings

#: (sender addresses, mails due) → what is wrong with the account.
Account = Callable[[Collection[str], int], tuple[Problem, ...]]
#: Least and most calls at once; so many seconds a call takes at the least, whatever was measured.
FEWEST, MOST, LATENCY = 2, 64, 0.1


def _at_once(_history: History, _today: date) -> None:
    pass


def _fine(_senders: Collection[str], _planned: int) -> tuple[Problem, ...]:
    return ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Carriage:
    """One transport and its limits."""

    transport: Transport
    pace: Pace | None = None
    #: Told what the ledger remembers and what day it is, before the first mail: a new sender begins small.
    warm_up: Callable[[History, date], None] = _at_once
    #: Claims in hand at once (rate × latency), and whether their calls run at once.
    slots: int = 4
    at_once: bool = False
    #: Its mails are heard of again: a canary goes first, and feedback is taken in while it runs.
    listens: bool = False
    account: Account = _fine


class StoreClock:
    """The ledger's clock, by which claims grow old."""

    def __init__(self, ledger: Ledger, clock: Clock) -> None:
        self._ledger, self._clock = ledger, clock

    def now(self) -> datetime:
        """The store's moment, UTC."""
        return self._ledger.now()

    def sleep(self, seconds: float) -> None:
        """Wait."""
        self._clock.sleep(seconds)


def of(
    settings: Settings, clock: Clock, *, senders: int = 1, members: Callable[[], int] = lambda: 1
) -> Carriage:
    """The carriage of TOPMIND_TRANSPORT; `clock` is the store's.

    `senders`: how many of this run share the account, of which this is one; `members`: how many are alive now.

    Raises ConfigError or SendError where Amazon SES cannot be asked.
    """
    if settings.transport == "memory":
        return Carriage(transport=MemoryTransport())
    if settings.transport == "ses":
        return _amazon(settings, clock, senders, members)
    return Carriage(transport=Outbox(settings.var / "outbox"))


def _amazon(settings: Settings, clock: Clock, senders: int, members: Callable[[], int]) -> Carriage:
    from topmind.aws import account, ses, session

    asking = session.client("sesv2", tries=3)
    began = time.perf_counter()
    quota = account.quota(asking)
    latency = max(time.perf_counter() - began, LATENCY)
    wanted = settings.project.pace
    pace = AccountPace(
        lambda: account.quota(asking),
        clock=clock,
        members=members,
        per_domain=wanted.per_domain / senders if wanted.per_domain else None,
    )

    def begin_small(history: History, today: date) -> None:
        if wanted.warm_up:
            left = warm_up.left(wanted.warm_up, history.sent_per_day, today)
            pace.at_most = None if left is None else -(-left // senders)

    slots = min(max(math.ceil(quota.rate * latency / senders), FEWEST), MOST)
    return Carriage(
        transport=ses.SesTransport(
            configuration_set=settings.configuration_set,
            contact_list=settings.contact_list,
            clock=clock,
            connections=slots,
        ),
        pace=pace,
        warm_up=begin_small,
        slots=slots,
        at_once=True,
        listens=True,
        account=lambda senders, planned: account_findings(settings, senders, planned, client=asking),
    )


def account_findings(
    settings: Settings,
    senders: Collection[str],
    planned: int,
    *,
    client: Any = None,
    team: Collection[str] = (),
    silent: datetime | None = None,
) -> tuple[Problem, ...]:
    """Account, identities, configuration set and queue, asked now; a question that gets no answer is a finding, too.

    `team`: addresses that may send on another day; `silent`: since when feedback is, as the ledger knows.
    """
    from topmind.aws import asking, findings, session

    name, leave = settings.configuration_set, settings.contact_list if settings.ses_unsubscribes else ""
    try:
        ask = asking.Asking(client or session.client("sesv2", tries=3))
    except ConfigError as error:
        ask = asking.Asking(None, [asking.no_answer(error)], gone=True)
    account = ask.account()
    identities = ask.identities({*senders, *team})
    path = ask.event_path(name) if name else None
    there = ask.contact_list(leave) if leave else None
    answers: bool | None = None
    waiting = None
    try:
        answers, waiting = _queue(settings.feedback_queue)
    except ConfigError as error:
        ask.unanswered.append(asking.no_answer(error))
    facts = findings.Facts(
        account=account,
        identities={address: found for address, found in (identities or {}).items() if address in senders},
        others={address: found for address, found in (identities or {}).items() if address not in senders},
        event_path=path,
        configuration_set=name,
        contact_list=leave,
        contact_list_there=there is not False,
        queue=settings.feedback_queue,
        queue_answers=answers,
        queue_waiting=waiting,
        silent=silent,
        planned=planned,
        unanswered=tuple(ask.unanswered),
    )
    return findings.findings(facts, _records(ask.client))


def _queue(named: str) -> tuple[bool, int | None]:
    """Whether the queue (its address or its name) answers, and how many messages wait in it. Raises ConfigError."""
    from topmind.aws.queue import FeedbackQueue

    if not named:
        return False, None
    try:
        found = FeedbackQueue.open(named).waiting()
    except FeedbackError:
        return False, None
    return found is not None, found and found[0]


def _records(client: Any) -> Callable[[str], Sequence[str] | None]:
    """Names are looked up where SES is the real one; a rehearsal on this machine asks nobody."""
    from topmind.aws import names

    host = urlsplit(str(client.meta.endpoint_url)).hostname or "" if client else "localhost"
    return (lambda _name: None) if host in {"127.0.0.1", "localhost", "::1"} else names.text_records
