"""Announcements on several dates, their reminders and corrections, at the command line of a small company."""

from __future__ import annotations

from pathlib import Path

from programme import Programme
from small_company import FILES

#: Three dates, each with its own words; the second subject is its own, too.
LAUNCH = """---
title: The frost kit
date: 2026-11-01
where: email
send:
  - 2026-11-03
  - 2026-11-10: Still {{ first_name | default: "there" }}?
  - 2026-11-17
subject: The frost kit is here
grace: 0
%s---
## 3 November

It is here.

## 10 November

A week left.

## 17 November

Tomorrow it is over.
"""
FIRST = ("c1", "The frost kit is here")


def story(root: Path, *, more: str = "", folder: str = "articles", **files: str) -> Programme:
    """The company with this announcement."""
    made = {f"content/{folder}/kit.md": LAUNCH % more}
    return Programme(
        root / "alder", made | {name.replace("__", "/") + ".md": text for name, text in files.items()}
    )


def who(told: list[tuple[str, str]]) -> list[str]:
    """The contacts of some mails."""
    return [contact for contact, _ in told]


ALL = [f"c{n}" for n in range(1, 8)]


def test_each_date_has_its_own_subject_and_words(tmp_path: Path) -> None:
    """Launch, reminder, last call: one announcement, three mails, none of them twice."""
    kit = story(tmp_path)
    assert kit.tick("2026-11-03")[0] == FIRST
    assert kit.tick("2026-11-03") == []
    assert kit.tick("2026-11-10")[0] == ("c1", "Still Quenby1?")
    assert kit.tick("2026-11-17")[0] == FIRST
    texts = [
        kit.text_of("c1", "Still Quenby1?"),
        *(str(kit.message(n).get_body(("plain",))) for n in kit.desk.mails() if kit.mails({n}) == [FIRST]),
    ]
    said = [word for text in texts for word in ("It is here", "A week left", "it is over") if word in text]
    assert sorted(said) == ["A week left", "It is here", "it is over"]


def test_the_audience_is_that_of_each_date(tmp_path: Path) -> None:
    """Whoever comes in between gets what is left."""
    kit = story(tmp_path)
    assert who(kit.tick("2026-11-03")) == ALL
    kit.change("c8", agrees="yes")
    kit.change("c7", agrees="no")
    assert who(kit.tick("2026-11-10")) == [*ALL[:6], "c8"]


def test_the_audience_may_be_that_of_the_first(tmp_path: Path) -> None:
    """A reminder of something that somebody never got is none."""
    kit = story(tmp_path, more="audience: first\n")
    assert who(kit.tick("2026-11-03")) == ALL
    kit.change("c8", agrees="yes")
    kit.change("c7", agrees="no")
    assert who(kit.tick("2026-11-10")) == ALL[:6]
    kit.change("c7", agrees="yes")
    assert who(kit.tick("2026-11-17")) == ALL


def test_buyers_get_no_more_of_an_offer(tmp_path: Path) -> None:
    """By default: bought since it began. `stop_when: never` asks them all."""
    more = "offer: 10 % off\nstarts: 2026-11-01\nends: 2026-12-20\nuse: any time\n"
    generous = FILES["content/company.md"].replace("owner:", "value_per_promotion: 0\nowner:")
    kit = story(tmp_path, more=more, folder="promotions", content__company=generous)
    assert who(kit.tick("2026-11-03")) == ALL
    kit.buys("c2", "2026-11-05")
    assert who(kit.tick("2026-11-10")) == [c for c in ALL if c != "c2"]
    path = kit.desk.root / "content/promotions/kit.md"
    path.write_text(path.read_text("utf-8").replace("grace: 0\n", "grace: 0\nstop_when: never\n"), "utf-8")
    assert who(kit.tick("2026-11-17")) == ALL


def test_a_correction_goes_to_exactly_those_who_got_it(tmp_path: Path) -> None:
    """Not to who comes later, not to who had opted out; the day after, whatever the gap; once."""
    kit = story(tmp_path)
    kit.change("c3", agrees="no")
    got = who(kit.tick("2026-11-03"))
    assert got == [c for c in ALL if c != "c3"]
    kit.change("c3", agrees="yes")
    kit.change("c8", agrees="yes")
    kit.change("c1", agrees="no")
    said = kit.desk.type(
        "new", "correction", "The right price", "--of", "articles/kit 2026-11-03", "--date", "2026-11-04"
    )
    assert said.code == 0, said
    path = kit.desk.root / "content/articles/2026-11-04-the-right-price.md"
    text = path.read_text("utf-8").replace("status: draft\n", "")
    path.write_text(text.replace("‹We made a mistake. Here is what is right.›", "It is 12."), "utf-8")
    assert who(kit.tick("2026-11-04")) == [c for c in got if c != "c1"]
    assert kit.tick("2026-11-04") == kit.tick("2026-11-05") == []


def test_a_correction_of_a_newsletters_issue(tmp_path: Path) -> None:
    """By the date that people write; the next issue's readers are not bothered."""
    letter = "---\nid: wall\ntitle: The Wall\nevery: Tuesday at 09:00\nsegments: [customers]\nsubject: Wall\n---\nMoss grows.\n"
    kit = Programme(
        tmp_path / "alder",
        {
            "content/newsletters/wall.md": letter,
            "content/newsletters/wall/2026-11-03.md": "---\nsubject: Wall one\n---\nLime is bad.\n",
            "content/newsletters/wall/2026-11-10.md": "---\nsubject: Wall two\n---\nLime is good.\n",
        },
    )
    kit.buys("c1", "2026-03-01")
    kit.buys("c2", "2026-03-01")
    assert kit.tick("2026-11-03") == [("c1", "Wall one"), ("c2", "Wall one")]
    kit.buys("c3", "2026-11-04")
    oh = "---\ntitle: Lime\ndate: 2026-11-05\nsubject: Lime\ncorrects: wall 3 November 2026\nwhere: email\nsend: 2026-11-05\n---\nLime is good.\n"
    kit.desk.write({"content/articles/lime.md": oh})
    assert kit.tick("2026-11-05") == [("c1", "Lime"), ("c2", "Lime")]


def test_of_two_issues_in_a_week_the_right_one_is_corrected(tmp_path: Path) -> None:
    """And a day without an issue is told, with the days near it."""
    letter = "---\nid: wall\ntitle: The Wall\nevery: Tuesday and Friday\nsegments: [customers]\nsubject: Wall\n---\nMoss.\n"
    files = {
        "content/newsletters/wall.md": letter,
        "content/newsletters/wall/2026-11-03.md": "---\nsubject: One\n---\nLime is bad.\n",
        "content/newsletters/wall/2026-11-06.md": "---\nsubject: Two\n---\nLime is good.\n",
    }
    kit = Programme(tmp_path / "alder", files)
    kit.buys("c1", "2026-03-01")
    assert kit.tick("2026-11-03") == [("c1", "One")]
    kit.buys("c2", "2026-11-04")
    assert kit.tick("2026-11-06") == [("c1", "Two"), ("c2", "Two")]
    oh = "---\ntitle: Lime\ndate: 2026-11-01\nsubject: Lime\ncorrects: wall 2026-11-0%s\nwhere: email\nsend: 2026-11-1%s\n---\nNo.\n"
    kit.desk.write({"content/articles/a.md": oh % (3, 0), "content/articles/b.md": oh % (6, 8)})
    assert kit.tick("2026-11-10") == [("c1", "Lime")]
    assert kit.tick("2026-11-18") == [("c1", "Lime"), ("c2", "Lime")]
    kit.desk.write({"content/articles/b.md": oh % (4, 8)})
    said = kit.desk.type("--as-of", "2026-11-18", "check")
    assert said.code == 1
    assert "content/articles/b.md:5: error: wall had no issue on 2026-11-04" in said.out
    assert "Near days: " in said.out
    assert "2026-11-03, 2026-11-06" in said.out


def test_a_correction_of_what_is_still_to_come(tmp_path: Path) -> None:
    """Nobody has the mistake yet: of an issue, moved or not, and of an announced send."""
    letter = (
        "---\nid: wall\ntitle: The Wall\nevery: Tuesday\nsegments: [customers]\nsubject: Wall\n---\nMoss.\n"
    )
    files = {
        "content/newsletters/wall.md": letter,
        "content/newsletters/wall/2026-11-05.md": "---\nwas: 2026-11-03\nsubject: One\n---\nLime is bad.\n",
        "content/articles/kit.md": PLAIN % "2026-11-20",
    }
    kit = Programme(tmp_path / "alder", files)
    oh = "---\ntitle: Lime\ndate: 2026-11-01\nsubject: Lime\ncorrects: %s\nwhere: email\nsend: 2026-11-20\n---\nNo.\n"
    for wrong, gone in (
        ("wall 2026-11-10", "wall of 2026-11-10"),
        ("wall 2026-11-03", "wall of 2026-11-05"),
        ("articles/kit 2026-11-20", "articles/kit of 2026-11-20"),
    ):
        kit.desk.write({"content/articles/lime.md": oh % wrong})
        said = kit.desk.type("--as-of", "2026-11-04", "check")
        assert said.code == 1
        assert f"content/articles/lime.md:5: error: {gone} has not gone yet" in said.out
    kit.desk.write({"content/articles/lime.md": oh % "wall 2026-11-03"})
    assert kit.desk.type("--as-of", "2026-11-05", "check").code == 0


PLAIN = "---\ntitle: The kit\ndate: 2026-11-01\nwhere: email\nsend: [%s]\nsubject: Kit\n---\nHello.\n"
OTHER = "---\ntitle: Other\ndate: 2026-11-01\nwhere: email\nsend: [2026-11-10]\nsubject: Other\n---\nHello.\n"


def dated(kit: Programme, days: str) -> None:
    """The marketer edits the dates."""
    kit.desk.write({"content/articles/kit.md": PLAIN % days})


def launched(root: Path, days: str = "2026-11-03, 2026-11-10") -> Programme:
    """The first date went to everybody."""
    kit = Programme(root / "alder", {"content/articles/kit.md": PLAIN % days})
    assert who(kit.tick("2026-11-03")) == ALL
    return kit


def held(kit: Programme, day: str, words: str) -> None:
    """`check` and the tick say so, and the tick mails nobody."""
    before = kit.desk.mails()
    said = kit.desk.type("--as-of", day, "check")
    assert (said.code, "content/articles/kit.md:5: error: " in said.out, words in said.out) == (1, True, True)
    sent = kit.send(day)
    assert (sent.code, words in sent.out) == (1, True), sent
    assert kit.desk.mails() == before


def test_a_past_date_taken_out_loses_nobody_the_reminder(tmp_path: Path) -> None:
    """With it gone, the reminder would be the first send, which everybody had: it is held until the date is back."""
    kit = launched(tmp_path)
    dated(kit, "2026-11-10")
    held(kit, "2026-11-05", "Send 1 of articles/kit went on 3 November 2026")
    held(kit, "2026-11-10", "Keep 2026-11-03 as date 1, above the others")
    dated(kit, "2026-11-03, 2026-11-10")
    assert who(kit.tick("2026-11-11")) == ALL


def test_a_date_put_in_before_one_that_went_mails_nobody_twice(tmp_path: Path) -> None:
    """The launch would be the second send, which nobody had."""
    kit = launched(tmp_path)
    dated(kit, "2026-11-02, 2026-11-03, 2026-11-10")
    held(kit, "2026-11-05", "Send 1 of articles/kit went on 3 November 2026, but date 1")
    dated(kit, "2026-11-03, 2026-11-10")
    assert kit.tick("2026-11-05") == []
    assert who(kit.tick("2026-11-10")) == ALL


def test_a_date_moved_after_it_went_is_told(tmp_path: Path) -> None:
    """Nobody who had it would get it on the new day."""
    kit = launched(tmp_path)
    dated(kit, "2026-11-05, 2026-11-10")
    held(kit, "2026-11-05", "Keep 2026-11-03 as date 1")


def test_dates_to_come_may_move(tmp_path: Path) -> None:
    """Nobody had them; a new one below those that went is one more send."""
    kit = launched(tmp_path)
    dated(kit, "2026-11-03, 2026-11-12")
    assert kit.tick("2026-11-10") == []
    assert who(kit.tick("2026-11-12")) == ALL
    dated(kit, "2026-11-03, 2026-11-12, 2026-11-20")
    assert who(kit.tick("2026-11-20")) == ALL


def test_only_the_announcement_whose_dates_moved_is_held(tmp_path: Path) -> None:
    """The others go on, and the run ends with 1."""
    kit = launched(tmp_path)
    dated(kit, "2026-11-10")
    kit.desk.write({"content/articles/other.md": OTHER})
    before = set(kit.desk.mails())
    assert kit.send("2026-11-10").code == 1
    assert kit.mails(set(kit.desk.mails()) - before) == [(contact, "Other") for contact in ALL]


def test_what_waits_in_the_ledger_goes_on_its_new_day(tmp_path: Path) -> None:
    """Its page was not published, so nobody had it yet: with a later date it waits for that, and goes once."""
    kit = Programme(tmp_path / "alder", {})
    assert kit.desk.type("--as-of", "2026-11-10", "build", "--no-search").code == 0
    page = (PLAIN % "2026-11-10").replace("where: email", "where: [site, email]")
    kit.desk.write({"content/articles/kit.md": page})
    assert "not published" in kit.send("2026-11-10").out
    assert kit.desk.mails() == []
    kit.desk.write({"content/articles/kit.md": page.replace("[2026-11-10]", "[2026-11-12]")})
    assert kit.desk.type("--as-of", "2026-11-11", "build", "--no-search").code == 0
    assert kit.tick("2026-11-11") == []
    assert who(kit.tick("2026-11-12")) == ALL
    assert kit.tick("2026-11-13") == []
