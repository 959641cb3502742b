"""The desk says so where others than its own machine reach it."""

from __future__ import annotations

import pytest

from topmind.cli.serving import warning


@pytest.mark.parametrize("host", ["127.0.0.1", "127.0.0.5", "::1", "localhost"])
def test_this_machine_alone(host: str) -> None:
    """Nothing to say."""
    assert warning(host) == ""


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.168.1.7", "office.example", ""])
def test_others_reach_it(host: str) -> None:
    """One line: contacts are seen, and no password keeps anybody out."""
    said = warning(host)
    assert "contacts" in said
    assert "without a password" in said
    assert "\n" not in said
