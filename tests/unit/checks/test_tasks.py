"""Steps off e-mail: whom nobody can reach, and what nobody does."""

from __future__ import annotations

import numpy as np

from topmind.checks import Facts, findings
from topmind.model import Catalog, Channel, Purpose
from topmind.testing.builders import (
    a_catalog,
    a_promise,
    a_segment,
    a_sequence,
    a_step,
    a_team_member,
    members,
)


def said(catalog: Catalog, **over: object) -> dict[str, str]:
    """Findings about tasks by rule."""
    people = members(2, **over)
    found = findings(Facts(catalog=catalog, members=people))
    return {p.rule: p.says for p in found if p.rule.startswith("tasks/")}


def calls(*, calls_per_day: int | None = None, **step: object) -> Catalog:
    """One call, and a team of two of whom the owner makes so many."""
    team = [a_team_member("dana", calls_per_day=calls_per_day), a_team_member("june")]
    return a_catalog(sequences=[a_sequence(steps=[a_step(channel=Channel.CALL, **step)])], team=team)


def test_a_call_needs_somebody_with_a_phone() -> None:
    """No contact with a number: the step goes to nobody, and the column is named."""
    without = {channel: np.array([channel is Channel.EMAIL] * 2) for channel in Channel}
    assert "no contact has a phone number" in said(calls(), reach=without)["tasks/nobody-to-reach"]
    one = {**without, Channel.CALL: np.array([False, True])}
    assert said(calls(), reach=one) == {}
    gone = np.array([True, False])
    assert "tasks/nobody-to-reach" in said(calls(), reach=one, active=gone)


def test_a_call_needs_somebody_who_calls() -> None:
    """The owner makes none, and nobody else could get it; a sender who does makes it good."""
    nobody = {"senders": (), "sender": np.full(2, -1, dtype=np.int16)}
    assert "dana" in said(calls(calls_per_day=0), **nobody)["tasks/nobody-to-do-it"]
    assert said(calls(calls_per_day=0, sender="june"), **nobody) == {}
    assert said(calls(calls_per_day=3), **nobody) == {}
    hers = {"senders": ("june",), "sender": np.array([-1, 0], dtype=np.int16)}
    assert said(calls(calls_per_day=0), **hers) == {}


def test_what_sells_off_e_mail_needs_a_yes_for_its_channel() -> None:
    """A rescue by phone and a call that sells go to nobody where nobody agreed to calls: said at once, not read off a
    plan that lists no consent for everybody. A service call asks for none."""
    nobody = {"consent": {Channel.EMAIL: np.ones(2, dtype=bool), Channel.CALL: np.zeros(2, dtype=bool)}}
    top = a_segment("top", promise=a_promise(rescue=(Channel.EMAIL, Channel.CALL)))
    promised = a_catalog(segments=[top], team=[a_team_member("dana")])
    assert "rescue: call: no contact has agreed" in said(promised, **nobody)["tasks/nobody-agreed"]
    selling, service = calls(purpose=Purpose.MARKETING), calls(purpose=Purpose.SERVICE)
    assert "channel: call: no contact has agreed" in said(selling, **nobody)["tasks/nobody-agreed"]
    assert said(service, **nobody) == {}
    one = {"consent": {Channel.CALL: np.array([False, True])}}
    assert (said(promised, **one), said(selling, **one)) == ({}, {})
