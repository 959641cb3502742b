"""A small company that has sent once, copied for each test that does something wrong to it."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from played import Desk
from small_company import PEOPLE, a_company


@pytest.fixture(scope="session")
def sent_once(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The company with its site built and the letter of 24 November sent to everybody."""
    root = a_company(tmp_path_factory.mktemp("company") / "alder")
    desk = Desk(root)
    for command in (["build", "--no-search"], ["--as-of", "2026-11-24", "send"]):
        said = desk.type(*command)
        assert said.code == 0, said
    assert len(desk.mails()) == PEOPLE
    return root


@pytest.fixture
def desk(sent_once: Path, tmp_path: Path) -> Desk:
    """A copy of it; on its pinned Tuesday, 80 mails are due."""
    root = tmp_path / "alder"
    shutil.copytree(sent_once, root, symlinks=True)
    return Desk(root)
