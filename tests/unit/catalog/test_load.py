"""All files of a project become one catalog, or every problem at once with file and line."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime
from zoneinfo import ZoneInfo

import pytest

from topmind.catalog import Loaded
from topmind.catalog.text import plain_text
from topmind.model import Access, Catalog, Channel, Kind, Level, Status, Use, Where

Build = Callable[..., Loaded]


def said(loaded: Loaded) -> list[str]:
    return [f"{p.path}:{p.line}: {p.says} {p.fix}" for p in loaded.problems]


def catalog(loaded: Loaded) -> Catalog:
    assert said(loaded) == []
    assert loaded.catalog is not None
    return loaded.catalog


def item(head: str, text: str = "Text.\n") -> str:
    return f"---\n{head}\n---\n{text}"


def the_problem(loaded: Loaded) -> tuple[str, int, str]:
    """(file, line, words) of the one problem."""
    assert len(loaded.problems) == 1, said(loaded)
    (problem,) = loaded.problems
    assert loaded.catalog is None
    assert problem.level is Level.ERROR
    return problem.path, problem.line, f"{problem.says} {problem.fix}"


def test_the_small_project(build: Build) -> None:
    """Items, newsletters, segments, team and company are there under their ids."""
    found = catalog(build())
    assert list(found.items) == ["tips/gutters"]
    tip = found.items["tips/gutters"]
    assert (tip.title, tip.kind, tip.slug, tip.url, tip.day) == (
        "Tip: clean your gutters", Kind.TIP, "gutters", "/tips/gutters/", date(2026, 12, 1),
    )  # fmt: skip
    assert found.newsletters["tuesday-fix"].segments == {"customers"}
    assert found.segments["customers"].who == (("purchases() > 0", 4),)
    assert found.company.address == ("14 Chandlery Lane", "Tern Harbor, ME 04999")
    assert (found.company.promise.floor, found.company.promise.gap, found.company.aim) == (30, 1, 15)
    assert found.team["dana"].name == "Dana Reyes"


def test_an_item_of_each_kind(build: Build) -> None:
    """Each kind has its own keys, and what is not written has its default."""
    common = "title: X\ndate: 2026-11-01\n"
    found = catalog(
        build(
            {
                "content/articles/2026-11-02-long-read.md": item(
                    "title: Long read\nstages: interest, desire\nuse: again after 12 months"
                ),
                "content/promotions/storm.md": item(
                    f"{common}starts: 2026-11-16\nends: 20 December 2026\ncode: 0012\noffer: 40 dollars: off"
                ),
                "content/events/open-day.md": item(
                    f"{common}begins: 2026-12-05 18:30\nends: 20:00\nlocation: Shed"
                ),
                "content/spotlights/baker.md": item(f"{common}business: Baker & Son\nphone: 207-555-0199"),
                "content/testimonials/anna-k.md": item(f"{common}person: Anna K.\npermission: yes"),
                "content/experts/sam.md": item(f"{common}field: Chimneys"),
                "content/tips/for-some.md": item(f"{common}segments: customers"),
                "content/tips/for-both.md": item(
                    f"{common}segments: customers\nwhere: [site, email]\nslug: both-of-us"
                ),
                "content/tips/clients.md": item(f"{common}access: clients"),
            }
        )
    ).items
    article = found["articles/long-read"]
    assert (article.day, article.use) == (date(2026, 11, 2), Use(again_after_months=12))
    promotion = found["promotions/storm"]
    assert (promotion.code, promotion.ends, promotion.offer) == (
        "0012",
        date(2026, 12, 20),
        "40 dollars: off",
    )
    assert promotion.stop_when == "last_purchase() >= '2026-11-16'"
    zone = ZoneInfo("America/New_York")
    event = found["events/open-day"]
    assert (event.begins, event.event_ends) == (
        datetime(2026, 12, 5, 18, 30, tzinfo=zone),
        datetime(2026, 12, 5, 20, tzinfo=zone),
    )
    assert event.last_day == date(2026, 12, 5)
    assert found["experts/sam"].expertise == "Chimneys"
    assert found["testimonials/anna-k"].permission is True
    assert (found["tips/for-some"].where, found["tips/for-some"].url) == ({Where.EMAIL}, "")
    assert (found["tips/for-both"].where, found["tips/for-both"].url) == (
        {Where.SITE, Where.EMAIL},
        "/tips/both-of-us/",
    )
    assert (found["tips/clients"].access, found["tips/clients"].url) == (Access.CLIENTS, "")


def test_status_draft_after_a_list_is_honoured(build: Build) -> None:
    """The draft status that Pelican's own reader loses: no page, not live."""
    found = catalog(
        build(
            {
                "content/tips/later.md": item(
                    "title: X\ndate: 2026-11-01\nsegments:\n  - customers\nstatus: draft # not yet"
                )
            }
        )
    )
    later = found.items["tips/later"]
    assert (later.status, later.url, later.live(date(2026, 12, 1))) == (Status.DRAFT, "", False)


def test_aliases_and_value_maps(build: Build) -> None:
    """Keys and words of another site are read as ours: its `draft: true` is a draft, its `topics` are tags."""
    found = catalog(
        build(
            {
                "content/articles/a.md": item(
                    "title: A\ndate: 2020-05-12 9:00:00 -0500\ndraft: true\ntopics:\n  - Roof\nweight: 1"
                )
            },
            aliases={"draft": "status", "topics": "tags", "weight": ""},
            values={"status": {"true": "draft", "false": "published"}, "tags": {"Roof": "roofs"}},
        )
    ).items["articles/a"]
    assert (found.status, found.tags, found.day) == (Status.DRAFT, ("roofs",), date(2020, 5, 12))


def test_an_announcement_with_sections(build: Build) -> None:
    """Each send has its own section and subject; the page shows what stands above the sections."""
    text = "For everybody.\n\n## 8 December\n\nLaunch, {{ first_name }}.\n\n### Detail\n\n## 15 December 2026\n\nLast call.\n"
    head = "title: X\ndate: 2026-11-01\nsend:\n  - 2026-12-08: It begins, {{ town }}\n  - 2026-12-15\n  - 20 December 2026: Gone"
    found = catalog(build({"content/articles/a.md": item(head, text)})).items["articles/a"]
    assert [(s.number, s.day, bool(s.subject), s.body is not None) for s in found.sends] == [
        (1, date(2026, 12, 8), True, True),
        (2, date(2026, 12, 15), False, True),
        (3, date(2026, 12, 20), True, False),
    ]
    launch = found.sends[0].body
    assert launch is not None
    assert "Detail" in launch.text
    assert launch.tags[0].line == 13
    assert "everybody" in found.body.text
    assert "Launch" not in found.body.text


def test_a_sequence_with_its_steps(build: Build) -> None:
    """Steps come in order of their files; id and title come from the file's name."""
    found = catalog(
        build(
            {
                "content/sequences/first-job.md": item(
                    "title: First job\nstarts_from: first_purchase()\nstop_when: answered('check-in', 'not happy')"
                ),
                "content/sequences/first-job/02-check-in.md": item(
                    "after: 90 days\nchannel: call\nonly_if: purchases() > 0", "Ask how it holds."
                ),
                "content/sequences/first-job/01-thank-you.md": item(
                    "after: 1 day\nsubject: Thank you\npurpose: service", "Thanks."
                ),
                "content/sequences/first-job/03-yearly.md": item(
                    "before: 1 week\nrepeat: yearly\nsubject: Soon", "Soon."
                ),
            }
        )
    ).sequences["first-job"]
    assert [(s.id, s.title, s.offset, s.channel) for s in found.steps] == [
        ("thank-you", "Thank you", 1, Channel.EMAIL),
        ("check-in", "Check in", 90, Channel.CALL),
        ("yearly", "Yearly", -7, Channel.EMAIL),
    ]
    assert found.steps[2].repeat == "yearly"


def test_a_dated_issue(build: Build) -> None:
    """A dated file gives one issue its own words; an empty one keeps the standing layout."""
    found = catalog(
        build(
            {
                "content/newsletters/tuesday-fix/2026-12-01.md": item(
                    "subject: Own\nhold: yes", "/// slot | 2 tips\n"
                ),
                "content/newsletters/tuesday-fix/2026-12-08.md": item("ready: yes", "\n"),
            }
        )
    ).newsletters["tuesday-fix"]
    assert (found.slots(date(2026, 12, 1))[0].count, found.issues[date(2026, 12, 1)].hold) == (2, True)
    assert (found.slots(date(2026, 12, 8))[0].count, found.issues[date(2026, 12, 8)].body) == (1, None)


def test_all_problems_at_once(build: Build) -> None:
    """Two files with five mistakes: five problems by file and line, no catalog."""
    loaded = build(
        {
            "content/tips/a.md": item(
                "titel: X\ndate: 12/1/2026\nstatus: drft", "/// segmnt | x\n{{ frist_name }}\n"
            ),
            "segments/lapsed.md": item("title: L\nwho: x\nat_least: often"),
        }
    )
    assert loaded.catalog is None
    assert [(p.path, p.line, p.rule) for p in loaded.problems] == [
        ("content/tips/a.md", 2, "front-matter/unknown-key"),
        ("content/tips/a.md", 3, "front-matter/date"),
        ("content/tips/a.md", 4, "front-matter/word"),
        ("content/tips/a.md", 6, "block/unknown"),
        ("content/tips/a.md", 7, "merge-tag/unknown-field"),
        ("segments/lapsed.md", 4, "front-matter/promise"),
    ]
    assert all(p.fix for p in loaded.problems)


TIP = "title: X\ndate: 2026-11-01\n"


@pytest.mark.parametrize(
    ("name", "text", "line", "hint"),
    [
        ("content/tips/a.md", item("title: X"), 1, "date: 2026-12-01"),
        ("content/tips/a.md", "just a text\n", 1, "title"),
        ("content/tips/a.md", item(f"{TIP}title: Y"), 4, "line 2"),
        ("content/tips/a.md", item(f"{TIP}segments: customrs"), 4, "'customers'"),
        ("content/tips/a.md", item(f"{TIP}exclude:\n  - customers\n  - nobody"), 6, "customers"),
        ("content/tips/a.md", item(f"{TIP}for: tuesday-fx 2026-12-01"), 4, "'tuesday-fix'"),
        ("content/tips/a.md", item(f"{TIP}status: [draft]"), 4, "status: draft"),
        ("content/tips/a.md", item(f"{TIP}use: again after"), 4, "again after 12 months"),
        ("content/tips/a.md", item(f"{TIP}where: [sites]"), 4, "'site'"),
        ("content/tips/a.md", item(f"{TIP}priority: high"), 4, "whole number"),
        ("content/tips/a.md", item(f"{TIP}correction: maybe\nsend: 2026-12-03"), 4, "yes or no"),
        ("content/tips/a.md", item(f"{TIP}correction: yes"), 4, "send: 2026-12-02"),
        ("content/tips/a.md", item(f"{TIP}send: [2026-12-08, 2026-12-01]"), 4, "in order"),
        ("content/tips/a.md", item(f"{TIP}send: 2026-12-08\nwhere: site"), 4, "email"),
        ("content/tips/a.md", item(f"{TIP}send: 2026-12-08", "## 9 December\nx\n"), 6, "8 December 2026"),
        ("content/tips/a.md", item(f"{TIP}image: images/no.png\nimage_alt: x"), 4, "images/no.png"),
        ("content/tips/a.md", item(f"{TIP}image: https://x.example/a.png"), 4, "image_alt"),
        ("content/tips/a.md", item(f"{TIP}link: www.example.com"), 4, "https://"),
        ("content/tips/a.md", item(f"{TIP}summary: Hi {{{{ first_name }}}}"), 4, "subject"),
        ("content/tips/a.md", item(f"{TIP}subject: Hi {{{{ frist_name }}}}"), 4, "'first_name'"),
        ("content/tips/a.md", item(f"{TIP}was: gutters"), 1, "rename the other"),
        ("content/tips/a.md", item(TIP.strip(), "/// for | customrs\nx\n///\n"), 5, "'customers'"),
        ("content/tips/a.md", item(TIP.strip(), "/// item | tips/guters\n"), 5, "'tips/gutters'"),
        ("content/tips/a.md", item(TIP.strip(), "/// coupon | NOPE\n"), 5, "code"),
        ("content/tips/a.md", item(TIP.strip(), "/// slot | 1 tip\n"), 5, "/// item"),
        ("content/promotions/a.md", item(TIP.strip()), 1, "`ends:`"),
        ("content/promotions/a.md", item(f"{TIP}ends: 2026-10-01"), 4, "before it starts"),
        ("content/events/a.md", item(TIP.strip()), 1, "`begins:`"),
        ("content/events/a.md", item(f"{TIP}begins: 18:30"), 4, "begins: 2026-12-05 18:30"),
        ("content/events/a.md", item(f"{TIP}begins: 2026-12-05 18:30\nends: 17:00"), 5, "before it begins"),
        ("content/events/a.md", item(f"{TIP}begins: 2026-12-05\nzone: America/NewYork"), 5, "'America/New_York'"),
        ("content/testimonials/a.md", item(f"{TIP}person: A"), 1, "permission: yes"),
        ("content/testimonials/a.md", item(f"{TIP}person: A\npermission: no"), 5, "permission: yes"),
        ("content/newsletters/b.md", item("title: B\nevery: Tuesday\nsender: dan"), 4, "'dana'"),
        ("content/newsletters/b.md", item("title: B\nevery: Tuesday\ntopics: fixs"), 4, "'fixes'"),
        ("content/newsletters/b.md", item("title: B"), 1, "`every:`"),
        ("content/newsletters/b.md", item("title: B\nevery: Tuesday\nid: tuesday-fix"), 1, "Write another `id:`"),
        ("content/newsletters/rescue.md", item("title: B\nevery: Tuesday"), 1, "id:"),
        ("content/newsletters/b.md", item("title: B\nevery: Tuesday\ntheme: fancy"), 4, "letter"),
        ("content/newsletters/tuesday-fix/next.md", item("hold: yes"), 0, "2026-12-01.md"),
        ("content/newsletters/tuesday-fix/2026-12-01.md", item("segments: customers"), 2, "Known keys"),
        ("content/newsletters/tuseday-fix/2026-12-01.md", item("hold: yes"), 0, "give the folder its name"),
        ("content/sequences/s.md", item("title: S\nstarts_from: first_purchase()"), 1, "01-thank-you.md"),
        ("segments/b.md", item("title: B"), 1, "`who:`"),
        ("segments/b.md", item("title: B\nwho:\n  - x = 1\nsender: dan"), 5, "'dana'"),
        ("segments/Top Ten.md", item("title: B\nwho: x = 1"), 0, "top-ten"),
        ("content/team/x.md", item("name: X\nrole: Y\nemail: nobody"), 4, "dana@example.com"),
        ("content/tip/a.md", item(TIP.strip()), 0, "'tips'"),
        ("content/a.md", item(TIP.strip()), 0, "content/tips/"),
        ("content/tips/a.markdown", item(TIP.strip()), 0, ".md"),
    ],
)  # fmt: skip
def test_one_mistake_one_message(build: Build, name: str, text: str, line: int, hint: str) -> None:
    """Each mistake is reported once, in its file, on its line, with what to write instead."""
    path, at, words = the_problem(build({name: text}))
    folder = not path.endswith((".md", ".markdown"))  # a folder that nothing reads is reported once
    assert (path, at) == (name.rpartition("/")[0] if folder else name, line)
    assert hint in words


def test_two_items_with_one_id_or_one_address(build: Build) -> None:
    """A second file with an id, or with a URL, is an error that names the first."""
    path, _, words = the_problem(build({"content/tips/2026-12-01-gutters.md": item("title: X")}))
    assert (path, "content/tips/2026-12-01-gutters.md" in words) == ("content/tips/gutters.md", True)
    path, _, words = the_problem(
        build(
            {"content/tips/2026-12-01-gutters.md": None, "content/tips/other.md": item(f"{TIP}slug: gutters")}
        )
    )
    assert (path, "slug" in words) == ("content/tips/other.md", True)


def test_a_service_step_does_not_sell(build: Build) -> None:
    """A service mail may hold neither a coupon nor a promotion."""
    loaded = build(
        {
            "content/promotions/p.md": item(f"{TIP}ends: 2026-12-20"),
            "content/sequences/s.md": item("title: S\nstarts_from: first_purchase()"),
            "content/sequences/s/01-a.md": item(
                "after: 1 day\nsubject: A\npurpose: service", "/// coupon | X10\n/// item | promotions/p\n"
            ),
        }
    )
    assert [p.rule for p in loaded.problems] == ["sequence/service-sells"] * 2


def test_a_step_says_when_and_has_words(build: Build) -> None:
    """A step without a time, a mail without subject, a step without text: each is said."""
    files = {"content/sequences/s.md": item("title: S\nstarts_from: first_purchase()")}
    loaded = build(files | {"content/sequences/s/01-a.md": item("theme: letter", "")})
    assert {p.rule for p in loaded.problems} == {"front-matter/missing", "sequence/empty-step"}
    assert len(loaded.problems) == 3
    loaded = build(files | {"content/sequences/s/01-a.md": item("after: 1 day\nbefore: 1 day\nsubject: x")})
    assert [p.rule for p in loaded.problems] == ["sequence/after-before"]


def test_a_published_text_shows_no_draft(build: Build) -> None:
    """A card of a draft is an error in a published item, not in a draft."""
    draft = item(f"{TIP}status: draft")
    assert (
        the_problem(
            build({"content/tips/a.md": item(TIP.strip(), "/// item | tips/d\n"), "content/tips/d.md": draft})
        )[1]
        == 5
    )
    assert (
        said(
            build(
                {
                    "content/tips/a.md": item(f"{TIP}status: draft", "/// item | tips/d\n"),
                    "content/tips/d.md": draft,
                }
            )
        )
        == []
    )


def test_a_file_with_a_mistake_is_not_missing_too(build: Build) -> None:
    """Who names an item, segment or code of a broken file does not get a second problem for it."""
    loaded = build(
        {
            "content/promotions/p.md": item(f"{TIP}code: X10"),
            "segments/lapsed.md": item("title: L"),
            "content/tips/a.md": item(
                f"{TIP}segments: lapsed", "/// item | promotions/p\n/// coupon | X10\n"
            ),
        }
    )
    assert {(p.path, p.rule) for p in loaded.problems} == {
        ("content/promotions/p.md", "front-matter/missing"),
        ("segments/lapsed.md", "front-matter/missing"),
    }


def test_without_a_company(build: Build) -> None:
    """A project without company.md is told what is missing."""
    path, line, words = the_problem(build({"content/company.md": None}))
    assert (path, line) == ("content/company.md", 0)
    assert "topmind init" in words


def test_files_that_are_not_ours(build: Build) -> None:
    """Pictures, notes to developers, hidden and excluded files are not read."""
    loaded = build(
        {
            "content/tips/README.md": "notes",
            "content/tips/.draft.md": "notes",
            "content/tips/data.csv": "a,b",
            "content/old/post.md": "old",
            "content/pages/about.md": "a page belongs to the site",
            "content/tips/broken.md": "---\n",
        },
        exclude=["content/old/*", "content/tips/broken.md"],
    )
    assert list(catalog(loaded).items) == ["tips/gutters"]


def test_ignored_shortcodes(build: Build) -> None:
    """Declared shortcodes are taken out; the others are errors that say how to declare them."""
    files = {"content/tips/a.md": item(TIP.strip(), 'x {{< note "y" >}}z{{< /note >}} w\n')}
    a = catalog(build(files, ignore=["note"])).items["tips/a"]
    assert a.body.text == "x z w\n"
    assert all("TOPMIND['ignore']" in words for words in said(build(files)))


@pytest.mark.parametrize("start", ["\ufeff", ""])
@pytest.mark.parametrize("end", ["\r\n", "\n"])
def test_files_of_other_systems(build: Build, start: str, end: str) -> None:
    """A byte-order mark, CRLF and `Key: value` heads make no difference."""
    text = f"{start}Title: Größe: 5{end}Date: 2026-11-01{end}Tags: a, b{end}{end}Text.{end}"
    found = catalog(build({"content/tips/a.md": text.encode()})).items["tips/a"]
    assert (found.title, found.tags, found.body.line) == ("Größe: 5", ("a", "b"), 4)


def test_a_file_that_is_no_text(build: Build) -> None:
    """A picture with the wrong suffix is one clear message."""
    path, line, words = the_problem(build({"content/tips/a.md": b"\x89PNG\r\n\x1a\n\x00"}))
    assert (path, line) == ("content/tips/a.md", 1)
    assert "UTF-8" in words


def test_text_for_some_is_never_in_the_public_tree(build: Build) -> None:
    """A page's blocks hold what is for everyone only."""
    from topmind.catalog.blocks import block_tree

    text = "All.\n\n/// for | customers\nCANARY\n/// for everyone else\nOthers.\n///\n"
    found = catalog(build({"content/tips/a.md": item(TIP.strip(), text)})).items["tips/a"].body
    assert plain_text(block_tree(found, found.public())) == "All.\n\nOthers."
