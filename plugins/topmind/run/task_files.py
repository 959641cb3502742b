"""Tasks as files: a list for a table program, a calendar, pages to print. Each names people: written for their eyes."""

from __future__ import annotations

import csv
import io
import os
import secrets
from collections.abc import Iterable, Iterator
from datetime import UTC, date, timedelta
from pathlib import Path

from topmind import mail
from topmind.errors import UsageError
from topmind.ledger import Ledger
from topmind.mail import TaskSheet
from topmind.model import Channel, Clock, History, PersonRecord, TeamMember
from topmind.report.ics import escaped, folded
from topmind.run.decide import Decided, decide
from topmind.run.load import Project
from topmind.run.task_days import by_holder
from topmind.run.task_mails import waiting_tasks
from topmind.run.task_sheets import Sheets
from topmind.run.tasking import known, opened

FORMATS = ("csv", "ics", "html")
#: Channels that are printed.
PRINTED = (Channel.LETTER, Channel.PARCEL)
_COLUMNS = "task representative channel what name phone address until stands last_touches notes outcome note"


def export(root: Path, format_: str, to: Path, *, reader: str | None, as_of: str | None, clock: Clock) -> int:
    """Write the open tasks of everybody, or of one, to a file; how many. Raises UsageError, OSError."""
    with opened(root, as_of=as_of, clock=clock) as (project, ledger):
        known(project.catalog, reader)
        _place(project, to)
        groups = _groups(project, ledger, reader)
        text = _WRITERS[format_](project, groups)
    # a table program takes UTF-8 for what it is only with a byte-order mark
    write_private(to, ("\ufeff" if format_ == "csv" else "") + text)
    return sum(len(mine) for _, mine in groups)


def print_pages(
    root: Path, channel: str | None, to: Path, *, reader: str | None, as_of: str | None, clock: Clock
) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Write letters and parcel slips to a file; the numbers of these tasks, and of those without a postal address.

    Where there is none to print, no file is written.
    """
    wanted = {Channel(channel)} if channel else set(PRINTED)
    with opened(root, as_of=as_of, clock=clock) as (project, ledger):
        known(project.catalog, reader)
        _place(project, to)
        groups = _groups(project, ledger, reader)
        sheets = [(sheet, member) for member, mine in groups for sheet in mine if sheet.channel in wanted]
        lost = tuple(sheet.ref for sheet, _ in sheets if not any(sheet.postal))
        ready = [(sheet, member) for sheet, member in sheets if any(sheet.postal)]
        text = mail.letters(project.catalog, project.brand, project.root, ready, project.moment.as_of)
    if ready:
        write_private(to, text)
    return tuple(sheet.ref for sheet, _ in ready), lost


_Groups = list[tuple[TeamMember, list[TaskSheet]]]


def _groups(project: Project, ledger: Ledger, reader: str | None) -> _Groups:
    """Sheets by member of the team, as today's mail has them."""

    def remember(_people: tuple[PersonRecord, ...]) -> History:
        return ledger.history(project.moment.as_of)

    decided: Decided = decide(project, remember, horizon=1)
    today, catalog = project.moment.as_of, project.catalog
    tasks = waiting_tasks(ledger.tasks(), decided)
    sheets = Sheets(decided, ledger, tasks, None)
    return [
        (catalog.team[holder], [sheets.sheet(task, holder, today) for task in mine])
        for holder, mine in by_holder(tasks, catalog, today).items()
        if reader in {None, holder}
    ]


def _place(project: Project, to: Path) -> None:
    """People never lie where a commit takes them along. Raises UsageError."""
    path, root = to.resolve(), project.root.resolve()
    if path.is_dir():
        raise UsageError("is a folder.", where=to.name, fix="Name a file: --to var/tasks.csv")
    if path.is_relative_to(root) and not path.is_relative_to(root / "var"):
        raise UsageError(
            "names of customers would lie among the files of the project.", where=to.name, fix="--to var/…"
        )


def write_private(path: Path, text: str) -> None:
    """Write so that only its owner reads it (0600): complete under its name, or not at all."""
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_name(f".{path.name}.{secrets.token_hex(4)}.tmp")
    handle = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(handle, "w", encoding="utf-8", newline="") as file:
            file.write(text)
        draft.replace(path)
    finally:
        draft.unlink(missing_ok=True)


def _csv(_project: Project, groups: _Groups) -> str:
    out = io.StringIO(newline="")
    writer = csv.writer(out)
    writer.writerow(_COLUMNS.split())
    for member, mine in groups:
        for sheet in mine:
            row = (
                sheet.ref,
                member.id,
                sheet.channel.value,
                sheet.title,
                sheet.name,
                sheet.phone,
                ", ".join(sheet.postal),
                sheet.last_day.isoformat(),
                _stands(sheet),
                "; ".join(sheet.touches),
                " / ".join(sheet.notes),
                "",
                "",
            )
            writer.writerow([_harmless(cell) for cell in row])
    return out.getvalue()


def _stands(sheet: TaskSheet) -> str:
    if sheet.overdue:
        return "overdue"
    return "today" if sheet.last else "later"


def _harmless(cell: str) -> str:
    """A cell that no table program takes for a formula; a phone number keeps its plus."""
    plain = cell.lstrip("+- ").replace(" ", "").replace("-", "").replace("(", "").replace(")", "")
    formula = cell[:1] in {"=", "@", "\t", "\r"} or (cell[:1] in {"+", "-"} and not plain.isdigit())
    return f"'{cell}" if formula else cell


def _ics(project: Project, groups: _Groups) -> str:
    """One all-day entry for each task on its last day, or today where that is over (RFC 5545)."""
    today = project.moment.as_of
    stamp = project.moment.now.astimezone(UTC).strftime("%Y%m%dT%H%M%SZ")
    lines = ["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//topmind//tasks//EN", "CALSCALE:GREGORIAN"]
    for member, mine in groups:
        for sheet in mine:
            lines += _event(project, sheet, member, max(sheet.last_day, today), stamp)
    lines.append("END:VCALENDAR")
    return "".join(f"{folded(line)}\r\n" for line in lines)


def _event(project: Project, sheet: TaskSheet, member: TeamMember, day: date, stamp: str) -> Iterator[str]:
    said = mail.task_words(project.catalog.company.language)
    text = [
        sheet.title,
        sheet.phone,
        *sheet.postal,
        sheet.reason,
        *sheet.notes,
        said["number"].format(ref=sheet.ref),
    ]
    yield "BEGIN:VEVENT"
    yield f"UID:{sheet.ref}.task@{project.settings.project.ledger or 'topmind'}"
    yield f"DTSTAMP:{stamp}"
    yield f"DTSTART;VALUE=DATE:{day:%Y%m%d}"
    yield f"DTEND;VALUE=DATE:{day + timedelta(days=1):%Y%m%d}"
    yield f"SUMMARY:{escaped(f'{said[sheet.channel.value]}: {sheet.name}')}"
    yield f"DESCRIPTION:{escaped(_joined(text))}"
    if sheet.channel is Channel.VISIT and sheet.postal:
        yield f"LOCATION:{escaped(', '.join(sheet.postal))}"
    yield f"CATEGORIES:{escaped(member.name)}"
    yield "TRANSP:TRANSPARENT"
    yield "CLASS:PRIVATE"
    yield "END:VEVENT"


def _joined(lines: Iterable[str]) -> str:
    return "\n".join(line for line in lines if line)


def _html(project: Project, groups: _Groups) -> str:
    return mail.call_list(project.catalog, project.brand, project.root, groups, project.moment.as_of)


_WRITERS = {"csv": _csv, "ics": _ics, "html": _html}
