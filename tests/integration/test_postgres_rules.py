"""The same rules give the same members in the embedded engine and in a real PostgreSQL."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterator, Mapping
from datetime import date
from pathlib import Path
from random import Random
from typing import Any

import pytest
from sqlglot import exp

import audience_oracle as oracle
from topmind import catalog, settings
from topmind.audience import open_source, read_spec
from topmind.audience.engine import Session, select_rows
from topmind.audience.predicates import compile_date, compile_rule
from topmind.audience.rules import condition_of, date_texts, order_segments
from topmind.model import History
from topmind.testing import audience

pytestmark = pytest.mark.postgres
TODAY = date(2026, 12, 1)
TABLES = (
    "contacts",
    "purchases",
    "things",
    "activities",
    "touches",
    "touch_items",
    "answers",
    "marks",
    "redeemed",
    "stage_moves",
    "member",
)
TYPES = {"VARCHAR": "text", "INTEGER": "integer", "BIGINT": "bigint", "BOOLEAN": "boolean", "DATE": "date"}


class Server:
    """PostgreSQL with a session's tables in it."""

    def __init__(self, server: Any, name: str, session: Session) -> None:
        self.server, self.name = server, name
        server.psql(f"CREATE DATABASE {name} ENCODING 'UTF8' LC_COLLATE 'C' LC_CTYPE 'C' TEMPLATE template0;")
        for table in TABLES:
            self.run(_load(session, table))

    def run(self, script: str) -> str:
        """Run a script that must not fail."""
        head = f"\\set ON_ERROR_STOP on\n\\c {self.name}\n\\pset tuples_only on\n\\pset format unaligned\n"
        out: str = self.server.psql(head + script)
        return out

    def rows(self, queries: Mapping[str, exp.Query]) -> dict[str, set[tuple[str, ...]]]:
        """Answers of several queries by name."""
        script = "".join(
            f"\\echo @@{name}\n{query.sql('postgres', identify=True)};\n" for name, query in queries.items()
        )
        found: dict[str, set[tuple[str, ...]]] = {}
        for part in self.run(script).split("@@")[1:]:
            name, *lines = part.splitlines()
            found[name] = {tuple(line.split("|")) for line in lines if line}
        assert set(found) == set(queries)
        return found


def _type(kind: str) -> str:
    """PostgreSQL's word for a type of DuckDB."""
    return "text" if kind.startswith("ENUM") else TYPES.get(kind, kind.replace("DECIMAL", "numeric"))


def _load(session: Session, table: str) -> str:
    """DDL and rows of one table as a psql script."""
    described = session.con.execute(f"DESCRIBE {table}").fetchall()
    columns = ", ".join(f'"{name}" {_type(kind)}' for name, kind, *_ in described)
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerows(session.con.execute(f"SELECT * FROM {table}").fetchall())
    return f'CREATE TABLE "{table}" ({columns});\nCOPY "{table}" FROM STDIN (FORMAT csv);\n{text.getvalue()}\\.\n'


@pytest.fixture
def opened(tmp_path: Path) -> Iterator[Callable[..., Session]]:
    """Opens a session on a folder's audience; closed after the test."""
    sessions: list[Any] = []

    def open_(where: settings.Settings, of: Any, history: History, as_of: date) -> Session:
        source = open_source(read_spec(where), where, as_of)
        session = Session(source, of, history, as_of)
        sessions.extend([session.con, source])
        return session

    yield open_
    for one in sessions:
        one.close()


def test_segments_of_the_sample(
    postgres: Any, repository: Path, tmp_path: Path, opened: Callable[..., Session]
) -> None:
    """Every segment and every dated fact of the sample company, with a past in the ledger."""
    audience.write(tmp_path, as_of=TODAY, contacts=600)
    where = settings.load(repository, {"TOPMIND_CONTACTS": str(tmp_path)})
    loaded = catalog.load(where, TODAY, read_spec(where).fields).catalog
    assert loaded is not None
    past = History(
        ledger="test",
        touches=audience.past_touches(as_of=TODAY, contacts=600),
        answers=audience.past_answers(as_of=TODAY, contacts=600),
    )
    session = opened(where, loaded, past, TODAY)
    server = Server(postgres, "sample", session)
    here = session.members(named=set(loaded.segments))
    for name in order_segments(loaded.segments).order:
        condition = condition_of(loaded.segments[name], session.env)
        there = server.rows({name: select_rows(condition)})[name]
        assert {int(nr) for (nr,) in there} == set(here[name].tolist()), name
        sql = select_rows(condition).sql("postgres", identify=True)
        server.run(f"INSERT INTO member SELECT '{name}', nr FROM ({sql}) AS found;\n")
    assert sum(len(rows) for rows in here.values()) > 600
    queries = {
        f"d{n}": compile_date(t, session.env).query for n, t in enumerate(date_texts(loaded.sequences))
    }
    for name, there in server.rows(queries).items():
        rows = session.con.execute(queries[name].sql("duckdb", identify=True)).fetchall()
        assert there == {(str(nr), str(day), fact or "") for nr, day, fact in rows}


def test_random_rules(postgres: Any, tmp_path: Path, opened: Callable[..., Session]) -> None:
    """120 random rules over nulls, ties, leap days and refunds."""
    people = oracle.audience(seed=5, n=120)
    (tmp_path / "segments").mkdir()
    (tmp_path / "pelicanconf.py").write_text("TOPMIND = {}\n", "utf-8")
    (tmp_path / "segments" / "_audience.toml").write_text(oracle.SPEC, "utf-8")
    oracle.write_csv(tmp_path / "segments", people)
    session = opened(settings.load(tmp_path, {}), oracle.catalog({}), oracle.history(people), oracle.AS_OF)
    rng = Random(3)
    texts = [oracle.a_rule(rng.choice, people).text for _ in range(120)]
    conditions = {f"r{n}": compile_rule(text, session.env) for n, text in enumerate(texts)}
    there = Server(postgres, "random", session).rows({n: select_rows(c) for n, c in conditions.items()})
    for (name, condition), text in zip(conditions.items(), texts, strict=True):
        assert {int(nr) for (nr,) in there[name]} == set(session.rows(condition).tolist()), text
