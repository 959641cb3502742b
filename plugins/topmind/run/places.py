"""Opens what a run stands on: key ring, ledger, inbox."""

from __future__ import annotations

import os
import secrets
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path

from topmind.errors import ConfigError, GuardError
from topmind.ledger import FolderInbox, Ledger, ObjectInbox, ObjectStore, care, exists, keyed, open_ledger
from topmind.ledger.objects import patiently
from topmind.links import KeyRing
from topmind.model import Clock
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
    return _bucket(settings.ledger_url)


def _bucket(url: str) -> ObjectStore | None:
    """What `s3://BUCKET/PREFIX` names; None for any other address. Raises ConfigError."""
    if not url.startswith("s3://"):
        return None
    from topmind.aws.objects import S3Objects

    return S3Objects.at(url)


def inbox(settings: Settings) -> FolderInbox | ObjectInbox:
    """What the live pages wrote and no run has taken in yet, and what must outlive the ledger: where TOPMIND_INBOX says,
    else beside the ledger in its bucket, else in a folder. Raises ConfigError."""
    bucket = _bucket(settings.inbox) if settings.inbox else objects(settings)
    if bucket is not None:
        return ObjectInbox(bucket, SystemClock())
    return FolderInbox(settings.root / (settings.inbox or settings.var / "inbox"))


#: What names people in a bucket: old versions of it are deleted when somebody is erased.
PERSONAL = ("people/", "inbox/", "inbox-done/", "inbox-kept/")


def buckets(settings: Settings) -> tuple[ObjectStore, ...]:
    """Buckets in which people are named: the ledger's, and the inbox's where it is another place. Raises ConfigError."""
    urls = dict.fromkeys((settings.ledger_url, settings.inbox))
    return tuple(bucket for url in urls if (bucket := _bucket(url)))


def purge(settings: Settings) -> tuple[str, ...]:
    """Delete old versions of what names people, in buckets that keep them; in sentences, what could not be done."""
    return tuple(
        f"{bucket.name}: whether old versions are kept cannot be seen or mended (s3:ListBucketVersions, "
        "s3:DeleteObjectVersion). If they are, a lifecycle rule has to expire noncurrent ones."
        for bucket in buckets(settings)
        if not patiently(bucket, SystemClock(), partial(bucket.purge, PERSONAL))
    )


def inbox_name(settings: Settings) -> str:
    """The inbox as messages call it."""
    bucket = settings.inbox or settings.ledger_url
    return f"{bucket.rstrip('/')}/inbox-kept" if bucket.startswith("s3://") else settings.inbox or "var/inbox"


def ledger_id(settings: Settings) -> str:
    """The pinned ledger, or a name for a project that has none yet."""
    return settings.project.ledger or "unpinned"


def ledger_exists(settings: Settings) -> bool:
    """Whether there is a ledger already. Raises ConfigError, LedgerError where a server or a bucket does not answer."""
    return exists(settings.ledger_url, root=settings.root, objects=objects(settings), clock=SystemClock())


def look(settings: Settings, clock: Clock) -> care.Looked:
    """The project's ledger, to be read only. Raises ConfigError, LedgerError (none is there)."""
    return care.look(settings.ledger_url, root=settings.root, clock=clock, objects=objects(settings))


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
