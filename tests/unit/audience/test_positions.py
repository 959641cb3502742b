"""Who moved: against a plain retelling of what happened, day by day."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import date, timedelta

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from topmind.audience.positions import facts, rule_hash, standings
from topmind.audience.predicates.dates import Watch
from topmind.audience.spec import AudienceSpec
from topmind.model import Catalog, History, Position
from topmind.testing.builders import a_catalog, a_segment

START = date(2026, 11, 1)
SPEC = AudienceSpec(lines={}, activities={}, fields={}, consent={})
WHAT = "segment:s"
IDS = ("a", "b", "c")


def a_rule(text: str) -> Catalog:
    """A company with one segment of this rule."""
    return a_catalog(segments=[a_segment("s", who=((text, 4),))])


def run(
    catalog: Catalog, history: History, day: date, inside: Mapping[str, bool]
) -> tuple[History, dict[str, set[str]]]:
    """One run that sees these people; the history after it, and who has which fact."""
    rows = np.array([IDS.index(contact) for contact in sorted(inside)], dtype=np.int32)
    values = {WHAT: np.array(["in" if inside[c] else "out" for c in sorted(inside)])}
    found = standings(catalog, SPEC, history, day, values, IDS, rows)
    known = dict(history.positions.get(WHAT, {}))
    known |= {one.contact: one.position for one in found.moved}
    told = {
        kind: {f"{IDS[f.contact]} {f.day}" for f in facts(Watch(kind=kind, what=WHAT), found, {0: START})}
        for kind in ("enters", "leaves")
    }
    return replace(history, positions={WHAT: known}, watched=found.watched), told


#: A day of a story: the rule then, and who is here (None = vanished from the source).
DAYS = st.tuples(
    st.sampled_from(["purchases() > 0", "purchases() > 1"]),
    st.fixed_dictionaries({contact: st.sampled_from([True, False, None]) for contact in IDS}),
)


@settings(max_examples=200, deadline=None)
@given(st.lists(DAYS, min_size=1, max_size=8))
def test_moves_are_those_of_people_not_of_rules(story: list[tuple[str, dict[str, bool | None]]]) -> None:
    """A plain oracle: a move is a change between two runs under one rule; the first sight and a new rule are none."""
    history = History(ledger="l")
    last: dict[str, tuple[bool, str]] = {}
    state: dict[str, tuple[str, date | None]] = {}
    before = ""
    for number, (rule, seen) in enumerate(story):
        day = START + timedelta(days=number)
        here = {contact: inside for contact, inside in seen.items() if inside is not None}
        history, told = run(a_rule(rule), history, day, here)
        for contact, inside in here.items():
            if contact not in last:
                state[contact] = ("first", None)
            elif last[contact][0] != inside:
                state[contact] = ("moved", day) if before == rule else ("by rule", None)
            last[contact] = (inside, rule)
        before = rule
        enters = {
            f"{contact} {START if state[contact][0] == 'first' else state[contact][1]}"
            for contact, inside in here.items()
            if inside and (state[contact][0] == "moved" or (state[contact][0] == "first" and contact == "a"))
        }
        leaves = {
            f"{contact} {state[contact][1]}"
            for contact, inside in here.items()
            if not inside and state[contact][0] == "moved"
        }
        assert told == {"enters": enters, "leaves": leaves}


def test_a_rule_is_what_decides_not_how_it_is_typed() -> None:
    """Spaces and notes change nothing; another line, a line of a named segment or another column do."""
    plain = rule_hash(WHAT, a_rule("purchases() > 0"), SPEC)
    assert plain == rule_hash(WHAT, a_rule("purchases()  >  0"), SPEC)
    assert plain != rule_hash(WHAT, a_rule("purchases() > 1"), SPEC)
    assert plain != rule_hash(WHAT, a_rule("purchases() > 0"), replace(SPEC, sender_field="mason"))

    def naming(inner: str) -> Catalog:
        outer = a_segment("s", who=(("in_segment('t')", 4),))
        return a_catalog(segments=[outer, a_segment("t", who=((inner, 4),))])

    assert rule_hash(WHAT, naming("purchases() > 0"), SPEC) != rule_hash(
        WHAT, naming("purchases() > 1"), SPEC
    )


def test_a_day_without_a_change_tells_the_ledger_nothing() -> None:
    """The second run of a day writes no positions."""
    history, _ = run(a_rule("purchases() > 0"), History(ledger="l"), START, {"a": True, "b": False})
    rows = np.array([0, 1], dtype=np.int32)
    again = standings(
        a_rule("purchases() > 0"), SPEC, history, START, {WHAT: np.array(["in", "out"])}, IDS, rows
    )
    assert again.moved == ()
    assert again.positions[WHAT] == {0: Position(value="in"), 1: Position(value="out")}
