"""The audience: sources, the language of rules, segments, and contacts as columns for the plan.

Heavy libraries (DuckDB, SQLGlot) are imported when a function that needs them is called.
"""

from topmind.audience.api import (
    asks_for_touches,
    check,
    check_file,
    difference,
    explain,
    has_contacts,
    members,
    movement,
    open_source,
    propose,
    read_spec,
    sample,
    segment_report,
    to_parquet,
    try_examples,
)
from topmind.audience.spec import AudienceSpec

__all__ = [
    "AudienceSpec",
    "asks_for_touches",
    "check",
    "check_file",
    "difference",
    "explain",
    "has_contacts",
    "members",
    "movement",
    "open_source",
    "propose",
    "read_spec",
    "sample",
    "segment_report",
    "to_parquet",
    "try_examples",
]
