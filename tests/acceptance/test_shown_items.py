"""Items that a mail shows by its own words, at the command line of a small company: had like what was chosen."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from programme import Programme, a_sequence, a_step
from topmind.cli.app import call

TIP = "---\ntitle: Before the frost\ndate: 2026-10-01\nwhere: email\nuse: until 2027-06-01\n---\nClose the joints in October.\n"
LETTER = "---\nid: weekly\ntitle: Weekly\nevery: Tuesday at 09:00\nsubject: Weekly\n---\nHello.\n\n/// slot | 1 tip\n"
#: Customers see the tip, the others do not.
WORDS = (
    "---\nsubject: Frost tonight\n---\nCover the taps.\n\n/// for | customers\n/// item | tips/frost\n///\n"
)
ISSUE = "content/newsletters/weekly/2026-11-03.md"


def test_no_slot_chooses_what_the_words_of_a_mail_have_shown(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Only for those who saw it, also after the file says something else; `why` says where it was shown."""
    files = {"content/tips/frost.md": TIP, "content/newsletters/weekly.md": LETTER, ISSUE: WORDS}
    files |= a_sequence("first", "first_purchase()") | a_step(
        "first", 1, "after: 1 day", text="Thanks.\n\n/// item | tips/frost"
    )
    made = Programme(tmp_path / "alder", files)
    made.buys("c1", "2026-03-01")
    assert [contact for contact, _ in made.tick("2026-11-03")] == [f"c{n}" for n in range(1, 8)]
    made.desk.write({ISSUE: WORDS.partition("/// for")[0]})
    made.buys("c2", "2026-11-05")
    assert made.tick("2026-11-06") == [("c2", "first 1")]
    assert made.tick("2026-11-10") == [(f"c{n}", "Weekly") for n in range(3, 8)]
    why = ("-C", str(made.desk.root), "--as-of", "2026-11-10", "why", "--json")
    for contact, where in (("c1", "weekly/2026-W45"), ("c2", "first/step1/once")):
        capsys.readouterr()
        assert call([*why[:-1], contact]) == 0
        said = capsys.readouterr().out
        assert f"shown by the words of a mail, so not chosen for them: tips/frost (in {where})" in said
        assert f"{where}: its words showed tips/frost" in said
    assert call([*why, "c1"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert told["already_shown"] == [{"item": "tips/frost", "in": "weekly/2026-W45"}]
    shown = [(t["occasion"], t["items"], t["shown"]) for t in told["touches"] if t["shown"]]
    assert shown == [("weekly/2026-W45", [], ["tips/frost"])]
    assert call(["-C", str(made.desk.root), "--as-of", "2026-11-17", "why", "c1"]) == 0
    verdict = (
        "weekly/2026-W47: expired: nothing new for them (tips/frost was already shown in weekly/2026-W45)"
    )
    assert verdict in capsys.readouterr().out
