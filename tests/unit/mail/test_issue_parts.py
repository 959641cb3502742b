"""What an issue is made of: an edit of whatever a reader sees in it changes a part of an edition that shows it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from topmind.mail.issue_parts import in_words, parts, parts_of
from topmind.model import Catalog, SourceKind, Use, Where
from topmind.testing.builders import (
    TODAY,
    a_catalog,
    a_newsletter,
    a_team_member,
    an_item,
    an_occasion,
    written,
)

ISSUE = an_occasion(kind=SourceKind.ISSUE, source="tuesday-fix", occurrence="2026-W49", day=TODAY)
PICTURES = ("roof", "rain", "dana")


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """Its pictures."""
    (tmp_path / "content/images").mkdir(parents=True)
    for name in PICTURES:
        (tmp_path / f"content/images/{name}.png").write_bytes(name.encode())
    return tmp_path


def catalog(root: Path, last: str = "The end.\n", pins: tuple[object, ...] = ()) -> Catalog:
    """An issue names a mail-only item, that one a second, that one a third; all are over, so no slot offers them."""
    texts = ("/// item | tips/b\n", "/// item | tips/c\n", last)
    items = [
        an_item(
            f"tips/{name}",
            body=written(text, f"content/tips/{name}.md"),
            use=Use(until=TODAY - timedelta(days=9)),
            where=frozenset({Where.EMAIL}),
            image=f"/images/{name}.png",
        )
        for name, text in zip(("roof", "b", "c"), texts, strict=True)
    ]
    own = written("![Rain](/images/rain.png)\n\n/// item | tips/roof\n", "content/newsletters/tuesday-fix.md")
    made = a_catalog(
        items=[*items, an_item("tips/moss", pins=pins)],
        newsletters=[a_newsletter(body=own)],
        team=[a_team_member(photo="images/dana.png")],
    )
    return replace(made, root=str(root))


def changed(root: Path, edit: Callable[[], Catalog]) -> list[str]:
    """Parts of the edition that Dana signs that an edit changes, in words."""
    before = parts(catalog(root), ISSUE, "")
    after = edit()
    now = parts(after, ISSUE, "")
    goes = parts_of(after, ISSUE, (), "dana")
    return sorted(in_words(after, part) for part in goes if before.get(part) != now.get(part))


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("roof", "pictures in text of Roof"),
        ("rain", "pictures in its own text"),
        ("dana", "pictures in signature of Dana Reyes"),
    ],
)
def test_another_picture_under_the_same_name_is_a_change(root: Path, name: str, words: str) -> None:
    """Of an item's head, of the words, of whoever signs."""

    def edit() -> Catalog:
        (root / f"content/images/{name}.png").write_bytes(b"quite another")
        return catalog(root)

    assert changed(root, edit) == [words]


def test_what_an_item_names_that_only_words_show_is_a_part(root: Path) -> None:
    """However deep it stands."""
    assert changed(root, lambda: catalog(root, last="No end.\n")) == ["text of C"]


def test_what_somebody_pins_to_it_is_a_change(root: Path) -> None:
    """It stands at the top for everybody; what is pinned to another issue does not."""
    assert changed(root, lambda: catalog(root, pins=(("tuesday-fix", TODAY),))) == [
        "which items are pinned to it"
    ]
    assert changed(root, lambda: catalog(root, pins=(("tuesday-fix", TODAY + timedelta(days=7)),))) == []
