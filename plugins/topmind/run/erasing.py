"""`topmind contacts erase`: somebody leaves for good, and is in none of our places afterwards.

What may not be lost comes first: the erasure is kept beside the ledger, for any copy that is ever put back. The row in
the ledger goes last, because it says where to look; whatever fails before, erasing again does the rest.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path

from topmind import delivery, feedback
from topmind import settings as settings_
from topmind.errors import FeedbackError, GuardError, UsageError
from topmind.feedback import Queue
from topmind.ledger import Erasure, FolderInbox, Ledger, ObjectInbox, Person, erasure_hashes
from topmind.links import KeyRing, address_hashes
from topmind.model import Clock
from topmind.run import leftovers, places, whom
from topmind.settings import Settings

#: How long the queue may be emptied before.
BUDGET = timedelta(minutes=2)


@dataclass(frozen=True, slots=True, kw_only=True)
class Erased:
    """What became of it. Names nobody."""

    #: A row went now; False: it was gone already, and what was left over is gone now, too.
    now: bool
    #: Messages of the queue and of its dead letters that named them.
    messages: int
    #: Mails in the outbox, tables in the cache.
    files: int
    #: Files below var/ that still name them, and those that cannot be looked into.
    named: tuple[str, ...] = ()
    closed: tuple[str, ...] = ()
    #: What could not be done, in sentences.
    missing: tuple[str, ...] = ()

    def text(self) -> str:
        """For a person."""
        first = "Erased." if self.now else "Erased before; what was left over is gone now."
        lines = [
            f"{first} No import and no restored copy brings them back. Deleted besides: {self.messages} messages of "
            f"the queues, {self.files} files of the outbox and the cache."
        ]
        if self.named:
            lines.append(f"These files still name them; take them out there: {', '.join(self.named)}")
        if self.closed:
            lines.append(f"These may name them, and were not looked into: {', '.join(self.closed)}")
        lines += [f"WARNING: {one}" for one in self.missing]
        lines.append(
            "Copies of the ledger made before still name them: delete those when their time has come."
        )
        return "\n".join(lines)


def erase(
    root: Path,
    who: str,
    *,
    clock: Clock,
    environ: Mapping[str, str] | None = None,
    queue: Queue | None = None,
) -> Erased:
    """Erase the contact with this source id or address from the project in `root`; `queue`: in place of the settings'.

    Raises UsageError (no ledger, nobody, or several), GuardError (the ledger was restored: it must not swallow the
    feedback of the one that sent last), LedgerLocked while a run sends, LedgerError and FeedbackError where a place
    fails: erase again then.
    """
    settings = settings_.load(root, environ)
    if not places.ledger_exists(settings):
        raise UsageError(
            "there is no ledger here, so nobody can be erased from it.",
            where=settings.ledger_name,
            fix="Point TOPMIND_LEDGER at the one that sends.",
        )
    ring = places.key_ring(settings)
    with places.open_project_ledger(settings, clock, ring) as ledger:
        if ledger.restored:
            raise GuardError(
                "this ledger is older than the one that sent last; nobody was erased.",
                where=settings.ledger_name,
                fix="Put the newest copy back, or take this one into use (topmind ledger adopt); then erase.",
            )
        owner, name = places.owner()
        ledger.lock(owner, who=name.replace("send", "erase", 1))
        try:
            found, words = leave(settings, ledger, places.inbox(settings), ring, who, clock, queue)
        finally:
            ledger.unlock(owner)
    # the ledger's own file, too, now that it is closed
    named, closed = leftovers.looked_into(settings, words)
    return replace(found, named=named, closed=closed)


def leave(
    settings: Settings,
    ledger: Ledger,
    inbox: FolderInbox | ObjectInbox,
    ring: KeyRing,
    who: str,
    clock: Clock,
    queue: Queue | None = None,
) -> tuple[Erased, tuple[str, ...]]:
    """The same in open places, and the words that name them.

    First what may not be lost, last the row that says where to look.
    """

    def hashes(address: str) -> tuple[str, ...]:
        return address_hashes(ring, address)

    delivery.fold(ledger, inbox)
    person = whom.person(ledger, who)
    if not who.strip() or (person is None and not ledger.is_erased(who, hashes)):
        raise UsageError("nobody has this id or address; nothing was changed.", fix="topmind why NAME")
    held = ledger.dossier(person.contact) if person else None
    people = (held.person, *held.merged) if held else ()
    if people:
        names = [name for one in people for name in erasure_hashes(hashes, one.contact, one.address)]
        gone = Erasure(hashes=tuple(dict.fromkeys(names)), at=ledger.now())
        inbox.keep(ledger.ledger_id, [gone])
    addresses = [one.address for one in people if one.address] or ([who.strip()] if "@" in who else [])
    messages, missing = _from_queues(settings, ledger, ring, inbox, clock, addresses, queue)
    files = _from_files(settings, ledger, people)
    contacts = [one.contact for one in people] or [who]
    for contact in contacts:
        inbox.forget(contact)
    now = ledger.erase(contacts[0], hashes)
    missing += places.purge(settings)
    return Erased(now=now, messages=messages, files=files, missing=missing), words_of(people)


def words_of(people: Sequence[Person]) -> tuple[str, ...]:
    """What names somebody, by whatever contact they were known; () where nobody knows any more."""
    return tuple(dict.fromkeys(word for one in people for word in leftovers.words(one)))


def _from_queues(
    settings: Settings,
    ledger: Ledger,
    ring: KeyRing,
    inbox: FolderInbox | ObjectInbox,
    clock: Clock,
    addresses: Sequence[str],
    given: Queue | None,
) -> tuple[int, tuple[str, ...]]:
    """Take in what the queue holds, then delete what still names them, among the dead letters, too: how many."""
    if not addresses or not (given or settings.feedback_queue):
        return 0, ()
    if not (given or settings.transport == "ses"):
        return 0, (
            f"the feedback queue was not looked through: mails go to `{settings.transport}` here, and what Amazon SES says "
            "is for another ledger. Erase them there, too.",
        )
    queue = given or _queue(settings)
    found = feedback.drain(
        queue,
        ledger,
        lambda one: address_hashes(ring, one),
        keep=lambda events: inbox.keep(ledger.ledger_id, events),
        clock=clock,
        budget=BUDGET,
    )
    queue.give_back(list(found.held.values()))
    names = leftovers.naming([one for address in addresses for one in leftovers.spellings(address)])
    gone = feedback.forget(queue, names)
    if given:
        return gone, ()
    try:
        dead = _queue(settings).dead_letters()
        return gone + (feedback.forget(dead, names) if dead else 0), ()
    except FeedbackError as error:
        return gone, (f"the dead letters of the feedback queue were not looked through: {error.says}",)


def _queue(settings: Settings):  # type: ignore[no-untyped-def]  # FeedbackQueue: its import is heavy
    from topmind.aws.queue import FeedbackQueue

    return FeedbackQueue.open(settings.feedback_queue)


def _from_files(settings: Settings, ledger: Ledger, people: Sequence[Person]) -> int:
    """Mails that went to them or name them, and every converted table: how many files."""
    if not people:
        return leftovers.forget_cache(settings, leaves=False)
    hexes = {touch.wire(ledger.ledger_id) for touch in ledger.touches_of(people[0].contact)}
    return leftovers.forget_mails(settings, hexes, words_of(people)) + leftovers.forget_cache(
        settings, leaves=True
    )
