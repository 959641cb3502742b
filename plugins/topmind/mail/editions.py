"""Groups of contacts who get the same mail."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np

from topmind.mail.documents import full_bodies
from topmind.model import Body, Catalog, Channel, Edition, Members, Occasion, Plan, PlannedTouch

#: `planning.senders.sender_for`: the team id that signs for a contact (a row) on an occasion.
SenderFor = Callable[[Catalog, Members, int, Occasion], str]


def group(plan: Plan, members: Members, catalog: Catalog, sender_for: SenderFor) -> tuple[Edition, ...]:
    """The e-mail touches that are due, grouped by occasion, items, visible blocks, sender and language.

    Ordered by occasion, then largest first; contacts (rows of `members`) ascending. Raises MailError where an
    occasion's files are gone.
    """
    shows = _Shows(members, catalog)
    groups: dict[tuple[object, ...], list[int]] = defaultdict(list)
    first: dict[tuple[object, ...], PlannedTouch] = {}
    for touch in plan.due:
        occasion = plan.occasions[touch.occasion]
        if occasion.channel is not Channel.EMAIL:
            continue
        row = touch.contact
        key = (
            touch.occasion,
            touch.picks,
            touch.per_slot,
            shows.visible(touch.occasion, occasion, touch.picks, row),
            sender_for(catalog, members, row, occasion),
            members.languages[int(members.language[row])] or catalog.company.language,
        )
        groups[key].append(row)
        first.setdefault(key, touch)
    ordered = sorted(groups.items(), key=lambda pair: (pair[0][0], -len(pair[1]), min(pair[1])))
    return tuple(_edition(plan.occasions[first[key].occasion], key, rows) for key, rows in ordered)


def _edition(occasion: Occasion, key: tuple[object, ...], rows: list[int]) -> Edition:
    _, items, per_slot, visible, sender, language = key
    return Edition(
        occasion=occasion,
        items=items,  # type: ignore[arg-type]  # the key is built just above in this order
        per_slot=per_slot,  # type: ignore[arg-type]  # the same
        visible=visible,  # type: ignore[arg-type]  # the same
        sender=str(sender),
        language=str(language),
        contacts=tuple(sorted(rows)),
    )


@dataclass(slots=True)
class _Shows:
    """Remembers what contacts with the same segments see: a newsletter has few patterns, however many readers."""

    members: Members
    catalog: Catalog
    bodies: dict[tuple[int, tuple[str, ...]], tuple[Body, ...]] = field(default_factory=dict)
    columns: dict[tuple[int, tuple[str, ...]], list[int]] = field(default_factory=dict)
    seen: dict[tuple[int, tuple[str, ...], bytes], frozenset[str]] = field(default_factory=dict)

    def visible(self, number: int, occasion: Occasion, picks: tuple[str, ...], row: int) -> frozenset[str]:
        """`path#index` of every condition that the contact in `row` sees."""
        key = (number, picks)
        if key not in self.bodies:
            self.bodies[key] = tuple(full_bodies(self.catalog, occasion, picks))
            named = {name for body in self.bodies[key] for c in body.conditions for name in c.segments}
            self.columns[key] = [i for i, name in enumerate(self.members.segments) if name in named]
        columns = self.columns[key]
        if not any(body.conditions for body in self.bodies[key]):
            return frozenset()
        inside = np.asarray(self.members.in_segment[row, columns], dtype=bool)
        pattern = (*key, inside.tobytes())
        if pattern not in self.seen:
            names = (self.members.segments[i] for i, yes in zip(columns, inside, strict=True) if yes)
            segments = frozenset(names)
            self.seen[pattern] = frozenset(
                f"{body.path}#{index}" for body in self.bodies[key] for index in body.visible(segments)
            )
        return self.seen[pattern]
