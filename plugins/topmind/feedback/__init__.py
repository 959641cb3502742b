"""What happened after a message left: one vocabulary, whatever the provider calls it."""

from topmind.feedback.actor import RULE_VERSION, Actor, actor, agent_family, judge
from topmind.feedback.bodies import read
from topmind.feedback.draining import Drained, Queue, Received, drain, forget, judge_unknown, shares
from topmind.feedback.scoring import rescore, score
from topmind.feedback.ses import Dropped, normalise
from topmind.feedback.settle import Health, Settled, settle
from topmind.feedback.vocabulary import MEANINGS, PROVES

__all__ = [
    "MEANINGS",
    "PROVES",
    "RULE_VERSION",
    "Actor",
    "Drained",
    "Dropped",
    "Health",
    "Queue",
    "Received",
    "Settled",
    "actor",
    "agent_family",
    "drain",
    "forget",
    "judge",
    "judge_unknown",
    "normalise",
    "read",
    "rescore",
    "score",
    "settle",
    "shares",
]
