"""Small builders: a valid value of each noun, of which a test states only what matters to it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import date
from typing import Any

from topmind.errors import ContentError
from topmind.model import (
    Body,
    Catalog,
    Ceiling,
    Channel,
    Company,
    FieldSpec,
    Item,
    Kind,
    Newsletter,
    Promise,
    Segment,
    Slot,
    Step,
    TeamMember,
)
from topmind.model import (
    Sequence as MailSequence,
)
from topmind.testing.crowd import TODAY, a_history, a_touch, an_edition, an_occasion, members

__all__ = [
    "TODAY",
    "a_body",
    "a_catalog",
    "a_company",
    "a_field",
    "a_history",
    "a_newsletter",
    "a_promise",
    "a_segment",
    "a_sequence",
    "a_slot",
    "a_step",
    "a_team_member",
    "a_touch",
    "an_edition",
    "an_item",
    "an_occasion",
    "members",
    "written",
]


def a_body(text: str = "Some words.\n", **over: Any) -> Body:
    """A body without blocks, slots or tags."""
    return replace(Body(path="content/tips/x.md", line=5, text=text), **over)


def written(text: str, path: str = "content/tips/x.md", line: int = 5) -> Body:
    """A body as an author wrote it: blocks, conditions, slots and tags are scanned."""
    from topmind.catalog import scanner

    scan = scanner.scan(text, path, line)
    if scan.problems:
        raise ContentError(scan.problems)
    return scan.body


def an_item(id: str = "tips/gutters", **over: Any) -> Item:  # noqa: A002 - the word of the design
    """A published tip, open to everybody, evergreen; the kind follows from the id's folder."""
    folder, _, name = id.partition("/")
    kind = next(k for k in Kind if k.folder == folder)
    item = Item(
        id=id,
        kind=kind,
        path=f"content/{id}.md",
        title=name.replace("-", " ").capitalize(),
        day=date(2026, 1, 1),
        slug=name,
        url=f"/{id}/",
        body=a_body(path=f"content/{id}.md"),
    )
    if kind is Kind.PROMOTION:
        item = replace(item, offer="10 % off", starts=date(2026, 11, 1), ends=date(2026, 12, 31))
    return replace(item, **over)


def a_slot(index: int = 0, kinds: Iterable[Kind] | None = None, **over: Any) -> Slot:
    """One required slot for any value item."""
    value = frozenset(k for k in Kind if k.is_value)
    return replace(Slot(index=index, count=1, kinds=frozenset(kinds) if kinds else value), **over)


def a_newsletter(id: str = "tuesday-fix", slots: Sequence[Slot] | None = None, **over: Any) -> Newsletter:  # noqa: A002
    """A weekly newsletter for everybody with one required value slot."""
    path = f"content/newsletters/{id}.md"
    body = a_body(path=path, slots=tuple(slots if slots is not None else [a_slot()]))
    base = Newsletter(id=id, path=path, title="The Tuesday Fix", every="Tuesday at 09:00", body=body)
    return replace(base, **over)


def a_step(id: str = "thank-you", offset: int = 1, **over: Any) -> Step:  # noqa: A002
    """An e-mail one day after the fact."""
    path = f"content/sequences/first-job/{id}.md"
    base = Step(
        id=id, path=path, title=id.capitalize(), offset=offset, subject=("Thank you",), body=a_body(path=path)
    )
    return replace(base, **over)


def a_sequence(id: str = "first-job", steps: Sequence[Step] | None = None, **over: Any) -> MailSequence:  # noqa: A002
    """A follow-up of the first purchase with one step."""
    base = MailSequence(
        id=id,
        path=f"content/sequences/{id}.md",
        title="First job",
        starts_from="first_purchase()",
        steps=tuple(steps if steps is not None else [a_step()]),
    )
    return replace(base, **over)


def a_promise(**over: Any) -> Promise:
    """The default promise: 30 days, 2 mails a week, 200 touches a year, 3 value items a promotion, 1 day gap."""
    base = Promise(
        floor=30,
        ceilings=(
            Ceiling(channel=Channel.EMAIL, count=2, days=7),
            Ceiling(channel=None, count=200, days=365),
        ),
        value_per_promotion=3,
        gap=1,
        rescue=(Channel.EMAIL,),
    )
    return replace(base, **over)


def a_segment(name: str = "customers", **over: Any) -> Segment:
    """A segment that says nothing beyond its rule."""
    base = Segment(
        name=name,
        path=f"segments/{name}.md",
        title=name.capitalize(),
        who=(("purchases() > 0", 4),),
    )
    return replace(base, **over)


def a_team_member(id: str = "dana", **over: Any) -> TeamMember:  # noqa: A002
    """A person who sends."""
    path = f"content/team/{id}.md"
    base = TeamMember(
        id=id,
        path=path,
        name=f"{id.capitalize()} Reyes",
        role="Owner",
        email=f"{id}@harborandpine.example",
        phone="+1 207 555 0114",
        signature=a_body("Warmly,\n", path=path),
    )
    return replace(base, **over)


def a_company(**over: Any) -> Company:
    """A company in New England without blackout days."""
    base = Company(
        path="content/company.md",
        name="Harbor & Pine Home Services",
        address=("14 Wharf Street", "Alder Cove, ME 04999"),
        zone="America/New_York",
        programme_starts=date(2026, 1, 1),
        promise=a_promise(),
        owner="dana",
        site="https://harborandpine.example",
        about=a_body(path="content/company.md"),
    )
    return replace(base, **over)


def a_catalog(
    *,
    items: Iterable[Item] = (),
    newsletters: Iterable[Newsletter] = (),
    sequences: Iterable[MailSequence] = (),
    segments: Iterable[Segment] = (),
    team: Iterable[TeamMember] | None = None,
    fields: Iterable[FieldSpec] | None = None,
    **over: Any,
) -> Catalog:
    """A catalog of these values; by default one team member and the field `first_name`."""
    people = [a_team_member()] if team is None else list(team)
    names = [a_field()] if fields is None else list(fields)
    base = Catalog(
        as_of=TODAY,
        root="",
        company=a_company(),
        items={i.id: i for i in items},
        newsletters={n.id: n for n in newsletters},
        sequences={s.id: s for s in sequences},
        segments={s.name: s for s in segments},
        team={t.id: t for t in people},
        fields={f.name: f for f in names},
    )
    return replace(base, **over)


def a_field(name: str = "first_name", **over: Any) -> FieldSpec:
    """A declared text field."""
    return replace(FieldSpec(name=name, table="contacts", column=name, sample="Sam"), **over)
