"""Corrections and the days they name."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from topmind.model import Catalog, Send
from topmind.planning import check
from topmind.testing.builders import TODAY, a_catalog, a_newsletter, an_item


def edited(sent: date) -> Catalog:
    """A correction, sent on a day, of the issue of Tuesday 3 November; the letter comes on Thursdays now."""
    send = Send(number=1, day=sent)
    item = an_item("articles/oh", correction=True, corrects=("tuesday-fix", date(2026, 11, 3)), sends=(send,))
    letter = a_newsletter(every="Thursday at 09:00", segments=frozenset({"customers"}))
    return replace(a_catalog(items=[item], newsletters=[letter]), as_of=TODAY)


def test_a_correction_that_is_over_does_not_stop_a_business_that_edits_its_cadence() -> None:
    """While it may still go its day must be known; three days of grace later nobody asks."""
    assert "planning/corrects-no-issue" in {p.rule for p in check(edited(date(2026, 11, 28)))}
    assert "planning/corrects-no-issue" not in {p.rule for p in check(edited(date(2026, 11, 27)))}
