"""Care for one person through the commands alone: marked, merged and shown in a company that sends."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from small_company import a_company, contacts
from topmind.cli.app import call

VIP = "---\ntitle: Friends\nwho:\n  - marked('vip')\nrank: 5\n---\nMarked by hand.\n"
Said = Callable[..., Any]


@pytest.fixture
def said(tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Said:
    """Runs a command in a company of six, and returns its JSON, or its text."""
    for name in ("TOPMIND_LEDGER", "TOPMIND_CONTACTS", "TOPMIND_AS_OF"):
        monkeypatch.delenv(name, raising=False)
    root = a_company(tmp_path, {"segments/friends.md": VIP}, people=6)

    call(["-C", str(root), "build"])

    def run(*words: str) -> Any:
        capsys.readouterr()
        code = call(["-C", str(root), *words])
        out = capsys.readouterr()
        assert code == 0, out.err + out.out
        return json.loads(out.out) if "--json" in words or words[1] == "export" else out.out

    return run


def members(said: Said, name: str) -> int:
    """Size of a segment."""
    return int(next(one["size"] for one in said("segments", "--json") if one["name"] == name))


def test_a_word_of_ours_holds_from_the_very_next_run(said: Said, tmp_path: Path) -> None:
    """A mark moves somebody into a segment, and out again. A no of one who came with today's export, before any run
    has seen it, lets no mail go first; the other one who came with it has theirs."""
    said("send", "--json")
    assert members(said, "friends") == 0
    said("contacts", "mark", "c003", "vip")
    assert members(said, "friends") == 1
    assert "marked vip" in said("contacts", "show", "c003")
    said("contacts", "mark", "c003", "vip", "--remove")
    assert members(said, "friends") == 0
    (tmp_path / "var/contacts/contacts.csv").write_text(contacts(8), "utf-8")
    said("contacts", "optout", "Canary7@Example.com", "--by", "dana", "--why", "By phone.")
    assert said("send", "--json")["sent_now"] == 1
    no, yes = (said("contacts", "export", name) for name in ("c007", "c008"))
    assert [one["state"] for one in yes["touches"]] == ["accepted"]
    assert no["touches"] == []
    assert (no["address"], no["in_the_last_export"]) == ("canary7@example.com", True)
    assert [(one["what"], one["by"]) for one in no["said"]] == [("email", "office")]
    assert [one["text"] for one in no["notes"]] == [
        "No to all newsletters and offers, heard by dana: By phone."
    ]


def test_two_become_one_while_the_programme_goes_on(said: Said) -> None:
    """Both had this week's letter; next week one mail goes to the two, with nothing in it that either has had, and
    the ledger is sound."""
    first = said("send", "--json")
    assert first["accepted"] >= 6
    said("contacts", "merge", "c001", "c003")
    assert said("plan", "--json")["active"] == 5
    again = said("send", "--json")
    assert (again["sent_now"], again["accepted"]) == (0, first["accepted"])
    before = said("contacts", "export", "c003")
    assert len([one for one in before["touches"] if one["occasion"] == "wall/2026-W49"]) == 2
    had = {item for one in before["touches"] for item in one["items"]}
    said("--as-of", "2026-12-08", "send", "--json")
    after = said("contacts", "export", "c001")
    assert after["contact"] == "c003"
    new = [one for one in after["touches"] if one["occasion"] == "wall/2026-W50"]
    assert [one["state"] for one in new] == ["accepted"]
    assert had.isdisjoint(new[0]["items"])
    assert "No problems found." in said("ledger", "check")
