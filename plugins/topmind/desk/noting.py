"""What the ledger says of stops and proofs, kept between two pages: asked again when it was written, or after a while."""

from __future__ import annotations

import threading
from collections.abc import Callable
from functools import partial
from pathlib import Path

from topmind.errors import TopmindError
from topmind.model import Clock
from topmind.run.control import Noted
from topmind.run.preview.watching import stamp

#: A ledger that is no file here is asked again after so many seconds.
AGAIN = 30


class Noting:
    """One project's. Safe to be asked from several threads."""

    def __init__(self, root: Path, read: Callable[[], Noted], clock: Clock, *, far: bool = False) -> None:
        """`far`: the ledger is a server or a bucket, which may answer late or never: once it has answered, no page waits
        for it."""
        self._var, self._read, self._clock, self._far = root / "var", read, clock, far
        self._lock = threading.Lock()
        self._stamp: object = None
        self._noted = Noted()
        self._trouble = ""
        self._asking: threading.Thread | None = None
        #: Questions so far: only the answer to the last one counts.
        self._asked = 0

    @property
    def trouble(self) -> str:
        """Why it is not known what holds now; "" = it is."""
        return self._trouble

    def now(self) -> Noted:
        """What holds now; where the ledger does not answer, what it said last."""
        files = stamp(self._var, ("ledger.db", "ledger.db-wal"))
        found = files, int(self._clock.now().timestamp()) // AGAIN
        with self._lock:
            if found != self._stamp:
                first, self._stamp = self._stamp is None, found
                waits = first or not self._far
                if waits or self._asking is None or not self._asking.is_alive():
                    self._asked += 1
                    ask = partial(self._ask, self._asked)
                    if waits:
                        ask()
                    else:
                        self._asking = threading.Thread(target=ask, name="topmind-noting", daemon=True)
                        self._asking.start()
            return self._noted

    def _ask(self, number: int) -> None:
        noted, trouble = self._noted, ""
        try:
            noted = self._read()
        except TopmindError as error:
            trouble = str(error)
        except Exception as error:  # noqa: BLE001 - whatever it is, no page fails for it; its words may quote a person
            trouble = f"An unexpected {type(error).__name__}."
        if number == self._asked:
            self._noted, self._trouble = noted, trouble

    def forget(self) -> None:
        """Somebody has just changed it here."""
        with self._lock:
            self._stamp = None

    def settled(self) -> None:
        """Wait for an answer that is on its way."""
        if self._asking is not None:
            self._asking.join()
