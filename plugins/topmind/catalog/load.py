"""All files of a project → one `Catalog`, or every problem at once."""

from __future__ import annotations

import fnmatch
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path, PurePosixPath
from typing import TypeVar
from zoneinfo import ZoneInfo

from topmind.catalog import crosscheck, foreign, house, programme, relative_links, strays
from topmind.catalog.audiences import with_audiences
from topmind.catalog.crosscheck import Mentions
from topmind.catalog.documents import Reader, relative
from topmind.catalog.findings import Findings
from topmind.catalog.items import read_item
from topmind.catalog.unread import ANYTHING, NOTHING, Unread, joined
from topmind.catalog.urls import item_id
from topmind.model import (
    Catalog,
    Company,
    FieldSpec,
    Item,
    Kind,
    Newsletter,
    Problem,
    Segment,
    Sequence,
    TeamMember,
)
from topmind.settings import Settings

N = TypeVar("N")


@dataclass(frozen=True, slots=True, kw_only=True)
class Loaded:
    """What `load` found."""

    #: None where any problem is an error.
    catalog: Catalog | None
    #: By file and line.
    problems: tuple[Problem, ...]
    #: What could be read, errors or not: for further checks only. None where the company could not.
    partial: Catalog | None = None
    #: The same, with a stand-in for a company that could not be read: for looking at other files only.
    readable: Catalog
    #: What could not.
    unread: Unread = NOTHING


def load(
    settings: Settings,
    as_of: date,
    fields: Mapping[str, FieldSpec],
    *,
    instead: Mapping[str, bytes] | None = None,
    rules: Collection[str] | None = None,
) -> Loaded:
    """Read everything that people write below `settings.root`, as of a company day.

    `fields` are the declared fields of a contact (`_audience.toml`): merge tags may name them and
    `merge_tags.BUILT_IN`. `instead`: path → a text to read in place of the file's own. `rules`: ids of the linter's
    rules, which files may silence; None = any. Never raises for what a file says: all problems come back, by file
    and line.
    """
    project = _Project(settings, fields, instead or {}, rules)
    company = project.company()
    zone = ZoneInfo(company.zone) if company else ZoneInfo("UTC")
    team = project.by_id("content/team", house.read_member, lambda m: m.id)
    segments = project.by_id("segments", house.read_segment, lambda s: s.name)
    items = project.items(zone)
    newsletters = project.newsletters()
    sequences = project.sequences()
    strays.check(settings.root, project.reader.seen, project.excluded, project.findings)
    unread = project.unread(company, items, newsletters, sequences, segments, team)
    items = with_audiences(items, newsletters, sequences, unread, project.findings)
    project.check(company, items, newsletters, sequences, unread)
    overview = foreign.overview(project.findings.sorted())
    project.findings.add([overview] if overview else [])
    problems = project.findings.sorted()
    catalog = Catalog(
        as_of=as_of,
        root=str(settings.root),
        company=company or house.stand_in(project.reader),
        items={item.id: item for item in sorted(items, key=lambda i: i.id)},
        newsletters={one.id: one for one in sorted(newsletters, key=lambda n: n.id)},
        sequences={one.id: one for one in sorted(sequences, key=lambda s: s.id)},
        segments=segments,
        team=team,
        fields=dict(fields),
        silences=tuple(project.reader.silences),
    )
    return Loaded(
        catalog=None if project.findings.any_error else catalog,
        problems=problems,
        partial=catalog if company else None,
        readable=catalog,
        unread=unread,
    )


class _Project:
    """One reading of one project."""

    def __init__(
        self,
        settings: Settings,
        fields: Mapping[str, FieldSpec],
        instead: Mapping[str, bytes],
        rules: Collection[str] | None,
    ) -> None:
        self.root = settings.root
        self.exclude = settings.project.exclude
        self.findings = Findings()
        self.mentions = Mentions()
        self.rules = ANYTHING if rules is None else rules
        self.reader = Reader(settings, self.findings, frozenset(fields), instead)
        #: Ids of all items by their files: an item with a mistake of its own is not missing too.
        self.item_ids: set[str] = set()

    def files(self, folder: str, *, deep: bool = False) -> Iterator[Path]:
        """Markdown files of a folder in order of their names, without excluded ones and notes to developers."""
        base = self.root / folder
        found = base.rglob("*.md") if deep else base.glob("*.md")
        for file in sorted(found):
            path = relative(file, self.root)
            if not strays.skipped(path) and not self.excluded(path) and file.is_file():
                yield file

    def excluded(self, path: str) -> bool:
        return any(fnmatch.fnmatchcase(path, pattern) for pattern in self.exclude)

    def company(self) -> Company | None:
        file = self.root / "content" / "company.md"
        if file.is_file():
            return house.read_company(self.reader, self.mentions, file)
        self.findings.error(
            "company/missing",
            "content/company.md",
            0,
            "is missing.",
            "`topmind init` shows one: name, address, zone, owner.",
        )
        return None

    def by_id(
        self, folder: str, read: Callable[[Reader, Mentions, Path], N | None], key: Callable[[N], str]
    ) -> dict[str, N]:
        found = (read(self.reader, self.mentions, file) for file in self.files(folder))
        return {key(one): one for one in found if one is not None}

    def items(self, zone: ZoneInfo) -> list[Item]:
        found: list[Item | None] = []
        for kind in Kind:
            for file in self.files(f"content/{kind.folder}", deep=True):
                self.item_ids.add(item_id(PurePosixPath(relative(file, self.root / "content"))))
                found.append(read_item(self.reader, self.mentions, file, kind, zone))
        return [item for item in found if item is not None]

    def newsletters(self) -> list[Newsletter]:
        found: list[Newsletter] = []
        for file in self.files("content/newsletters"):
            one = programme.read_newsletter(self.reader, self.mentions, file)
            issues = [
                issue
                for dated in self.files(f"content/newsletters/{file.stem}")
                if (issue := programme.read_issue(self.reader, self.mentions, dated))
            ]
            if one is not None:
                found.append(programme.with_issues(one, issues, self.reader))
        return found

    def sequences(self) -> list[Sequence]:
        found: list[Sequence] = []
        for file in self.files("content/sequences"):
            one = programme.read_sequence(self.reader, self.mentions, file)
            files = list(self.files(f"content/sequences/{file.stem}"))
            steps = [s for f in files if (s := programme.read_step(self.reader, self.mentions, f))]
            if one is not None:
                found.append(programme.with_steps(one, steps, self.reader) if steps or not files else one)
        return found

    def unread(
        self,
        company: Company | None,
        items: Iterable[Item],
        newsletters: Iterable[Newsletter],
        sequences: Iterable[Sequence],
        segments: Mapping[str, Segment],
        team: Mapping[str, TeamMember],
    ) -> Unread:
        """The files that are in none of these."""
        read = {item.path for item in items} | ({company.path} if company else set())
        read |= {one.path for one in newsletters} | {one.path for one in sequences}
        read |= {one.path for one in segments.values()} | {one.path for one in team.values()}
        read |= {issue.path for newsletter in newsletters for issue in newsletter.issues.values()}
        read |= {step.path for sequence in sequences for step in sequence.steps}
        return Unread(files=self.reader.unread(read))

    def check(
        self,
        company: Company | None,
        items: list[Item],
        newsletters: list[Newsletter],
        sequences: list[Sequence],
        unread: Unread,
    ) -> None:
        """What no file can know by itself."""
        by_id = {item.id: item for item in items}
        self.mentions.silences(self.reader.silences)
        for file in unread.files:
            self.mentions.unread(file)
        crosscheck.check(
            self.mentions,
            {
                "segment": self.names("segments"),
                "sender": self.names("content/team"),
                "topic": company.topics.keys() if company else ANYTHING,
                "item": self.item_ids,
                "rule": self.rules,
                "newsletter": joined({n.id for n in newsletters}, unread.newsletters),
                "code": joined({i.code for i in items if i.code}, unread.codes),
            },
            self.findings,
        )
        crosscheck.check_drafts(self.mentions, by_id, self.findings)
        crosscheck.check_service(sequences, by_id, self.findings)
        crosscheck.check_ids(items, newsletters, sequences, unread.files, self.findings)
        mailed = [send.body for item in items for send in item.sends]
        mailed += [
            body for n in newsletters for body in (n.body, *(issue.body for issue in n.issues.values()))
        ]
        mailed += [step.body for sequence in sequences for step in sequence.steps]
        relative_links.check(items, mailed, self.findings, unread)

    def names(self, folder: str) -> set[str]:
        """Names of files, read or not: a file with a mistake of its own is not missing."""
        return {file.stem for file in self.files(folder)}
