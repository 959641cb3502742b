"""Pre-flight: every finding at once, and what cannot be known counts as wrong."""

from __future__ import annotations

from dataclasses import replace
from datetime import time
from typing import Any

import pytest

from topmind.delivery import Facts, findings
from topmind.model import (
    Channel,
    CompiledEdition,
    Edition,
    Level,
    MergeTag,
    Occasion,
    Parts,
    Place,
    Purpose,
    SourceKind,
)
from topmind.testing.builders import TODAY

LINK: Parts = ("Not for you? ", Place(MergeTag(field="unsubscribe_url"), "url"))


def a_compiled(
    html: Parts = LINK, text: Parts = LINK, purpose: Purpose = Purpose.MARKETING
) -> CompiledEdition:
    """An edition of this week's issue."""
    occasion = Occasion(
        kind=SourceKind.ISSUE,
        source="tuesday-fix",
        step=None,
        occurrence="2026-W49",
        channel=Channel.EMAIL,
        title="The Tuesday Fix",
        day=TODAY,
        at=time(9),
        purpose=purpose,
    )
    edition = Edition(
        occasion=occasion,
        items=(),
        per_slot=(),
        visible=frozenset(),
        sender="dana",
        language="en",
        contacts=(0,),
    )
    return CompiledEdition(
        edition=edition,
        subject=("Hi",),
        preheader=(),
        html=html,
        text=text,
        sender_name="Dana",
        sender_address="dana@harborandpine.example",
        reply_to="dana@harborandpine.example",
        required=frozenset(),
        hash="0" * 16,
    )


def facts(**over: Any) -> Facts:
    """A project with nothing wrong, sending through SES."""
    good = Facts(
        transport="ses",
        postal_address=("14 Wharf Street",),
        senders=("dana@harborandpine.example",),
        keys=True,
        pinned=True,
        editions=(a_compiled(),),
        pages={"/tips/gutters/": "content/tips/gutters.md"},
        published={"/tips/gutters/"},
    )
    return replace(good, **over)


def test_nothing_wrong() -> None:
    """A good project has no finding."""
    assert findings(facts()) == ()


@pytest.mark.parametrize(
    ("over", "rule"),
    [
        ({"postal_address": (" ",)}, "postal-address"),
        ({"keys": False}, "keys"),
        ({"senders": ()}, "sender"),
        ({"pinned": False}, "pinned"),
        ({"first": True}, "first-send"),
        ({"surge": "4 000 mails.", "surge_fix": "topmind approve 0123456789ab"}, "surge"),
        ({"live_local": True}, "live-pages"),
        ({"live_https": False}, "live-pages"),
        ({"rehearsed": 3, "first_send": True}, "rehearsed"),
        ({"editions": (a_compiled(html=("no link",)),)}, "unsubscribe"),
        ({"editions": (a_compiled(text=("no link",)),)}, "unsubscribe"),
        ({"published": None}, "site"),
    ],
)
def test_each_finding(over: dict[str, Any], rule: str) -> None:
    """One thing wrong, one error that says what to do."""
    (found,) = findings(facts(**over))
    assert (found.rule, found.level) == (f"preflight/{rule}", Level.ERROR)
    assert found.fix


@pytest.mark.parametrize(
    "over",
    [
        {"first": True, "first_send": True},
        {"surge": "large", "approved": True},
        {"editions": (a_compiled(html=(), text=(), purpose=Purpose.SERVICE),)},
        {"pages": {}, "published": None},
    ],
)
def test_what_a_person_has_allowed(over: dict[str, Any]) -> None:
    """A first send that was meant, an approved surge, service mail, no links to pages."""
    assert findings(facts(**over)) == ()


def test_an_inbox_that_may_not_stay_is_a_warning() -> None:
    """The ledger on a server, and nothing says where to keep what must outlive it; a rehearsal needs no such place."""
    (found,) = findings(facts(inbox_stays=False))
    assert (found.rule, found.level) == ("preflight/inbox", Level.WARNING)
    assert "TOPMIND_INBOX" in found.fix
    assert findings(facts(inbox_stays=False, transport="outbox")) == ()


@pytest.mark.parametrize("transport", ["outbox", "memory"])
def test_a_rehearsal_is_told_and_goes_on(transport: str) -> None:
    """What binds SES only is printed where files are written; what the law asks stays an error."""
    over = {"pinned": False, "first": True, "surge": "large", "live_local": True, "postal_address": ()}
    found = findings(facts(transport=transport, **over))
    assert {problem.level for problem in found if problem.rule != "preflight/postal-address"} == {Level.INFO}
    assert [p.rule for p in found if p.level is Level.ERROR] == ["preflight/postal-address"]


def test_all_at_once() -> None:
    """Nobody has to mend one thing to hear of the next."""
    found = findings(facts(postal_address=(), keys=False, pinned=False, published=None))
    assert len(found) == 4
