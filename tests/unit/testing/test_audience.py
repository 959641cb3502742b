"""The made-up audience of the sample: believable, the same each time, and in step with the sample's files."""

from __future__ import annotations

import csv
from collections import Counter
from datetime import date, timedelta
from pathlib import Path

import pytest

from topmind import catalog, settings
from topmind.audience import check, members, open_source, read_spec, segment_report
from topmind.model import Catalog, Channel, History, TouchState
from topmind.testing import audience, past

TODAY = date(2026, 12, 1)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """2 000 people of the sample's day."""
    place = tmp_path_factory.mktemp("contacts")
    audience.write(place, as_of=TODAY)
    return place


@pytest.fixture(scope="module")
def sample(repository: Path) -> Catalog:
    """What the sample company wrote."""
    where = settings.load(repository, {})
    found = catalog.load(where, TODAY, read_spec(where).fields).catalog
    assert found is not None
    return found


def rows(path: Path) -> list[dict[str, str]]:
    """A CSV file."""
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def test_the_same_arguments_give_the_same_bytes(tmp_path: Path) -> None:
    """And another seed, other people."""
    names = ("contacts.csv", "purchases.csv", "activities.csv")
    for place, seed in (("a", 7), ("b", 7), ("c", 8)):
        audience.write(tmp_path / place, as_of=TODAY, seed=seed, contacts=300)
    a, b, c = ([(tmp_path / place / name).read_bytes() for name in names] for place in "abc")
    assert a == b
    assert a[0] != c[0]
    assert audience.past_touches(as_of=TODAY, contacts=300) == audience.past_touches(
        as_of=TODAY, contacts=300
    )


def test_every_address_is_in_example_com(folder: Path) -> None:
    """Nobody real is ever mailed by mistake; some share an inbox, some have none."""
    found = [row["email"] for row in rows(folder / "contacts.csv")]
    assert all(address == "" or address.lower().endswith("@example.com") for address in found)
    inboxes = Counter(address.lower() for address in found if address)
    assert 10 <= sum(count == 2 for count in inboxes.values()) <= 20
    assert max(inboxes.values()) == 2


def test_names_that_break_layouts_are_among_them(folder: Path) -> None:
    """None, right to left, emoji, sixty letters."""
    names = {row["first_name"] for row in rows(folder / "contacts.csv")}
    assert "" in names
    assert any("\u0590" <= letter <= "\u06ff" for name in names for letter in name)
    assert any(letter > "\U0001f000" for name in names for letter in name)
    assert max(map(len, names)) >= 58


def test_something_is_due_for_somebody_today(folder: Path) -> None:
    """First jobs a day, 90 days and a year ago; questions asked yesterday."""
    first: dict[str, str] = {}
    for row in rows(folder / "purchases.csv"):
        first[row["customer"]] = min(row["finished"], first.get(row["customer"], "9"))
    for days in (1, 90, 365, 730):
        assert (TODAY - timedelta(days=days)).isoformat() in first.values()
    assert 0.55 <= len(first) / 2000 <= 0.67


def test_segments_of_the_sample_have_sensible_sizes(repository: Path, sample: Catalog, folder: Path) -> None:
    """No rule is wrong, no segment empty, none everybody."""
    where = settings.load(repository, {"TOPMIND_CONTACTS": str(folder)})
    spec = read_spec(where)
    assert check(sample.segments, sample.sequences, sample.items, spec) == ()
    with open_source(spec, where, TODAY) as source:
        sizes = {
            r.name: r.size for r in segment_report(source, sample, History(ledger="t"), TODAY, clauses=False)
        }
        found = members(source, sample, History(ledger="t"), TODAY)
        assert {f.rule for f in source.findings} == {"source/doubled-address"}
    assert set(sizes) == set(sample.segments)
    assert sizes["top-10"] == 10
    assert all(10 <= size <= 1400 for size in sizes.values())
    assert sizes["customers"] + sizes["prospects"] > 1900
    assert set(found.senders) == set(sample.team)
    assert {found.senders[s] for s in found.sender if s >= 0} == set(sample.team)
    assert 0.85 < found.consent[Channel.EMAIL].mean() < 0.95


def test_the_past_names_what_the_sample_has(sample: Catalog) -> None:
    """Issues, items and steps that are in the content, on the days they were due."""
    for day, newsletter, _, items in past.ISSUES:
        assert newsletter in sample.newsletters
        for item in items:
            assert sample.items[item].is_value
            assert sample.items[item].day <= day
    for step in (*past.FIRST_JOB, *past.WELCOME, *past.WIN_BACK):
        (there,) = [s for s in sample.sequences[step.source].steps if s.id == step.step]
        assert (there.offset, there.channel) == (step.after, step.channel)
    assert sample.company.programme_starts == past.STARTS


def test_the_past_keeps_the_promise() -> None:
    """One touch a day at most, all before today, nothing twice, and most people heard from us lately."""
    touches = audience.past_touches(as_of=TODAY)
    assert all(touch.day < TODAY for touch in touches)
    assert len({(t.key.contact, t.day) for t in touches}) == len(touches)
    assert len({t.key for t in touches}) == len(touches)
    assert {t.state for t in touches} == {TouchState.ACCEPTED, TouchState.DONE}
    recent = {t.key.contact for t in touches if t.day >= TODAY - timedelta(days=30)}
    assert len(recent) > 1500
    answers = audience.past_answers(as_of=TODAY)
    assert {a.value for a in answers} == {"happy", "not-happy"}
