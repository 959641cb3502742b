"""Every error a person may see, as one tree.

    TopmindError                     exit 1   something is wrong; where, what, what to do
    ├── ContentError                 exit 1   a file that people write (carries Problems)
    ├── ConfigError                  exit 1   pelicanconf.py, environment, _audience.toml
    ├── AudienceError                exit 1   a source, a rule of a segment
    ├── PlanError                    exit 1   the plan cannot be made
    ├── LinkError                    exit 1   a signed link that is not ours, or an id that may not be in one
    ├── MailError                    exit 1   theme, MJML, a value missing for a merge tag
    ├── SiteError                    exit 1   the resource site was not built
    ├── LedgerError                  exit 1   the durable record
    │   ├── LedgerDamaged            exit 1
    │   ├── LedgerLocked             exit 3   another process holds it
    │   ├── LeaseEnded               exit 3   another sender took the place of one that was silent too long
    │   └── PlanAgain                exit 3   the ledger moved on since the plan was made
    ├── SendError                    exit 1   the run cannot go on
    │   └── OutOfReach               exit 1   nothing gets through to the provider
    ├── FeedbackError                exit 1   the queue of what became of mails
    ├── UsageError                   exit 2   the command line is off
    └── GuardError                   exit 3   a guard stopped the run before anybody was mailed

No message carries a person's data: values stay out of it, and foreign exceptions that quote values are
raised again `from None`.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, ClassVar

if TYPE_CHECKING:
    from topmind.model import Problem


class TopmindWarning(UserWarning):
    """Something odd that does not stop the run."""


class TopmindError(Exception):
    """What is wrong, in one sentence, and what to do about it."""

    #: Process exit code (DESIGN: 1 problems, 2 usage, 3 guard or lock).
    exit_code: ClassVar[int] = 1

    def __init__(self, says: str, *, where: str = "", fix: str = "") -> None:
        super().__init__(says)
        #: What is wrong.
        self.says = says
        #: File, file:line, or the name of a thing; empty when there is no such place.
        self.where = where
        #: What to do; empty when `says` already tells it.
        self.fix = fix

    def __str__(self) -> str:
        """One line: where: what. What to do."""
        head = f"{self.where}: {self.says}" if self.where else self.says
        return f"{head} {self.fix}".rstrip() if self.fix else head


class ContentError(TopmindError):
    """Files that people write have problems; all of them at once."""

    def __init__(self, problems: Sequence[Problem]) -> None:
        #: Every problem found, errors first.
        self.problems = tuple(problems)
        count = len(self.problems)
        super().__init__(f"{count} problem{'s' if count != 1 else ''} in the files of this project.")


class ConfigError(TopmindError):
    """A setting, an environment variable or `_audience.toml` is wrong."""

    #: Where one file has several: (what is wrong, what to do) of each.
    mistakes: tuple[tuple[str, str], ...] = ()

    @classmethod
    def listed(cls, mistakes: Sequence[tuple[str, str]], where: str) -> ConfigError:
        """All mistakes of one file as one error: a line each."""
        error = cls("\n  ".join(f"{says} {fix}".rstrip() for says, fix in mistakes), where=where)
        error.mistakes = tuple(mistakes)
        return error


class AudienceError(TopmindError):
    """A source of contacts or a segment's rule cannot be used."""


class PlanError(TopmindError):
    """The plan cannot be made."""


class LinkError(TopmindError):
    """A signed link does not verify, or something may not be put into one."""


class MailError(TopmindError):
    """A theme or an edition cannot become a mail."""


class SiteError(TopmindError):
    """The resource site was not built; the last good one is untouched."""


class LedgerError(TopmindError):
    """The durable record cannot be used."""


class LedgerDamaged(LedgerError):  # noqa: N818 - reads as the state it names
    """The store's own check fails."""


class LedgerLocked(LedgerError):  # noqa: N818 - reads as the state it names
    """Another process holds the ledger or is sending."""

    exit_code = 3


class LeaseEnded(LedgerError):  # noqa: N818 - reads as the state it names
    """This sender was silent for longer than its lease, and another run took its place: it claims no more."""

    exit_code = 3


class PlanAgain(LedgerError):  # noqa: N818 - reads as what to do
    """Another run wrote to the ledger since this plan was computed: read the history again and plan again."""

    exit_code = 3


class SendError(TopmindError):
    """A send run stopped; what was claimed is settled or listed."""


class OutOfReach(SendError):  # noqa: N818 - reads as the state it names
    """Nothing gets through to the provider: whatever else it is asked would only wait as long."""


class FeedbackError(TopmindError):
    """The queue of what became of mails cannot be read; what was not folded in is still in it."""


class UsageError(TopmindError):
    """The command line names something that is not there or does not fit."""

    exit_code = 2


class GuardError(TopmindError):
    """A guard stopped the run before anybody was mailed."""

    exit_code = 3
