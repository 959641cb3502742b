"""A first mapping from the head of an export."""

from __future__ import annotations

import tomllib
from typing import TYPE_CHECKING

import pytest

from topmind.audience import propose
from topmind.audience.guesses import Column, plain_name
from topmind.audience.spec import parse_spec
from topmind.errors import AudienceError

if TYPE_CHECKING:
    from conftest import Project  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    ("values", "kind", "dates", "german"),
    [
        (["2026-01-02", "2024-02-29 10:00"], "date", "", False),
        (["31.12.2025", "1.2.2026"], "date", "%d.%m.%Y", False),
        (["01/02/2026", "03/04/2026"], "date", "%d/%m/%Y or %m/%d/%Y", False),
        (["01/02/2026", "13/04/2026"], "date", "%d/%m/%Y", False),
        (["1.234,50", "7,00"], "money", "", True),
        (["1,234.50", "7.00"], "money", "", False),
        (["12", "7"], "number", "", False),
        (["0012", "0007"], "text", "", False),
        (["ja", "Nein", ""], "flag", "", False),
        (["yes", "no"], "flag", "", False),
        (["1.2.", "x"], "text", "", False),
        (["", " "], "text", "", False),
    ],
)
def test_a_column_is_told_by_its_values(values: list[str], kind: str, dates: str, german: bool) -> None:
    """Dates that read several ways are told with both; leading zeros are no number."""
    column = Column("x", tuple(values))
    assert (column.type, column.dates, column.has_german_numbers) == (kind, dates, german)


def test_names_have_one_form() -> None:
    """Whatever case, umlaut and sign they are written with."""
    assert [plain_name(n) for n in ("E-Mail", "Straße ", "KundenNr.", "Größe (cm)", "Café")] == [
        *("e_mail", "strasse", "kundennr", "groesse_cm", "cafe"),
    ]


@pytest.mark.parametrize(
    "name",
    [
        "Newsletter abgemeldet",
        "Kein Newsletter",
        "opt_out",
        "Marketing: Widerruf",
        "Unsubscribed from news",
        "no_mail",
    ],
)
def test_a_no_is_not_taken_for_a_yes(project: Project, name: str) -> None:
    """A column of those who left is proposed as nobody's consent; turned round it stands there as a comment."""
    path = project.file("people.csv", f"id;email;{name}\n1;a@example.com;ja\n2;b@example.com;Nein\n")
    text = propose(path, project.root).toml
    assert parse_spec(tomllib.loads(text)).consent == {}
    _, found, turned = text.partition("means that they want no mail. Where that is so, their consent is:\n")
    assert found
    consent = tomllib.loads("\n".join(line.removeprefix("# ") for line in turned.splitlines()))
    assert consent["consent"]["email"] == {
        "basis": "column",
        "column": name,
        "values": {"ja": "no", "Nein": "yes"},
    }


HEAD = "Customer No;First name;Mail;Opt-In;Height;Code"
ROWS = "\n".join(f"{n:04};canary{n};canary{n}@example.com;nein;1,{n:02};canary" for n in range(30))


@pytest.mark.parametrize(
    ("encoding", "found"),
    [
        ("utf-8", "utf-8, split by semicolon, columns: 6, rows looked at: 20"),
        ("utf-8-sig", "utf-8 with a byte-order mark, split by semicolon, columns: 6, rows looked at: 20"),
        ("utf-16", "utf-16 with a byte-order mark, split by semicolon, columns: 6, rows looked at: 20"),
    ],
)
def test_the_proposal_is_a_spec_that_reads_the_file(project: Project, encoding: str, found: str) -> None:
    """Encoding, mark and delimiter are stated; nothing of a person is in it."""
    path = project.file("people.csv", f"{HEAD}\n{ROWS}\n".encode(encoding))
    proposal = propose(path, project.root)
    assert proposal.found == found
    assert "canary" not in proposal.toml
    spec = parse_spec(tomllib.loads(proposal.toml))
    assert spec.contacts is not None
    assert (spec.contacts.id, spec.contacts.email, spec.contacts.decimal) == ("Customer No", "Mail", ",")
    assert {name: field.type for name, field in spec.fields.items()} == {
        "first_name": "text",
        "height": "money",
        "code": "text",
    }
    project.spec(proposal.toml)
    with project.open() as source:
        assert source.findings == ()
        assert source.con.execute("SELECT count(*), count(o_email) FROM source_contacts").fetchall() == [
            (30, 30)
        ]


def test_an_encoding_that_was_guessed_is_written_down(project: Project) -> None:
    """Then the next run guesses nothing."""
    path = project.file("people.csv", "Nr;Name;E-Mail\n1;Änne;a@example.com\n".encode("cp1252"))
    proposal = propose(path, project.root)
    assert proposal.found.startswith("cp1252, ")
    project.spec(proposal.toml)
    with project.open() as source:
        assert source.findings == ()
        assert [p.name for p in source.people()] == ["Änne"]


def test_what_was_not_found_is_left_to_a_person(project: Project) -> None:
    """An empty key with a word, and dates that read two ways."""
    path = project.file("sales.csv", "buyer,date,total\n1,01/02/2026,5\n")
    toml = propose(path, project.root, "purchases").toml
    assert 'contact = ""                         # which column? None looked like it' in toml
    assert "# dates: these columns read several ways: %d/%m/%Y or %m/%d/%Y; say which one is right" in toml


def test_parquet_and_activities(project: Project) -> None:
    """The kind of table is found from its columns."""
    import duckdb

    place = project.root / "segments" / "clicks.parquet"
    duckdb.execute(
        f"COPY (SELECT 1 AS customer, DATE '2026-01-02' AS day, 'click' AS action) TO '{place}' (FORMAT parquet)"
    )
    proposal = propose(place, project.root)
    assert proposal.found == "Parquet, columns: 3, rows looked at: 1"
    assert proposal.toml.splitlines() == [
        "[tables.activities]",
        'file = "clicks.parquet"',
        'contact = "customer"',
        'date = "day"',
        'what = "action"',
    ]


@pytest.mark.parametrize(
    ("name", "data", "says"),
    [
        ("a.csv", b"", "the file is empty"),
        ("a.csv", b"1;canary@example.com\n", "holds a contact, not the names of columns"),
        ("a.csv", b"PK\0\0", "the file is no text"),
        ("a.xlsx", b"canary", "no whole workbook"),
        ("a.parquet", b"canary", "cannot be read"),
        ("a.docx", b"canary", "a .docx is not read"),
    ],
)
def test_a_file_that_cannot_be_mapped_is_told(project: Project, name: str, data: bytes, says: str) -> None:
    """In a sentence with its name, without what stands in it."""
    with pytest.raises(AudienceError, match=says) as caught:
        propose(project.file(name, data), project.root)
    assert "canary" not in str(caught.value)
