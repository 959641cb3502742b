"""The `ses` transport: one SendEmail a message, one recipient, the very bytes, one attempt."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any

from topmind.aws import answers, limits, subscribed
from topmind.aws.session import client as new_client
from topmind.model import Clock, Message, Outcome, OutcomeKind


class SesTransport:
    """`model.Transport` over Amazon SES v2; `send` may be called from several threads at once.

    Message-ID and Date are replaced by SES, Return-Path and a second DKIM signature added; everything else
    arrives as the outbox shows it.
    """

    name = "ses"

    def __init__(
        self,
        *,
        configuration_set: str,
        contact_list: str = "",
        clock: Clock,
        connections: int = 10,
        make: Callable[[], Any] | None = None,
    ) -> None:
        """`clock` is the store's, by which claims grow old; `make` gives a client (default: from the
        environment), again after a token has run out; `contact_list`: of messages that SES gives their links to
        leave."""
        self._set = configuration_set
        self._contact_list = contact_list
        self._clock = clock
        self._make = make or (lambda: new_client("sesv2", connections=connections))
        self._lock = threading.Lock()
        self._fences = threading.local()
        self._client = self._fenced()
        #: A token ran out and a new client has not worked yet.
        self._renewed = False

    def send(self, message: Message) -> Outcome:
        """One call, once. Never raises for what SES or the network do."""
        if limits.unusable(message.to):
            return Outcome(kind=OutcomeKind.REFUSED, reason="the address is unusable")
        if message.leave_at_provider and not self._contact_list:
            return Outcome(kind=OutcomeKind.RETRY, stop=True, reason="no contact list is named")
        if wrong := limits.mistakes(message, self._set):
            return Outcome(kind=OutcomeKind.RETRY, stop=True, reason=f"a message is malformed: {wrong[0]}")
        client = self._client
        self._fences.until = message.fence
        try:
            outcome = answers.answered(client.send_email(**self._request(message)))
        except Exception as error:  # noqa: BLE001 - the table decides what each one means
            outcome = answers.failed(error)
        return self._renewing(client, outcome)

    def _request(self, message: Message) -> dict[str, Any]:
        request: dict[str, Any] = {
            "Destination": {"ToAddresses": [message.to]},
            "Content": {"Raw": {"Data": message.raw}},
            "EmailTags": [{"Name": name, "Value": value} for name, value in message.tags.items()],
        }
        if message.leave_at_provider:
            request |= subscribed.simple(message.raw)
            request["ListManagementOptions"] = {"ContactListName": self._contact_list}
        if self._set:
            request["ConfigurationSetName"] = self._set
        return request

    def _fenced(self) -> Any:
        """A new client whose every SendEmail is refused after signing, before the wire, where its claim is stale."""
        made = self._make()
        made.meta.events.register("before-send.sesv2.SendEmail", self._fence)
        return made

    def _fence(self, **_: Any) -> None:
        if self._clock.now() >= self._fences.until:
            raise answers.StaleClaim

    def _renewing(self, client: Any, outcome: Outcome) -> Outcome:
        """An expired token gets one new client, made by whichever thread notices first; then the run stops."""
        if outcome.kind is OutcomeKind.ACCEPTED:
            self._renewed = False
        if not answers.expired(outcome):
            return outcome
        with self._lock:
            if client is not self._client:
                return Outcome(kind=OutcomeKind.RETRY, reason=outcome.reason)
            if self._renewed:
                return outcome
            self._client, self._renewed = self._fenced(), True
        return Outcome(kind=OutcomeKind.RETRY, reason=outcome.reason)
