"""Nothing is offered that is over."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from topmind.checks.facts import Facts
from topmind.checks.rule import Rule, Sees
from topmind.checks.written import numbered
from topmind.model import Body, Item, Level, Problem, Status

DRAFT_SEND = Rule(
    id="offers/draft-send",
    level=Level.WARNING,
    finds="a draft with a day to be sent on",
    example="status: draft",
    sees=Sees.FILE,
)
EXPIRED_SEND = Rule(
    id="offers/expired-send",
    level=Level.ERROR,
    finds="an announcement on a day on which its offer does not hold",
    example="send: 2027-01-05",
    sees=Sees.FILE,
)
EXPIRED_ITEM = Rule(
    id="offers/expired-item",
    level=Level.ERROR,
    finds="a text that shows an item which is over by then",
    example="/// item | promotions/fall-gutters",
    holds=True,
    sees=Sees.LINE,
)
ENDS_IN_SEQUENCE = Rule(
    id="offers/ends-in-sequence",
    level=Level.WARNING,
    finds="a step, which goes out all year, with an item that ends",
    example="/// item | promotions/early-deck",
    sees=Sees.LINE,
)
EXPIRED_CODE = Rule(
    id="offers/expired-code",
    level=Level.WARNING,
    finds="a code whose offer is over",
    example="/// coupon | GUTTERS10",
    sees=Sees.LINE,
)


def sends(facts: Facts) -> Iterator[Problem]:
    """No announcement is due on a day on which its item is not live; a draft is still being written."""
    for item in facts.catalog.items.values():
        for send in item.sends:
            if send.day >= facts.catalog.as_of and not item.live(send.day):
                draft = item.status is Status.DRAFT
                yield (DRAFT_SEND if draft else EXPIRED_SEND).at(
                    item.path,
                    facts.line(item.path, "send"),
                    says=f"Send {send.number} is on {send.day}, but {why(item)}.",
                    fix="Take out the line `status: draft` when it is ready."
                    if draft
                    else "Change the day under `send`, or the dates of the offer.",
                )


def references(facts: Facts) -> Iterator[Problem]:
    """`/// item` and `/// testimonial` name something that is there and not over when the text goes out."""
    catalog = facts.catalog
    for newsletter in catalog.newsletters.values():
        yield from _named(facts, newsletter.path, newsletter.body, dated=False)
        for issue in newsletter.issues.values():
            if issue.body is None or issue.day < catalog.as_of:
                continue
            for name, line in issue.body.refs:
                item = _known(facts, name)
                if item is not None and not item.live(issue.day):
                    yield EXPIRED_ITEM.at(
                        issue.path,
                        line,
                        says=f"{name} is shown in the issue of {issue.day}, but {why(item)}.",
                        fix="Take the block out, or choose another item.",
                    )
    for sequence in catalog.sequences.values():
        for step in sequence.steps:
            yield from _named(facts, step.path, step.body, dated=True)


def _known(facts: Facts, name: str) -> Item | None:
    """The item of an id, where it is known when it is live."""
    item = facts.catalog.items.get(name)
    return None if item is None or item.path in facts.unread.heads else item


def _named(facts: Facts, path: str, body: Body, *, dated: bool) -> Iterator[Problem]:
    """Items named in a text that has no day of its own."""
    for name, line in body.refs:
        item = _known(facts, name)
        if item is None or item.last_day is None:
            continue
        if item.last_day < facts.catalog.as_of:
            yield EXPIRED_ITEM.at(
                path,
                line,
                says=f"{name} is shown here, but {why(item)}.",
                fix="Take the block out, or choose an item without an end.",
            )
        elif dated:
            yield ENDS_IN_SEQUENCE.at(
                path,
                line,
                says=f"A step goes out all year, but {why(item)}.",
                fix="Choose an item without an end.",
            )


def why(item: Item) -> str:
    """Why the item is not (or not for ever) live, in words."""
    if item.status.value != "published":
        return f"{item.id} is a draft"
    first = max(item.day, item.starts) if item.starts else item.day
    if item.last_day is None:
        return f"{item.id} begins on {first}"
    return f"{item.id} runs from {first} to {item.last_day}"


def codes(facts: Facts) -> Iterator[Problem]:
    """`/// coupon` shows a code that still holds; an offer's own file may outlive it in peace."""
    catalog = facts.catalog
    offers = [item for item in catalog.items.values() if item.code]
    for document in facts.documents:
        if document.pending or document.body is None or document.day_is_over(catalog.as_of):
            continue
        for code in document.body.coupons:
            own = [item for item in offers if item.code == code]
            if not own or any(item.last_day is None or item.last_day >= catalog.as_of for item in own):
                continue
            if code in facts.unread.codes or any(item.path in facts.unread.heads for item in own):
                continue
            if any(item.path == document.path for item in own):
                continue
            line = next((n for n, text in numbered(document.body) if code in text), 0)
            yield EXPIRED_CODE.at(
                document.path,
                line,
                says=f"The code {code} is shown here, but {why(max(own, key=_end))}.",
                fix="Take the block out, or choose another code.",
            )


def _end(item: Item) -> date:
    return item.last_day or date.max
