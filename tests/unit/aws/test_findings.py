"""What in an account would keep mails from arriving: every finding by its fact, in words."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from topmind.aws.account import NEEDED_EVENTS, Account, EventPath, Identity
from topmind.aws.asking import no_answer
from topmind.aws.findings import Facts, findings
from topmind.delivery import Quota
from topmind.errors import SendError
from topmind.model import Level

ACCOUNT = Account(
    production=True, enabled=True, enforcement="HEALTHY", quota=Quota(rate=14, per_day=50_000, sent=0)
)
IDENTITY = Identity(
    name="alder.example", verified=True, dkim=True, mail_from="bounce.alder.example", mail_from_ok=True
)
PATH = EventPath(exists=True, enabled=True, events=NEEDED_EVENTS | {"OPEN"})
#: When a mail to the simulator went that nothing was heard of.
SINCE = datetime(2026, 12, 1, 8, 17, tzinfo=UTC)
GOOD = Facts(
    account=ACCOUNT,
    identities={"dana@alder.example": IDENTITY, "june@alder.example": IDENTITY},
    event_path=PATH,
    configuration_set="topmind",
    queue="https://sqs.example/q",
    queue_answers=True,
    planned=100,
)


def dmarc(name: str) -> Sequence[str] | None:
    """A domain with a DMARC record."""
    return ["v=DMARC1; p=none"] if name == "_dmarc.alder.example" else ()


def found(facts: Facts, records: Any = dmarc) -> list[tuple[str, Level]]:
    """Rule and level of each finding."""
    return [(p.rule.removeprefix("preflight/"), p.level) for p in findings(facts, records)]


def test_a_good_account() -> None:
    """Nothing to say."""
    assert found(GOOD) == []


CASES: dict[str, tuple[dict[str, Any], list[tuple[str, Level]]]] = {
    "sandbox": ({"account": replace(ACCOUNT, production=False)}, [("sandbox", Level.ERROR)]),
    "paused": ({"account": replace(ACCOUNT, enabled=False)}, [("paused", Level.ERROR)]),
    "shut down": ({"account": replace(ACCOUNT, enforcement="SHUTDOWN")}, [("paused", Level.ERROR)]),
    "under review": ({"account": replace(ACCOUNT, enforcement="PROBATION")}, [("probation", Level.WARNING)]),
    "used up": (
        {"account": replace(ACCOUNT, quota=Quota(rate=14, per_day=100, sent=90))},
        [("quota", Level.ERROR)],
    ),
    "small": (
        {"account": replace(ACCOUNT, quota=Quota(rate=14, per_day=100, sent=0))},
        [("quota", Level.WARNING)],
    ),
    "no limit": ({"account": replace(ACCOUNT, quota=Quota(rate=14, per_day=-1, sent=9))}, []),
    "no identity": ({"identities": {"dana@alder.example": None}}, [("identity", Level.ERROR)]),
    "not verified": (
        {"identities": {"dana@alder.example": replace(IDENTITY, verified=False)}},
        [("identity", Level.ERROR)],
    ),
    "no dkim": (
        {"identities": dict.fromkeys(GOOD.identities, replace(IDENTITY, dkim=False))},
        [("dkim", Level.ERROR)],
    ),
    "mail from of ses": (
        {"identities": {"dana@alder.example": replace(IDENTITY, mail_from="")}},
        [("mail-from", Level.WARNING)],
    ),
    "mail from broken": (
        {"identities": {"dana@alder.example": replace(IDENTITY, mail_from_ok=False)}},
        [("mail-from", Level.ERROR)],
    ),
    "no set named": ({"event_path": None, "configuration_set": ""}, [("configuration-set", Level.ERROR)]),
    "no such set": ({"event_path": replace(PATH, exists=False)}, [("configuration-set", Level.ERROR)]),
    "set paused": ({"event_path": replace(PATH, enabled=False)}, [("configuration-set", Level.ERROR)]),
    "no bounces": (
        {"event_path": replace(PATH, events=NEEDED_EVENTS - {"BOUNCE"})},
        [("events", Level.ERROR)],
    ),
    "no queue": ({"queue": ""}, [("feedback-queue", Level.ERROR)]),
    "nothing heard": ({"silent": SINCE}, [("silent", Level.ERROR)]),
    "nothing taken in": ({"silent": SINCE, "queue_waiting": 3}, [("silent", Level.WARNING)]),
    "another day's sender": (
        {"others": {"ann@other.example": None, "bob@other.example": None}},
        [("identity", Level.WARNING), ("dmarc", Level.WARNING)],
    ),
    "another day's sender, same domain": ({"others": {"ann@alder.example": IDENTITY}}, []),
    "two senders of a domain": (
        {"identities": {"dana@alder.example": None, "june@alder.example": None}},
        [("identity", Level.ERROR)],
    ),
    "queue silent": ({"queue_answers": False}, [("feedback-queue", Level.ERROR)]),
}


@pytest.mark.parametrize("name", CASES)
def test_each_fact_has_its_finding(name: str) -> None:
    """One fact, one finding, once for a domain with several senders."""
    changed, expected = CASES[name]
    assert found(replace(GOOD, **changed)) == expected


@pytest.mark.parametrize(
    ("records", "expected"),
    [
        (lambda _: (), [("dmarc", Level.ERROR)]),
        (lambda _: None, [("dmarc", Level.INFO)]),
        (lambda _: ["v=spf1 -all"], [("dmarc", Level.ERROR)]),
        (lambda name: ["V = DMARC1; p=reject"] if name.count(".") == 2 else (), []),
    ],
)
def test_dmarc_is_the_domains_or_the_one_above(records: Any, expected: list[tuple[str, Level]]) -> None:
    """No record is an error; where names cannot be looked up it is said, not guessed (RFC 7489 §6.6.3)."""
    assert found(GOOD, records) == expected
    sub = {"dana@news.alder.example": replace(IDENTITY, name="news.alder.example")}
    assert found(replace(GOOD, identities=sub), records) == expected


def test_all_at_once() -> None:
    """Account, sender, configuration set and queue in one list."""
    bad = replace(
        GOOD,
        account=replace(ACCOUNT, production=False, enabled=False),
        identities={"dana@alder.example": None},
        event_path=None,
        configuration_set="",
        queue="",
    )
    assert [rule for rule, _ in found(bad)] == [
        "sandbox",
        "paused",
        "identity",
        "configuration-set",
        "feedback-queue",
    ]


def test_a_question_without_an_answer_hides_no_other() -> None:
    """The account does not say how it stands, the queue could not be asked: that is told, and the rest is."""
    said = no_answer(SendError("no. Nobody was mailed.", where="ses:GetAccount", fix="Allow it."))
    bad = replace(
        GOOD,
        account=None,
        event_path=None,
        queue_answers=None,
        silent=SINCE,
        queue_waiting=0,
        unanswered=(said,),
    )
    assert found(bad) == [("no-answer", Level.ERROR), ("silent", Level.ERROR)]
    assert (said.path, said.says, said.fix) == ("ses:GetAccount", "no.", "Allow it.")
