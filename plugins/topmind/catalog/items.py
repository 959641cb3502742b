"""Items: the seven published folders below `content/`."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date, datetime
from functools import partial
from pathlib import Path, PurePosixPath
from typing import Any
from zoneinfo import ZoneInfo

from topmind.catalog import dates, urls
from topmind.catalog.code import code_lines
from topmind.catalog.crosscheck import Mentions
from topmind.catalog.documents import Document, Reader
from topmind.catalog.fields import Dated, Word
from topmind.catalog.findings import Wrong
from topmind.catalog.schemas import ITEMS, EventHead, ItemHead
from topmind.model import Access, Body, Item, Kind, Send, Status, Where
from topmind.model import MergeTag as Tag

_HEADING = re.compile(r"##[ \t]+(?P<text>[^#\n]+?)[ \t#]*$")


def read_item(reader: Reader, mentions: Mentions, file: Path, kind: Kind, zone: ZoneInfo) -> Item | None:
    """One item, or None where something is wrong with it (noted)."""
    document = reader.read(file, ITEMS[kind])
    if document is None:
        return None
    inside = PurePosixPath(document.path).relative_to("content")
    head, error = document.head, partial(_error, reader, document)
    day = head.date or urls.day_in_name(inside)
    if day is None:
        error(
            "date",
            "front-matter/missing",
            "this item has no date.",
            "Write `date: 2026-12-01`, or begin the file's name with it.",
        )
        return None
    id_ = urls.item_id(inside)
    slug = urls.slugify(head.slug or id_.rpartition("/")[2])
    if not slug:
        error("slug", "url/empty", "no address can be made of this name.", "Write `slug:` with letters.")
        return None
    where = _where(head)
    _check(kind, head, where, reader, document)
    body, sends = _bodies(reader, mentions, document)
    _mention(mentions, document)
    item = Item(
        id=id_,
        kind=kind,
        path=document.path,
        title=head.title,
        day=day,
        modified=head.modified,
        slug=slug,
        url=_url(head, where, id_, slug),
        summary=head.summary,
        tags=_texts(head.tags),
        authors=_texts(head.authors),
        status=head.status,
        image=head.image,
        image_alt=head.image_alt,
        segments=frozenset(_texts(head.segments)),
        exclude=frozenset(_texts(head.exclude)),
        stages=frozenset(head.stages),
        where=where,
        access=head.access,
        use=head.use,
        priority=head.priority,
        sends=sends,
        pins=head.for_,
        subject=head.subject,
        preheader=head.preheader,
        was=tuple(w if "/" in w else f"{kind.folder}/{w}" for w in _texts(head.was)),
        correction=head.correction,
        grace=head.grace if head.grace is not None else 3,
        link=head.link,
        stop_when=_stop_when(head, None),
        body=body,
    )
    return _of_kind(item, head, day, zone, reader, document)


def _error(reader: Reader, document: Document[Any], key: str, rule: str, says: str, fix: str = "") -> None:
    reader.findings.error(rule, document.path, document.line(key), says, fix)


def _texts(words: tuple[Word, ...]) -> tuple[str, ...]:
    return tuple(word.text for word in words)


def _where(head: ItemHead) -> frozenset[Where]:
    """Named segments mean mail only, unless `where` says otherwise."""
    if head.where is not None:
        return frozenset(head.where)
    return frozenset({Where.EMAIL}) if head.segments else frozenset({Where.SITE, Where.EMAIL})


def _url(head: ItemHead, where: frozenset[Where], id_: str, slug: str) -> str:
    """The page of an item; "" for mail-only items, drafts and what only clients may read."""
    if Where.SITE not in where or head.access is Access.CLIENTS or head.status is Status.DRAFT:
        return ""
    return urls.item_url(id_, slug)


def _stop_when(head: ItemHead, default: str | None) -> str | None:
    if head.stop_when and head.stop_when.lower() in {"never", "none"}:
        return None
    return head.stop_when or default


def _check(
    kind: Kind, head: ItemHead, where: frozenset[Where], reader: Reader, document: Document[ItemHead]
) -> None:
    """What one key alone cannot know."""
    error = partial(_error, reader, document)
    if head.image and head.image_alt is None:
        error(
            "image",
            "image/alt",
            "the image has no `image_alt`.",
            'Say what it shows; for mere decoration write `image_alt: ""`.',
        )
    if head.image and not head.image.startswith(("http://", "https://")):
        content = reader.settings.root / "content"
        if not (content / head.image.lstrip("/")).is_file():
            error(
                "image",
                "image/missing",
                f"there is no content/{head.image.lstrip('/')}.",
                "Put it there, or mend the name.",
            )
    if not where:
        error(
            "where",
            "front-matter/value",
            "`where` names no place.",
            "Write site, email or both; to hide an item write `status: draft`.",
        )
    if head.correction and not head.send:
        error(
            "correction",
            "announcement/correction",
            "a correction has no `send:` date.",
            "Write `send: 2026-12-02`.",
        )
    if head.send and Where.EMAIL not in where:
        error(
            "send",
            "announcement/where",
            "`send` announces an item that is not for mail.",
            "Add email to `where`.",
        )
    if (
        kind is Kind.TESTIMONIAL
        and getattr(head, "permission", None) is not True
        and head.status is Status.PUBLISHED
    ):
        error(
            "permission", "testimonial/permission", "a testimonial needs the person's permission.",
            "Write `permission: yes` once you have it, `status: draft` until then.",
        )  # fmt: skip


def _mention(mentions: Mentions, document: Document[ItemHead]) -> None:
    head, path = document.head, document.path
    mentions.names("segment", (*head.segments, *head.exclude), path)
    for name, _ in head.for_:
        mentions.name("newsletter", name, path, document.line("for"))


def _of_kind(
    item: Item, head: ItemHead, day: date, zone: ZoneInfo, reader: Reader, document: Document[Any]
) -> Item | None:
    """The keys of its kind."""
    error = partial(_error, reader, document)
    says: dict[str, Any] = head.model_dump(include={"offer", "code", "terms", "location", "business", "phone", "region", "person", "company", "permission"})  # fmt: skip
    if item.kind is Kind.EXPERT:
        says["expertise"] = getattr(head, "field", None)
    if item.kind is Kind.PROMOTION:
        starts, ends = getattr(head, "starts", None) or day, getattr(head, "ends", day)
        if ends < starts:
            error(
                "ends",
                "promotion/dates",
                f"the promotion ends on {dates.show(ends)}, before it starts on {dates.show(starts)}.",
                "Mend one of the dates.",
            )
        says |= {"starts": starts, "ends": ends}
        says["stop_when"] = _stop_when(head, f"last_purchase() >= '{starts.isoformat()}'")
    if isinstance(head, EventHead):
        return _event(replace(item, **says), head, zone, reader, document)
    return replace(item, **says)


def _event(
    item: Item, head: EventHead, zone: ZoneInfo, reader: Reader, document: Document[Any]
) -> Item | None:
    error = partial(_error, reader, document)
    key = "zone"
    try:
        own = zone_of(head.zone) if head.zone else zone
        key = "begins"
        begins = _moment(str(head.begins), None, own)
        key = "ends"
        ends = _moment(str(head.ends), begins, own) if head.ends else None
    except Wrong as wrong:
        error(key, f"front-matter/{wrong.rule}", f"{key}: {wrong.says}", wrong.fix)
        return None
    if ends is not None and ends < begins:
        error("ends", "event/dates", "the event ends before it begins.", "Mend one of the two.")
    return replace(item, begins=begins, event_ends=ends)


def _moment(text: str, begins: datetime | None, zone: ZoneInfo) -> datetime:
    """A date with a time; for `ends` a time alone means the day on which the event begins."""
    try:
        at = dates.read_time(text)
    except Wrong:
        moment = dates.read_moment(text)
    else:
        if begins is None:
            raise Wrong("has a time but no day.", f"Write `begins: 2026-12-05 {at:%H:%M}`.", rule="date")
        moment = dates.Moment(begins.date(), at)
    at = moment.at or datetime.min.time()
    found = datetime.combine(moment.day, at)
    return found.astimezone(zone) if found.tzinfo else found.replace(tzinfo=zone)


def zone_of(name: str) -> ZoneInfo:
    """A time zone by its IANA name. Raises Wrong with the nearest one."""
    from zoneinfo import available_timezones

    from topmind.catalog.findings import did_you_mean, nearest

    try:
        return ZoneInfo(name)
    except (ValueError, OSError, KeyError):
        known = available_timezones()
        fix = did_you_mean(name, known) if nearest(name, known) else "Write a name such as America/New_York."
        raise Wrong(f"{name!r} is no time zone.", fix, rule="zone") from None


def _bodies(
    reader: Reader, mentions: Mentions, document: Document[ItemHead]
) -> tuple[Body, tuple[Send, ...]]:
    """The item's text, and its sends with the `## 8 December` sections that belong to them."""
    head, path = document.head, document.path
    draft = head.status is Status.DRAFT

    def scanned(text: str, line: int) -> Body:
        body, scan = reader.body(text, path, line)
        mentions.scan(scan, draft=draft)
        return body

    for text in (head.subject, head.preheader):
        reader.tags(tuple(p for p in text or () if isinstance(p, Tag)), path)
    parts = _sections(reader, document) if head.send else {}
    common, line = parts.pop(None, (document.text, document.text_line))
    if not common.strip() and parts:  # every send has its own text: the page shows the first
        common, line = next(iter(parts.values()))
    body = scanned(common, line)
    sends: list[Send] = []
    for number, one in enumerate(head.send, 1):
        reader.tags(tuple(p for p in one.subject or () if isinstance(p, Tag)), path)
        own = parts.get(one.day)
        sends.append(
            Send(number=number, day=one.day, subject=one.subject, body=scanned(*own) if own else None)
        )
    return body, tuple(sends)


def _sections(reader: Reader, document: Document[ItemHead]) -> dict[date | None, tuple[str, int]]:
    """Text per send day; None = what stands above the first dated heading."""
    lines = document.text.split("\n")
    fenced = code_lines(document.text).fenced
    found: dict[date | None, tuple[str, int]] = {}
    day: date | None = None
    start = 0

    def end(index: int) -> None:
        found[day] = ("\n".join(lines[start:index]), document.text_line + start)

    for index, line in enumerate(lines):
        match = _HEADING.match(line) if index not in fenced else None
        said = dates.day_and_month(match["text"]) if match else None
        if match is None or said is None:
            continue
        send = _send_on(document.head.send, said)
        if send is None or send.day in found or send.day == day:
            reader.findings.error(
                "announcement/section",
                document.path,
                document.text_line + index,
                f"the heading {match['text']!r} belongs to no date of `send:`."
                if send is None
                else f"{match['text']!r} has two sections.",
                "Sends: " + ", ".join(dates.show(s.day) for s in document.head.send) + ".",
            )
            continue
        end(index)
        day, start = send.day, index + 1
    end(len(lines))
    return found


def _send_on(sends: tuple[Dated, ...], said: tuple[int, int, int | None]) -> Dated | None:
    month, day, year = said
    return next(
        (s for s in sends if (s.day.month, s.day.day) == (month, day) and year in {None, s.day.year}), None
    )
