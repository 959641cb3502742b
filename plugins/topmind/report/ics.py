"""A forecast as a calendar file (RFC 5545): issues, announcements, calls and visits per day, content to write.

Counts only, nothing of a person. Times stand in UTC, so that no calendar program needs our idea of a zone; what has
no time of its own is a whole day. UIDs depend on what an entry is, never on when: a moved issue moves its entry.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from topmind.model import Catalog, Channel, Plan, SourceKind
from topmind.report.last_plan import file_of, what_of
from topmind.report.outlook_words import held_words, lacks, named

#: Octets of a line without its line break (RFC 5545, 3.1).
LINE = 75
_PLURAL = {
    Channel.CALL: "calls",
    Channel.LETTER: "letters",
    Channel.VISIT: "visits",
    Channel.PARCEL: "parcels",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One entry of the calendar."""

    #: What it is; the UID is made of it.
    name: str
    title: str
    #: A moment (aware) or a whole day.
    begins: datetime | date
    text: str = ""


def calendar_file(plan: Plan, catalog: Catalog, *, days: int) -> tuple[str, int]:
    """The file's text (CRLF line ends) and how many entries it has. The plan must have its outlook."""
    entries = sorted(_entries(plan, catalog, plan.as_of + timedelta(days=days)), key=_order)
    lines = [
        "BEGIN:VCALENDAR",
        "VERSION:2.0",
        "PRODID:-//topmind//plan//EN",
        "CALSCALE:GREGORIAN",
        "METHOD:PUBLISH",
        f"X-WR-CALNAME:{escaped(catalog.company.name)}: what goes out",
        f"X-WR-TIMEZONE:{catalog.company.zone}",
    ]
    for entry in entries:
        lines += _event(entry, plan)
    lines.append("END:VCALENDAR")
    return "".join(f"{folded(line)}\r\n" for line in lines), len(entries)


def _order(entry: Entry) -> tuple[str, str]:
    begins = entry.begins
    day = begins.astimezone(UTC).isoformat() if isinstance(begins, datetime) else begins.isoformat()
    return day, entry.name


def _event(entry: Entry, plan: Plan) -> Iterator[str]:
    uid = hashlib.sha256(f"{plan.ledger}\n{entry.name}".encode()).hexdigest()[:32]
    yield "BEGIN:VEVENT"
    yield f"UID:{uid}@topmind"
    yield f"DTSTAMP:{_moment(plan.now)}"
    if isinstance(entry.begins, datetime):
        yield f"DTSTART:{_moment(entry.begins)}"
        yield "DURATION:PT15M"
    else:
        yield f"DTSTART;VALUE=DATE:{entry.begins:%Y%m%d}"
        yield f"DTEND;VALUE=DATE:{entry.begins + timedelta(days=1):%Y%m%d}"
    yield f"SUMMARY:{escaped(entry.title)}"
    if entry.text:
        yield f"DESCRIPTION:{escaped(entry.text)}"
    yield "TRANSP:TRANSPARENT"
    yield "END:VEVENT"


def _moment(at: datetime) -> str:
    return f"{at.astimezone(UTC):%Y%m%dT%H%M%SZ}"


def escaped(text: str) -> str:
    """TEXT of RFC 5545, 3.3.11; other control characters are left out."""
    text = text.replace("\\", "\\\\").replace(";", "\\;").replace(",", "\\,")
    text = text.replace("\r\n", "\n").replace("\n", "\\n")
    return "".join(c for c in text if c == "\t" or ord(c) >= 32)


def folded(line: str) -> str:
    """Cut after at most 75 octets, never inside a character (RFC 5545, 3.1)."""
    parts, part, size = [], "", 0
    for character in line:
        width = len(character.encode())
        if size + width > LINE:
            parts.append(part)
            # the space that marks a continued line is one of its octets
            part, size = "", 1
        part += character
        size += width
    return "\r\n ".join([*parts, part])


def _entries(plan: Plan, catalog: Catalog, until: date) -> Iterator[Entry]:
    sums: Counter[int] = Counter()
    tasks: dict[tuple[date, Channel], Counter[str]] = {}
    for day in plan.calendar:
        if not plan.as_of <= day.day <= until:
            continue
        for number, count in day.touches.items():
            channel = plan.occasions[number].channel
            if plan.occasions[number].kind in {SourceKind.ISSUE, SourceKind.ANNOUNCEMENT}:
                sums[number] += count
            elif channel.is_task:
                tasks.setdefault((day.day, channel), Counter())[plan.occasions[number].title] += count
    yield from _mails(plan, catalog, sums)
    for (on, channel), found in tasks.items():
        total = found.total()
        word = channel.value if total == 1 else _PLURAL[channel]
        yield Entry(
            name=f"tasks/{channel.value}/{on}",
            title=f"{total} {word}",
            begins=on,
            text="\n".join(f"{count} {title}" for title, count in found.most_common()),
        )
    if plan.outlook is not None:
        yield from _content(plan, until)


def _mails(plan: Plan, catalog: Catalog, sums: Mapping[int, int]) -> Iterator[Entry]:
    """Issues and announcements at their local time in the company's zone."""
    zone = ZoneInfo(catalog.company.zone)
    held = {row.occasion: row for row in plan.outlook.ahead} if plan.outlook else {}
    for number, count in sums.items():
        occasion = plan.occasions[number]
        # local time is naïve, the zone comes last: an hour that a clock leaves out is the next one
        begins = datetime.combine(occasion.day, occasion.at).replace(tzinfo=zone)
        path = file_of(catalog, occasion.kind, occasion.source, occasion.step, occasion.day)
        row = held.get(number)
        parts = [held_words(row) if row and row.held else "", path, what_of(plan, number)]
        yield Entry(
            name=occasion.name,
            title=f"{occasion.title}: {count} mail{'' if count == 1 else 's'}",
            begins=begins,
            text="\n".join(part for part in parts if part),
        )


def _content(plan: Plan, until: date) -> Iterable[Entry]:
    """A whole day for each item that is lacking."""
    assert plan.outlook is not None
    for lack in lacks(plan.gaps, plan.outlook.needs):
        for nth, day in enumerate(lack.by, start=1):
            if day <= until:
                yield Entry(
                    name=f"content/{lack.segment}/{nth}",
                    title=f"Needed by today: a new tip for {named(lack.segment)} ({nth} of {len(lack.by)})",
                    begins=max(day, plan.as_of),
                    text=f"{lack.in_all} {named(lack.segment, lack.in_all)} run out of anything new.",
                )
