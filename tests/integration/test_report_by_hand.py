"""The report of the sample company against figures counted from its CSV files and the rows of its ledger, without
any code of the audience, the planner or the report."""

from __future__ import annotations

import contextlib
import csv
import io
import json
import sqlite3
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from topmind.cli.app import call
from topmind.links import KeyRing, short_hash

TODAY = date(2026, 12, 1)
SINCE = date(2026, 9, 2)
#: accepted, done: see the ledger's migrations.
GOT = (2, 8)


@dataclass(frozen=True, slots=True)
class Counted:
    """What lies in the folder."""

    root: Path
    people: Mapping[str, Mapping[str, str]]
    #: Customer → (day, total) of each purchase.
    bought: Mapping[str, list[tuple[date, Decimal]]]
    #: (contact, source, step, state, bounced, day, value)
    touches: list[tuple[str, str, str, int, int, date, int]]
    report: Mapping[str, Any]

    @property
    def first(self) -> dict[str, date]:
        """First purchase of each customer up to today."""
        days = {who: [day for day, _ in found if day <= TODAY] for who, found in self.bought.items()}
        return {who: min(found) for who, found in days.items() if found}

    def masked(self, contact: str) -> str:
        """As the report names somebody."""
        return short_hash(KeyRing.load(self.root / "var/keys.json"), contact)

    def heard(self, *, valuable: bool) -> dict[str, date]:
        """Contact → last day; what went to an inbox by itself was heard by all who read it."""
        readers: dict[str, list[str]] = defaultdict(list)
        for who, row in self.people.items():
            if row["email"].strip():
                readers[row["email"].strip().lower()].append(who)
        found: dict[str, date] = {}
        for who, _source, step, state, bounced, day, value in self.touches:
            if state not in GOT or bounced or (valuable and not value) or who not in self.people:
                continue
            inbox = self.people[who]["email"].strip().lower()
            for reader in [who] if step or state == 8 else readers.get(inbox, [who]):
                found[reader] = max(found.get(reader, day), day)
        return found


@pytest.fixture(scope="module")
def counted(tmp_path_factory: pytest.TempPathFactory) -> Counted:
    """The sample, played with 400 people."""
    root = tmp_path_factory.mktemp("sample")
    with contextlib.redirect_stdout(io.StringIO()):
        assert call(["-C", str(root), "init", "--sample"]) == 0
        assert call(["-C", str(root), "demo", "--contacts", "400"]) == 0
    out = io.StringIO()
    with contextlib.redirect_stdout(out):
        call(["-C", str(root), "report", "--json", "--since", SINCE.isoformat()])
    with (root / "var/contacts/contacts.csv").open(encoding="utf-8") as file:
        people = {row["number"]: row for row in csv.DictReader(file)}
    bought: dict[str, list[tuple[date, Decimal]]] = defaultdict(list)
    with (root / "var/contacts/purchases.csv").open(encoding="utf-8") as file:
        for row in csv.DictReader(file):
            bought[row["customer"]].append((date.fromisoformat(row["finished"]), Decimal(row["total"])))
    with contextlib.closing(sqlite3.connect(root / "var/ledger.db")) as db:
        rows = db.execute(
            "SELECT p.contact, o.source, o.step, t.state, t.bounced, t.day, t.value "
            "FROM touches t JOIN people p ON p.id = t.person JOIN occasions o ON o.id = t.occasion"
        ).fetchall()
    epoch = date(1970, 1, 1)
    touches = [(w, s, step, state, b, epoch + timedelta(days=d), v) for w, s, step, state, b, d, v in rows]
    return Counted(root, people, dict(bought), touches, json.loads(out.getvalue()))


def test_new_customers_are_those_of_the_purchases_file(counted: Counted) -> None:
    """Each first purchase since then; thanked is who has an accepted thank-you that did not bounce."""
    new = {who for who, day in counted.first.items() if day >= SINCE and who in counted.people}
    thanked = {
        who
        for who, source, step, state, bounced, _, _ in counted.touches
        if (source, step) == ("first-job", "thank-you") and state in GOT and not bounced
    }
    said = counted.report["owner"]["new"]
    assert said["everybody"] == len(new) > 5
    assert said["thanked"] == len(new & thanked)
    rest = said["open"] + said["late_data"] + said["no_consent"] + said["missed"]
    assert rest == len(new - thanked)


def test_the_ten_largest_are_those_of_the_last_year(counted: Counted) -> None:
    """By the sum of 365 days, and the last day on which something reached them."""
    since = TODAY - timedelta(days=365)
    sums = {
        who: sum((total for day, total in found if since <= day <= TODAY), Decimal())
        for who, found in counted.bought.items()
        if who in counted.people
    }
    ten = sorted((who for who in sums if sums[who] > 0), key=lambda who: (-sums[who], who))[:10]
    heard = counted.heard(valuable=False)
    said = {row["who"]: row["last"] for row in counted.report["owner"]["tops"][0]["rows"]}
    assert said == {counted.masked(who): heard[who].isoformat() if who in heard else None for who in ten}


def test_prospects_are_inside_their_fourteen_days_or_not(counted: Counted) -> None:
    """Never bought, with a stage, agreed, and no reader of their inbox said no: a valuable touch within 14 days."""
    stages = {"attention", "interest", "conviction", "desire"}
    prospects = {
        who for who, row in counted.people.items() if who not in counted.first and row["stage"] in stages
    }
    said_no = {row["email"].lower() for row in counted.people.values() if row["newsletter"] == "no"}
    agreed = {who for who in prospects if counted.people[who]["newsletter"] == "yes"}
    reachable = {who for who in agreed if counted.people[who]["email"].lower() not in {"", *said_no}}
    valued = counted.heard(valuable=True)
    inside = {who for who in reachable if who in valued and (TODAY - valued[who]).days <= 14}
    said = next(row for row in counted.report["owner"]["floors"] if row["segment"] == "prospects")
    assert said["contacts"] + sum(said["apart"].values()) == len(prospects)
    assert said["contacts"] == len(reachable) > 50
    # whoever asked lately and had nothing yet is not late: their days begin, spread over one floor, when we knew them
    known = {who: date.fromisoformat(counted.people[who]["known_since"]) for who in reachable - set(valued)}
    at_least = inside | {who for who, day in known.items() if (TODAY - day).days <= 14}
    at_most = inside | {who for who, day in known.items() if (TODAY - day).days < 28}
    assert len(inside) < len(at_least) <= said["inside"] <= len(at_most)


def test_the_calls_that_were_promised_are_counted_from_inquiries(counted: Counted) -> None:
    """The first call comes three days after the inquiry to whoever is a prospect today: promised, whether or not
    they may be called; kept is who has a call that is done."""
    stages = {"attention", "interest", "conviction", "desire"}
    promised = {
        who
        for who, row in counted.people.items()
        if row["inquired_on"]
        and SINCE <= date.fromisoformat(row["inquired_on"]) + timedelta(days=3) <= TODAY
        and who not in counted.first
        and row["stage"] in stages
    }
    done = {who for who, source, step, state, *_ in counted.touches if step == "first-call" and state == 8}
    had = {
        who
        for who, source, step, *_ in counted.touches
        if step == "first-call" and source == "prospect-welcome"
    }
    said = next(row for row in counted.report["owner"]["promised"] if row["step"] == "first-call")
    since_bought = {
        who
        for who in had - promised
        if counted.people[who]["inquired_on"]
        and SINCE <= date.fromisoformat(counted.people[who]["inquired_on"]) + timedelta(days=3) <= TODAY
    }
    assert said["promised"] == len(promised | since_bought)
    assert said["kept"] == len(done & (promised | since_bought))
