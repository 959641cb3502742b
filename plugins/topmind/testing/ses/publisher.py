"""Brings events to the sink on a thread of its own: some late, twice, out of order or never, as the script says."""

from __future__ import annotations

import queue
import threading
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from topmind.testing.chance import chance
from topmind.testing.ses.events import Event
from topmind.testing.ses.reactions import Feedback
from topmind.testing.ses.sinks import BATCH, BatchSink, Sink

#: Seconds between two looks at what is held back until a time.
_LOOK = 0.05
#: Events that may overtake one that is out of order.
_OVERTAKEN_BY = 5
#: Seconds that `flush` waits for a slow sink.
_PATIENCE = 120.0


@dataclass(slots=True)
class _Held:
    event: Event
    #: Moment from which it may go; None = not by time.
    due: datetime | None = None
    #: Events that still go first; None = not by count.
    after: int | None = None


@dataclass(frozen=True, slots=True)
class _Marker:
    """Set when the thread has come here."""

    done: threading.Event
    #: Publish what is held back, too.
    release: bool


class SinkError(Exception):
    """A sink raised: events are missing that the script did not lose."""


class Publisher:
    """A queue between the server and the sink."""

    def __init__(self, sink: Sink, now: Callable[[], datetime]) -> None:
        self.sink, self._now = sink, now
        self.script = Feedback()
        #: "published", "lost", "doubled", "late", "reordered" → events so far.
        self.counts: Counter[str] = Counter()
        self._held: list[_Held] = []
        self._failure: Exception | None = None
        self._queue: queue.SimpleQueue[Callable[[], Iterable[tuple[str, Event]]] | _Marker | None]
        self._queue = queue.SimpleQueue()
        self._thread = threading.Thread(target=self._work, name="ses-feedback", daemon=True)

    def start(self) -> None:
        """Begin to publish."""
        self._thread.start()

    def stop(self) -> None:
        """Publish what is due; what is held back is gone."""
        if self._thread.is_alive():
            self._queue.put(None)
            self._thread.join()

    def submit(self, events: Callable[[], Iterable[tuple[str, Event]]]) -> None:
        """Events to make and publish soon, each with a name of its own that chance is drawn by."""
        self._queue.put(events)

    def settle(self) -> None:
        """Wait until everything is published that is not held back. SinkError where the sink raised since."""
        self._wait(_Marker(threading.Event(), release=False))

    def flush(self) -> None:
        """Publish everything, also what is held back, and wait for it. SinkError where the sink raised since."""
        self._wait(_Marker(threading.Event(), release=True))

    def _wait(self, marker: _Marker) -> None:
        self._queue.put(marker)
        done = marker.done
        if self._thread.is_alive() and not done.wait(_PATIENCE):
            raise SinkError("The sink is too slow.")
        failure, self._failure = self._failure, None
        if failure is not None:
            raise SinkError(f"The sink raised {type(failure).__name__}.") from failure

    def forget(self) -> None:
        """Drop what is held back and the counts."""
        self._held.clear()
        self.counts.clear()

    def _work(self) -> None:
        while True:
            try:
                task = self._queue.get(timeout=_LOOK if self._held else None)
            except queue.Empty:
                self._deliver(self._due())
                continue
            if task is None:
                return
            if isinstance(task, _Marker):
                held, self._held = (self._held, []) if task.release else ([], self._held)
                self._deliver([entry.event for entry in held])
                task.done.set()
            else:
                ready: list[Event] = []
                for name, event in task():
                    ready += self._fate(name, event)
                self._deliver([*self._due(), *ready])

    def _fate(self, name: str, event: Event) -> list[Event]:
        """What goes out now for one event."""
        script = self.script
        if script.happens("lost", name):
            self.counts["lost"] += 1
            return []
        copies = [event]
        if script.happens("doubled", name):
            self.counts["doubled"] += 1
            copies.append(event)
        if script.happens("late", name):
            self.counts["late"] += 1
            wait = script.late_seconds
            self._held += [
                _Held(e, due=self._now() + timedelta(seconds=wait) if wait else None) for e in copies
            ]
            return []
        if script.happens("reordered", name):
            self.counts["reordered"] += 1
            after = 1 + int(chance(script.seed, "after", name) * _OVERTAKEN_BY)
            self._held += [_Held(e, after=after) for e in copies]
            return []
        return copies + self._overtaken(len(copies))

    def _overtaken(self, by: int) -> list[Event]:
        """Events out of order that have now been overtaken by enough others."""
        for entry in self._held:
            if entry.after is not None:
                entry.after -= by
        ready = [entry.event for entry in self._held if entry.after is not None and entry.after <= 0]
        self._held = [entry for entry in self._held if entry.after is None or entry.after > 0]
        return ready

    def _due(self) -> list[Event]:
        if not any(entry.due for entry in self._held):
            return []
        now = self._now()
        ready = [entry.event for entry in self._held if entry.due and entry.due <= now]
        self._held = [entry for entry in self._held if not (entry.due and entry.due <= now)]
        return ready

    def _deliver(self, events: list[Event]) -> None:
        try:
            if isinstance(self.sink, BatchSink):
                for start in range(0, len(events), BATCH):
                    self.sink.many(events[start : start + BATCH])
            else:
                for event in events:
                    self.sink(event)
        except Exception as failure:  # noqa: BLE001  any sink may raise anything; `flush` tells it
            self._failure = failure
        self.counts["published"] += len(events)
