"""A rule that is silent in a file, for a reason."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from rule_rows import SOUND, Files, put, tip
from topmind import settings
from topmind.catalog import load
from topmind.checks import RULES, Facts, findings
from topmind.model import Level, Problem, Silence
from topmind.resource_site.pages import written_pages
from topmind.testing.builders import a_catalog, a_field, an_item

HERE = "[click here](/tips/gutters/)"
Told = Callable[..., tuple[Problem, ...]]


@pytest.fixture
def told(tmp_path: Path) -> Told:
    """What is found in a small project with other files."""

    def look(files: Files) -> tuple[Problem, ...]:
        for name, text in {**SOUND, **files}.items():
            put(tmp_path, name, text)
        found = load(settings.load(tmp_path, {}), date(2026, 12, 1), {"first_name": a_field()}, rules=RULES)
        if found.catalog is None:
            return found.problems
        return findings(Facts(catalog=found.catalog, root=tmp_path), found.problems)

    return look


def silent(rule: str, reason: str = "their button says so") -> Silence:
    """One silence in the tip."""
    return Silence(path="content/tips/x.md", line=4, rule=rule, reason=reason)


def test_a_silent_rule_is_silent_in_its_file_only(told: Told) -> None:
    """The same words in another file are still found, and another rule in the same file."""
    files = {
        **tip(
            f"{HERE} and https://forms.example.com", "silence:", "  links/click-here: their button says so"
        ),
        **tip(HERE, path="content/tips/y.md"),
    }
    links = [(p.rule, p.path) for p in told(files) if p.rule.startswith("links/")]
    assert links == [("links/bare-url", "content/tips/x.md"), ("links/click-here", "content/tips/y.md")]


@pytest.mark.parametrize(
    ("lines", "rule", "line", "fix"),
    [
        (["  links/clik-here: theirs"], "name/unknown-rule", 5, "Did you mean 'links/click-here'?"),
        (["  links/click-here:"], "front-matter/silence", 5, "Write why"),
        (["  front-matter/value: theirs"], "silence/protects", 5, "Take the line out"),
        (["  merge-tags/no-default: theirs"], "silence/protects", 5, "Take the line out"),
        (["  links/click-here: a", "  links/click-here: b"], "front-matter/doubled-key", 6, "Keep one"),
    ],
)
def test_a_silence_that_cannot_be_is_told_on_its_line(
    told: Told, lines: list[str], rule: str, line: int, fix: str
) -> None:
    """A rule that is not there, no reason, a rule that keeps readers from harm, the same twice."""
    (found,) = [
        p for p in told(tip(HERE, "silence:", *lines)) if p.path.endswith("x.md") and p.level is Level.ERROR
    ]
    assert (found.rule, found.line) == (rule, line)
    assert found.fix.startswith(fix)


def test_what_could_not_be_looked_at_is_not_called_needless() -> None:
    """Without contacts nobody knows whether a rule about them would find something."""
    catalog = a_catalog(items=[an_item("tips/x")], silences=(silent("segments/nobody"), silent("links/http")))
    said = [p.says for p in findings(Facts(catalog=catalog)) if p.rule == "silence/nothing"]
    assert said == ["links/http finds nothing here, so nothing is silenced."]


def test_what_the_planner_warns_of_may_be_right_as_it_is() -> None:
    """Its warnings are silenced like the linter's own; an error never is."""
    catalog = a_catalog(items=[an_item("tips/x")], silences=(silent("planning/blackout"),))
    for level, said in ((Level.WARNING, []), (Level.ERROR, ["planning/blackout"])):
        given = Problem(rule="planning/blackout", level=level, path="content/tips/x.md", line=1, says="given")
        found = findings(Facts(catalog=catalog), [given])
        assert [p.rule for p in found if p.rule.startswith("planning/")] == said


def test_pages_may_be_silent_too(tmp_path: Path) -> None:
    """A page of the site says it in its own head; a misspelt rule is an error there as well."""
    for name, text in {**SOUND, "content/pages/about.md": page("links/click-here")}.items():
        put(tmp_path, name, text)
    found = settings.load(tmp_path, {})
    catalog = load(found, date(2026, 12, 1), {}, rules=RULES).partial
    assert catalog
    pages = written_pages(found, catalog, RULES)
    assert ([one.rule for one in pages.silences], pages.problems) == (["links/click-here"], ())
    put(tmp_path, "content/pages/about.md", page("links/clik-here"))
    wrong = written_pages(found, catalog, RULES)
    assert [(p.rule, p.line) for p in wrong.problems] == [("name/unknown-rule", 4)]
    facts = Facts(catalog=replace(catalog, silences=()), silenced=pages.silences)
    assert "silence/nothing" in {p.rule for p in findings(facts)}


def page(rule: str) -> str:
    """A page that silences a rule."""
    return f"---\ntitle: About\nsilence:\n  {rule}: theirs\n---\n{HERE}\n"
