"""`silence:` in a file: a rule says nothing there, for a reason. A silence that silences nothing is a finding, too."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping

from topmind.checks.facts import Facts
from topmind.checks.rule import Rule, Sees
from topmind.model import Level, Problem, Silence

NOTHING = Rule(
    id="silence/nothing",
    level=Level.WARNING,
    finds="a silenced rule that finds nothing in its file any more",
    example="silence: …",
)
PROTECTS = Rule(
    id="silence/protects",
    level=Level.ERROR,
    finds="a rule that nobody can silence, because it keeps readers from harm",
    example="merge-tags/no-default: they all have one",
    sees=Sees.LINE,
)


def heard(
    found: Iterable[Problem], facts: Facts, rules: Mapping[str, Rule], silences: Collection[Silence]
) -> Iterator[Problem]:
    """What is left of the findings, and what is wrong with the silences themselves."""
    quiet = {(one.path, one.rule): one for one in silences if not _loud(rules.get(one.rule))}
    used: set[tuple[str, str]] = set()
    for problem in found:
        key = (problem.path, problem.rule)
        if key in quiet and problem.level is not Level.ERROR:
            used.add(key)
        else:
            yield problem
    for one in silences:
        rule = rules.get(one.rule)
        if rule is not None and rule.protects:
            yield PROTECTS.at(
                one.path,
                one.line,
                says=f"{one.rule} cannot be silenced: it keeps readers from harm.",
                fix="Take the line out, and mend what it finds.",
            )
        elif rule is not None and (one.path, one.rule) not in used and _looked(facts, rule):
            yield NOTHING.at(
                one.path,
                one.line,
                says=f"{one.rule} finds nothing here, so nothing is silenced.",
                fix="Take the line out.",
            )


def _loud(rule: Rule | None) -> bool:
    return rule is None or rule.protects


def _looked(facts: Facts, rule: Rule) -> bool:
    """Whether what the rule looks at was at hand."""
    return not rule.needs or getattr(facts, rule.needs) is not None
