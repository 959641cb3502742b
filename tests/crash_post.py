"""What outlives every death of `crash_day.py` but the ledger: the post and its feedback, the pages; and who dies of what."""

from __future__ import annotations

import itertools
from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from typing import Any

from topmind.ledger import Feedback, InboxEntry
from topmind.ledger.store import SqlLedger
from topmind.model import FeedbackKind, Message, Outcome, OutcomeKind
from topmind.testing.clock import FixedClock
from topmind.testing.faults import Fuse

CONTACTS = [f"c{n:04d}" for n in range(7)]
#: Erased in the evening; opted out on a page in the morning; moved to another address at noon.
LEAVES, SAID_NO, MOVES = "c0001", "c0005", "c0000"
#: Its answer is lost, once the mail had left and once it had not; it has no mailbox; it is built too late; throttled.
LOST, LOST_UNSENT, NO_BOX, SLOW, THROTTLED = "c0002", "c0003", "c0004", "c0006", "c0000"
#: It turns out that the first is the second: merged between the plan of the second issue and its sending.
TWIN, BEFORE = SLOW, LOST
#: What the twin did not want to hear of.
TOPIC = "offers"
ISSUES = ("2026-W49", "2026-W50")
#: Days from the first issue to the second: the gap between two mails to one person is over.
WEEK = 8


class Trace(Fuse):
    """A fuse that knows what its process was doing: each step has the name of the ledger's method around it."""

    def __init__(self, at: int) -> None:
        super().__init__(at)
        self.doing = "open"
        #: A part of the day whose steps are kinds of their own.
        self.part = ""
        self.names: list[str] = []

    def step(self, name: str) -> None:
        """One more place to die at."""
        part = "" if self.doing in {"lock", "unlock"} else self.part  # a lock is a lock, whoever asks for it
        self.names.append(f"{part}{self.doing}: {name}")
        super().step(self.names[-1])

    def kinds(self, only: str) -> list[int]:
        """The first step of each name that has this word in it."""
        named = [(name, number) for number, name in enumerate(self.names) if only in name]
        return sorted(dict(reversed(named)).values())


class Watched:
    """The same ledger; its fuse hears what it is asked."""

    def __init__(self, ledger: SqlLedger, fuse: Trace) -> None:
        self._ledger, self._fuse = ledger, fuse

    def __getattr__(self, name: str) -> Any:
        found = getattr(self._ledger, name)
        return self._heard(name, found) if callable(found) else found

    def _heard(self, name: str, call: Callable[..., Any]) -> Callable[..., Any]:
        def asked(*args: Any, **more: Any) -> Any:
            self._fuse.doing, before = name, self._fuse.doing
            found = call(*args, **more)
            self._fuse.doing = before
            return found

        return asked


class Post:
    """What carries the mails, and whatever it knows of them afterwards; it outlives every death."""

    name = "post"

    def __init__(self) -> None:
        #: Touch → mails that really left.
        self.left: Counter[str] = Counter()
        self.calls: Counter[str] = Counter()
        #: Feedback that nobody has taken in yet.
        self.queue: list[Feedback] = []
        self.fuse = Fuse(-1)
        self.at = FixedClock().now()

    def send(self, message: Message) -> Outcome:
        """Carry one, as the fates of the day want it."""
        self.fuse.step("before a call")
        before = self.left.total()
        outcome = self._carried(message)
        self.fuse.step(f"after a call: {outcome.kind.value}{' and left' * (self.left.total() > before)}")
        return outcome

    def _carried(self, message: Message) -> Outcome:
        contact = message.touch.contact if message.touch.source == "tuesday-fix" else ""
        self.calls[message.touch_hex] += 1
        first = self.calls[message.touch_hex] == 1 and message.touch.occurrence == ISSUES[0]
        if contact == NO_BOX:
            return Outcome(kind=OutcomeKind.REFUSED, reason="no such mailbox")
        if first and contact == THROTTLED:
            return Outcome(kind=OutcomeKind.RETRY, reason="maximum sending rate")
        if first and contact == LOST_UNSENT:
            return Outcome(kind=OutcomeKind.UNKNOWN, reason="timeout")
        self.left[message.touch_hex] += 1
        message_id = f"m-{message.touch_hex[:8]}-{message.attempt}"
        for kind in (FeedbackKind.DELIVERED, FeedbackKind.SENT, FeedbackKind.DELIVERED):
            self.queue.append(
                Feedback(
                    touch_hex=message.touch_hex,
                    kind=kind,
                    at=self.at,
                    message_id=message_id,
                    attempt=message.attempt,
                )
            )
        if first and contact == LOST:
            return Outcome(kind=OutcomeKind.UNKNOWN, reason="timeout")
        return Outcome(kind=OutcomeKind.ACCEPTED, message_id=message_id)


class Pages:
    """`delivery.Door`: what came in the night, and what the office says of people."""

    def __init__(self) -> None:
        self.entries: dict[str, InboxEntry] = {}
        self._names = itertools.count(1)
        self.fuse = Fuse(-1)
        night = FixedClock().now()
        self.put(InboxEntry(kind="opt_out", contact=SAID_NO, at=night))
        self.put(InboxEntry(kind="topic_off", contact=TWIN, at=night, value=TOPIC))

    def put(self, entry: InboxEntry) -> None:
        """Written down for good."""
        self.fuse.step("before the inbox")
        name = f"E{next(self._names)}"
        self.entries[name] = replace(entry, id=name)
        self.fuse.step("after the inbox")

    def pending(self) -> tuple[InboxEntry, ...]:
        """What nobody has taken in."""
        return tuple(self.entries.values())

    def done(self, ids: Any) -> None:
        """Taken in."""
        for one in ids:
            self.fuse.step("before an entry is put away")
            self.entries.pop(one, None)

    def drop(self, ids: Any) -> None:
        """Whoever said it was erased."""
        self.done(ids)
