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
from topmind.checks import Facts
from topmind.errors import ContentError
from topmind.model import Level, Problem

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
        if [(p.line, bool(p.fix), p.level) for p in found] != [(one.line + HEAD, True, Level.ERROR)]:
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


def linted(loaded: Loaded, family: str) -> list[Problem]:
    """What is said of merge tags, by the loader or else by the linter, which looks at what could be read."""
    assert loaded.partial is not None
    broken = {p.path for p in loaded.problems}
    found = checks.findings(Facts(catalog=loaded.partial))
    return [*loaded.problems, *(p for p in found if p.rule.startswith(family) and p.path not in broken)]


def places(wrong: list[Mistake]) -> list[tuple[str, int]]:
    """File and line of each mistake."""
    return sorted((file_of(number, one)[0], one.line + HEAD) for number, one in enumerate(wrong))


def test_a_tag_in_an_address(build: Build) -> None:
    """A value that would choose where a link leads is an error, one that stands in its path a warning; each once."""
    wrong = list(mistakes.tags_in_addresses())
    loaded, _ = told(build, wrong)
    found = linted(loaded, "merge-tags/")
    assert sorted((p.path, p.line) for p in found) == places(wrong)
    assert all(p.fix for p in found)
    names = {file_of(number, one)[0]: one.name.removeprefix("address: ") for number, one in enumerate(wrong)}
    errors = {names[p.path] for p in found if p.level is Level.ERROR}
    assert errors == {"whole address", "host", "button"}


def test_a_tag_without_default(build: Build) -> None:
    """The linter says it of each place, once: without contacts nobody knows who has no value."""
    wrong = list(mistakes.tags_without_default())
    loaded, _ = told(build, wrong)
    found = linted(loaded, "merge-tags/no-default")
    errors = [p for p in found if p.level is Level.ERROR]
    assert sorted((p.path, p.line) for p in errors) == places(wrong)
    assert all(p.fix for p in found)
