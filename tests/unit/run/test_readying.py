"""The word `ready` in an issue's file: one line changes, every other byte stays."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from topmind.catalog import front_matter
from topmind.errors import UsageError
from topmind.run.readying import changed, write
from topmind.testing.builders import a_newsletter

DAY = date(2026, 12, 8)
TEXT = b"Two sentences.\n\n/// slot | 1 tip\n"


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (b"---\nsubject: Frost\n---\n" + TEXT, b"---\nsubject: Frost\nready: yes\n---\n" + TEXT),
        (b"---\r\nsubject: Frost\r\n---\r\nx", b"---\r\nsubject: Frost\r\nready: yes\r\n---\r\nx"),
        (b"\xef\xbb\xbf---\nready: no\n---\n" + TEXT, b"\xef\xbb\xbf---\nready: yes\n---\n" + TEXT),
        (b"---\nready:\n  no\nhold: no\n---\n", b"---\nready: yes\nhold: no\n---\n"),
        (b"---\nsubject: >\n  Frost\n\n---\n", b"---\nsubject: >\n  Frost\n\nready: yes\n---\n"),
        (
            b"Subject: Frost\nHold: no\n\nText: here\n",
            b"Subject: Frost\nHold: no\nready: yes\n\nText: here\n",
        ),
        (b"Subject: Frost\n", b"Subject: Frost\nready: yes\n"),
        (TEXT, b"---\nready: yes\n---\n" + TEXT),
        (b"", b"---\nready: yes\n---\n"),
        (b"---\n# subject: later\n---\n" + TEXT, b"---\n# subject: later\nready: yes\n---\n" + TEXT),
        (b"\n---\n---\n" + TEXT, b"\n---\nready: yes\n---\n" + TEXT),
        (b"---\nREADY: No\n---\n---\nx\n---\n", b"---\nready: yes\n---\n---\nx\n---\n"),
    ],
)
def test_one_line_says_it(before: bytes, after: bytes) -> None:
    """Fenced or plain heads, any line ends, with and without a mark of the encoding; said twice it is said once."""
    assert changed(before, "x.md", ready=True) == after
    assert changed(after, "x.md", ready=True) == after
    head = front_matter.read(front_matter.decode(after), "x.md")
    assert head.entries["ready"].rest == "yes"
    assert not head.problems
    assert changed(after, "x.md", ready=False) == after.replace(b"ready: yes", b"ready: no")


@pytest.mark.parametrize("raw", [b"---\nsubject: Frost\n", b"---\nsubject\n---\n", b"---\n\xff\n---\n"])
def test_a_head_that_cannot_be_read_is_left_alone(raw: bytes) -> None:
    """Where it is, and what to do; nothing is guessed."""
    with pytest.raises(UsageError) as told:
        changed(raw, "x.md", ready=True)
    assert told.value.where.startswith("x.md:")


def test_a_file_is_made_once(tmp_path: Path) -> None:
    """With nothing but the word; a file that somebody wrote meanwhile is not written over; nothing to take back is told."""
    letter = a_newsletter()
    with pytest.raises(UsageError, match="nobody said"):
        write(tmp_path, letter, DAY, ready=False)
    path = write(tmp_path, letter, DAY, ready=True)
    assert (tmp_path / path).read_text() == "---\nready: yes\n---\n"
    (tmp_path / path).write_text("---\nhold: yes\n---\nMine.\n")
    assert write(tmp_path, letter, DAY, ready=True) == path
    assert (tmp_path / path).read_text() == "---\nhold: yes\nready: yes\n---\nMine.\n"
    assert [one.name for one in (tmp_path / path).parent.iterdir()] == [f"{DAY}.md"]
