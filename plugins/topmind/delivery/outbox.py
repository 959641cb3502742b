"""The embedded default transport: one `.eml` per message, opened by any mail program."""

from __future__ import annotations

import errno
import os
import secrets
from pathlib import Path

from topmind.model import Message, Outcome, OutcomeKind

#: Every message id of an outbox ends so, and no provider's does.
SUFFIX = ".eml"
#: Errors of a disk that cannot take more: nothing was sent, and nothing will be until somebody makes room.
_FULL = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EROFS, errno.EIO}


class Outbox:
    """Writes `<touch hex>-<attempt>.eml`, complete and durable or not at all, and never over another.

    Two files of one touch are a double send: that is what tests count.
    """

    name = "outbox"

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def send(self, message: Message) -> Outcome:
        """Accepted with the file's name as message id; retry and stop where the disk does not take it."""
        name = f"{message.touch_hex}-{message.attempt}{SUFFIX}"
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            new = self._write(name, message.raw)
        except OSError as error:
            full = error.errno in _FULL
            says = "the disk is full or failing" if full else "the outbox cannot be written"
            code = errno.errorcode.get(error.errno or 0, "?")
            return Outcome(kind=OutcomeKind.RETRY, stop=True, reason=f"{says} ({code})")
        # Where the name was taken, this very attempt left before: the file is its proof.
        return Outcome(
            kind=OutcomeKind.ACCEPTED, message_id=name, reason="" if new else "it was there already"
        )

    def proof(self, touch_hex: str, attempt: int) -> str:
        """The message id where this attempt is known to have left, else ""."""
        name = f"{touch_hex}-{attempt}{SUFFIX}"
        return name if (self.folder / name).is_file() else ""

    def _write(self, name: str, raw: bytes) -> bool:
        """Write under another name, then link: the name appears with everything in it; False where it is taken."""
        draft = self.folder / f".{name}.{secrets.token_hex(4)}.tmp"
        try:
            handle = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
            with os.fdopen(handle, "wb") as file:
                file.write(raw)
                file.flush()
                os.fsync(file.fileno())
            try:
                os.link(draft, self.folder / name)  # unlike rename, fails where the name is taken
            except FileExistsError:
                return False
        finally:
            draft.unlink(missing_ok=True)
        _sync(self.folder)
        return True


def _sync(folder: Path) -> None:
    """Make a new name durable."""
    if os.name == "nt":
        return
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
