"""The largest mail of each coming occasion, compiled once: for rules about size, the footer and the theme.

One edition each, the longest that some reader may get: the longest items that fit its slots, the blocks of the group
that sees most, the longest value of anybody in each merge tag.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import time
from pathlib import Path

import numpy as np

from topmind import mail, planning
from topmind.brand import Brand
from topmind.catalog.blocks import block_tree
from topmind.catalog.text import plain_text
from topmind.checks.facts import Mail
from topmind.errors import MailError
from topmind.mail.documents import full_bodies, shown_in_full
from topmind.model import (
    Body,
    Catalog,
    Channel,
    CompiledEdition,
    Edition,
    Item,
    Members,
    Occasion,
    Place,
    Purpose,
    Slot,
    SourceKind,
    Where,
)

#: Characters of an item's card, whatever the item says.
_CARD = 600
#: Groups of readers looked at for one text; the largest come first.
_GROUPS = 12


def coming_mails(catalog: Catalog, brand: Brand, root: Path, members: Members | None) -> tuple[Mail, ...]:
    """For the next issue and each dated one, every step by e-mail and every announcement to come. `members`: the
    audience of today; None = no contacts are at hand."""
    try:
        renderer = mail.Renderer(catalog, brand, root)
    except MailError as error:
        return (Mail(path=error.where, name="", refused=(error.where, error.says, error.fix)),)
    patterns = _patterns(members)
    return tuple(
        _mail(renderer, _edition(catalog, occasion, members, patterns), path, members)
        for path, occasion in _occasions(catalog)
    )


def _mail(renderer: mail.Renderer, edition: Edition, path: str, members: Members | None) -> Mail:
    marketing = edition.occasion.purpose is Purpose.MARKETING
    name = edition.occasion.name
    try:
        compiled = renderer.compile(edition)
    except MailError as error:
        return Mail(path=path, name=name, refused=(error.where, error.says, error.fix))
    size = mail.largest(compiled, members) if members is not None else _typical(compiled)
    return Mail(path=path, name=name, compiled=compiled, size=size, marketing=marketing)


def _typical(compiled: CompiledEdition) -> int:
    """Bytes where nobody's values are known: a signed link has 300, a name 40 at most."""
    places = [part.tag.field for part in compiled.html if isinstance(part, Place)]
    return mail.html_size(compiled) + sum(300 if "url" in field else 40 for field in places)


def _occasions(catalog: Catalog) -> Iterator[tuple[str, Occasion]]:
    """(file that somebody would shorten, occasion)."""
    today = catalog.as_of
    for letter in catalog.newsletters.values():
        days = {day for day in letter.issues if day >= today}
        days |= set(planning.next_dates(letter, catalog.company, today, 1))
        for day in sorted(days):
            issue = letter.issues.get(day)
            yield (
                issue.path if issue and issue.body else letter.path,
                _occasion(
                    SourceKind.ISSUE,
                    letter.id,
                    day.isoformat(),
                    day=day,
                    title=letter.title,
                    slots=letter.slots(day),
                ),
            )
    for sequence in catalog.sequences.values():
        for step in sequence.steps:
            if step.channel is Channel.EMAIL:
                yield (
                    step.path,
                    _occasion(
                        SourceKind.STEP,
                        sequence.id,
                        "once",
                        step=step.id,
                        day=today,
                        title=step.title,
                        purpose=step.purpose,
                    ),
                )
    for item in catalog.items.values():
        for send in item.sends:
            if send.day >= today:
                yield (
                    item.path,
                    _occasion(
                        SourceKind.ANNOUNCEMENT,
                        item.id,
                        str(send.number),
                        day=send.day,
                        title=item.title,
                        item=item.id,
                    ),
                )


def _occasion(kind: SourceKind, source: str, occurrence: str, **over: object) -> Occasion:
    return Occasion(
        kind=kind,
        source=source,
        occurrence=occurrence,
        channel=Channel.EMAIL,
        at=time(9),
        **({"step": None} | over),  # type: ignore[arg-type]  # named by the callers above
    )


def _edition(
    catalog: Catalog, occasion: Occasion, members: Members | None, patterns: Sequence[frozenset[str]]
) -> Edition:
    picks = [_picks(catalog, slot, occasion) for slot in occasion.slots]
    items = tuple(dict.fromkeys(name for found in picks for name in found))
    bodies = list(full_bodies(catalog, occasion, items))
    return Edition(
        occasion=occasion,
        items=tuple(name for found in picks for name in found),
        per_slot=tuple(map(len, picks)),
        visible=_most(bodies, patterns),
        sender=_sender(catalog, occasion),
        language=catalog.company.language,
        contacts=tuple(int(row) for row in np.flatnonzero(members.active)) if members is not None else (),
    )


def _picks(catalog: Catalog, slot: Slot, occasion: Occasion) -> list[str]:
    """The longest items that fit."""
    fits = [
        item
        for item in catalog.items.values()
        if item.kind in slot.kinds and Where.EMAIL in item.where and item.live(occasion.day)
    ]
    fits.sort(key=lambda item: (-_length(item), item.id))
    return [item.id for item in fits[: slot.count]]


def _length(item: Item) -> int:
    return len(item.body.text) if shown_in_full(item) else _CARD + len(item.summary or "")


def _sender(catalog: Catalog, occasion: Occasion) -> str:
    own, source = planning.written_senders(catalog, occasion.kind, occasion.source, occasion.step)
    return own or source or catalog.company.owner


def _patterns(members: Members | None) -> tuple[frozenset[str], ...]:
    """The sets of segments that contacts are in, the most frequent first; none without contacts."""
    if members is None or not members.active.any():
        return ()
    rows, counts = np.unique(members.in_segment[members.active], axis=0, return_counts=True)
    return tuple(
        frozenset(name for name, yes in zip(members.segments, rows[index], strict=True) if yes)
        for index in np.argsort(-counts, kind="stable")
    )


def _most(bodies: Iterable[Body], patterns: Sequence[frozenset[str]]) -> frozenset[str]:
    """What the group sees whose text is the longest; without contacts each segment is a group, and nobody's, too."""
    bodies = list(bodies)
    conditional = [body for body in bodies if body.conditions]
    if not conditional:
        return frozenset()
    named = {name for body in conditional for c in body.conditions for name in c.segments}
    groups = [
        *dict.fromkeys(pattern & named for pattern in patterns),
        *(
            []
            if patterns
            else [frozenset(), frozenset(named), *(frozenset({name}) for name in sorted(named))]
        ),
    ]
    return max(
        (
            frozenset(f"{body.path}#{index}" for body in conditional for index in body.visible(group))
            for group in groups[:_GROUPS]
        ),
        key=lambda seen: sum(_seen(body, seen) for body in conditional),
    )


def _seen(body: Body, visible: frozenset[str]) -> int:
    """Characters of a text as such a group sees it."""
    shown = frozenset(c.index for c in body.conditions if f"{body.path}#{c.index}" in visible)
    return len(plain_text(block_tree(body, shown)))
