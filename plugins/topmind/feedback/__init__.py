"""What happened after a message left: one vocabulary, whatever the provider calls it."""

from topmind.feedback.actor import RULE_VERSION, Actor, actor, agent_family
from topmind.feedback.ses import Dropped, normalise
from topmind.feedback.settle import Health, Settled, settle
from topmind.feedback.vocabulary import MEANINGS, PROVES

__all__ = [
    "MEANINGS",
    "PROVES",
    "RULE_VERSION",
    "Actor",
    "Dropped",
    "Health",
    "Settled",
    "actor",
    "agent_family",
    "normalise",
    "settle",
]
