"""`topmind ledger init | check | backup | restore`: the project's ledger, made, looked at, copied and put back."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from topmind import settings as settings_
from topmind.errors import ConfigError, GuardError, UsageError
from topmind.ledger import care, open_ledger, seen_before
from topmind.links import KeyRing
from topmind.model import Clock
from topmind.run import places, private_places
from topmind.run.new import slug_of
from topmind.settings import Settings


def _silent(_done: int, _total: int) -> None:
    """Nobody listens."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Made:
    """A new ledger."""

    #: Where it is, as messages call it.
    where: str
    ledger: str
    #: Whether `pelicanconf.py` holds this id already.
    pinned: bool
    #: Whether real mails go out.
    real: bool

    def text(self) -> str:
        """For a person."""
        pin = (
            f"pelicanconf.py pins {self.ledger!r} already."
            if self.pinned
            else f'Write into pelicanconf.py, so that no other is ever taken:\n\n    TOPMIND = {{"ledger": "{self.ledger}"}}\n'
        )
        first = "topmind send --live --first-send" if self.real else "topmind send"
        return (
            f"Made: a new ledger {self.ledger!r} ({self.where}). It knows nobody yet.\n{pin}\n"
            f"Next: `topmind ledger check` looks at it, `topmind plan` says who is due, `{first}` sends."
        )


def init(root: Path, *, clock: Clock, environ: Mapping[str, str] | None = None) -> Made:
    """Make the project's ledger. Raises UsageError where one is there, or none can be; GuardError where one was in
    use; ConfigError without the keys that `ses` needs; LedgerError."""
    settings = settings_.load(root, environ)
    if settings.ledger_url.rstrip("/") == "memory:":
        raise UsageError(
            "a ledger in memory is gone with its process.",
            where="TOPMIND_LEDGER",
            fix="Use sqlite:///var/ledger.db, s3://BUCKET/PREFIX or postgresql://…",
        )
    if places.ledger_exists(settings):
        raise UsageError(
            "a ledger is there already; nothing was changed.",
            where=settings.ledger_name,
            fix="Look at it with `topmind ledger check`, or name another place in TOPMIND_LEDGER.",
        )
    bucket = places.objects(settings)
    if seen_before(settings.ledger_url, root=settings.root, objects=bucket, clock=clock):
        raise GuardError(
            "a ledger was in use here and is gone: with a new one everybody would be mailed again. Nothing was made.",
            where=settings.ledger_name,
            fix="Put the newest copy back: topmind ledger restore FILE. If this is a new beginning, take another place.",
        )
    pinned = settings.project.ledger
    name = str(settings.pelican.get("SITENAME") or "ledger")
    ledger_id = pinned or f"{slug_of(name)}-{secrets.token_hex(4)}"
    ring = places.key_ring(settings)
    ledger = open_ledger(
        settings.ledger_url,
        root=settings.root,
        clock=clock,
        ledger_id=ledger_id,
        check_value=ring.check_value,
        objects=bucket,
    )
    try:
        return Made(
            where=settings.ledger_name,
            ledger=ledger.ledger_id,
            pinned=bool(pinned),
            real=settings.transport == "ses",
        )
    finally:
        ledger.close()


def check(
    root: Path,
    *,
    clock: Clock,
    file: Path | None = None,
    told: care.Told = _silent,
    environ: Mapping[str, str] | None = None,
) -> care.Health:
    """Look at the project's ledger, or at a copy in `file`; writes nothing. Raises ConfigError, LedgerError."""
    settings = settings_.load(root, environ)
    pinned, ring = settings.project.ledger, _check_value(settings)
    if file is not None:
        return care.check_copy(file, clock=clock, ledger_id=pinned, check_value=ring, told=told)
    return care.check(
        settings.ledger_url,
        root=settings.root,
        clock=clock,
        ledger_id=pinned,
        check_value=ring,
        told=told,
        objects=places.objects(settings),
    )


def _check_value(settings: Settings) -> str:
    """Of the ring that is at hand; "" = none is. No ring is made. Raises ConfigError for one that cannot be read."""
    if settings.keys:
        return KeyRing.load(settings.keys).check_value
    path = settings.var / "keys.json"
    return KeyRing.load(path).check_value if path.exists() else ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Copied:
    """A copy of the ledger."""

    path: Path
    #: Bytes.
    size: int
    health: care.Health
    #: On a disk with the ledger itself.
    beside: bool

    def text(self) -> str:
        """For a person."""
        touches = sum(self.health.mails.values()) + sum(self.health.tasks.values())
        more = (
            "\nIt lies beside the ledger: a copy that is to outlive this machine has to leave it."
            if self.beside
            else ""
        )
        return (
            f"Copied: {self.health.people} people and {touches} touches of {self.health.ledger!r}, "
            f"{self.size / 1e6:.1f} MB, tested: {self.path}\n"
            "It names everybody; only you may read it. Keep the key ring (TOPMIND_KEYS, var/keys.json) as well, "
            f"elsewhere: a ledger without its keys is of no use.{more}"
        )


def backup(
    root: Path,
    to: Path,
    *,
    clock: Clock,
    told: care.Told = _silent,
    environ: Mapping[str, str] | None = None,
) -> Copied:
    """Copy the project's ledger into a new file, while a send may run; `to`: the file, or a folder that is there.

    Raises UsageError (a file is there, or would be published or committed), ConfigError, LedgerError, OSError.
    """
    settings = settings_.load(root, environ)
    looked = places.look(settings, clock)
    try:
        path = to
        if to.is_dir():
            with looked.book() as book:
                path = to / f"{book.ledger or 'ledger'}-{clock.now():%Y%m%d-%H%M%S}.db"
        private_places.refuse_tracked(settings.root, path)
        with private_places.new_file(path) as draft:
            care.copy(looked, draft, told)
            health = care.check_copy(draft, clock=clock, ledger_id="", check_value="", told=_silent)
    finally:
        looked.close()
    return Copied(
        path=path,
        size=path.stat().st_size,
        health=health,
        beside=settings.ledger_url.startswith("sqlite:") and path.resolve().is_relative_to(settings.root),
    )


def restore(
    root: Path,
    file: Path,
    *,
    clock: Clock,
    told: care.Told = _silent,
    environ: Mapping[str, str] | None = None,
) -> str:
    """Put a copy back to where the project's ledger should be; what to tell. Raises UsageError where the file is not
    there or a ledger is, GuardError for another project's, ConfigError, LedgerError, OSError."""
    settings = settings_.load(root, environ)
    if settings.ledger_url.rstrip("/") == "memory:":
        raise ConfigError("a ledger in memory is gone with its process.", where="TOPMIND_LEDGER")
    if not file.is_file():
        raise UsageError(
            "there is no such file.", where=file.name, fix="Name what `topmind ledger backup` made."
        )
    found = care.restore(
        settings.ledger_url,
        file,
        root=settings.root,
        clock=clock,
        ledger_id=settings.project.ledger,
        check_value=_check_value(settings),
        told=told,
        objects=places.objects(settings),
    )
    return (
        f"Put back: {found.people} people and {found.touches} touches of {found.ledger!r} ({settings.ledger_name}).\n"
        "Whom the ledger mailed after this copy was made, the copy does not know, so nothing is sent from it yet.\n"
        "Next: topmind ledger adopt"
    )
