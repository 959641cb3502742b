"""Whoever stands in the source and not in the ledger yet: a word of theirs must hold in the very run that takes them in."""

from __future__ import annotations

from collections.abc import Iterable

from topmind import audience
from topmind.errors import TopmindError, UsageError
from topmind.ledger import Ledger
from topmind.links import KeyRing, address_hashes
from topmind.model import Clock, PersonRecord
from topmind.run import moment, whom
from topmind.run.people import open_declared
from topmind.settings import Settings


def meant(ledger: Ledger, settings: Settings, ring: KeyRing, who: str, clock: Clock) -> str:
    """Source id of whom a command means, by the ledger, else by the source as the next run reads it.

    Raises UsageError for nobody, for several, and for whoever was erased.
    """
    found = whom.person(ledger, who) if who.strip() else None
    if found is not None:
        return found.contact
    try:
        people = _source(settings, clock)
    except TopmindError:
        raise UsageError(
            "nobody in the ledger has this id or address, and your contacts cannot be read; nothing was changed.",
            fix="`topmind check` tells what is wrong with them; then say it again.",
        ) from None
    ids = [one.contact for one in _named(people, who) if not _erased(ledger, ring, one)]
    if not ids:
        raise UsageError(
            "nobody has this id or address, neither in the ledger nor in your contacts; nothing was changed.",
            fix="Give the id in your contacts or the whole address: topmind why NAME finds whoever had a plan before.",
        )
    if len(ids) > 1:
        raise whom.several(ids)
    return ids[0]


def _source(settings: Settings, clock: Clock) -> tuple[PersonRecord, ...]:
    """Everybody in it; nobody where the project declares no contacts."""
    spec = audience.read_spec(settings)
    if spec.contacts is None:
        return ()
    with open_declared(spec, settings, moment.read(None, settings, clock).as_of) as source:
        return source.people()


def _named(people: Iterable[PersonRecord], who: str) -> list[PersonRecord]:
    """By source id, else by address."""
    everybody = list(people)
    address = whom.normal(who)
    return [one for one in everybody if one.contact == who] or [
        one for one in everybody if one.address and whom.normal(one.address) == address
    ]


def _erased(ledger: Ledger, ring: KeyRing, record: PersonRecord) -> bool:
    """They left for good, and no import brings them back."""
    names = [record.contact, *([record.address] if record.address else [])]
    return any(ledger.is_erased(name, lambda one: address_hashes(ring, one)) for name in names)
