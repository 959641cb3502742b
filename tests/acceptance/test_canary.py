"""A canary: somebody is mailed, heard of, answers, and is erased. After that they are nowhere: in no table, version,
queue, dead-letter queue, file, log, export or backup, nor in a copy of before that is put back.

Played through the simulator of Amazon SES, with SNS, SQS and a versioned bucket of moto, on each kind of ledger.
"""

from __future__ import annotations

import base64
import contextlib
import gzip
import io
import json
import logging
import quopri
import sqlite3
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import format_datetime
from pathlib import Path
from typing import Any

import boto3
import duckdb
import pytest
from moto.core import DEFAULT_ACCOUNT_ID as ACCOUNT_ID
from moto.sqs.models import sqs_backends

import moto_server
from amazon import Amazon, amazon
from log_words import unpacked
from small_company import AUDIENCE, CONF, FILES, a_company, contacts
from topmind.run import adopting, erasing, exporting, feedback, ledgers, places, reporting, sending, site
from topmind.run import load as load_
from topmind.settings import load
from topmind.testing.clock import FixedClock
from topmind.testing.ses import Feedback, Reaction, TopicSink

#: Their own words, one in each place where a person has any; nothing else has them.
WHO = "crm-qz7741"
ADDRESS = "kestrel.mail77@example.com"
ROW = f"{WHO},{ADDRESS},Qwyxelina,Zvandrelka,interest,june,yes,207-771-7741,7 Wyrmgate Row,Ulqamere Works"
WORDS = (
    "qz7741",
    "kestrel.mail77",
    "qwyxelina",
    "zvandrelka",
    "207-771-7741",
    "wyrmgate",
    "ulqamere",
    "yodelquill",
)
NOW = datetime(2026, 11, 24, 10, 30, tzinfo=UTC)
PEOPLE = 4


def named(raw: bytes | str) -> list[str]:
    """Their words in some bytes: as they stand, as quoted-printable, as base64, with JSON's escapes."""
    data = raw.encode("utf-8", "replace") if isinstance(raw, str) else raw
    spellings = [data, quopri.decodestring(data)]
    for packed in (gzip.decompress, base64.b64decode):
        with contextlib.suppress(Exception):
            spellings.append(packed(data))
    texts = [one.decode("utf-8", "replace").lower() for one in spellings]
    codes = [base64.b64encode(ADDRESS.encode()).decode().rstrip("=")[:-2].lower()]
    return [word for word in (*WORDS, *codes) if any(word in text for text in texts)]


@dataclass
class Company:
    """The company, its account, and everything that was ever printed."""

    root: Path
    aws: Amazon
    clock: FixedClock
    topic: Any
    dead: str
    printed: io.StringIO = field(default_factory=io.StringIO)

    def does(self, name: str, work: Callable[..., Any], *arguments: Any, **options: Any) -> Any:
        """One command, with what it says on any way."""
        with contextlib.redirect_stdout(self.printed), contextlib.redirect_stderr(self.printed):
            found = work(self.root, *arguments, clock=self.clock, **options)
        says = [getattr(found, part, None) for part in ("text", "as_dict")]
        for say in says:
            print(name, repr(say()) if callable(say) else repr(found), file=self.printed)
        return found

    def tick(self) -> set[str]:
        """`topmind send --live`; whom it reached."""
        before = len(self.aws.ses.inbox)
        self.does("send", sending.send, as_of=None, live=True, first_send=True)
        self.aws.ses.flush()
        return {to for mail in self.aws.ses.inbox[before:] for to in mail.to}

    def build(self) -> None:
        """`topmind build`."""
        site.build(load_.load(self.root, as_of=None, clock=self.clock), self.clock)


@pytest.fixture
def company(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest
) -> Iterator[Company]:
    """With a topic, a queue and its dead letters, a versioned bucket, and one person more than is good for them."""
    clock = FixedClock(NOW)
    with amazon(clock=clock) as aws, a_bucket_server(clock) as s3:
        sqs, sns = aws.client("sqs"), aws.client("sns")
        dead = sqs.create_queue(QueueName="dead")["QueueUrl"]
        redrive = {"deadLetterTargetArn": _arn(sqs, dead), "maxReceiveCount": "3"}
        sqs.set_queue_attributes(QueueUrl=aws.queue, Attributes={"RedrivePolicy": json.dumps(redrive)})
        topic = sns.create_topic(Name="feedback")["TopicArn"]
        raw = {"RawMessageDelivery": "true"}
        sns.subscribe(TopicArn=topic, Protocol="sqs", Endpoint=_arn(sqs, aws.queue), Attributes=raw)
        aws.ses.publisher.sink = TopicSink(sns, topic)
        aws.ses.feedback = Feedback(reactions={ADDRESS: (Reaction.CLICK,)})
        for name, value in aws.environ(AWS_ENDPOINT_URL_S3=s3, AWS_EC2_METADATA_DISABLED="true").items():
            monkeypatch.setenv(name, value)
        boto3.DEFAULT_SESSION = None
        root = a_company(tmp_path / "alder", _files(), people=PEOPLE)
        yield Company(root, aws, clock, topic, dead)
    boto3.DEFAULT_SESSION = None


def _arn(sqs: Any, url: str) -> str:
    return str(sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"])


def _files() -> dict[str, str]:
    """Telephone, street and company beside the name; the letter says the last."""
    head, *rows = contacts(PEOPLE).splitlines()
    others = [f"{row},01 555 010{number},{number} Mill Lane,Mill" for number, row in enumerate(rows)]
    extra = 'stage = "stage"\nphone = "phone"\npostal = ["street"]\n'
    more = '\n[fields.firm]\ncolumn = "firm"\nsample = "Mill"\n'
    letter = FILES["content/newsletters/wall.md"].replace(
        "Good morning", 'To {{ firm | default: "you" }}: good morning'
    )
    return {
        "pelicanconf.py": CONF.replace(', "as_of": "2026-12-01"', ""),
        "segments/_audience.toml": AUDIENCE.replace('stage = "stage"\n', extra) + more,
        "content/newsletters/wall.md": letter,
        "content/tips/gutters.md": "---\ntitle: About gutters\ndate: 2026-11-02\n---\nLook at them.\n",
        "content/tips/hinges.md": "---\ntitle: About hinges\ndate: 2026-11-03\n---\nOil them.\n",
        "var/contacts/contacts.csv": "\n".join([f"{head},phone,street,firm", *others, ROW]) + "\n",
    }


@contextlib.contextmanager
def a_bucket_server(clock: FixedClock) -> Iterator[str]:
    """S3 by moto, one request at a time, whose clock is ours; its bucket keeps every version."""

    class Dated(moto_server.Quiet):
        def date_time_string(self, timestamp: float | None = None) -> str:
            return format_datetime(clock.now(), usegmt=True)

    inner = moto_server.application()

    def application(environ: dict[str, Any], start: Callable[..., Any]) -> Any:
        def at(status: str, headers: list[tuple[str, str]], *more: Any) -> Any:
            return start(status, [one for one in headers if one[0].lower() != "date"], *more)

        return inner(environ, at)

    with moto_server.serve(application, threaded=False, handler=Dated) as url:
        s3 = boto3.client(
            "s3", endpoint_url=url, region_name="us-east-1", aws_access_key_id="a", aws_secret_access_key="b"
        )
        s3.create_bucket(Bucket="ours")
        s3.put_bucket_versioning(Bucket="ours", VersioningConfiguration={"Status": "Enabled"})
        yield url


# -- where to look -------------------------------------------------------------------------------------------


def everywhere(company: Company, log: str) -> dict[str, list[str]]:
    """Every place that names them → by which words."""
    found = {"printed": named(company.printed.getvalue()), "log": named(log)}
    found |= dict(_in_files(company.root))
    found |= dict(_in_bucket())
    found |= {name: named(text) for name, text in _in_queues(company)}
    url = load(company.root).ledger_url
    if url.startswith("postgresql:"):
        found |= {name: named(text) for name, text in _in_server(url)}
    return {place: words for place, words in found.items() if words}


def _in_files(root: Path) -> Iterator[tuple[str, list[str]]]:
    """Bytes and names of all files; rows of databases and of Parquet, too."""
    for path in sorted(root.rglob("*")):
        if not path.is_file() or path.is_symlink():
            continue
        name, raw = path.relative_to(root).as_posix(), path.read_bytes()
        yield name, named(name.encode() + raw)
        if path.suffix == ".parquet":
            rows = duckdb.sql(f"SELECT COLUMNS(*)::VARCHAR FROM read_parquet('{path}')").fetchall()
            yield f"{name} (rows)", named(repr(rows))
        if path.suffix == ".db":
            with contextlib.closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True)) as db:
                yield f"{name} (rows)", named("\n".join(db.iterdump()))


def _in_bucket() -> Iterator[tuple[str, list[str]]]:
    """Every version of every object, unpacked."""
    s3 = boto3.client("s3")
    for page in s3.get_paginator("list_object_versions").paginate(Bucket="ours"):
        for one in page.get("Versions", ()):
            where = {"Bucket": "ours", "Key": one["Key"], "VersionId": one["VersionId"]}
            data = s3.get_object(**where)["Body"].read()
            yield f"s3 {one['Key']} {one['IsLatest']}", named(one["Key"] + unpacked(data))


def _in_queues(company: Company) -> Iterator[tuple[str, str]]:
    """Every message, in somebody's hand or not: nobody's receive count goes up by looking."""
    queues = sqs_backends[ACCOUNT_ID]["us-east-1"].queues
    for name, url in (("queue", company.aws.queue), ("dead letters", company.dead)):
        yield name, repr([message.body for message in queues[url.rpartition("/")[2]]._messages])


def _in_server(url: str) -> Iterator[tuple[str, str]]:
    """Every row of every table of the schemas of these tests."""
    import psycopg

    with psycopg.connect(url) as db:
        tables = db.execute(
            "SELECT schemaname, tablename FROM pg_tables WHERE schemaname ~ '^s[0-9a-f]{12}'"
        ).fetchall()
        for schema, table in tables:
            yield f"{schema}.{table}", repr(db.execute(f'SELECT * FROM "{schema}"."{table}"').fetchall())  # type: ignore[arg-type]  # a literal, names from the server


# -- the story -----------------------------------------------------------------------------------------------


@pytest.fixture(params=["file", "bucket", pytest.param("server", marks=pytest.mark.postgres)])
def where(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[], None]]:
    """Sets the ledger's address; called: the place to which a copy is put back, as the docs say."""
    if request.param == "file":
        monkeypatch.setenv("TOPMIND_LEDGER", "sqlite:///var/ledger.db")

        def file() -> None:
            for path in (request.getfixturevalue("company").root / "var").glob("ledger.db*"):
                path.unlink()

        yield file
    elif request.param == "bucket":
        monkeypatch.setenv("TOPMIND_LEDGER", "s3://ours/first")

        def bucket() -> None:
            monkeypatch.setenv("TOPMIND_LEDGER", "s3://ours/second")
            monkeypatch.setenv("TOPMIND_INBOX", "s3://ours/first")

        yield bucket
    else:
        url = request.getfixturevalue("postgres_url")
        monkeypatch.setenv("TOPMIND_LEDGER", url)
        monkeypatch.setenv("TOPMIND_INBOX", "s3://ours/inbox")
        yield lambda: monkeypatch.setenv("TOPMIND_LEDGER", f"{url}b")
        import psycopg

        schema = url.rpartition("%3D")[2]
        with psycopg.connect(url, autocommit=True) as db:
            db.execute(f"DROP SCHEMA IF EXISTS {schema}b CASCADE")


def answered(company: Company) -> None:
    """They answer in words, change a topic twice, and pause; a run takes it in."""
    settings = load(company.root)
    inbox, at = places.inbox(settings), company.clock.now().isoformat()
    touch = company.aws.ses.inbox[-1].tags["touch"]
    said = {"contact": WHO, "at": at, "touch": touch}
    inbox.put({"kind": "answer", "value": "happy", "comment": "I yodelquill on walls", **said})
    inbox.put({"kind": "topic_off", "value": "gossip", **said})
    inbox.put({"kind": "topic_on", "value": "gossip", **said})


def leave_traces(company: Company) -> None:
    """A mail of a rehearsal, a message that nobody can read among the dead letters, and one more in the queue."""
    mail = company.root / "var/outbox" / f"{'ab' * 16}-1.eml"
    mail.parent.mkdir(exist_ok=True)
    mail.write_text(f"To: {ADDRESS}\r\nSubject: Your wall, Qwyxelina\r\n\r\nTo Ulqamere Works\r\n")
    sqs = company.aws.client("sqs")
    sqs.send_message(QueueUrl=company.aws.queue, MessageBody=json.dumps({"odd": ADDRESS}))
    for _ in range(40):  # by the queue's own rule: whatever nobody deletes is among the dead letters by then
        sqs.receive_message(QueueUrl=company.aws.queue, MaxNumberOfMessages=10, VisibilityTimeout=0)
    sqs.send_message(QueueUrl=company.aws.queue, MessageBody=json.dumps({"strange": ADDRESS}))
    sqs.send_message(QueueUrl=company.dead, MessageBody="of somebody else")


def out_of_the_source(company: Company) -> None:
    """Whoever erases somebody takes them out of their own contacts first."""
    path = company.root / "var/contacts/contacts.csv"
    path.write_text(path.read_text("utf-8").replace(f"{ROW}\n", ""), "utf-8")


def test_a_canary(
    where: Callable[[], None], company: Company, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """They sing for two weeks; erased, nothing of them is left, not even after a copy of before was put back."""
    caplog.set_level(logging.DEBUG, logger="topmind")
    company.build()
    assert ADDRESS in company.tick()
    company.does("feedback", feedback.run)
    answered(company)
    company.clock.advance(days=7)
    assert ADDRESS in company.tick()
    company.does("backup", ledgers.backup, tmp_path / "before.db")
    leave_traces(company)
    before = everywhere(company, caplog.text)
    assert {"queue", "dead letters", "var/contacts/contacts.csv"} <= set(before), "else we look for nothing"
    assert not {"printed", "log"} & set(before)

    out_of_the_source(company)
    erased = company.does("erase", erasing.erase, WHO)
    assert erased.now
    assert erased.missing == erased.named == ()
    company.does("export", exporting.export, company.root / "var/tables", people=True)
    company.does("export", exporting.export, company.root / "var/rows", format_="csv", people=True)
    company.does("backup", ledgers.backup, company.root / "var/after.db")
    company.does("report", reporting.report, as_of=None)
    assert everywhere(company, caplog.text) == {}
    company.clock.advance(days=7)
    assert ADDRESS not in company.tick()
    assert everywhere(company, caplog.text) == {}

    # the copy of before names them; it is put back, adopted, and the next letter goes
    where()
    company.does("restore", ledgers.restore, tmp_path / "before.db")
    company.does("adopt", adopting.adopt, as_of=None)
    assert everywhere(company, caplog.text) == {}
    company.clock.advance(days=7)
    reached = company.tick()
    assert ADDRESS not in reached
    assert everywhere(company, caplog.text) == {}
    assert company.does("check", ledgers.check).sound
    company.does("erase", erasing.erase, WHO)
    assert everywhere(company, caplog.text) == {}
