"""A rescue over whole ticks: what did not help is tried again, for nobody may fall silent over one lost answer."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from small_company import a_company
from topmind.cli.app import call
from topmind.delivery import MemoryTransport, unknown
from topmind.ledger import Feedback
from topmind.model import FeedbackKind, Message, TouchState
from topmind.run import places, sending
from topmind.settings import load
from topmind.testing.clock import FixedClock

ENVIRON = {"TOPMIND_TRANSPORT": "memory"}
#: No letter and no follow-up: nothing but rescues.
QUIET = dict.fromkeys(
    ("content/newsletters/wall.md", "content/sequences/first.md", "content/sequences/first/01-thanks.md")
)


class Company:
    """Three people, to two of whom nothing of value ever came; the third is known since yesterday."""

    def __init__(self, root: Path) -> None:
        self.root, self.clock = root, FixedClock()

    def tick(self, day: int, *script: object) -> list[Message]:
        """The run of that day of December 2026; what left."""
        carrier = MemoryTransport(list(script))  # type: ignore[arg-type]  # answers
        sending.send(
            self.root,
            as_of=f"2026-12-{day:02d}",
            clock=self.clock,
            transport=carrier,
            environ=ENVIRON,
        )
        return carrier.sent

    def give_up(self) -> list[str]:
        """Feedback is alive and said nothing: what was unknown is unresolved; which."""
        self.clock.advance(hours=7)
        settings = load(self.root, ENVIRON)
        with places.open_project_ledger(settings, self.clock, places.key_ring(settings)) as ledger:
            names = [one.touch_hex for one in ledger.unproven()]
            ledger.unresolve(names)
        return names

    def bounce(self, touch_hex: str) -> None:
        """A mail that left came back for good."""
        settings = load(self.root, ENVIRON)
        with places.open_project_ledger(settings, self.clock, places.key_ring(settings)) as ledger:
            at = ledger.now()
            ledger.record_feedback(
                [
                    Feedback(
                        touch_hex=touch_hex,
                        kind=FeedbackKind.BOUNCED,
                        at=at,
                        message_id="m",
                        permanent=True,
                    )
                ]
            )

    def touches(self, contact: str) -> list[tuple[str, TouchState, tuple[str, ...]]]:
        """(occurrence, state, items) of one person, the earliest first."""
        settings = load(self.root, ENVIRON)
        with places.open_project_ledger(settings, self.clock, places.key_ring(settings)) as ledger:
            every = ledger.history(self.clock.now().date()).touches
        return [(t.key.occurrence, t.state, t.items) for t in every if t.key.contact == contact]


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Built once."""
    root = a_company(tmp_path_factory.mktemp("rescue") / "company", QUIET, people=3)
    assert call(["-C", str(root), "build", "--no-search"]) == 0
    return root


@pytest.fixture
def company(built: Path, tmp_path: Path) -> Company:
    """Nothing sent yet."""
    return Company(Path(shutil.copytree(built, tmp_path / "company", symlinks=True)))


def test_a_rescue_that_cannot_be_proven_is_followed_by_another(
    company: Company, capsys: pytest.CaptureFixture[str]
) -> None:
    """Nothing for a week, in which proof may come, and `why` says until when; then another item under another name,
    and the first is never sent again."""
    assert len(company.tick(1, None, unknown())) == 2
    (lost,) = company.give_up()
    assert company.tick(2) == []
    capsys.readouterr()
    call(["-C", str(company.root), "--as-of", "2026-12-03", "why", "c003"])
    told = capsys.readouterr().out
    assert "rescue/never: pending: too soon after the last one, at the earliest 2026-12-08" in told
    assert company.tick(7) == []
    (again,) = company.tick(8)
    assert (again.touch.contact, again.touch_hex != lost) == ("c003", True)
    (name, state, first), (name_2, state_2, second) = company.touches("c003")
    assert (name, state) == ("never", TouchState.UNRESOLVED)
    assert (name_2, state_2) == ("never/2", TouchState.ACCEPTED)
    assert first != second
    assert company.tick(9) == []


def test_after_a_bounce_the_next_one_goes_to_the_new_address(company: Company) -> None:
    """The old address is kept back for good; once the export has another one, whoever had nothing is not forgotten."""
    to_c003 = company.tick(1)[1]
    company.bounce(to_c003.touch_hex)
    assert company.tick(10) == []
    contacts = company.root / "var/contacts/contacts.csv"
    contacts.write_text(contacts.read_text("utf-8").replace("canary3@", "new3@"), "utf-8")
    (again,) = company.tick(11)
    assert (again.touch.contact, again.to) == ("c003", "new3@example.com")
