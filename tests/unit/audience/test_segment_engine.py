"""What `TOPMIND_SEGMENT_ENGINE` may say, and what happens where the database cannot be used."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from topmind.audience.engine import Session
from topmind.errors import AudienceError, ConfigError
from topmind.testing.builders import TODAY, a_catalog, a_history, a_segment

if TYPE_CHECKING:
    from conftest import Project  # type: ignore[attr-defined]

LEDGER = "postgresql://ann:secret@db.example/topmind"


@pytest.mark.parametrize(
    ("said", "ledger", "rules_at"),
    [
        ("", LEDGER, ""),
        ("duckdb", LEDGER, ""),
        ("postgres", LEDGER, LEDGER),
        ("postgresql://other.example/db", LEDGER, "postgresql://other.example/db"),
    ],
)
def test_where_rules_run(project: Project, said: str, ledger: str, rules_at: str) -> None:
    """Here by default; `postgres` is the ledger's database."""
    found = project.settings(TOPMIND_SEGMENT_ENGINE=said, TOPMIND_LEDGER=ledger)
    assert found.rules_at == rules_at
    assert "secret" not in repr(found)


@pytest.mark.parametrize(
    ("said", "says"),
    [
        ("postgres", "the ledger is in none"),
        ("spark", "neither duckdb"),
        ("mysql://ann:secret@x/y", "neither"),
    ],
)
def test_an_engine_that_is_none_stops_at_once(project: Project, said: str, says: str) -> None:
    """With what to write, and without what was written: it may hold a password."""
    with pytest.raises(ConfigError, match=says) as caught:
        project.settings(TOPMIND_SEGMENT_ENGINE=said)
    assert "secret" not in f"{caught.value} {caught.value.fix}"


def test_a_database_that_does_not_answer_stops_the_run(project: Project) -> None:
    """Not half of the rules here and half there; the address is in no message."""
    project.file("contacts.csv", "id,email\n1,\n")
    at = "postgresql://ann:secret@127.0.0.1:1/db"
    with (
        project.open(TOPMIND_SEGMENT_ENGINE=at) as source,
        Session(source, a_catalog(segments=[a_segment(who=())]), a_history(), TODAY) as session,
        pytest.raises(AudienceError, match="does not answer") as caught,
    ):
        session.members()
    assert "secret" not in str(caught.value)
    assert caught.value.__cause__ is None
