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
