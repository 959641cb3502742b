"""Random rules mean in DuckDB what a slow plain reading says."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import audience_oracle as oracle
import docs_reference
from topmind import settings as places
from topmind.audience import open_source, read_spec
from topmind.audience.engine import Session
from topmind.audience.predicates import compile_rule
from topmind.audience.predicates.vocabulary import FUNCTIONS

PEOPLE = oracle.audience(seed=11)


@pytest.fixture(scope="module")
def session(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Session]:
    """The made-up audience in a session."""
    root: Path = tmp_path_factory.mktemp("oracle")
    (root / "segments").mkdir()
    (root / "pelicanconf.py").write_text("TOPMIND = {}\n", "utf-8")
    (root / "segments" / "_audience.toml").write_text(oracle.SPEC, "utf-8")
    oracle.write_csv(root / "segments", PEOPLE)
    where = places.load(root, {})
    with (
        open_source(read_spec(where), where, oracle.AS_OF) as source,
        Session(source, oracle.catalog({}), oracle.history(PEOPLE), oracle.AS_OF) as open_session,
    ):
        yield open_session


@given(data=st.data())
@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_a_rule_holds_for_exactly_those_of_whom_it_is_true(session: Session, data: st.DataObject) -> None:
    """Nulls, ties, refunds, leap days, zones and facts of tomorrow included."""
    rule = oracle.a_rule(lambda options: data.draw(st.sampled_from(list(options))), PEOPLE)
    rows = session.rows(compile_rule(rule.text, session.env))
    found = {session.ids[row] for row in rows}
    assert found == {c.id for c in PEOPLE if rule.means(c)}, rule.text


#: The section of the reference page that is about rules.
RULES = docs_reference.TARGET.read_text("utf-8").partition("\n## Rules\n")[2].partition("\n## ")[0]
EXAMPLES = re.findall(r"\| `([^`]+)` \|$", RULES, re.MULTILINE)


def test_the_page_of_the_docs_has_every_function() -> None:
    """It is made from the code; nothing of it is left out, and none of its examples is overlooked."""
    assert re.findall(r"^\| `(\w+)` \|", RULES, re.MULTILINE) == list(FUNCTIONS)
    assert len(EXAMPLES) == len(FUNCTIONS)


@pytest.mark.parametrize("text", EXAMPLES)
def test_each_example_of_the_page_runs(session: Session, text: str) -> None:
    """Compiled and asked, and its opposite is everybody else."""
    env = replace(session.env, segments=frozenset({"top-100"}))
    inside = set(session.rows(compile_rule(text, env)).tolist())
    outside = set(session.rows(compile_rule(f"not ({text})", env)).tolist())
    assert inside | outside == set(range(len(PEOPLE)))
    assert not inside & outside
