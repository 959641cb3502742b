"""`topmind contacts merge`: two contacts that are one person."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Protocol

from topmind import delivery
from topmind.errors import UsageError
from topmind.ledger import InboxEntry, Ledger, Person
from topmind.model import Clock, PastTouch, Reason, TouchState
from topmind.run import places, whom


class Inbox(delivery.Door, Protocol):
    """Where words of the office wait for the ledger: `places.inbox`."""

    def put(self, entry: InboxEntry) -> object:
        """Write it down so that it survives a power cut."""
        ...


def merge(
    root: Path, source: str, target: str, *, clock: Clock, environ: Mapping[str, str] | None = None
) -> str:
    """Make the contact `source` lead to `target`; what was done, in words. Twice is once.

    Raises UsageError (nobody, several, the one that would go on is in no export, a mail to both is just planned),
    LedgerLocked while a run sends, LedgerError.
    """
    settings, ring = whom.place(root, environ)
    inbox = places.inbox(settings)
    owner, name = places.owner()
    with places.open_project_ledger(settings, clock, ring) as ledger:
        found = together(ledger, inbox, source, target, owner=owner, who=name.replace("send", "merge", 1))
    if found is None:
        return "They are one contact already; nothing was changed."
    touches = sum(touch.counts for touch in found)
    return (
        f"They are one contact now: opt-outs, pauses and marks of both hold, and {touches} touches count. Merge them in "
        "your own system, too: what your export says of the one that went is not read any more."
    )


def together(
    ledger: Ledger, inbox: Inbox, source: str, target: str, *, owner: str, who: str = ""
) -> tuple[PastTouch, ...] | None:
    """The merge on an open ledger: touches of the one who goes on, None where they were one already.

    It is in the inbox before it is in the ledger, and in the ledger by one write: whoever dies on the way leaves two
    contacts or one. Raises as `merge` does.
    """
    ledger.lock(owner, who=who)
    try:
        delivery.fold(ledger, inbox)
        goes, goes_on = whom.known(ledger, source), whom.known(ledger, target)
        if goes.contact == goes_on.contact:
            return None
        _refuse(ledger, goes, goes_on)
        inbox.put(
            InboxEntry(
                kind="merge", contact=goes.contact, value=goes_on.contact, at=ledger.now(), by="office"
            )
        )
        delivery.fold(ledger, inbox)
        return ledger.touches_of(goes_on.contact)
    finally:
        ledger.unlock(owner)


def _refuse(ledger: Ledger, goes: Person, goes_on: Person) -> None:
    """Where somebody would fall through."""
    if not goes_on.active:
        raise UsageError(
            "the contact that would go on is not in the last export, so nothing would go to them; nothing was changed.",
            fix="Merge the other way round, or put them into the export and run `topmind plan` first.",
        )
    left_out = {
        touch.key.source + touch.key.occurrence
        for touch in ledger.touches_of(goes_on.contact)
        if touch.state is TouchState.SKIPPED and touch.reason == Reason.SAME_INBOX.value
    }
    planned = {
        touch.key.source + touch.key.occurrence
        for touch in ledger.touches_of(goes.contact)
        if touch.state is TouchState.PLANNED
    }
    if left_out & planned:
        raise UsageError(
            "a mail to the inbox that both read is planned for the one that would go, and would not leave; nothing was "
            "changed.",
            fix="Merge after the next `topmind send`.",
        )
