"""Segments, team and company."""

from __future__ import annotations

from datetime import date
from pathlib import Path, PurePosixPath

from topmind.catalog import scanner
from topmind.catalog.crosscheck import Mentions
from topmind.catalog.documents import Reader
from topmind.catalog.findings import Wrong
from topmind.catalog.programme import checked_id
from topmind.catalog.schemas import CompanyHead, PromiseHead, SegmentHead, TeamHead
from topmind.catalog.unread import UnreadFile
from topmind.catalog.zones import zone_of
from topmind.model import Ceiling, Channel, Company, Promise, Segment, TeamMember

#: What holds where company.md says nothing.
DEFAULT_PROMISE = Promise(
    floor=30,
    ceilings=(Ceiling(channel=Channel.EMAIL, count=2, days=7), Ceiling(channel=None, count=200, days=365)),
    value_per_promotion=3,
    gap=1,
    rescue=(Channel.EMAIL,),
)


def read_segment(reader: Reader, mentions: Mentions, file: Path) -> Segment | None:
    """One segment; its name is its file's."""
    document = reader.read(file, SegmentHead)
    if document is None:
        return None
    head, path = document.head, document.path
    mentions.name("sender", head.sender, path, document.line("sender"))
    if not head.who:
        reader.findings.error(
            "segment/no-rule",
            path,
            document.line("who"),
            "`who` says nothing.",
            "Write a list of rules, e.g. `- purchases() > 0`.",
        )
    return Segment(
        name=checked_id(reader, path, 0, PurePosixPath(path).stem),
        path=path,
        title=head.title,
        who=tuple((word.text, word.line) for word in head.who),
        promise=_promise(head),
        sender=head.sender,
        rank=head.rank,
        note=document.text.strip(),
        examples=head.examples,
    )


def _promise(head: PromiseHead) -> Promise:
    return Promise(
        floor=head.at_least,
        ceilings=head.at_most,
        value_per_promotion=head.value_per_promotion,
        gap=head.gap,
        rescue=tuple(dict.fromkeys(head.rescue)),
    )


def read_member(reader: Reader, mentions: Mentions, file: Path) -> TeamMember | None:
    """One team member; the text is the signature."""
    document = reader.read(file, TeamHead)
    if document is None:
        return None
    head, path = document.head, document.path
    body, scan = reader.body(document.text, path, document.text_line)
    mentions.scan(scan)
    if head.photo and not (reader.settings.root / "content" / head.photo.lstrip("/")).is_file():
        reader.findings.error(
            "image/missing",
            path,
            document.line("photo"),
            f"there is no content/{head.photo.lstrip('/')}.",
            "Put it there, or mend the name.",
        )
    return TeamMember(
        id=checked_id(reader, path, 0, PurePosixPath(path).stem),
        path=path,
        name=head.name,
        role=head.role,
        email=head.email,
        phone=head.phone,
        photo=head.photo,
        calls_per_day=head.calls_per_day,
        source_id=head.source_id,
        signature=body,
    )


def read_company(reader: Reader, mentions: Mentions, file: Path) -> Company | None:
    """`content/company.md`; what it does not promise, the defaults do."""
    document = reader.read(file, CompanyHead)
    if document is None:
        return None
    head, path = document.head, document.path
    try:
        zone_of(head.zone)
    except Wrong as wrong:
        reader.findings.error(
            "front-matter/zone", path, document.line("zone"), f"zone: {wrong.says}", wrong.fix
        )
        return None
    if not head.address:
        reader.findings.error(
            "company/address",
            path,
            document.line("address"),
            "the postal address is empty.",
            "Every mail must show one.",
        )
    mentions.name("sender", head.owner, path, document.line("owner"))
    mentions.name("segment", head.clients, path, document.line("clients"))
    body, scan = reader.body(document.text, path, document.text_line)
    mentions.scan(scan)
    said = _promise(head)
    return Company(
        path=path,
        name=head.name,
        address=head.address,
        zone=head.zone,
        country=head.country.upper() if head.country else None,
        blackout=head.blackout,
        quiet=head.quiet,
        programme_starts=head.programme_starts,
        promise=Promise(
            floor=said.floor or DEFAULT_PROMISE.floor,
            ceilings=said.ceilings or DEFAULT_PROMISE.ceilings,
            value_per_promotion=DEFAULT_PROMISE.value_per_promotion
            if said.value_per_promotion is None
            else said.value_per_promotion,
            gap=DEFAULT_PROMISE.gap if said.gap is None else said.gap,
            rescue=said.rescue or DEFAULT_PROMISE.rescue,
        ),
        aim=head.aim or 15,
        owner=head.owner,
        clients=head.clients,
        topics=head.topics,
        links=head.links,
        site=_site(reader, head.site),
        email=head.email,
        phone=head.phone,
        language=_language(reader, head.language),
        about=body,
    )


def _site(reader: Reader, said: str | None) -> str:
    return (said or str(reader.settings.pelican.get("SITEURL", ""))).rstrip("/")


def _language(reader: Reader, said: str | None) -> str:
    return said or str(reader.settings.pelican.get("DEFAULT_LANG", "en"))


def stand_in(reader: Reader) -> Company:
    """What is known of a company whose file could not be read, so that the texts of others can be looked at: no
    language and no site where nobody knows them."""
    path = "content/company.md"
    known = reader.heads.get(path) or UnreadFile(path=path, dark=True)
    address, links = known.values.get("address"), known.values.get("links")
    scan = known.scans[0] if known.scans else scanner.scan("", path, 1)
    return Company(
        path=path,
        name=known.text("name"),
        address=address if isinstance(address, tuple) else (),
        zone="UTC",
        programme_starts=date.min,
        promise=Promise(value_per_promotion=0),
        owner=known.text("owner"),
        links=links if isinstance(links, dict) else {},
        site=_site(reader, known.text("site")) if known.knows("site") else "",
        language=_language(reader, known.text("language")) if known.knows("language") else "",
        about=scan.body,
    )
