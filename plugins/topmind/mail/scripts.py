"""The words of a step off e-mail for one person: a call script, a letter, what goes into a parcel.

The tags of each person's script get names of their own (`t3.first_name`), so that many scripts stand in one mail
and a person's data still meets nothing but the join at the end.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import fields, is_dataclass, replace
from datetime import date, time
from typing import Any

from topmind.catalog.blocks import block_tree
from topmind.catalog.text import summary
from topmind.mail.pieces import ButtonPiece, CalloutPiece, Piece, ProsePiece
from topmind.mail.view import Builder
from topmind.model import Catalog, Edition, Element, Filter, MergeTag, Occasion, SourceKind, Step, TouchKey

#: Tags that everybody in one mail shares: who signs, and the company.
SHARED = ("sender_", "company_")
_ANSWER = "answer_url:"


def step_of(catalog: Catalog, key: TouchKey) -> Step | None:
    """The step that a task belongs to; None for a rescue, and where its file is gone."""
    sequence = catalog.sequences.get(key.source)
    return next((s for s in sequence.steps if s.id == key.step), None) if sequence else None


def script(
    catalog: Catalog, key: TouchKey, title: str, day: date, sender: str, segments: frozenset[str]
) -> tuple[Piece, ...]:
    """What the step says to whoever does it, for somebody in `segments`; () where nothing is written.

    Raises MailError where a named item or the sender is gone.
    """
    step = step_of(catalog, key)
    if step is None:
        return ()
    visible = frozenset(f"{step.body.path}#{index}" for index in step.body.visible(segments))
    occasion = Occasion(
        kind=SourceKind.STEP,
        source=key.source,
        step=key.step,
        occurrence=key.occurrence,
        channel=key.channel,
        title=title,
        day=day,
        at=time(0),
        grace=step.grace,
        purpose=step.purpose,
    )
    edition = Edition(
        occasion=occasion,
        items=(),
        per_slot=(),
        visible=visible,
        sender=sender,
        language=catalog.company.language,
        contacts=(),
    )
    site = catalog.company.site.rstrip("/")
    builder = Builder(catalog=catalog, edition=edition, site=site, tree=block_tree, summary=summary)
    return builder.view().pieces


def for_person(
    pieces: tuple[Piece, ...], prefix: str, *, shift: int = 0, linked: bool = False
) -> tuple[Piece, ...]:
    """The pieces with tags and answers of their own; headings `shift` levels down.

    A place without value and default shows `…`: a script with a hole is better than none. Not `linked`: answers
    stand as words without an address, and their buttons are left out.
    """

    def own(tag: MergeTag) -> MergeTag:
        if tag.field.startswith(SHARED):
            return tag
        if tag.field.startswith(_ANSWER):
            return replace(tag, field=f"{_ANSWER}{prefix}:{tag.field.removeprefix(_ANSWER)}")
        filled = tag.filters if tag.default is not None else (*tag.filters, Filter("default", ("…",)))
        return replace(tag, field=f"{prefix}.{tag.field}", filters=filled)

    kept = pieces if linked else tuple(_unlinked(piece) for piece in pieces if not _is_answer(piece))
    return tuple(_lowered(_renamed(piece, own), shift) for piece in kept)


def answer_words(pieces: tuple[Piece, ...]) -> frozenset[str]:
    """Words of `answer:WORD` links in a script: its own, beside those under every task."""
    found: set[str] = set()

    def see(tag: MergeTag) -> MergeTag:
        if tag.field.startswith(_ANSWER):
            found.add(tag.field.removeprefix(_ANSWER))
        return tag

    _renamed(pieces, see)
    return frozenset(found)


def _is_answer(piece: Piece) -> bool:
    return isinstance(piece, ButtonPiece) and _answer_tag(piece.href) is not None


def _unlinked(node: Any) -> Any:
    """The same tree without the addresses of answers."""
    if isinstance(node, Element):
        attrs = tuple(pair for pair in node.attrs if pair[0] != "href" or _answer_tag(pair[1]) is None)
        return replace(node, attrs=attrs, children=_unlinked(node.children))
    if isinstance(node, tuple):
        return tuple(_unlinked(part) for part in node if not (is_dataclass(part) and _is_answer(part)))  # type: ignore[arg-type]  # whatever is no button stays
    if is_dataclass(node) and not isinstance(node, type | MergeTag):
        return replace(node, **{f.name: _unlinked(getattr(node, f.name)) for f in fields(node)})
    return node


def _lowered(piece: Piece, shift: int) -> Piece:
    if isinstance(piece, ProsePiece):
        return replace(piece, shift=piece.shift + shift)
    if isinstance(piece, CalloutPiece):
        return replace(piece, pieces=tuple(_lowered(inner, shift) for inner in piece.pieces))
    return piece


def _renamed(node: Any, own: Callable[[MergeTag], MergeTag]) -> Any:
    """The same tree with other tags; `answer:WORD` addresses become tags here."""
    if isinstance(node, MergeTag):
        return own(node)
    if isinstance(node, Element):
        attrs = tuple(
            (name, _href(value, own) if name == "href" else _renamed(value, own))
            for name, value in node.attrs
        )
        return replace(node, attrs=attrs, children=_renamed(node.children, own))
    if isinstance(node, tuple):
        return tuple(_renamed(part, own) for part in node)
    if is_dataclass(node) and not isinstance(node, type):
        changed = {f.name: _renamed(getattr(node, f.name), own) for f in fields(node)}
        return replace(node, **changed)
    return node


def _href(value: Any, own: Callable[[MergeTag], MergeTag]) -> Any:
    tag = _answer_tag(value)
    return _renamed(value, own) if tag is None else (own(tag),)


def _answer_tag(href: Any) -> MergeTag | None:
    """The tag of an address that gives an answer; None for every other."""
    first = href[0] if href else ""
    if isinstance(first, MergeTag):
        return first if first.field.startswith(_ANSWER) else None
    head = first.strip()
    if not head.startswith("answer:"):
        return None
    return MergeTag(field=f"{_ANSWER}{head.removeprefix('answer:').strip()}", source=head)
