"""Step 10: what became of mails that left, from the queue into the ledger; then what is still not known, judged."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any

from topmind import delivery, feedback
from topmind import settings as settings_
from topmind.errors import ConfigError, GuardError, UsageError
from topmind.feedback import Drained, Dropped, Queue
from topmind.ledger import Heard, Ledger
from topmind.links import KeyRing, address_hashes
from topmind.model import Clock, FeedbackKind
from topmind.run import places
from topmind.settings import Settings

#: How long single opens and clicks are kept.
KEPT = timedelta(days=30)
#: How long one drain may take; what is left waits for the next.
BUDGET = timedelta(minutes=10)


@dataclass(frozen=True, slots=True, kw_only=True)
class FeedbackReport:
    """What one drain heard and what followed. Counts only."""

    #: Events of ours by kind, those that came before among them.
    kinds: Mapping[FeedbackKind, int] = field(default_factory=dict)
    foreign: int = 0
    unreadable: int = 0
    no_use: int = 0
    heard: Heard = field(default_factory=Heard)
    #: Touches that are unresolved since this drain, all that are, and those that evidence may still come for.
    new_unresolved: int = 0
    unresolved: int = 0
    unknown: int = 0
    #: Opens and clicks whose single marks were forgotten.
    forgotten: int = 0
    #: Nothing was left in the queue, and nothing of it in another hand.
    empty: bool = False
    #: Exit code of the signal that ended it early, else 0.
    signal: int = 0
    dry: bool = False

    @property
    def exit_code(self) -> int:
        """0 done; 130, 143 interrupted. What is unresolved makes `report` end with 1, not this: a send comes next."""
        return self.signal

    def as_dict(self) -> dict[str, Any]:
        """For a machine."""
        heard = self.heard
        return {
            "events": sum(self.kinds.values()),
            "new": heard.new,
            "kinds": feedback.shares(self.kinds),
            "foreign": self.foreign,
            "unreadable": self.unreadable,
            "no_use": self.no_use,
            "stale": heard.strays,
            "other_attempts": heard.other_attempts,
            "canaries": heard.canaries,
            "proved": heard.proved,
            "suppressed": heard.suppressed,
            "opted_out": heard.opted_out,
            "new_unresolved": self.new_unresolved,
            "unresolved": self.unresolved,
            "unknown": self.unknown,
            "forgotten": self.forgotten,
            "empty": self.empty,
            "dry_run": self.dry,
        }

    def text(self) -> str:
        """For a person."""
        from topmind.run.feedback_words import as_text

        return as_text(self)


def drain(
    settings: Settings,
    ledger: Ledger,
    ring: KeyRing,
    clock: Clock,
    *,
    budget: timedelta = BUDGET,
    stopping: Callable[[], int] = lambda: 0,
    dry_run: bool = False,
    queue: Queue | None = None,
) -> FeedbackReport:
    """Empty the feedback queue into an open ledger, settle what is unknown, forget what is 30 days old.

    Give it the ledger that sent the mails: what it folds in is deleted from the queue. `queue`: in place of the one
    of TOPMIND_FEEDBACK_QUEUE. Raises ConfigError (no queue is named), FeedbackError, LedgerError, GuardError (the
    ledger was restored).
    """
    if ledger.restored:
        raise GuardError(
            "this ledger is older than the one that sent last: it must not swallow the feedback of that one.",
            where=settings.ledger_name,
            fix="Put the newest copy back; if it is lost, take this one into use: topmind ledger adopt",
        )
    inbox = places.inbox(settings)
    found = feedback.drain(
        queue or _queue(settings),
        ledger,
        lambda address: address_hashes(ring, address),
        keep=lambda events: inbox.keep(ledger.ledger_id, events),
        clock=clock,
        budget=budget,
        stopping=stopping,
        dry_run=dry_run,
    )
    judged = feedback.judge_unknown(ledger, queue_empty=found.empty, now=ledger.now(), events=found.events)
    known = {one.touch_hex for one in ledger.unproven() if one.state.value == "unresolved"}
    given_up = [name for name in judged.unresolved if name not in known]
    if dry_run:
        return _report(found, judged.waiting, judged.unresolved, len(given_up), 0, proved=len(judged.proofs))
    return _report(
        found,
        judged.waiting,
        judged.unresolved,
        ledger.unresolve(given_up),
        ledger.purge_marks(ledger.now() - KEPT),
    )


def _queue(settings: Settings) -> Queue:
    if not settings.feedback_queue:
        raise ConfigError(
            "no feedback queue is named, so nothing can be heard of bounces, complaints and lost mails.",
            where="TOPMIND_FEEDBACK_QUEUE",
            fix="Give the address of the SQS queue behind the SES configuration set.",
        )
    from topmind.aws.queue import FeedbackQueue

    return FeedbackQueue.open(settings.feedback_queue)


def _report(
    found: Drained,
    waiting: tuple[str, ...],
    unresolved: tuple[str, ...],
    given_up: int,
    forgotten: int,
    *,
    proved: int | None = None,
) -> FeedbackReport:
    """`proved`: of a dry run, which writes nothing."""
    return FeedbackReport(
        kinds=dict(found.kinds),
        foreign=found.dropped[Dropped.FOREIGN],
        unreadable=found.dropped[Dropped.UNREADABLE],
        no_use=found.dropped[Dropped.NO_USE],
        heard=found.heard if proved is None else Heard(proved=proved),
        new_unresolved=given_up,
        unresolved=len(unresolved),
        unknown=len(waiting),
        forgotten=forgotten,
        empty=found.empty,
        signal=found.signal,
        dry=proved is not None,
    )


def run(
    root: Path,
    *,
    clock: Clock,
    dry_run: bool = False,
    budget: timedelta = BUDGET,
    environ: Mapping[str, str] | None = None,
    queue: Queue | None = None,
    signalled: Callable[[], int] = lambda: 0,
) -> FeedbackReport:
    """`topmind feedback` of the project in `root`; `signalled`: the exit code of a signal that has come so far, else 0.

    Raises what `drain` raises; UsageError where nothing was ever sent from here, GuardError where mails go elsewhere than
    to Amazon SES: such a ledger would swallow the feedback of the real one.
    """
    settings = settings_.load(root, environ)
    chosen = queue or _queue(settings)  # first: the likeliest mistake
    if not (queue or dry_run or settings.transport == "ses"):
        raise GuardError(
            f"mails go to `{settings.transport}` here, so what Amazon SES says is for another ledger; the queue was not "
            "touched.",
            where="TOPMIND_TRANSPORT",
            fix="Hear it with TOPMIND_TRANSPORT=ses and the ledger that sends, or look only: topmind feedback --dry-run",
        )
    ring = places.key_ring(settings)
    with (
        _ledger(settings, clock, ring) as ledger,
        delivery.stop_signals(earlier=signalled) as stopping,
    ):
        return drain(
            settings, ledger, ring, clock, budget=budget, stopping=stopping, dry_run=dry_run, queue=chosen
        )


def rescore(root: Path, *, clock: Clock, environ: Mapping[str, str] | None = None) -> tuple[int, int]:
    """Judge all opens and clicks of the last 30 days by the rule of this version: (judged, changed)."""
    settings = settings_.load(root, environ)
    with _ledger(settings, clock, places.key_ring(settings)) as ledger:
        return feedback.rescore(ledger)


def _ledger(settings: Settings, clock: Clock, ring: KeyRing) -> AbstractContextManager[Ledger]:
    """In any store: a new one, made by a wrong address, would swallow what the real one has to hear."""
    if not places.ledger_exists(settings):
        raise UsageError(
            "there is no ledger here yet, so nothing was sent; the queue was not touched.",
            where=settings.ledger_name,
            fix="topmind send, or point TOPMIND_LEDGER at the right one.",
        )
    return places.open_project_ledger(settings, clock, ring)


def rescored(judged: int, changed: int) -> str:
    """What a new judgement changed, in a sentence."""
    said = f"{changed} say something else now" if changed else "all say what they said"
    return f"{judged} opens and clicks judged by rule {feedback.RULE_VERSION}: {said}."
