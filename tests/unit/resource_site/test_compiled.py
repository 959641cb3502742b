"""Templates are compiled once for the same text, and an error still names the file in which it stands."""

from __future__ import annotations

import traceback
from pathlib import Path

import pytest
from jinja2 import Environment, FileSystemLoader, StrictUndefined, UndefinedError

from topmind.date_words import DateStyle
from topmind.resource_site.compiled import Compiled, compiled


class Counting(Environment):
    """Counts what it compiles."""

    made = 0

    def _generate(self, *arguments: object, **options: object) -> str:
        Counting.made += 1
        return super()._generate(*arguments, **options)  # type: ignore[arg-type]  # as it came


@pytest.fixture(autouse=True)
def _from_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Counting, "made", 0)


def an_environment(folder: Path, cache: Compiled) -> Environment:
    """As one of Pelican's generators has it."""
    return Counting(loader=FileSystemLoader(folder), undefined=StrictUndefined, bytecode_cache=cache)


def a_theme(folder: Path, text: str) -> Path:
    """A folder with one template."""
    folder.mkdir(exist_ok=True)
    (folder / "page.html").write_text(text, "utf-8")
    return folder


def test_the_same_text_is_compiled_once(tmp_path: Path) -> None:
    """In each generator, and in another project with the same theme; another text is another page."""
    cache = Compiled()
    for name in ("here", "here", "there"):
        page = an_environment(a_theme(tmp_path / name, "Hello {{ who }}"), cache).get_template("page.html")
        assert page.render(who="Ann") == "Hello Ann"
    assert Counting.made == 1
    page = an_environment(a_theme(tmp_path / "here", "Bye {{ who }}"), cache).get_template("page.html")
    assert page.render(who="Ann") == "Bye Ann"
    assert Counting.made == 2


def test_an_error_names_the_file_in_which_it_stands(tmp_path: Path) -> None:
    """Not the one of the same text that was compiled before."""
    cache = Compiled()
    for name in ("here", "there"):
        folder = a_theme(tmp_path / name, "Hello\n{{ nobody }}")
        with pytest.raises(UndefinedError) as caught:
            an_environment(folder, cache).get_template("page.html").render()
        last = traceback.extract_tb(caught.value.__traceback__)[-1]
        assert (last.filename, last.lineno) == (str(folder / "page.html"), 2)
    assert Counting.made == 1


def test_another_way_to_write_dates_is_compiled_apart() -> None:
    """A date in the template itself is written while it is compiled."""
    assert compiled(DateStyle("en", "US")) is compiled(DateStyle("en", "US"))
    assert compiled(DateStyle("en", "US")) is not compiled(DateStyle("de", "DE"))
