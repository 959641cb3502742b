"""`send --workers N`: processes that send what this one has planned and frozen, each with its own connections.

Each is a sender like any other: it claims, sends and settles for itself, and the ledger keeps them apart. What one
of them had in hand when it died is unknown, and the others go on. They end with the process that started them: a
signal is passed on once, and whoever finds that process gone stops claiming.
"""

from __future__ import annotations

import contextlib
import os
import signal
import socket
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date, timedelta
from multiprocessing import connection, get_context
from multiprocessing.connection import Connection
from multiprocessing.process import BaseProcess

from topmind import delivery, planning
from topmind.delivery import Order, SendReport
from topmind.delivery.seam import Settled, Stopping
from topmind.errors import LedgerError, SendError, TopmindError
from topmind.ledger import Ledger, Unproven
from topmind.links import KeyRing
from topmind.model import Clock, History, Problem, TouchState, Transport
from topmind.run import carriage, feedback, places
from topmind.run.carriage import Carriage, StoreClock
from topmind.run.compose import Composed
from topmind.run.coupons import Codes
from topmind.run.crews import Crew
from topmind.run.decide import Decided
from topmind.run.listening import Listener
from topmind.run.messages import builder
from topmind.settings import Settings

#: Seconds between two looks at the signals, and how long a worker that was told to end may take.
LOOK, PATIENCE = 0.2, 6.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Work:
    """What one sender needs besides a ledger; plain data, so that another process can have it."""

    decided: Decided
    composed: Composed
    ring: KeyRing
    clock: Clock
    crew: Crew
    #: Unique name of this run.
    owner: str
    #: In place of what the environment asks for.
    transport: Transport | None = None

    def trimmed(self) -> Work:
        """Without what a worker does not read: it goes through a pipe to each of them."""
        decided = self.decided
        project = replace(
            decided.project, settings=replace(decided.project.settings, pelican={}), findings=()
        )
        known = decided.history
        history = History(ledger=known.ledger, sent_per_day=known.sent_per_day, approved=known.approved)
        plan = replace(decided.plan, due=(), decisions=(), calendar=(), gaps=(), outlook=None)
        return replace(
            self,
            decided=replace(decided, project=project, people=(), history=history, plan=plan, findings=()),
            composed=replace(self.composed, edition_of={}, editions=(), waiting=(), problems=(), gone=()),
        )


def carried(
    settings: Settings, ledger: Ledger, clock: Clock, crew: Crew, transport: Transport | None
) -> Carriage:
    """The transport of one sender with its part of the account's limits: what the environment asks for, or `transport`."""
    if transport is not None:
        return Carriage(transport=transport)
    return carriage.of(settings, StoreClock(ledger, clock), senders=crew.senders, members=ledger.senders)


def send_alone(
    work: Work,
    ledger: Ledger,
    carrying: Carriage,
    codes: Codes,
    stopping: Stopping,
    settled: Settled,
    *,
    worker: int = 0,
) -> SendReport:
    """One sender's loop: this process's, or that of worker 1, 2 …"""
    at = work.decided.project.moment
    order = Order(
        owner=f"{work.owner}-{worker}" if worker else work.owner,
        who=f"send on {socket.gethostname()}, process {os.getpid()}",
        as_of=at.as_of,
        member=work.crew.member(work.owner, worker),
        shard=work.crew.shard,
        now=work.clock.now if at.real else lambda: at.now,
        editions=frozenset(work.composed.compiled),
        slots=carrying.slots,
        at_once=carrying.at_once,
    )
    return delivery.send(
        ledger,
        carrying.transport,
        builder(work.decided, work.composed, work.ring, codes, at.now),
        order,
        inbox=places.inbox(work.decided.project.settings),
        stopping=stopping,
        pace=carrying.pace,
        evidence=getattr(carrying.transport, "proof", None),
        listen=_listener(work, ledger, carrying, order) if _listens(work, carrying, worker) else (lambda: ""),
        settled=settled,
    )


def _listens(work: Work, carrying: Carriage, worker: int) -> bool:
    """A tick with nothing due asks nobody; workers are started only where something is."""
    return carrying.listens and bool(worker or work.composed.edition_of)


def _listener(work: Work, ledger: Ledger, carrying: Carriage, order: Order) -> Listener:
    """What is heard while one sender sends."""
    project, plan = work.decided.project, work.decided.plan
    senders = sorted(compiled.sender_address for compiled in work.composed.compiled.values())

    def drain(budget: timedelta) -> None:
        feedback.drain(project.settings, ledger, work.ring, work.clock, budget=budget)

    return Listener(
        ledger,
        carrying.transport,
        drain,
        owner=order.owner,
        sender=senders[0] if senders else "",
        now=order.now,
        plan=plan.hash,
        approved=planning.approved(plan, work.decided.history),
    )


# -- several ---------------------------------------------------------------------------------------------------


@dataclass(slots=True)
class _Worker:
    """One process and what it said."""

    owner: str
    process: BaseProcess
    pipe: Connection
    report: SendReport | None = None
    error: TopmindError | None = None


def send_together(work: Work, ledger: Ledger, stopping: Stopping, one_more: Callable[[], None]) -> SendReport:
    """Start the workers, wait for all of them, sum up. `one_more` is told of each settled mail.

    Raises what they raised where none of them got to work.
    """
    before = _listed(ledger)
    workers = [_started(work.trimmed(), number) for number in range(1, work.crew.workers + 1)]
    try:
        _wait(workers, stopping, one_more)
    finally:
        _end(workers)
        for one in workers:
            if one.report is None:  # it is dead, and nobody else settles what it held
                with contextlib.suppress(LedgerError):
                    ledger.unlock(one.owner)
    errors = [one.error for one in workers if one.error is not None]
    if len(errors) == len(workers):
        raise errors[0]
    return _summed(ledger, workers, before, work.decided.plan.as_of, stopping())


def _started(work: Work, number: int) -> _Worker:
    context = get_context("spawn")  # a fork would share connections and locks of threads
    mine, theirs = context.Pipe(duplex=False)
    process = context.Process(target=_work, args=(work, number, theirs, os.getpid()), daemon=True)
    process.start()
    theirs.close()
    return _Worker(owner=f"{work.owner}-{number}", process=process, pipe=mine)


def _wait(workers: list[_Worker], stopping: Stopping, one_more: Callable[[], None]) -> None:
    """Listen until every pipe is closed; pass a signal on once."""
    open_ = {one.pipe: one for one in workers}
    told = False
    while open_:
        for pipe in connection.wait(list(open_), timeout=LOOK):
            one = open_[pipe]  # type: ignore[index]
            try:
                said = one.pipe.recv()
            except EOFError:
                del open_[one.pipe]
                continue
            if isinstance(said, SendReport):
                one.report = said
            elif isinstance(said, TopmindError):
                one.error = said
            else:
                one_more()
        if stopping() and not told:
            told = True
            for one in workers:
                one.process.terminate()


def _end(workers: list[_Worker]) -> None:
    """No worker outlives this call."""
    for one in workers:
        if one.process.is_alive():
            one.process.join(PATIENCE if one.report else 0)
    for one in workers:
        if one.process.is_alive():
            one.process.terminate()
    for one in workers:
        one.process.join(PATIENCE)
        if one.process.is_alive():
            one.process.kill()
            one.process.join()
        one.pipe.close()


def _summed(
    ledger: Ledger, workers: list[_Worker], before: set[str], as_of: date, signalled: int
) -> SendReport:
    """One report of all, as the ledger has it now."""
    counts = ledger.counts(as_of)
    mine = [ledger.counts(as_of, run=one.owner) for one in workers]
    unproven: tuple[Unproven, ...] = ledger.unproven()
    why = {one.report.stopped for one in workers if one.report and one.report.stopped}
    why |= {f"a worker failed: {one.error.says}" for one in workers if one.error}
    dead = sum(one.report is None and one.error is None for one in workers)
    if dead and not signalled:
        why.add(f"{dead} of {len(workers)} workers died")
    problems: list[Problem] = [p for one in workers if one.report for p in one.report.problems]
    return SendReport(
        counts=replace(
            counts, sent_now=sum(c.sent_now for c in mine), sent_late=sum(c.sent_late for c in mine)
        ),
        unproven=unproven,
        new_unknown=len({one.touch_hex for one in unproven} - before),
        stopped="; ".join(sorted(why)),
        signal=signalled,
        problems=tuple(problems),
    )


def _listed(ledger: Ledger) -> set[str]:
    return {one.touch_hex for one in ledger.unproven() if one.state is not TouchState.CLAIMED}


# -- inside a worker -------------------------------------------------------------------------------------------


def _work(work: Work, number: int, pipe: Connection, parent: int) -> None:
    """A worker's whole life."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    settings = work.decided.project.settings
    try:
        with (
            places.open_project_ledger(settings, work.clock, work.ring) as ledger,
            delivery.stop_signals() as stopping,
        ):
            # Ctrl-C reaches every process of a terminal; the one that started us passes on one signal
            signal.signal(signal.SIGINT, signal.SIG_IGN)
            carrying = carried(settings, ledger, work.clock, work.crew, work.transport)
            carrying.warm_up(work.decided.history, work.decided.project.moment.as_of)
            report = send_alone(
                work,
                ledger,
                carrying,
                Codes(work.decided.project.catalog, work.ring, ledger.coupons),
                lambda: stopping() or (128 + signal.SIGTERM if os.getppid() != parent else 0),
                lambda *_: _say(pipe, None),
                worker=number,
            )
        _say(pipe, report)
    except TopmindError as error:
        _say(pipe, error)
    except Exception as error:  # noqa: BLE001 - told as ours: whatever a bug raises may quote values
        _say(pipe, SendError(f"a worker failed ({type(error).__name__}).", fix="Please report it."))
    finally:
        pipe.close()


def _say(pipe: Connection, what: SendReport | TopmindError | None) -> None:
    """Whoever started us may be gone; the work goes on to its end."""
    with contextlib.suppress(OSError):
        pipe.send(what)
