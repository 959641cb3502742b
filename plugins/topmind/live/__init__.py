"""The small web app behind the links in mails: unsubscribe, preferences, answers.

GET and HEAD show and never change anything, because scanners open every link; POST makes one durable write into the
inbox before it answers, may be repeated, and never opens the ledger.
"""

from topmind.live.app import app
from topmind.live.inbox import Inbox

__all__ = ["Inbox", "app"]
