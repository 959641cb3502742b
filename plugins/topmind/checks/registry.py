"""The list of rules, in the order in which people fix things, and the one function that runs them."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable
from types import ModuleType

from topmind.catalog.unread import Unread
from topmind.checks import (
    addresses,
    blocks,
    clients,
    colours,
    coupons,
    headings,
    house,
    images,
    issues,
    link_words,
    mails,
    named,
    offers,
    past_dates,
    pictures,
    pins,
    promises,
    reading_ease,
    segments,
    sequences,
    silences,
    spelling,
    subjects,
    targets,
    tasks,
    ticks,
    unknowns,
    values,
)
from topmind.checks.elsewhere import ELSEWHERE
from topmind.checks.facts import Facts
from topmind.checks.rule import Rule, Sees
from topmind.model import Level, Problem

#: A check sees everything there is to see and yields what is wrong, by one rule or several.
Check = Callable[[Facts], Iterable[Problem]]

LEFT_OUT = Rule(id="checks/left-out", level=Level.INFO, finds="what could not be looked at here")

#: Every check of every family. To add one: a rule and a function in its family's module, and a line here.
CHECKS: tuple[Check, ...] = (
    house.postal_address,
    house.placeholders,
    house.template_texts,
    pins.pins,
    pins.places,
    offers.sends,
    offers.references,
    offers.codes,
    coupons.same_everywhere,
    coupons.over,
    past_dates.over,
    issues.dates,
    issues.content,
    issues.ratio,
    ticks.zones,
    blocks.for_nobody,
    blocks.foreign_tags,
    values.defaults,
    addresses.half_code,
    addresses.hosts,
    addresses.strangers,
    addresses.public,
    segments.unused,
    segments.nobody,
    segments.everybody,
    promises.together,
    sequences.since,
    sequences.dates,
    sequences.reach,
    named.answers,
    named.codes,
    named.activities,
    named.purchases,
    tasks.reachable,
    tasks.agreed,
    tasks.doers,
    targets.unusable,
    targets.links,
    targets.anchors,
    targets.answers,
    link_words.unsafe,
    link_words.saying_nothing,
    link_words.ambiguous,
    images.missing,
    images.alternative_text,
    pictures.files,
    headings.order,
    headings.words,
    headings.bold_lines,
    colours.contrast,
    subjects.lengths,
    subjects.missing,
    subjects.wording,
    mails.made,
    mails.size,
    mails.footer,
    clients.themes,
    clients.taken_out,
    spelling.words,
    reading_ease.ease_of_texts,
    unknowns.resent,
)


def _declared(module: ModuleType) -> list[Rule]:
    return [value for value in vars(module).values() if isinstance(value, Rule)]


#: Modules in the order of the checks.
FAMILIES = tuple(dict.fromkeys([*(sys.modules[check.__module__] for check in CHECKS), silences]))
#: Id → rule, by family: the linter's own.
OWN: dict[str, Rule] = {rule.id: rule for module in FAMILIES for rule in _declared(module)}
OWN[LEFT_OUT.id] = LEFT_OUT
#: All that `check` may say, also of those who read the files.
RULES: dict[str, Rule] = OWN | {rule.id: rule for rule in ELSEWHERE}
#: Checks that may find what no reader may get.
_STRICT = tuple(
    check for check in CHECKS if any(rule.holds for rule in _declared(sys.modules[check.__module__]))
)
_WORST_FIRST = list(Level)


def holding(facts: Facts) -> tuple[Problem, ...]:
    """What would reach readers: quick enough for every run, which holds the mails of these files."""
    return tuple(
        problem
        for check in _STRICT
        for problem in check(facts)
        if RULES[problem.rule].holds and problem.level is Level.ERROR
    )


def certain(found: Problem, unread: Unread) -> bool:
    """Whether it is so whatever the files with a mistake will say."""
    if not unread:
        return True
    sees = RULES[found.rule].sees
    return sees is Sees.LINE or (sees is Sees.FILE and unread.sound(found.path))


def findings(facts: Facts, problems: Iterable[Problem] = ()) -> tuple[Problem, ...]:
    """Every problem at once: those of the loaders, then those of the rules; errors first, by file and line.

    A rule that lacks what it looks at (contacts, files, dates) is left out, and one info line says which. What a file
    silences, with a reason, is not said. Of a project with mistakes in its files (`Facts.unread`) each rule says what
    is true whatever those files will say (`Rule.sees`).
    """
    told = (found for check in CHECKS for found in check(facts) if certain(found, facts.unread))
    heard = silences.heard([*problems, *told], facts, RULES, facts.silences)
    found = {one for one in heard if one.rule != silences.NOTHING.id or not facts.unread}
    missing = facts.missing()
    if missing and not facts.unread:
        found.add(
            LEFT_OUT.at(
                says=f"Not checked here: {'; '.join(missing)}.",
                fix="`topmind check` on a machine that has them checks these too.",
            )
        )
    return tuple(sorted(found, key=lambda p: (_WORST_FIRST.index(p.level), p.path, p.line, p.rule, p.says)))
