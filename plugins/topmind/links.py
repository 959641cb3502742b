"""Keys, signed links, address hashes and coupons: all that is secret, in one small place.

A link carries the contact's id and the touch it came with, signed and readable, never an address. There is one
salt per purpose, so that a link which opens the preferences can never be used to answer a question.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import os
import secrets
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum
from pathlib import Path
from typing import Any

import idna
from itsdangerous import BadData, URLSafeSerializer

from topmind import till_codes
from topmind.errors import ConfigError, LinkError
from topmind.model import LinkContext

#: A key is text of at least so many characters (32 random bytes in URL-safe base64 are 43).
KEY_LENGTH = 32
#: What a link of a task says of it: its channel, its last day (ISO), its title as the file has it.
ABOUT = ("channel", "day", "title")
_FIX_RING = (
    "Restore the ring this project was set up with; a new one makes every link already sent worthless."
)


class LinkPurpose(StrEnum):
    """What a link is for."""

    UNSUBSCRIBE = "unsubscribe"
    PREFERENCES = "preferences"
    ANSWER = "answer"
    VIEW = "view"
    TASK = "task"

    @property
    def letter(self) -> str:
        """The first part of its path: `/u/…`, `/p/…`, `/a/…`, `/v/…`, `/t/…`."""
        return self.value[0]


@dataclass(frozen=True, slots=True, kw_only=True)
class KeyRing:
    """Secret keys by purpose, each list oldest first: the newest signs, all of a list verify."""

    #: Signs links; every one verifies.
    links: tuple[str, ...] = field(repr=False)
    #: Taken out of `links`; still verifies unsubscribe links, which never stop working.
    retired_links: tuple[str, ...] = field(default=(), repr=False)
    #: Hashes addresses; added to, never removed from.
    addresses: tuple[str, ...] = field(repr=False)
    #: Makes coupon codes; codes are stored when issued, so this one may rotate freely.
    coupons: tuple[str, ...] = field(repr=False)

    @classmethod
    def load(cls, source: str | Path) -> KeyRing:
        """Read a ring from its JSON text or from a file. Raises ConfigError; no message shows a key."""
        # A text is never quoted, not even as the name of a file: it may be a key that somebody pasted.
        where = source.name if isinstance(source, Path) else "TOPMIND_KEYS"
        text = str(source)
        if isinstance(source, Path) or not text.lstrip().startswith("{"):
            try:
                text = Path(text).read_text("utf-8")
            except FileNotFoundError:
                says = (
                    "there is no key ring."
                    if isinstance(source, Path)
                    else "is neither a key ring nor its file."
                )
                raise ConfigError(says, where=where, fix=_FIX_RING) from None
            except (OSError, UnicodeDecodeError) as error:
                raise ConfigError(
                    f"the key ring cannot be read: {type(error).__name__}.", where=where, fix=_FIX_RING
                ) from None
        try:
            data = json.loads(text)
        except json.JSONDecodeError as error:
            raise ConfigError(
                f"the key ring is no JSON (character {error.pos}).", where=where, fix=_FIX_RING
            ) from None
        return cls._checked(data, where)

    @classmethod
    def _checked(cls, data: Any, where: str) -> KeyRing:
        """The ring in `data`, or ConfigError with the first thing that is wrong."""
        known = {"links", "retired_links", "addresses", "coupons"}
        if not isinstance(data, dict):
            raise ConfigError("the key ring is no JSON object.", where=where, fix=_FIX_RING)
        if unknown := sorted(set(data) - known):
            raise ConfigError(
                f"the key ring has a part of {len(unknown[0])} characters that nobody knows.",
                where=where,
                fix=f"Known parts: {', '.join(sorted(known))}.",
            )
        lists: dict[str, tuple[str, ...]] = {}
        for name in sorted(known):
            keys = data.get(name, [])
            if not isinstance(keys, list) or not all(isinstance(key, str) for key in keys):
                raise ConfigError(f'"{name}" is no list of texts.', where=where, fix=_FIX_RING)
            if not keys and name != "retired_links":
                raise ConfigError(f'"{name}" has no key.', where=where, fix=_FIX_RING)
            if any(len(key) < KEY_LENGTH for key in keys):
                raise ConfigError(
                    f'a key in "{name}" is shorter than {KEY_LENGTH} characters.', where=where, fix=_FIX_RING
                )
            lists[name] = tuple(keys)
        return cls(**lists)

    @classmethod
    def create(cls, path: Path) -> KeyRing:
        """A new ring in a new file that only its owner may read (0600).

        The file appears complete or not at all. Raises ConfigError where one is there already: a ring that is
        written over can never be had back.
        """
        ring = cls(links=(_new_key(),), addresses=(_new_key(),), coupons=(_new_key(),))
        path.parent.mkdir(parents=True, exist_ok=True)
        draft = path.with_name(f".{path.name}.{secrets.token_hex(8)}")
        handle = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        try:
            with os.fdopen(handle, "w", encoding="utf-8") as file:
                file.write(ring.to_json())
                file.flush()
                os.fsync(file.fileno())
            os.link(draft, path)  # unlike rename, fails where the name is taken
        except FileExistsError:
            raise ConfigError(
                "there is a key ring already.", where=path.name, fix="Use it, or move it away first."
            ) from None
        finally:
            draft.unlink()
        return ring

    @classmethod
    def load_or_create(cls, path: Path) -> KeyRing:
        """The ring in `path`, made at first use. Of two processes that start at once both get the same ring."""
        if not path.exists():
            try:
                return cls.create(path)
            except ConfigError:
                if not path.exists():
                    raise
        return cls.load(path)

    def to_json(self) -> str:
        """The ring as its file holds it."""
        parts = {
            "links": self.links,
            "retired_links": self.retired_links,
            "addresses": self.addresses,
            "coupons": self.coupons,
        }
        return json.dumps({name: list(keys) for name, keys in parts.items()}, indent=2) + "\n"

    def rotated(self, *, keep: int = 1) -> KeyRing:
        """A ring with a new signing key; the `keep` newest old ones go on verifying, older ones are retired."""
        kept = self.links[len(self.links) - keep :] if keep else ()
        gone = self.links[: len(self.links) - len(kept)]
        return replace(self, links=(*kept, _new_key()), retired_links=(*self.retired_links, *gone))

    @property
    def check_value(self) -> str:
        """16 hex digits that name this ring in the ledger: the same after a rotation, another for a foreign ring.

        Made from the two keys that never leave: the oldest that hashes addresses and the oldest that verifies
        unsubscribe links.
        """
        oldest = (*self.retired_links, *self.links)[0]
        return _hmac(self.addresses[0] + oldest, "topmind key ring").hexdigest()[:16]


def _new_key() -> str:
    """32 random bytes as text."""
    return secrets.token_urlsafe(32)


def _hmac(key: str, text: str) -> hmac.HMAC:
    """HMAC-SHA256 over UTF-8."""
    return hmac.new(key.encode(), text.encode(), hashlib.sha256)


class Links:
    """Makes and reads the signed links of one person; `live_url` has no slash at its end."""

    def __init__(self, ring: KeyRing, live_url: str) -> None:
        self._url = live_url.rstrip("/")
        self._serializers = {purpose: _serializer(ring, purpose) for purpose in LinkPurpose}

    def unsubscribe(self, context: LinkContext) -> str:
        """Address of the page with one button; also the one-click address of RFC 8058."""
        return self._link(LinkPurpose.UNSUBSCRIBE, context)

    def preferences(self, context: LinkContext) -> str:
        """Address of the page on which topics are chosen and mail is paused."""
        return self._link(LinkPurpose.PREFERENCES, context)

    def answer(self, context: LinkContext, word: str) -> str:
        """Address that gives the answer `word` (letters, digits, hyphens) to the question of this touch."""
        if not word or not all(part.isalnum() for part in word.split("-")):
            raise LinkError(
                f"answer:{word} is no answer.", fix="Use letters, digits and hyphens: answer:not-happy."
            )
        return self._link(LinkPurpose.ANSWER, context, word)

    def task(self, context: LinkContext, word: str) -> str:
        """Address on which a representative says what became of a task: never in a mail to a customer. `extra` may say
        what the task is (`ABOUT`); whom it is about stands in the mail alone, for links stand in histories and logs."""
        return self._link(LinkPurpose.TASK, context, word, *(context.extra.get(name, "") for name in ABOUT))

    def view(self, context: LinkContext) -> str:
        """Address that shows this person's mail in a browser."""
        return self._link(LinkPurpose.VIEW, context)

    def read(self, token: str, purpose: LinkPurpose) -> LinkContext:
        """Whom and which touch a token names; `extra` has the answer and what a task is.

        Raises LinkError where the token was not made by this ring for this purpose.
        """
        try:
            data = self._serializers[purpose].loads(token)
            contact, touch, *rest = data
            if not all(isinstance(part, str) for part in data):
                raise TypeError
        except (BadData, TypeError, ValueError, UnicodeError):
            raise LinkError("this link is not complete, or not from us.") from None
        extra: Mapping[str, str] = dict(zip(("answer", *ABOUT), rest, strict=False))
        return LinkContext(contact=contact, touch_hex=touch, extra=extra)

    def _link(self, purpose: LinkPurpose, context: LinkContext, *more: str) -> str:
        if "@" in context.contact:
            raise LinkError(
                "the ids of contacts look like mail addresses, and an address never goes into a link.",
                fix="Name a column without addresses as `id` in segments/_audience.toml.",
            )
        token = self._serializers[purpose].dumps([context.contact, context.touch_hex, *more])
        return f"{self._url}/{purpose.letter}/{token}"


def _serializer(ring: KeyRing, purpose: LinkPurpose) -> URLSafeSerializer:
    """Compact, signed with HMAC-SHA256; one salt per purpose."""
    keys = ring.links if purpose is not LinkPurpose.UNSUBSCRIBE else (*ring.retired_links, *ring.links)
    return URLSafeSerializer(
        list(keys),
        salt=f"topmind.{purpose.value}",
        signer_kwargs={"key_derivation": "hmac", "digest_method": hashlib.sha256},
    )


def normalise_address(address: str) -> str:
    """One form of an address however it is typed: lower case, composed Unicode, the domain as IDNA writes it.

    Raises LinkError, without the address, where it is none.
    """
    local, at, domain = unicodedata.normalize("NFC", address.strip()).lower().rpartition("@")
    if not at or not local or not domain or any(c.isspace() for c in local + domain):
        raise LinkError("an address has no name, no @ or no domain.")
    if not domain.isascii():
        try:
            domain = idna.encode(domain, uts46=True).decode("ascii")
        except idna.IDNAError:
            raise LinkError("the domain of an address cannot exist.") from None
    return f"{local}@{domain}"


def address_hash(ring: KeyRing, address: str) -> str:
    """64 hex digits of HMAC-SHA256 over the normalised address, under the newest key."""
    return _hmac(ring.addresses[-1], normalise_address(address)).hexdigest()


def address_hashes(ring: KeyRing, address: str) -> tuple[str, ...]:
    """The hashes under every key, newest first: what a stored suppression is looked up by."""
    normal = normalise_address(address)
    return tuple(_hmac(key, normal).hexdigest() for key in reversed(ring.addresses))


def coupon(ring: KeyRing, contact: str, code: str, scope: str = "", attempt: int = 0) -> str:
    """The personal form of a code, e.g. `THANKS10-7K4F2Q9M`: the same for the same person, code and scope.

    `scope`: what it is issued for (an offer, a year of a sequence). `attempt`: the next one where another person
    has this code already. The last letter is a check letter (`till_codes.is_whole`).
    """
    digest = _hmac(ring.coupons[-1], json.dumps([contact, code, scope, attempt])).digest()
    return till_codes.code_of(code, int.from_bytes(digest, "big"))


def short_hash(ring: KeyRing, contact: str) -> str:
    """10 characters that stand for a contact in logs and reports: no id, no way back without the ring."""
    digest = _hmac(ring.addresses[0], json.dumps(["contact", contact])).digest()
    return base64.b32encode(digest[:7]).decode("ascii").rstrip("=").lower()[:10]
