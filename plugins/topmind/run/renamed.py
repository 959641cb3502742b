"""A file that got another id without `was:` would go to everybody again: said before anybody is mailed."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator

from topmind.model import Catalog, History, Level, Members, Occasion, Plan, Problem, SourceKind
from topmind.planning.renames import Names, names

#: A finding of this rule stops a send.
RULE = "name/renamed"

#: (source, step or ""): what a file stands for.
_File = tuple[str, str]


def renamed(catalog: Catalog, members: Members, history: History, plan: Plan) -> Iterator[Problem]:
    """Steps and issues that are due for contacts who had the same occurrence from a file that is gone.

    Who means it approves the plan. Items are not looked at: old ones go and new ones come every week.
    """
    if any(len(word) >= 8 and plan.hash.startswith(word) for word in history.approved):
        return
    gone = _gone(catalog, history)
    if not gone:
        return
    again: Counter[tuple[_File, _File]] = Counter()
    for touch in plan.due:
        occasion = plan.occasions[touch.occasion]
        for old in gone.get((members.ids[touch.contact], occasion.occurrence), ()):
            if _alike(catalog, occasion, old):
                again[old, (occasion.source, occasion.step or "")] += 1
    for (old, new), count in sorted(again.items()):
        many = f"{count} contacts had" if count > 1 else "1 contact had"
        yield Problem(
            rule=RULE,
            level=Level.ERROR,
            path="",
            line=0,
            says=f"{many} {_name(old)}, which is gone, and would now get {_name(new)}.",
            fix=f"If this is a new name, write `was: {old[1] if old[0] == new[0] else old[0]}` into its file; "
            f"if it is something else, topmind approve {plan.hash[:12]}",
        )


def _gone(catalog: Catalog, history: History) -> dict[tuple[str, str], set[_File]]:
    """(contact, occurrence) → files that stood behind it and are no more."""
    here: set[_File] = {(letter, "") for letter in catalog.newsletters}
    here |= {(s.id, step.id) for s in catalog.sequences.values() for step in s.steps}
    here |= {(item, "") for item in catalog.items} | {("rescue", "")}
    known = names(catalog)
    found: dict[tuple[str, str], set[_File]] = defaultdict(set)
    # few files stand behind many touches
    files = {key: _today(*key, known) for key in {(one.key.source, one.key.step) for one in history.touches}}
    gone = {key: file for key, file in files.items() if file not in here}
    for touch in history.touches if gone else ():
        file = gone.get((touch.key.source, touch.key.step))
        if file is not None and touch.counts:
            found[touch.key.contact, touch.key.occurrence].add(file)
    return found


def _today(source: str, step: str | None, known: Names) -> _File:
    """By the names of today."""
    source = known.sources.get(source, source)
    return source, known.steps.get((source, step), step) if step else ""


def _alike(catalog: Catalog, occasion: Occasion, old: _File) -> bool:
    """Whether an occasion may be the old file under another name: its sequence's, or one as gone as the file."""
    if occasion.kind is SourceKind.STEP:
        return bool(old[1]) and (
            old[0] == occasion.source or (old[1] == occasion.step and old[0] not in catalog.sequences)
        )
    return occasion.kind is SourceKind.ISSUE and not old[1]


def _name(file: _File) -> str:
    return "/".join(filter(None, file))
