"""SendEmail of the simulator: what is accepted, and how it lies in the inbox."""

from __future__ import annotations

from datetime import timedelta
from threading import Barrier, Thread
from typing import Any

import pytest
from botocore.exceptions import ClientError

from ses_samples import a_raw, a_send, a_simple
from topmind.testing.clock import FixedClock
from topmind.testing.ses import Account, Identity, SesSimulator


def code(error: pytest.ExceptionInfo[ClientError]) -> tuple[str, int]:
    """Name and HTTP status, as a sender reads them."""
    answer = error.value.response
    return answer["Error"]["Code"], answer["ResponseMetadata"]["HTTPStatusCode"]


def test_raw_bytes_are_kept_as_they_came(sim: SesSimulator, client: Any) -> None:
    """What the outbox shows and what SES gets are compared byte by byte."""
    answer = client.send_email(**a_send())
    [mail] = sim.inbox
    assert mail.raw == a_raw()
    assert mail.message_id == answer["MessageId"]
    assert len(mail.message_id) == 60
    assert mail.to == ("sam@example.org",)
    assert mail.sender == "Dana Reyes <dana@example.com>"
    assert mail.tags == {"ledger": "harbor", "touch": "3b1f", "attempt": "1"}
    assert mail.configuration_set == "news"
    assert mail.at.isoformat() == "2026-12-01T15:07:00+00:00"


def test_message_id_and_date_are_ses_s_own(sim: SesSimulator, client: Any) -> None:
    """SES writes over what the sender wrote there, and over nothing else."""
    client.send_email(**a_send())
    [mail] = sim.inbox
    assert mail.message.get_all("message-id") == [f"<{mail.message_id}@email.amazonses.com>"]
    assert mail.message.get_all("date") == ["Tue, 01 Dec 2026 15:07:00 +0000"]
    assert mail.message["subject"] == "Dry gutters"
    assert mail.html.startswith("<p>Hi Sam")


def test_simple_content_is_built_by_ses(sim: SesSimulator, client: Any) -> None:
    """Subject in any letters, both parts, own headers, Reply-To, an attachment."""
    request = a_simple(
        Headers=[{"Name": "List-Id", "Value": "<tips.example.com>"}],
        Attachments=[{"FileName": "plan.pdf", "RawContent": b"%PDF", "ContentType": "application/pdf"}],
    )
    client.send_email(**request, ReplyToAddresses=["owner@example.com"])
    [mail] = sim.inbox
    assert mail.message["subject"] == "Grüße"
    assert (mail.text.strip(), mail.html.strip()) == ("Hi", "<p>Hi</p>")
    assert mail.message["list-id"] == "<tips.example.com>"
    assert mail.message["reply-to"] == "owner@example.com"
    assert [part.get_filename() for part in mail.message.iter_attachments()] == ["plan.pdf"]


def test_without_a_character_set_letters_are_lost(sim: SesSimulator, client: Any) -> None:
    """SES takes Simple content for ASCII unless told otherwise."""
    client.send_email(**a_simple(Subject={"Data": "Grüße"}))
    assert sim.inbox[0].message["subject"] == "Gr??e"


def test_the_envelope_is_the_destination_else_the_headers(sim: SesSimulator, client: Any) -> None:
    """Without a Destination To, Cc and Bcc of the message count."""
    client.send_email(**a_send(to=["a@example.org", "b@example.org"]))
    client.send_email(**a_send(raw=a_raw(cc="Eve <eve@example.org>"), Destination=None))
    assert [mail.to for mail in sim.inbox] == [
        ("a@example.org", "b@example.org"),
        ("sam@example.org", "eve@example.org"),
    ]


def test_the_from_header_is_enough(sim: SesSimulator, client: Any) -> None:
    """FromEmailAddress may be left out with Raw."""
    client.send_email(**a_send(FromEmailAddress=None))
    assert sim.inbox[0].sender == "Dana Reyes <dana@example.com>"


def test_double_sends_are_counted_by_the_touch_tag(sim: SesSimulator, client: Any) -> None:
    """Whoever sends a touch twice is found out, also when the inbox is trimmed."""
    for touch in ("aa", "bb", "aa"):
        client.send_email(**a_send(tags={"touch": touch}))
    assert sim.touches == {"aa": 2, "bb": 1}


def test_the_inbox_keeps_the_last(clock: FixedClock) -> None:
    """Memory stays flat; counts do not suffer."""
    with SesSimulator(identities=["example.com"], configuration_sets=["news"], clock=clock, keep=2) as sim:
        client = sim.client()
        for touch in ("a", "b", "c"):
            client.send_email(**a_send(tags={"touch": touch}))
        assert [mail.tags["touch"] for mail in sim.inbox] == ["b", "c"]
        assert sim.touches == {"a": 1, "b": 1, "c": 1}


@pytest.mark.parametrize(
    "sender", ["dana@example.com", "dana@news.example.com", "Dana <DANA@Example.com>", "one@other.example"]
)
def test_an_identity_covers_its_subdomains(sim: SesSimulator, client: Any, sender: str) -> None:
    """A verified domain stands for all below it, a verified address for itself."""
    sim.state.identities["one@other.example"] = Identity(name="one@other.example")
    client.send_email(**a_send(FromEmailAddress=sender))


@pytest.mark.parametrize("sender", ["dana@other.example", "dana@notexample.com", "two@example.net"])
def test_a_sender_without_identity_is_refused(sim: SesSimulator, client: Any, sender: str) -> None:
    """Neither a foreign domain nor one that only ends alike."""
    with pytest.raises(ClientError, match="Email address is not verified") as error:
        client.send_email(**a_send(FromEmailAddress=sender))
    assert code(error) == ("MessageRejected", 400)


@pytest.mark.parametrize("header", ["From", "Sender", "Return-Path"])
def test_headers_must_be_verified_too(client: Any, header: str) -> None:
    """A verified FromEmailAddress does not cover a foreign From, Sender or Return-Path."""
    raw = a_raw(head=f"{header}: eve@other.example\r\n", **({"from": ""} if header == "From" else {}))
    with pytest.raises(ClientError, match=r"not verified.*eve@other\.example"):
        client.send_email(**a_send(raw=raw))


def test_an_unverified_identity_is_none(sim: SesSimulator, client: Any) -> None:
    """CreateEmailIdentity alone does not make a sender."""
    client.create_email_identity(EmailIdentity="fresh.example")
    with pytest.raises(ClientError, match="not verified"):
        client.send_email(**a_send(FromEmailAddress="dana@fresh.example"))
    sim.state.identities["fresh.example"].verified = True
    client.send_email(**a_send(FromEmailAddress="dana@fresh.example"))


def test_a_broken_mail_from_domain_stops_only_when_told_to(sim: SesSimulator, client: Any) -> None:
    """REJECT_MESSAGE on a failed MX record refuses; the default sends through SES's own domain."""
    identity = sim.state.identities["example.com"]
    identity.mail_from, identity.mail_from_status = "bounce.example.com", "FAILED"
    client.send_email(**a_send())
    identity.on_mx_failure = "REJECT_MESSAGE"
    with pytest.raises(ClientError) as error:
        client.send_email(**a_send())
    assert code(error) == ("MailFromDomainNotVerifiedException", 400)


def test_a_missing_configuration_set_refuses(client: Any) -> None:
    """Without it there would be no feedback."""
    with pytest.raises(ClientError, match="Configuration set <nope> does not exist") as error:
        client.send_email(**a_send(ConfigurationSetName="nope"))
    assert code(error) == ("NotFoundException", 404)


@pytest.mark.parametrize(
    ("account", "name"),
    [(Account.PAUSED, "SendingPausedException"), (Account.SUSPENDED, "AccountSuspendedException")],
)
def test_an_account_that_may_not_send(sim: SesSimulator, client: Any, account: Account, name: str) -> None:
    """Paused by its owner, suspended by Amazon."""
    sim.state.account = account
    with pytest.raises(ClientError) as error:
        client.send_email(**a_send())
    assert code(error) == (name, 400)
    assert sim.inbox == ()


def test_the_sandbox_mails_only_who_is_verified(clock: FixedClock) -> None:
    """Verified addresses and domains, and the mailbox simulator with labels; nobody else."""
    with SesSimulator(
        identities=["example.com", "ada@example.net"],
        configuration_sets=["news"],
        account="sandbox",
        clock=clock,
    ) as sim:
        client = sim.client()
        for to in ("ada@example.net", "bob@example.com", "success+canary@simulator.amazonses.com"):
            client.send_email(**a_send(to=to))
            clock.advance(seconds=1)
        with pytest.raises(ClientError, match=r"eve@example\.net") as error:
            client.send_email(**a_send(to="eve@example.net"))
        assert code(error) == ("MessageRejected", 400)
        assert len(sim.inbox) == 3


def test_too_fast_is_429_and_passes(sim: SesSimulator, client: Any, clock: FixedClock) -> None:
    """A second's worth at once, no more; a second later it goes on."""
    sim.state.rate = 3
    for _ in range(3):
        client.send_email(**a_send())
    with pytest.raises(ClientError, match="Maximum sending rate exceeded") as error:
        client.send_email(**a_send())
    assert code(error) == ("ThrottlingException", 429)
    clock.advance(seconds=1)
    client.send_email(**a_send())
    assert len(sim.inbox) == 4


def test_the_quota_rolls_over_24_hours(sim: SesSimulator, client: Any, clock: FixedClock) -> None:
    """Recipients count, not messages; what is a day old counts no more; the mailbox simulator never does."""
    sim.state.quota = 3
    client.send_email(**a_send(to=["a@example.org", "b@example.org"]))
    clock.advance(hours=12)
    client.send_email(**a_send())
    client.send_email(**a_send(to="success@simulator.amazonses.com"))
    with pytest.raises(ClientError, match="Daily message quota exceeded") as error:
        client.send_email(**a_send())
    assert code(error) == ("ThrottlingException", 429)
    assert client.get_account()["SendQuota"]["SentLast24Hours"] == 3
    clock.advance(hours=12)
    assert client.get_account()["SendQuota"]["SentLast24Hours"] == 1
    client.send_email(**a_send())


def test_fifty_connections_at_once(sim: SesSimulator) -> None:
    """Senders on many connections that are kept open lose nothing."""
    together = Barrier(50)

    def work(number: int) -> None:
        client = sim.client()
        together.wait()
        for attempt in range(3):
            client.send_email(**a_send(tags={"touch": f"{number}-{attempt}"}))

    threads = [Thread(target=work, args=(number,)) for number in range(50)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(sim.touches) == 150
    assert set(sim.touches.values()) == {1}


def test_ids_are_repeatable(clock: FixedClock) -> None:
    """The same seed and clock give the same message ids, another seed gives others."""

    def ids(seed: int) -> list[str]:
        with SesSimulator(
            identities=["example.com"], configuration_sets=["news"], clock=FixedClock(clock.now()), seed=seed
        ) as sim:
            client = sim.client()
            return [client.send_email(**a_send())["MessageId"] for _ in range(2)]

    first = ids(1)
    assert first == ids(1) != ids(2)
    assert len(set(first)) == 2


def test_reset_is_a_fresh_morning(sim: SesSimulator, client: Any, clock: FixedClock) -> None:
    """Mails, counts and quota go; identities and configuration sets stay."""
    client.send_email(**a_send())
    sim.reset()
    assert (sim.inbox, sim.calls, sim.touches) == ((), 0, {})
    assert client.get_account()["SendQuota"]["SentLast24Hours"] == 0
    clock.advance(seconds=timedelta(minutes=1).total_seconds())
    client.send_email(**a_send())
    assert len(sim.inbox) == 1
