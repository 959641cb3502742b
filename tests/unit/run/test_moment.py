"""Which day and instant a command acts on."""

from __future__ import annotations

from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from topmind.errors import ConfigError, UsageError
from topmind.run import moment
from topmind.settings import ProjectSettings, Settings
from topmind.testing.clock import FixedClock

#: 03:30 in UTC is still the evening before in New York.
CLOCK = FixedClock(datetime(2026, 12, 2, 3, 30, tzinfo=UTC))


def settings(*, as_of: date | None = None, zone: str = "America/New_York") -> Settings:
    """Settings with nothing but a zone and perhaps a pinned day."""
    return Settings(
        root=Path("/project"),
        project=ProjectSettings(as_of=as_of),
        pelican={"TIMEZONE": zone},
        ledger_url="memory:",
        contacts="",
        keys="",
        transport="memory",
        live_url="http://127.0.0.1:8000",
        configuration_set="",
        feedback_queue="",
        site_bucket="",
    )


def test_the_clock_decides_where_nobody_says_otherwise() -> None:
    """Without --as-of and pin it is now, on the company's local day."""
    found = moment.read(None, settings(), CLOCK)
    assert found == moment.Moment(as_of=date(2026, 12, 1), now=CLOCK.now(), all_day=False, real=True)


def test_a_pinned_project_lives_on_its_day() -> None:
    """The pinned day stands in for --as-of, and is not the real time."""
    found = moment.read(None, settings(as_of=date(2026, 12, 1)), CLOCK)
    assert (found.as_of, found.all_day, found.real) == (date(2026, 12, 1), True, False)


def test_a_bare_date_is_the_whole_day() -> None:
    """A date opens the whole local day of every contact."""
    found = moment.read("2026-12-24", settings(as_of=date(2026, 12, 1)), CLOCK)
    assert (found.as_of, found.all_day) == (date(2026, 12, 24), True)


def test_a_moment_with_offset_is_exact() -> None:
    """An ISO time with offset is that instant; the day is the company's."""
    found = moment.read("2026-12-01T23:30-05:00", settings(), CLOCK)
    assert found.now == datetime(2026, 12, 2, 4, 30, tzinfo=UTC)
    assert (found.as_of, found.all_day) == (date(2026, 12, 1), False)


@pytest.mark.parametrize("text", ["yesterday", "2026-13-01", "2026-12-01T09:30", "12/1/2026"])
def test_anything_else_is_refused(text: str) -> None:
    """No guess is made of a time without offset or a local notation."""
    with pytest.raises(UsageError, match="offset"):
        moment.read(text, settings(), CLOCK)


def test_an_unknown_zone_names_the_setting() -> None:
    """A wrong TIMEZONE is a ConfigError, not a traceback."""
    with pytest.raises(ConfigError, match="TIMEZONE"):
        moment.read(None, settings(zone="Mars/Olympus"), CLOCK)
