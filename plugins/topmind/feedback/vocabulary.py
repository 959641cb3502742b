"""The kinds of feedback, one line of meaning each, and what follows from them."""

from __future__ import annotations

from collections.abc import Mapping

from topmind.model import FeedbackKind as Kind

MEANINGS: Mapping[Kind, str] = {
    Kind.SENT: "The provider took the message and will try to deliver it.",
    Kind.DELIVERED: "The recipient's mail server took the message.",
    Kind.DELAYED: "The recipient's mail server said not yet; the provider tries again.",
    Kind.BOUNCED: "The message came back; for good (the address is suppressed) or for now.",
    Kind.COMPLAINED: "The recipient called it spam: opted out and suppressed.",
    Kind.REJECTED: "The provider took the message and then refused to send it (a virus); it never left.",
    Kind.NOT_RENDERED: "The provider could not fill a template; it never left. We send none, so this is a defect.",
    Kind.OPENED: "Somebody or something loaded a picture of the mail; never moves a stage.",
    Kind.CLICKED: "Somebody or something followed a link of the mail.",
    Kind.UNSUBSCRIBED: "The recipient opted out at the provider.",
    Kind.ANSWERED: "The recipient answered the question of a step on our own page.",
}

#: Kinds that prove that the message left. Rejected and not rendered are about a message that never did.
PROVES = frozenset(Kind) - {Kind.REJECTED, Kind.NOT_RENDERED}
