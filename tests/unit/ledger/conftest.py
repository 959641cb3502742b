"""The stores behind the one contract."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from topmind.ledger import Ledger
from topmind.testing.clock import FixedClock
from topmind.testing.sending import a_ledger


@pytest.fixture
def clock() -> FixedClock:
    """The store's clock."""
    return FixedClock()


@pytest.fixture(
    params=[
        "memory:",
        "sqlite:///var/ledger.db",
        "s3://bucket/topmind",
        pytest.param("postgresql:", marks=pytest.mark.postgres),
    ]
)
def ledger(request: pytest.FixtureRequest, tmp_path: Path, clock: FixedClock) -> Iterator[Ledger]:
    """An open ledger of each kind that knows three people."""
    url = request.getfixturevalue("postgres_url") if request.param == "postgresql:" else request.param
    opened = a_ledger(url=url, root=tmp_path, clock=clock)
    yield opened
    opened.close()
