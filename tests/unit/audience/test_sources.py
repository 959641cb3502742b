"""Export files as they come: what is read, what is put aside, what is not trusted, and what is said about it."""

from __future__ import annotations

import csv
import os
import shutil
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING

import duckdb
import pytest

from topmind.audience import check_file, columns
from topmind.audience.sources import Source
from topmind.errors import AudienceError, ConfigError, ContentError
from topmind.model import Level
from topmind.testing.builders import TODAY

if TYPE_CHECKING:
    from conftest import Project  # type: ignore[attr-defined]

Open = Callable[[str], Source]
PURCHASES = """
[tables.purchases]
file = "purchases.csv"
id = "number"
contact = "contact"
date = "day"
amount = "amount"
"""
CONTACTS = "id,email\n" + "".join(f"{n},p{n}@example.com\n" for n in range(1, 31))


def rules(source: Source) -> list[str]:
    """Ids of the findings."""
    return [finding.rule for finding in source.findings]


# --- what is read -------------------------------------------------------------------------------------


@pytest.mark.parametrize("mark", [",", ";", "\t", "|"])
def test_the_delimiter_is_found_from_the_header(opened: Open, mark: str) -> None:
    """The one that finds the declared columns."""
    source = opened(f"id{mark}name, of whom{mark}email\n1{mark}x{mark}a@example.com\n".replace(", of", " of"))
    assert [p.address for p in source.people()] == ["a@example.com"]
    assert source.findings == ()


@pytest.mark.parametrize(
    ("encoding", "said"), [("utf-8", []), ("utf-8-sig", []), ("utf-16", []), ("cp1252", ["source/encoding"])]
)
def test_the_encoding_is_found(project: Project, encoding: str, said: list[str]) -> None:
    """A byte-order mark is no part of the first column; what was guessed is said."""
    project.spec('[tables.contacts]\nfile = "contacts.csv"\nid = "Nº"\nemail = "email"\nname = "name"\n')
    project.file("contacts.csv", "Nº;email;name\r\n1;a@example.com;Chloé\r\n".encode(encoding))
    with project.open() as source:
        assert [(p.contact, p.name) for p in source.people()] == [("1", "Chloé")]
        assert rules(source) == said


def test_money_dates_and_flags_as_people_write_them(project: Project) -> None:
    """German numbers and dates where declared; groups and currency signs anywhere; never a float."""
    project.spec(
        '[tables.contacts]\nfile = "contacts.csv"\nid = "id"\nemail = "email"\ndecimal = ","\n'
        'dates = "%d.%m.%Y"\n[fields.spent]\ncolumn = "spent"\ntype = "money"\n'
        '[fields.born]\ncolumn = "born"\ntype = "date"\n[fields.vip]\ncolumn = "vip"\ntype = "flag"\n'
        'values = { "J" = "yes" }\n'
    )
    project.file(
        "contacts.csv",
        'id;email;spent;born;vip\n1;;"1.234,50 €";29.02.1980;J\n2;;7;1.3.1990;no\n3;;12,5;;\n',
    )
    with project.open() as source:
        rows = source.con.execute(
            "SELECT f_spent::VARCHAR, f_born::VARCHAR, f_vip FROM source_contacts ORDER BY contact"
        ).fetchall()
        assert rows == [("1234.50", "1980-02-29", True), ("7.00", "1990-03-01", False), ("12.50", None, None)]
        assert source.findings == ()


def test_addresses_have_one_form(opened: Open) -> None:
    """Case, space and the spelling of a domain make no second inbox."""
    source = opened(
        "id,email\n1, Ann@Example.COM \n2,ann@example.com\n3,bo@Bücher.example\n4,bo@xn--bcher-kva.example\n"
    )
    assert [p.address for p in source.people()] == ["ann@example.com"] * 2 + ["bo@xn--bcher-kva.example"] * 2
    (finding,) = source.findings
    assert finding.rule == "source/doubled-address"
    assert "1 = 2; 3 = 4" in finding.says
    assert "@" not in finding.says


def test_what_cannot_be_an_address_gets_no_mail(opened: Open) -> None:
    """Told by the contact's id, not by what stands there."""
    source = opened(
        'id,email\n1,ann at example.com\n2,"a@example.com, b@example.com"\n3,<a@example.com>\n4,\n5,a@b\n6,wójcik@example.com\n'
        "7,a..b@example.com\n8,.a@example.com\n9,a.@example.com\n"
    )
    assert [p.address for p in source.people()] == [""] * 9
    (finding,) = source.findings
    assert finding.rule == "source/bad-address"
    assert "8 contacts (1, 2, 3, 5, 6, …)" in finding.says
    assert "example" not in finding.says


def test_a_file_is_converted_once(project: Project) -> None:
    """The second run finds the table by the content's hash, whatever the file's date is."""
    path = project.file("contacts.csv", CONTACTS)
    project.open().close()
    cache = project.root / "var" / "cache" / "audience"
    before = {p.name: p.stat().st_mtime_ns for p in cache.glob("*.parquet")}
    os.utime(path, (0, 0))
    project.open().close()
    assert {p.name: p.stat().st_mtime_ns for p in cache.glob("*.parquet")} == before


def test_facts_are_joined_to_their_contacts_once(project: Project) -> None:
    """A later run of the same files writes nothing; other contacts number them anew."""
    project.spec('[tables.contacts]\nfile = "contacts.csv"\nid = "id"\nemail = "email"\n' + PURCHASES)
    project.file("contacts.csv", CONTACTS)
    project.file(
        "purchases.csv", "number,contact,day,amount\na,1,2026-01-02,1\nb,99,2026-01-02,1\nc,9,2026-01-02,1\n"
    )
    cache = project.root / "var" / "cache" / "audience"

    def numbered() -> dict[str, int]:
        with project.open() as source:
            assert rules(source) == ["source/strangers"]
            owned = source.con.execute(
                "SELECT purchase, contact FROM nr_purchases JOIN source_contacts USING (nr) ORDER BY 1"
            ).fetchall()
            assert owned == [("a", "1"), ("c", "9")]
        return {p.name: p.stat().st_mtime_ns for p in cache.glob("nr.purchases*.parquet")}

    first = numbered()
    assert len(first) == 1
    assert numbered() == first
    project.file("contacts.csv", CONTACTS + "0,zero@example.com\n")
    assert len(numbered()) == 2


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("2026-01-02", date(2026, 1, 2)),
        (" 2026-01-02 ", date(2026, 1, 2)),
        ("2026-01-02T23:59:59", date(2026, 1, 2)),
        ("2024-02-29", date(2024, 2, 29)),
        ("2026-02-29", None),
        ("2026-1-2", None),
        (" 2026-1-02", None),
        ("2026-1-02 ", None),
        ("01-02-2026", None),
        ("2026/01/02", None),
        ("2026-01-02x", None),
    ],
)
def test_a_day_is_written_as_iso_says(opened: Open, text: str, day: date | None) -> None:
    """With or without a time of day and space around it; whatever reads two ways is none."""
    source = opened(f"id,email\n1,a@example.com\n{text},b@example.com\n")
    table = source.spec.tables["contacts"]
    found = source.con.execute(f"SELECT {columns.day('d', table)} FROM (SELECT ? AS d)", [text]).fetchall()
    assert found == [(day,)]


def test_a_moment_has_the_companys_day(project: Project) -> None:
    """With an offset from UTC it is the day there, whatever this machine's zone is; without one the day as written."""
    (project.root / "pelicanconf.py").write_text('TIMEZONE = "America/New_York"\nTOPMIND = {}\n', "utf-8")
    days = {
        "2026-12-01T03:30:00Z": 30,
        "2026-12-01 03:30:00+00": 30,
        "2026-12-01T03:30:00.5+0000": 30,
        "2026-12-01T06:30:00+01:00": 1,
        "2026-12-01 03:30:00": 1,
        "2026-12-01T23:30:00-05:00": 1,
        "2026-12-01 99:99:99+00": 1,
    }
    project.spec('[tables.contacts]\nfile = "contacts.csv"\nid = "id"\nemail = "email"\n' + PURCHASES)
    project.file("contacts.csv", CONTACTS)
    lines = [f"R{number},1,{text},1\n" for number, text in enumerate(days)]
    project.file("purchases.csv", "number,contact,day,amount\n" + "".join(lines))

    def read() -> list[int]:
        with project.open() as source:
            return [day.day for (day,) in source.con.execute("SELECT day FROM source_purchases").fetchall()]

    assert read() == list(days.values())
    spec = PURCHASES.replace('date = "day"', 'date = "day"\ndates = "%Y-%m-%dT%H:%M:%S%z"')
    project.spec('[tables.contacts]\nfile = "contacts.csv"\nid = "id"\nemail = "email"\n' + spec)
    lines = [f"R{number},1,2026-12-01T03:30:00+0000,1\n" for number in range(len(days))]
    project.file("purchases.csv", "number,contact,day,amount\n" + "".join(lines))
    assert read() == [30] * len(days)


@pytest.mark.parametrize("dates", ["", 'dates = "%d.%m.%Y"\n'])
def test_a_moment_of_a_parquet_file_has_the_companys_day(project: Project, dates: str) -> None:
    """Whatever `dates` says for texts."""
    (project.root / "pelicanconf.py").write_text('TIMEZONE = "America/New_York"\nTOPMIND = {}\n', "utf-8")
    place = project.root / "segments" / "contacts.parquet"
    duckdb.sql("SELECT 'a' AS id, '' AS email, TIMESTAMPTZ '2026-12-01 03:30:00+00' AS born").write_parquet(
        str(place)
    )
    project.spec(
        f'[tables.contacts]\nfile = "contacts.parquet"\nid = "id"\nemail = "email"\n{dates}'
        '[fields.born]\ncolumn = "born"\ntype = "date"\n'
    )
    with project.open() as source:
        assert source.con.execute("SELECT f_born FROM source_contacts").fetchall() == [(date(2026, 11, 30),)]


def test_how_a_file_is_written_is_told_when_it_is_new(project: Project) -> None:
    """Once for each conversion; a run that reads the converted table says nothing of it."""
    project.spec('[tables.contacts]\nfile = "contacts.csv"\nid = "id"\nemail = "email"\n')
    said = []
    for data in ("id;email\n1;\n".encode("utf-8-sig"), None, b"id,email\n1,\n2,\n", None):
        if data:
            project.file("contacts.csv", data)
        with project.open() as source:
            said.append([f"{one.rule} {one.says}" for one in source.forms])
            assert source.findings == ()
    assert said == [
        ["source/form read anew: utf-8 with a byte-order mark, split by semicolon."],
        [],
        ["source/form read anew: utf-8, split by comma."],
        [],
    ]


def test_a_bad_row_is_told_by_its_line_however_long_the_file_is(project: Project) -> None:
    """Read by several threads in pieces; the first of two with one number stays."""
    project.spec('[tables.contacts]\nfile = "contacts.csv"\nid = "id"\nemail = "email"\n' + PURCHASES)
    project.file("contacts.csv", CONTACTS)
    bad, again, lines = {777, 123_456, 299_000}, {250_001: 3}, ["number,contact,day,amount"]
    lines += [
        f"R{again.get(n, n)},{n % 30 + 1},{'soon' if n in bad else '2026-01-02'},{n}.00"
        for n in range(300_000)
    ]
    project.file("purchases.csv", "\n".join(lines) + "\n")
    project.open().close()
    with (project.root / "var" / "rejects" / "purchases.csv").open(encoding="utf-8", newline="") as file:
        told = {int(row["line"]) for row in csv.DictReader(file)}
    assert told == {n + 2 for n in (*bad, *again)}


def test_another_folder_by_environment(project: Project) -> None:
    """TOPMIND_CONTACTS replaces the folder, not the names."""
    project.file("contacts.csv", CONTACTS)
    other = project.root / "elsewhere"
    other.mkdir()
    shutil.move(project.root / "segments" / "contacts.csv", other / "contacts.csv")
    with project.open(TOPMIND_CONTACTS=str(other)) as source:
        assert len(source.people()) == 30


def test_parquet_is_read_too(project: Project) -> None:
    """Typed columns become what the spec says they are."""
    import duckdb

    place = project.root / "segments" / "contacts.parquet"
    duckdb.execute(f"COPY (SELECT 7 AS id, 'a@example.com' AS email) TO '{place}' (FORMAT parquet)")
    project.spec('[tables.contacts]\nfile = "contacts.parquet"\nid = "id"\nemail = "email"\n')
    with project.open() as source:
        assert [(p.contact, p.address) for p in source.people()] == [("7", "a@example.com")]


# --- what is put aside --------------------------------------------------------------------------------


def test_bad_rows_stand_in_a_reject_file_with_the_reason(project: Project) -> None:
    """They are counted, and nobody's value is in a message."""
    project.file(
        "contacts.csv",
        "id,email\n1,a@example.com\n,secret@example.com\n2\n3,c@example.com,more\n1,second@example.com\n4,d@example.com\n",
    )
    with project.open() as source:
        assert [p.contact for p in source.people()] == ["1", "4"]
        assert source.people()[0].address == "a@example.com"
        (finding,) = source.findings
    assert finding.rule == "source/bad-rows"
    assert finding.level is Level.WARNING
    assert finding.says == (
        "4 rows were left out: 1 × too few columns, 1 × too many columns, 1 × without an id, 1 × an id that came before."
    )
    place = project.root / "var" / "rejects" / "contacts.csv"
    with place.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert {row["reason"] for row in rows} == {
        "too few columns",
        "too many columns",
        "without an id",
        "an id that came before",
    }
    assert any("secret@example.com" in row["row"] for row in rows)
    assert place.stat().st_mode & 0o077 == 0


def test_findings_are_told_again_when_the_table_comes_from_the_cache(project: Project) -> None:
    """A run that reads nothing anew still says what is odd."""
    project.file("contacts.csv", "id,email\n1,a@example.com\n,b@example.com\n")
    with project.open() as first, project.open() as second:
        assert rules(first) == rules(second) == ["source/bad-rows"]


def test_a_quote_that_is_not_closed_is_one_bad_row(opened: Open) -> None:
    """The rest of the file is not taken for its name without a word."""
    source = opened('id,email\n1,a@example.com\n2,"b@example.com\n3,c@example.com\n')
    assert "a quote that is not closed" in source.findings[0].says


def test_purchases_that_cannot_be_read_are_left_out(project: Project) -> None:
    """Dates that read two ways, amounts that are none, numbers that come twice."""
    project.spec('[tables.contacts]\nfile = "contacts.csv"\nid = "id"\nemail = "email"\n' + PURCHASES)
    project.file("contacts.csv", CONTACTS)
    project.file(
        "purchases.csv",
        "number,contact,day,amount\na,1,2026-01-02,10.00\nb,1,01/02/2026,5\nc,1,2026-02-30,5\nd,2,2026-01-02,ten\n"
        'e,,2026-01-02,1\na,2,2026-01-02,10\nf,2,2026-01-02 23:59:59,"$1,234.56"\n',
    )
    with project.open() as source:
        kept = source.con.execute(
            "SELECT purchase, day, amount::VARCHAR FROM source_purchases ORDER BY 1"
        ).fetchall()
        assert kept == [("a", date(2026, 1, 2), "10.0000"), ("f", date(2026, 1, 2), "1234.5600")]
        assert "2 × a date that cannot be read" in source.findings[0].says
        assert "1 × an amount that cannot be read" in source.findings[0].says


def test_a_field_that_is_not_what_it_is_declared_to_be_is_unknown(project: Project) -> None:
    """Told with the column and the ids."""
    project.spec(
        '[tables.contacts]\nfile = "contacts.csv"\nid = "id"\nemail = "email"\nstage = "stage"\nzone = "zone"\n'
        '[fields.born]\ncolumn = "born"\ntype = "date"\n'
    )
    project.file(
        "contacts.csv",
        "id,email,stage,zone,born\n1,,hot,Mars/Phobos,soon\n2,,Action,America/Denver,1990-01-01\n",
    )
    with project.open() as source:
        said = {f.rule: f.says for f in source.findings}
        rows = source.con.execute(
            "SELECT stage, zone, f_born FROM source_contacts ORDER BY contact"
        ).fetchall()
    assert rows == [(None, None, None), ("action", "America/Denver", date(1990, 1, 1))]
    assert set(said) == {"source/bad-value", "source/bad-zone"}
    assert not any(word in text for text in said.values() for word in ("soon", "hot", "Mars"))


# --- what is not trusted ------------------------------------------------------------------------------


def test_a_missing_column_names_the_nearest(project: Project) -> None:
    """And every missing one at once."""
    project.file("contacts.csv", "Id;e-mail\n1;a@example.com\n")
    (problem,) = project.refused()
    assert problem.path == "segments/contacts.csv"
    assert 'no column "id". Did you mean "Id"?' in problem.says
    assert 'no column "email". Did you mean "e-mail"?' in problem.says


@pytest.mark.parametrize("text", ["", "\n", "id,email\n"])
def test_an_empty_file_is_no_audience(project: Project, text: str) -> None:
    """Without a last good one the run stops."""
    project.file("contacts.csv", text)
    (problem,) = project.refused()
    assert problem.level is Level.ERROR


def test_a_missing_file_is_told_with_its_place(project: Project) -> None:
    """Nothing is half done."""
    (problem,) = project.refused()
    assert problem.path == "segments/contacts.csv"
    assert "there is no file" in problem.says


@pytest.mark.parametrize(
    "broken",
    ["", "id,email\n1,a@example.com\n", "id,mail\n1,a\n", CONTACTS.replace("30,p30@example.com\n", "") * 0],
)
def test_a_broken_export_gives_way_to_the_last_good_one(project: Project, broken: str) -> None:
    """Empty, shrunken by more than a tenth, a lost column: said loudly, and nobody is lost."""
    project.file("contacts.csv", CONTACTS)
    project.open().close()
    project.file("contacts.csv", broken)
    with project.open() as source:
        assert len(source.people()) == 30
        (finding,) = source.findings
    assert finding.rule == "source/last-good"
    assert "THE LAST GOOD ONE IS USED (30 rows)" in finding.says
    project.file("contacts.csv", CONTACTS)
    with project.open() as source:
        assert source.findings == ()


def test_what_was_good_is_known_when_its_table_is_gone(project: Project) -> None:
    """After somebody was erased no converted table is left: half an export is not taken for a whole one all the same."""
    project.file("contacts.csv", CONTACTS)
    project.open().close()
    for table in (project.root / "var" / "cache" / "audience").glob("*.parquet"):
        table.unlink()
    project.file("contacts.csv", "\n".join(CONTACTS.splitlines()[:16]) + "\n")
    (problem,) = project.refused()
    assert problem.says == "the file has 15 people; the last good one had 30."
    assert "remove var/cache/audience/good.json" in problem.fix
    (project.root / "var" / "cache" / "audience" / "good.json").unlink()
    project.open().close()


def test_an_export_that_is_looked_at_is_in_no_use_yet(project: Project) -> None:
    """It may never be put in place: the next run does not measure today's export by it."""
    project.file("contacts.csv", CONTACTS)
    project.open().close()
    more = CONTACTS + "".join(f"{n},q{n}@example.com\n" for n in range(100, 120))
    new = project.file("new.csv", more)
    assert check_file(project.read(), project.settings(), TODAY, "contacts", new).rows == 50
    with project.open() as source:
        assert len(source.people()) == 30
        assert source.findings == ()


def test_a_few_people_less_are_life(project: Project) -> None:
    """A tenth is allowed."""
    project.file("contacts.csv", CONTACTS)
    project.open().close()
    project.file("contacts.csv", "\n".join(CONTACTS.splitlines()[:28]) + "\n")
    with project.open() as source:
        assert len(source.people()) == 27
        assert source.findings == ()


def test_an_old_export_is_not_used(project: Project) -> None:
    """Its age is counted to the day of the run."""
    project.spec('max_age = "2 days"\n[tables.contacts]\nfile = "contacts.csv"\nid = "id"\nemail = "email"\n')
    path = project.file("contacts.csv", CONTACTS)
    stamp = datetime(2026, 11, 29, 6, tzinfo=UTC).timestamp()
    os.utime(path, (stamp, stamp))
    project.open(TODAY).close()
    with project.open(TODAY + timedelta(days=1)) as source:
        assert "3 days old" in source.findings[0].says
    shutil.rmtree(project.root / "var")
    (problem,) = project.refused(TODAY + timedelta(days=1))
    assert "3 days old" in problem.says


def test_ids_that_are_addresses_are_refused(project: Project) -> None:
    """An id stands in links and messages, where no address may."""
    project.spec('[tables.contacts]\nfile = "contacts.csv"\nid = "email"\nemail = "email"\n')
    project.file("contacts.csv", "email\na@example.com\n")
    (problem,) = project.refused()
    assert "holds addresses" in problem.says
    assert "example" not in problem.says


def test_purchases_of_strangers_mean_a_wrong_column(project: Project) -> None:
    """A few are told; more than half stop the run, for everybody would look like a prospect."""
    project.spec('[tables.contacts]\nfile = "contacts.csv"\nid = "id"\nemail = "email"\n' + PURCHASES)
    project.file("contacts.csv", CONTACTS)
    project.file(
        "purchases.csv", "number,contact,day,amount\na,1,2026-01-02,1\nb,2,2026-01-02,1\nc,99,2026-01-02,1\n"
    )
    with project.open() as source:
        assert rules(source) == ["source/strangers"]
    project.file(
        "purchases.csv", "number,contact,day,amount\na,x1,2026-01-02,1\nb,x2,2026-01-02,1\nc,9,2026-01-02,1\n"
    )
    assert [p.rule for p in project.refused() if p.level is Level.ERROR] == ["source/strangers"]


def test_all_problems_of_all_files_are_told_at_once(project: Project) -> None:
    """Two broken files, two problems."""
    project.spec('[tables.contacts]\nfile = "contacts.csv"\nid = "id"\nemail = "email"\n' + PURCHASES)
    project.file("contacts.csv", "")
    project.file("purchases.csv", "a\n1\n")
    assert {p.path for p in project.refused()} == {"segments/contacts.csv", "segments/purchases.csv"}


@pytest.mark.parametrize(
    ("place", "says"),
    [
        ("people.docx", r"names a \.docx file, which is not read\. Export it as CSV, XLSX or Parquet"),
        ("https://example.com/people.csv", "comes from a web address"),
        ("s3://bucket/people.pdf", "names no readable object of a bucket"),
        ("s3://bucket", "names no readable object of a bucket"),
        ("postgresql://host/db", "names no table of the database"),
        ("postgresql://host/db#people; DROP TABLE people", "names no table of the database"),
        ("postgresql://me:secret@host/db#people", "holds a password. Keep it out of the file"),
        ("postgresql://host/db?user=me&password=secret#people", "holds a password. Keep it out of the file"),
    ],
)
def test_a_place_that_is_none_is_told(project: Project, place: str, says: str) -> None:
    """One sentence, and what to do instead; never the secret."""
    project.spec(f'[tables.contacts]\nfile = "{place}"\nid = "id"\nemail = "email"\n')
    with pytest.raises(ConfigError, match=says) as caught:
        project.open()
    assert "secret" not in str(caught.value)


def test_a_project_without_an_audience_says_so(project: Project) -> None:
    """Where a run needs people."""
    project.spec("")
    with pytest.raises(ConfigError, match=r"no \[tables.contacts\]"):
        project.open()


def test_a_folder_that_cannot_be_written(project: Project) -> None:
    """`var` is a file: one message, no traceback."""
    project.file("contacts.csv", CONTACTS)
    (project.root / "var").write_text("", "utf-8")
    with pytest.raises(AudienceError, match="var/ cannot be used"):
        project.open()


def test_a_conversion_that_dies_leaves_no_table(project: Project) -> None:
    """A Parquet file without its note is not there: it is made anew."""
    project.file("contacts.csv", CONTACTS)
    project.open().close()
    (table,) = (project.root / "var" / "cache" / "audience").glob("*.parquet")
    table.write_bytes(b"half")
    table.with_suffix(".json").unlink()
    with project.open() as source:
        assert len(source.people()) == 30


@pytest.mark.parametrize(
    "statement",
    [
        "SELECT * FROM read_csv('/etc/passwd')",
        "COPY (SELECT 1) TO '/tmp/topmind-canary.csv'",
        "ATTACH '/tmp/topmind-canary.db'",
        "INSTALL httpfs",
        "LOAD httpfs",
        "SET enable_external_access = true",
        "SET allowed_directories = ['/']",
        "SELECT * FROM 'https://example.com/x.csv'",
    ],
)
def test_the_database_reads_and_writes_nothing_else(opened: Open, statement: str) -> None:
    """Locked before a rule or a value reaches it."""
    import duckdb

    source = opened(CONTACTS)
    with pytest.raises(duckdb.Error):
        source.con.cursor().execute(statement)


def test_no_error_carries_a_value(project: Project) -> None:
    """A canary in every cell is in no message."""
    project.spec('[tables.contacts]\nfile = "contacts.csv"\nid = "id"\nemail = "email"\n' + PURCHASES)
    project.file("contacts.csv", 'id,email\n1,canary\n,canary@example.com\n2,"canary\n')
    project.file(
        "purchases.csv",
        "number,contact,day,amount\n1,1,canary,1\n2,1,2026-01-01,canary\n3,canary,2026-01-01,1\n",
    )
    try:
        with project.open() as source:
            told = source.findings
    except ContentError as error:
        told = error.problems
    assert len(told) >= 3
    assert not any("canary" in f"{p.says} {p.fix}" for p in told)
