"""Who stands apart: one list with one reason each, the same in the plan, in its outlook and in the owner's report."""

from __future__ import annotations

from collections import Counter

from topmind.planning import plan
from topmind.report.heard import Heard, floors
from unit.planning.worlds import world


def test_plan_outlook_and_report_count_the_same_people_apart() -> None:
    """Contacts with a floor whom no channel of their rescues reaches, also those who have no channel at all; the others
    are promised something, and only of them a floor counts as broken."""
    found: Counter[str] = Counter()
    for seed in range(60):
        w = world(seed)
        made = plan(
            w.catalog, w.members, w.history, w.now, all_day=w.all_day, horizon=w.horizon, outlook=True
        )
        apart = {reason.value: count for reason, count in made.apart.items()}
        assert made.outlook is not None
        everybody = next((row for row in made.outlook.coverage if not row.segment), None)
        assert (everybody.contacts if everybody else 0) == made.promised
        assert dict(everybody.apart if everybody else {}) == apart
        said = floors(Heard(w.catalog, w.members, w.history, (), w.members.as_of))
        assert (dict(said[0].apart) if said else {}) == apart
        assert (said[0].contacts if said else 0) == made.promised
        assert sum(made.floor_broken.values()) <= made.promised
        found.update(apart)
    assert set(found) == {"no_channel", "no_consent", "suppressed"}
