"""SES events → our kinds."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from topmind.errors import LinkError
from topmind.feedback import MEANINGS, PROVES, RULE_VERSION, Dropped, normalise
from topmind.ledger.values import Feedback
from topmind.model import FeedbackKind

TOUCH = "3b1f8c02d94ae7560c7d2b9f41e8a653"


def event(kind: str = "Send", part: dict[str, Any] | None = None, **mail: Any) -> dict[str, Any]:
    """An event as SES publishes it, for one recipient."""
    names = {"Rendering Failure": "failure", "DeliveryDelay": "deliveryDelay"}
    return {
        "eventType": kind,
        "mail": {
            "timestamp": "2026-12-01T15:07:00.000Z",
            "messageId": "m-1",
            "destination": ["ada@example.com"],
            "tags": {"ledger": ["harbor"], "touch": [TOUCH], "attempt": ["1"]},
            **mail,
        },
        names.get(kind, kind.lower()): part or {},
    }


def read(given_: Any) -> Any:
    """Normalised for the ledger `harbor`."""
    return normalise(given_, ledger="harbor", hashes=lambda address: (f"hash of {len(address)}",))


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("Send", FeedbackKind.SENT),
        ("Delivery", FeedbackKind.DELIVERED),
        ("DeliveryDelay", FeedbackKind.DELAYED),
        ("Bounce", FeedbackKind.BOUNCED),
        ("Complaint", FeedbackKind.COMPLAINED),
        ("Reject", FeedbackKind.REJECTED),
        ("Rendering Failure", FeedbackKind.NOT_RENDERED),
        ("Open", FeedbackKind.OPENED),
        ("Click", FeedbackKind.CLICKED),
    ],
)
def test_every_event_type_has_its_kind(name: str, kind: FeedbackKind) -> None:
    """With the touch of our tag, the message's id, and the event's own time."""
    found = read(event(name, {"timestamp": "2026-12-01T15:09:00.000Z"}))
    assert (found.kind, found.touch_hex, found.message_id) == (kind, TOUCH, "m-1")
    assert found.at.isoformat() == "2026-12-01T15:09:00+00:00"


def test_only_a_permanent_bounce_is_for_good() -> None:
    """A full mailbox suppresses nobody; the address becomes a hash at once."""
    part = {"bounceType": "Permanent", "bounceSubType": "General"}
    part["bouncedRecipients"] = [{"emailAddress": "ada@example.com"}]  # type: ignore[assignment]
    found = read(event("Bounce", part))
    assert (found.permanent, found.detail, found.inbox) == (True, "Permanent/General", ("hash of 15",))
    assert read(event("Bounce", {**part, "bounceType": "Transient"})).permanent is False
    assert "ada" not in repr(found)


def test_a_click_keeps_the_links_id_and_who_did_it() -> None:
    """Not the link itself, which may carry a token."""
    part = {
        "timestamp": "2026-12-01T16:00:00Z",
        "linkTags": {"link": ["read-more"]},
        "link": "https://x/u/tok",
    }
    found = read(event("Click", {**part, "userAgent": "Mozilla/5.0 (iPhone)"}))
    assert (found.detail, found.actor) == ("read-more", "human")
    assert "tok" not in repr(found)


@pytest.mark.parametrize(
    ("link", "kept"),
    [
        ("https://www.example.com/tips/gutters/?utm=x", "tips/gutters"),
        (
            "https://example.com/blog/newsletters/tuesday-fix/2026-12-01/",
            "newsletters/tuesday-fix/2026-12-01",
        ),
        ("https://mail.example.com/p/eyJjIjoiMTA0MiJ9.tok", "mail.example.com"),
        ("https://book.example/Ruth%20Marsh?mail=ruth@example.com", "book.example"),
        ("", ""),
    ],
)
def test_of_a_link_only_the_page_or_the_host_is_kept(link: str, kept: str) -> None:
    """A page of the resource site is the same for everybody; whatever else stands in a link may be a person's."""
    assert read(event("Click", {"link": link, "userAgent": "x"})).detail == kept


def test_of_an_open_the_family_and_the_times_are_kept() -> None:
    """What a better rule needs to judge it again: no address, no user agent."""
    part = {
        "timestamp": "2026-12-01T16:00:00Z",
        "userAgent": "Mozilla/5.0 (iPhone; de-DE)",
        "ipAddress": "192.0.2.7",
    }
    found = read(event("Open", part))
    assert (found.family, found.rule, found.sent.isoformat()) == (
        "iphone",
        RULE_VERSION,
        "2026-12-01T15:07:00+00:00",
    )
    assert "192.0.2.7" not in repr(found)
    assert "de-DE" not in repr(found)
    sent = read(event("Send"))
    assert (sent.sent, sent.family, sent.rule) == (None, "", 0)


@pytest.mark.parametrize(
    ("kind", "part"),
    [
        ("Delivery", {"recipients": ["ada@example.com"]}),
        ("Bounce", {"bouncedRecipients": [{"emailAddress": "ada@example.com"}]}),
        ("Complaint", {"complainedRecipients": [{"emailAddress": "ada@example.com"}]}),
        ("Subscription", {"newTopicPreferences": {"unsubscribeAll": True}}),
    ],
)
def test_the_address_of_an_event_is_a_hash(kind: str, part: dict[str, Any]) -> None:
    """Named by the event, else the one recipient of the mail; never kept itself."""
    assert read(event(kind, part)).inbox == ("hash of 15",)
    assert "ada@" not in repr(read(event(kind, part)))


def test_an_address_that_is_none_has_no_hash() -> None:
    """A server may put anything into a bounce."""

    def strict(address: str) -> tuple[str, ...]:
        raise LinkError("no address")

    part = {"bounceType": "Permanent", "bouncedRecipients": [{"emailAddress": "<>"}]}
    found = normalise(event("Bounce", part), ledger="harbor", hashes=strict)
    assert isinstance(found, Feedback)
    assert found.inbox == ()


@pytest.mark.parametrize(("said", "attempt"), [(["3"], 3), ([], 0), (["x"], 0), (["9" * 12], 0), (None, 0)])
def test_the_attempt_of_the_tag(said: Any, attempt: int) -> None:
    """A number, or nothing."""
    tags = {"ledger": ["harbor"], "touch": [TOUCH], "attempt": said}
    assert read(event(tags=tags)).attempt == attempt


@pytest.mark.parametrize(
    "broken",
    [
        {"messageId": "m\ud800"},
        {"messageId": "m\x00"},
        {"tags": {"ledger": ["harbor"], "touch": ["\ud800" * 32]}},
        {"tags": {"ledger": ["harbor"], "touch": ["ab"]}},
        {"timestamp": "9999-12-31T23:59:59-23:59"},
    ],
)
def test_what_a_store_would_choke_on_is_unreadable(broken: dict[str, Any]) -> None:
    """One such message must not stop every drain from now on."""
    assert read(event(**broken)) is Dropped.UNREADABLE


def test_a_subscription_counts_only_as_a_full_stop() -> None:
    """Unsubscribe from everything is an opt-out; anything else needs our own confirmation."""
    off = read(event("Subscription", {"newTopicPreferences": {"unsubscribeAll": True}}))
    assert off.kind is FeedbackKind.UNSUBSCRIBED
    assert read(event("Subscription", {"newTopicPreferences": {"unsubscribeAll": False}})) is Dropped.NO_USE


@pytest.mark.parametrize(
    "tags", [{}, None, {"ledger": ["other"], "touch": [TOUCH]}, {"ledger": ["harbor"]}, {"touch": [TOUCH]}]
)
def test_other_ledgers_are_dropped(tags: Any) -> None:
    """A shared account's other mails, and mails without our tags."""
    assert read(event(tags=tags)) is Dropped.FOREIGN


@settings(max_examples=50, deadline=None)
@given(
    st.recursive(
        st.none() | st.text(max_size=5) | st.integers(),
        lambda inner: (
            st.dictionaries(
                st.sampled_from(["mail", "tags", "eventType", "timestamp", "ledger", "touch", "bounce"]),
                inner,
            )
            | st.lists(inner, max_size=2)
        ),
        max_leaves=8,
    )
)
def test_garbage_is_dropped_and_never_raises(garbage: Any) -> None:
    """Whatever comes out of a queue, the run goes on."""
    assert isinstance(read(garbage), Dropped)


@pytest.mark.parametrize(
    "broken", [{"timestamp": "2026-12-01"}, {"timestamp": "soon"}, {"messageId": None, "timestamp": None}]
)
def test_an_event_without_a_time_is_unreadable(broken: dict[str, Any]) -> None:
    """A naive or missing time is not guessed."""
    assert read(event(**broken)) is Dropped.UNREADABLE


def test_every_kind_has_a_meaning() -> None:
    """One line each; a message that never left proves nothing."""
    assert set(MEANINGS) == set(FeedbackKind)
    assert all(text.endswith(".") and "\n" not in text for text in MEANINGS.values())
    assert FeedbackKind.REJECTED not in PROVES
    assert isinstance(read(event()), Feedback)
