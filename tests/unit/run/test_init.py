"""`topmind init` and `topmind new` write files, and never over one."""

from __future__ import annotations

from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from topmind import brand
from topmind.errors import UsageError
from topmind.model import Level
from topmind.run import init, inspect, new
from topmind.testing.clock import FixedClock

DAY = date(2026, 12, 1)
NOW = datetime(2026, 12, 1, 15, tzinfo=UTC)


def skeleton(root: Path, name: str = "Alder Cove Bakery") -> Path:
    """A new project of the first of November."""
    init.init(root, day=date(2026, 11, 1), name=name)
    return root


def test_a_skeleton_is_small_and_pins_its_own_ledger(tmp_path: Path) -> None:
    """Two projects never share a ledger id by accident."""
    written = init.init(tmp_path / "a", day=DAY, name="Alder Cove Bakery")
    init.init(tmp_path / "b", day=DAY, name="Alder Cove Bakery")
    assert "content/company.md" in written
    conf_a, conf_b = ((tmp_path / part / "pelicanconf.py").read_text("utf-8") for part in "ab")
    assert "alder-cove-bakery-" in conf_a
    assert conf_a != conf_b


def test_the_sample_carries_everything_a_business_needs(tmp_path: Path) -> None:
    """Content, themes, segments, settings and the workflows, but not the development's own."""
    written = init.init(tmp_path, day=DAY, sample=True)
    assert {"pelicanconf.py", "themes/brand.toml", ".github/workflows/send.yml"} <= set(written)
    assert ".github/workflows/ci.yml" not in written


def test_nothing_is_written_where_one_file_is_there(tmp_path: Path) -> None:
    """One file in the way stops all of it."""
    (tmp_path / "pelicanconf.py").write_text("mine", "utf-8")
    with pytest.raises(UsageError, match="nothing was written"):
        init.init(tmp_path, day=DAY)
    assert [path.name for path in tmp_path.iterdir()] == ["pelicanconf.py"]


@pytest.mark.parametrize("kind", new.KINDS)
def test_each_template_has_a_place(kind: str) -> None:
    """Every kind gives a path below content/ or segments/ and a text with front matter."""
    path, text = new.path_and_text(kind, "Früher Vogel", DAY, name="tuesday-fix")
    assert path.startswith(("content/", "segments/"))
    assert text.startswith("---\n")
    assert "{" not in text.replace("{{ first_name", "")


SENTENCE = {"house/template-text"}


@pytest.mark.parametrize(
    ("kind", "left"),
    [(kind, SENTENCE if kind == "step" else set()) for kind in new.KINDS if kind != "sequence"],
)
def test_a_new_file_passes_check_or_says_what_to_write(tmp_path: Path, kind: str, left: set[str]) -> None:
    """A draft and an issue on hold pass as they are; what would go out at once names its sentence."""
    root = skeleton(tmp_path)
    (root / "content/sequences/welcome").mkdir(parents=True)
    (root / "content/sequences/welcome.md").write_text(
        "---\ntitle: Welcome\nstarts_from: enters: customers\nsince: 2026-11-01\n---\n", "utf-8"
    )
    (root / "content/sequences/welcome/01-hello.md").write_text(
        "---\nafter: 1 day\nsubject: Hello\n---\nGood to have you.\n", "utf-8"
    )
    name = "weekly 2026-12-01" if kind == "correction" else ""
    new.write(root, kind, "Früher Vogel", date(2026, 12, 1), name)
    found = inspect.findings(root, as_of="2026-12-01", clock=FixedClock(NOW), environ={})
    assert {p.rule for p in found if p.level is Level.ERROR} == left


def test_an_unfilled_item_says_so_once_it_is_no_draft(tmp_path: Path) -> None:
    """Without `status: draft` every sentence of the template is an error on its line."""
    root = skeleton(tmp_path)
    path = root / new.write(root, "article", "Früher Vogel", date(2026, 12, 1))
    path.write_text(path.read_text("utf-8").replace("status: draft\n", ""), "utf-8")
    found = inspect.findings(root, as_of="2026-12-01", clock=FixedClock(NOW), environ={})
    lines = [p.line for p in found if p.rule == "house/template-text"]
    assert lines == [6, 10]


def test_a_fresh_skeleton_says_what_to_do_next(tmp_path: Path) -> None:
    """No error; where the contacts go and with which first line, and what still stands from the template."""
    root = skeleton(tmp_path)
    found = inspect.findings(root, as_of="2026-12-01", clock=FixedClock(NOW), environ={})
    assert not [p for p in found if p.level is Level.ERROR]
    (note,) = (p for p in found if p.rule == "audience/no-contacts")
    assert "var/contacts/contacts.csv" in note.fix
    assert "id,email,since,first_name,last_name,customer,email_consent" in note.fix
    assert {p.path for p in found if p.rule == "house/placeholder"} == {
        "content/company.md",
        "content/team/owner.md",
    }


def test_a_name_that_is_filled_in_once_is_asked_for_everywhere(tmp_path: Path) -> None:
    """`company.md` has the true name; the letterhead and the pages still say "Your Company", and `check` says so."""
    root = skeleton(tmp_path, name="")
    company = root / "content/company.md"
    company.write_text(company.read_text("utf-8").replace("Your Company", "Alder Cove Bakery"), "utf-8")
    found = [
        (p.path, p.line > 0)
        for p in inspect.findings(root, as_of="2026-12-01", clock=FixedClock(NOW), environ={})
        if p.rule == "house/placeholder" and "Your Company" in p.says
    ]
    assert sorted(found) == [("pelicanconf.py", True), ("themes/brand.toml", True)]


def test_contacts_that_are_there_and_broken_are_errors(tmp_path: Path) -> None:
    """Only a missing file is a project without contacts."""
    root = skeleton(tmp_path)
    (root / "var/contacts").mkdir(parents=True)
    (root / "var/contacts/contacts.csv").write_text("id,mail\n1,a@example.com\n", "utf-8")
    found = inspect.findings(root, as_of="2026-12-01", clock=FixedClock(NOW), environ={})
    assert "source/unusable" in {p.rule for p in found if p.level is Level.ERROR}


def test_the_skeleton_wears_the_companys_name(tmp_path: Path) -> None:
    """Its logo is not that of the sample, and a quotation mark in a name harms nothing."""
    root = skeleton(tmp_path, name='Alder "Cove" Bakery')
    assert brand.load(root).logo.text == 'Alder "Cove" Bakery'


def test_a_part_goes_to_a_whole_that_is_there(tmp_path: Path) -> None:
    """A wrong newsletter is refused with the nearest one; where there is one only, it need not be named."""
    root = skeleton(tmp_path)
    with pytest.raises(UsageError, match="weekly"):
        new.write(root, "issue", "X", DAY, "weakly")
    assert str(new.write(root, "issue", "X", DAY)) == "content/newsletters/weekly/2026-12-01.md"
    with pytest.raises(UsageError, match="sequence"):
        new.write(root, "step", "X", DAY)


def test_steps_are_numbered_in_their_order(tmp_path: Path) -> None:
    """The second step stands behind the first in the folder."""
    root = skeleton(tmp_path)
    new.write(root, "sequence", "Welcome", DAY)
    names = [new.write(root, "step", title, DAY, "welcome").name for title in ("Hello", "Again")]
    assert names == ["01-hello.md", "02-again.md"]


def test_a_new_issue_takes_the_next_free_day(tmp_path: Path) -> None:
    """Tuesday's letter gets Tuesdays, the first one that has no file."""
    root = skeleton(tmp_path)
    for expected in (date(2026, 12, 8), date(2026, 12, 15)):
        day = new.next_issue(root, "weekly", as_of="2026-12-02", clock=FixedClock(NOW))
        assert day == expected
        new.write(root, "issue", "X", day, "weekly")


def test_a_new_file_never_replaces_one(tmp_path: Path) -> None:
    """The second `topmind new` with the same title is refused."""
    path = new.write(tmp_path, "tip", "Clean your gutters", DAY)
    assert str(path) == "content/tips/2026-12-01-clean-your-gutters.md"
    with pytest.raises(UsageError, match="already"):
        new.write(tmp_path, "tip", "Clean your gutters", DAY)


def test_an_issue_needs_its_newsletter() -> None:
    """An issue without newsletter says how to name one."""
    with pytest.raises(UsageError, match="--of"):
        new.path_and_text("issue", "X", DAY)


def test_a_correction_names_what_was_wrong(tmp_path: Path) -> None:
    """It goes to exactly those who got that; a target that is not there is found by `check`."""
    root = skeleton(tmp_path)
    with pytest.raises(UsageError, match="what was wrong"):
        new.write(root, "correction", "Oh", DAY)
    new.write(root, "correction", "Oh", date(2026, 12, 1), "weakly 2026-12-01")
    found = inspect.findings(root, as_of="2026-12-01", clock=FixedClock(NOW), environ={})
    (wrong,) = (p for p in found if p.rule == "announcement/corrects")
    assert (wrong.level, wrong.line, "weekly" in wrong.fix) == (Level.ERROR, 5, True)
