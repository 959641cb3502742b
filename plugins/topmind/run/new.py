"""Templates for `topmind new`: a file that passes `topmind check` and says what to write where."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path, PurePosixPath

from topmind.errors import UsageError
from topmind.model import Clock
from topmind.near_words import near_word
from topmind.run.templates import (
    ANNOUNCEMENT,
    CORRECTION,
    ISSUE,
    ITEMS,
    NEWSLETTER,
    SEGMENT,
    SEQUENCE,
    STEP,
)

#: Everything `topmind new` can write.
KINDS = (*ITEMS, "announcement", "correction", "issue", "newsletter", "segment", "sequence", "step")


#: Kind → where it stands, its text.
PLACES = {
    "announcement": ("content/articles/{slug}.md", ANNOUNCEMENT),
    "correction": ("content/articles/{day}-{slug}.md", CORRECTION),
    "newsletter": ("content/newsletters/{slug}.md", NEWSLETTER),
    "segment": ("segments/{slug}.md", SEGMENT),
    "sequence": ("content/sequences/{slug}.md", SEQUENCE),
}
#: Kind → folder, what it is a part of, file name, text.
PARTS = {
    "issue": ("newsletters", "newsletter", "{day}.md", ISSUE),
    "step": ("sequences", "sequence", "{slug}.md", STEP),
}


def slug_of(title: str) -> str:
    """`Clean your gutters` → `clean-your-gutters`: ASCII, lower case, hyphens."""
    ascii_ = unicodedata.normalize("NFKD", title).encode("ascii", "ignore").decode()
    return re.sub(r"[^a-z0-9]+", "-", ascii_.lower()).strip("-") or "untitled"


def path_and_text(kind: str, title: str, day: date, name: str = "") -> tuple[str, str]:
    """Path below the project and text of a new file.

    `name` is the newsletter of an issue, the sequence of a step, what was wrong for a correction. Raises UsageError
    for an unknown kind.
    """
    if kind == "correction" and not name:
        raise UsageError(
            "what was wrong? A correction goes to exactly those who got it.",
            fix=f"topmind new correction {title!r} --of 'tuesday-fix 2026-12-01'",
        )
    words = {
        "title": title,
        "slug": slug_of(title),
        "day": day.isoformat(),
        "wrong": name,
        "week": (day + timedelta(days=14)).isoformat(),
        "month": (day + timedelta(days=30)).isoformat(),
    }
    slug = slug_of(title)
    if kind in ITEMS:
        return f"content/{kind}s/{day}-{slug}.md", ITEMS[kind].format(**words)
    if kind in PLACES:
        place, text = PLACES[kind]
        return place.format(day=day, slug=slug), text.format(**words)
    if kind in PARTS:
        folder, whole, file, text = PARTS[kind]
        if not name:
            raise UsageError(
                f"which {whole} is this {kind} of?", fix=f"topmind new {kind} {title!r} --of NAME"
            )
        return f"content/{folder}/{name}/{file.format(day=day, slug=slug)}", text.format(**words)
    close = near_word(kind, KINDS)
    raise UsageError(
        f"there is no template {kind!r}.",
        fix=f"Did you mean {close}?" if close else f"Use one of: {', '.join(KINDS)}.",
    )


def whole_of(root: Path, kind: str, name: str) -> str:
    """The newsletter or sequence that `name` means; where there is one only, that one without a name.

    Raises UsageError where there is none of this name.
    """
    folder, whole, _, _ = PARTS[kind]
    known = sorted(path.stem for path in (root / "content" / folder).glob("*.md"))
    if name in known:
        return name
    if not name and len(known) == 1:
        return known[0]
    close = near_word(name, known)
    fix = f"Did you mean {close}?" if close else f"Known: {', '.join(known)}." if known else ""
    fix = fix or f"Write one first: topmind new {whole} TITLE"
    says = f"there is no {whole} {name!r}." if name else f"which {whole} is this {kind} of? Say --of NAME."
    raise UsageError(says, fix=fix)


def step_number(root: Path, sequence: str) -> int:
    """The number of a further step of a sequence: one more than the last file's."""
    names = [path.name for path in (root / "content" / "sequences" / sequence).glob("*.md")]
    return max((int(found[0]) for n in names if (found := re.match(r"\d+", n))), default=0) + 1


def write(root: Path, kind: str, title: str, day: date, name: str = "") -> Path:
    """Write the file, never over one that is there; returns its path relative to `root`."""
    if kind in PARTS:
        name = whole_of(root, kind, name)
    relative, text = path_and_text(kind, title, day, name)
    if kind == "step":
        path = PurePosixPath(relative)
        relative = str(path.with_name(f"{step_number(root, name):02}-{path.name}"))
    target = root / relative
    target.parent.mkdir(parents=True, exist_ok=True)
    try:
        with target.open("x", encoding="utf-8") as file:
            file.write(text)
    except FileExistsError:
        raise UsageError("is there already.", where=relative, fix="Give another title or --date.") from None
    return Path(relative)


def next_issue(root: Path, name: str, *, as_of: str | None, clock: Clock) -> date | None:
    """The next day of a newsletter that has no dated file yet; None where its files cannot be read."""
    from topmind import planning
    from topmind.run import load

    letter_id = whole_of(root, "issue", name)
    _, project = load.examine(root, as_of=as_of, clock=clock)
    letter = project.catalog.newsletters.get(letter_id) if project else None
    if project is None or letter is None:
        return None
    days = planning.next_dates(letter, project.catalog.company, project.moment.as_of, 12)
    return next((day for day in days if day not in letter.issues), None)


def appearances(root: Path, name: str, *, as_of: str | None, clock: Clock) -> list[str]:
    """When a newsletter will come, in words; [] where its files cannot be read."""
    from topmind.run import load
    from topmind.run.ticks import as_text, ticks_of

    _, project = load.examine(root, as_of=as_of, clock=clock)
    letter = project.catalog.newsletters.get(name) if project else None
    if project is None or letter is None:
        return []
    catalog = replace(project.catalog, newsletters={name: letter})
    zones = {catalog.company.zone: 0}
    return as_text(catalog, zones, ticks_of(project.settings), project.moment.as_of)[1:]
