"""What a run has seen so far, and whether it should go on."""

from __future__ import annotations

from collections import Counter

from topmind.model import Level, Outcome, OutcomeKind, Problem


class Tally:
    """Counts answers of one run; N alike failures in a row stop it, and so does an answer that says so."""

    def __init__(self, *, alike: int, tries: int) -> None:
        self._alike = alike
        self._tries = tries
        self._last: tuple[OutcomeKind, str] | None = None
        self._row = 0
        self._tried: Counter[str] = Counter()
        self._held: Counter[str] = Counter()
        #: Why the run must end; "" = it may go on.
        self.stop = ""

    def add(self, touch_hex: str, outcome: Outcome) -> bool:
        """Take an answer in; True where this run should leave the touch to the next."""
        if outcome.kind is OutcomeKind.ACCEPTED:
            self._last, self._row = None, 0
            return False
        this = (outcome.kind, outcome.reason)
        self._row = self._row + 1 if this == self._last else 1
        self._last = this
        if outcome.stop:
            self.stop = outcome.reason or "the transport said stop"
        elif self._row >= self._alike:
            self.stop = f"{self._row} in a row: {outcome.kind.value} ({outcome.reason})"
        self._tried[touch_hex] += 1
        return self._tried[touch_hex] >= self._tries

    def hold(self, reason: str) -> Outcome:
        """A mail that could not be built: it waits. Nothing was tried, so it says nothing of the other side; what
        is wrong with five contacts in a row must not keep the mail of all who come after them."""
        self._held[reason] += 1
        return Outcome(kind=OutcomeKind.RETRY, reason=reason)

    def problems(self) -> tuple[Problem, ...]:
        """Mails held back, by reason."""
        return tuple(
            Problem(
                rule="send/held",
                level=Level.ERROR,
                path="",
                line=0,
                says=f"{count} mail{'s' if count > 1 else ''} could not be built and wait{'' if count > 1 else 's'}: {reason}",
                fix="Mend it and run `topmind send` again.",
            )
            for reason, count in sorted(self._held.items())
        )
