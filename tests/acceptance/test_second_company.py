"""A bicycle shop in Cologne with the exports its programs write: a workbook, `;`, German numbers and dates."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path

import pytest

import read_mail
import workbooks
from played import Desk
from small_company import a_company

TODAY = date(2026, 12, 1)
HEAD = (
    *("Kundennr.", "Vorname", "Nachname", "E-Mail", "Telefon", "Straße", "Ort", "Zeitzone", "Kunde seit"),
    *("Geburtstag", "Werbung"),
)
#: number, birthday (K004 never told), agrees.
PEOPLE = [
    (f"K{n:03d}", date(1960 + n, 12, n) if n != 4 else None, "nein" if n % 5 == 0 else "ja")
    for n in range(1, 25)
]
#: number, customer, day, amount, what.
INVOICES = [
    ("R1", "K001", date(2025, 12, 1), Decimal("1000.50"), "Rennrad"),
    ("R2", "K002", date(2025, 11, 30), Decimal("4999.00"), "Rennrad"),
    ("R3", "K003", date(2026, 2, 28), Decimal("7.00"), "Schlauch"),
    ("R4", "K003", date(2026, 11, 30), Decimal("1234.56"), "Größe 58 Rahmen"),
    ("R5", "K006", date(2026, 6, 1), Decimal("1000.49"), "Rennrad"),
    ("R6", "K007", date(2026, 6, 5), Decimal("999.995"), "Schlauch"),
]
VISITS = [("K008", date(2026, 11, 1), "Probefahrt"), ("K009", date(2026, 10, 31), "Probefahrt")]
RULES = {
    "rennrad": "bought('rennrad')",
    "rahmen": "bought('größe 58 rahmen')",
    "stamm": "revenue(days => 365) >= 1000.50",
    "still": "last_purchase() < days_ago(180)",
    "geburtstag": "birthday_in(7)",
    "probe": "did('probefahrt', days => 30)",
}


def expected() -> dict[str, int]:
    """The sizes, counted without the engine."""
    year = TODAY - timedelta(days=365)
    spent = {c: sum(a for _, k, d, a, _ in INVOICES if k == c and d >= year) for _, c, *_ in INVOICES}
    last = {c: max(d for _, k, d, *_ in INVOICES if k == c) for _, c, *_ in INVOICES}
    week = {(TODAY + timedelta(days=n)).timetuple()[1:3] for n in range(8)}
    return {
        "customers": len(last),
        "prospects": len(PEOPLE) - len(last),
        "rennrad": len({c for _, c, _, _, what in INVOICES if what == "Rennrad"}),
        "rahmen": 1,
        "stamm": sum(amount >= Decimal("1000.50") for amount in spent.values()),
        "still": sum(day < TODAY - timedelta(days=180) for day in last.values()),
        "geburtstag": sum(bool(born) and (born.month, born.day) in week for _, born, _ in PEOPLE if born),
        "probe": sum(day >= TODAY - timedelta(days=30) for _, day, _ in VISITS),
    }


def german(amount: Decimal) -> str:
    """1234.5 as 1.234,50 €."""
    return f"{amount:,.3f} €".replace(",", "_").replace(".", ",").replace("_", ".")


def customers(path: Path, people: Sequence[tuple[str, date | None, str]]) -> Path:
    """The workbook of the customers, with a title above the header."""
    rows: list[Sequence[object]] = [("Kundenliste Radhaus Köln",), (), HEAD]
    rows += [
        (
            *(
                number,
                f"Quenby{number}-Änne",
                "Zyskowski",
                f"canary{number}@example.com",
                "0221 1",
                "Ring 1",
                "Köln",
            ),
            *("Europe/Berlin", date(2024, 5, 1), born, agrees),
        )
        for number, born, agrees in people
    ]
    return workbooks.write(path, {"Kunden": rows})


@pytest.fixture
def shop(tmp_path: Path) -> Desk:
    """The shop's project with its exports beside it, and no mapping yet."""
    segments: dict[str, str | None] = {
        f"segments/{name}.md": f'---\ntitle: {name}\nwho:\n  - "{rule}"\n---\n'
        for name, rule in RULES.items()
    }
    root = a_company(tmp_path / "radhaus", segments)
    exports = root / "var" / "contacts"
    for path in exports.iterdir():
        path.unlink()
    customers(exports / "Kunden.xlsx", PEOPLE)
    (exports / "Rechnungen").mkdir()
    head = ("Belegnr", "Kundennr.", "Rechnungsdatum", "Gesamtbetrag", "Artikel")
    old = [(n, c, d.strftime("%d.%m.%Y"), german(a), w) for n, c, d, a, w in INVOICES if d.year == 2025]
    text = "\r\n".join(";".join(row) for row in [head, *old]) + "\r\n"
    (exports / "Rechnungen" / "2025.csv").write_bytes(text.encode("cp1252"))
    new = [(n, c, d, float(a), w) for n, c, d, a, w in INVOICES if d.year == 2026]
    workbooks.write(exports / "Rechnungen" / "2026.xlsx", {"Rechnungen": [head, *new]})
    visits = "\r\n".join("\t".join((c, d.strftime("%d.%m.%Y"), w)) for c, d, w in VISITS)
    (exports / "Besuche.txt").write_bytes(f"Kunde\tDatum\tAktion\r\n{visits}\r\n".encode("utf-16"))
    return Desk(root)


def mapped(shop: Desk) -> None:
    """What `contacts map` proposes for the three, with the few words a person changes."""
    exports = shop.root / "var" / "contacts"
    parts = []
    for name in ("Kunden.xlsx", "Rechnungen/2025.csv", "Besuche.txt"):
        said = shop.type("contacts", "map", str(exports / name))
        assert said.code == 0, said.text
        parts.append(said.out)
    text = "\n".join([*parts[1:], parts[0]])
    for proposed, meant in {
        "Rechnungen/2025.csv": "Rechnungen",
        'encoding = "cp1252"\n': "",
        "fields.vorname": "fields.first_name",
        "fields.geburtstag": "fields.birthday",
    }.items():
        assert proposed in text
        text = text.replace(proposed, meant)
    (shop.root / "segments" / "_audience.toml").write_text(text, "utf-8")


def test_its_exports_give_the_members_that_a_person_counts(shop: Desk) -> None:
    """From `contacts map` to sizes to the cent and the day, and to a mail with every umlaut."""
    mapped(shop)
    said = shop.type("segments", "--json")
    assert said.code == 0, said.text
    assert {row["name"]: row["size"] for row in json.loads(said.out)} == expected()
    assert shop.type("build", "--no-search").code == 0
    sent = shop.type("send", "--json")
    assert sent.code == 0, sent.text
    assert not [one for one in json.loads(sent.out)["findings"] if one["rule"].startswith("source/")]
    outbox = shop.root / "var" / "outbox"
    mails = [read_mail.read((outbox / name).read_bytes()) for name in shop.mails()]
    subjects = {str(mail["To"]): str(mail["Subject"]) for mail in mails}
    told = {f"canary{number.lower()}@example.com" for number, _, agrees in PEOPLE if agrees == "ja"}
    assert {to for to, subject in subjects.items() if "wall" in subject} == told
    assert subjects["canaryk001@example.com"] == "Your wall, QuenbyK001-Änne"


def test_the_next_export_is_checked_before_it_is_put_in_place(shop: Desk) -> None:
    """One that lost a fifth of the people, or a column, is refused and the old one stays; a good one is taken."""
    mapped(shop)
    assert shop.type("segments").code == 0
    place = shop.root / "var" / "contacts" / "Kunden.xlsx"
    before = place.read_bytes()
    new = shop.root / "new" / "Kunden.xlsx"
    new.parent.mkdir()
    said = shop.type("contacts", "push", str(customers(new, PEOPLE[:19])))
    assert said.code == 1
    assert "the file has 19 people; the last good one had 24" in said.text
    head = (*HEAD[:3], "Email", *HEAD[4:])
    workbooks.write(new, {"Kunden": [head, ("K001",)]})
    said = shop.type("contacts", "push", str(new))
    assert said.code == 1
    assert 'no column "E-Mail". Did you mean "Email"?' in said.text
    assert place.read_bytes() == before
    said = shop.type("contacts", "push", str(customers(new, [*PEOPLE, ("K025", None, "ja")])))
    assert (said.code, said.out) == (
        0,
        '25 rows of [tables.contacts] (sheet "Kunden"): now at var/contacts/Kunden.xlsx.\n',
    )
    assert place.read_bytes() == new.read_bytes()
    assert place.stat().st_mode & 0o077 == 0
    said = shop.type("contacts", "push", str(new.rename(new.with_name("Adressen.xlsx"))))
    assert said.code == 2
    assert "Say which: --table contacts" in said.text


def test_a_workbook_is_pushed_with_the_sheet_that_is_read(shop: Desk) -> None:
    """The declared one, not the first."""
    mapped(shop)
    toml = shop.root / "segments" / "_audience.toml"
    toml.write_text(
        toml.read_text("utf-8").replace('id = "Kundennr."', 'id = "Kundennr."\nsheet = "Zweites"'), "utf-8"
    )
    new = shop.root / "Kunden.xlsx"
    row = ("K001", "Quenby", "Zyskowski", "canary@example.com", "", "", "", "", None, None, "ja")
    workbooks.write(new, {"Titel": [("x",)], "Zweites": [HEAD, row]})
    said = shop.type("contacts", "push", str(new))
    assert said.code == 0, said.text
    assert said.out == '1 row of [tables.contacts] (sheet "Zweites"): now at var/contacts/Kunden.xlsx.\n'


def test_a_form_of_file_that_the_runs_do_not_look_for_is_refused(shop: Desk) -> None:
    """A CSV in place of the workbook would not be found tomorrow."""
    mapped(shop)
    other = shop.root / "new.csv"
    other.write_text("Kundennr.;E-Mail\n", "utf-8")
    said = shop.type("contacts", "push", str(other), "--table", "contacts")
    assert said.code == 2
    assert "[tables.contacts] is a .xlsx file, and this is a .csv." in said.text
