"""Names that point from one file to another: each must be there, else the nearest one is offered."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import PurePosixPath

from topmind.catalog import slips
from topmind.catalog.fields import Word
from topmind.catalog.findings import Findings, did_you_mean, nearest
from topmind.catalog.scanner import Scan
from topmind.catalog.unread import UnreadFile
from topmind.model import Item, Kind, Newsletter, Purpose, Silence, Status
from topmind.model import Sequence as MailSequence

#: What a name may point to, and how it is called when it is missing.
_CALLED = {
    "segment": "segment (segments/{name}.md)",
    "sender": "team member (content/team/{name}.md)",
    "topic": "topic of content/company.md",
    "item": "item",
    "newsletter": "newsletter (content/newsletters/{name}.md)",
    "rule": "rule of the linter",
    "code": "code: no promotion or spotlight has `code: {name}`",
}


@dataclass(frozen=True, slots=True)
class Mention:
    """One name in one file."""

    what: str
    name: str
    path: str
    line: int
    #: The file that names it is a draft.
    draft: bool = False


@dataclass(slots=True)
class Mentions:
    """All names that point somewhere, collected while files are read."""

    all: list[Mention] = field(default_factory=list)

    def name(self, what: str, name: str | None, path: str, line: int) -> None:
        """Note one name; None says nothing."""
        if name is not None:
            self.all.append(Mention(what, name, path, line))

    def names(self, what: str, words: Iterable[Word] | None, path: str) -> None:
        """Note a list of names."""
        self.all.extend(Mention(what, word.text, path, word.line) for word in words or ())

    def silences(self, silences: Iterable[Silence]) -> None:
        """Note the rules that files silence."""
        self.all.extend(Mention("rule", one.rule, one.path, one.line) for one in silences)

    def unread(self, file: UnreadFile) -> None:
        """Note what a file names that could not be read as a whole: its own mistake hides no other."""
        self.all += [Mention(what, name, file.path, line) for what, name, line in file.names()]
        draft = not file.knows("status") or file.values.get("status") is Status.DRAFT
        for scan in file.scans:
            self.scan(scan, draft=draft, codes="step-code" if "/sequences/" in file.path else "code")

    def scan(self, scan: Scan, *, draft: bool = False, codes: str = "code") -> None:
        """Note what the blocks of a body name; a step's own code (`codes="step-code"`) may stand there alone."""
        path = scan.body.path
        self.all += [Mention("segment", name, path, line) for name, line in scan.segments]
        self.all += [Mention("item", name, path, line, draft) for name, line in scan.body.refs]
        self.all += [Mention(codes, name, path, line) for name, line in scan.coupons]


def check(mentions: Mentions, known: Mapping[str, Collection[str]], findings: Findings) -> None:
    """An error for each name that is not there. `known`: what → names."""
    for one in mentions.all:
        if one.what == "step-code":
            # The step itself may be the only place of its code; a near miss of a promotion's is a typo.
            if one.name not in known["code"] and (near := nearest(one.name, known["code"], cutoff=0.8)):
                says = f"{one.name!r} is no code of a promotion or spotlight, but nearly one."
                findings.error("name/unknown-code", one.path, one.line, says, f"Did you mean {near!r}?")
        elif one.name not in known[one.what]:
            called = _CALLED[one.what].format(name=one.name)
            fix = _instead(one, known[one.what])
            edit = slips.edit(one.name, known[one.what])
            findings.error(
                f"name/unknown-{one.what}", one.path, one.line, f"{one.name!r} is no {called}.", fix, edit
            )


def check_silences(silences: Iterable[Silence], rules: Collection[str], findings: Findings) -> None:
    """An error for each rule that is silenced and not there."""
    mentions = Mentions()
    mentions.silences(silences)
    check(mentions, {"rule": rules}, findings)


def _instead(one: Mention, known: Collection[str]) -> str:
    """What to write in place of a name that is not there."""
    if one.what == "segment" and one.name.lower() in {"all", "everyone", "everybody", "anybody", "anyone"}:
        return "Take it out: what names no segment is for everybody."
    parts = re.split(r"\s+(?:and|&|or)\s+|\s*[;/]\s*", one.name)
    if len(parts) > 1 and all(part in known for part in parts):
        return f"Write commas between names: {', '.join(parts)}."
    return did_you_mean(one.name, known)


def check_drafts(mentions: Mentions, items: Mapping[str, Item], findings: Findings) -> None:
    """A published text may not show a draft."""
    for one in mentions.all:
        item = items.get(one.name) if one.what == "item" and not one.draft else None
        if item is not None and item.status is Status.DRAFT:
            findings.error(
                "name/draft",
                one.path,
                one.line,
                f"{one.name!r} is a draft.",
                "Publish it, or take this line out.",
            )


def check_service(sequences: Iterable[MailSequence], items: Mapping[str, Item], findings: Findings) -> None:
    """A service step does not sell: no coupon and no promotion in it."""
    for step in (step for sequence in sequences for step in sequence.steps):
        if step.purpose is not Purpose.SERVICE:
            continue
        fix = "Take it out, or write `purpose: marketing`."
        if step.body.coupons:
            findings.error(
                "sequence/service-sells", step.path, step.body.line, "a service step holds a coupon.", fix
            )
        for name, line in step.body.refs:
            if name in items and items[name].kind is Kind.PROMOTION:
                findings.error(
                    "sequence/service-sells", step.path, line, "a service step shows a promotion.", fix
                )


def check_ids(
    items: Sequence[Item],
    newsletters: Iterable[Newsletter],
    sequences: Iterable[MailSequence],
    unread: Sequence[UnreadFile],
    findings: Findings,
) -> None:
    """Two files may share neither id nor address; an old id may not be in use. An `unread` item has its id all the
    same, for its path says it."""
    every = [*((i.id, i.path) for i in items), *((u.item_id, u.path) for u in unread if u.item_id)]
    by_id = _unique(
        sorted(every, key=lambda one: PurePosixPath(one[1])),
        findings,
        (
            "name/doubled-id",
            "the id",
            "Rename one of the files; a date before the name is no part of the id.",
        ),
    )
    _unique(
        ((i.url, i.path) for i in items if i.url and by_id[i.id] == i.path),
        findings,
        ("url/doubled", "the address", "Give one of the two another `slug:`."),
    )
    sources = [
        *((n.id, n.path) for n in newsletters),
        *((s.id, s.path) for s in sequences),
        *((i.id, i.path) for i in items if i.sends),
        *((u.own_id, u.path) for u in unread if u.is_source and u.knows("id")),
    ]
    # The file whose own name is the id has it; the one that wrote it as `id:` is told.
    sources.sort(key=lambda one: not one[1].endswith(f"/{one[0]}.md"))
    _unique(sources, findings, ("name/doubled-source", "the id", "Write another `id:`."))
    for item in items:
        for old in item.was:
            if old in by_id:
                says = "is its own id." if by_id[old] == item.path else f"is still the id of {by_id[old]}."
                findings.error(
                    "name/was", item.path, 1, f"`was: {old}` {says}", "Take it out, or rename the other file."
                )


def _unique(
    entries: Iterable[tuple[str, str]], findings: Findings, words: tuple[str, str, str]
) -> dict[str, str]:
    """An error for each further file with the same key; answers key → first file."""
    rule, what, fix = words
    first: dict[str, str] = {}
    for key, path in entries:
        if key in first:
            findings.error(rule, path, 1, f"{what} {key!r} is already that of {first[key]}.", fix)
        else:
            first[key] = path
    return first
