"""Announcements: an item sent by itself on its dates, each with its own `## 8 December` section where written."""

from __future__ import annotations

import re
from datetime import date

from topmind.catalog import dates, merge_tags
from topmind.catalog.code import code_lines
from topmind.catalog.crosscheck import Mentions
from topmind.catalog.documents import Document, Reader
from topmind.catalog.fields import Dated
from topmind.catalog.schemas import ItemHead
from topmind.model import Body, Send, Status

_HEADING = re.compile(r"##[ \t]+(?P<text>[^#\n]*[^#\s])[ \t#]*$")


def bodies(reader: Reader, mentions: Mentions, document: Document[ItemHead]) -> tuple[Body, tuple[Send, ...]]:
    """The item's text, and its sends with the `## 8 December` sections that belong to them."""
    head, path = document.head, document.path
    draft = head.status is Status.DRAFT

    def scanned(text: str, line: int) -> Body:
        body, scan = reader.body(text, path, line)
        mentions.scan(scan, draft=draft)
        return body

    for text in (head.subject, head.preheader):
        reader.tags(merge_tags.tags_of(text or ()), path)
    parts = _sections(reader, document) if head.send else {}
    common, line = parts.pop(None, (document.text, document.text_line))
    if not common.strip() and parts:  # every send has its own text: the page shows the first
        common, line = next(iter(parts.values()))
    body = scanned(common, line)
    sends: list[Send] = []
    for number, one in enumerate(head.send, 1):
        reader.tags(merge_tags.tags_of(one.subject or ()), path)
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
