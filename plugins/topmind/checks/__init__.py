"""The linter: mistakes stop before the send. One module per family of rules; `findings` runs them all."""

from topmind.checks.facts import Facts
from topmind.checks.formats import format_github, format_json, format_text
from topmind.checks.registry import OWN, RULES, certain, findings, holding
from topmind.checks.rule import Rule

__all__ = [
    "OWN",
    "RULES",
    "Facts",
    "Rule",
    "certain",
    "findings",
    "format_github",
    "format_json",
    "format_text",
    "holding",
]
