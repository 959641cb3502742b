"""A simulator with a verified domain, a clock that stands, and a message that Amazon SES would take."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from topmind.testing.clock import FixedClock
from topmind.testing.ses import SesSimulator


@pytest.fixture
def clock() -> FixedClock:
    """1 December 2026, 15:07 UTC."""
    return FixedClock()


@pytest.fixture
def sim(clock: FixedClock) -> Iterator[SesSimulator]:
    """A warmed-up account with the domain example.com and the configuration set `news`."""
    with SesSimulator(identities=["example.com"], configuration_sets=["news"], clock=clock) as running:
        yield running


@pytest.fixture
def client(sim: SesSimulator) -> Any:
    """A real boto3 client, one attempt a call."""
    return sim.client()
