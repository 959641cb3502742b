"""`examples:` of a segment, as its file has them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from topmind.model import Example

if TYPE_CHECKING:
    from conftest import Build  # type: ignore[attr-defined]

HEAD = "---\ntitle: Elm\nwho:\n  - purchases() > 0\nexamples:\n"


def test_examples_have_the_lines_they_stand_on(build: Build) -> None:
    """So that `topmind segments test` can point at them."""
    text = f"{HEAD}  - 0007 belongs\n  - 0012 does not belong\n---\n"
    catalog = build({"segments/elm.md": text}).catalog
    assert catalog is not None
    assert catalog.segments["elm"].examples == (
        Example(contact="0007", belongs=True, day=None, line=6),
        Example(contact="0012", belongs=False, day=None, line=7),
    )


def test_an_example_that_cannot_be_read_is_a_mistake_of_the_file(build: Build) -> None:
    """`topmind check` tells it with what to write."""
    (problem,) = build({"segments/elm.md": f"{HEAD}  - 0007 maybe\n---\n"}).problems
    assert (problem.path, problem.rule) == ("segments/elm.md", "front-matter/example")
    assert "0007 belongs" in problem.fix
