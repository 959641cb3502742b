"""`content/pages/`: which are shown, under which address, and what is refused."""

from __future__ import annotations

from pathlib import Path

import pytest

from site_project import a_project, read
from topmind.errors import ContentError
from topmind.resource_site.pages import read_pages


def urls(root: Path) -> list[str]:
    """Addresses of the pages of a project, in order."""
    return [page.url for page in read_pages(*read(root))]


def a_page(title: str, **keys: object) -> str:
    """Text of a page file."""
    lines = "".join(f"{key}: {value}\n" for key, value in keys.items())
    return f"---\ntitle: {title}\n{lines}---\nWords.\n"


def test_addresses_follow_the_folders(tmp_path: Path) -> None:
    """`index.md` is its folder's own page; `slug` may replace the file name."""
    root = a_project(
        tmp_path,
        **{
            "content/pages/docs/index.md": a_page("Docs"),
            "content/pages/docs/How To.md": a_page("How"),
            "content/pages/contact-2019.md": a_page("Contact", slug="contact"),
        },
    )
    assert urls(root) == ["/about/", "/contact/", "/docs/", "/docs/how-to/"]


def test_order_comes_before_title(tmp_path: Path) -> None:
    """Small numbers first."""
    root = a_project(tmp_path, **{"content/pages/zebra.md": a_page("Zebra", order=-1)})
    assert urls(root) == ["/zebra/", "/about/"]


@pytest.mark.parametrize("keys", [{"status": "draft"}, {"date": "2026-12-02"}])
def test_a_draft_or_future_page_is_not_shown(tmp_path: Path, keys: dict[str, str]) -> None:
    """A page may wait for its day."""
    root = a_project(tmp_path, **{"content/pages/later.md": a_page("Later", **keys)})
    assert urls(root) == ["/about/"]


def test_notes_hidden_and_excluded_files_are_not_read(tmp_path: Path) -> None:
    """A README is for developers; what `exclude` names is not looked at, however broken."""
    root = a_project(tmp_path, **{"content/pages/README.md": "# x", "content/pages/old/a.md": "no head"})
    conf = root / "pelicanconf.py"
    conf.write_text(conf.read_text().replace('"ledger"', '"exclude": ["content/pages/old/*"], "ledger"'))
    assert urls(root) == ["/about/"]


def test_all_problems_of_all_pages_come_at_once(tmp_path: Path) -> None:
    """With file, line and the nearest right word."""
    root = a_project(
        tmp_path,
        **{
            "content/pages/a.md": "---\ntitle: A\nacess: clients\n---\nx\n",
            "content/pages/b.md": "---\ntitle: B\n---\n\n/// item | tips/dump\n",
            "content/pages/c.md": "---\ntitle: C\n---\n/// for | customers\nSecret\n",
            "content/pages/d.md": '---\ntitle: D\n---\n{{ frist_name | default: "x" }}\n',
        },
    )
    with pytest.raises(ContentError) as caught:
        urls(root)
    found = [(p.path.rsplit("/", 1)[-1], p.line) for p in caught.value.problems]
    assert found == [("a.md", 3), ("b.md", 5), ("c.md", 4), ("d.md", 4)]
    assert "tips/damp" in caught.value.problems[1].fix
