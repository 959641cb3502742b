"""Step 9, half: one claim → the very bytes that leave."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from email.utils import format_datetime

from topmind import mail
from topmind.errors import SendError
from topmind.ledger import Claim
from topmind.links import KeyRing
from topmind.model import UNSUBSCRIBE_AT_PROVIDER, CompiledEdition, Message, Purpose
from topmind.run.compose import Composed, values_of
from topmind.run.coupons import Codes
from topmind.run.decide import Decided


def builder(
    decided: Decided, composed: Composed, ring: KeyRing, codes: Codes, now: datetime
) -> Callable[[Claim], Message]:
    """What makes the message of a claim. `now` (UTC) becomes the Date header."""
    project = decided.project
    values = values_of(decided.members, ring, project.settings.live_url, project.catalog.company.name, codes)
    date = format_datetime(now)

    def build(claim: Claim) -> Message:
        compiled = composed.compiled.get(claim.edition)
        if compiled is None:
            raise SendError("this edition was not compiled by this run.", fix="The next run sends it.")
        found = values(compiled, claim.key, claim.touch_hex)
        market = compiled.edition.occasion.purpose is not Purpose.SERVICE
        at_provider = project.settings.ses_unsubscribes and market
        if project.settings.ses_unsubscribes:
            # SES would keep a mail of service from whoever left, so its links are not made there
            way = UNSUBSCRIBE_AT_PROVIDER if market else by_mail(compiled.sender_address)
            found |= dict.fromkeys(("unsubscribe_url", "preferences_url"), way)
        headers = {
            "Date": date,
            "Message-ID": f"<{claim.touch_hex}.{claim.attempt}@{compiled.sender_address.rpartition('@')[2]}>",
            # SES adds the others; its headers are ASCII, so no name
            **(
                {"List-Id": f"<{_list_id(compiled)}>"}
                if at_provider
                else _list_headers(compiled, str(found["unsubscribe_url"]), project.catalog.company.name)
            ),
        }
        return Message(
            touch=claim.key,
            touch_hex=claim.touch_hex,
            attempt=claim.attempt,
            to=claim.address,
            sender=compiled.sender_address,
            raw=mail.build(compiled, found, to=claim.address, headers=headers),
            tags={
                "ledger": decided.history.ledger,
                "touch": claim.touch_hex,
                "attempt": str(claim.attempt),
            },
            fence=claim.fence,
            leave_at_provider=at_provider,
        )

    return build


def by_mail(sender: str) -> str:
    """The way out where there is no page for it: a mail to whoever signs, which a person reads."""
    return f"mailto:{sender}?subject=Unsubscribe"


def _list_headers(compiled: CompiledEdition, unsubscribe: str, company: str) -> dict[str, str]:
    """One-click unsubscribe on everything that markets (RFC 8058)."""
    occasion = compiled.edition.occasion
    if occasion.purpose is Purpose.SERVICE:
        return {}
    return mail.list_headers(unsubscribe, _list_id(compiled), company)


def _list_id(compiled: CompiledEdition) -> str:
    """Of a newsletter or sequence, below the sender's domain (RFC 2919)."""
    name = compiled.edition.occasion.source.replace("/", "-")
    return f"{name}.{compiled.sender_address.rpartition('@')[2]}"
