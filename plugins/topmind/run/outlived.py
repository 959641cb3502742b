"""Whom a restored ledger must not mail, from the places that outlived it: what is kept beside it, and Amazon SES."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

from topmind.errors import GuardError, SendError
from topmind.ledger import FolderInbox, Kept, Ledger, ObjectInbox, Suppression
from topmind.links import KeyRing, address_hashes
from topmind.run import places
from topmind.settings import Settings

#: Feedback waits so long in its queue at most: what SES heard may have come to the ledger that much later.
LATE = timedelta(days=14)
#: Facts in one write.
_PAGE = 500
_SAY = "If that cannot be had, say so: topmind ledger adopt --incomplete"


@dataclass(frozen=True, slots=True, kw_only=True)
class Gathered:
    """What the places say, before anything is written."""

    kept: Kept
    suppressed: tuple[Suppression, ...] = ()
    #: What is missing, in sentences; somebody insisted.
    missing: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Barred:
    """What was taken in again. Counts only."""

    #: Bounces, complaints and opt-outs by mail that are kept beside the ledger, and who was erased.
    heard: int
    erased: int
    #: Addresses that only SES knew of.
    account: int
    missing: tuple[str, ...] = ()

    def text(self) -> str:
        """For a person; whole lines."""
        lines = (
            f"{self.heard} bounces, complaints and opt-outs by mail and {self.erased} erasures that were kept beside it "
            f"were taken in again, and {self.account} addresses that Amazon SES suppresses.",
            *(f"WARNING: {one}" for one in self.missing),
        )
        return "".join(f"{line}\n" for line in lines)


def gather(
    settings: Settings,
    ledger: Ledger,
    inbox: FolderInbox | ObjectInbox,
    ring: KeyRing,
    since: date,
    *,
    incomplete: bool,
) -> Gathered:
    """Read it all; `since`: the last day that the copy has planned. Raises GuardError where something is missing and
    nobody says that it is to be done without (`incomplete`), LedgerError."""
    missing: list[str] = []
    kept = inbox.kept(ledger.ledger_id)
    where = places.inbox_name(settings)
    if kept.empty and ledger.bars_anybody():
        missing.append(
            f"{where}: nothing is kept here, though this ledger knows of people who bounced, complained or left. "
            "If the lost ledger kept it elsewhere (the prefix before, another machine), name that place in TOPMIND_INBOX."
        )
    if kept.strange:
        missing.append(
            f"{where}: {kept.strange} entries that this topmind cannot read. Put them back, or update topmind."
        )
    suppressed: tuple[Suppression, ...] = ()
    try:
        suppressed = _of_account(settings, ring, since)
    except SendError as error:
        missing.append(f"{error.where}: {error.says} {error.fix}")
    if missing and not incomplete:
        raise GuardError(
            "whom not to mail is not known in full; nothing was changed. " + " ".join(missing),
            where=settings.ledger_name,
            fix=_SAY,
        )
    return Gathered(kept=kept, suppressed=suppressed, missing=tuple(missing))


def _of_account(settings: Settings, ring: KeyRing, since: date) -> tuple[Suppression, ...]:
    """What SES says, where mails go by it. Raises SendError, ConfigError."""
    if settings.transport != "ses":
        return ()
    from topmind.aws import suppressed
    from topmind.aws.session import client

    def hashes(address: str) -> tuple[str, ...]:
        return address_hashes(ring, address)

    ses = client("sesv2", tries=5)
    begin = datetime.combine(since, time(), UTC) - LATE
    found = list(suppressed.suppressed(ses, begin, hashes))
    if settings.contact_list:
        found += suppressed.opted_out(ses, settings.contact_list, hashes)
    return tuple(found)


def bar(found: Gathered, ledger: Ledger, ring: KeyRing) -> int:
    """Erase again; how many people's rows went."""
    return ledger.bar(found.kept.erasures, lambda address: address_hashes(ring, address))


def take_in(found: Gathered, ledger: Ledger, ring: KeyRing) -> Barred:
    """Everything else, each once; then whoever an old wish has named again is erased again."""
    heard = found.kept.heard
    for start in range(0, len(heard), _PAGE):
        ledger.record_feedback(heard[start : start + _PAGE])
    ledger.fold(found.kept.wishes)
    account = sum(
        ledger.suppress(found.suppressed[start : start + _PAGE])
        for start in range(0, len(found.suppressed), _PAGE)
    )
    bar(found, ledger, ring)
    return Barred(heard=len(heard), erased=len(found.kept.erasures), account=account, missing=found.missing)
