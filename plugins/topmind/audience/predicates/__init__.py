"""The closed language of rules: parsed with SQLGlot, checked against a whitelist, compiled with its builders."""

from topmind.audience.predicates.compile import compile_rule
from topmind.audience.predicates.dates import DateFact, compile_date
from topmind.audience.predicates.env import Env
from topmind.audience.predicates.parse import RuleError, parse_rule, segments_named

__all__ = ["DateFact", "Env", "RuleError", "compile_date", "compile_rule", "parse_rule", "segments_named"]
