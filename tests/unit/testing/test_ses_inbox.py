"""The simulator's own addresses: what tests in other processes and people read and set."""

from __future__ import annotations

import json
import urllib.request
from typing import Any
from urllib.error import HTTPError

import pytest

from ses_samples import a_raw, a_send, a_simple
from topmind.testing.ses import Account, FaultKind, Faults, Feedback, SesSimulator


def ask(sim: SesSimulator, path: str, given: Any = None, **headers: str) -> tuple[int, dict[str, str], bytes]:
    """GET, or POST where something is given: status, headers in lower case, body."""
    body = None if given is None else given if isinstance(given, bytes) else json.dumps(given).encode()
    request = urllib.request.Request(f"{sim.url}/_sim/{path}", body, headers)
    try:
        with urllib.request.urlopen(request) as answer:
            return answer.status, {k.lower(): v for k, v in answer.headers.items()}, answer.read()
    except HTTPError as error:
        with error:
            return error.code, {k.lower(): v for k, v in error.headers.items()}, error.read()


def test_inbox_json(sim: SesSimulator, client: Any) -> None:
    """One line of facts for each mail."""
    client.send_email(**a_simple())
    status, _, body = ask(sim, "inbox.json")
    [mail] = json.loads(body)
    assert status == 200
    assert mail == {
        "number": 1,
        "message_id": sim.inbox[0].message_id,
        "to": ["sam@example.org"],
        "sender": "Dana Reyes <dana@example.com>",
        "subject": "Grüße",
        "tags": {"ledger": "harbor", "touch": "3b1f", "attempt": "1"},
        "configuration_set": "news",
        "at": "2026-12-01T15:07:00+00:00",
        "bytes": len(sim.inbox[0].raw),
    }


def test_calls_json(sim: SesSimulator, client: Any) -> None:
    """What soak tests read: double sends are touches above 1."""
    for touch in ("aa", "bb", "aa"):
        client.send_email(**a_send(tags={"touch": touch}))
    sim.faults = Faults.read({"at": {"4": "throttle"}})
    with pytest.raises(client.exceptions.ClientError):
        client.send_email(**a_send())
    sim.flush()
    assert json.loads(ask(sim, "calls.json")[2]) == {
        "calls": 4,
        "accepted": 3,
        "touches": {"aa": 2, "bb": 1},
        "refused": {},
        "faults": {"throttle": 1},
        "feedback": {"published": 6},
    }


def test_one_mail_in_three_forms(sim: SesSimulator, client: Any) -> None:
    """Source as delivered, the HTML part under a strict policy, the plain part."""
    client.send_email(**a_send())
    client.send_email(**a_send(raw=a_raw(content_type="text/plain; charset=utf-8", body="Hi <Sam>\r\n")))
    _, headers, body = ask(sim, "mail/1.eml")
    assert (headers["content-type"], body) == ("message/rfc822", sim.inbox[0].delivered)
    _, headers, body = ask(sim, "mail/1.html")
    assert body.decode().startswith("<p>Hi Sam")
    assert headers["content-security-policy"].startswith("sandbox; default-src 'none'")
    assert b"Hi &lt;Sam&gt;" in ask(sim, "mail/2.html")[2]
    assert ask(sim, "mail/2.txt")[2] == b"Hi <Sam>\r\n"


@pytest.mark.parametrize("path", ["mail/9.eml", "mail/x.html", "mail/1.pdf", "inbox?mail=9", "nothing"])
def test_what_is_not_there(sim: SesSimulator, client: Any, path: str) -> None:
    """404 with a reason."""
    client.send_email(**a_send())
    status, _, body = ask(sim, path)
    assert status == 404
    assert json.loads(body)["message"]


def test_the_page_shows_mails_and_escapes_them(sim: SesSimulator, client: Any) -> None:
    """Newest first, one open in a sandboxed frame; a hostile subject stays text."""
    client.send_email(**a_send(raw=a_raw(subject="<script>alert(1)</script>")))
    client.send_email(**a_send())
    status, headers, body = ask(sim, "inbox?mail=1")
    page = body.decode()
    assert (status, headers["content-type"]) == (200, "text/html; charset=utf-8")
    assert "<script" not in page
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in page
    assert '<iframe sandbox title="The mail" src="mail/1.html">' in page
    assert page.index("?mail=2") < page.index("?mail=1")
    assert '<html lang="en">' in page
    assert "Nothing was accepted yet" not in page
    sim.reset()
    assert "Nothing was accepted yet" in ask(sim, "inbox")[2].decode()


def test_scripts_over_http(sim: SesSimulator) -> None:
    """Each part on its own; what is not named stays."""
    faults = {"shares": {"hang": 0.1}, "seed": 4}
    assert ask(sim, "script", {"faults": faults})[0] == 200
    assert (
        ask(sim, "script", {"feedback": {"late": 0.5}, "account": {"state": "paused", "rate": 2}})[0] == 200
    )
    assert sim.faults == Faults(seed=4, shares={FaultKind.HANG: 0.1})
    assert sim.feedback == Feedback(late=0.5)
    assert (sim.state.account, sim.state.rate, sim.state.quota) == (Account.PAUSED, 2.0, 50_000)


@pytest.mark.parametrize(
    "given",
    [b"{", b"[]", {"fault": {}}, {"faults": {"at": {"1": "x"}}}, {"account": {"state": "x"}}, {"account": {"rates": 1}}],
)  # fmt: skip
def test_wrong_scripts_change_nothing(sim: SesSimulator, given: Any) -> None:
    """400, and the old script stays."""
    status, _, body = ask(sim, "script", given)
    assert status == 400
    assert json.loads(body)["message"].startswith("No script")
    assert (sim.faults, sim.state.account) == (Faults(), Account.PRODUCTION)


def test_flush_and_reset_over_http(sim: SesSimulator, client: Any) -> None:
    """Held events come; then everything is forgotten."""
    sim.feedback = Feedback(late=1.0)
    client.send_email(**a_send())
    assert json.loads(ask(sim, "flush", {})[2])["feedback"] == {"late": 2, "published": 2}
    assert len(sim.events) == 2
    assert json.loads(ask(sim, "reset", {})[2])["accepted"] == 0
    assert (sim.inbox, sim.events, sim.feedback) == ((), [], Feedback())


def test_the_unsubscribe_link(sim: SesSimulator, client: Any) -> None:
    """GET asks and changes nothing, POST unsubscribes, as RFC 8058 wants it."""
    client.create_contact_list(ContactListName="all")
    client.send_email(**a_send(), ListManagementOptions={"ContactListName": "all"})
    ada = {"ContactListName": "all", "EmailAddress": "sam@example.org"}
    assert b"<form method" in ask(sim, "unsubscribe/1")[2]
    assert client.get_contact(**ada)["UnsubscribeAll"] is False
    status, _, body = ask(sim, "unsubscribe/1", b"List-Unsubscribe=One-Click", accept="text/html")
    assert (status, b"You will get no more" in body) == (200, True)
    assert client.get_contact(**ada)["UnsubscribeAll"] is True
    sim.flush()
    assert sim.events[-1]["eventType"] == "Subscription"
    assert ask(sim, "unsubscribe/9", b"")[0] == 404
