"""The archive: what was sent, as everyone may read it."""

from __future__ import annotations

from pathlib import Path

from topmind import brand
from topmind.catalog.merge_tags import parse_text
from topmind.model import Kind, TouchState
from topmind.run.load import Project
from topmind.run.moment import Moment
from topmind.run.site import archived, per_slot, public_words
from topmind.testing.builders import (
    TODAY,
    a_catalog,
    a_history,
    a_newsletter,
    a_slot,
    a_touch,
    an_item,
)
from topmind.testing.clock import FixedClock

ROOT = Path(__file__).parents[3]
SLOTS = [a_slot(0, [Kind.TIP], count=2), a_slot(1, [Kind.PROMOTION], optional=True)]


def a_project(**over: object) -> Project:
    """A newsletter with three tips, on a Tuesday."""
    from topmind import settings

    catalog = a_catalog(
        items=[an_item(f"tips/{name}") for name in ("a", "b", "c")],
        newsletters=[
            a_newsletter(
                slots=SLOTS, subject=parse_text('Hi {{ first_name | default: "you" }}', "x", 1), **over
            )
        ],
    )
    read = settings.load(ROOT, {})
    return Project(
        settings=read,
        moment=Moment(as_of=TODAY, now=FixedClock().now(), all_day=True, real=False),
        spec=None,  # type: ignore[arg-type]  # the archive asks nothing of the audience
        catalog=catalog,
        brand=brand.load(ROOT),
    )


def test_picks_belong_to_slots_in_order() -> None:
    """Two tips fill the first slot; a promotion the second."""
    catalog = a_catalog(items=[an_item("tips/a"), an_item("tips/b"), an_item("promotions/p")])
    assert per_slot(catalog, SLOTS, ("tips/a", "tips/b", "promotions/p")) == (2, 1)
    assert per_slot(catalog, SLOTS, ("tips/a", "promotions/p")) == (1, 1)


def test_a_public_subject_shows_defaults() -> None:
    """Nobody's name stands in the archive."""
    assert public_words(parse_text('Hi {{ first_name | default: "neighbor" }}!', "x", 1)) == "Hi neighbor!"


def test_each_issue_that_left_has_one_public_edition() -> None:
    """The items that most contacts got; a refused mail is nobody's issue."""
    history = a_history(
        a_touch("c1", items=("tips/a", "tips/b")),
        a_touch("c2", items=("tips/a", "tips/c")),
        a_touch("c3", items=("tips/a", "tips/c")),
        a_touch("c4", occurrence="2026-W47", state=TouchState.REFUSED),
    )
    (issue,) = archived(a_project(), history)
    assert issue.url == "/newsletters/tuesday-fix/2026-11-24/"
    assert issue.title == "Hi you"
    assert "/tips/c/" in issue.html
    assert "/tips/b/" not in issue.html


def test_an_issue_that_is_about_to_go_has_its_page_already() -> None:
    """So that "view in browser" leads somewhere from the first mail on."""
    due = [("tuesday-fix", "2026-W49", TODAY, ("tips/b",))]
    (issue,) = archived(a_project(), a_history(), due)
    assert issue.url == "/newsletters/tuesday-fix/2026-12-01/"


def test_a_newsletter_without_archive_has_none() -> None:
    """`archive: no` keeps an issue off the site."""
    assert archived(a_project(archive=False), a_history(a_touch())) == ()
