"""Newsletters with their dated issues, sequences with their steps."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date
from pathlib import Path, PurePosixPath

from topmind.catalog import merge_tags, urls
from topmind.catalog.crosscheck import Mentions
from topmind.catalog.documents import Document, Reader
from topmind.catalog.fields import Word
from topmind.catalog.findings import Wrong
from topmind.catalog.schemas import IssueHead, NewsletterHead, SequenceHead, StepHead
from topmind.catalog.zones import zone_of
from topmind.model import Channel, DatedIssue, Newsletter, Sequence, Step, Text

_ID = re.compile(r"[a-z0-9][a-z0-9-]*")
#: Source ids that are ours.
RESERVED = frozenset({"rescue"})


def checked_id(reader: Reader, path: str, line: int, id_: str) -> str:
    """An id as it may stand in keys for good; noted where it may not."""
    if not _ID.fullmatch(id_) or id_ in RESERVED:
        says = f"the id {id_!r} is taken by topmind itself." if id_ in RESERVED else f"{id_!r} is no id."
        near = urls.slugify(id_)
        fix = (
            f"Write `id: {near}`."
            if near and near not in RESERVED
            else "Write `id:` with lower-case letters, digits and hyphens."
        )
        reader.findings.error("name/id", path, line, says, fix)
    return id_


def read_newsletter(reader: Reader, mentions: Mentions, file: Path) -> Newsletter | None:
    """One newsletter without its dated issues."""
    document = reader.read(file, NewsletterHead)
    if document is None:
        return None
    head, path = document.head, document.path
    if head.zone:
        try:
            zone_of(head.zone)
        except Wrong as wrong:
            reader.findings.error(
                "front-matter/zone", path, document.line("zone"), f"zone: {wrong.says}", wrong.fix
            )
    mentions.names("segment", head.segments, path)
    mentions.names("topic", head.topics, path)
    mentions.name("sender", head.sender, path, document.line("sender"))
    body, scan = reader.body(document.text, path, document.text_line, slots=True)
    mentions.scan(scan)
    subject = _text(reader, head.subject, path) or (head.title,)
    return Newsletter(
        id=checked_id(reader, path, document.line("id"), head.id or PurePosixPath(path).stem),
        path=path,
        title=head.title,
        every=head.every,
        every_line=document.line("every"),
        zone=head.zone,
        segments=_set(head.segments),
        topics=tuple(word.text for word in head.topics),
        sender=head.sender,
        subject=subject,
        preheader=_text(reader, head.preheader, path) or (),
        window=head.window,
        grace=head.grace or 0,
        resend_line=document.line("on_unknown") if head.on_unknown == "resend" else 0,
        theme=head.theme,
        approve=head.approve,
        proof_before=head.proof_before,
        one_of=head.one_of,
        archive=head.archive,
        was=tuple(word.text for word in head.was),
        body=body,
    )


def read_issue(reader: Reader, mentions: Mentions, file: Path) -> DatedIssue | None:
    """One dated issue; its nominal day is its file's name."""
    path = file.relative_to(reader.settings.root).as_posix()
    day = urls.day_in_name(PurePosixPath(path))
    if day is None:
        reader.findings.error(
            "newsletter/issue-name",
            path,
            0,
            "the name of a dated issue is its date.",
            "Name it like 2026-12-01.md.",
        )
    document = reader.read(file, IssueHead)
    if document is None or day is None:
        return None
    head = document.head
    body = None
    if document.text.strip():
        body, scan = reader.body(document.text, path, document.text_line, slots=True)
        mentions.scan(scan)
    return DatedIssue(
        day=day,
        path=path,
        subject=_text(reader, head.subject, path),
        preheader=_text(reader, head.preheader, path),
        body=body,
        hold=head.hold,
        ready=head.ready,
        was=head.was,
    )


def with_issues(newsletter: Newsletter, issues: list[DatedIssue], reader: Reader) -> Newsletter:
    """The newsletter with its issues by nominal day; two files for one day are noted."""
    found: dict[date, DatedIssue] = {}
    for issue in issues:
        if issue.day in found:
            reader.findings.error(
                "newsletter/doubled-issue",
                issue.path,
                0,
                f"{found[issue.day].path} has the same date.",
                "Keep one of the two.",
            )
        found[issue.day] = issue
    return replace(newsletter, issues=found)


def read_sequence(reader: Reader, mentions: Mentions, file: Path) -> Sequence | None:
    """One sequence without its steps."""
    document = reader.read(file, SequenceHead)
    if document is None:
        return None
    head, path = document.head, document.path
    mentions.names("segment", head.segments, path)
    mentions.name("sender", head.sender, path, document.line("sender"))
    return Sequence(
        id=checked_id(reader, path, document.line("id"), head.id or PurePosixPath(path).stem),
        path=path,
        title=head.title,
        starts_from=head.starts_from,
        starts_line=document.line("starts_from"),
        since=head.since,
        backfill=head.backfill,
        repeat=head.repeat or "once",
        stop_when=head.stop_when,
        stop_line=document.line("stop_when"),
        segments=_set(head.segments),
        sender=head.sender,
        was=tuple(word.text for word in head.was),
    )


def read_step(reader: Reader, mentions: Mentions, file: Path) -> Step | None:
    """One step; its id is its file's name without the leading number."""
    document = reader.read(file, StepHead)
    if document is None:
        return None
    head, path = document.head, document.path
    id_ = head.id or urls.step_id(PurePosixPath(path))
    mentions.name("sender", head.sender, path, document.line("sender"))
    body, scan = reader.body(document.text, path, document.text_line)
    mentions.scan(scan, codes="step-code")
    _check_step(reader, document)
    offset = head.after if head.after is not None else -(head.before or 0)
    return Step(
        id=checked_id(reader, path, document.line("id"), id_),
        path=path,
        title=head.title or urls.words(id_),
        offset=offset,
        channel=head.channel,
        only_if=head.only_if,
        only_if_line=document.line("only_if"),
        grace=head.grace if head.grace is not None else 7,
        resend_line=document.line("on_unknown") if head.on_unknown == "resend" else 0,
        purpose=head.purpose,
        starts_from=head.starts_from,
        starts_line=document.line("starts_from"),
        repeat=head.repeat,
        sender=head.sender,
        subject=_text(reader, head.subject, path) or (),
        preheader=_text(reader, head.preheader, path) or (),
        theme=head.theme,
        was=tuple(word.text for word in head.was),
        body=body,
    )


def _check_step(reader: Reader, document: Document[StepHead]) -> None:
    head, path = document.head, document.path
    if head.after is None and head.before is None and not document.meant & {"after", "before"}:
        reader.findings.error(
            "front-matter/missing",
            path,
            document.line("after"),
            "this step has no `after`.",
            "Write `after: 1 day`, or `before: 7 days`.",
        )
    if head.after is not None and head.before is not None:
        reader.findings.error(
            "sequence/after-before",
            path,
            document.line("before"),
            "a step has either `after` or `before`.",
            "Keep one.",
        )
    if head.channel is Channel.EMAIL and not head.subject and "subject" not in document.meant:
        reader.findings.error(
            "front-matter/missing",
            path,
            document.line("subject"),
            "this mail has no `subject`.",
            "Write `subject:` with a text.",
        )
    if not document.text.strip():
        reader.findings.error(
            "sequence/empty-step",
            path,
            document.text_line,
            "this step has no text.",
            "Write the mail, the script or the letter below the front matter.",
        )


def with_steps(sequence: Sequence, steps: list[Step], reader: Reader) -> Sequence:
    """The sequence with its steps in order of their files; doubled ids and a sequence without steps are noted."""
    seen: dict[str, str] = {}
    for step in steps:
        if step.id in seen:
            reader.findings.error(
                "sequence/doubled-step",
                step.path,
                1,
                f"{seen[step.id]} has the same id {step.id!r}.",
                "Rename one of the files.",
            )
        seen[step.id] = step.path
    if not steps:
        folder = sequence.path.removesuffix(".md")
        reader.findings.error(
            "sequence/no-steps",
            sequence.path,
            1,
            "this sequence has no steps.",
            f"Put a file such as {folder}/01-thank-you.md there.",
        )
    return replace(sequence, steps=tuple(steps))


def _set(words: tuple[Word, ...] | None) -> frozenset[str] | None:
    return None if words is None else frozenset(word.text for word in words)


def _text(reader: Reader, text: Text | None, path: str) -> Text | None:
    reader.tags(merge_tags.tags_of(text or ()), path)
    return text
