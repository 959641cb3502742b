"""A file with a mistake reaches nobody: no page, no mail, and the last good site stays as it was."""

from __future__ import annotations

from pathlib import Path

import pytest

from mistakes import CANARY
from site_project import a_project, texts, write
from topmind.cli.app import call

#: One mistake of each family: a lost slash, no close, another system's tag, a field of nobody, a head that lost its draft.
BROKEN = {
    "two slashes": f"---\ntitle: A\ndate: 2026-11-01\n---\n// for | clients\n{CANARY}\n///\n",
    "unclosed": f"---\ntitle: A\ndate: 2026-11-01\n---\n/// for | clients\n{CANARY}\n",
    "shortcode": f"---\ntitle: A\ndate: 2026-11-01\n---\n{CANARY} {{{{< note >}}}}\n",
    "unknown field": f"---\ntitle: A\ndate: 2026-11-01\n---\n{CANARY} {{{{ shoe_size }}}}\n",
    "lost draft": f"---\ntitle: {CANARY}\ndate: 2026-11-01\n  status: draft\n---\n{CANARY}\n",
}


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A project whose site was built once, while it was in order."""
    root = a_project(tmp_path_factory.mktemp("leaks"))
    write(
        root,
        {
            "segments/_audience.toml": '[tables.contacts]\nfile = "c.csv"\nid = "id"\nemail = "mail"\n[fields.first_name]\ncolumn = "f"\n'
        },
    )
    write(root, {"segments/c.csv": "id,mail,f\n1,ana@example.com,Ana\n"})
    assert call(["-C", str(root), "--as-of", "2026-12-01", "build", "--no-search"]) == 0
    return root


@pytest.mark.parametrize("name", BROKEN)
def test_a_file_with_a_mistake_reaches_nobody(
    project: Path, name: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """Build and send end with 1 and name the file; what was built before is untouched, and no mail is made."""
    source = project / "content" / "tips" / "a.md"
    before = dict(texts(project / "output"))
    source.write_text(BROKEN[name], "utf-8")
    try:
        for command in (["build"], ["send"], ["plan"]):
            assert call(["-C", str(project), "--as-of", "2026-12-01", *command]) == 1
            said = capsys.readouterr()
            assert "content/tips/a.md:" in said.out + said.err
    finally:
        source.unlink()
    assert dict(texts(project / "output")) == before
    assert not [path for path, text in texts(project) if CANARY in f"{path}{text}"]
    assert not list(project.rglob("*.eml"))
