"""The pages of the preview as plain values for their templates: pure functions of what will go out."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any

from topmind.desk.edition_words import described
from topmind.mail.merge import MAX_HTML
from topmind.model import Level, Problem, SourceKind
from topmind.run.preview import Coming, Persona, Preview, SeenMail
from topmind.run.preview.before import waits_for_ready

#: Address of a page of the desk: path below `/desk/` → link.
Link = Callable[[str], str]
#: Ways to look at a mail: parameter → its values, the first is the usual one.
VIEWS: Mapping[str, tuple[tuple[str, str], ...]] = {
    "look": (
        ("light", "Light"),
        ("dark", "Dark"),
        ("inverted", "Forced inversion"),
        ("bare", "Images off"),
    ),
    "width": (("desktop", "Desktop"), ("phone", "Phone")),
    "part": (("mail", "Mail"), ("text", "Plain text")),
}
LEGENDS = {"look": "Colours and pictures", "width": "Width", "part": "Part"}
#: Editions that are listed at once.
FIRST = 8
#: From here on the meter warns, in bytes.
NEAR = 90_000
#: An inbox on a phone shows about so many letters of a subject and a preheader together.
INBOX = 110
#: The finding that says that there is nobody to count.
NO_CONTACTS = "audience/no-contacts"


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """One of several pages to go to."""

    title: str
    href: str
    here: bool = False
    #: Further words: a count, what it shows.
    note: str = ""


def place(one: Coming, letter: str = "a", persona: str = "sample", rest: str = "") -> str:
    """Path of a mail's page below `/desk/`."""
    return f"preview/{one.slug}/{letter}/{persona}/{rest}"


def index(preview: Preview, link: Link) -> dict[str, Any]:
    """Everything that comes, by day; what has no day of its own by kind."""
    dated = [one for one in preview.coming if one.day]
    days = [
        (day, [card(preview, one, link) for one in found]) for day, found in groupby(dated, lambda o: o.day)
    ]
    others = [one for one in preview.coming if not one.day]
    return {
        "days": days,
        "steps": [card(preview, one, link) for one in others if one.kind is SourceKind.STEP],
        "rescues": [card(preview, one, link) for one in others if one.kind is SourceKind.RESCUE],
        "personas": preview.personas,
        "errors": sum(found.level is Level.ERROR for found in preview.findings),
        "blocked": blocked(preview),
        "grave": any(found.level is not Level.INFO for found in preview.findings),
        "findings_count": len(preview.findings),
    }


def blocked(preview: Preview) -> bool:
    """Whether an error is why no plan was made, so that nobody is counted and the next run stops."""
    if preview.planned_at or preview.counting:
        return False
    rules = {found.rule: found.level for found in preview.findings}
    return Level.ERROR in rules.values() and NO_CONTACTS not in rules


def card(preview: Preview, one: Coming, link: Link) -> dict[str, Any]:
    """One occasion in the list."""
    found = findings_of(preview, files(preview, one))
    return {
        "one": one,
        "href": link(place(one)) if one.showings else "",
        "editions": [
            Choice(title=letter.upper(), href=link(place(one, letter)), note=note)
            for letter, note in zip(one.letters, described(preview.catalog, one), strict=True)
        ][:FIRST],
        "more": max(0, len(one.showings) - FIRST),
        "kept": sum(one.kept_from.values()),
        "worst": found[0].level.value if found else "",
        "found": len(found),
        "waits_for_ready": waits_for_ready(preview.catalog, one),
    }


def files(preview: Preview, one: Coming) -> tuple[str, ...]:
    """Every file whose words stand in some edition of an occasion."""
    from topmind.run.preview.mailing import files_of

    if preview.catalog is None:
        return ()
    named = [one.path] if one.path else []
    for shown in one.showings:
        named += files_of(preview.catalog, shown.edition)
    return tuple(dict.fromkeys(named))


def findings_of(preview: Preview, paths: Sequence[str]) -> tuple[Problem, ...]:
    """Findings about these files, in the order of all findings."""
    return tuple(found for found in preview.findings if found.path in paths)


def mail_page(
    preview: Preview,
    one: Coming,
    letter: str,
    persona: Persona,
    mail: SeenMail,
    link: Link,
    views: Mapping[str, str],
    *,
    also: Sequence[Persona] = (),
) -> dict[str, Any]:
    """One mail with everything around it. `also`: real personas beside the made-up ones."""
    number = one.letters.index(letter)
    shown = one.showings[number]
    return {
        "one": one,
        "blocked": blocked(preview),
        "letter": letter,
        "shown": shown,
        "persona": persona,
        "mail": mail,
        "views": views,
        "choices": VIEWS,
        "legends": LEGENDS,
        "base": place(one, letter, persona.id),
        "editions": _editions(preview, one, letter, persona, link),
        "first": FIRST,
        "personas": [
            Choice(title=p.title, href=link(place(one, letter, p.id)), here=p.id == persona.id, note=p.says)
            for p in _all(preview.personas, also, persona)
        ],
        "compare": list(_compare(one, letter, persona, link)),
        "around": _around(preview, one, link),
        "found": findings_of(preview, mail.files),
        "meter": meter(mail.size),
        "inbox_long": len(mail.subject) + len(mail.preheader) > INBOX,
        "on": list((one.goes or {}).items()),
    }


def _all(personas: Sequence[Persona], also: Sequence[Persona], here: Persona) -> Iterator[Persona]:
    known = [*personas, *also]
    yield from known
    if here.id not in {persona.id for persona in known}:
        yield here


def _editions(preview: Preview, one: Coming, letter: str, persona: Persona, link: Link) -> list[Choice]:
    # a real persona belongs to this edition; another one is seen with made-up eyes
    who = "sample" if persona.real else persona.id
    return [
        Choice(
            title=f"Edition {name.upper()}",
            href=link(place(one, name, persona.id if name == letter else who)),
            here=name == letter,
            note=note,
        )
        for name, note in zip(one.letters, described(preview.catalog, one), strict=True)
    ]


def _compare(one: Coming, letter: str, persona: Persona, link: Link) -> Iterator[Choice]:
    if persona.id != "sample" or one.on_paper:  # a sheet has no plain text
        return
    if one.before:
        yield Choice(
            title=f"the last issue ({one.before[0].edition.occasion.title})",
            href=link(place(one, letter, persona.id, "against/last/")),
        )
    for name in one.letters[:FIRST]:
        if name != letter:
            yield Choice(
                title=f"edition {name.upper()}",
                href=link(place(one, letter, persona.id, f"against/{name}/")),
            )


def _around(preview: Preview, one: Coming, link: Link) -> tuple[Choice | None, Choice | None]:
    """The occasions before and after this one, of those that can be seen."""
    seen = [other for other in preview.coming if other.showings]
    at = next((n for n, other in enumerate(seen) if other.name == one.name), None)
    if at is None:
        return None, None

    def choice(number: int) -> Choice | None:
        if not 0 <= number < len(seen):
            return None
        return Choice(title=seen[number].title, href=link(place(seen[number])))

    return choice(at - 1), choice(at + 1)


def meter(size: int) -> dict[str, Any]:
    """How much of what Gmail shows is used."""
    level = "error" if size >= MAX_HTML else "warning" if size >= NEAR else ""
    return {"size": size, "most": MAX_HTML, "share": min(100, round(100 * size / MAX_HTML)), "level": level}


def findings_page(preview: Preview, link: Link) -> dict[str, Any]:
    """Every finding, by file, with the mails that it concerns."""
    by_file: dict[str, list[Choice]] = {}
    for one in preview.coming:
        for path in files(preview, one) if one.showings else ():
            by_file.setdefault(path, []).append(Choice(title=one.title, href=link(place(one))))
    groups = []
    for path in dict.fromkeys(found.path for found in preview.findings):
        mails = by_file.get(path, [])
        groups.append(
            {
                "path": path,
                "found": [found for found in preview.findings if found.path == path],
                "mails": mails[:5],
                "more": max(0, len(mails) - 5),
            }
        )
    counts = {level.value: sum(f.level is level for f in preview.findings) for level in Level}
    mendable = sum(found.edit is not None for found in preview.findings)
    return {"groups": groups, "counts": counts, "mendable": mendable}
