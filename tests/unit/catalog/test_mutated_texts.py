"""Mistakes in texts, generated: each is told once, on its line, with what to write, and nothing of its file is shown."""

from __future__ import annotations

from collections.abc import Callable

import pytest

import mistakes
from mistakes import BESIDE, BLOCKS, Mistake
from topmind import checks
from topmind.catalog import Loaded
from topmind.catalog.blocks import block_tree
from topmind.catalog.scanner import scan
from topmind.checks import Facts, addresses
from topmind.errors import ContentError
from topmind.model import Level

Build = Callable[..., Loaded]
#: Lines of the front matter below.
HEAD = 4


def file_of(number: int, one: Mistake) -> tuple[str, str]:
    """(path, whole file): an announcement may hold what only some may see; a slot needs a newsletter."""
    if one.name.startswith("slot"):
        return f"content/newsletters/n{number}.md", f"---\ntitle: N\nevery: Monday at 09:00\n---\n{one.text}"
    return f"content/tips/t{number}.md", f"---\ntitle: T{number}\ndate: 2026-11-01\n---\n{one.text}"


def told(build: Build, wrong: list[Mistake]) -> tuple[Loaded, list[tuple[str, object]]]:
    """One project with a file for each mistake: what was not told once, on its line, with what to write."""
    files = [file_of(number, one) for number, one in enumerate(wrong)]
    loaded = build({**BESIDE, **dict(files)})
    bad: list[tuple[str, object]] = []
    for one, (path, _) in zip(wrong, files, strict=True):
        found = [p for p in loaded.problems if p.path == path]
        levels = {Level.ERROR} if not one.name.startswith("address") else {Level.ERROR, Level.WARNING}
        if [(p.line, bool(p.fix), p.level in levels) for p in found] != [(one.line + HEAD, True, True)]:
            bad.append((one.name, found))
    assert {p.path for p in loaded.problems} <= {path for path, _ in files}
    return loaded, bad


def shown(bad: list[tuple[str, object]]) -> str:
    return "\n".join(f"{name}: {what}" for name, what in bad)


def test_each_block_is_right_as_it_stands(build: Build) -> None:
    """What is made wrong below is in order before."""
    files = dict(file_of(n, Mistake(block.word, mistakes.right(block), 0)) for n, block in enumerate(BLOCKS))
    assert build({**BESIDE, **files}).problems == ()


def test_nothing_of_a_text_that_is_wrong_is_shown() -> None:
    """No block tree, so no page, no feed and no mail: not one that leaves the mistake out either."""
    for one in [*mistakes.wrong_blocks(), *mistakes.wrong_tags()]:
        body = scan(one.text, "content/tips/x.md", 1).body
        if "frist_name" in one.text or "shoe_size" in one.text:
            continue  # a field that nobody declared: the text alone cannot know, the loader does
        with pytest.raises(ContentError):
            block_tree(body, frozenset())


def test_each_way_to_miss_a_block(build: Build) -> None:
    """Misspelt, unclosed, a bad value, indented, with two slashes or four: one error, and no catalog to publish or mail."""
    wrong = list(mistakes.wrong_blocks())
    assert len(wrong) > 70
    loaded, bad = told(build, wrong)
    assert not bad, shown(bad)
    assert loaded.catalog is None


def test_each_way_to_miss_a_merge_tag(build: Build) -> None:
    """An unknown field or filter, a bad value, another system's notation, wherever a tag may stand."""
    loaded, bad = told(build, list(mistakes.wrong_tags()))
    assert not bad, shown(bad)
    assert loaded.catalog is None


def test_a_tag_in_an_address(build: Build) -> None:
    """A value that would choose where a link leads is an error, one that somebody else would learn a warning."""
    wrong = [one for one in mistakes.tags_in_addresses() if one.name != "address: button"]
    files = [file_of(number, one) for number, one in enumerate(wrong)]
    loaded = build({**BESIDE, **dict(files)})
    assert loaded.catalog is not None
    assert not loaded.problems
    facts = Facts(catalog=loaded.catalog)
    found = [*addresses.hosts(facts), *addresses.strangers(facts)]
    where = {path: one.line + HEAD for one, (path, _) in zip(wrong, files, strict=True)}
    assert sorted((p.path, p.line) for p in found) == sorted(where.items())
    assert all(p.fix for p in found)
    names = {path: one.name.removeprefix("address: ") for one, (path, _) in zip(wrong, files, strict=True)}
    assert {names[p.path] for p in found if p.level is Level.ERROR} == {"whole address", "host"}


def test_a_tag_as_the_whole_address_of_a_button(build: Build) -> None:
    """A button that leads where a value says is no button."""
    [wrong] = [one for one in mistakes.tags_in_addresses() if one.name == "address: button"]
    loaded, bad = told(build, [wrong])
    assert not bad, shown(bad)
    assert loaded.catalog is None


def test_a_tag_without_default(build: Build) -> None:
    """The linter says it of each place, once: without contacts nobody knows who has no value."""
    wrong = list(mistakes.tags_without_default())
    loaded, _ = told(build, wrong)
    assert loaded.catalog is not None
    found = [p for p in checks.findings(Facts(catalog=loaded.catalog)) if p.rule == "merge-tags/no-default"]
    where = {file_of(number, one)[0]: one.line + HEAD for number, one in enumerate(wrong)}
    assert sorted((p.path, p.line) for p in found) == sorted(where.items())
    assert all(p.fix for p in found)
