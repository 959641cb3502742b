"""Contacts in a database and in a bucket: a real PostgreSQL, an S3 on loopback."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

import loopback_s3 as s3
import workbooks
from topmind import settings
from topmind.audience import open_source, read_spec
from topmind.audience.outside import Outside
from topmind.audience.sources import Source
from topmind.aws.exports import download, listing
from topmind.errors import AudienceError, ContentError, UsageError
from topmind.run.clock import SystemClock
from topmind.run.contacts import Pushed, push
from topmind.testing.builders import TODAY

SPEC = """
[tables.contacts]
file = "contacts.csv"
id = "id"
email = "E-Mail"
decimal = ","
dates = "%d.%m.%Y"
[tables.purchases]
file = "sales.csv"
contact = "customer"
date = "day"
amount = "total"
[fields.spent]
column = "spent"
type = "money"
[fields.born]
column = "born"
type = "date"
[consent.email]
basis = "column"
column = "news"
"""
Open = Callable[..., Source]


@pytest.fixture
def opened(tmp_path: Path) -> Iterator[Open]:
    """Opens the sources above from another place, and closes them after the test."""
    (tmp_path / "segments").mkdir()
    (tmp_path / "segments" / "_audience.toml").write_text(SPEC, "utf-8")
    (tmp_path / "pelicanconf.py").write_text("TOPMIND = {}\n", "utf-8")
    sources: list[Source] = []

    def open_(contacts: str, as_of: date = TODAY) -> Source:
        places = settings.load(tmp_path, {"TOPMIND_CONTACTS": contacts})
        sources.append(
            open_source(read_spec(places), places, as_of, Outside(download=download, listing=listing))
        )
        return sources[-1]

    yield open_
    for source in sources:
        source.close()


def told(opened: Open, contacts: str) -> list[str]:
    """What is said where the sources cannot be opened."""
    with pytest.raises(ContentError) as caught:
        opened(contacts)
    return [f"{problem.path}: {problem.says}" for problem in caught.value.problems]


def rows(source: Source) -> list[tuple[object, ...]]:
    """What was read of each contact."""
    found: list[tuple[object, ...]] = source.con.execute(
        "SELECT contact, address, f_spent::VARCHAR, f_born, o_email FROM source_contacts ORDER BY contact"
    ).fetchall()
    return found


# --- PostgreSQL ----------------------------------------------------------------------------------------


@pytest.fixture
def run(postgres_url: str) -> Callable[[str], None]:
    """Runs a statement in the test's own schema."""
    import psycopg

    schema = postgres_url.rpartition("%3D")[2]

    def run_(statement: str) -> None:
        with psycopg.connect(postgres_url, autocommit=True) as connection:
            connection.execute(f"CREATE SCHEMA IF NOT EXISTS {schema}")
            connection.execute(statement)

    run_('CREATE TABLE contacts (id int, "E-Mail" text, spent numeric, born date, news bool, secret text)')
    run_(
        "INSERT INTO contacts VALUES (1, 'a@example.com', 1.234, '1980-02-29', true, 'x'), "
        "(2, 'Bücher \"b\";'||chr(10)||'b', 1234.5, null, false, 'x'), (3, null, null, null, null, 'x')"
    )
    run_("CREATE TABLE orders (customer int, at timestamp, total numeric)")
    run_("INSERT INTO orders VALUES (1, '2026-11-30 23:59:59', 10.5)")
    run_("CREATE VIEW sales AS SELECT customer, at AS day, total FROM orders")
    return run_


@pytest.mark.postgres
def test_a_database_is_read_as_its_types_say(opened: Open, postgres_url: str, run: Any) -> None:
    """Tables and views of the names that the files have; `decimal` and `dates` are for files."""
    source = opened(postgres_url)
    assert rows(source) == [
        ("1", "a@example.com", "1.23", date(1980, 2, 29), True),
        ("2", None, "1234.50", None, False),
        ("3", None, None, None, None),
    ]
    bought = source.con.execute("SELECT contact, day, amount::VARCHAR FROM source_purchases").fetchall()
    assert bought == [("1", date(2026, 11, 30), "10.5000")]
    assert [f.rule for f in source.findings] == ["source/bad-address"]


@pytest.mark.postgres
def test_the_same_bytes_mean_something_else_from_a_database(
    opened: Open, postgres_url: str, run: Any, tmp_path: Path
) -> None:
    """1.234 is a thousand in a file with German commas, and one and a quarter in the database."""
    folder = tmp_path / "exports"
    folder.mkdir()
    (folder / "contacts.csv").write_text("id,E-Mail,spent,born,news\n1,a@example.com,1.234,,\n", "utf-8")
    (folder / "sales.csv").write_text("customer,day,total\n1,2026-11-30,10.5\n", "utf-8")
    run("DELETE FROM contacts WHERE id > 1")
    run("UPDATE contacts SET born = null, news = null")
    assert [row[2] for row in rows(opened(str(folder)))] == ["1234.00"]
    assert [row[2] for row in rows(opened(postgres_url))] == ["1.23"]


@pytest.mark.postgres
def test_a_moment_has_the_companys_day_not_the_servers(
    opened: Open, postgres_url: str, run: Any, tmp_path: Path
) -> None:
    """Half past three in the night at Greenwich is the evening before in New York."""
    (tmp_path / "pelicanconf.py").write_text('TIMEZONE = "America/New_York"\nTOPMIND = {}\n', "utf-8")
    run("DROP VIEW sales")
    run("ALTER TABLE orders ALTER at TYPE timestamptz USING '2026-12-01 03:30:00+00'")
    run("CREATE VIEW sales AS SELECT customer, at AS day, total FROM orders")
    assert opened(postgres_url).con.execute("SELECT day FROM source_purchases").fetchall() == [
        (date(2026, 11, 30),)
    ]


@pytest.mark.postgres
def test_only_the_wanted_columns_leave_the_database(
    opened: Open, postgres_url: str, run: Any, tmp_path: Path
) -> None:
    """Nobody reads what is not declared, and what was fetched is gone when it is converted."""
    run("UPDATE contacts SET secret = 'canary-in-a-column'")
    run("ALTER TABLE contacts RENAME TO people")
    run('CREATE VIEW contacts AS SELECT id, "E-Mail", spent, born, news, 1 / (id - id) AS secret FROM people')
    assert len(rows(opened(postgres_url))) == 3
    kept = [path for path in (tmp_path / "var").rglob("*") if path.is_file()]
    assert kept
    assert not any(b"canary-in-a-column" in path.read_bytes() for path in kept)
    assert not list((tmp_path / "var" / "cache" / "audience" / "fetched").iterdir())


@pytest.mark.postgres
def test_a_database_that_fails_gives_way_to_the_last_good_one(
    opened: Open, postgres_url: str, run: Any
) -> None:
    """A lost column, a lost table, no answer: said in a sentence without address or value."""
    opened(postgres_url)
    run('ALTER TABLE contacts RENAME COLUMN "E-Mail" TO "e_mail"')
    (finding,) = [f for f in opened(postgres_url).findings if f.rule == "source/last-good"]
    assert 'no column "E-Mail". Did you mean "e_mail"?' in finding.says
    assert "THE LAST GOOD ONE IS USED (3 rows)" in finding.says
    run("DROP TABLE contacts")
    assert any("the database has no such table" in f.says for f in opened(postgres_url).findings)
    away = "postgresql://somebody:canary-password@127.0.0.1:9/nowhere"
    said = [f"{f.path} {f.says} {f.fix}" for f in opened(away).findings]
    assert any("does not answer" in text for text in said)
    assert not any("canary" in text or "somebody" in text for text in said)


@pytest.mark.postgres
def test_reading_a_database_writes_nothing_there(opened: Open, postgres_url: str, run: Any) -> None:
    """A view that would is refused by the server."""
    run(
        "CREATE FUNCTION note() RETURNS int LANGUAGE sql AS "
        "$$ INSERT INTO orders VALUES (9, now(), 9) RETURNING customer $$"
    )
    run("DROP VIEW sales")
    run("CREATE VIEW sales AS SELECT note() AS customer, at AS day, total FROM orders")
    assert (
        told(opened, postgres_url)[0]
        == "the database's sales: the database refused (ReadOnlySqlTransaction)."
    )


# --- a bucket ------------------------------------------------------------------------------------------


@pytest.fixture
def bucket(moto: str) -> Iterator[str]:
    """A new bucket of an S3 on loopback."""
    with s3.environment({"AWS_ENDPOINT_URL": moto}):
        yield s3.a_bucket()


CONTACTS = "id;E-Mail;spent;born;news\n1;a@example.com;1.234,5;29.02.1980;yes\n"


def put(bucket: str, key: str, data: str | bytes) -> None:
    """Put an object there."""
    import boto3

    body = data.encode() if isinstance(data, str) else data
    boto3.client("s3").put_object(Bucket=bucket, Key=key, Body=body)


def test_a_bucket_in_place_of_a_folder(opened: Open, bucket: str, tmp_path: Path) -> None:
    """The names are the same; nothing is left beside the converted table."""
    put(bucket, "exports/contacts.csv", CONTACTS)
    put(bucket, "exports/sales.csv", "customer,day,total\n1,2026-11-30,10.5\n")
    source = opened(f"s3://{bucket}/exports")
    assert rows(source) == [("1", "a@example.com", "1234.50", date(1980, 2, 29), True)]
    assert source.findings == ()
    assert not list((tmp_path / "var" / "cache" / "audience" / "fetched").iterdir())


def test_a_folder_in_a_bucket_is_one_table(opened: Open, bucket: str, tmp_path: Path) -> None:
    """Whatever is readable right below it, by name; the later file's row counts; a file more is pushed into it."""
    spec = SPEC.replace('file = "sales.csv"', 'file = "sales"\nid = "number"')
    (tmp_path / "segments" / "_audience.toml").write_text(spec, "utf-8")
    put(bucket, "exports/contacts.csv", CONTACTS)
    assert told(opened, f"s3://{bucket}/exports") == [
        f"s3://{bucket}/exports/sales: there is no CSV, XLSX or Parquet file in the folder for [tables.purchases] in the "
        "folder that TOPMIND_CONTACTS names."
    ]
    head = "number,customer,day,total\n"
    put(bucket, "exports/sales/2026-10.csv", f"{head}R1,1,2026-10-30,10\nR2,1,2026-10-31,3\n")
    put(bucket, "exports/sales/2026-11.csv", f"{head}R2,1,2026-10-31,4\n")
    put(bucket, "exports/sales/old/2025.csv", f"{head}R0,1,2025-10-31,4\n")
    put(bucket, "exports/sales/", "")
    put(bucket, "exports/sales/notes.txt.bak", "x")
    file = tmp_path / "2026-12.csv"
    file.write_text(f"{head}R3,1,2026-12-01,5\n", "utf-8")
    environ = {"TOPMIND_CONTACTS": f"s3://{bucket}/exports"}
    done = push(tmp_path, file, table="purchases", as_of="2026-12-01", clock=SystemClock(), environ=environ)
    assert (done.rows, done.where) == (1, f"s3://{bucket}/exports/sales")
    source = opened(f"s3://{bucket}/exports")
    bought = source.con.execute("SELECT purchase, amount::INT FROM source_purchases ORDER BY 1").fetchall()
    assert bought == [("R1", 10), ("R2", 4), ("R3", 5)]
    assert [f.rule for f in source.findings] == ["source/replaced"]
    assert not list((tmp_path / "var" / "cache" / "audience" / "fetched").iterdir())


def test_a_workbook_in_a_bucket_has_its_own_date(opened: Open, bucket: str, tmp_path: Path) -> None:
    """`max_age` counts from when it was put there, not from when it was fetched."""
    spec = SPEC.partition("[tables.purchases]")[0].replace("contacts.csv", "people.xlsx")
    spec += SPEC[SPEC.index("[fields.spent]") :]
    (tmp_path / "segments" / "_audience.toml").write_text('max_age = "2 days"\n' + spec, "utf-8")
    head = CONTACTS.split("\n", maxsplit=1)[0].split(";")
    book = workbooks.write(
        tmp_path / "b.xlsx", {"x": [head, (1, "a@example.com", 1234.5, date(1980, 2, 29), True)]}
    )
    put(bucket, "people.xlsx", book.read_bytes())
    today = datetime.now(UTC).date()
    assert rows(opened(f"s3://{bucket}", today)) == [
        ("1", "a@example.com", "1234.50", date(1980, 2, 29), True)
    ]
    (finding,) = opened(f"s3://{bucket}", today + timedelta(days=3)).findings
    assert "the export is 3 days old. THE LAST GOOD ONE IS USED" in finding.says


def test_what_a_bucket_does_not_have_is_told(opened: Open, bucket: str) -> None:
    """Its address, and what to do; then the last good one."""
    assert told(opened, f"s3://{bucket}/exports") == [
        f"s3://{bucket}/exports/{name}.csv: there is no such object in the bucket. Put it there: topmind contacts push FILE."
        for name in ("contacts", "sales")
    ]


def test_an_export_is_pushed_into_the_bucket(opened: Open, bucket: str, tmp_path: Path) -> None:
    """Checked as a run would; one that would not be used is not put there."""
    put(bucket, "exports/sales.csv", "customer,day,total\n1,2026-11-30,10.5\n")
    file = tmp_path / "contacts.csv"
    file.write_text(CONTACTS, "utf-8")
    environ = {"TOPMIND_CONTACTS": f"s3://{bucket}/exports"}

    def pushed() -> Pushed:
        return push(tmp_path, file, table=None, as_of="2026-12-01", clock=SystemClock(), environ=environ)

    done = pushed()
    assert (done.rows, done.form) == (1, "utf-8, split by semicolon")
    assert done.where == (f"s3://{bucket}/exports/contacts.csv")
    assert s3.contents(bucket)["exports/contacts.csv"] == file.read_bytes()
    assert [row[0] for row in rows(opened(f"s3://{bucket}/exports"))] == ["1"]
    file.write_text("id;E-Mail\n", "utf-8")
    with pytest.raises(ContentError):
        pushed()
    assert s3.contents(bucket)["exports/contacts.csv"] == CONTACTS.encode()
    file.write_text(CONTACTS, "utf-8")
    environ["TOPMIND_CONTACTS"] = "s3://no-such-bucket-of-ours/exports"
    with pytest.raises(AudienceError, match="the bucket refuses the file"):
        pushed()


@pytest.mark.parametrize("place", ["postgresql://host/crm", "-"])
def test_a_database_takes_no_file(opened: Open, tmp_path: Path, place: str) -> None:
    """Nothing is opened for it; the address is not said."""
    if place == "-":
        toml = tmp_path / "segments" / "_audience.toml"
        toml.write_text(SPEC.replace('"contacts.csv"', '"-"'), "utf-8")
    environ = {"TOPMIND_CONTACTS": "" if place == "-" else place}
    file = tmp_path / "contacts.csv"
    file.write_text(CONTACTS, "utf-8")
    with pytest.raises(UsageError, match="a file cannot be put there") as caught:
        push(tmp_path, file, table="contacts", as_of=None, clock=SystemClock(), environ=environ)
    assert "host" not in str(caught.value)
