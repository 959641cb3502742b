"""The ledger's part for what is heard after a message left."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from datetime import date, datetime
from typing import Protocol

from topmind.ledger.feedback_values import Heard, HeardOf, Judged, Mark, RunHealth, Trouble
from topmind.ledger.kept import Erasure, Suppression
from topmind.ledger.stage_part import StagePart
from topmind.ledger.values import Feedback


class FeedbackPart(StagePart, Protocol):
    """Part of `protocol.Ledger`."""

    def record_feedback(self, events: Sequence[Feedback]) -> Heard:
        """Upsert events: doubled, late or unordered ones give the same state.

        Every one proves that the provider has the mail; bounced, rejected and not_rendered, that it reached nobody.
        A permanent bounce, a complaint, or five soft bounces in a row with none delivered between suppress the
        address in the event (else the touch's own); a complaint and `unsubscribed` opt out. Of a touch that is not
        known it is kept as proof, and the address's readers are opted out.
        """
        ...

    def lasting(self, events: Sequence[Feedback]) -> tuple[Feedback, ...]:
        """Those that must outlive the ledger, each with the HMACs of its address: keep them beside it (`kept`),
        then `record_feedback`. Given to a restored ledger, they suppress and opt out again."""
        ...

    def begin_adoption(self) -> None:
        """From now on it is a copy that sends nothing, until `adopt`: taking in what outlived it may be cut short."""
        ...

    def bar(self, erasures: Sequence[Erasure], hashes: Callable[[str], Sequence[str]]) -> int:
        """Erase again whoever was erased since the copy was made, and leave them out from now on; how many rows."""
        ...

    def is_erased(self, who: str, hashes: Callable[[str], Sequence[str]]) -> bool:
        """Whether somebody with this source id or address was erased."""
        ...

    def suppress(self, said: Sequence[Suppression]) -> int:
        """Take in the provider's own list, of addresses that are known here; how many are news."""
        ...

    def bars_anybody(self) -> bool:
        """Whether it knows of anybody who bounced, complained, left or was erased."""
        ...

    def marks(self, hexes: Collection[str] | None = None) -> tuple[Mark, ...]:
        """Opens and clicks of these touches (None: all) that are not purged, by touch and time."""
        ...

    def judge(self, judged: Sequence[Judged]) -> int:
        """Write who opened and clicked; how many changed."""
        ...

    def purge_marks(self, before: datetime) -> int:
        """Forget single opens and clicks before a moment; who did it stays. How many."""
        ...

    def feedback_of(self, contact: str) -> tuple[HeardOf, ...]:
        """What was heard of one contact's touches, oldest first."""
        ...

    def canary_sent(self, owner: str, touch_hex: str, message_id: str) -> None:
        """A run's mail to the mailbox simulator was accepted; `touch_hex` is its name in the tag `touch`."""
        ...

    def run_health(self, owner: str) -> RunHealth:
        """How much of a run has come back."""
        ...

    def silent_since(self, before: datetime) -> datetime | None:
        """When the first mail to the simulator went that nothing was heard of, nor of any later one; only those that
        went before a moment count. None = feedback is alive, or was never tried."""
        ...

    def trouble(self, since: date) -> Trouble:
        """What came back of the mails of the days from `since` on."""
        ...

    def unresolve(self, hexes: Collection[str]) -> int:
        """Unknown touches become unresolved; how many. Those proven meanwhile stay accepted."""
        ...

    def resend(self, hexes: Collection[str], day: date) -> int:
        """Unresolved touches whose last day is not before `day` are planned again, each at most once; how many.

        Whatever then does not leave (skipped, expired, refused, erased) is unresolved as it was. `Counts.may_have_come_twice` counts what did.
        """
        ...
