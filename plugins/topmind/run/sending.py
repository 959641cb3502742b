"""Steps 2 to 11 of one tick: decide, compose, pre-flight, freeze, send, sum up."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import date, timedelta
from functools import partial
from pathlib import Path

from topmind import delivery, planning
from topmind.delivery import ProofReport, TaskMailReport
from topmind.errors import PlanAgain, SendError
from topmind.ledger import Ledger
from topmind.links import KeyRing, address_hashes
from topmind.model import Clock, History, PersonRecord, Problem, Transport
from topmind.run import guards, last_run, places, proof_states, resending, workers
from topmind.run import load as load_
from topmind.run.carriage import Account, Carriage
from topmind.run.compose import Composed, compose
from topmind.run.coupons import Codes
from topmind.run.crews import Crew
from topmind.run.decide import Decide, Decided, decide
from topmind.run.holding import wrong_files
from topmind.run.lapsing import lapsed
from topmind.run.load import Project
from topmind.run.preflight import facts_of, published, renderer_of
from topmind.run.proofs import send_proofs
from topmind.run.rehearsing import rehearse, worth_saying
from topmind.run.renamed import RULE
from topmind.run.rows import Rows
from topmind.run.sent import SendResult
from topmind.run.task_days import PATIENCE
from topmind.run.task_mails import send_task_mails
from topmind.run.task_sheets import gone
from topmind.run.workers import Work

#: Told (done, total) after each answer.
Progress = Callable[[int, int], None]
#: How often a plan is made again because the ledger moved on meanwhile; each other machine may move it twice.
TRIES = 5


def send(
    root: Path,
    *,
    as_of: str | None,
    clock: Clock,
    live: bool = False,
    dry_run: bool = False,
    plan_hash: str | None = None,
    first_send: bool = False,
    progress: Progress | None = None,
    environ: Mapping[str, str] | None = None,
    transport: Transport | None = None,
    crew: Crew = Crew(),
    signalled: Callable[[], int] = lambda: 0,
    begins: Callable[[], None] = lambda: None,
) -> SendResult:
    """One tick of the project in `root`.

    Raises ContentError, AudienceError, LedgerError …; GuardError (exit 3) where a guard stops it before anybody
    was mailed. With `ses` nothing is sent without `live`.
    `crew`: how many processes send, and whose people (PostgreSQL only); then `transport` must be plain data.
    `signalled`: the exit code of a signal that has come so far, else 0. `begins` is told before the first mail.
    """
    project = load_.load(root, as_of=as_of, clock=clock, environ=environ)
    settings = project.settings
    if dry_run or (settings.transport == "ses" and not live):
        return rehearse(project, clock, plan_hash, first_send=first_send)
    guards.refuse_other_days(settings, project.moment, clock)
    ring = places.key_ring(settings)
    with (
        places.open_project_ledger(settings, clock, ring) as ledger,
        delivery.stop_signals(earlier=signalled) as stopping,
    ):
        guards.refuse_restored(ledger, settings.ledger_name)
        crew.refuse_on(ledger, settings.ledger_name)
        carried = workers.carried(settings, ledger, clock, crew, transport)
        done = tick(
            project,
            ledger,
            carried,
            clock,
            ring,
            plan_hash=plan_hash,
            first_send=first_send,
            progress=progress,
            stopping=stopping,
            crew=crew,
            transport=transport,
            begins=begins,
        )
        last_run.write(ledger, done.decided, done.findings, carried.transport.name, clock, done.report)
    return replace(done, findings=worth_saying(done.findings))


def tick(
    project: Project,
    ledger: Ledger,
    carried: Carriage,
    clock: Clock,
    ring: KeyRing,
    *,
    decide: Decide = decide,
    plan_hash: str | None = None,
    first_send: bool = False,
    progress: Progress | None = None,
    stopping: Callable[[], int] = lambda: 0,
    crew: Crew = Crew(),
    transport: Transport | None = None,
    begins: Callable[[], None] = lambda: None,
) -> SendResult:
    """The same for what is open already; `decide` is what reads the audience and plans. All findings come back."""
    settings, carrier = project.settings, carried.transport
    delivery.fold(ledger, places.inbox(settings))
    day = _earliest(project)
    ledger.expire(day, tasks=project.moment.as_of - PATIENCE)
    resending.plan_again(ledger, project.catalog, day)
    codes = Codes(project.catalog, ring, ledger.coupons)
    tries = TRIES + 2 * (crew.shard.of if crew.shard else 0)
    decided, composed, facts = _freeze(
        ledger, project, ring, codes, plan_hash, first_send, carried.account, decide, tries
    )
    carried.warm_up(decided.history, project.moment.as_of)
    owner, who = places.owner()
    work = Work(
        decided=decided,
        composed=composed,
        ring=ring,
        clock=clock,
        crew=crew,
        owner=owner,
        transport=transport,
    )
    total = len(composed.edition_of)
    done = 0

    def settled(*_: object) -> None:
        nonlocal done
        done += 1
        if progress:
            progress(done, total)

    begins()
    if crew.workers > 1 and total:  # a tick with nothing due needs no processes
        found = workers.send_together(work, ledger, stopping, settled)
    else:
        found = workers.send_alone(work, ledger, carried, codes, stopping, settled)
    told, proved = TaskMailReport(), ProofReport()
    if not (found.stopped or stopping()):
        told = send_task_mails(
            ledger,
            carrier,
            decided,
            ring,
            owner=owner,
            who=who,
            member=crew.member(owner),
            stopping=stopping,
        )
    if not (found.stopped or stopping()):
        proved = send_proofs(
            ledger,
            carrier,
            decided,
            owner=owner,
            who=who,
            member=crew.member(owner),
            stopping=stopping,
        )
    findings = load_.ordered(
        [
            *project.findings,
            *(one for one in decided.findings if not proof_states.over(one, proved.sent)),
            *composed.problems,
            *found.problems,
            *told.problems,
            *proved.problems,
            *facts,
        ]
    )
    return SendResult(
        report=found,
        decided=decided,
        findings=findings,
        dry=False,
        where=_where(carrier, settings.root),
        task_mails=told.sent,
        proofs=len(proved.sent),
    )


def _where(carrier: Transport, root: Path) -> str:
    folder = getattr(carrier, "folder", None)
    if not isinstance(folder, Path):
        return carrier.name
    return str(folder.relative_to(root) if folder.is_relative_to(root) else folder)


def _earliest(project: Project) -> date:
    """The earliest day that it is now anywhere on earth, or the one day that is asked for: a touch whose last day is
    before it is over (a task's later, after the owner had it)."""
    at = project.moment
    return at.as_of if at.all_day else (at.now - timedelta(hours=12)).date()


def _freeze(
    ledger: Ledger,
    project: Project,
    ring: KeyRing,
    codes: Codes,
    plan_hash: str | None,
    first_send: bool,
    account: Account,
    decide: Decide,
    tries: int,
) -> tuple[Decided, Composed, tuple[Problem, ...]]:
    """Plan, compose, pre-flight and freeze; again where the ledger moved on in between."""

    def remember(people: tuple[PersonRecord, ...]) -> History:
        ledger.sync_people(people, lambda address: address_hashes(ring, address))
        return ledger.history(project.moment.as_of)

    renderer = renderer_of(project)
    for _ in range(tries):
        decided = decide(project, remember)
        guards.same_plan(decided, plan_hash)
        composed = compose(
            decided,
            ledger.planned(),
            renderer,
            published(project.root / "output"),
            partial(wrong_files, decided),
            proof_states.unseen(project, decided.history),
        )
        found = facts_of(decided, composed, first_send=first_send)
        facts = (*delivery.findings(found), *account(found.senders, len(composed.edition_of)))
        guards.stop_on((*(p for p in decided.findings if p.rule == RULE), *facts))
        rows = Rows(decided, composed.edition_of, composed.occasions)
        fresh = codes.on([rows.touch(t) for t in (*composed.waiting, *decided.plan.due)], composed.compiled)
        members = decided.members
        try:
            # before the freeze: what a move starts must keep that move's day, whatever becomes of this run
            head = ledger.note(members.moved, members.watched, head=decided.history.head)
            ledger.freeze(
                fresh,
                plan=decided.plan.hash,
                head=head,
                skips=(*composed.gone, *gone(decided, ledger.tasks())),
                lapsed=lapsed(decided),
                as_of=project.moment.as_of,
                promised=planning.promised(project.catalog, project.moment.as_of),
            )
        except PlanAgain:
            continue
        return decided, composed, facts
    raise SendError("the ledger kept moving on while this run planned.", fix="Run it again in a minute.")
