"""Asks the account everything that pre-flight wants to know. A question that gets no answer is a finding, and the others
are asked all the same; but for an Amazon that is out of reach, where each would only wait as long."""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass, field
from typing import Any, TypeVar

from topmind.aws import account
from topmind.aws.account import Account, EventPath, Identity
from topmind.errors import OutOfReach, SendError, TopmindError
from topmind.model import Level, Problem

T = TypeVar("T")


def no_answer(error: TopmindError) -> Problem:
    """What an error of a question says, as a finding."""
    return Problem(
        rule="preflight/no-answer",
        level=Level.ERROR,
        path=error.where,
        line=0,
        says=error.says.removesuffix(" Nobody was mailed."),
        fix=error.fix,
    )


@dataclass(slots=True)
class Asking:
    """One round of questions to a client of `sesv2`; None as an answer = there was none."""

    client: Any
    #: One for each question without an answer.
    unanswered: list[Problem] = field(default_factory=list)
    #: Nothing gets through to it, so nothing more is asked.
    gone: bool = False

    def account(self) -> Account | None:
        """State and limits."""
        return self._asked(lambda: account.account(self.client))

    def identities(self, addresses: Collection[str]) -> dict[str, Identity | None] | None:
        """Sender address → identity."""
        return self._asked(lambda: account.identities(self.client, sorted(addresses)))

    def event_path(self, name: str) -> EventPath | None:
        """The configuration set."""
        return self._asked(lambda: account.event_path(self.client, name))

    def contact_list(self, name: str) -> bool | None:
        """Whether there is one."""
        return self._asked(lambda: account.contact_list(self.client, name))

    def _asked(self, question: Callable[[], T]) -> T | None:
        if self.gone:
            return None
        try:
            return question()
        except SendError as error:
            self.gone = isinstance(error, OutOfReach)
            self.unanswered.append(no_answer(error))
            return None
