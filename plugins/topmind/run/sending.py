"""Steps 2 to 11 of one tick: decide, compose, pre-flight, freeze, send, sum up."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

from topmind import delivery
from topmind.delivery import Order, TaskMailReport
from topmind.errors import PlanAgain, SendError
from topmind.ledger import Ledger
from topmind.links import KeyRing, address_hashes
from topmind.model import Clock, History, PersonRecord, Problem, Transport
from topmind.run import carriage, guards, last_run, places
from topmind.run import load as load_
from topmind.run.carriage import Account, Carriage, StoreClock
from topmind.run.compose import Composed, compose
from topmind.run.coupons import Codes
from topmind.run.decide import Decide, Decided, decide
from topmind.run.lapsing import lapsed
from topmind.run.load import Project
from topmind.run.messages import builder
from topmind.run.preflight import facts_of, published, renderer_of
from topmind.run.rehearsing import rehearse, worth_saying
from topmind.run.renamed import RULE
from topmind.run.rows import Rows
from topmind.run.sent import SendResult
from topmind.run.task_days import PATIENCE
from topmind.run.task_mails import send_task_mails
from topmind.run.task_sheets import gone
from topmind.settings import Settings

#: Told (done, total) after each answer.
Progress = Callable[[int, int], None]
#: How often a plan is made again because the ledger moved on meanwhile.
TRIES = 5


def send(
    root: Path,
    *,
    as_of: str | None,
    clock: Clock,
    live: bool = False,
    dry_run: bool = False,
    check: bool = False,
    plan_hash: str | None = None,
    first_send: bool = False,
    progress: Progress | None = None,
    environ: Mapping[str, str] | None = None,
    transport: Transport | None = None,
) -> SendResult:
    """One tick of the project in `root`.

    Raises ContentError, AudienceError, LedgerError …; GuardError (exit 3) where a guard stops it before anybody
    was mailed. With `ses` nothing is sent without `live`; `check` asks the account, too, and sends nothing.
    """
    project = load_.load(root, as_of=as_of, clock=clock, environ=environ)
    settings = project.settings
    if dry_run or check or (settings.transport == "ses" and not live):
        return rehearse(project, clock, plan_hash, first_send=first_send, check=check)
    guards.refuse_other_days(project, clock)
    ring = places.key_ring(settings)
    with places.open_project_ledger(settings, clock, ring) as ledger, delivery.stop_signals() as stopping:
        guards.refuse_restored(ledger, settings.ledger_url)
        carried = _carriage(settings, ledger, clock, transport)
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
) -> SendResult:
    """The same for what is open already; `decide` is what reads the audience and plans. All findings come back."""
    settings, carrier = project.settings, carried.transport
    delivery.fold(ledger, places.inbox(settings))
    _expire(ledger, project)
    codes = Codes(project.catalog, ring, ledger.coupons)
    decided, composed, facts = _freeze(
        ledger, project, ring, codes, plan_hash, first_send, carried.account, decide
    )
    owner, who = places.owner()
    order = Order(
        owner=owner,
        who=who,
        as_of=project.moment.as_of,
        now=clock.now if project.moment.real else lambda: project.moment.now,
        editions=frozenset(composed.compiled),
        slots=carried.slots,
        at_once=carried.at_once,
    )
    total = len(composed.edition_of)
    done = 0

    def settled(*_: object) -> None:
        nonlocal done
        done += 1
        if progress:
            progress(done, total)

    found = delivery.send(
        ledger,
        carrier,
        builder(decided, composed, ring, codes, project.moment.now),
        order,
        inbox=places.inbox(settings),
        stopping=stopping,
        pace=carried.pace,
        evidence=getattr(carrier, "proof", None),
        settled=settled,
    )
    told = TaskMailReport()
    if not (found.stopped or stopping()):
        told = send_task_mails(ledger, carrier, decided, ring, owner=owner, who=who, stopping=stopping)
    findings = load_.ordered(
        [*project.findings, *decided.findings, *composed.problems, *found.problems, *told.problems, *facts]
    )
    return SendResult(
        report=found,
        decided=decided,
        findings=findings,
        dry=False,
        where=_where(carrier, settings.root),
        task_mails=told.sent,
    )


def _where(carrier: Transport, root: Path) -> str:
    folder = getattr(carrier, "folder", None)
    if not isinstance(folder, Path):
        return carrier.name
    return str(folder.relative_to(root) if folder.is_relative_to(root) else folder)


def _carriage(settings: Settings, ledger: Ledger, clock: Clock, transport: Transport | None) -> Carriage:
    """What the environment asks for, or the transport that was given."""
    return Carriage(transport=transport) if transport else carriage.of(settings, StoreClock(ledger, clock))


def _expire(ledger: Ledger, project: Project) -> None:
    """Touches whose last day is over everywhere on earth, or on the one day that is asked for; tasks later, after
    the owner had them."""
    at = project.moment
    ledger.expire(
        at.as_of if at.all_day else (at.now - timedelta(hours=12)).date(), tasks=at.as_of - PATIENCE
    )


def _freeze(
    ledger: Ledger,
    project: Project,
    ring: KeyRing,
    codes: Codes,
    plan_hash: str | None,
    first_send: bool,
    account: Account,
    decide: Decide,
) -> tuple[Decided, Composed, tuple[Problem, ...]]:
    """Plan, compose, pre-flight and freeze; again where the ledger moved on in between."""

    def remember(people: tuple[PersonRecord, ...]) -> History:
        ledger.sync_people(people, lambda address: address_hashes(ring, address))
        return ledger.history(project.moment.as_of)

    renderer = renderer_of(project)
    for _ in range(TRIES):
        decided = decide(project, remember)
        guards.same_plan(decided, plan_hash)
        composed = compose(decided, ledger.planned(), renderer, published(project.root / "output"))
        found = facts_of(decided, composed, first_send=first_send, keys=True)
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
            )
        except PlanAgain:
            continue
        return decided, composed, facts
    raise SendError("the ledger kept moving on while this run planned.", fix="Run it again in a minute.")
