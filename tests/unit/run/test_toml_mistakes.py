"""Mistakes generated from the two TOML files of a project: each is told once, on its line, with what to write."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from topmind import brand
from topmind.audience.schema import Activities, Consent, Contacts, FieldTable, Lines, Purchases
from topmind.audience.spec import parse_spec
from topmind.errors import ConfigError
from topmind.run import load as load_
from topmind.run.toml_lines import line_of
from topmind.testing.clock import FixedClock

ROOT = Path(__file__).parents[3]
BRAND = (ROOT / "themes" / "brand.toml").read_text("utf-8")
#: Every key that the file may have.
AUDIENCE = """\
sender_field = "rep"
max_age = "7 days"

[tables.contacts]
file = "c.csv"
sheet = "People"
bad_rows = 0.01
delimiter = ";"
encoding = "utf-8"
decimal = ","
dates = "%d.%m.%Y"
id = "id"
email = "mail"
name = ["first"]
phone = "phone"
postal = ["street"]
zone = "zone"
zones = {ny = "America/New_York"}
language = "language"
languages = {d = "de"}
stage = "stage"
stages = {lead = "attention"}
since = "since"

[tables.purchases]
file = "p.csv"
contact = "c"
date = "d"
amount = "a"
id = "n"
items = ["what"]

[tables.lines]
file = "l.csv"
purchase = "n"
items = ["genre"]

[tables.visits]
file = "v.csv"
contact = "c"
date = "d"
what = "w"

[fields.rep]
table = "contacts"
column = "rep"
type = "text"
sample = "dana"
values = {D = "dana"}

[consent.email]
basis = "column"
column = "news"
values = {ja = "yes"}
evidence = "the paper form"

[consent.letter]
basis = "existing_customers"
since = 2021-01-01
"""
_KEY = re.compile(r"([a-z_]+) = ")
#: Keys without which the schemas do not do, by the last part of their table's name.
MUST = {
    "contacts": ("file", "id", "email"), "purchases": ("file", "contact", "date", "amount"), "lines": ("file", "items"),
    "visits": ("file", "contact", "date"), "rep": ("column",), "email": ("basis",), "letter": ("basis",),
    "light": tuple(brand.Palette.model_fields), "dark": tuple(brand.Palette.model_fields), "type": ("body", "heading", "mono"),
}  # fmt: skip
#: Values that no schema takes there: (file, table, key) → value.
OUT_OF_RANGE = [
    ("audience", "contacts", "bad_rows", "1.5"),
    ("audience", "contacts", "delimiter", '";;"'),
    ("audience", "contacts", "encoding", '"utf-9"'),
    ("audience", "contacts", "decimal", '";"'),
    ("audience", "contacts", "file", '""'),
    ("audience", "rep", "type", '"moneys"'),
    ("audience", "rep", "table", '"purchases"'),
    ("audience", "email", "basis", '"columns"'),
    ("audience", "letter", "since", '"2021-13-01"'),
    ("audience", "", "max_age", '"soon"'),
    ("audience", "", "sender_field", '"nobody"'),
    ("brand", "light", "accent", '"#1F5C4D"'),
    ("brand", "dark", "ink", '"white"'),
    ("brand", "type", "size", "17.5"),
    ("brand", "space", "width", '"wide"'),
]


@dataclass(frozen=True)
class Mistake:
    """A file that is wrong in one place."""

    name: str
    text: str
    #: From 1.
    line: int


def keys(text: str) -> Iterator[tuple[int, str, str]]:
    """(index of the line, last part of the table, key)."""
    table = ""
    for index, line in enumerate(text.splitlines()):
        if line.startswith("["):
            table = line.strip("[]").rpartition(".")[2]
        elif match := _KEY.match(line):
            yield index, table, match[1]


def with_line(text: str, index: int, *lines: str) -> str:
    """The text with other lines in place of one."""
    old = text.splitlines()
    return "\n".join([*old[:index], *lines, *old[index + 1 :]]) + "\n"


def mistakes(name: str, text: str) -> Iterator[Mistake]:
    """Every key missing (where it must be there), doubled, misspelt, and of another type."""
    heads = [n for n, line in enumerate(text.splitlines()) if line.startswith("[")]
    for index, table, key in keys(text):
        line, at = text.splitlines()[index], f"{name}: [{table}] {key}"
        head = max((n for n in heads if n < index), default=0) + 1
        if key in MUST.get(table, ()):
            yield Mistake(f"{at} missing", with_line(text, index), head)
        yield Mistake(f"{at} doubled", with_line(text, index, line, line), index + 2)
        if key not in {"purchase", "what"}:  # they say which kind of table it is
            yield Mistake(
                f"{at} misspelt", with_line(text, index, line.replace(key, f"{key}q", 1)), index + 1
            )
        wrong = "{a = [1]}" if "[" in line or '"' in line or "{" in line else '"many"'
        yield Mistake(f"{at} of another type", with_line(text, index, f"{key} = {wrong}"), index + 1)
    for which, table, key, value in OUT_OF_RANGE:
        for index, found, word in keys(text):
            if (name, found, word) == (which, table, key):
                yield Mistake(
                    f"{which}: [{table}] {key} = {value}",
                    with_line(text, index, f"{key} = {value}"),
                    index + 1,
                )


def told(one: Mistake, root: Path) -> list[tuple[int, str, str]]:
    """(line, what is wrong, what to write) of each mistake that is told."""
    try:
        if one.name.startswith("brand"):
            (root / "themes" / "brand.toml").write_text(one.text, "utf-8")
            brand.load(root)
        else:
            parse_spec(tomllib.loads(one.text))
    except ConfigError as error:
        said = error.mistakes or ((error.says, error.fix),)
    except tomllib.TOMLDecodeError as error:  # `read_spec` says it of the whole file
        said = ((str(error), "as for brand.toml"),)
    else:
        return []
    return [(line_of(one.text, says), says, fix) for says, fix in said]


def test_the_good_files(tmp_path: Path) -> None:
    """Both are in order, and the one above has every key of its schemas."""
    parse_spec(tomllib.loads(AUDIENCE))
    written = {(table, key) for _, table, key in keys(AUDIENCE)}
    for table, schema in (("contacts", Contacts), ("rep", FieldTable), ("email", Consent)):
        own = set(schema.model_fields) - {key for name, key in written if name == table}
        assert own <= {"since"}, table
    for table, schema in (("purchases", Purchases), ("lines", Lines), ("visits", Activities)):
        own = set(schema.model_fields) - set(Contacts.model_fields) - {k for t, k in written if t == table}
        assert not own, table


@pytest.mark.parametrize(("name", "text"), [("audience", AUDIENCE), ("brand", BRAND)])
def test_each_mistake_is_told_once(name: str, text: str, tmp_path: Path) -> None:
    """On its line (a missing key: on the head of its table), with what to write, and nothing else beside it."""
    (tmp_path / "themes").mkdir()
    wrong = []
    for one in mistakes(name, text):
        found = told(one, tmp_path)
        if len(found) != 1 or found[0][0] != one.line or not found[0][2]:
            wrong.append((one.name, one.line, found))
    assert not wrong, "\n".join(map(str, wrong))


def test_lists_inside_each_other_without_end(tmp_path: Path) -> None:
    """What no program reads to its end is a finding on its file like any other."""
    deep = f"a = {'[' * 20_000}"
    written = {
        "segments/_audience.toml": deep,
        "themes/brand.toml": deep,
        "content/tips/a.md": f"---\ntitle: A\ndate: 2026-11-01\ntags: {'{a: ' * 5_000}\n---\nText.\n",
        "pelicanconf.py": "TOPMIND = {}\n",
    }
    for path, text in written.items():
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).write_text(text, "utf-8")
    found = load_.look(tmp_path, as_of="2026-12-01", clock=FixedClock(), environ={}).problems
    assert {one.path for one in found} >= written.keys() - {"pelicanconf.py"}


def test_they_are_findings_of_check(tmp_path: Path) -> None:
    """File, line, what is wrong and what to write; a file that is no TOML at all has them too."""
    (tmp_path / "themes").mkdir()
    (tmp_path / "segments").mkdir()
    (tmp_path / "pelicanconf.py").write_text("TOPMIND = {}\n")
    (tmp_path / "themes" / "brand.toml").write_text(BRAND.replace('"#f5f2ec"', '"#F5F2EC"'), "utf-8")
    (tmp_path / "segments" / "_audience.toml").write_text('max_age = "7 days"\nmax_age = "8 days"\n')
    seen = load_.look(tmp_path, as_of="2026-12-01", clock=FixedClock(), environ={})
    found = {p.rule: p for p in seen.problems}
    colour, twice = found["brand/tokens"], found["audience/settings"]
    assert (colour.path, colour.line, colour.fix) == ("themes/brand.toml", 3, 'Write it like "#1f5c4d".')
    assert (twice.path, twice.line) == ("segments/_audience.toml", 2)
    assert twice.fix
