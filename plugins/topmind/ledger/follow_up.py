"""The ledger's part for what people do themselves: tasks, the mails that hand them out, and codes at the till."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, timedelta
from typing import Protocol

from topmind.ledger.coupon_values import CouponRow
from topmind.ledger.task_values import TaskMail, TaskMailClaim, TaskOutcome
from topmind.ledger.values import Task
from topmind.model import Outcome

#: How long a claim is good (DESIGN §7); a call is refused after half of it.
LEASE = timedelta(seconds=120)


class FollowUp(Protocol):
    """Part of `protocol.Ledger`."""

    # -- tasks -------------------------------------------------------------------------------------------

    def tasks(self, *, open_only: bool = True) -> tuple[Task, ...]:
        """Touches off e-mail, the nearest last day first."""
        ...

    def task_done(self, touch_hex: str, day: date) -> bool:
        """Somebody did it on `day`. False: no open task has this name (a beginning of it is enough)."""
        ...

    def settle_tasks(self, outcomes: Sequence[TaskOutcome], day: date) -> int:
        """What representatives say became of tasks, on the company's `day`; how many of them were news.

        Each outcome is also an answer to the task's step (`answered('check-in', 'not happy')`). Reached: done.
        `no answer`: the task stays open until its last day, then it is missed. A task that is done or missed
        never turns into the other; said again, nothing changes.
        """
        ...

    def claim_task_mail(
        self, sender: str, day: date, *, owner: str, lease: timedelta = LEASE
    ) -> TaskMailClaim | None:
        """Take the mail of tasks of one representative and day in hand, durably, before it leaves.

        None: it has left, may have left, another run has it, `all` or `tasks` is stopped, or `owner` does not
        hold the lock. What a crash leaves claimed becomes unknown (`sweep`, `lock`, `unlock`) and is never
        claimed again: the next day's mail has the same tasks. It is no touch of anybody and counts nowhere.
        """
        ...

    def settle_task_mail(self, claim: TaskMailClaim, outcome: Outcome) -> bool:
        """Write its outcome, under the same conditions as `settle`."""
        ...

    def task_mails(self, day: date | None = None) -> tuple[TaskMail, ...]:
        """Task mails and what became of them, of all days or one. `prove` and feedback settle them, too."""
        ...

    # -- coupons -----------------------------------------------------------------------------------------

    def coupons(self) -> tuple[CouponRow, ...]:
        """Every personal code that was ever frozen, in the order of their codes."""
        ...

    def redeem(self, codes: Iterable[tuple[str, date]]) -> tuple[str, ...]:
        """Codes that were handed in, with the day. The earliest day of each holds; given back: those nobody has."""
        ...
