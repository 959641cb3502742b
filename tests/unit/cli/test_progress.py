"""What a long send says while it runs: counts, rate and time left, never a name."""

from __future__ import annotations

import re

import pytest

from topmind.cli.output import Progress, pretty_left


def test_a_line_now_and_then_where_nobody_watches(capsys: pytest.CaptureFixture[str]) -> None:
    """Every 500 mails and at the end, with the rate; in between nothing."""
    told = Progress(every=500)
    for done in range(1, 1201):
        told(done, 1200)
    lines = capsys.readouterr().err.splitlines()
    assert [re.match(r"  (\d+) of 1200 done, .* a second", line).group(1) for line in lines] == [  # type: ignore[union-attr]  # a line that does not match fails the test
        "500",
        "1000",
        "1200",
    ]


@pytest.mark.parametrize(
    ("seconds", "says"),
    [(0.4, ""), (12.3, ", about 12 s left"), (89, ", about 89 s left"), (600, ", about 10 min left")],
)
def test_time_left_in_words(seconds: float, says: str) -> None:
    """Seconds for a minute and a half, then minutes."""
    assert pretty_left(seconds) == says


def test_a_reader_that_went_away_stops_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    """A closed terminal is no reason to stop a send."""

    class Closed:
        def isatty(self) -> bool:
            raise ValueError("I/O operation on closed file")

    monkeypatch.setattr("sys.stderr", Closed())
    told = Progress(every=1)
    told(1, 2)
    told(2, 2)
