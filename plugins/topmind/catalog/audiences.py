"""To whom an announcement goes beyond its segments: those who got the first send, or those who got the wrong mail."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import date

from topmind.catalog import dates
from topmind.catalog.findings import Findings, did_you_mean
from topmind.catalog.unread import Unread
from topmind.model import Item, Level, Newsletter, Problem
from topmind.model import Sequence as MailSequence


def with_audiences(
    items: Sequence[Item],
    newsletters: Iterable[Newsletter],
    sequences: Iterable[MailSequence],
    unread: Unread,
    findings: Findings,
) -> list[Item]:
    """Items whose sends say by a rule who gets them; a target that is not there is noted, unless it is `unread`."""
    targets = _Targets(items, newsletters, sequences, unread)
    found = []
    for item in items:
        rule = None
        if item.corrects is not None:
            rule, says, fix = targets.rule(*item.corrects)
            if says:
                findings.error("announcement/corrects", item.path, item.corrects_line, says, fix)
        elif item.correction and item.sends:
            findings.add([_for_everybody(item)])
        sends = tuple(
            replace(send, only_if=rule or (f"got('{item.id}/1')" if _follows(item, send.number) else None))
            for send in item.sends
        )
        found.append(replace(item, sends=sends))
    return found


def _for_everybody(item: Item) -> Problem:
    return Problem(
        rule="announcement/corrects",
        level=Level.WARNING,
        path=item.path,
        line=0,
        says="this correction says of nothing that it was wrong, so it goes to everybody.",
        fix="Write `corrects: tuesday-fix 2026-12-01`: then it goes to exactly those who got that.",
    )


def _follows(item: Item, number: int) -> bool:
    return item.first_audience and number > 1


class _Targets:
    """What may have been wrong: an issue, a send, an item, a step."""

    def __init__(
        self,
        items: Iterable[Item],
        newsletters: Iterable[Newsletter],
        sequences: Iterable[MailSequence],
        unread: Unread,
    ) -> None:
        self.items = {item.id: item for item in items}
        self.letters = {letter.id for letter in newsletters}
        self.unread = unread
        self.steps = {f"{one.id}/{step.id}" for one in sequences for step in one.steps}

    def _is_unread(self, name: str) -> bool:
        """Whether it is that of a file with a mistake; a step has a slash in its name."""
        if name in self.unread.items or name in self.unread.newsletters:
            return True
        return "/" in name and name in self.unread.steps

    def rule(self, name: str, day: date | None) -> tuple[str | None, str, str]:
        """(rule, what is wrong, what to write)."""
        if name in self.letters:
            if day is None:
                return (
                    None,
                    f"which issue of {name} was wrong?",
                    f"Write its date: `corrects: {name} 2026-12-01`.",
                )
            return f"got('{name}/{day.isoformat()}')", "", ""
        if name in self.steps and day is None:
            return f"got('{name}')", "", ""
        item = self.items.get(name)
        if item is None:
            known = [*self.letters, *self.items, *self.steps]
            says = "" if self._is_unread(name) else f"there is no newsletter, item or step {name!r}."
            return None, says, did_you_mean(name, known)
        if day is None:
            return f"got('{name}')", "", ""
        number = next((send.number for send in item.sends if send.day == day), None)
        if number is None:
            sent = ", ".join(dates.show(send.day) for send in item.sends) or "it is not sent by itself"
            return None, f"{name} was not sent on {dates.show(day)}.", f"Sends: {sent}."
        return f"got('{name}/{number}')", "", ""
