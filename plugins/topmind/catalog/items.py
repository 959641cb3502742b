"""Items: the seven published folders below `content/`."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from functools import partial
from pathlib import Path, PurePosixPath
from typing import Any, TypeAlias
from zoneinfo import ZoneInfo

from topmind.catalog import dates, urls
from topmind.catalog.announcements import bodies
from topmind.catalog.crosscheck import Mentions
from topmind.catalog.documents import Document, Reader
from topmind.catalog.fields import Word
from topmind.catalog.findings import Wrong
from topmind.catalog.schemas import ITEMS, EventHead, ItemHead
from topmind.catalog.zones import moment_in, zone_of
from topmind.model import Access, Item, Kind, Status, Where

#: Keys of one kind that an Item holds under the same name.
_KEYS_OF_KIND = (
    "offer",
    "code",
    "terms",
    "location",
    "business",
    "phone",
    "region",
    "person",
    "company",
    "permission",
)
#: (key, rule, what is wrong, what to do)
_Error: TypeAlias = Callable[[str, str, str, str], None]


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
        bodies(reader, mentions, document)  # its own mistakes are said in the same run
        return None
    id_ = urls.item_id(inside)
    slug = urls.slugify(head.slug or id_.rpartition("/")[2])
    if not slug:
        error("slug", "url/empty", "no address can be made of this name.", "Write `slug:` with letters.")
        return None
    where = _where(head)
    _check(kind, head, where, reader, document)
    body, sends = bodies(reader, mentions, document)
    _mention(mentions, document)
    said = _of_kind(kind, head, day, zone, error, "code" in document.meant)
    if said is None:
        return None
    return Item(
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
        correction=head.correction or head.corrects is not None,
        corrects=head.corrects,
        corrects_line=document.line("corrects") if head.corrects else 0,
        first_audience=head.audience == "first",
        grace=head.grace if head.grace is not None else 3,
        resend_line=document.line("on_unknown") if head.on_unknown == "resend" else 0,
        link=head.link,
        stop_line=document.line("stop_when") if head.stop_when else 0,
        body=body,
        **said,
    )


def _error(reader: Reader, document: Document[Any], key: str, rule: str, says: str, fix: str = "") -> None:
    if key not in document.meant - document.lines.keys():
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
    if head.image and head.image_alt is None and "image_alt" not in document.meant:
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
    if head.audience == "first" and len(head.send) < 2:
        error(
            "audience",
            "announcement/audience",
            "`audience: first` needs a first send and a later one.",
            "Write two dates under `send:`, or take the line out.",
        )
    if (head.correction or head.corrects) and not head.send:
        error(
            "corrects" if head.corrects else "correction",
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
    kind: Kind, head: ItemHead, day: date, zone: ZoneInfo, error: _Error, misspelt_code: bool
) -> dict[str, Any] | None:
    """The keys of its kind, as fields of Item; None where they make no sense."""
    said: dict[str, Any] = {key: getattr(head, key) for key in _KEYS_OF_KIND if hasattr(head, key)}
    default = None
    said["personal_code"] = getattr(head, "coupon", "shared") == "personal"
    if said["personal_code"] and not said.get("code") and not misspelt_code:
        error(
            "coupon",
            "promotion/coupon",
            "`coupon: personal` needs a `code:` to begin with.",
            "Write `code: STORM40`.",
        )
    if kind is Kind.EXPERT:
        said["expertise"] = getattr(head, "field", None)
    if kind is Kind.PROMOTION:
        starts, ends = getattr(head, "starts", None) or day, getattr(head, "ends", day)
        if ends < starts:
            says = f"the promotion ends on {dates.show(ends)}, before it starts on {dates.show(starts)}."
            error("ends", "promotion/dates", says, "Mend one of the dates.")
        said |= {"starts": starts, "ends": ends}
        default = f"last_purchase() >= '{starts.isoformat()}'"
    said["stop_when"] = _stop_when(head, default)
    if isinstance(head, EventHead):
        times = _times(head, zone, error)
        return said | times if times else None
    return said


def _times(head: EventHead, zone: ZoneInfo, error: _Error) -> dict[str, Any] | None:
    """When an event begins and ends, in its own zone or the company's."""
    key = "zone"
    try:
        own = zone_of(head.zone) if head.zone else zone
        key = "begins"
        begins = moment_in(str(head.begins), None, own)
        key = "ends"
        ends = moment_in(str(head.ends), begins, own) if head.ends else None
    except Wrong as wrong:
        error(key, f"front-matter/{wrong.rule}", f"{key}: {wrong.says}", wrong.fix)
        return None
    if ends is not None and ends < begins:
        error("ends", "event/dates", "the event ends before it begins.", "Mend one of the two.")
    return {"begins": begins, "event_ends": ends}
