"""What an issue is made of, part by part: by it a proof is known again as one of what goes now.

Only what readers see counts, and only words that somebody wrote: who gets the issue, which items they are given and
how many they are shift with every day and are no part.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from datetime import date, datetime, timedelta
from enum import Enum
from pathlib import Path, PurePosixPath

from topmind.mail.documents import BRAND, document, full_bodies, shown_in_full
from topmind.mail.issue_pictures import pictures
from topmind.model import Access, Body, Catalog, Company, Item, Newsletter, Occasion, TeamMember, Text, Where

#: Parts that every edition has. Besides them an item's part is called by its id, a person's `team/ID`.
SUBJECT, TEXT, PINNED, SIGNER, LOOK = "subject", "text", "pinned", "signer", "look"
COMPANY = "company"
ALWAYS = (SUBJECT, TEXT, PINNED, SIGNER, LOOK, COMPANY)
_TEAM = "team/"
#: Before whose pictures they are; only where there are some.
_PICTURES = "pictures/"


def parts(catalog: Catalog, occasion: Occasion, look: str) -> Mapping[str, str]:
    """Part → 12 hex digits over it, of all that may stand in an issue: every item that could be offered on its day,
    shown now or not, and whoever could sign. `look`: what `look_of` says. Raises MailError where its files are gone."""
    own = document(catalog, occasion)
    assert own.newsletter
    assert own.body
    found = {
        SUBJECT: _digest(_text(own.subject), _text(own.preheader)),
        TEXT: _digest(own.newsletter.title, _words(own.body)),
        SIGNER: _digest(own.newsletter.sender),
        LOOK: _digest(own.theme, look),
        COMPANY: _digest(*_company(catalog.company)),
    }
    pinned = sorted(_pinned(catalog, own.newsletter, occasion))
    found[PINNED] = _digest(*pinned)
    team, items = catalog.team.values(), tuple(_candidates(catalog, occasion, own.body))
    found |= {f"{_TEAM}{one.id}": _digest(*_member(one)) for one in team}
    found |= {one.id: _digest(*_item(one)) for one in items}
    shown = pictures(Path(catalog.root), (own.body,), items, team)
    return found | {f"{_PICTURES}{whose or TEXT}": _digest(*seen.values()) for whose, seen in shown}


def parts_of(catalog: Catalog, occasion: Occasion, items: tuple[str, ...], sender: str) -> frozenset[str]:
    """The parts that one edition of an issue is made of."""
    named = _named(catalog, tuple(full_bodies(catalog, occasion, items)), set(items), shown_in_full)
    found = (f"{_TEAM}{sender}", *named)
    return frozenset((*ALWAYS, *found, *(f"{_PICTURES}{one}" for one in (TEXT, *found))))


def shown_in(made: Mapping[str, str], goes: Collection[str]) -> Mapping[str, str]:
    """What a proof of an issue that is made of `goes` shows: of whoever could sign only those who do, as only they get
    it."""
    return {part: digest for part, digest in made.items() if part in goes or not part.startswith(_TEAM)}


def with_signers(made: Collection[str], signers: Collection[str]) -> frozenset[str]:
    """Parts of an issue that only these people sign."""
    others = (part for part in made if not part.startswith(_TEAM))
    return frozenset((*others, *(f"{_TEAM}{name}" for name in signers)))


def look_of(root: Path) -> str:
    """A digest over the files of a project that every mail wears."""
    folder = root / "themes/email"
    files = sorted(path for path in folder.rglob("*") if path.is_file()) if folder.is_dir() else []
    digest = hashlib.sha256()
    for path in (root / BRAND, *files):
        if path.is_file():
            digest.update(f"{path.relative_to(root)}\0".encode())
            digest.update(path.read_bytes())
    return digest.hexdigest()


def in_words(catalog: Catalog, part: str) -> str:
    """`its subject`, `text of Before the frost`: a part as people call it."""
    if part in catalog.items:
        return f"text of {catalog.items[part].title}"
    if part.startswith(_PICTURES):
        return f"pictures in {in_words(catalog, part.removeprefix(_PICTURES))}"
    person = catalog.team.get(part.removeprefix(_TEAM)) if part.startswith(_TEAM) else None
    if person:
        return f"signature of {person.name}"
    said = {
        SUBJECT: "subject or preheader",
        TEXT: "its own text",
        PINNED: "which items are pinned to it",
        SIGNER: "who signs it",
        LOOK: "the look of all mails",
        COMPANY: f"what {PurePosixPath(catalog.company.path).name} says of the company",
    }
    return said.get(part, part)


def _pinned(catalog: Catalog, letter: Newsletter, occasion: Occasion) -> Iterator[str]:
    """Items that say `for:` this issue; one that was moved has its old day, too."""
    dated = letter.issues.get(occasion.day)
    days = {occasion.day, dated.was if dated else None}
    for item in catalog.items.values():
        if any(source == letter.id and day in days for source, day in item.pins):
            yield item.id


def _candidates(catalog: Catalog, occasion: Occasion, own: Body) -> Iterator[Item]:
    """What a slot may offer on one of the issue's days, and what words name, of whatever day that is: those of an item
    that words name, too."""
    days = [occasion.day + timedelta(days=n) for n in range(occasion.grace + 1)]
    offered = {one.id for one in catalog.items.values() if any(map(one.live, days))}
    bodies = [own, *(catalog.items[name].body for name in offered)]
    found = _named(catalog, bodies, offered, lambda _item: True)
    yield from (one for one in catalog.items.values() if one.id in found)


def _named(
    catalog: Catalog, bodies: Iterable[Body], known: Collection[str], follow: Callable[[Item], bool]
) -> set[str]:
    """`known` and all items that these texts name, or whose coupon they show; of those to follow, theirs, too."""
    found = {name for name in known if name in catalog.items}
    while bodies:
        refs = {name for body in bodies for name, _ in body.refs}
        codes = {code for body in bodies for code in body.coupons}
        coupons = {one.id for one in catalog.items.values() if one.code in codes} if codes else set()
        more = {name for name in refs | coupons if name in catalog.items} - found
        found |= more
        bodies = [catalog.items[name].body for name in more if follow(catalog.items[name])]
    return found


def _item(item: Item) -> Iterator[object]:
    """What a card, a quotation or the whole of it shows."""
    yield from (item.kind, item.title, item.url, item.summary, _words(item.body), item.image, item.image_alt)
    yield from (item.access is Access.PUBLIC, Where.SITE in item.where, item.link, item.offer, item.code)
    yield from (item.personal_code, item.ends, item.terms, item.begins, item.event_ends, item.location)
    yield from (item.business, item.phone, item.region, item.person, item.company, item.expertise)


def _member(member: TeamMember) -> Iterator[object]:
    yield from (member.name, member.role, member.email, member.phone, member.photo, _words(member.signature))


def _company(company: Company) -> Iterator[object]:
    yield from (company.name, *company.address, company.site, company.email, company.phone)
    yield from (
        company.language,
        company.country,
        *(f"{name} {link}" for name, link in company.links.items()),
    )


def _words(body: Body) -> str:
    return body.text.strip()


def _text(text: Text) -> str:
    return "".join(part if isinstance(part, str) else f"\0{part.source or part.field}\0" for part in text)


def _digest(*values: object) -> str:
    """The same for the same values, on any machine."""
    said = "\x1f".join(map(_plain, values))
    return hashlib.sha256(said.encode()).hexdigest()[:12]


def _plain(value: object) -> str:
    if isinstance(value, Enum):
        return str(value.value)
    if isinstance(value, date | datetime):
        return value.isoformat()
    return "" if value is None else str(value)
