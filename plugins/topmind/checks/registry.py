"""The list of rules, in the order in which people fix things, and the one function that runs them."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from topmind.checks import (
    addresses,
    blocks,
    colours,
    coupons,
    house,
    images,
    issues,
    named,
    offers,
    pins,
    promises,
    segments,
    sequences,
    subjects,
    targets,
    tasks,
    ticks,
    unknowns,
    values,
)
from topmind.checks.facts import Facts, problem
from topmind.model import Level, Problem

#: A rule sees everything there is to see and yields what is wrong.
Rule = Callable[[Facts], Iterable[Problem]]

#: Every rule of every family. To add one: a function in its family's module, and a line here.
RULES: tuple[Rule, ...] = (
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
    issues.dates,
    issues.content,
    ticks.zones,
    blocks.for_nobody,
    blocks.foreign_tags,
    values.defaults,
    addresses.half_code,
    addresses.hosts,
    addresses.public,
    segments.unused,
    segments.nobody,
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
    targets.links,
    targets.answers,
    images.missing,
    images.alternative_text,
    colours.contrast,
    subjects.lengths,
    unknowns.resent,
)
_WORST_FIRST = list(Level)


def findings(facts: Facts, problems: Iterable[Problem] = ()) -> tuple[Problem, ...]:
    """Every problem at once: those of the loaders, then those of the rules; errors first, by file and line.

    A rule that lacks what it looks at (contacts, files, dates) is left out, and one info line says which.
    """
    found = {*problems, *(found for rule in RULES for found in rule(facts))}
    missing = facts.missing()
    if missing:
        found.add(
            problem(
                "checks/left-out",
                Level.INFO,
                says=f"Not checked here: {'; '.join(missing)}.",
                fix="`topmind check` on a machine that has them checks these too.",
            )
        )
    return tuple(sorted(found, key=lambda p: (_WORST_FIRST.index(p.level), p.path, p.line, p.rule, p.says)))
