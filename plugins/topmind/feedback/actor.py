"""Human or machine: who opened or clicked. SES has no flag for it; scanners and proxies do both.

The rule has a version, kept with each judged event, so that old numbers are never compared with new ones unseen.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from enum import StrEnum

from topmind.model import FeedbackKind

#: Raise it with every change below.
RULE_VERSION = 1
#: Security gateways follow every link as the mail arrives.
SCANNER_WINDOW = timedelta(seconds=10)
#: So many clicks within one second are no hand.
BURST = 3

#: Part of a user agent (lower case) → family. The first that fits counts.
_FAMILIES = (
    ("googleimageproxy", "gmail proxy"),
    ("yahoomailproxy", "yahoo proxy"),
    ("headlesschrome", "robot"),
    ("barracuda", "robot"),
    ("proofpoint", "robot"),
    ("mimecast", "robot"),
    ("python", "robot"),
    ("curl/", "robot"),
    ("wget/", "robot"),
    ("go-http-client", "robot"),
    ("java/", "robot"),
    ("spider", "robot"),
    ("crawler", "robot"),
    ("bot", "robot"),
    ("outlook", "outlook"),
    ("microsoft office", "outlook"),
    ("thunderbird", "thunderbird"),
    ("iphone", "iphone"),
    ("ipad", "ipad"),
    ("android", "android"),
    ("macintosh", "mac"),
    ("windows", "windows"),
    ("linux", "linux"),
)


class Actor(StrEnum):
    """Who did it, as far as can be told."""

    HUMAN = "human"
    MACHINE = "machine"
    UNSURE = "unsure"


def agent_family(agent: str) -> str:
    """A coarse name for a user agent, all that is kept of it."""
    text = agent.strip().lower()
    if not text:
        return "none"
    if text == "mozilla/5.0":
        return "apple proxy"  # Mail Privacy Protection sends these eleven letters and nothing else
    return next((family for part, family in _FAMILIES if part in text), "other")


def actor(
    kind: FeedbackKind, *, at: datetime, sent: datetime, agent: str, clicks: Sequence[datetime] = ()
) -> Actor:
    """Who opened or clicked at `at`; `sent` is the mail's time, `clicks` all known clicks of this mail."""
    return judge(kind, at=at, sent=sent, family=agent_family(agent), clicks=clicks)


def judge(
    kind: FeedbackKind, *, at: datetime, sent: datetime, family: str, clicks: Sequence[datetime] = ()
) -> Actor:
    """The same from what is kept: of the user agent its family."""
    if family in {"robot", "apple proxy"}:
        return Actor.MACHINE
    if at - sent < SCANNER_WINDOW:
        return Actor.MACHINE
    if sum(abs(other - at) <= timedelta(seconds=1) for other in clicks) >= BURST:
        return Actor.MACHINE
    if family in {"gmail proxy", "yahoo proxy", "none"}:
        return Actor.UNSURE
    return Actor.HUMAN if kind is FeedbackKind.CLICKED else Actor.UNSURE
