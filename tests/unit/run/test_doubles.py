"""Contacts who are one person to the mail service: told by `check`, by their ids alone."""

from __future__ import annotations

from pathlib import Path

import pytest

from small_company import HEAD, a_company, contacts
from topmind.model import Level, Standing
from topmind.run.doubles import doubles, mailbox
from topmind.run.inspect import findings
from topmind.testing.clock import FixedClock
from topmind.testing.sending import a_person


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Quenby.Zysk@Gmail.com", "quenbyzysk@gmail.com"),
        ("quenbyzysk+shop@gmail.com", "q.uenbyzysk@googlemail.com"),
        ("quenby@MÜNCHEN.example", "Quenby@xn--mnchen-3ya.example"),
    ],
)
def test_one_mailbox(one: str, other: str) -> None:
    """Capitals and the letters of a domain anywhere; dots and a plus only where the provider says so."""
    assert mailbox(one) == mailbox(other)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("q.zysk@example.com", "qzysk@example.com"),
        ("quenby+shop@example.com", "quenby@example.com"),
        ("q.zysk@gmail.com.example", "qzysk@gmail.com.example"),
    ],
)
def test_two_mailboxes(one: str, other: str) -> None:
    """Elsewhere a dot may be another person, and nobody is taken for somebody else."""
    assert mailbox(one) != mailbox(other)


def test_ids_are_named_and_addresses_are_not() -> None:
    """The finding says which contacts, and the command that makes them one; after it, nothing is said."""
    people = [
        a_person("c1", address="quenby.zysk@gmail.com"),
        a_person("c2", address="quenbyzysk@gmail.com"),
        a_person("c3", address="quenby.zysk@example.com"),
        a_person("c4", address="quenbyzysk@example.com"),
    ]
    (found,) = doubles(people, {})
    assert found.level is Level.INFO
    assert "(c1 = c2)" in found.says
    assert found.fix.startswith("Where they are one person: topmind contacts merge c2 c1")
    assert "quenby" not in found.says + found.fix
    assert not list(doubles(people, {"c2": Standing(merged="c1")}))
    assert not list(doubles(people, {"c1": Standing(erased=True)}))


def test_check_tells_them(tmp_path: Path) -> None:
    """Among the findings of a project whose export has such a pair, and one inbox that two contacts share."""
    rows = [
        "d1,quenby.zysk@gmail.com,Q,Zysk,interest,dana,yes",
        "d2,quenbyzysk@gmail.com,Q,Zysk,interest,dana,yes",
        "d3,q@MÜNCHEN.example,Q,Zysk,interest,dana,yes",
        "d4,Q@xn--mnchen-3ya.example,Q,Zysk,interest,dana,yes",
    ]
    text = contacts(20) + "\n".join(rows) + "\n"
    assert text.startswith(HEAD)
    root = a_company(tmp_path, {"var/contacts/contacts.csv": text}, people=20)
    found = {one.rule: one for one in findings(root, as_of=None, clock=FixedClock(), environ={})}
    assert "d1 = d2" in found["contacts/one-mailbox"].says
    assert "d3 = d4" in found["source/doubled-address"].says
    said = " ".join(one.says + one.fix for one in found.values()).lower()
    assert "quenby" not in said
    assert "nchen" not in said
