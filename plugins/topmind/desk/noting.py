"""What the ledger says of stops and proofs, kept between two pages: asked again when it was written, or after a while."""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Callable
from pathlib import Path

from topmind.errors import TopmindError
from topmind.model import Clock
from topmind.run.control import Noted
from topmind.run.preview.watching import stamp

#: A ledger that is no file here is asked again after so many seconds.
AGAIN = 30


class Noting:
    """One project's. Safe to be asked from several threads."""

    def __init__(self, root: Path, read: Callable[[], Noted], clock: Clock) -> None:
        self._var, self._read, self._clock = root / "var", read, clock
        self._lock = threading.Lock()
        self._stamp: object = None
        self._noted = Noted()

    def now(self) -> Noted:
        """What holds now; where the ledger does not answer, what it said last."""
        files = stamp(self._var, ("ledger.db", "ledger.db-wal"))
        found = files, int(self._clock.now().timestamp()) // AGAIN
        with self._lock:
            if found != self._stamp:
                self._stamp = found
                # no page fails for it: those on which something can be done say what is wrong
                with contextlib.suppress(TopmindError):
                    self._noted = self._read()
            return self._noted

    def forget(self) -> None:
        """Somebody has just changed it here."""
        with self._lock:
            self._stamp = None
