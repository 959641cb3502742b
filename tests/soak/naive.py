"""The loop that everybody writes first: boto3 as it comes, one SQLite row after each send. For comparison only."""

from __future__ import annotations

import sqlite3
from pathlib import Path
from typing import Any

from soak.mails import raw


def send_all(path: Path, client: Any, people: list[str]) -> None:
    """Mail everybody who has no row yet, then write the row."""
    database = sqlite3.connect(path)
    database.execute("CREATE TABLE IF NOT EXISTS sent (person TEXT PRIMARY KEY)")
    for person in people:
        if database.execute("SELECT 1 FROM sent WHERE person = ?", (person,)).fetchone():
            continue
        try:
            client.send_email(
                Destination={"ToAddresses": [f"{person}@example.com"]},
                Content={"Raw": {"Data": raw(f"{person}@example.com")}},
                EmailTags=[{"Name": "touch", "Value": person}],
            )
        except Exception:  # noqa: BLE001 - as such loops do: log it and try again next time
            continue
        database.execute("INSERT INTO sent VALUES (?)", (person,))
        database.commit()
    database.close()


def done(path: Path) -> int:
    """How many have their row."""
    database = sqlite3.connect(path)
    try:
        return int(database.execute("SELECT count(*) FROM sent").fetchone()[0])
    except sqlite3.OperationalError:
        return 0  # nobody has begun
    finally:
        database.close()
