"""What the preview says of contacts, and who looks at mails where there are none."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from topmind.audience.spec import parse_spec
from topmind.model import Approve, Catalog, Channel, Foretold, Reason, SourceKind, TouchState, Verdict
from topmind.planning.occasions import RESCUE
from topmind.run.preview import personas
from topmind.run.preview.before import Before, ProofSeen
from topmind.run.preview.coming import look
from topmind.run.preview.people import People, goes, kept_from, people, search, showings
from topmind.run.preview.readers import picked
from topmind.testing.builders import (
    TODAY,
    a_catalog,
    a_history,
    a_newsletter,
    a_segment,
    a_sequence,
    a_slot,
    a_step,
    a_team_member,
    a_touch,
    an_item,
    an_occasion,
    members,
    written,
)

SPEC = parse_spec(
    {
        "tables": {"contacts": {"file": "c.csv", "id": "id", "email": "email", "name": ["given", "family"]}},
        "fields": {
            "first_name": {"column": "given", "sample": "Alma"},
            "surname": {"column": "family", "sample": "Thorne"},
            "company_name": {"column": "firm", "sample": "Bolt"},
            "town": {"column": "town", "sample": "Harbor"},
            "visits": {"column": "visits", "type": "number", "sample": "3"},
            "born": {"column": "born", "type": "date", "sample": "no date"},
        },
    }
)
LAYOUT = "/// for | customers\nYou know us.\n///\n\n/// slot | 1 tip\n"
NAME = "tuesday-fix/2026-W49"


def catalog(text: str = LAYOUT) -> Catalog:
    """A newsletter with a block for customers, two tips and two segments."""
    body = written(text, "content/newsletters/tuesday-fix.md")
    return a_catalog(
        newsletters=[replace(a_newsletter(slots=[a_slot()]), body=body)],
        items=[an_item("tips/gutters"), an_item("tips/roof")],
        segments=[a_segment("customers"), a_segment("prospects")],
        team=[a_team_member("dana")],
    )


def told(contact: int, **over: Any) -> Foretold:
    """Somebody gets the issue of today."""
    base = Foretold(
        contact=contact,
        occasion=NAME,
        what=NAME,
        channel=Channel.EMAIL,
        day=TODAY,
        verdict=Verdict.DUE,
        reason=None,
        until=TODAY,
        last=TODAY,
        picks=("tips/gutters",),
    )
    return replace(base, **over)


def known(*foretold: Foretold) -> People:
    """Four contacts, the first two of them customers."""
    four = members(4, segments={"customers": [0, 1], "prospects": [2, 3]})
    names = {"c0000": "Ana Kuhn", "c0001": "Bo Kuhn"}
    return people(four, a_history(), tuple(foretold), datetime(2026, 12, 1, tzinfo=UTC), names)


def test_editions_are_those_of_the_people_who_get_it() -> None:
    """The largest first, with the blocks they see; whoever does not get it is in none."""
    seen = showings(
        catalog(), an_occasion(slots=(a_slot(),)), known(told(0), told(2), told(3), told(1, until=None)), NAME
    )
    assert [(one.contacts, one.edition.contacts, one.blocks) for one in seen] == [
        (2, (2, 3), ()),
        (1, (0,), ("for customers",)),
    ]
    assert seen[0].edition.per_slot == (1,)


def test_a_changed_word_makes_no_other_group() -> None:
    """The same editions, until what somebody may see has changed."""
    who, occasion = known(told(0), told(2)), an_occasion(slots=(a_slot(),))
    first = showings(catalog(), occasion, who, NAME)
    assert showings(catalog(LAYOUT.replace("know", "like")), occasion, who, NAME) is first
    other = showings(catalog(LAYOUT.replace("for | customers", "for | prospects")), occasion, who, NAME)
    assert [one.blocks for one in other] != [one.blocks for one in first]


def test_what_left_today_is_shown_too() -> None:
    """From the ledger, beside what is still to come."""
    four = members(4, segments={"customers": [0, 1]})
    sent = a_touch("c0001", TODAY, occurrence="2026-W49", items=("tips/roof",))
    late = a_touch("c0003", TODAY, occurrence="2026-W49", state=TouchState.EXPIRED, reason="nothing_new")
    who = people(four, a_history(touches=(sent, late)), (told(2),), datetime(2026, 12, 1, tzinfo=UTC))
    made = look(catalog(), SPEC, who, TODAY)
    one = made.named("tuesday-fix--2026-W49")
    assert one is not None
    assert (one.done, one.reached, one.kept_from) == (1, 1, {"nothing_new": 1})
    assert {shown.edition.items for shown in one.showings} == {("tips/roof",), ("tips/gutters",)}


def test_counts_are_by_day_and_by_reason() -> None:
    """Days in order, reasons the most frequent first."""
    later = date(2026, 12, 8)
    rows = [
        told(0, until=later),
        told(1),
        told(2, until=None, reason=Reason.GAP),
        told(3, until=None, reason=Reason.RATIO),
        told(4, until=None, reason=Reason.RATIO),
    ]
    assert list(goes(rows).items()) == [(TODAY, 1), (later, 1)]
    assert list(kept_from(rows).items()) == [("ratio", 2), ("gap", 1)]
    # whom the run of the day has written off is counted once
    assert list(kept_from(rows, {4: "gap", 5: "gap", 6: "gap"}).items()) == [("gap", 3), ("ratio", 2)]


@pytest.mark.parametrize(
    ("words", "rows"), [("c0001", [1]), ("kuhn", [0, 1]), ("KUHN bo", [1]), ("c00", []), ("", []), (" ", [])]
)
def test_people_are_found_by_id_or_name(words: str, rows: list[int]) -> None:
    """The whole id, or every word of a name; never all of them."""
    assert search(known(), words) == rows


def test_without_contacts_each_segment_has_its_reader() -> None:
    """An issue on hold, in need of an approval, on a day of rest: its editions are seen all the same."""
    occasion = an_occasion(slots=(a_slot(),), held=True)
    seen, why = picked(catalog(), occasion)
    assert why == ""
    assert [(one.eyes, one.blocks, one.edition.items) for one in seen] == [
        ((), (), ("tips/gutters",)),
        (("customers",), ("for customers",), ("tips/gutters",)),
    ]
    assert all(one.edition.occasion == occasion for one in seen)
    assert {one.kind for one in look(catalog(), SPEC, None, TODAY).coming} == {SourceKind.ISSUE}


def test_a_rescue_is_on_hold_like_everything_else() -> None:
    """Where every mail is stopped, or rescues alone are."""
    one = replace(told(0), occasion="rescue", what=RESCUE)
    who = people(members(1), a_history(), (one,), datetime(2026, 12, 1, tzinfo=UTC))
    for names, held in ((), False), (("all",), True), ((RESCUE,), True), (("tuesday-fix",), False):
        made = look(catalog(), SPEC, who, TODAY, stopped=frozenset(names))
        assert [one.stopped for one in made.coming if one.kind is SourceKind.RESCUE] == [held]


def test_those_who_got_a_proof_in_the_same_minute_stand_together() -> None:
    """And only those whom it reached."""
    at = datetime(2026, 12, 2, 10, 17, 3, tzinfo=UTC)
    went = [
        ProofSeen(name=name, state=state, at=at + timedelta(seconds=later))
        for name, state, later in (
            ("Dana", TouchState.ACCEPTED, 0),
            ("June", TouchState.UNKNOWN, 1),
            ("Marcus", TouchState.ACCEPTED, 2),
            ("Ruth", TouchState.ACCEPTED, 60),
        )
    ]
    seen = Before(approve=Approve.PROOF, senders=(), proofs=tuple(went)).went
    assert [(names, when.second if when else None) for names, when in seen] == [
        ("Dana and Marcus", 0),
        ("Ruth", 0),
    ]


def test_an_issue_that_nothing_fills_says_why() -> None:
    """No edition, and what to do."""
    empty = replace(catalog(), items={})
    one = look(empty, SPEC, None, TODAY).named("tuesday-fix--2026-W49")
    assert one is not None
    assert one.showings == ()
    assert "Its slots cannot be filled for anybody" in one.trouble


def test_a_follow_up_says_in_words_when_it_goes() -> None:
    """No call of a rule stands where a marketer reads; a day of your own is told by the words of its name."""
    steps = [a_step("thanks"), a_step("glad", 0, starts_from="answered('check-in', 'happy')")]
    steps.append(a_step("asked", -3, starts_from="inquired_on"))
    made = look(replace(catalog(), sequences={"first-job": a_sequence(steps=steps)}), SPEC, None, TODAY)
    assert [one.when.partition(",")[0] for one in made.coming if one.kind is SourceKind.STEP] == [
        "1 day after the first purchase",
        "on the day of the answer ‘happy’ to check-in",
        "3 days before the day ‘inquired on’",
    ]


def test_personas_differ_where_mails_break() -> None:
    """Names, and the company's; fields of another type keep their sample, or are empty where it is none."""
    made = {one.id: one for one in personas.made_up(SPEC)}
    assert list(made) == ["sample", "no-name", "long-name", "right-to-left", "emoji", "script"]
    assert made["sample"].values["first_name"] == "Alma"
    assert made["sample"].name == "Alma Thorne"
    assert made["no-name"].values["first_name"] is None
    assert len(str(made["long-name"].values["first_name"])) == 60
    assert "<script>" in str(made["script"].values["company_name"])
    assert made["script"].values["town"] == "Harbor"
    assert (made["sample"].values["visits"], made["sample"].values["born"]) == (3, None)


def test_a_real_persona_is_masked() -> None:
    """First letters in place of names; the key in an address says nothing of them, and is the same each time."""
    one = members(
        ["dana@example.com"],
        fields={"first_name": ["Dana Maria"], "surname": ["Kuhn"], "town": ["Harbor"]},
    )
    (seen,) = personas.masked(one, [0], SPEC)
    assert seen.values == {"first_name": "D… M…", "surname": "K…", "town": "Harbor"}
    assert (seen.title, seen.real) == ("D… M… K…", True)
    assert seen.id == personas.key_of("dana@example.com")
    assert "dana" not in seen.id


def test_a_file_that_is_called_wrongly_has_a_sound_address() -> None:
    """A pull request may hold any name: in the preview it is a folder that every system and artifact takes."""
    one = look(catalog(), SPEC, None, TODAY).named("tuesday-fix--2026-W49")
    assert one is not None
    odd = replace(one, name='a$b\n"c"#?:/2026-W49')
    assert odd.slug == "a~24b~a~22c~22~23~3f~3a--2026-W49"
    assert replace(one, name="ü.x_y/2026-W49").slug == "ü.x_y--2026-W49"
