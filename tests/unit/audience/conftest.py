"""A project in an empty folder with an audience of its own."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import pytest

from topmind import settings
from topmind.audience import AudienceSpec, open_source, read_spec
from topmind.audience.outside import Outside
from topmind.audience.sources import Source
from topmind.errors import ContentError
from topmind.model import Problem
from topmind.testing.builders import TODAY

SPEC = """
[tables.contacts]
file = "contacts.csv"
id = "id"
email = "email"
"""


@dataclass(slots=True)
class Project:
    """A folder with a `pelicanconf.py` and an audience."""

    root: Path

    def spec(self, text: str) -> Project:
        """Write `_audience.toml`."""
        (self.root / "segments" / "_audience.toml").write_text(text, "utf-8")
        return self

    def file(self, name: str, data: str | bytes) -> Path:
        """Write an export beside it."""
        path = self.root / "segments" / name
        path.write_bytes(data.encode() if isinstance(data, str) else data)
        return path

    def settings(self, **environment: str) -> settings.Settings:
        """Settings with nothing from this machine's environment."""
        return settings.load(self.root, environment)

    def read(self) -> AudienceSpec:
        """The audience file, read."""
        return read_spec(self.settings())

    def open(self, as_of: date = TODAY, outside: Outside | None = None, **environment: str) -> Source:
        """Open the sources."""
        return open_source(self.read(), self.settings(**environment), as_of, outside)

    def refused(self, as_of: date = TODAY) -> tuple[Problem, ...]:
        """The problems for which the sources cannot be opened."""
        with pytest.raises(ContentError) as caught:
            self.open(as_of).close()
        return caught.value.problems


@pytest.fixture
def project(tmp_path: Path) -> Project:
    """A project whose audience is one file of contacts."""
    (tmp_path / "segments").mkdir()
    (tmp_path / "pelicanconf.py").write_text("TOPMIND = {}\n", "utf-8")
    return Project(tmp_path).spec(SPEC)


@pytest.fixture
def opened(project: Project) -> Iterator[Callable[[str], Source]]:
    """Opens contacts written as CSV, and closes them after the test."""
    sources: list[Source] = []

    def open_(text: str) -> Source:
        project.file("contacts.csv", text)
        sources.append(project.open())
        return sources[-1]

    yield open_
    for source in sources:
        source.close()
