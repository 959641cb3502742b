"""Stop, resume, approve: one durable row each, read by a running send before its next group."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from topmind import settings as settings_
from topmind.errors import ConfigError, UsageError
from topmind.ledger import Ledger, ProofMail, Stop, open_ledger
from topmind.model import Catalog, Clock, History
from topmind.planning.issue_names import issue_named
from topmind.run import load as load_
from topmind.run.dry import decide_dry
from topmind.run.places import ledger_exists, objects, open_project_ledger

#: Characters of who stops something, and of why.
MOST = 200
#: `2026-12-08` in `tuesday-fix/2026-12-08`.
_DATE = re.compile(r"\d{4}-\d{2}-\d{2}")


def _names(catalog: Catalog) -> set[str]:
    """Sources and steps that may be stopped."""
    names = {"all", "rescue", "tasks", *catalog.newsletters, *catalog.sequences}
    names |= {item.id for item in catalog.items.values() if item.sends}
    names |= {
        f"{sequence.id}/{step.id}" for sequence in catalog.sequences.values() for step in sequence.steps
    }
    return names


def _known(root: Path, occasion: str, as_of: str | None, clock: Clock) -> str:
    """The name under which the ledger stops `occasion`; people may name an issue by its date.

    Raises UsageError where it begins with no known source, or where no issue to come has this date.

    Where the files have errors every name is taken: a stop must always work.
    """
    try:
        _, project = load_.examine(root, as_of=as_of, clock=clock)
    except ConfigError:
        return occasion
    if project is None:
        return occasion
    names = _names(project.catalog)
    source, _, day = occasion.rpartition("/")
    if source in project.catalog.newsletters and _DATE.fullmatch(day):
        return issue_named(project.catalog, History(ledger=""), occasion, project.moment.as_of).name
    if any(occasion == name or occasion.startswith(f"{name}/") for name in names):
        return occasion
    import difflib

    near = difflib.get_close_matches(occasion, names, n=1)
    raise UsageError(
        f"there is no occasion {occasion!r}.",
        fix=f"Did you mean {near[0]}?" if near else f"Known: {', '.join(sorted(names))}.",
    )


@contextmanager
def _ledger(root: Path, clock: Clock, *, make: bool = False) -> Iterator[Ledger]:
    """The ledger without its keys, and where `pelicanconf.py` is broken, too: a stop must always work.

    `make`: also where none is. Else raises UsageError there."""
    try:
        settings = settings_.load(root)
    except ConfigError:
        settings = settings_.without_file(root)
        if not ((root / settings_.CONF).is_file() and ledger_exists(settings)):
            raise
        # which ledger this project pins cannot be read: the one that lies here takes the stop
        ledger = open_ledger(
            settings.ledger_url,
            root=settings.root,
            clock=clock,
            ledger_id="",
            create=False,
            objects=objects(settings),
        )
        try:
            yield ledger
        finally:
            ledger.close()
        return
    if not make and not ledger_exists(settings):
        # said to a new ledger, it would hold nothing: another one sends
        raise UsageError(
            "there is no ledger here, so nothing can be stopped in it.",
            where=settings.ledger_name,
            fix="Point TOPMIND_LEDGER at the one that sends; of a project that never sent: topmind ledger init.",
        )
    with open_project_ledger(settings, clock, None) as whole:
        yield whole


def stop(
    root: Path, occasion: str, *, as_of: str | None, clock: Clock, by: str = "", why: str = ""
) -> frozenset[str]:
    """Stop an occasion, a source or all; returns everything that is stopped now. `by` and `why` are read by whoever
    finds it stopped: one line each, cut where it is longer than `MOST`."""
    if not occasion.isprintable():
        raise UsageError("this is no name of an occasion.", fix="Copy it from `topmind plan`.")
    if occasion != "all":
        occasion = _known(root, occasion, as_of, clock)
    with _ledger(root, clock) as ledger:
        ledger.stop(occasion, by=one_line(by, MOST), why=one_line(why, MOST))
        return ledger.stops()


def one_line(text: str, most: int) -> str:
    """At most so many characters, in one line, without what a terminal or a database would take for a command or an
    end."""
    return "".join(one for one in " ".join(text.split()) if one.isprintable())[:most]


@dataclass(frozen=True, slots=True, kw_only=True)
class Noted:
    """What the ledger says of stops and proofs, for whoever looks at them."""

    stops: tuple[Stop, ...] = ()
    proofs: tuple[ProofMail, ...] = ()

    @property
    def all(self) -> Stop | None:
        """The stop of every mail; None = mails go."""
        return next((one for one in self.stops if one.name == "all"), None)


def noted(root: Path, clock: Clock) -> Noted:
    """What is stopped, and which proofs left; nothing where no ledger is. Raises as the ledger does."""
    settings = settings_.load(root)
    if not ledger_exists(settings):
        return Noted()
    with open_project_ledger(settings, clock, None) as ledger:
        return Noted(stops=ledger.stopped(), proofs=ledger.proofs())


def resume(root: Path, occasion: str, *, clock: Clock) -> frozenset[str]:
    """Take a stop back; returns what is still stopped. Raises UsageError where it was not stopped."""
    with _ledger(root, clock) as ledger:
        if not (ledger.resume(occasion) or ledger.resume(_by_date(root, occasion, clock))):
            stopped = ", ".join(sorted(ledger.stops())) or "nothing"
            raise UsageError(f"{occasion!r} is not stopped.", fix=f"Stopped now: {stopped}.")
        return ledger.stops()


def _by_date(root: Path, occasion: str, clock: Clock) -> str:
    """What `stop` made of this name; the name itself where no issue to come has it."""
    try:
        return _known(root, occasion, None, clock)
    except UsageError:
        return occasion


def approve(root: Path, plan_hash: str, *, as_of: str | None, clock: Clock) -> str:
    """Approve the plan of the day by its hash, or the beginning of it, for 24 hours; returns the whole hash.

    Raises UsageError where the plan is another one: what was not looked at cannot be let go.
    """
    if not re.fullmatch(r"[0-9a-f]{8,64}", plan_hash):
        raise UsageError(f"{plan_hash!r} is no plan hash.", fix="Copy it from `topmind plan`.")
    plan = decide_dry(root, as_of=as_of, clock=clock).plan
    if not plan.hash.startswith(plan_hash):
        raise UsageError(
            f"no plan has the hash {plan_hash}: for {plan.as_of:%Y-%m-%d} it is {plan.hash[:12]} now.",
            fix="Look at `topmind plan` again; whatever changed in between changes the number.",
        )
    # before the very first send there is no ledger, and its plan is a surge
    with _ledger(root, clock, make=True) as ledger:
        ledger.approve(plan.hash)
    return plan.hash
