"""Whom a command means: a source id, or an address however it is typed."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path

from topmind import settings as settings_
from topmind.errors import LinkError, UsageError
from topmind.ledger import Ledger, Person
from topmind.links import KeyRing, normalise_address
from topmind.run import places
from topmind.settings import Settings


def place(root: Path, environ: Mapping[str, str] | None) -> tuple[Settings, KeyRing]:
    """Settings and keys of a project whose ledger is there. Raises UsageError where it is not, ConfigError."""
    settings = settings_.load(root, environ)
    ring = places.key_ring(settings)
    if not places.ledger_exists(settings):
        raise UsageError(
            "there is no ledger here yet, so nobody is known.",
            fix="The first `topmind send` makes it. Whoever must get nothing stays out of your export until then.",
        )
    return settings, ring


def person(ledger: Ledger, who: str) -> Person | None:
    """By source id, else by address; None = nobody. Raises UsageError for several."""
    if found := ledger.person(who):
        return found
    address = normal(who)
    same = [one for one in ledger.find(address) if _reads(ledger, one, address)]
    if len(same) > 1:
        raise several([one.contact for one in same])
    return same[0] if same else None


def known(ledger: Ledger, who: str) -> Person:
    """The same; raises UsageError for nobody."""
    found = person(ledger, who) if who.strip() else None
    if found is None:
        raise UsageError(
            "nobody has this id or address; nothing was changed.",
            fix="Give the id in your contacts or the whole address: topmind why NAME finds them. Whoever is new there "
            "is known after the next `topmind send`.",
        )
    return found


def _reads(ledger: Ledger, person: Person, address: str) -> bool:
    """Whether it is theirs, or was of a contact that was merged into theirs."""
    if person.address and normal(person.address) == address:
        return True
    found = ledger.dossier(person.contact)
    return found is not None and address in {normal(one.address) for one in found.merged if one.address}


def several(ids: Iterable[str]) -> UsageError:
    """Of the people who read one address somebody has to choose."""
    return UsageError(
        "several people read this address; nothing was changed.", fix=f"Give one id: {', '.join(ids)}"
    )


def normal(address: str) -> str:
    """An address in the form in which two are compared, however it is typed."""
    try:
        return normalise_address(address)
    except LinkError:
        return address.strip().lower()
