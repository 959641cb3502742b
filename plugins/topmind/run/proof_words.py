"""The proof of one issue in words: what its sender reads above the issue itself."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from textwrap import shorten

from topmind.mail import ProofHead
from topmind.model import Catalog, Level, Occasion, Problem
from topmind.report import reasons
from topmind.run.preview.nouns import Showing
from topmind.run.preview.readers import titles
from topmind.run.proof_phrases import MOST, dated_file, next_run, parts_in_words

#: Characters of one title in such a line.
TITLE = 48


@dataclass(frozen=True, slots=True, kw_only=True)
class Foreseen:
    """What becomes of one issue, as far as can be seen."""

    occasion: Occasion
    #: Its editions, the largest first.
    showings: tuple[Showing, ...]
    #: Contacts who get it; reason → contacts who do not.
    reached: int
    missed: Mapping[str, int]
    #: Parts that those who are still to get it see.
    made_of: frozenset[str] = frozenset()
    #: Of these, what the proof before did not show as it is now; () = this is the first.
    changed: tuple[str, ...] = ()
    #: Its own time has come, or comes before `notice` is over: so long it waits once its proof has left.
    late: bool = False
    notice: timedelta = timedelta()
    #: What the linter says of the files it is made from.
    findings: tuple[Problem, ...] = ()
    #: The next runs send no mail of it before this proof has left; False = a proof that somebody asked for.
    counts: bool = True

    @property
    def senders(self) -> tuple[str, ...]:
        """Team ids of whoever signs an edition, whose is the largest first."""
        return tuple(dict.fromkeys(one.edition.sender for one in self.showings))

    def shown_to(self, sender: str) -> Showing:
        """The largest edition that this one signs, else the largest of all."""
        return next((one for one in self.showings if one.edition.sender == sender), self.showings[0])


def head_of(catalog: Catalog, one: Foreseen, *, end: str) -> ProofHead:
    """Everything above the issue."""
    return ProofHead(
        goes=_goes(catalog, one),
        changed=f"Changed since the last proof: {parts_in_words(catalog, one.changed)}."
        if one.changed
        else "",
        reach=_reach(one),
        editions=_editions(catalog, one.showings) if one.reached else (),
        missed=[f"{count}: {reasons.in_words(reason)}" for reason, count in one.missed.items() if count],
        findings=_shortened([_finding(problem) for problem in one.findings]),
        command=f"topmind stop {one.occasion.name}",
        file=dated_file(catalog, one.occasion),
        end=end,
    )


def worth_telling(problems: Iterable[Problem], files: Iterable[str]) -> tuple[Problem, ...]:
    """Errors and warnings of these files."""
    wanted = set(files)
    return tuple(one for one in problems if one.path in wanted and one.level is not Level.INFO)


def goes_in_words(catalog: Catalog, occasion: Occasion) -> str:
    """`Tuesday, December 8, 2026, after 9 am where each reader lives`."""
    dates = catalog.company.dates
    return (
        f"{dates.day(occasion.day, weekday=True)}, after {dates.clock(occasion.at)} where each reader lives"
    )


def _goes(catalog: Catalog, one: Foreseen) -> str:
    if one.occasion.stopped:
        return "Somebody stopped it: nobody gets it until it is resumed."
    if one.occasion.held:
        return "It is on hold: nobody gets it until that is lifted."
    if one.late and one.counts:
        run = next_run(one.notice)
        return f"It waits for this proof: {run[0].lower()}{run[1:]} sends it, unless somebody holds it."
    return f"It goes on {goes_in_words(catalog, one.occasion)}, unless somebody holds it."


def _reach(one: Foreseen) -> str:
    if not one.reached:
        return "As things stand nobody gets it."
    people = f"{one.reached} {'person' if one.reached == 1 else 'people'}"
    editions = len(one.showings)
    return f"As things stand it reaches {people}, in {editions} edition{'' if editions == 1 else 's'}."


def _editions(catalog: Catalog, showings: Sequence[Showing]) -> tuple[str, ...]:
    """A line for what all of them hold, then one for each with what only it holds."""
    items = [one.edition.items for one in showings]
    shared = [name for name in items[0] if all(name in mine for mine in items)] if len(items) > 1 else []
    lines = _shortened([_edition(catalog, showing, shared) for showing in showings])
    return (f"in all of them: {_titles(catalog, shared)}", *lines) if shared else lines


def _titles(catalog: Catalog, items: Iterable[str]) -> str:
    return "; ".join(shorten(title, TITLE, placeholder=" …") for title in titles(catalog, items))


def _edition(catalog: Catalog, showing: Showing, shared: Collection[str]) -> str:
    edition = showing.edition
    count = showing.contacts or 0
    own = _titles(catalog, [name for name in edition.items if name not in shared])
    what = own or ("nothing else" if shared else "its own words alone")
    extra = [f"signed by {catalog.team[edition.sender].name}"] if edition.sender in catalog.team else []
    extra += [f"in the language {edition.language}"] if edition.language != catalog.company.language else []
    said = f" ({', '.join(extra)})" if extra else ""
    return f"{count} {'person' if count == 1 else 'people'}: {what}{said}"


def _finding(problem: Problem) -> str:
    where = f"{problem.path}:{problem.line}" if problem.line else problem.path
    return f"{problem.level.value}, {where}: {problem.says}"


def _shortened(lines: Sequence[str]) -> tuple[str, ...]:
    def shown() -> Iterator[str]:
        yield from lines[:MOST]
        if len(lines) > MOST:
            yield f"and {len(lines) - MOST} more: topmind preview"

    return tuple(shown())
