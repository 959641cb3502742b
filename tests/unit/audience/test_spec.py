"""`_audience.toml`: what it may say, and what a mistake in it says back."""

from __future__ import annotations

import tomllib
from datetime import timedelta
from pathlib import Path

import pytest

from topmind import settings
from topmind.audience import AudienceSpec, read_spec
from topmind.audience.spec import parse_spec
from topmind.errors import ConfigError
from topmind.model import Channel

CONTACTS = '[tables.contacts]\nfile = "c.csv"\nid = "id"\nemail = "mail"\n'
PURCHASES = '[tables.purchases]\nfile = "p.csv"\ncontact = "c"\ndate = "d"\namount = "a"\n'


def parsed(text: str) -> AudienceSpec:
    """A spec from TOML."""
    return parse_spec(tomllib.loads(text))


def mistake(text: str) -> str:
    """What is said about a wrong one."""
    with pytest.raises(ConfigError) as caught:
        parsed(text)
    return str(caught.value)


def test_every_table_and_its_columns() -> None:
    """Contacts know every column that anything needs, each once; lines and activities are told by their keys."""
    spec = parsed(
        CONTACTS
        + PURCHASES.replace('amount = "a"', 'amount = "a"\nid = "n"')
        + '[tables.rows]\nfile = "l.csv"\npurchase = "n"\nitems = "genre"\n'
        + '[tables.clicks]\nfile = "k.csv"\ncontact = "c"\ndate = "d"\nwhat = "w"\n'
        + '[fields.first_name]\ncolumn = "first"\n[fields.mail]\ncolumn = "mail"\n'
        + '[consent.email]\nbasis = "column"\ncolumn = "news"\n'
    )
    assert list(spec.tables) == ["contacts", "purchases", "rows", "clicks"]
    assert spec.columns("contacts") == ("id", "mail", "first", "news")
    assert spec.lines["rows"].items == ("genre",)
    assert spec.fields["first_name"].type == "text"
    assert spec.consent[Channel.EMAIL].words == "opt-in as the source's column news says"


def test_an_age_in_words() -> None:
    """`max_age` is a number of hours, days or weeks."""
    assert parsed('max_age = "7 days"\n' + CONTACTS).max_age == timedelta(days=7)
    assert parsed('max_age = "1 week"\n' + CONTACTS).max_age == timedelta(weeks=1)


def test_a_project_without_an_audience_has_an_empty_spec(tmp_path: Path) -> None:
    """A new project can be checked before there are any people."""
    (tmp_path / "pelicanconf.py").write_text("TOPMIND = {}\n", "utf-8")
    spec = read_spec(settings.load(tmp_path, {}))
    assert spec.contacts is None
    assert dict(spec.tables) == {}


@pytest.mark.parametrize(
    ("text", "says"),
    [
        (
            CONTACTS.replace("email", "e-mail"),
            '[tables.contacts] has an unknown key "e-mail". Did you mean "email"?',
        ),
        (CONTACTS.replace('id = "id"\n', ""), '[tables.contacts] needs the key "id".'),
        ('sender = "x"\n' + CONTACTS, 'has an unknown key "sender". Did you mean "sender_field"?'),
        (PURCHASES, "[tables.contacts] is missing"),
        (CONTACTS + '[tables.contact]\nfile = "x"\n', 'Did you mean "contacts"?'),
        (
            CONTACTS + '[fields.x]\ncolum = "y"\n',
            '[fields.x] has an unknown key "colum". Did you mean "column"?',
        ),
        (CONTACTS + '[fields.First]\ncolumn = "y"\n', "small letters"),
        (CONTACTS + '[fields.stage]\ncolumn = "y"\n', "is a key of [tables.contacts]"),
        (CONTACTS + '[fields.x]\ncolumn = "y"\ntype = "money2"\n', '[fields.x] "type"'),
        (CONTACTS + '[consent.mail]\nbasis = "none"\n', '"mail"'),
        (CONTACTS + '[consent.email]\nbasis = "column"\n', "no `column`"),
        (
            CONTACTS + '[consent.email]\nbasis = "existing_customers"\nsince = 2021-01-01\n',
            "it needs `since` and [tables.purchases]",
        ),
        ('sender_field = "repp"\n' + CONTACTS + '[fields.rep]\ncolumn = "r"\n', 'Did you mean "rep"?'),
        (CONTACTS + 'encoding = "utf9"\n', "is no encoding that Python knows. Write utf-8, cp1252 or utf-16"),
        (CONTACTS + "bad_rows = 2\n", '[tables.contacts] "bad_rows"'),
        ('max_age = "soon"\n' + CONTACTS, 'Write it like "7 days"'),
        (
            CONTACTS + PURCHASES + '[tables.lines]\nfile = "l"\npurchase = "n"\nitems = "i"\n',
            "[tables.purchases] has no `id`",
        ),
        (CONTACTS + '[tables."a-b"]\nfile = "l"\ncontact = "c"\ndate = "d"\nwhat = "w"\n', "small letters"),
        (
            CONTACTS.replace('email = "mail"', 'email = "mail"\nstages = {a = "actoin"}'),
            "[tables.contacts.stages]",
        ),
    ],
)
def test_a_mistake_names_file_key_and_the_nearest_right_one(text: str, says: str) -> None:
    """Each on its own."""
    told = mistake(text)
    assert told.startswith("segments/_audience.toml: ")
    assert says in told


def test_all_mistakes_are_told_at_once() -> None:
    """Two tables, two mistakes, one message."""
    told = mistake(CONTACTS.replace("email", "e-mail") + PURCHASES.replace("amount", "sum"))
    assert 'unknown key "e-mail"' in told
    assert 'unknown key "sum"' in told
