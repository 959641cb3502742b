"""The simulator: an account of Amazon SES on loopback that a real boto3 client talks to."""

from __future__ import annotations

import sys
import threading
import traceback
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from functools import lru_cache
from types import TracebackType
from typing import Any, Self

from topmind.model import Clock
from topmind.testing.clock import WallClock
from topmind.testing.loopback import Reply, Request, Server
from topmind.testing.ses import contacts, operations, replies
from topmind.testing.ses.control import control
from topmind.testing.ses.events import Event, events, subscription
from topmind.testing.ses.faults import ACCEPTED, Faults
from topmind.testing.ses.inbox import TOUCH_TAG, Inbox, Mail
from topmind.testing.ses.protocol import Protocol, write
from topmind.testing.ses.publisher import Publisher
from topmind.testing.ses.reactions import Feedback, Reaction
from topmind.testing.ses.refusals import RefusedError, not_found, not_simulated
from topmind.testing.ses.sending import accept, compose
from topmind.testing.ses.sinks import ListSink, Sink
from topmind.testing.ses.state import Account, Identity, State

#: What the simulator itself serves, beside SES.
CONTROL = "/_sim/"
_OPERATIONS = {**operations.OPERATIONS, **contacts.OPERATIONS}

protocol = lru_cache(maxsize=1)(Protocol)


class SesSimulator:
    """`with SesSimulator(identities=["example.com"]) as sim: boto3.client("sesv2", endpoint_url=sim.url, …)`.

    Runs on threads of this process; every argument has a flag of `python -m topmind.testing.ses`. The state may be
    read and changed at any time (`sim.state`, `sim.faults`, `sim.feedback`).
    """

    def __init__(
        self,
        *,
        identities: Sequence[str | Identity] = (),
        configuration_sets: Sequence[str] = (),
        account: Account | str = Account.PRODUCTION,
        quota: float | None = None,
        rate: float | None = None,
        faults: Faults | None = None,
        feedback: Feedback | None = None,
        sink: Sink | None = None,
        clock: Clock | None = None,
        state: State | None = None,
        seed: int = 0,
        keep: int = 10_000,
        host: str = "127.0.0.1",
        port: int = 0,
    ) -> None:
        self.clock: Clock = clock or WallClock()
        #: The account. A configuration set named in the arguments has an event destination for everything.
        self.state = state or new_account(Account(account))
        self.state.clock = self.clock
        self.state.quota = self.state.quota if quota is None else quota
        self.state.rate = self.state.rate if rate is None else rate
        for given in identities:
            made = given if isinstance(given, Identity) else Identity(name=given.lower())
            self.state.identities[made.name] = made
        for name in configuration_sets:
            self.state.sets.setdefault(name, [operations.all_events()])
        self.faults = faults or Faults(seed=seed)
        self.seed = seed
        #: Every accepted message, the last `keep` of them with their bytes.
        self.mailbox = Inbox(keep)
        #: SendEmail calls so far, accepted or not.
        self.calls = 0
        #: Name of an error → SendEmail calls that got it.
        self.refused: Counter[str] = Counter()
        #: Kind of fault → SendEmail calls that met it.
        self.faulted: Counter[str] = Counter()
        self.sink: Sink = sink or ListSink()
        self.publisher = Publisher(self.sink, self.clock.now)
        self.feedback = feedback or Feedback(seed=seed)
        self.lock = threading.RLock()
        self._protocol = protocol()
        self._server = Server(self._handle, host=host, port=port, aside=CONTROL)
        #: What `endpoint_url` must be.
        self.url = self._server.url

    def __enter__(self) -> Self:
        self.publisher.start()
        self._server.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._server.stop()
        self.publisher.stop()

    @property
    def feedback(self) -> Feedback:
        """The script of the feedback; a new one counts for the next message."""
        return self.publisher.script

    @feedback.setter
    def feedback(self, script: Feedback) -> None:
        self.publisher.script = script

    @property
    def inbox(self) -> tuple[Mail, ...]:
        """Accepted messages, oldest first; the last `keep` of them."""
        with self.lock:
            return self.mailbox.mails

    @property
    def touches(self) -> dict[str, int]:
        """Value of the tag `touch` → messages accepted with it; more than 1 is a double send. Never trimmed."""
        with self.lock:
            return dict(self.mailbox.touches)

    @property
    def events(self) -> list[Event]:
        """Events published so far, where the sink is the list in memory."""
        assert isinstance(self.sink, ListSink), "this simulator has another sink"
        return self.sink.events

    def client(self, **config: Any) -> Any:
        """A boto3 client for `sesv2` that talks to this simulator, one attempt a call; `config` as botocore's Config."""
        import boto3
        from botocore.config import Config

        return boto3.client(
            "sesv2",
            endpoint_url=self.url,
            region_name="us-east-1",
            aws_access_key_id="simulated",
            aws_secret_access_key="simulated",  # noqa: S106  nothing is protected by it
            config=Config(**{"retries": {"total_max_attempts": 1}, **config}),
        )

    def flush(self) -> None:
        """Publish everything that is held back, and wait until the sink has it."""
        self.publisher.flush()

    def reset(self) -> None:
        """Forget mails, calls, events, sends, suppression and both scripts; identities, sets and lists stay."""
        with self.lock:
            self.mailbox.clear()
            self.calls = 0
            self.refused.clear()
            self.faulted.clear()
            self.faults, self.feedback = Faults(seed=self.seed), Feedback(seed=self.seed)
            self.state.suppressed.clear()
            self.state.forget_sends()
        self.publisher.flush()
        self.publisher.forget()
        if isinstance(self.sink, ListSink):
            self.sink.events.clear()

    def unsubscribe(self, number: int) -> None:
        """The recipient of message `number` opts out at SES, as the link in the mail does. KeyError where there is none."""
        with self.lock:
            mail = self.mailbox.find(number)
            if mail is None or not mail.contact_list[0]:
                raise KeyError(number)
            change = contacts.unsubscribe(self.state, mail.contact_list, mail.to[0])
        self._publish(mail, lambda: [subscription(mail, change)])

    def _handle(self, request: Request) -> Reply:
        try:
            if request.path.startswith(CONTROL):
                return control(self, request)
            with self.lock:
                return self._answer(request)
        except RefusedError as refused:
            return replies.refusal(refused)
        except Exception:  # noqa: BLE001  a defect of the simulator must not look like a fault on the wire
            traceback.print_exc(file=sys.stderr)
            return replies.refusal(
                RefusedError("SimulatorDefect", "See the simulator's standard error.", 500)
            )

    def _answer(self, request: Request) -> Reply:
        found = self._protocol.operation(request.method, request.path)
        if found is None:
            raise not_found(f"No operation of SES v2 is {request.method} at this address.")
        operation, labels = found
        replies.check_signature(request)
        name = operation.name
        if name == "SendEmail":
            self.calls += 1
            try:
                return self._send(self._protocol.read(operation, labels, request.query, request.body))
            except RefusedError as refused:
                self.refused[refused.code] += 1
                raise
        if fault := self.faults.operations.get(name):
            return replies.faulty(fault, b"{}")
        run = _OPERATIONS.get(name)
        if run is None:
            raise not_simulated(name)
        members = self._protocol.read(operation, labels, request.query, request.body)
        return replies.answer(write(run(self.state, members)))

    def _send(self, members: Mapping[str, Any]) -> Reply:
        """One SendEmail: right in itself, then what the script does to it, then what the account allows."""
        number = self.mailbox.accepted + 1
        draft = compose(members, self.state, f"{self.url}{CONTROL}unsubscribe/{number}")
        fault = self.faults.of_call(self.calls, draft.to)
        if fault:
            self.faulted[fault.kind.value] += 1
            if fault.kind not in ACCEPTED:
                return replies.faulty(fault, b"", draft.to)
        now = self.clock.now()
        self.state.admit(
            senders=draft.addresses, to=draft.to, configuration_set=draft.configuration_set, now=now
        )
        mail = accept(draft, number=number, seed=self.seed, now=now)
        self.mailbox.add(mail)
        self._react(mail, now)
        body = write({"MessageId": mail.message_id})
        return replies.faulty(fault, body) if fault else replies.answer(body)

    def _react(self, mail: Mail, now: datetime) -> None:
        """What becomes of an accepted message: its events, and who is suppressed from now on."""
        script, state = self.feedback, self.state
        reactions: dict[str, tuple[Reaction, ...]] = {}
        for address in mail.to:
            if mail.contact_list[0] and contacts.opted_out(state, mail.contact_list, address):
                reactions[address] = (Reaction.OPTED_OUT,)
            elif address.lower() in state.suppressed:
                reactions[address] = (Reaction.SUPPRESSED,)
            else:
                reactions[address] = script.of(address)
                self._suppress(address, reactions[address], now)
        if state.sets.get(mail.configuration_set):
            self._publish(mail, lambda: events(mail, reactions))
        if mail.contact_list[0] and Reaction.UNSUBSCRIBE in reactions[mail.to[0]]:
            change = contacts.unsubscribe(state, mail.contact_list, mail.to[0])
            self._publish(mail, lambda: [subscription(mail, change)])

    def _suppress(self, address: str, reactions: Sequence[Reaction], now: datetime) -> None:
        """Hard bounces and complaints put an address on the account's list, where the account wants that."""
        for reaction, reason in ((Reaction.BOUNCE, "BOUNCE"), (Reaction.COMPLAIN, "COMPLAINT")):
            if reaction in reactions and reason in self.state.suppressed_reasons:
                self.state.suppress(address, reason, now)

    def _publish(self, mail: Mail, make: Callable[[], Iterable[Event]]) -> None:
        """Events of one message, made on the publisher's thread, where a destination of its set wants them."""
        wanted = {
            kind
            for destination in self.state.sets.get(mail.configuration_set, ())
            if destination["Enabled"]
            for kind in destination["MatchingEventTypes"]
        }
        base = f"{mail.tags.get(TOUCH_TAG, mail.number)}/{self.mailbox.touches[mail.tags.get(TOUCH_TAG, '')]}"

        def named() -> Iterator[tuple[str, Event]]:
            for number, event in enumerate(make()):
                if event["eventType"].upper().replace(" ", "_") in wanted or (
                    event["eventType"] == "DeliveryDelay" and "DELIVERY_DELAY" in wanted
                ):
                    yield f"{base}/{event['eventType']}/{number}", event

        if wanted:
            self.publisher.submit(named)


def new_account(account: Account) -> State:
    """A sandbox may send 200 a day, one a second ("Service quotas in Amazon SES"); others as one that is warmed up."""
    return State(account=account, quota=200, rate=1) if account is Account.SANDBOX else State(account=account)
