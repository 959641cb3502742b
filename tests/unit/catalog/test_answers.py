"""What a marketer usually gets wrong, and the very words to write instead."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from topmind.catalog import Loaded

Build = Callable[..., Loaded]
ITEM = "---\ntitle: A\ndate: 2026-11-01\n{}\n---\n{}\n"
CASES = {
    "no head": ("Clean your gutters.", 1, "Begin the file with `---`, `title: …`, `date: …`, and `---`"),
    "no colon": ("---\ntitle Clean gutters\ndate: 2026-11-01\n---\nText.\n", 2, "Write `title: Clean gutters`."),
    "no end": ("---\ntitle: A\ndate: 2026-11-01\n\nIt is: text.\n", 1, "Put a line `---` below line 3, the last key."),
    "no year": ("---\ntitle: A\ndate: December 1st\n---\nText.\n", 3, "Write it with its year"),
    "tomorrow": (ITEM.format("send: tomorrow", "Text."), 4, "Write the day itself, like 2026-12-01"),
    "another key": (ITEM.format("description: B", "Text."), 4, "Write it as `summary`."),
    "and": (ITEM.format("segments: customers and lapsed", "Text."), 4, "Write commas between names: customers, lapsed."),
    "everyone": (ITEM.format("segments: everyone", "Text."), 4, "Take it out: what names no segment is for everybody."),
    "once": (ITEM.format("use: once", "Text."), 4, "Take the line out: nobody gets the same thing twice."),
    "next issue": (ITEM.format("for: next issue", "Text."), 4, "Write the newsletter and its date"),
    "a colon for a bar": (ITEM.format("priority: 1", "/// for: customers\nx\n///"), 6, "Write `/// for | customers`."),
    "a space for a bar": (ITEM.format("priority: 1", "/// for customers\nx\n///"), 6, "Write `/// for | customers`."),
    "a space in a tag": (ITEM.format("priority: 1", "Dear {{ first name }},"), 6, 'Write `{{ first_name | default: "there" }}`.'),
    "no code": (ITEM.format("priority: 1", "/// coupon"), 6, "Write `/// coupon | THANKS10`."),
}  # fmt: skip
NEWSLETTER = "---\ntitle: N\nevery: Monday at 09:00\nsubject: S\n{}\n---\n/// slot | {}\n"
STEP = "---\nsubject: S\n{}\n---\nText.\n"
PROGRAMME = {
    "a person": ("content/newsletters/n.md", NEWSLETTER.format("sender: Dana Reyes", "1 tip"), 5, "in content/team/, like dana."),
    "two slots": ("content/newsletters/n.md", NEWSLETTER.format("grace: 1 day", "2 tips and 1 promotion"), 7,
        "`/// slot | 2 tips` and `/// slot | 1 promotion`."),
    "at once": ("content/sequences/s/01-a.md", STEP.format("after: immediately"), 3, "Write `same day`."),
    "every year": ("content/sequences/s/01-a.md", STEP.format("after: 1 day\nrepeat: every year"), 4, "Write `yearly`."),
    "phone": ("content/sequences/s/01-a.md", STEP.format("after: 1 day\nchannel: phone"), 4, "Write `call`."),
}  # fmt: skip


def one_answer(loaded: Loaded, path: str) -> tuple[int, str]:
    """(line, what to write) of the only finding."""
    (found,) = loaded.problems
    assert found.path == path
    return found.line, found.fix


@pytest.mark.parametrize("name", CASES)
def test_items(build: Build, name: str) -> None:
    """One finding, on its line, with what to write."""
    text, line, fix = CASES[name]
    lapsed = "---\ntitle: L\nwho: purchases() > 0\n---\n"
    found = one_answer(build({"content/tips/a.md": text, "segments/lapsed.md": lapsed}), "content/tips/a.md")
    assert found[0] == line
    assert fix in found[1]


@pytest.mark.parametrize("name", PROGRAMME)
def test_newsletters_and_steps(build: Build, name: str) -> None:
    """The same for what goes when."""
    path, text, line, fix = PROGRAMME[name]
    sequence = {"content/sequences/s.md": "---\ntitle: S\nstarts_from: first_purchase()\n---\n"}
    beside = sequence if "sequences" in path else {}
    found = one_answer(build({**beside, path: text}), path)
    assert found[0] == line
    assert fix in found[1]
