"""From an edition to literals and places, once; every contact's mail is then a join (see `merge`, `mime`)."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Collection, Mapping
from dataclasses import replace
from pathlib import Path

from topmind.brand import Brand
from topmind.catalog.blocks import block_tree
from topmind.catalog.coupons import personal_codes
from topmind.catalog.text import summary
from topmind.errors import MailError
from topmind.mail.addresses import Addresses
from topmind.mail.documents import document, has_page
from topmind.mail.escape import one_line
from topmind.mail.merge import is_system
from topmind.mail.pieces import Piece, View
from topmind.mail.places import Places
from topmind.mail.text import TextWriter
from topmind.mail.theme import Themes
from topmind.mail.view import Builder, Summary, Tree
from topmind.model import Catalog, Company, CompiledEdition, Edition, Occasion, Parts, Place, TeamMember


class Renderer:
    """Compiles the editions of one catalog. Reads the themes of `root` once; keeps nothing of any contact."""

    def __init__(
        self,
        catalog: Catalog,
        brand: Brand,
        root: Path,
        site_url: str = "",
        *,
        tree: Tree = block_tree,
        summary: Summary = summary,
        published: Collection[str] | None = None,
    ) -> None:
        """`site_url`: public address of the resource site, default that of the company. `published`: addresses of
        the built site, without which no mail leads to the public edition of its issue; None = not known.

        Raises MailError where there is none: links in a mail must be absolute.
        """
        self._catalog = catalog
        self._site = (site_url or catalog.company.site).rstrip("/")
        if not self._site.startswith(("https://", "http://")):
            raise MailError(
                "the address of the resource site is missing, so links in mails lead nowhere.",
                where=catalog.company.path,
                fix="Write `site: https://…`.",
            )
        self._themes = Themes(root, brand)
        self._tree = tree
        self._summary = summary
        self._published = published
        self._codes = personal_codes(catalog)

    def compile(
        self, edition: Edition, *, dress: Callable[[tuple[Piece, ...]], tuple[Piece, ...]] | None = None
    ) -> CompiledEdition:
        """The edition as literals and places; `dress` gives what stands in place of its pieces (a proof has a head).

        Raises MailError (theme, missing file, missing sender value).
        """
        view = self._view(edition, public=False)
        view = replace(view, pieces=dress(view.pieces)) if dress else view
        own = document(self._catalog, edition.occasion, edition.items)
        member = self._member(edition)
        places = self._places(edition, member, view)
        addresses = Addresses(self._site)
        html = places.split(self._themes.html(view, places, addresses))
        text = places.split(TextWriter(places, addresses).write(view))
        subject = places.split(one_line(places.write(own.subject, "header")))
        preheader = places.split(places.write(view.preheader, "header"))
        compiled = CompiledEdition(
            edition=edition,
            subject=subject,
            preheader=preheader,
            html=html,
            text=text,
            sender_name=member.name,
            sender_address=member.email,
            reply_to=member.email,
            required=_required((subject, preheader, html, text)),
            hash="",
            dates=self._catalog.company.dates,
        )
        return replace(compiled, hash=compiled_hash(compiled))

    def public(self, occasion: Occasion, items: tuple[str, ...], per_slot: tuple[int, ...]) -> str:
        """The public edition of an issue as a whole HTML page: items that everyone may read, blocks for everyone,
        tags at their defaults, no link of any person."""
        kept, counts = self._public_items(items, per_slot)
        newsletter = self._catalog.newsletters.get(occasion.source)
        edition = Edition(
            occasion=occasion,
            items=kept,
            per_slot=counts,
            visible=frozenset(),
            sender=(newsletter.sender if newsletter else None) or self._catalog.company.owner,
            language=self._catalog.company.language,
            contacts=(),
        )
        view = replace(self._view(edition, public=True), preheader=())
        places = self._places(edition, self._member(edition), view)
        return self._themes.html(view, places, Addresses(self._site, public=True))

    def _public_items(
        self, items: tuple[str, ...], per_slot: tuple[int, ...]
    ) -> tuple[tuple[str, ...], tuple[int, ...]]:
        kept: list[str] = []
        counts: list[int] = []
        at = 0
        for count in per_slot:
            found = [self._catalog.items.get(name) for name in items[at : at + count]]
            shown = [item.id for item in found if item is not None and has_page(item)]
            kept += shown
            counts.append(len(shown))
            at += count
        return tuple(kept), tuple(counts)

    def _view(self, edition: Edition, *, public: bool) -> View:
        builder = Builder(
            catalog=self._catalog,
            edition=edition,
            site=self._site,
            tree=self._tree,
            summary=self._summary,
            public=public,
            published=self._published,
            codes=self._codes,
        )
        return builder.view()

    def _member(self, edition: Edition) -> TeamMember:
        return self._catalog.team[edition.sender]  # the builder has seen that it is there

    def _places(self, edition: Edition, member: TeamMember, view: View) -> Places:
        return Places(
            f"{edition.hash}\x1f{view.title}",
            constants=self._constants(member, view),
            public=view.public,
            name=edition.occasion.name,
        )

    def _constants(self, member: TeamMember, view: View) -> Mapping[str, str | None]:
        company = self._catalog.company
        return {
            **constants(company, member),
            "company_site": company.site or self._site,
            "view_url": view.footer.view or None,
        }


def _required(texts: tuple[Parts, ...]) -> frozenset[str]:
    """Declared fields without a default: everybody must have a value."""
    places = (part for text in texts for part in text if isinstance(part, Place))
    return frozenset(p.tag.field for p in places if p.tag.default is None and not is_system(p.tag.field))


def compiled_hash(compiled: CompiledEdition) -> str:
    """16 hex digits over all literals and places, and who sends."""
    digest = hashlib.sha256()
    for parts in (compiled.subject, compiled.preheader, compiled.html, compiled.text):
        for part in parts:
            mark = part if isinstance(part, str) else f"\x1e{part.tag.field}{part.tag.filters!r}{part.where}"
            digest.update(mark.encode("utf-8", "replace") + b"\x1f")
        digest.update(b"\x1d")
    for name in (compiled.sender_name, compiled.sender_address, compiled.reply_to):
        digest.update(name.encode("utf-8", "replace") + b"\x1f")
    return digest.hexdigest()[:16]


def constants(company: Company, member: TeamMember) -> Mapping[str, str | None]:
    """What any text may say of whoever signs or does it, and of the company."""
    return {
        "sender_name": member.name,
        "sender_first_name": member.name.split()[0] if member.name.split() else "",
        "sender_role": member.role,
        "sender_phone": member.phone,
        "sender_email": member.email,
        "company_name": company.name,
        "company_phone": company.phone,
        "company_email": company.email,
        "company_site": company.site,
    }
