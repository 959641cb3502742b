"""Each rule: the mistake it finds, and the nearest thing that is no mistake."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from topmind import brand
from topmind.catalog.blocks import block_tree
from topmind.checks import Facts, findings
from topmind.checks.colours import ENOUGH, ratio, readable
from topmind.model import (
    Condition,
    DatedIssue,
    Item,
    Kind,
    Level,
    MergeTag,
    Problem,
    Send,
    Status,
    Where,
)
from topmind.testing.builders import (
    TODAY,
    a_body,
    a_catalog,
    a_company,
    a_newsletter,
    a_segment,
    a_sequence,
    a_slot,
    a_step,
    a_team_member,
    an_item,
    members,
    written,
)

ROOT = Path(__file__).parents[3]
TAG = MergeTag(field="first_name", source="{{ first_name }}", line=7)


def rules(catalog: Any, **over: Any) -> dict[str, Problem]:
    """Findings by rule id; `checks/left-out` apart."""
    found = findings(Facts(catalog=catalog, **over))
    return {p.rule: p for p in found if p.rule != "checks/left-out"}


def test_a_sound_project_has_no_findings() -> None:
    """With everything at hand and nothing wrong, nothing is said."""
    catalog = a_catalog(
        items=[an_item()],
        newsletters=[a_newsletter(subject=("A tip",), preheader=("Dry feet this winter",))],
        segments=[],
    )
    facts = Facts(
        catalog=catalog,
        brand=brand.load(ROOT),
        root=ROOT,
        members=members(2),
        dates={"tuesday-fix": [TODAY]},
        mails=(),
        misspelt=(),
    )
    assert findings(facts) == ()


def test_what_could_not_be_checked_is_said() -> None:
    """Without contacts, brand, files and calendar one note lists what was left out."""
    (note,) = findings(Facts(catalog=a_catalog()))
    assert (note.rule, note.level) == ("checks/left-out", Level.INFO)
    assert all(
        word in note.says
        for word in ("no contacts", "no brand", "no files", "no calendar", "no themes", "no codespell")
    )


def test_all_findings_come_at_once_worst_first() -> None:
    """Problems of the loaders and of the rules in one list: errors, warnings, notes; by file and line."""
    given_ = [
        Problem(rule="front-matter/x", level=Level.WARNING, path="content/b.md", line=3, says="b3"),
        Problem(rule="front-matter/x", level=Level.ERROR, path="content/b.md", line=9, says="b9"),
        Problem(rule="front-matter/x", level=Level.ERROR, path="content/a.md", line=1, says="a1"),
    ]
    facts = Facts(catalog=a_catalog(company=a_company(address=())))
    found = findings(facts, [*given_, given_[0]])
    assert [p.says for p in found if p.rule == "front-matter/x"] == ["a1", "b9", "b3"]
    assert [p.level for p in found] == sorted((p.level for p in found), key=list(Level).index)
    assert "company/postal-address" in {p.rule for p in found}


def test_the_line_of_a_key_is_found(tmp_path: Path) -> None:
    """A finding about front matter points at the line of its key."""
    (tmp_path / "content").mkdir()
    (tmp_path / "content/company.md").write_text("---\nname: X\naddress: One Line\n---\n")
    catalog = a_catalog(company=a_company(address=("One Line",)))
    assert rules(catalog, root=tmp_path)["company/postal-address"].line == 3


# -- offers ---------------------------------------------------------------------------------------------


def test_an_offer_pinned_after_its_end_is_an_error() -> None:
    """`for: tuesday-fix 2026-12-08` of a promotion that ends on the 7th."""
    over = an_item("promotions/fall", ends=date(2026, 12, 7), pins=(("tuesday-fix", date(2026, 12, 8)),))
    catalog = a_catalog(items=[over], newsletters=[a_newsletter(slots=[])])
    found = rules(catalog)["offers/expired-pin"]
    assert "2026-12-08" in found.says
    assert "2026-12-07" in found.says
    fine = replace(over, ends=date(2026, 12, 8))
    assert "offers/expired-pin" not in rules(a_catalog(items=[fine], newsletters=[a_newsletter(slots=[])]))


def test_a_pin_of_the_past_is_history() -> None:
    """What was pinned to an issue that has gone out is no problem today."""
    old = an_item("promotions/fall", ends=date(2026, 11, 20), pins=(("tuesday-fix", date(2026, 11, 24)),))
    assert rules(a_catalog(items=[old], newsletters=[a_newsletter(slots=[])])) == {
        "subjects/no-preheader": rules(a_catalog(newsletters=[a_newsletter(slots=[])]))[
            "subjects/no-preheader"
        ]
    }


def test_a_pinned_draft_is_a_warning_as_a_draft_to_be_sent_is() -> None:
    """Somebody is still writing it: what is to be done is to publish it, not to change a day."""
    draft = an_item(status=Status.DRAFT, pins=(("tuesday-fix", TODAY + timedelta(days=7)),))
    found = rules(a_catalog(items=[draft], newsletters=[a_newsletter()]))
    assert "offers/expired-pin" not in found
    assert found["offers/draft-pin"].level is Level.WARNING
    assert "status: draft" in found["offers/draft-pin"].fix


def unplaced(*items: Item, slots: object = None, **letter: object) -> list[tuple[str, str]]:
    """(file, what is said) of pinned items that find no place in the issue of the 8th."""
    day = TODAY + timedelta(days=7)
    catalog = a_catalog(
        items=[replace(item, pins=(("tuesday-fix", day),)) for item in items],
        newsletters=[a_newsletter(slots=slots or [a_slot(0, [Kind.TIP])], **letter)],
    )
    found = findings(Facts(catalog=catalog))
    return [(p.path, p.says) for p in found if p.rule == "offers/pin-without-place"]


def test_a_pinned_item_needs_a_slot_in_its_issue() -> None:
    """An article beside a slot for tips goes nowhere; a slot of the dated file is one, too."""
    article = an_item("articles/roofs")
    ((path, says),) = unplaced(article)
    assert (path, "which has no slot for an article" in says) == ("content/articles/roofs.md", True)
    assert unplaced(an_item("tips/gutters")) == []
    assert unplaced(article, slots=[a_slot(0, [Kind.TIP]), a_slot(1, [Kind.ARTICLE])]) == []
    assert "not for mail" in unplaced(an_item("tips/page", where=frozenset({Where.SITE})))[0][1]
    moved = DatedIssue(
        day=TODAY + timedelta(days=8),
        path="x.md",
        was=TODAY + timedelta(days=7),
        body=a_body(slots=(a_slot(0, [Kind.ARTICLE]),)),
    )
    assert unplaced(article, issues={moved.day: moved}) == []


def test_two_pins_for_one_place() -> None:
    """The one that comes after is named; for other readers, or with a slot more, there is none."""
    first, second = an_item("tips/a", priority=-1), an_item("tips/b")
    ((path, says),) = unplaced(first, second)
    assert (path, "and so is tips/a" in says) == ("content/tips/b.md", True)
    assert unplaced(first, second, slots=[a_slot(0, [Kind.TIP], count=2)]) == []
    apart = [replace(i, segments=frozenset({s})) for i, s in ((first, "customers"), (second, "lapsed"))]
    assert unplaced(*apart) == []
    # the first takes the wide slot only where the second has another
    wide = [a_slot(0, [Kind.TIP, Kind.ARTICLE]), a_slot(1, [Kind.TIP])]
    assert unplaced(first, an_item("articles/c"), slots=wide) == []


def test_a_pin_names_a_newsletter() -> None:
    """A misspelt newsletter in `for:` is told with the known ones."""
    item = an_item(pins=(("tuseday-fix", TODAY),))
    found = rules(a_catalog(items=[item], newsletters=[a_newsletter(slots=[])]))["offers/pin-to-nothing"]
    assert "tuesday-fix" in found.fix


def test_an_announcement_after_the_end_is_an_error() -> None:
    """A send date behind `ends`, or of a draft."""
    item = an_item(
        "promotions/fall", ends=TODAY, sends=(Send(number=1, day=TODAY + timedelta(days=1)),), subject=("x",)
    )
    assert "offers/expired-send" in rules(a_catalog(items=[item]))
    draft = replace(item, ends=date(2026, 12, 31), status=Status.DRAFT)
    assert "draft" in rules(a_catalog(items=[draft]))["offers/draft-send"].says


def test_an_issue_shows_nothing_that_is_over_by_then() -> None:
    """A block `/// item` in a dated issue is judged on the issue's day."""
    body = a_body(refs=(("promotions/fall", 9),))
    issue = DatedIssue(day=date(2026, 12, 8), path="content/newsletters/tuesday-fix/2026-12-08.md", body=body)
    newsletter = a_newsletter(slots=[], issues={issue.day: issue})
    ended = an_item("promotions/fall", ends=date(2026, 12, 7))
    found = rules(a_catalog(items=[ended], newsletters=[newsletter]))["offers/expired-item"]
    assert (found.path, found.line) == (issue.path, 9)
    running = replace(ended, ends=date(2026, 12, 8))
    assert "offers/expired-item" not in rules(a_catalog(items=[running], newsletters=[newsletter]))


def test_a_step_shows_nothing_that_ends() -> None:
    """In a sequence an offer with an end is a warning, one that is over an error."""
    sequence = a_sequence(steps=[a_step(body=a_body(refs=(("promotions/fall", 4),)))])
    running = rules(a_catalog(items=[an_item("promotions/fall")], sequences=[sequence]))
    assert running["offers/ends-in-sequence"].level is Level.WARNING
    over = an_item("promotions/fall", ends=date(2026, 11, 30))
    assert "offers/expired-item" in rules(a_catalog(items=[over], sequences=[sequence]))


# -- issues ---------------------------------------------------------------------------------------------


def test_an_issue_without_content_is_told_once_per_slot() -> None:
    """A required slot that no live item can fill names the first issue; an optional one may stay empty."""
    slots = [a_slot(0, [Kind.EVENT], line=4), a_slot(1, [Kind.PROMOTION], optional=True, line=6)]
    days = [TODAY, TODAY + timedelta(days=7)]
    found = [
        p
        for p in findings(
            Facts(catalog=a_catalog(newsletters=[a_newsletter(slots=slots)]), dates={"tuesday-fix": days})
        )
        if p.rule == "issues/without-content"
    ]
    assert [(p.line, "2026-12-01" in p.says) for p in found] == [(4, True)]


@pytest.mark.parametrize(
    "over",
    [
        {"where": frozenset({Where.SITE})},
        {"status": Status.DRAFT},
        {"day": date(2026, 12, 2)},
        {"correction": True},
        {"sends": (Send(number=1, day=date(2026, 12, 8)),)},
    ],
)
def test_what_cannot_be_in_the_mail_fills_no_slot(over: dict[str, Any]) -> None:
    """Site-only, draft, future, correction, and announced later: none of them is content for today."""
    newsletter = a_newsletter()
    dates = {"tuesday-fix": [TODAY]}
    assert "issues/without-content" not in rules(
        a_catalog(items=[an_item()], newsletters=[newsletter]), dates=dates
    )
    assert "issues/without-content" in rules(
        a_catalog(items=[an_item(**over)], newsletters=[newsletter]), dates=dates
    )


def test_a_pin_stands_on_an_issue_day() -> None:
    """A pin for a Wednesday of a Tuesday newsletter is an error."""
    dates = {"tuesday-fix": [TODAY, TODAY + timedelta(days=7)]}
    item = an_item(pins=(("tuesday-fix", date(2026, 12, 2)),))
    found = rules(a_catalog(items=[item], newsletters=[a_newsletter(slots=[])]), dates=dates)
    assert "Next: 2026-12-01" in found["issues/pin-beside-issue"].fix


# -- values ---------------------------------------------------------------------------------------------


def test_a_tag_needs_a_default_where_a_reader_has_no_value() -> None:
    """Counted over the active readers of the segments it is for, nobody else."""
    people = members(
        3, segments={"customers": [0, 1], "prospects": [2]}, fields={"first_name": ["Ada", "Kim", None]}
    )
    body = a_body(tags=(TAG,))

    def found(segment: str, tag: MergeTag = TAG) -> dict[str, Problem]:
        item = an_item(body=replace(body, tags=(tag,)), segments=frozenset({segment}))
        return rules(a_catalog(items=[item]), members=people)

    assert "merge-tags/no-default" not in found("customers")
    assert found("prospects")["merge-tags/no-default"].line == 7
    assert "1 of its readers" in found("prospects")["merge-tags/no-default"].says


def test_without_contacts_every_tag_needs_a_default() -> None:
    """In a pull request nobody knows who lacks a value; a built-in tag is always filled."""
    catalog = a_catalog(newsletters=[a_newsletter(slots=[], subject=("Hi ", TAG), preheader=("x",))])
    assert "merge-tags/no-default" in rules(catalog)
    built_in = MergeTag(field="sender_name")
    fine = a_catalog(newsletters=[a_newsletter(slots=[], subject=("Hi ", built_in), preheader=("x",))])
    assert rules(fine) == {}


@pytest.mark.parametrize(
    "text",
    [
        "[a]({{ town }})",
        "[a](https://{{ town or 'x' }}.example/)",
        "[a][b]\n\n[b]: //{{ town }}/",
        "<a href={{ town }}>x</a>",
        "![a]({{ town }})",
    ],
)
def test_no_value_chooses_where_a_link_leads(text: str) -> None:
    """Told by `check`, with the line, long before a mail is compiled; for whomever the words are."""
    body = written(f"Words.\n\n/// for | customers\n{text}\n///\n")
    found = rules(a_catalog(newsletters=[a_newsletter(body=body)]))["merge-tags/chooses-host"]
    assert found.level is Level.ERROR
    assert found.line >= 8


@pytest.mark.parametrize("tag", ["{{ first_name or 'you' }}", "{{ shout | x }}", "{% if x %}"])
def test_braces_that_stand_half_in_code_are_told(tag: str) -> None:
    """A stray back-tick in one item and one in the next: readers would see braces, or a tag that nobody checked."""
    people = members(1, fields={"first_name": ["Ada"]})
    half = a_newsletter(body=written(f"- it`s {tag}\n- don`t\n"))
    found = rules(a_catalog(newsletters=[half]), members=people)
    assert (found["merge-tags/half-code"].level, found["merge-tags/half-code"].line) == (Level.ERROR, 5)
    whole = a_newsletter(body=written(f"- it `is {tag}`\n- `{tag}`\n\n```\n{tag}\n```\n"))
    assert "merge-tags/half-code" not in rules(a_catalog(newsletters=[whole]), members=people)


def test_a_tag_in_an_address_on_a_public_page_has_a_default() -> None:
    """An error within an address, a warning in words; a mail-only item and what stands in `for` need none here."""
    text = "Hi {{ first_name }}, [a](https://x.example/{{ town }})\n"
    people = members(1, fields={"first_name": ["Ada"], "town": ["Oslo"]})

    def found(text: str, **over: Any) -> dict[str, Problem]:
        return rules(a_catalog(items=[an_item(body=written(text), **over)]), members=people)

    assert found(text)["merge-tags/no-default-in-address"].level is Level.ERROR
    assert found(text)["merge-tags/no-default-on-page"].level is Level.WARNING
    assert found(text, where=frozenset({Where.EMAIL})) == {}
    assert "merge-tags/no-default-in-address" not in found(f"/// for | customers\n{text}///\n")
    fine = "Hi {{ first_name or 'you' }} of {{ company_name }}, [a](https://x.example/{{ town or 'x' }})\n"
    assert found(fine) == {}
    issue = a_newsletter(body=written("[a](https://x.example/{{ town }}) {{ sender_name }}\n"))
    assert set(rules(a_catalog(newsletters=[issue]), members=people)) >= {"merge-tags/no-default-in-address"}
    closed = replace(issue, archive=False)
    assert "merge-tags/no-default-in-address" not in rules(a_catalog(newsletters=[closed]), members=people)


# -- segments -------------------------------------------------------------------------------------------


def test_an_unused_segment_is_noted() -> None:
    """Named nowhere and promising nothing; each way of naming it counts as use."""
    segment = a_segment("lapsed")
    assert rules(a_catalog(segments=[segment]))["segments/unused"].level is Level.INFO
    condition = Condition(index=0, word="for", segments=frozenset({"lapsed"}))
    used = [
        a_catalog(segments=[segment], items=[an_item(exclude=frozenset({"lapsed"}))]),
        a_catalog(segments=[segment], items=[an_item(body=a_body(conditions=(condition,)))]),
        a_catalog(segments=[segment], sequences=[a_sequence(starts_from="enters: lapsed", steps=[])]),
        a_catalog(segments=[segment], sequences=[a_sequence(stop_when="in_segment('lapsed')", steps=[])]),
        a_catalog(segments=[segment], company=a_company(clients="lapsed")),
        a_catalog(segments=[replace(segment, sender="dana")]),
    ]
    for catalog in used:
        assert "segments/unused" not in rules(catalog)


def test_a_segment_that_matches_nobody_is_a_warning() -> None:
    """Counted over active contacts only."""
    people = members(2, segments={"customers": [0], "lapsed": [1]})
    active = people.active.copy()
    active[1] = False
    catalog = a_catalog(segments=[a_segment("customers", rank=1), a_segment("lapsed")])
    found = rules(catalog, members=replace(people, active=active))["segments/nobody"]
    assert (found.path, found.line, found.level) == ("segments/lapsed.md", 4, Level.WARNING)


# -- links and images -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "text",
    [
        "See [gutters](/tips/guters/).",
        "See [gutters](https://harborandpine.example/tips/guters).",
        "/// button | Read -> /tips/guters/",
        '<a href="/tips/guters/#ice">x</a>',
        "[x]: /tips/guters/ 'The tip'",
        "See [gutters](tips/guters).",
    ],
)
def test_a_link_into_nowhere_is_told_with_its_line(text: str) -> None:
    """A misspelt address of the own site, however it is written, and the nearest page."""
    catalog = a_catalog(items=[an_item(), an_item("tips/x", body=a_body(f"Words.\n\n{text}\n"))])
    found = rules(catalog)["links/nowhere"]
    assert (found.line, found.fix) == (7, "Did you mean /tips/gutters/?")


@pytest.mark.parametrize(
    "text",
    [
        "[a](/tips/gutters/)",
        "[a](/tips/gutters#top)",
        "[a](/tips/)",
        "[a](/about/)",
        "[a](https://elsewhere.example/tips/guters/)",
        "```\n[a](/tips/guters/)\n```",
        "[a](#top)",
        "[a](gutters.md#ice)",
        "[a](../pages/about.md)",
        "[a]({{ company_site }}/tips/guters/)",
        "[^1]: /tips/guters/",
    ],
)
def test_other_links_are_left_alone(text: str) -> None:
    """Pages that exist, indexes, pages that are no items, foreign sites, code."""
    catalog = a_catalog(items=[an_item(), an_item("tips/x", body=a_body(f"{text}\n"))])
    assert rules(catalog) == {}


@pytest.mark.parametrize(
    "text",
    [
        "[a]()",
        "[a](javascript:alert(1))",
        "[a](ftp://x.example/)",
        "[a](htps://x.example/)",
        "[a](https://[x/)",
    ],
)
def test_a_link_that_nobody_can_follow_is_told(text: str) -> None:
    """Its words would stand there without a link."""
    assert "links/no-address" in rules(a_catalog(items=[an_item(body=a_body(f"{text}\n"))]))


def test_a_link_to_a_file_without_a_page_is_told() -> None:
    """Its words would stand there without a link."""
    catalog = a_catalog(items=[an_item(), an_item("tips/x", body=a_body("[a](guters.md)\n"))])
    assert "guters.md is no file with a page" in rules(catalog)["links/nowhere"].says


def test_with_the_built_site_every_page_is_judged() -> None:
    """The addresses of the build decide on pages that are no items."""
    catalog = a_catalog(items=[an_item(body=a_body("[a](/about/) [b](/abuot/)\n"))])
    site = frozenset({"/about/"})
    assert "/abuot/" in rules(catalog, site=site)["links/nowhere"].says


def test_a_link_to_something_without_a_page_is_told() -> None:
    """Mail-only, draft and client-only items have no public page."""
    for over in ({"url": ""}, {"status": Status.DRAFT}):
        catalog = a_catalog(items=[an_item(**over), an_item("tips/x", body=a_body("[a](/tips/gutters/)\n"))])
        assert "links/no-page" in rules(catalog)


def test_places_in_a_page_are_named_as_the_page_names_them() -> None:
    """The ids that the rule expects are those of the converted text: words, marks, quotes, doubles, ids of its own."""
    text = (
        "## It's *here*: `code`, & more\n\nA\n\n## Costs\n\n### Costs\n\n## Own {#mine}\n\n"
        "## A [link](/tips/gutters/)\n\nÜber\n====\n\nWords.\n{#words}\n"
    )
    body = written(text)
    made = {
        id_
        for block in block_tree(body, frozenset())
        for id_ in re.findall(r"'id', \('([^']+)',", repr(block))
    }
    links = "".join(f"[{id_}](#{id_})\n\n" for id_ in sorted(made))
    catalog = a_catalog(items=[an_item("tips/x", body=written(f"{text}\n\n{links}"))])
    assert len(made) == 7
    assert "links/no-anchor" not in rules(catalog)


def test_only_a_step_may_ask() -> None:
    """`answer:WORD` outside of a sequence is an error."""
    asks = a_body("[Happy](answer:happy)\n")
    assert "links/answer-outside-step" in rules(a_catalog(items=[an_item(body=asks)]))
    step = a_step(body=asks, preheader=("x",))
    assert rules(a_catalog(sequences=[a_sequence(steps=[step])])) == {}


def test_pictures_are_there_and_have_words(tmp_path: Path) -> None:
    """Missing files and missing words, in head and text; a photo of the team needs no words of its own."""
    (tmp_path / "content/images").mkdir(parents=True)
    (tmp_path / "content/images/roof.jpg").write_bytes(b"\xff\xd8\xff")
    text = a_body("![A roof](/images/roof.jpg)\n\n![](images/roof.jpg)\n\n![Ice](/images/ice.jpg)\n")
    catalog = a_catalog(items=[an_item(body=text, image="images/roof.jpg", image_alt="A roof")])
    found = rules(catalog, root=tmp_path)
    assert found["images/missing"].line == 9
    assert found["images/no-alt"].line == 7
    bare = a_catalog(items=[an_item(image="images/roof.jpg")])
    assert set(rules(bare, root=tmp_path)) == {"images/no-alt"}
    decoration = a_catalog(items=[an_item(image="images/roof.jpg", image_alt="")])
    assert rules(decoration, root=tmp_path) == {}
    team = a_catalog(team=[a_team_member(photo="images/dana.jpg")])
    assert set(rules(team, root=tmp_path)) == {"images/missing"}


# -- brand and subjects ---------------------------------------------------------------------------------


def test_a_faint_colour_is_an_error_in_its_scheme() -> None:
    """Found in the dark scheme too, with a colour that would do."""
    sample = brand.load(ROOT)
    faint = replace(sample, dark=sample.dark.model_copy(update={"muted": "#444444"}))
    found = rules(a_catalog(), brand=faint)["brand/contrast"]
    assert "[dark] muted #444444" in found.says
    better = found.fix.split('"')[1]
    assert ratio(better, sample.dark.page) >= ENOUGH or ratio(better, sample.dark.surface) >= ENOUGH
    assert "brand/contrast" not in rules(a_catalog(), brand=sample)


def test_contrast_is_that_of_the_standard() -> None:
    """Black on white is 21, a colour on itself 1, #767676 on white the well-known 4.54."""
    assert ratio("#000000", "#ffffff") == pytest.approx(21)
    assert ratio("#123456", "#123456") == 1
    assert ratio("#767676", "#ffffff") == pytest.approx(4.54, abs=0.005)


@given(front=st.integers(0, 0xFFFFFF), back=st.integers(0, 0xFFFFFF))
def test_a_readable_colour_can_always_be_named(front: int, back: int) -> None:
    """What the fix proposes passes the rule, whatever the two colours are."""
    behind = f"#{back:06x}"
    assert ratio(readable(f"#{front:06x}", behind), behind) >= ENOUGH


def test_a_long_subject_is_a_warning() -> None:
    """61 characters are one too many; a merge tag counts as its default."""
    assert "subjects/long-subject" in rules(
        a_catalog(newsletters=[a_newsletter(slots=[], subject=("x" * 61,))])
    )
    fits = a_newsletter(slots=[], subject=("x" * 60,), preheader=("y" * 110,))
    assert rules(a_catalog(newsletters=[fits])) == {}
    assert "subjects/long-preheader" in rules(a_catalog(newsletters=[replace(fits, preheader=("y" * 111,))]))


def test_text_for_some_in_an_item_with_a_page_reaches_nobody() -> None:
    """A warning on its line; not for a mail-only item, an announcement, or what is for everyone else."""
    some = Condition(index=0, word="for", segments=frozenset({"customers"}), line=9)
    other = Condition(index=1, word="else", segments=frozenset({"customers"}), line=12)
    body = a_body("x", conditions=(some, other))
    shown = rules(a_catalog(items=[an_item(body=body)]))["blocks/for-nobody"]
    assert (shown.level, shown.line) == (Level.WARNING, 9)
    mailed = an_item(body=body, where=frozenset({Where.EMAIL}))
    announced = an_item(body=body, sends=(Send(number=1, day=TODAY, body=body),))
    assert "blocks/for-nobody" not in rules(a_catalog(items=[mailed]))
    assert "blocks/for-nobody" not in rules(a_catalog(items=[announced]))


@pytest.mark.parametrize("tag", ["*|FNAME|*", "{first_name}", "{ first_name }", "%%FIRST%%", "[[name]]"])
def test_merge_tags_of_other_programs_are_found(tag: str) -> None:
    """Nobody is greeted as `*|FNAME|*`."""
    catalog = a_catalog(items=[an_item(body=a_body(f"Hello {tag},\n"))])
    assert rules(catalog)["merge-tags/foreign"].level is Level.ERROR


@pytest.mark.parametrize("text", ["`*|FNAME|*`", "{ x }", "${first_name}", "{{ first_name }}", "a [link][x]"])
def test_what_only_looks_like_a_merge_tag_is_left_alone(text: str) -> None:
    """Code, sets and links are ordinary text."""
    catalog = a_catalog(items=[an_item(body=a_body(f"{text}\n"))])
    assert "merge-tags/foreign" not in rules(catalog)


def test_what_a_new_project_begins_with_is_not_mailed_in_silence() -> None:
    """The skeleton's address and name are warnings, each file once a key."""
    company = a_company(address=("1 Your Street", "Bath, ME 04530"))
    found = rules(a_catalog(company=company, team=[a_team_member(name="Your Name")]))
    assert found["house/placeholder"].level is Level.WARNING
    assert "house/placeholder" not in rules(a_catalog())


OVER = {"starts": TODAY - timedelta(days=30), "ends": TODAY - timedelta(days=1)}


def test_an_ended_offer_disturbs_only_where_it_is_still_shown() -> None:
    """Its own file may stay; a code or a link elsewhere is a warning; a text that is over itself is left alone."""
    offer = an_item("promotions/old", code="OLD10", body=a_body("x", coupons=("OLD10",)), **OVER)
    tip = an_item(
        "tips/a", body=a_body("Use\n\n/// coupon | OLD10\n\n[it](/promotions/old/)\n", coupons=("OLD10",))
    )
    past = an_item("promotions/older", body=a_body("[it](/promotions/old/)\n", coupons=("OLD10",)), **OVER)
    alone = rules(a_catalog(items=[offer, past]))
    assert not {"offers/expired-code", "links/page-gone"} & set(alone)
    found = rules(a_catalog(items=[offer, past, tip]))
    for rule in ("offers/expired-code", "links/page-gone"):
        assert (found[rule].level, found[rule].path) == (Level.WARNING, tip.path)
    assert found["offers/expired-code"].line == tip.body.line + 2


def test_a_code_of_two_offers_holds_as_long_as_one_does() -> None:
    """The same code may come back another year."""
    old = an_item("promotions/old", code="TEN", **OVER)
    again = an_item("promotions/again", code="TEN", starts=TODAY, ends=TODAY)
    tip = an_item("tips/a", body=a_body("x", coupons=("TEN",)))
    assert "offers/expired-code" not in rules(a_catalog(items=[old, again, tip]))
