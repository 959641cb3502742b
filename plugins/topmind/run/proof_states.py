"""Whether an issue is still what its proof showed: looked at before a plan is made, and once more before mails leave.

What a proof showed stands in the ledger part by part, of everything that might have come to stand in the issue. So
an edit is told from a day on which the same items merely reach other people.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import NamedTuple

import numpy as np

from topmind import planning
from topmind.errors import MailError
from topmind.mail import issue_parts
from topmind.model import (
    Catalog,
    Channel,
    Edition,
    Foretold,
    History,
    Level,
    Members,
    Occasion,
    PastTouch,
    Problem,
    ShownProof,
    TouchState,
)
from topmind.run.load import Project
from topmind.run.proof_phrases import dated_file, next_run, parts_in_words

Parts = Mapping[str, str]
#: An issue waits, although a proof of it has left.
WAITS = "proof/waits"


class Which(NamedTuple):
    """The proof that an issue wants as it is now."""

    #: That of an earlier one which has not left to everybody, else the next.
    number: int
    content: str
    #: Parts of what goes that the proof before it did not show so.
    changed: tuple[str, ...]


def current(project: Project, members: Members, history: History) -> History:
    """With what was changed since its proof, and what was proved only just now."""
    at = project.moment
    issues = planning.proved_issues(project.catalog, history, at.now, all_day=at.all_day)
    issues = tuple(one for one in issues if history.proofs.get(one.name))
    if not issues:
        return history
    made_of = _MadeOf(project)
    seen = partial(ahead, project, members, history)
    changed: dict[str, tuple[str, ...]] = {}
    fresh: set[str] = set()
    for issue in issues:
        proofs, parts = history.proofs[issue.name], made_of(issue)
        proof = proofs[-1]
        might = issue_parts.with_signers(parts, signers(project.catalog, members, issue))
        if not (proof.left and _covers(proof, parts, might)):
            goes = seen([issue]).made_of(issue)
            found = _newest(proofs, parts, goes, left=True)
            if found is None:
                changed[issue.name] = _differing(_newest(proofs, parts, (), left=True), parts, goes)
                continue
            proof = found
        letter = project.catalog.newsletters[issue.source]
        if not at.all_day and proof.at is not None and proof.at > at.now - planning.notice(letter):
            fresh.add(issue.name)
    return replace(history, changed=changed, fresh=frozenset(fresh))


def signers(catalog: Catalog, members: Members, issue: Occasion) -> tuple[str, ...]:
    """Team ids of whoever signs an issue for somebody it is for, and who may be mailed."""
    wanted = members.active & members.consent[Channel.EMAIL]
    if issue.segments is not None:
        columns = [place for place, name in enumerate(members.segments) if name in issue.segments]
        wanted = wanted & members.in_segment[:, columns].any(axis=1)
    return planning.signers(catalog, members, np.nonzero(wanted)[0], issue)


def which(project: Project, issue: Occasion, history: History, goes: Collection[str]) -> Which:
    """The proof of an issue that is made of `goes`."""
    return choose(history.proofs.get(issue.name, ()), _MadeOf(project)(issue), goes)


def choose(proofs: Sequence[ShownProof], parts: Parts, goes: Collection[str]) -> Which:
    """The proof that `goes` wants, where these have been begun: one that shows it as it is, else the next. Pure."""
    found = _newest(proofs, parts, goes)
    earlier = [one for one in proofs if not found or one.number < found.number]
    changed = _differing(earlier[-1], parts, goes) if earlier else ()
    if found:
        return Which(found.number, found.content, changed)
    shown = issue_parts.shown_in(parts, goes)
    content = json.dumps(shown, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return Which(len(proofs) + 1, content, changed)


def unseen(project: Project, history: History) -> Callable[[Edition], tuple[str, ...]]:
    """Of one edition: parts that no proof which has left showed as they are. () = it may go."""
    made_of = _MadeOf(project)
    issues = {
        one.name
        for one in planning.proved_issues(
            project.catalog, history, project.moment.now, all_day=project.moment.all_day
        )
        if history.proofs.get(one.name)
    }

    def of(edition: Edition) -> tuple[str, ...]:
        issue = edition.occasion
        if issue.name not in issues:
            return ()
        proofs, parts = history.proofs[issue.name], made_of(issue)
        goes = issue_parts.parts_of(project.catalog, issue, edition.items, edition.sender)
        if _newest(proofs, parts, goes, left=True):
            return ()
        return _differing(_newest(proofs, parts, (), left=True), parts, goes)

    return of


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Ahead:
    """What becomes of issues as if their proofs had left."""

    catalog: Catalog
    members: Members
    #: What the ledger knows, and as what it was taken.
    known: History
    history: History
    foretold: tuple[Foretold, ...]

    def made_of(self, issue: Occasion) -> frozenset[str]:
        """The parts of all its editions that are still to go, those of frozen mails among them."""
        told = [one for one in self.foretold if one.what == issue.name and one.until is not None]
        rows = np.array([one.contact for one in told], dtype=np.intp)
        picks = {one.picks for one in told}
        found = {
            part
            for items in picks
            for sender in planning.signers(self.catalog, self.members, rows, issue)
            for part in issue_parts.parts_of(self.catalog, issue, items, sender)
        }
        names = {(issue.source, issue.occurrence)}
        frozen = {name for touch in self.known.touches if _waits(touch, names) for name in touch.items}
        return frozenset(found | {name for name in frozen if name in self.catalog.items})


def ahead(project: Project, members: Members, history: History, occasions: Iterable[Occasion]) -> Ahead:
    """Plan until the last day of these issues; what of them went already is left out."""
    occasions = tuple(occasions)
    at, names = project.moment, {(one.source, one.occurrence) for one in occasions}
    assumed = replace(
        history,
        proved=history.proved | {one.name for one in occasions},
        changed={},
        fresh=frozenset(),
        # frozen before somebody asked for a proof: it waits, and would go
        touches=tuple(touch for touch in history.touches if not _waits(touch, names)),
    )
    days = max(1, *((one.day - at.as_of).days + one.grace for one in occasions))
    plan = planning.plan(
        project.catalog, members, assumed, at.now, all_day=at.all_day, horizon=days, foretell=days
    )
    return Ahead(
        catalog=project.catalog, members=members, known=history, history=assumed, foretold=plan.foretold
    )


def waiting(project: Project, history: History) -> tuple[Problem, ...]:
    """Issues whose time has come and that do not go, although a proof has left."""
    at, catalog = project.moment, project.catalog
    found = []
    for issue in planning.proved_issues(catalog, history, at.now, all_day=at.all_day):
        letter = catalog.newsletters[issue.source]
        if at.now < planning.issue_moment(catalog, issue) and not (at.all_day and issue.day <= at.as_of):
            continue
        if issue.name in history.changed:
            says = f"changed since its proof ({parts_in_words(catalog, history.changed[issue.name])})."
            fix = "The next send sends a new proof, and it goes after that."
            found.append(_waiting(catalog, issue, says, fix))
        elif issue.name in history.fresh:
            fix = f"{next_run(planning.notice(letter))} sends it, unless somebody holds it."
            found.append(_waiting(catalog, issue, "its newest proof has only just left.", fix))
    return tuple(found)


def over(found: Problem, sent: Collection[str]) -> bool:
    """Whether it is one of `waiting`, of an issue whose proof is among those `sent` since: the run says so itself."""
    return found.rule == WAITS and any(found.says.startswith(f"{name} waits: ") for name in sent)


def _waiting(catalog: Catalog, issue: Occasion, why: str, fix: str) -> Problem:
    return Problem(
        rule=WAITS,
        level=Level.WARNING,
        path=dated_file(catalog, issue),
        line=0,
        says=f"{issue.name} waits: {why}",
        fix=fix,
    )


@dataclass(slots=True)
class _MadeOf:
    """Remembers the look, which is a walk through files."""

    project: Project
    look: str = ""

    def __call__(self, issue: Occasion) -> Parts:
        self.look = self.look or issue_parts.look_of(self.project.root)
        try:
            return issue_parts.parts(self.project.catalog, issue, self.look)
        except MailError:
            return {}


def _waits(touch: PastTouch, names: Collection[tuple[str, str]]) -> bool:
    return touch.state is TouchState.PLANNED and (touch.key.source, touch.key.occurrence) in names


def _newest(
    proofs: Iterable[ShownProof], parts: Parts, goes: Collection[str], *, left: bool = False
) -> ShownProof | None:
    """The newest proof that showed all of `goes` as it is now; one that has left goes before one that has not."""
    found = [one for one in proofs if _covers(one, parts, goes) and (one.left or not left)]
    return max(found, key=lambda one: (one.left, one.number), default=None)


def _covers(proof: ShownProof, parts: Parts, goes: Iterable[str]) -> bool:
    content = _content(proof)
    return content is None or all(content.get(part) == parts.get(part) for part in goes)


def _differing(proof: ShownProof | None, parts: Parts, goes: Collection[str]) -> tuple[str, ...]:
    """Parts of `goes` that this proof did not show so: what every issue has first, in the order of the mail."""
    content = (_content(proof) if proof else None) or {}
    order = {part: place for place, part in enumerate(parts)}
    found = [part for part in goes if content.get(part) != parts.get(part)]
    return tuple(sorted(found, key=lambda part: (order.get(part, len(order)), part)))


def _content(proof: ShownProof) -> Parts | None:
    """None = it is not known what it showed: it is taken for a proof of whatever goes, as it was meant when it left."""
    found: Parts | None = json.loads(proof.content) if proof.content else None
    return found
