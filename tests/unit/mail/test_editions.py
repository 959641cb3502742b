"""Grouping: contacts who see the same mail are one edition, all others are not."""

from __future__ import annotations

from datetime import UTC, datetime

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from topmind.mail import group
from topmind.model import Catalog, Channel, Edition, Members, Occasion, Plan, PlannedTouch, Where
from topmind.testing.builders import (
    TODAY,
    a_catalog,
    a_newsletter,
    a_team_member,
    an_item,
    an_occasion,
    members,
    written,
)

PATH = "content/newsletters/tuesday-fix.md"
TEXT = """/// for | customers
A
/// for everyone else
/// for | prospects
B
/// for everyone else
C
///
///

/// slot | 1 value item
"""


def a_plan(*touches: PlannedTouch, occasions: tuple[Occasion, ...] = (an_occasion(),)) -> Plan:
    """A plan with these rows due."""
    now = datetime(2026, 12, 1, 15, tzinfo=UTC)
    return Plan(as_of=TODAY, now=now, ledger="test", hash="x", occasions=occasions, due=touches, decisions=())


def due(contact: int, *picks: str, occasion: int = 0) -> PlannedTouch:
    """One contact due today for these items."""
    per_slot = tuple(1 for _ in picks)
    return PlannedTouch(
        contact=contact, occasion=occasion, day=TODAY, picks=picks, per_slot=per_slot, last_day=TODAY
    )


def catalog(text: str = TEXT) -> Catalog:
    """A newsletter with three branches, a page item, and a mail-only item with two."""
    letter = an_item(
        "articles/letter",
        where=frozenset({Where.EMAIL}),
        body=written("/// for | roof\nX\n/// for everyone else\nY\n///\n", "content/articles/letter.md"),
    )
    return a_catalog(
        items=[an_item(), letter],
        newsletters=[a_newsletter(body=written(text, PATH))],
        team=[a_team_member(), a_team_member("marcus")],
    )


def dana(_catalog: Catalog, _members: Members, _row: int, _occasion: Occasion) -> str:
    """Everybody's sender."""
    return "dana"


def shape(editions: tuple[Edition, ...]) -> list[tuple[tuple[int, ...], frozenset[str]]]:
    """Who sees what."""
    return [(e.contacts, e.visible) for e in editions]


def test_contacts_with_the_same_mail_are_one_edition() -> None:
    """Segments that no block names make no difference."""
    people = members(4, segments={"customers": [0, 1], "roof": [0], "prospects": [2]})
    found = group(a_plan(*(due(row) for row in range(4))), people, catalog(), dana)
    assert shape(found) == [
        ((0, 1), frozenset({f"{PATH}#0"})),
        ((2,), frozenset({f"{PATH}#1", f"{PATH}#2"})),
        ((3,), frozenset({f"{PATH}#1", f"{PATH}#3"})),
    ]


def test_a_mail_only_item_brings_its_own_blocks() -> None:
    """Shown in full, its conditions divide readers; an item on the site, shown as a card, does not."""
    people = members(2, segments={"customers": [0, 1], "roof": [0], "prospects": []})
    with_letter = group(a_plan(*(due(row, "articles/letter") for row in range(2))), people, catalog(), dana)
    assert shape(with_letter) == [
        ((0,), frozenset({f"{PATH}#0", "content/articles/letter.md#0"})),
        ((1,), frozenset({f"{PATH}#0", "content/articles/letter.md#1"})),
    ]
    with_card = group(a_plan(*(due(row, "tips/gutters") for row in range(2))), people, catalog(), dana)
    assert [e.contacts for e in with_card] == [(0, 1)]


def test_picks_sender_and_language_divide() -> None:
    """Each of them makes another mail."""
    people = members(4, languages=("en", "de"), language=np.array([0, 0, 1, 0], dtype=np.int16))
    touches = [due(0), due(1, "tips/gutters"), due(2), due(3)]
    found = group(
        a_plan(*touches),
        people,
        catalog("Words.\n"),
        lambda _c, _m, row, _o: "marcus" if row == 3 else "dana",
    )
    assert {(e.contacts, e.items, e.sender, e.language) for e in found} == {
        ((0,), (), "dana", "en"),
        ((1,), ("tips/gutters",), "dana", "en"),
        ((2,), (), "dana", "de"),
        ((3,), (), "marcus", "en"),
    }


def test_only_mail_has_editions() -> None:
    """A call is a task for a person."""
    call = an_occasion(channel=Channel.CALL)
    assert group(a_plan(due(0), occasions=(call,)), members(1), catalog(), dana) == ()


def test_a_contact_without_a_language_reads_the_companys() -> None:
    """An empty language is no language of its own."""
    found = group(a_plan(due(0)), members(1, languages=("",)), catalog("Words.\n"), dana)
    assert found[0].language == "en"


@settings(max_examples=40, deadline=None)
@given(
    st.lists(st.tuples(st.booleans(), st.booleans(), st.booleans(), st.booleans()), min_size=1, max_size=12)
)
def test_everybody_is_in_exactly_one_edition_that_fits(rows: list[tuple[bool, ...]]) -> None:
    """Grouping neither loses nor doubles anybody, and each sees what their segments show."""
    names = ("customers", "prospects", "roof")
    segments = {name: [i for i, row in enumerate(rows) if row[at]] for at, name in enumerate(names)}
    people = members(len(rows), segments=segments)
    touches = [due(i, "articles/letter") if row[3] else due(i) for i, row in enumerate(rows)]
    house = catalog()
    found = group(a_plan(*touches), people, house, dana)
    assert sorted(row for e in found for row in e.contacts) == list(range(len(rows)))
    letter, own = house.items["articles/letter"].body, house.newsletters["tuesday-fix"].body
    for edition in found:
        for row in edition.contacts:
            inside = frozenset(name for at, name in enumerate(names) if rows[row][at])
            bodies = [own, letter] if edition.items else [own]
            assert edition.visible == {f"{b.path}#{i}" for b in bodies for i in b.visible(inside)}
