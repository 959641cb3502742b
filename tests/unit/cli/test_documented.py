"""Commands, settings and file formats that exist are documented, and nothing else is."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import docs_reference
from topmind import delivery
from topmind.cli.app import COMMANDS
from topmind.cli.contacts import command as contacts_command
from topmind.delivery import silence
from topmind.settings import ProjectSettings

ROOT = Path(__file__).parents[3]


def test_the_reference_page_is_what_the_schemas_say() -> None:
    """`make docs` writes it; a key that is added shows up here."""
    assert docs_reference.TARGET.read_text("utf-8") == docs_reference.page()


def test_every_command_is_on_the_commands_page() -> None:
    """And no command that does not exist."""
    text = (ROOT / "content/pages/docs/commands.md").read_text("utf-8")
    assert set(re.findall(r"^\| `topmind ([a-z]+)` \|", text, re.MULTILINE)) == set(COMMANDS)


def test_every_command_for_contacts_is_documented() -> None:
    """On the commands page, and with an example where it is told how to use it."""
    pages = {path.stem: path.read_text("utf-8") for path in (ROOT / "content/pages/docs").glob("*.md")}
    (row,) = re.findall(r"^\| `topmind contacts` \|.*$", pages["commands"], re.MULTILINE)
    told = set(re.findall(r"`([a-z]+)[^`]*`", row))
    assert set(contacts_command.commands) <= told
    for name in contacts_command.commands:
        assert any(f"topmind contacts {name} " in text for text in pages.values()), name


def test_every_environment_variable_is_in_the_readme() -> None:
    """Whatever the package reads from the environment stands in the table, with its default."""
    package = "\n".join(path.read_text("utf-8") for path in (ROOT / "plugins").rglob("*.py"))
    read = set(re.findall(r'(?:env\.get\(|envvar=)"(TOPMIND_[A-Z_]+)"', package))
    rows = re.findall(r"^\| (`TOPMIND_.*?) \|", (ROOT / "README.md").read_text("utf-8"), re.MULTILINE)
    told = set(re.findall(r"TOPMIND_[A-Z_]+", " ".join(rows)))
    assert read == told


def test_every_setting_is_documented() -> None:
    """The keys of the TOPMIND dict stand on the page about sending."""
    text = (ROOT / "content/pages/docs/sending.md").read_text("utf-8")
    assert set(ProjectSettings.model_fields) <= set(re.findall(r"^\| `([a-z_]+)` \|", text, re.MULTILINE))


def test_every_make_target_that_the_readme_names_exists() -> None:
    """A reader who copies a line gets what it says."""
    targets = set(re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text("utf-8"), re.MULTILINE))
    named = set(re.findall(r"`?make ([a-z]+)", (ROOT / "README.md").read_text("utf-8")))
    assert named <= targets


def test_what_stops_a_run_is_on_the_page_about_sending() -> None:
    """Whoever looks for the sentence that a guard prints finds it there, with what to do."""
    text = (ROOT / "content/pages/docs/sending.md").read_text("utf-8")
    table = text.partition("### What stops a run")[2].partition("\n### ")[0]
    stops = delivery.Facts(
        transport="ses", postal_address=("1 Mill Lane",), senders=("a@b.example",), keys=True, pinned=True
    )
    (rehearsed,) = delivery.findings(replace(stops, rehearsed=3))
    (first,) = delivery.findings(replace(stops, first=True))
    dead = silence.says(datetime(2026, 12, 1, tzinfo=UTC))
    for sentence in (rehearsed.says.removeprefix("3 "), first.says, dead):
        assert sentence.partition(":")[0].rstrip(".") in table
    for fix in (
        "another place in `TOPMIND_LEDGER`",
        "`topmind approve`",
        "--first-send",
        "`topmind feedback`",
    ):
        assert fix in table
