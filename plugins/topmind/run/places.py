"""Opens what a run stands on: key ring, ledger, transport, inbox."""

from __future__ import annotations

import os
import secrets
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from topmind.delivery.memory import MemoryTransport
from topmind.delivery.outbox import Outbox
from topmind.errors import ConfigError, GuardError
from topmind.ledger import FolderInbox, Ledger, ObjectInbox, ObjectStore, is_there, keyed, open_ledger
from topmind.links import KeyRing
from topmind.model import Clock, Transport
from topmind.run.clock import SystemClock
from topmind.settings import Settings


def key_ring(settings: Settings) -> KeyRing:
    """The ring of TOPMIND_KEYS; with outbox and memory one made in `var/keys.json` at first use.

    Raises ConfigError where `ses` has none, GuardError where the ring of a ledger is gone: links of mails that
    left must go on working.
    """
    if settings.keys:
        return KeyRing.load(settings.keys)
    if settings.transport == "ses":
        raise ConfigError(
            "TOPMIND_KEYS is not set.",
            where="environment",
            fix="Make a key ring once, keep it as a secret, and give its JSON in TOPMIND_KEYS.",
        )
    path = settings.var / "keys.json"
    if not path.exists() and ledger_exists(settings) and _keyed(settings):
        raise GuardError(
            "the key ring that this ledger was written with is gone; nobody was mailed.",
            where="var/keys.json",
            fix="Put it back: with a new one every unsubscribe link sent before is dead.",
        )
    return KeyRing.load_or_create(path)


def _keyed(settings: Settings) -> bool:
    return keyed(settings.ledger_url, root=settings.root, objects=objects(settings), clock=SystemClock())


def objects(settings: Settings) -> ObjectStore | None:
    """The bucket of an `s3://` ledger; None for every other. Raises ConfigError."""
    if not settings.ledger_url.startswith("s3://"):
        return None
    from topmind.aws.objects import S3Objects

    return S3Objects.at(settings.ledger_url)


def inbox(settings: Settings) -> FolderInbox | ObjectInbox:
    """What the live pages wrote and no run has taken in yet: beside the ledger in a bucket, else in a folder."""
    bucket = objects(settings)
    return FolderInbox(settings.var / "inbox") if bucket is None else ObjectInbox(bucket, SystemClock())


def ledger_id(settings: Settings) -> str:
    """The pinned ledger, or a name for a project that has none yet."""
    return settings.project.ledger or "unpinned"


def ledger_exists(settings: Settings) -> bool:
    """Whether the embedded ledger has a file, or a bucket a log; other stores say so when they are opened."""
    bucket = objects(settings)
    if bucket is not None:
        return is_there(bucket, SystemClock())
    prefix = "sqlite:///"
    if not settings.ledger_url.startswith(prefix):
        return False
    return (settings.root / settings.ledger_url.removeprefix(prefix)).is_file()


@contextmanager
def open_project_ledger(settings: Settings, clock: Clock, ring: KeyRing | None) -> Iterator[Ledger]:
    """The project's ledger, closed again whatever happens. `ring`: None where no key is needed, as for a stop."""
    ledger = open_ledger(
        settings.ledger_url,
        root=settings.root,
        clock=clock,
        ledger_id=ledger_id(settings),
        check_value=ring.check_value if ring else "",
        objects=objects(settings),
    )
    try:
        yield ledger
    finally:
        ledger.close()


def transport(settings: Settings) -> Transport:
    """What carries the mails of this run. Raises GuardError for `ses`, which is not there yet."""
    if settings.transport == "memory":
        return MemoryTransport()
    if settings.transport == "ses":
        raise GuardError(
            "this version cannot send through Amazon SES yet; nobody was mailed.",
            where="TOPMIND_TRANSPORT",
            fix="Use outbox.",
        )
    return Outbox(settings.var / "outbox")


def owner() -> tuple[str, str]:
    """A name for this run that no other has, and one for people."""
    return secrets.token_hex(8), f"send on {socket.gethostname()}, process {os.getpid()}"


def write_atomic(path: Path, text: str) -> None:
    """Write to a temporary name, then rename: never half a file."""
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_name(f".{path.name}.{secrets.token_hex(4)}.tmp")
    try:
        draft.write_text(text, "utf-8")
        draft.replace(path)
    finally:
        draft.unlink(missing_ok=True)
