"""Everything that can be wrong with an export, in every form it comes in: one message each, and nobody is lost."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

import pytest

import workbooks

if TYPE_CHECKING:
    from conftest import Project  # type: ignore[attr-defined]

SPEC = """
[tables.contacts]
file = "people.csv"
id = "id"
email = "email"
[tables.purchases]
file = "SALES"
id = "number"
contact = "who"
date = "day"
amount = "amount"
"""
Rows = list[list[str]]
GOOD: Rows = [["number", "who", "day", "amount"], *([f"r{n}", "1", "2026-01-02", "10.50"] for n in range(30))]


def changed(row: int, column: int, to: str) -> Rows:
    """The good rows with one cell changed."""
    rows = [list(one) for one in GOOD]
    rows[row][column] = to
    return rows


#: What is wrong → its rows, what is said, and whether the whole file is refused.
CASES: dict[str, tuple[Rows, str, bool]] = {
    "header drift": (changed(0, 3, "Amount"), 'it has no column "amount". Did you mean "Amount"?', True),
    "a column lost": ([row[:3] for row in GOOD], 'it has no column "amount".', True),
    "a column twice": (
        [[*row, "x" if n else "amount"] for n, row in enumerate(GOOD)],
        'it has more than one column "amount".',
        True,
    ),
    "bad number": (changed(5, 3, "ten"), "1 row was left out: 1 × an amount that cannot be read.", False),
    "bad date": (changed(5, 2, "02/01/2026"), "1 row was left out: 1 × a date that cannot be read.", False),
    "no contact": (changed(5, 1, " "), "1 row was left out: 1 × without a contact.", False),
    "doubled id": (changed(5, 0, "r0"), "1 row was left out: 1 × an id that came before.", False),
    "shrunken": (GOOD[:20], "the file has 19 rows; the last good one had 30.", True),
}


def as_csv(delimiter: str, encoding: str) -> Callable[[Project, Rows], str]:
    """Writes rows as CSV; the file's name."""

    def write(project: Project, rows: Sequence[Sequence[str]]) -> str:
        text = io.StringIO()
        csv.writer(text, delimiter=delimiter).writerows(rows)
        return project.file("sales.csv", text.getvalue().encode(encoding)).name

    return write


def as_xlsx(project: Project, rows: Sequence[Sequence[str]]) -> str:
    """The same as a workbook."""
    return workbooks.write(project.root / "segments" / "sales.xlsx", {"sales": rows}).name


def as_parquet(project: Project, rows: Sequence[Sequence[str]]) -> str:
    """The same as Parquet."""
    import duckdb

    place = project.root / "segments" / "sales.parquet"
    named = ", ".join(f'col{n} AS "{name}"' for n, name in enumerate(rows[0]))
    listed = ", ".join(str(tuple(row)) for row in rows[1:])
    columns = ", ".join(f"col{n}" for n in range(len(rows[0])))
    duckdb.execute(
        f"COPY (SELECT {named} FROM (VALUES {listed}) AS t({columns})) TO '{place}' (FORMAT parquet)"
    )
    return place.name


FORMS = {
    "csv": as_csv(",", "utf-8"),
    "semicolons in utf-16": as_csv(";", "utf-16"),
    "xlsx": as_xlsx,
    "parquet": as_parquet,
}


#: Parquet knows no two columns of one name.
PAIRS = [(case, form) for case in CASES for form in FORMS if (case, form) != ("a column twice", "parquet")]


@pytest.mark.parametrize(("case", "form"), PAIRS)
def test_each_case_has_its_message_in_each_form(project: Project, case: str, form: str) -> None:
    """The good rows stay; a file that cannot be used gives way to the last good one."""
    rows, says, whole = CASES[case]
    project.file("people.csv", "id,email\n1,a@example.com\n")
    project.spec(SPEC.replace("SALES", FORMS[form](project, GOOD)))
    with project.open() as source:
        assert source.findings == ()
    FORMS[form](project, rows)
    with project.open() as source:
        (finding,) = source.findings
        ((kept,),) = source.con.execute("SELECT count(*) FROM source_purchases").fetchall()
    if whole:
        assert finding.says == f"{says} THE LAST GOOD ONE IS USED (30 rows)."
    else:
        assert (finding.says, finding.line) == (says, 6)
    assert kept == (30 if whole else 29)


@pytest.mark.parametrize(
    ("more", "data", "says"),
    [
        ("", "", "the file is empty."),
        ("", "a;b\n", 'it has no column "who", "day", "amount", "number".'),
        (
            'delimiter = ";"\n',
            "number,who,day,amount\n",
            "its columns are split by comma, and `delimiter` says semicolon.",
        ),
        ("", "1;a@example.com;2026-01-02;5\n", "its first line holds a contact, not the names of columns."),
        ("", "number,who,day,amount\n\0\0\0\0", "the file is no text, although its name ends in .csv."),
    ],
)
def test_a_text_that_is_no_such_table(project: Project, more: str, data: str, says: str) -> None:
    """The whole file is refused, and there is no last good one: the run stops."""
    project.file("people.csv", "id,email\n1,a@example.com\n")
    project.spec(SPEC.replace("SALES", "sales.csv") + more)
    project.file("sales.csv", data)
    (problem,) = project.refused()
    assert problem.says == says


def test_a_declared_encoding_that_is_wrong_is_told_by_its_rows(project: Project) -> None:
    """UTF-8 is said, and one row is not."""
    project.spec(
        '[tables.contacts]\nfile = "people.csv"\nid = "id"\nemail = "email"\nname = "name"\nencoding = "utf-8"\n'
    )
    project.file("people.csv", "id,email,name\n1,,Ann\n2,,Änne\n".encode("cp1252"))
    with project.open() as source:
        assert [p.contact for p in source.people()] == ["1"]
        (finding,) = source.findings
    assert finding.says == "1 row was left out: 1 × characters that are not UTF-8."
