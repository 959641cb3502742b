"""Which files take longest: they are begun first, so that no core idles at the end while another plays a year."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

#: Below `tests/`, longest first; every other file comes after them in its own order.
LONGEST = (
    "acceptance/test_mutations.py",
    "acceptance/test_life.py",
    "acceptance/test_bad_machine.py",
    "acceptance/test_commands.py",
    "acceptance/test_year.py",
    "integration/test_workers.py",
    "integration/test_entry_process.py",
    "acceptance/test_privacy.py",
    "integration/test_ses_silence.py",
    "acceptance/test_canary.py",
    "integration/test_restore_crashes.py",
    "integration/test_soak.py",
    "integration/test_workflows.py",
    "integration/test_crash_sweep.py",
    "integration/test_s3_log.py",
    "integration/test_wheel.py",
    "integration/test_segment_engines.py",
    "integration/test_oracle_at_large.py",
    "integration/test_ses_send.py",
    "integration/test_month_of_ticks.py",
    "acceptance/test_bad_contacts.py",
    "acceptance/test_tasks.py",
    "acceptance/test_bad_input.py",
    "acceptance/test_ticks.py",
    "acceptance/test_sequences.py",
    "acceptance/test_announcements.py",
)


def longest_first(items: list[Any], names: Sequence[str] = LONGEST) -> None:
    """Sort pytest's items in place: whole files, each in the order in which it was."""
    rank = {f"tests/{name}": place for place, name in enumerate(names)}
    items.sort(key=lambda item: rank.get(item.nodeid.partition("::")[0], len(rank)))
