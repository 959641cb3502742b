"""The sample company's texts are in order, and each becomes blocks for each of its readers."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from topmind import settings
from topmind.audience import read_spec
from topmind.catalog import load
from topmind.catalog.blocks import block_tree
from topmind.catalog.text import plain_text, summary, to_html
from topmind.model import Catalog, Prose

DAY = date(2026, 12, 1)


@pytest.fixture(scope="module")
def sample() -> Catalog:
    """The sample company's catalog, without a problem."""
    found = settings.load(Path(__file__).parents[2], {})
    loaded = load(found, DAY, read_spec(found).fields)
    assert loaded.problems == ()
    assert loaded.catalog is not None
    return loaded.catalog


def test_every_text_of_the_sample_has_its_trees(sample: Catalog) -> None:
    """Each item, issue and step becomes blocks for the public and for each of its readers."""
    bodies = [item.body for item in sample.items.values()]
    bodies += [send.body for item in sample.items.values() for send in item.sends if send.body]
    bodies += [
        body
        for n in sample.newsletters.values()
        for body in (n.body, *(i.body for i in n.issues.values()))
        if body
    ]
    bodies += [step.body for sequence in sample.sequences.values() for step in sequence.steps]
    for body in bodies:
        seen = {body.public(), *(body.visible(frozenset({name})) for name in sample.segments)}
        for visible in seen:
            blocks = block_tree(body, visible)
            assert plain_text(blocks)
            assert "{{" not in "".join(to_html(b.elements) for b in blocks if isinstance(b, Prose))
    assert all(summary(item) for item in sample.items.values())
