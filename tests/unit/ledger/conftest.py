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


@pytest.fixture(params=["memory:", "sqlite:///var/ledger.db", "s3://bucket/topmind"])
def ledger(request: pytest.FixtureRequest, tmp_path: Path, clock: FixedClock) -> Iterator[Ledger]:
    """An open ledger of each kind that knows three people."""
    opened = a_ledger(url=request.param, root=tmp_path, clock=clock)
    yield opened
    opened.close()
