"""Workbooks, Parquet, folders and standard input: the same table whatever it comes in."""

from __future__ import annotations

import csv
import io
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING

import pytest

import workbooks
from topmind.audience import check_file
from topmind.audience.outside import Outside
from topmind.audience.sources import Source
from topmind.model import Level
from topmind.testing.builders import TODAY

if TYPE_CHECKING:
    from conftest import Project  # type: ignore[attr-defined]

GERMAN = """
[tables.contacts]
file = "FILE"
id = "Nr"
email = "E-Mail"
decimal = ","
dates = "%d.%m.%Y"
[fields.spent]
column = "Umsatz"
type = "money"
[fields.born]
column = "Geburtstag"
type = "date"
"""
HEAD = ("Nr", "E-Mail", "Umsatz", "Geburtstag")
BORN = date(1980, 2, 29)


def spec(project: Project, file: str, text: str = GERMAN) -> None:
    """The mapping above for a file."""
    project.spec(text.replace("FILE", file))


def found(source: Source) -> list[tuple[object, ...]]:
    """What was read of each contact."""
    rows: list[tuple[object, ...]] = source.con.execute(
        "SELECT contact, address, f_spent::VARCHAR, f_born FROM source_contacts ORDER BY contact"
    ).fetchall()
    return rows


def test_cells_of_a_workbook_have_types(project: Project) -> None:
    """A number is no text with a German comma, and a date none with dots; text in either is read as declared."""
    rows = [
        HEAD,
        (1001, "a@example.com", 1234.5, BORN),
        ("1002", "b@example.com", "1.234,50", "29.02.1980"),
        (1003, None, 1.234, None),
    ]
    workbooks.write(project.root / "segments" / "people.xlsx", {"Kunden": rows})
    spec(project, "people.xlsx")
    with project.open() as source:
        assert source.findings == ()
        assert found(source) == [
            ("1001", "a@example.com", "1234.50", BORN),
            ("1002", "b@example.com", "1234.50", BORN),
            ("1003", None, "1.23", None),
        ]


def test_a_title_above_the_header_and_empty_rows(project: Project) -> None:
    """The header is the row with the wanted names; a bad row is told by the number Excel shows."""
    rows = [
        ("Kundenliste", None, None, None),
        (),
        HEAD,
        ("1", "a@example.com"),
        (),
        (None, "b@example.com"),
    ]
    workbooks.write(project.root / "segments" / "people.xlsx", {"Kunden": rows}, row=1)
    spec(project, "people.xlsx")
    with project.open() as source:
        assert [row[0] for row in found(source)] == ["1"]
        (finding,) = source.findings
    assert (finding.rule, finding.line) == ("source/bad-rows", 7)


def test_the_named_sheet_is_read(project: Project) -> None:
    """The first where none is named; a missing one lists what there is."""
    sheets = {"Titel": [("nichts",)], "Kunden": [HEAD, ("7", "a@example.com")]}
    workbooks.write(project.root / "segments" / "people.xlsx", sheets)
    spec(project, "people.xlsx", GERMAN.replace('id = "Nr"', 'id = "Nr"\nsheet = "Kunden"'))
    with project.open() as source:
        assert [row[0] for row in found(source)] == ["7"]
    spec(project, "people.xlsx", GERMAN.replace('id = "Nr"', 'id = "Nr"\nsheet = "Leute"'))
    (problem,) = project.refused()
    assert problem.says == 'it has no sheet "Leute"; it has Titel, Kunden.'


@pytest.mark.parametrize(
    ("name", "data", "says"),
    [
        ("people.xlsx", bytes.fromhex("D0CF11E0A1B11AE1") + bytes(2000), "locked with a password"),
        ("people.xlsx", b"Nr;E-Mail\n1;a@example.com\n", "no whole workbook"),
        ("people.csv", b"PK\x03\x04" + bytes(200), "no text, although its name ends in .csv"),
        ("people", b"PK\x03\x04" + bytes(200), "its name does not say what it is"),
        ("people.parquet", b"PAR1 cut off", "cannot be read"),
    ],
)
def test_a_file_that_is_not_what_its_name_says(project: Project, name: str, data: bytes, says: str) -> None:
    """Told in a sentence, without what stands in it."""
    project.file(name, data)
    spec(project, name)
    (problem,) = project.refused()
    assert says in problem.says
    assert "example" not in problem.says


def test_a_file_that_cannot_be_opened_gives_way_to_the_last_good_one(project: Project) -> None:
    """Another program has it open, or rights are missing: the disk's own word, and nobody is lost."""
    project.file("contacts.csv", "id,email\n1,a@example.com\n")
    project.open().close()
    place = project.root / "segments" / "contacts.csv"
    place.unlink()
    place.symlink_to("/proc/self/mem")  # opens, and cannot be read by anybody
    with project.open() as source:
        assert len(source.people()) == 1
        (finding,) = source.findings
    assert finding.rule == "source/last-good"
    assert "cannot be opened (Input/output error)" in finding.says


def test_typed_columns_of_parquet_follow_no_german_comma(project: Project) -> None:
    """1.234 in a column of numbers is one and a quarter, not a thousand."""
    import duckdb

    place = project.root / "segments" / "people.parquet"
    duckdb.execute(
        "COPY (SELECT 1 AS Nr, 'a@example.com' AS \"E-Mail\", 1.234::DOUBLE AS Umsatz, DATE '1980-02-29' AS Geburtstag "
        f"UNION ALL SELECT 2, '', 1234.5, NULL) TO '{place}' (FORMAT parquet)"
    )
    spec(project, "people.parquet")
    with project.open() as source:
        assert found(source) == [("1", "a@example.com", "1.23", BORN), ("2", None, "1234.50", None)]


# --- a folder of files ---------------------------------------------------------------------------------


def folder(project: Project) -> None:
    """Three exports of one table, each in its own form, and what an office leaves beside them."""
    place = project.root / "segments" / "people"
    place.mkdir()
    (place / "2025.csv").write_bytes(
        "Nr;E-Mail;Umsatz;Geburtstag\n1;a@example.com;1,5;\n;b@example.com;;\n".encode("cp1252")
    )
    (place / "2026.csv").write_text(
        "Geburtstag,E-Mail,Nr,Umsatz\n29.02.1980,c@example.com,3,\n,,1,\n", "utf-8-sig"
    )
    workbooks.write(place / "2027.xlsx", {"Kunden": [HEAD, (4, "d@example.com", 2.5, BORN)]})
    (place / "~$2027.xlsx").write_bytes(b"open")
    (place / ".hidden.csv").write_text("x", "utf-8")
    (place / "notes.docx").write_text("x", "utf-8")
    spec(project, "people")


def test_a_folder_is_one_table(project: Project) -> None:
    """Whatever is readable in it, by name; of two rows with one id the later file's stays, and that is said."""
    folder(project)
    with project.open() as source:
        assert found(source) == [
            ("1", None, None, None),
            ("3", "c@example.com", None, BORN),
            ("4", "d@example.com", "2.50", BORN),
        ]
        assert [f.says for f in source.findings] == [
            "1 row was left out: 1 × without an id.",
            "1 row has an id that a later file has, too: the later file's row counts.",
        ]
        assert [(f.path, f.says) for f in source.forms] == [
            ("segments/people", "2025.csv read anew: utf-8, split by semicolon."),
            ("segments/people", "2026.csv read anew: utf-8 with a byte-order mark, split by comma."),
        ]
    with (project.root / "var" / "rejects" / "contacts.csv").open(encoding="utf-8", newline="") as file:
        told = [(row["file"], row["line"], row["reason"]) for row in csv.DictReader(file)]
    assert told == [("2025.csv", "3", "without an id")]


def test_in_one_file_of_a_folder_an_id_comes_once(project: Project) -> None:
    """The first of the newest file's rows counts, the other is a mistake; that an older file has the id is none."""
    spec(project, "people")
    place = project.root / "segments" / "people"
    place.mkdir()
    head = "Nr,E-Mail,Umsatz,Geburtstag\n"
    for day, numbers in (("11-30", (1, 2)), ("12-01", (3, 4)), ("12-02", (5, 6))):
        rows = "".join(f"{nr},,{n},\n" for n in numbers for nr in (1, n + 10))
        (place / f"2026-{day}.csv").write_text(head + rows, "utf-8")
    with project.open() as source:
        assert [row[::2] for row in found(source)] == [
            ("1", "5.00"),
            *((str(n + 10), f"{n}.00") for n in range(1, 7)),
        ]
        assert [f.says for f in source.findings] == [
            "3 rows were left out: 3 × an id that came before.",
            "4 rows have an id that a later file has, too: the later file's row counts.",
        ]


def test_a_file_more_in_the_folder_is_a_new_table(project: Project) -> None:
    """Read again when one changes or comes, and only then."""
    folder(project)
    cache = project.root / "var" / "cache" / "audience"
    for expected in (1, 1):
        project.open().close()
        assert len(list(cache.glob("contacts-*.parquet"))) == expected
    (project.root / "segments" / "people" / "2028.csv").write_text(
        ";".join(HEAD) + "\n9;e@example.com;;\n", "utf-8"
    )
    with project.open() as source:
        assert [row[0] for row in found(source)] == ["1", "3", "4", "9"]


def test_a_file_for_the_folder_is_no_shrunken_table(project: Project) -> None:
    """One more month has fewer rows than all of them."""
    folder(project)
    project.open().close()
    new = project.file("2028.csv", ";".join(HEAD) + "\n9;e@example.com;;\n")
    assert check_file(project.read(), project.settings(), TODAY, "contacts", new).rows == 1


def test_one_broken_file_of_a_folder_is_named(project: Project) -> None:
    """A drifted header, an empty file; the rest alone would look like an audience that shrank."""
    folder(project)
    place = project.root / "segments" / "people" / "2026.csv"
    place.write_text("Geburtstag,Email,Nr,Umsatz\n", "utf-8")
    (problem,) = project.refused()
    assert problem.says == '2026.csv: it has no column "E-Mail". Did you mean "Email"?'
    place.write_text("", "utf-8")
    (problem,) = project.refused()
    assert problem.says == "2026.csv: the file is empty."
    for one in place.parent.iterdir():
        one.unlink()
    (problem,) = project.refused()
    assert "no CSV, XLSX or Parquet file in the folder for [tables.contacts]" in problem.says


# --- standard input ------------------------------------------------------------------------------------


class Terminal(io.BytesIO):
    """A stream that a person sits at."""

    def isatty(self) -> bool:
        """Always."""
        return True


def test_contacts_may_be_piped_in(project: Project) -> None:
    """Read once for a whole run, kept for its owner's eyes; the kind is found from the first bytes."""
    project.spec('[tables.contacts]\nfile = "-"\nid = "id"\nemail = "email"\n')
    outside = Outside(stdin=io.BytesIO(b"id;email\n1;a@example.com\n"))
    for _ in range(2):
        with project.open(outside=outside) as source:
            assert [p.contact for p in source.people()] == ["1"]
            assert source.findings == ()
    (kept,) = (project.root / "var" / "cache" / "audience" / "fetched").iterdir()
    assert kept.stat().st_mode & 0o077 == 0
    book = workbooks.write(project.root / "people.xlsx", {"x": [("id", "email"), (2, "b@example.com")]})
    with project.open(outside=Outside(stdin=io.BytesIO(book.read_bytes()))) as source:
        assert [p.contact for p in source.people()] == ["2"]


@pytest.mark.parametrize("stream", [None, Terminal(b"id,email\n1,a@example.com\n"), io.BytesIO()])
def test_nothing_piped_in_is_told(project: Project, stream: io.BytesIO | None) -> None:
    """A terminal is not waited for."""
    project.spec('[tables.contacts]\nfile = "-"\nid = "id"\nemail = "email"\n')
    from topmind.errors import ContentError

    with pytest.raises(ContentError) as caught:
        project.open(outside=Outside(stdin=stream))
    (problem,) = caught.value.problems
    assert problem.path == "standard input"
    assert problem.says in {"nothing is piped into standard input.", "the file is empty."}


# --- how much may be wrong, and other words ------------------------------------------------------------


def test_more_bad_rows_than_declared_stop_the_run(project: Project) -> None:
    """Even where a last good one is: somebody has to look. A share below it goes on as ever."""
    text = '[tables.contacts]\nfile = "contacts.csv"\nid = "id"\nemail = "email"\nbad_rows = 0.25\n'
    project.spec(text)
    project.file("contacts.csv", "id,email\n1,\n2,\n3,\n,secret@example.com\n")
    project.open().close()
    project.file("contacts.csv", "id,email\n1,\n2,\n3,\n,secret@example.com\n4\n")
    (problem,) = project.refused()
    assert (problem.rule, problem.level) == ("source/too-many-bad-rows", Level.ERROR)
    assert problem.says == (
        "2 of 5 rows cannot be used (1 × too few columns, 1 × without an id); [tables.contacts] bad_rows allows 25.0%. "
        "They stand in var/rejects/contacts.csv with the reason."
    )
    assert "secret@example.com" in (project.root / "var" / "rejects" / "contacts.csv").read_text("utf-8")
    project.spec(text.replace("0.25", "0.5"))
    project.open().close()
    project.spec(text)
    (problem,) = project.refused()
    assert problem.rule == "source/too-many-bad-rows", "also what was converted when more was allowed"


def test_other_words_for_zones_languages_and_consent(project: Project) -> None:
    """The export's own, mapped where they are declared."""
    project.spec(
        '[tables.contacts]\nfile = "contacts.csv"\nid = "id"\nemail = "email"\nzone = "Ort"\nlanguage = "Sprache"\n'
        'zones = { "Berlin" = "Europe/Berlin" }\nlanguages = { "Deutsch" = "de" }\n'
        '[consent.email]\nbasis = "column"\ncolumn = "Werbung"\nvalues = { "ja" = "yes", "nein" = "no" }\n'
    )
    project.file(
        "contacts.csv", "id;email;Ort;Sprache;Werbung\n1;;Berlin;Deutsch;ja\n2;;Asia/Tokyo;de_AT;nein\n"
    )
    with project.open() as source:
        rows = source.con.execute(
            "SELECT zone, language, o_email FROM source_contacts ORDER BY contact"
        ).fetchall()
        assert rows == [("Europe/Berlin", "de", True), ("Asia/Tokyo", "de-at", False)]
        assert source.findings == ()


def test_the_age_of_a_folder_is_its_newest_file(project: Project) -> None:
    """One new export of the day is enough."""
    import os

    folder(project)
    spec(project, "people", 'max_age = "2 days"\n' + GERMAN)
    for number, one in enumerate(sorted((project.root / "segments" / "people").iterdir())):
        stamp = datetime(2026, 11, 20 + (9 if one.name == "2026.csv" else 0), number, tzinfo=UTC).timestamp()
        os.utime(one, (stamp, stamp))
    project.open(date(2026, 12, 1)).close()
    with project.open(date(2026, 12, 2)) as source:
        assert "3 days old" in source.findings[0].says
