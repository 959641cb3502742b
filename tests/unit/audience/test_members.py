"""All contacts as columns: who may be reached on what ground, what is known of them, what they did when."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import pytest

from topmind.audience import members
from topmind.errors import AudienceError
from topmind.model import Answer, Catalog, Channel, History, Members, Stage, Standing, TouchState
from topmind.testing.builders import (
    TODAY,
    a_catalog,
    a_company,
    a_history,
    a_segment,
    a_sequence,
    a_step,
    a_team_member,
    a_touch,
    an_item,
)

if TYPE_CHECKING:
    from conftest import Project  # type: ignore[attr-defined]

SPEC = """
sender_field = "rep"
[tables.contacts]
file = "contacts.csv"
id = "id"
email = "email"
phone = "phone"
postal = ["street"]
zone = "zone"
language = "language"
stage = "stage"
since = "since"
[tables.purchases]
file = "purchases.csv"
id = "number"
contact = "contact"
date = "day"
amount = "amount"
items = ["what"]
[fields.first_name]
column = "name"
[fields.rep]
column = "rep"
[fields.visits]
column = "visits"
type = "number"
[consent.email]
basis = "column"
column = "news"
evidence = "the form"
[consent.letter]
basis = "existing_customers"
since = 2026-01-01
"""
CONTACTS = """id,email,phone,street,zone,language,stage,since,name,rep,visits,news
a,a@example.com,1,Elm 1,,,action,2026-01-05,Ann,7,3,yes
b,B@example.com,,,America/Denver,de_AT,interest,2026-11-30,,8,2.5,no
c,a@example.com,3,Elm 3,Asia/Tokyo,EN,,,Cy,9,,yes
d,,4,,,,,,Di,,,
"""
PURCHASES = """number,contact,day,amount,what
p1,a,2024-02-29,10.00,roof
p2,a,2026-11-30,0.10,Gutters
p3,c,2025-12-31,5.00,roof
p4,d,2026-12-02,5.00,roof
"""
Run = Callable[..., Members]


@pytest.fixture
def run(project: Project) -> Run:
    """Answers for the audience above."""
    project.spec(SPEC)
    project.file("contacts.csv", CONTACTS)
    project.file("purchases.csv", PURCHASES)

    def answer(of: Catalog | None = None, past: History | None = None, as_of: date = TODAY) -> Members:
        with project.open(as_of) as source:
            return members(source, of or a_catalog(), past or a_history(), as_of)

    return answer


def ids(found: Members, mask: Any) -> str:
    """Ids of the marked rows in one word."""
    return "".join(found.ids[row] for row in mask.nonzero()[0])


def test_reach_is_what_is_filled(run: Run) -> None:
    """An address for mail, a number for calls, a street for what somebody brings."""
    found = run()
    assert found.ids == ("a", "b", "c", "d")
    assert {channel: ids(found, mask) for channel, mask in found.reach.items()} == {
        Channel.EMAIL: "abc",
        Channel.CALL: "acd",
        Channel.LETTER: "ac",
        Channel.VISIT: "ac",
        Channel.PARCEL: "ac",
    }


def test_consent_needs_a_basis(run: Run) -> None:
    """A column that says yes; a purchase since a day; nothing where no basis is declared."""
    found = run()
    assert ids(found, found.consent[Channel.EMAIL]) == "ac"
    assert ids(found, found.consent[Channel.LETTER]) == "a"
    assert ids(found, found.consent[Channel.CALL]) == ""
    assert found.basis[Channel.EMAIL] == "opt-in as the source's column news says (the form)"


def test_an_opt_out_always_wins_and_holds_for_the_inbox(run: Run) -> None:
    """Whatever the export says, and for everybody who reads the same inbox."""
    found = run(past=a_history(standing={"a": Standing(opted_out=True)}))
    assert ids(found, found.consent[Channel.EMAIL]) == ""
    assert ids(found, found.consent[Channel.LETTER]) == "a"


def test_a_suppressed_address_is_suppressed_for_all_who_have_it(run: Run) -> None:
    """A bounce belongs to the address."""
    found = run(past=a_history(standing={"c": Standing(suppressed="bounced")}))
    assert ids(found, found.suppressed) == "ac"


def test_one_inbox_has_one_number(run: Run) -> None:
    """Whoever has no address has none."""
    found = run()
    assert found.inbox[0] == found.inbox[2] != found.inbox[1]
    assert found.inbox[3] == -1


def test_pauses_topics_and_marks_come_from_the_ledger(run: Run) -> None:
    """By contact id; topics of the company are there also when nobody left one."""
    until = date(2026, 12, 24)
    standing = {"b": Standing(paused_until=until, off_topics=frozenset({"offers"}), marks=frozenset({"vip"}))}
    of = a_catalog(
        company=a_company(topics={"tips": "Tips"}),
        segments=[a_segment("vips", who=(("marked('vip')", 4),))],
    )
    found = run(of, a_history(standing=standing))
    assert found.paused_until.tolist() == [0, until.toordinal(), 0, 0]
    assert {topic: ids(found, mask) for topic, mask in found.off_topic.items()} == {"offers": "b", "tips": ""}
    assert ids(found, found.in_segment[:, 0]) == "b"


def test_who_vanished_or_was_erased_is_an_inactive_row(run: Run) -> None:
    """Rows of the past stay countable; nobody in them is mailed or in a segment."""
    past = a_history(a_touch("aa"), a_touch("z"), standing={"c": Standing(erased=True)})
    found = run(a_catalog(segments=[a_segment("all", who=(("not marked('x')", 4),))]), past)
    assert found.ids == ("a", "aa", "b", "c", "d", "z")
    assert ids(found, found.active) == "abd"
    assert ids(found, found.in_segment[:, 0]) == "abd"
    row = found.ids.index("c")
    assert found.fields["first_name"][row] is None
    assert not any(mask[row] for mask in (*found.reach.values(), *found.consent.values(), found.client))
    assert found.inbox[row] == -1


def test_who_was_merged_is_an_inactive_row(run: Run) -> None:
    """As long as the export has both, the one that went is in no segment, gets nothing and blocks no inbox."""
    found = run(a_catalog(), a_history(standing={"c": Standing(merged="a")}))
    assert ids(found, found.active) == "abd"
    assert found.inbox[found.ids.index("c")] == -1
    assert not any(mask[found.ids.index("c")] for mask in (*found.reach.values(), *found.consent.values()))


def test_who_vanished_moves_nobodys_facts(run: Run, project: Project) -> None:
    """Rows of the past between those who are here, and a new contact before all: each fact stays with its own."""
    of = a_catalog(
        segments=[
            a_segment("roofs", who=(("bought('roof')", 4),)),
            a_segment("best", who=(("in_top(1, by => revenue())", 4), ("in_segment('roofs')", 5))),
            a_segment("marked", who=(("marked('vip')", 4),)),
        ],
        sequences=[
            a_sequence("one", starts_from="first_purchase()"),
            a_sequence("two", starts_from="enters: roofs"),
            a_sequence("three", stop_when="last_purchase() >= '2026-01-01'"),
        ],
    )

    def told(found: Members) -> list[object]:
        inside = {name: ids(found, found.in_segment[:, n]) for n, name in enumerate(found.segments)}
        held = {text: ids(found, mask) for text, mask in found.holds.items()}
        letters = ids(found, found.consent[Channel.LETTER])
        facts = [dates(found, text) for text in ("first_purchase()", "enters: roofs")]
        return [inside, held, letters, ids(found, found.client), facts]

    standing = {"c": Standing(marks=frozenset({"vip"}))}
    alone = told(run(of, a_history(standing=standing)))
    assert alone[0] == {"best": "a", "marked": "c", "roofs": "ac"}
    assert alone[1:4] == [{"last_purchase() >= '2026-01-01'": "a"}, "a", "ac"]
    gone = [a_touch(contact) for contact in ("0", "aa", "ab", "bb", "z")]
    assert told(run(of, a_history(*gone, standing=standing))) == alone
    project.file("contacts.csv", CONTACTS.replace("\na,", "\n_,,,,,,,,,,,\na,", 1))
    assert told(run(of, a_history(*gone, standing=standing))) == alone


def test_zones_languages_and_stages(run: Run) -> None:
    """The company's where the export says nothing."""
    found = run()
    assert [found.zones[z] for z in found.zone] == [
        "America/New_York",
        "America/Denver",
        "Asia/Tokyo",
        "America/New_York",
    ]
    assert [found.languages[n] for n in found.language] == ["en", "de-at", "en", "en"]
    stages = list(Stage)
    assert [stages[s] if s >= 0 else None for s in found.stage] == [Stage.ACTION, Stage.INTEREST, None, None]


def test_since_when_somebody_is_known(run: Run) -> None:
    """The contacts' own column, else the first purchase up to today; nothing where neither says it."""
    known = {c: n for c, n in zip("abcd", run().since.tolist(), strict=True) if n}
    assert {c: date.fromordinal(n) for c, n in known.items()} == {
        "a": date(2026, 1, 5),
        "b": date(2026, 11, 30),
        "c": date(2025, 12, 31),
    }
    assert date.fromordinal(int(run(as_of=date(2026, 12, 2)).since[3])) == date(2026, 12, 2)


def test_representatives_are_matched_by_the_sources_own_value(run: Run) -> None:
    """`source_id` of a team member; nobody where it is nobody's."""
    team = [a_team_member("dana", source_id="7"), a_team_member("june", source_id="8")]
    found = run(a_catalog(team=team))
    assert found.senders == ("dana", "june")
    assert found.sender.tolist() == [0, 1, -1, -1]


def test_fields_are_python_values(run: Run) -> None:
    """Empty is None; a whole number has no decimals."""
    found = run()
    assert found.fields["first_name"] == ("Ann", None, "Cy", "Di")
    assert [str(v) for v in found.fields["visits"]] == ["3", "2.5", "None", "None"]
    assert isinstance(found.fields["visits"][0], Decimal)


def test_clients_bought_or_are_in_the_named_segment(run: Run) -> None:
    """A purchase of tomorrow does not count today."""
    assert ids(run(), run().client) == "ac"
    of = a_catalog(
        company=a_company(clients="warm"), segments=[a_segment("warm", who=(("stage = 'interest'", 4),))]
    )
    assert ids(run(of), run(of).client) == "b"
    with pytest.raises(AudienceError, match="no segment 'cold'"):
        run(a_catalog(company=a_company(clients="cold")))


def dates(found: Members, text: str) -> list[tuple[str, str, str]]:
    """Facts of one expression."""
    return [(found.ids[f.contact], f.day.isoformat(), f.fact) for f in found.dates[text]]


def test_dated_facts(run: Run) -> None:
    """Each purchase is a fact with its number; other facts have their day."""
    answers = (
        Answer(
            contact="a",
            source="first-job",
            step="check-in",
            value="not-happy",
            at=datetime(2026, 11, 30, 3, tzinfo=UTC),
        ),
        Answer(
            contact="c",
            source="first-job",
            step="check-in",
            value="happy",
            at=datetime(2026, 11, 2, tzinfo=UTC),
        ),
    )
    of = a_catalog(
        segments=[a_segment("known", who=(("stage = 'interest'", 4),))],
        sequences=[
            a_sequence("one", starts_from="first_purchase()"),
            a_sequence("two", starts_from="last_purchase()"),
            a_sequence("three", starts_from="bought('Roof')"),
            a_sequence("four", starts_from="enters: known"),
            a_sequence(
                "five", starts_from="since", steps=[a_step(starts_from="answered('check-in', 'not happy')")]
            ),
        ],
    )
    found = run(of, a_history(answers=answers))
    assert dates(found, "first_purchase()") == [("a", "2024-02-29", "p1"), ("c", "2025-12-31", "p3")]
    assert dates(found, "last_purchase()") == [("a", "2026-11-30", "p2"), ("c", "2025-12-31", "p3")]
    assert dates(found, "bought('Roof')") == [("a", "2024-02-29", "p1"), ("c", "2025-12-31", "p3")]
    assert dates(found, "enters: known") == [("b", "2026-11-30", "2026-11-30")]
    assert dates(found, "since") == [("a", "2026-01-05", "2026-01-05"), ("b", "2026-11-30", "2026-11-30")]
    # 03:00 UTC is the evening before in New England
    assert dates(found, "answered('check-in', 'not happy')") == [("a", "2026-11-29", "2026-11-29")]


def test_an_issue_may_be_named_by_its_period(run: Run) -> None:
    """`2026-W49` is an occurrence, although Python reads it as a Monday; so is the second of a week."""
    past = a_history(
        a_touch("a", source="fix", occurrence="2026-W49"),
        a_touch("b", source="fix", occurrence="2026-W49/2"),
        a_touch("c", source="tips/kit", occurrence="1"),
    )
    asked = ("got('fix/2026-W49')", "got('fix/2026-W49/2')", "got('tips/kit/1')", "got('tips/kit/2')")
    of = a_catalog(
        sequences=[a_sequence(steps=[a_step(f"s{n}", only_if=text) for n, text in enumerate(asked)])]
    )
    found = run(of, past)
    assert [ids(found, found.holds[text]) for text in asked] == ["a", "b", "c", ""]


def test_conditions_of_sequences_and_items(run: Run) -> None:
    """`only_if` and `stop_when` are answered by their text, also where they name a segment."""
    of = a_catalog(
        segments=[a_segment("rich", who=(("revenue() > 6", 4),))],
        sequences=[a_sequence(stop_when="in_segment('rich')", steps=[a_step(only_if="visits > 2.5")])],
        items=[an_item("promotions/x", stop_when="last_purchase() >= '2026-11-01'")],
    )
    found = run(of)
    assert {text: ids(found, mask) for text, mask in found.holds.items()} == {
        "in_segment('rich')": "a",
        "visits > 2.5": "a",
        "last_purchase() >= '2026-11-01'": "a",
    }


def test_only_touches_that_reached_somebody_are_facts(run: Run) -> None:
    """Skipped, refused, bounced and future ones are not."""
    rule = (("got('tips/old')", 4),)
    past = a_history(
        a_touch("a"),
        a_touch("b", state=TouchState.SKIPPED),
        a_touch("c", bounced=True),
        a_touch("d", date(2026, 12, 2)),
    )
    found = run(a_catalog(segments=[a_segment("got", who=rule)]), past)
    assert ids(found, found.in_segment[:, 0]) == "a"


def test_segments_may_name_each_other_but_not_in_a_circle(run: Run) -> None:
    """In whatever order the files stand."""
    chain = [
        a_segment("a1", who=(("in_segment('b2')", 4),)),
        a_segment("b2", who=(("not in_segment('c3')", 4),)),
        a_segment("c3", who=(("bought('roof')", 4),)),
    ]
    found = run(a_catalog(segments=chain))
    assert [ids(found, found.in_segment[:, k]) for k in range(3)] == ["bd", "bd", "ac"]
    circle = [*chain[:2], replace(chain[2], who=(("in_segment('a1')", 4),))]
    with pytest.raises(AudienceError, match="a1 → b2 → c3 → a1"):
        run(a_catalog(segments=circle))


def test_a_segment_without_a_rule_is_everybody(run: Run) -> None:
    """Nothing to hold means that everything holds."""
    found = run(a_catalog(segments=[a_segment("all", who=())]))
    assert ids(found, found.in_segment[:, 0]) == "abcd"


def test_yesterday_is_answered_as_it_was(run: Run) -> None:
    """Facts later than the day of the run are not facts of that day."""
    of = a_catalog(segments=[a_segment("gutters", who=(("bought('gutters')", 4),))])
    assert ids(run(of), run(of).in_segment[:, 0]) == "a"
    before = run(of, as_of=date(2026, 11, 29))
    assert ids(before, before.in_segment[:, 0]) == ""
