"""A run that is far larger than usual: what `send` and `plan` say of it, and what `approve` takes."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from played import Desk
from small_company import DAY, a_company


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    """A company of 120 contacts that never sent anything."""
    desk = Desk(a_company(tmp_path, people=120))
    assert desk.type("build").code == 0
    return desk


def test_send_and_plan_name_the_number_that_approve_takes(desk: Desk) -> None:
    """The same twelve digits in both, no word in their place; approved, nobody says it again."""
    plan = json.loads(desk.type("plan", "--json").out)
    number = plan["hash"][:12]
    assert plan["surge"] == {"mails": 120, "usual": 0}
    for said in (desk.type("plan").out, desk.type("send", "--dry-run").text):
        assert "would send 120 mails; nothing was sent before" in said
        assert f"topmind approve {number}" in said
    assert desk.type("send", "--dry-run").code == 0
    desk.type("tasks")  # no ledger yet: approve needs one
    assert desk.type("approve", number).code == 0
    assert json.loads(desk.type("plan", "--json").out)["surge"] is None


def test_a_number_that_no_plan_has_is_refused(desk: Desk) -> None:
    """A number of yesterday, or one that was mistyped, lets nothing go; the plan of another day is named by --as-of."""
    said = desk.type("approve", "0123456789ab")
    assert said.code == 2
    assert "no plan has the hash 0123456789ab" in said.err
    later = json.loads(desk.type("--as-of", "2026-12-08", "plan", "--json").out)["hash"]
    assert desk.type("approve", later).code == 2
    assert desk.type("--as-of", "2026-12-08", "approve", later).code == 0
    assert DAY != "2026-12-08"
