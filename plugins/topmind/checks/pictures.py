"""Pictures that load quickly and that every mail program shows."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import imagesize

from topmind.checks.facts import Facts
from topmind.checks.images import pictures
from topmind.checks.rule import Rule, Sees
from topmind.model import Level, Problem

FORMAT = Rule(
    id="images/format",
    level=Level.WARNING,
    finds="a picture in a format that some mail programs do not show: WebP, SVG, AVIF, HEIC, TIFF, BMP",
    example="image: images/roof.webp",
    needs="root",
    sees=Sees.LINE,
)
HEAVY = Rule(
    id="images/heavy",
    level=Level.WARNING,
    finds="a picture of more than 400 kB",
    needs="root",
    sees=Sees.LINE,
)
LARGE = Rule(
    id="images/large",
    level=Level.WARNING,
    finds="a picture of more than 2400 pixels a side: no screen shows them all",
    needs="root",
    sees=Sees.LINE,
)
SMALL = Rule(
    id="images/small",
    level=Level.WARNING,
    finds="the picture of an item that is narrower than a mail (600 pixels): it would be blurred",
    needs="root",
    sees=Sees.LINE,
)

#: Bytes: on a slow phone (1.6 Mbit/s) a picture of this weight takes two seconds.
HEAVIEST = 400_000
#: Pixels: twice the widest column of the site.
WIDEST = 2400
#: Pixels: the width of a mail (`mail_width` of the themes).
NARROWEST = 600
#: First bytes → format. Outlook for Windows (2007 to 2019) shows none of the refused ones, Gmail no SVG
#: (caniemail.com: image-webp 2021-02, image-avif 2021-05, image-svg 2023-01); HEIC is Apple's own.
_SIGNS = (
    (b"\x89PNG", "PNG"),
    (b"\xff\xd8\xff", "JPEG"),
    (b"GIF8", "GIF"),
    (b"BM", "BMP"),
    (b"II*\0", "TIFF"),
    (b"MM\0*", "TIFF"),
)
_SHOWN = frozenset({"PNG", "JPEG", "GIF"})


@dataclass(frozen=True, slots=True)
class _File:
    """What a picture's file says of itself."""

    format: str
    bytes: int
    #: Pixels; -1 where they could not be read.
    width: int
    height: int


def files(facts: Facts) -> Iterator[Problem]:
    """Each picture once per place that shows it: format, weight, size."""
    if facts.root is None:
        return
    for path, line, source, head, mailed in pictures(facts):
        file = facts.root / "content" / source
        if not file.is_file():
            continue
        found = _read(file)
        if found.format not in _SHOWN and mailed:
            yield FORMAT.at(
                path,
                line,
                says=f"{source} is {found.format or 'no picture that is known here'}, which some mail programs do not show.",
                fix="Save it as PNG or JPEG (GIF where it moves).",
            )
        if found.bytes > HEAVIEST:
            yield HEAVY.at(
                path,
                line,
                says=f"{source} weighs {found.bytes // 1000} kB; on a phone it comes late.",
                fix=f"Save it smaller: {HEAVIEST // 1000} kB are enough, as JPEG with a quality of 80.",
            )
        if max(found.width, found.height) > WIDEST:
            yield LARGE.at(
                path,
                line,
                says=f"{source} has {found.width} × {found.height} pixels.",
                fix="Make it 1200 pixels wide.",
            )
        elif head and mailed and 0 < found.width < NARROWEST:
            yield SMALL.at(
                path,
                line,
                says=f"{source} is {found.width} pixels wide; a mail shows it {NARROWEST} wide, and phones twice as fine.",
                fix="Take a picture of 1200 pixels.",
            )


def _read(file: Path) -> _File:
    """By what is in the file, not by its name: a phone's HEIC is often called .jpg."""
    with file.open("rb") as opened:
        first = opened.read(512)
    try:
        width, height = imagesize.get(file)
    except (OSError, ValueError):
        width = height = -1
    return _File(_format(first), file.stat().st_size, int(width), int(height))


def _format(first: bytes) -> str:
    for sign, name in _SIGNS:
        if first.startswith(sign):
            return name
    if first[8:12] == b"WEBP":
        return "WebP"
    if first[4:8] == b"ftyp":
        return "AVIF" if first[8:12] in {b"avif", b"avis"} else "HEIC"
    return "SVG" if b"<svg" in first or first.lstrip().startswith(b"<?xml") else ""
