"""`check --fix` over the generated mistakes: what is certain becomes what was meant, letter for letter; the rest stays."""

from __future__ import annotations

import stat
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

import head_mistakes
import mistakes
from topmind.catalog import schemas
from topmind.cli.app import call
from topmind.model import Edit, Level, Problem
from topmind.run import inspect, mending, of_files
from topmind.testing.clock import FixedClock

BASE = {
    "pelicanconf.py": "TOPMIND = {}\n",
    "content/company.md": (
        "---\nname: N\naddress: A\nzone: America/New_York\nprogramme_starts: 2025-06-01\nowner: dana\ntopics:\n  fixes: F\n---\n"
    ),
    "content/team/dana.md": "---\nname: Dana\nrole: Owner\nemail: dana@example.com\n---\n",
    "content/tips/gutters.md": "---\ntitle: Gutters\ndate: 2026-11-01\n---\nText.\n",
    "content/newsletters/tuesday-fix.md": "---\ntitle: T\nevery: Tuesday at 09:00\nsubject: S\n---\n/// slot | 1 tip\n",
    "content/sequences/first.md": "---\ntitle: F\nstarts_from: first_purchase()\n---\n",
    "segments/customers.md": "---\ntitle: C\nwho: purchases() > 0\n---\n",
    "segments/_audience.toml": (
        '[tables.contacts]\nfile = "c.csv"\nid = "id"\nemail = "mail"\n[tables.purchases]\nfile = "p.csv"\ncontact = "c"\n'
        'date = "d"\namount = "a"\n[fields.first_name]\ncolumn = "first"\n'
    ),
    **mistakes.BESIDE,
}


@dataclass(frozen=True)
class Broken:
    """A file with one mistake."""

    path: str
    text: str
    #: "" = nobody can be certain.
    good: str


def broken_texts() -> list[Broken]:
    """Each mistake of a block or tag in a file of its own."""
    found = []
    for number, one in enumerate([*mistakes.wrong_blocks(), *mistakes.wrong_tags()]):
        folder, head = ("tips", f"---\ntitle: T{number}\ndate: 2026-11-01\n---\n")
        if one.name.startswith("slot"):
            folder, head = (
                "newsletters",
                f"---\ntitle: N{number}\nevery: Monday at 09:00\nsubject: S\n---\n",
            )
        good = head + one.mended if one.mended else ""
        found.append(Broken(f"content/{folder}/x{number}.md", head + one.text, good))
    return found


def broken_heads() -> list[Broken]:
    """Each key of each schema misspelt, doubled, or of nonsense, in a file of its own."""
    found: list[Broken] = []
    for schema, mutation in head_mistakes.CASES:
        if schema in {schemas.CompanyHead, schemas.IssueHead} or mutation not in {
            "doubled",
            "misspelt",
            "nonsense",
        }:
            continue
        for key in head_mistakes.keys_of(schema, mutation):
            number = len(found)
            text, line = head_mistakes.mutated(schema, key, mutation)
            # as the same key may be wrong in six ways, a file's own id and address come from its number
            text = text.replace(
                f": own-{list(head_mistakes.GOOD[schema][1]).index(key)}\n", f": own-{number}\n"
            )
            lines = text.splitlines(keepends=True)
            good = ""
            if mutation == "doubled":
                good = "".join(lines[: line - 1] + lines[line:])
            elif mutation == "misspelt":
                good = text.replace(f"{key}q:", f"{key}:")
            found.append(Broken(head_mistakes.place(schema, number), text, good))
    return found


def write(root: Path, files: dict[str, str]) -> None:
    for name, text in files.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, "utf-8", newline="")


def problems(root: Path) -> list[Problem]:
    """The errors of a project."""
    found = of_files.problems(root, as_of="2026-12-01", clock=FixedClock(), environ={})
    return [one for one in found if one.level is Level.ERROR]


def mended(root: Path) -> tuple[mending.Mended, ...]:
    return mending.find(root, as_of="2026-12-01", clock=FixedClock(), environ={})


def besides(schema_files: list[Broken]) -> dict[str, str]:
    """A step for each sequence, so that it is whole."""
    step = "---\nafter: 1 day\nsubject: S\n---\nText.\n"
    return {
        f"{one.path.removesuffix('.md')}/01-a.md": step
        for one in schema_files
        if one.path.startswith("content/sequences/") and one.path.count("/") == 2
    }


@pytest.mark.parametrize("made", [broken_texts, broken_heads], ids=["texts", "heads"])
def test_what_is_certain_becomes_what_was_meant(tmp_path: Path, made: Callable[[], list[Broken]]) -> None:
    """The finding is gone and no other has come; what is not certain is not touched; a second run changes nothing."""
    files = made()
    write(tmp_path, {**BASE, **besides(files), **{one.path: one.text for one in files}})
    before = {p.path for p in problems(tmp_path)}
    assert {one.path for one in files} <= before
    found = mended(tmp_path)
    assert all((tmp_path / one.path).read_text("utf-8") == one.text for one in files)
    assert mending.write(tmp_path, found) == ()
    after = {p.path for p in problems(tmp_path)}
    certain = [one for one in files if one.path in {m.path for m in found}]
    for one in files:
        text = (tmp_path / one.path).read_text("utf-8")
        assert text == (one.good if one in certain else one.text), one.path
        assert (one.path in after) == (one not in certain), one.path
    assert after <= before
    # a key with a neighbor (`starts` and `stages`) is left; nearly all have none
    assert len(certain) >= 0.9 * len([one for one in files if one.good])
    assert mended(tmp_path) == ()


def test_a_page_is_mended_like_any_other_text(tmp_path: Path) -> None:
    """Its mistakes are found in the same run as those of items, and mended with them."""
    page = "---\ntitel: About\norder: high\n---\n/// callot | Us\nTwo people, {{ frist_name }}.\n///\n\n/// item | tips/x\n"
    write(
        tmp_path,
        {
            **BASE,
            "content/pages/about.md": page,
            "content/tips/x.md": "---\ntitel: X\ndate: 2026-11-01\n---\nX.\n",
        },
    )
    before = inspect.findings(tmp_path, as_of="2026-12-01", clock=FixedClock(), environ={})
    assert [(p.line, p.rule) for p in before if p.path == "content/pages/about.md"] == [
        (2, "front-matter/unknown-key"),
        (3, "front-matter/number"),
        (5, "block/unknown"),
        (6, "merge-tag/unknown-field"),
    ]
    found = mended(tmp_path)
    assert {one.path: [change.line for change in one.changes] for one in found} == {
        "content/pages/about.md": [2, 5, 6],
        "content/tips/x.md": [2],
    }


@pytest.mark.parametrize("end", ["\r\n", "\r", "\n"])
def test_everything_else_stays_byte_for_byte(tmp_path: Path, end: str) -> None:
    """Line ends, a byte-order mark, the missing last line end and the rights of the file."""
    text = '---\ntitel: “Gutters”\ndate: 2026-11-01\n---\nHello {{ frist_name | default: "é" }}\n\n//// callout | Ice\nx\n///'
    write(tmp_path, BASE)
    path = tmp_path / "content" / "tips" / "a.md"
    path.write_bytes(b"\xef\xbb\xbf" + text.replace("\n", end).encode())
    path.chmod(0o640)
    (one,) = mended(tmp_path)
    assert [change.line for change in one.changes] == [2, 5, 7]
    assert mending.write(tmp_path, [one]) == ()
    good = text.replace("titel", "title").replace("frist", "first").replace("////", "///")
    assert path.read_bytes() == b"\xef\xbb\xbf" + good.replace("\n", end).encode()
    assert stat.S_IMODE(path.stat().st_mode) == 0o640
    assert [p.name for p in path.parent.iterdir()] == ["a.md", "gutters.md"] or len(
        list(path.parent.iterdir())
    ) == 2


def test_a_file_that_was_changed_meanwhile_is_left_alone(tmp_path: Path) -> None:
    """An editor saved between the look and the write: its text wins."""
    write(tmp_path, {**BASE, "content/tips/a.md": "---\ntitel: A\ndate: 2026-11-01\n---\nText.\n"})
    found = mended(tmp_path)
    write(tmp_path, {"content/tips/a.md": "---\ntitle: B\ndate: 2026-11-01\n---\nText.\n"})
    assert mending.write(tmp_path, found) == found
    assert "title: B" in (tmp_path / "content/tips/a.md").read_text("utf-8")


#: Saves another text, or takes the file away, when the project is read for the second time.
SAVING = """from pathlib import Path
root = Path(__file__).parent
seen, file = root / "seen", root / "content/tips/a.md"
if seen.exists():
    {then}
seen.touch()
TOPMIND = {{}}
"""


@pytest.mark.parametrize(
    ("then", "left"), [("file.write_text('newer', 'utf-8')", "newer"), ("file.unlink(missing_ok=True)", None)]
)
def test_what_is_saved_while_it_looks_wins(tmp_path: Path, then: str, left: str | None) -> None:
    """The look takes seconds: what an editor saves, or somebody deletes in them stays so."""
    text = "---\ntitel: A\ndate: 2026-11-01\n---\nText.\n"
    write(tmp_path, {**BASE, "content/tips/a.md": text, "pelicanconf.py": SAVING.format(then=then)})
    found = mended(tmp_path)
    assert [one.path for one in found] == ["content/tips/a.md"]
    assert mending.write(tmp_path, found) == found
    file = tmp_path / "content/tips/a.md"
    assert (file.read_text("utf-8") if file.exists() else None) == left


@pytest.mark.parametrize(
    "text",
    [
        "title: A\ndate: 12/1/2026",
        "title: A\ndate: 2026-11-01\ntags: a\ntags: b",
        "title: A\ndate: 2026-11-01\nsegments: [top-1]",
        "title: A\ndate: 2026-11-01\nsegments: [client]",
        "title: A\n  where: we meet at noon",
        "title: A\ndate: 2026-11-01\nstatus: [draft, published]",
    ],
)
def test_what_is_left_to_a_person(tmp_path: Path, text: str) -> None:
    """Two readings, two values, a number, two near names, words that would become a key, a list of two."""
    names = ("top-10", "top-100", "clients", "clienti")
    rule = "---\ntitle: X\nwho: purchases() > 0\n---\n"
    write(tmp_path, {**BASE, **{f"segments/{name}.md": rule for name in names}})
    write(tmp_path, {"content/tips/a.md": f"---\n{text}\n---\nText.\n"})
    assert any(p.path == "content/tips/a.md" for p in problems(tmp_path))
    assert mended(tmp_path) == ()


def test_an_edit_that_does_not_mend_is_dropped(tmp_path: Path) -> None:
    """A block of two slashes that nothing closes would be an unclosed block: both are left as they were."""
    text = "---\ntitle: A\ndate: 2026-11-01\n---\n// for | customers\nSecret.\n"
    write(tmp_path, {**BASE, "content/tips/a.md": text})
    assert any(p.edit for p in problems(tmp_path))
    assert mended(tmp_path) == ()


def test_the_command(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """--dry-run shows a diff and writes nothing; --fix says what it wrote; JSON stays JSON."""
    text = "---\ntitel: A\ndate: 2026-11-01\n---\nText.\n"
    write(tmp_path, {**BASE, "content/tips/a.md": text})
    path = tmp_path / "content" / "tips" / "a.md"
    base = ["-C", str(tmp_path), "--as-of", "2026-12-01", "check"]
    assert call([*base, "--dry-run"]) == 2
    capsys.readouterr()
    assert call([*base, "--fix", "--dry-run"]) == 1
    said = capsys.readouterr().out
    assert "--- a/content/tips/a.md\n+++ b/content/tips/a.md\n" in said
    assert "-titel: A\n+title: A\n" in said
    assert path.read_text("utf-8") == text
    call([*base, "--fix", "--json"])
    said = capsys.readouterr()
    assert said.out.startswith("[")
    assert "content/tips/a.md:2: titel → title\nMended 1 mistake in 1 file." in said.err
    assert path.read_text("utf-8") == text.replace("titel", "title")
    call([*base, "--fix"])
    assert "Nothing here can be mended without asking." in capsys.readouterr().out


def test_one_edit_on_one_line() -> None:
    """A word is not found inside another; a line that is not there, or does not hold it, is no place."""
    raw = b"a\r\nfor fore for\r\nb"
    assert mending.changed_line(raw, 2, Edit("for", "to")) == b"a\r\nto fore for\r\nb"
    assert mending.changed_line(raw, 2, Edit("ore", "x")) is None
    assert mending.changed_line(raw, 9, Edit("a", "x")) is None
    assert mending.changed_line(raw, 2, Edit("", None)) == b"a\r\nb"


def test_a_long_line_is_shown_by_what_changes() -> None:
    """Whoever reads the list sees the word, not a paragraph."""
    text = f'"{"word " * 40}end'
    shown = str(mending.Change(5, Edit(text, f'{text}"')))
    assert shown == '5: …d word word word end → …d word word word end"'
