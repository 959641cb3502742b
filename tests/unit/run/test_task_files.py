"""Lists that leave and come back: cells that are no formulas, outcomes in people's own words, lines that are wrong."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace

import pytest

from topmind.errors import UsageError
from topmind.model import Channel, TouchState
from topmind.run.task_files import _harmless, _ics, write_private
from topmind.run.task_import import Line, check, read, words_of
from topmind.run.tasking import clean_word, cleaned, find
from topmind.testing.builders import TODAY, a_catalog, a_company, a_segment, a_sequence, a_step
from unit.mail.test_task_mail import a_programme, a_sheet
from unit.run.test_task_days import a_task

HEX = f"{0:032x}"
WORDS = words_of(a_catalog())


@pytest.mark.parametrize(
    ("cell", "written"),
    [
        ("=1+1", "'=1+1"),
        ("@sum", "'@sum"),
        ("+cmd|x", "'+cmd|x"),
        ("-x", "'-x"),
        ("+49 (30) 123-4", "+49 (30) 123-4"),
        ("-5", "-5"),
        ("Anna =)", "Anna =)"),
        ("", ""),
    ],
)
def test_no_cell_is_a_formula(cell: str, written: str) -> None:
    """A name that a table program would run is quoted; a phone number keeps its plus."""
    assert _harmless(cell) == written


def test_a_file_of_names_is_its_owners_alone(tmp_path: Path) -> None:
    """Mode 0600, whatever stood there before, and no half file beside it."""
    path = tmp_path / "new" / "tasks.csv"
    write_private(path, "one\r\n")
    path.chmod(0o644)
    write_private(path, "two\r\n")
    assert (path.read_bytes(), path.stat().st_mode & 0o777) == (b"two\r\n", 0o600)
    assert [p.name for p in path.parent.iterdir()] == ["tasks.csv"]


@pytest.mark.parametrize(
    "raw",
    [
        b"task,outcome,note\n0000,done,Gr\xc3\xbc\xc3\x9fe\n",
        b"\xef\xbb\xbfTask;Outcome;Note\r\n0000;done;Gr\xc3\xbc\xc3\x9fe\r\n",
        b"note\tid\tResult\nGr\xfc\xdfe\t0000\tdone\n",
        "Number,Outcome,Comment\n0000,done,Grüße\n".encode("utf-16"),
    ],
)
def test_whatever_a_table_program_writes_is_read(tmp_path: Path, raw: bytes) -> None:
    """Commas, semicolons, tabs; UTF-8 with and without mark, UTF-16, Windows-1252; names of columns as people say."""
    path = tmp_path / "list.csv"
    path.write_bytes(raw)
    assert read(path) == (Line(number=2, task="0000", outcome="done", note="Grüße"),)


def test_a_note_is_one_clean_line() -> None:
    """Line ends and control characters of a cell stay out of the ledger and of terminals."""
    assert cleaned(" leaks\n\x1b[31m at\tnoon ") == "leaks [31m at noon"


@pytest.mark.parametrize("raw", [b"", b"name,phone\nx,y\n", b"PK\x03\x04\0\0", b"task,note\n0000,x\n"])
def test_what_is_no_list_is_refused(tmp_path: Path, raw: bytes) -> None:
    """An empty file, a workbook, a list of something else: what to do is said, what stands in it is not."""
    path = tmp_path / "list.csv"
    path.write_bytes(raw)
    with pytest.raises(UsageError) as raised:
        read(path)
    assert raised.value.fix
    assert "phone" not in str(raised.value)


def test_a_missing_file_and_a_folder_are_said(tmp_path: Path) -> None:
    """No traceback for a wrong name."""
    for path in (tmp_path / "none.csv", tmp_path):
        with pytest.raises(UsageError):
            read(path)


@pytest.mark.parametrize(
    ("typed", "word"),
    [
        ("Not-Happy", "not happy"),
        (" no_answer ", "no answer"),
        ("DONE", "done"),
        ("a" * 41, None),
        ("x; y", None),
    ],
)
def test_outcomes_have_one_form(typed: str, word: str | None) -> None:
    """However it is typed; what is no few words is none."""
    assert clean_word(typed) == word


def test_a_list_knows_our_words_the_companys_and_those_of_rules() -> None:
    """German labels mean the same; a word that some rule asks for is one, too; a typing error is not."""
    german = a_catalog(
        company=a_company(language="de"),
        segments=[a_segment(who=(("answered('check-in', 'call me')", 4),))],
        sequences=[a_sequence(steps=[a_step(starts_from="answered('roof', 'leaks')")])],
    )
    words = words_of(german)
    assert {"done", "erledigt", "call me", "leaks"} <= set(words)
    assert not words["nicht erreicht"]
    (outcome,), problems = check(
        [Line(number=2, task=HEX, outcome="Unzufrieden", note="")], [a_task()], words, "l"
    )
    assert (outcome.word, outcome.reached, problems) == ("not happy", True, [])
    assert "erledigt" not in WORDS


def test_every_wrong_line_is_named_and_none_is_quoted() -> None:
    """Unknown tasks and outcomes, a closed task, two outcomes for one: line, what is wrong, what to write."""
    done = a_task(1, touch_hex="f" * 32, state=TouchState.DONE)
    lines = [
        Line(number=2, task="Anna", outcome="done", note=""),
        Line(number=3, task="eeee", outcome="done", note=""),
        Line(number=4, task=HEX, outcome="Anna K.", note=""),
        Line(number=5, task="ffff", outcome="missed", note=""),
        Line(number=6, task=HEX, outcome="done", note=""),
        Line(number=7, task=HEX, outcome="not happy", note=""),
        Line(number=8, task=HEX, outcome="", note="later"),
    ]
    outcomes, problems = check(lines, [a_task(), done], WORDS, "list.csv")
    assert [p.line for p in problems] == [2, 3, 4, 5, 7]
    assert all(p.fix for p in problems)
    assert "Anna" not in str(problems)
    assert [o.word for o in outcomes] == ["done"]


def test_a_name_may_be_short_but_not_shared() -> None:
    """Four digits are enough where one task has them."""
    twins = [a_task(1, touch_hex="abcd" + "0" * 28), a_task(2, touch_hex="abcd" + "1" * 28)]
    assert find(twins, "ABCD0") == (twins[0], "")
    assert find(twins, "abcd")[1] == "abcd fits 2 tasks: write more of its digits."
    assert find(twins, "abc")[0] is None


def test_a_calendar_takes_what_is_written() -> None:
    """RFC 5545: CRLF, lines of at most 75 octets, escaped text, an entry's name that stays the same; an overdue one
    stands on today."""
    catalog = a_programme()
    project = SimpleNamespace(
        moment=SimpleNamespace(as_of=TODAY, now=datetime(2026, 12, 1, 12, tzinfo=UTC)),
        catalog=catalog,
        settings=SimpleNamespace(project=SimpleNamespace(ledger="alder")),
    )
    sheet = a_sheet(catalog, name="Quenby; Zyskowski, née Ü" * 4, notes=("one\\two",))
    late = a_sheet(
        catalog, ref="0badcafe", overdue=True, last_day=TODAY - timedelta(days=3), channel=Channel.VISIT
    )
    groups = [(catalog.team["dana"], [sheet, late])]
    text = _ics(project, groups)  # type: ignore[arg-type]  # nothing else of a project is asked for
    assert text == _ics(project, groups)  # type: ignore[arg-type]  # the same
    lines = text.split("\r\n")
    assert all(len(line.encode()) <= 75 for line in lines)
    assert "\n" not in text.replace("\r\n", "")
    whole = text.replace("\r\n ", "")
    assert "SUMMARY:Call: Quenby\\; Zyskowski\\, née Ü" in whole
    assert "one\\\\two" in whole
    assert [x for x in lines if x.startswith("UID")] == ["UID:3fa9c1d2.task@alder", "UID:0badcafe.task@alder"]
    assert [x for x in lines if x.startswith("DTSTART")] == [
        "DTSTART;VALUE=DATE:20261205",
        "DTSTART;VALUE=DATE:20261201",
    ]
    assert "LOCATION:1 Mill Lane\\, Cork" in whole
    assert text.count("BEGIN:VEVENT") == text.count("END:VEVENT") == 2
