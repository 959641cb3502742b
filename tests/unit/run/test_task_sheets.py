"""Which open tasks nobody should do any more, and what a sheet says was sent before."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from topmind.model import Catalog, Channel, Members, Purpose, Reason
from topmind.run.decide import Decided
from topmind.run.task_sheets import gone, title_of
from topmind.testing.builders import (
    TODAY,
    a_catalog,
    a_newsletter,
    a_sequence,
    a_step,
    a_touch,
    an_item,
    members,
)
from unit.run.test_task_days import a_task

RULE = "purchases() > 0"


def a_programme(*, step: dict[str, Any] | None = None, **sequence: Any) -> Catalog:
    """One call."""
    made = a_step("call", channel=Channel.CALL, **(step or {}))
    return a_catalog(sequences=[a_sequence("s", steps=[made], **sequence)])


def why(catalog: Catalog, people: Members) -> Reason | None:
    """Why the task of the first contact is gone; None = it stays."""
    decided = Decided(
        project=SimpleNamespace(catalog=catalog),  # type: ignore[arg-type]  # nothing else of it is asked for
        people=(),
        members=people,
        history=None,  # type: ignore[arg-type]  # the same
        plan=None,  # type: ignore[arg-type]  # the same
        findings=(),
    )
    contact = people.ids[0] if len(people) else "nobody"
    task = a_task()
    found = gone(decided, [replace(task, key=replace(task.key, contact=contact))])
    return found[0][1] if found else None


OFF = np.array([False])


@pytest.mark.parametrize(
    ("catalog", "people", "reason"),
    [
        (a_programme(), members(1), None),
        (a_programme(), members(0), Reason.NOT_IN_SEGMENT),
        (a_programme(), members(1, active=OFF), Reason.NOT_IN_SEGMENT),
        (a_catalog(), members(1), Reason.CONTENT_CHANGED),
        (
            a_programme(segments=frozenset({"a"})),
            members(1, segments={"a": [], "b": [0]}),
            Reason.NOT_IN_SEGMENT,
        ),
        (a_programme(segments=frozenset({"a"})), members(1, segments={"a": [0]}), None),
        (a_programme(stop_when=RULE), members(1, holds={RULE: [0]}), Reason.STOP_WHEN),
        (a_programme(stop_when=RULE), members(1, holds={RULE: []}), None),
        (a_programme(step={"only_if": RULE}), members(1, holds={RULE: []}), Reason.CONDITION),
        (a_programme(step={"only_if": RULE}), members(1, holds={RULE: [0]}), None),
        (a_programme(), members(1, consent={Channel.CALL: OFF}), Reason.NO_CONSENT),
        (
            a_programme(step={"purpose": Purpose.SERVICE}),
            members(1, consent={Channel.CALL: OFF}),
            None,
        ),
    ],
)
def test_a_task_goes_away_by_itself(catalog: Catalog, people: Members, reason: Reason | None) -> None:
    """When the person left, bought, said no or no longer fits, or the step was taken away; else it stays."""
    assert why(catalog, people) is reason


def test_what_was_sent_before_has_its_title() -> None:
    """A newsletter, a step, an announced item, a rescue's item or call; what is gone has its id."""
    tip = an_item("tips/gutters", title="Dry gutters")
    catalog = a_catalog(
        items=[tip],
        newsletters=[a_newsletter("tuesday-fix", title="The Tuesday Fix")],
        sequences=[a_sequence("s", steps=[a_step("call", title="First call")])],
    )
    day = TODAY - timedelta(days=1)
    touches = [
        a_touch("c0", day, source="tuesday-fix"),
        a_touch("c0", day, source="s", step="call"),
        a_touch("c0", day, source="tips/gutters"),
        a_touch("c0", day, source="rescue", items=("tips/gutters",)),
        a_touch("c0", day, source="rescue", items=(), channel=Channel.CALL),
        a_touch("c0", day, source="long-gone", items=()),
    ]
    said = [title_of(catalog, touch) for touch in touches]
    assert said == [
        "The Tuesday Fix",
        "First call",
        "Dry gutters",
        "Dry gutters",
        "Keep in touch",
        "long-gone",
    ]
