"""What this machine has seen of a ledger, in a file beside it: an older copy put back in its place is found out.

A restored ledger does not know whom its younger self mailed; sending from it mails them again (DESIGN §7, guards).
The witness knows the last run that sent, written before that run's first mail, and how far the ledger had been
written when it was closed. Found out are copies from before the last run that sent, and from before the last
orderly close; not a copy made in the middle of a run that was then killed, nor a backup that holds the witness, too.
"""

from __future__ import annotations

import json
import os
import secrets
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True, kw_only=True)
class Witness:
    """How far a ledger had come."""

    ledger: str
    #: Raised by `topmind ledger adopt`.
    epoch: int = 0
    #: Transactions written in this epoch's file.
    writes: int = 0
    #: The last run that became the sender; "" = none yet.
    run: str = ""

    def beyond(self, other: Witness) -> bool:
        """Whether this has come further."""
        return (self.epoch, self.writes) > (other.epoch, other.writes)


def older(seen: Witness | None, now: Witness, ran: Callable[[str], bool]) -> bool:
    """Whether a ledger that has come to `now` was put back: it has come less far than what was seen of it, or never
    had the last sender (`ran`: whether it knows a run)."""
    if seen is None or seen.ledger != now.ledger:
        return False
    return seen.beyond(now) or (bool(seen.run) and not ran(seen.run))


def path_of(ledger: Path) -> Path:
    """`ledger.db.seen` beside `ledger.db`."""
    return ledger.with_name(ledger.name + ".seen")


def read(path: Path) -> Witness | None:
    """What was seen; None where nothing was, or where the file says nothing that can be understood."""
    try:
        found = json.loads(path.read_text("utf-8"))
        return Witness(
            ledger=str(found["ledger"]),
            epoch=int(found["epoch"]),
            writes=int(found["writes"]),
            run=str(found["run"]),
        )
    except (OSError, ValueError, KeyError, TypeError):
        return None


def write(path: Path, seen: Witness) -> None:
    """Durable, whole or not at all. Raises OSError."""
    write_text(path, json.dumps(asdict(seen)))


def write_text(path: Path, text: str) -> None:
    """The same for any text."""
    draft = path.with_name(f".{path.name}.{secrets.token_hex(4)}.tmp")
    try:
        handle = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        draft.replace(path)
    finally:
        draft.unlink(missing_ok=True)
