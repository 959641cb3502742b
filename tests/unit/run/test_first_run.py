"""One run tells all that is certain: a mistake in one file neither hides one between others nor makes any."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from first_run import ACROSS, ADDRESS, AUDIENCE, BESIDE, BROKEN, LANGUAGE, LINKED
from rule_rows import COMPANY, ROWS, SOUND, Files, as_it_is, company, put, tip
from topmind.checks.registry import OWN, RULES
from topmind.checks.rule import Sees
from topmind.model import Level, Problem
from topmind.run import inspect
from topmind.testing.clock import FixedClock

#: What a file without contacts, themes or a brand is told anyway.
USUAL = {"audience/no-contacts", "checks/left-out", "subjects/no-preheader", "brand/tokens"}


def told(root: Path) -> list[Problem]:
    """All findings of a project but the usual ones."""
    found = inspect.findings(root, as_of="2026-12-01", clock=FixedClock(), environ={})
    return [one for one in found if one.rule not in USUAL]


def lay(root: Path, files: Files) -> None:
    """Write these files; a lone surrogate stands for a byte that is no UTF-8."""
    for name, text in files.items():
        put(root, name, text.encode("utf-8", "surrogateescape") if isinstance(text, str) else text)


def test_the_linked_project_is_sound(tmp_path: Path) -> None:
    """Nothing is wrong in it, so whatever is told below comes from the one mistake."""
    lay(tmp_path, LINKED)
    assert told(tmp_path) == []


def broken_files() -> Iterator[tuple[str, str]]:
    """Each file × each way to break it; the text of a segment is a note, and that of a sequence nobody's."""
    for path in LINKED:
        for way, (_, rule) in BROKEN.items():
            in_text = rule.startswith(("block/", "merge-tag/"))
            read = not path.startswith("segments/") and path != "content/sequences/first-job.md"
            twice = way == "a key twice" and "\ntitle:" not in str(LINKED[path])
            if path.endswith(".md") and (read or not in_text) and not twice:
                yield path, way


@pytest.mark.parametrize("path", sorted({path for path, _ in broken_files()}))
def test_a_mistake_is_told_once_and_makes_no_other(tmp_path: Path, path: str) -> None:
    """Whatever names a broken file, its page, code, segment, step or heading: only its own mistake is told."""
    lay(tmp_path, LINKED)
    for way in [way for one, way in broken_files() if one == path]:
        breaks, rule = BROKEN[way]
        lay(tmp_path, {path: breaks(str(LINKED[path]))})
        found = {(one.path, one.rule) for one in told(tmp_path)}
        assert found == {(path, rule)}, way


PLAIN: Files = {**SOUND, "segments/_audience.toml": AUDIENCE, **company(ADDRESS, LANGUAGE)}
#: Rows that show themselves in a project as it is, and say what is certain.
SHOWN = [
    rule
    for rule, row in ROWS.items()
    if OWN[rule].sees is not Sees.ALL and row.more is as_it_is and row.at is not None
]


@pytest.mark.parametrize("beside", sorted(BESIDE))
def test_what_is_wrong_elsewhere_is_told_in_the_same_run(tmp_path: Path, beside: str) -> None:
    """Names that are nowhere, dead links, doubled ids, the calendar: on their lines, beside the mistake of another file."""
    lay(tmp_path, PLAIN)
    for rule, (files, at) in ACROSS.items():
        if beside == COMPANY and (rule.startswith("planning/") or rule == "name/unknown-topic"):
            continue  # the planner asks the company at every turn, and its topics are not known
        lay(tmp_path, {**files, beside: BESIDE[beside]})
        found = {(one.rule, one.path, one.line) for one in told(tmp_path) if one.level is not Level.INFO}
        assert {one for one in found if one[1] == beside} == {
            ("front-matter/unknown-key", beside, BESIDE[beside].split("\n").index("zzzz: 1") + 1)
        }
        assert (rule, *at) in found, rule
        restore(tmp_path, {**files, beside: ""})


def test_each_rule_that_can_be_certain_is_told_beside_a_mistake(tmp_path: Path) -> None:
    """Rule by rule: the rows of the linter, with another file that cannot be read."""
    lay(tmp_path, {**PLAIN, "content/tips/broken.md": BESIDE["content/tips/broken.md"]})
    brand = (Path(__file__).parents[3] / "themes" / "brand.toml").read_text()
    put(tmp_path, "themes/brand.toml", brand)
    missing = []
    for rule in SHOWN:
        row = ROWS[rule]
        words = {} if row.trips.keys() & company().keys() else company() if rule.startswith("texts/") else {}
        lay(tmp_path, {**words, **row.trips})
        found = {(one.rule, one.path, one.line) for one in told(tmp_path)}
        if (rule, *(row.at or ())) not in found:
            missing.append(rule)
        restore(tmp_path, {**words, **row.trips})
        put(tmp_path, "themes/brand.toml", brand)
    # a loader's error stands on the line already
    assert missing == ["offers/pin-to-nothing"]


def test_a_rule_that_counts_waits_until_every_file_is_read(tmp_path: Path) -> None:
    """Nothing is said to be nowhere, too few or never used while a file may hold it."""
    lay(tmp_path, {**PLAIN, "content/tips/broken.md": BESIDE["content/tips/broken.md"]})
    for rule, row in ROWS.items():
        if OWN[rule].sees is Sees.ALL and row.more is as_it_is:
            lay(tmp_path, row.trips)
            assert rule not in {one.rule for one in told(tmp_path)}
            restore(tmp_path, row.trips)


def restore(root: Path, files: Files) -> None:
    """The project as it was before these files."""
    for name in files:
        (root / name).unlink()
    lay(root, {name: text for name, text in PLAIN.items() if name in files})


def test_one_file_with_two_mistakes_says_both(tmp_path: Path) -> None:
    """A misspelt key hides neither the names that its head and text hold nor what the text says wrong."""
    text = "[a](/tips/none/)\n\n/// item | tips/none\n\n# Costs"
    lay(tmp_path, {**PLAIN, **tip(text, "zzzz: 1", "segments: [nobody]", "where: [site, email]")})
    path = "content/tips/x.md"
    assert {(one.rule, one.line) for one in told(tmp_path) if one.path == path} == {
        ("front-matter/unknown-key", 4),
        ("name/unknown-segment", 5),
        ("links/nowhere", 8),
        ("name/unknown-item", 10),
        ("headings/h1", 12),
    }


def test_every_rule_says_how_much_it_must_see() -> None:
    """None but those that count, compile or ask the contacts waits for the whole."""
    assert {rule.id for rule in RULES.values() if rule.sees is Sees.ALL} == {
        "checks/left-out",
        "coupons/two-ends",
        "issues/without-content",
        "mails/heavy",
        "mails/no-address",
        "mails/no-unsubscribe",
        "mails/refused",
        "mails/too-large",
        "promises/contradict",
        "segments/everybody",
        "segments/nobody",
        "segments/unused",
        "sequences/no-date",
        "sequences/reaches-nobody",
        "silence/nothing",
        "tasks/nobody-agreed",
        "tasks/nobody-to-reach",
    }
