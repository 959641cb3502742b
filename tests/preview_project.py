"""The sample company's files in a folder of their own, with a few contacts whose words appear nowhere else."""

from __future__ import annotations

import csv
import shutil
from datetime import date
from pathlib import Path

from topmind.testing import audience

ROOT = Path(__file__).parent.parent
#: The sequences, but the one of a first job: a small sample.
LONG = (
    "sequences/prospect-welcome",
    "sequences/prospect-welcome.md",
    "sequences/win-back",
    "sequences/win-back.md",
)
#: Name, address, id and street of one contact: where any of them stands, a contact has got out.
CANARY = ("Quoxlina", "Zanzibarro", "quoxlina@canary.example", "99077", "7 Feather Court")


def copied(folder: Path, *, without: tuple[str, ...] = ()) -> Path:
    """What people write in the sample, but for these below `content/`; nothing of `var/`."""
    for name in ("content", "segments", "themes"):
        shutil.copytree(ROOT / name, folder / name)
    shutil.copy(ROOT / "pelicanconf.py", folder)
    for name in without:
        path = folder / "content" / name
        if path.is_dir():
            shutil.rmtree(path)
        else:
            path.unlink()
    return folder


def peopled(folder: Path, contacts: int = 60) -> Path:
    """With made-up contacts, the canary among them: a customer of the roof who may be mailed."""
    audience.write(folder / "var/contacts", as_of=date(2026, 12, 1), contacts=contacts)
    path = folder / "var/contacts/contacts.csv"
    with path.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    model = next(row for row in rows if row["newsletter"] == "yes" and row["email"])
    first, last, address, number, street = CANARY
    rows.append(
        {
            **model,
            "number": number,
            "first_name": first,
            "last_name": last,
            "email": address,
            "street": street,
            "language": "",
        }
    )
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, list(model), lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)
    bought = folder / "var/contacts/purchases.csv"
    with bought.open("a", encoding="utf-8") as file:
        file.write(f"990001,{number},2026-09-30,900.00,roof\n")
    return folder
