"""The morning's task mails of one tick: who has open tasks, when their mail goes, and the very bytes of it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, time
from email.utils import format_datetime
from zoneinfo import ZoneInfo

from topmind import delivery, mail
from topmind.delivery import TaskLetter, TaskMailReport
from topmind.ledger import Ledger, Member, Task, TaskMailClaim
from topmind.links import KeyRing, Links
from topmind.mail import TaskSheet
from topmind.model import LinkContext, Message, TouchState, Transport
from topmind.planning.occasions import MORNING, is_stopped
from topmind.run.decide import Decided
from topmind.run.load import Project
from topmind.run.moment import Moment
from topmind.run.task_days import by_holder, ordinary_days
from topmind.run.task_sheets import Answers, Sheets
from topmind.settings import Settings


def send_task_mails(
    ledger: Ledger,
    carrier: Transport,
    decided: Decided,
    ring: KeyRing,
    *,
    owner: str,
    who: str,
    member: Member,
    stopping: Callable[[], int],
) -> TaskMailReport:
    """Send today's task mails that have not left yet; nothing before the morning and on blackout days."""
    project = decided.project
    if not its_time(project.moment, project.catalog.company.zone, project.catalog.company.quiet):
        return TaskMailReport()
    if not ordinary_days(project.catalog)(project.moment.as_of):
        return TaskMailReport()
    return delivery.send_task_mails(
        ledger,
        carrier,
        letters(ledger, decided, ring),
        day=project.moment.as_of,
        owner=owner,
        who=who,
        member=member,
        stopping=stopping,
        evidence=getattr(carrier, "proof", None),
    )


def its_time(at: Moment, zone: str, quiet: tuple[time, time] | None) -> bool:
    """Whether the company's morning has begun: nine o'clock, or the end of its quiet hours if that is earlier."""
    if at.all_day:
        return True
    opens = min(MORNING, quiet[1]) if quiet else MORNING
    return at.now.astimezone(ZoneInfo(zone)).time() >= opens


def letters(ledger: Ledger, decided: Decided, ring: KeyRing) -> list[TaskLetter]:
    """One letter for each member of the team who has an open task and no mail of today yet."""
    project, day = decided.project, decided.project.moment.as_of
    tasks = waiting_tasks(ledger.tasks(), decided)
    settled = {m.sender for m in ledger.task_mails(day) if m.state is not TouchState.PLANNED}
    sheets = Sheets(decided, ledger, tasks, answers(project.settings, ring))
    return [
        TaskLetter(sender=reader, day=day, build=_builder(decided, reader, mine, sheets))
        for reader, mine in by_holder(tasks, project.catalog, day).items()
        if reader not in settled
    ]


def waiting_tasks(tasks: Sequence[Task], decided: Decided) -> tuple[Task, ...]:
    """Without those of stopped occasions and of people who asked for a pause: they stay open, and wait."""
    paused = {
        contact
        for contact, standing in decided.history.standing.items()
        if standing.paused_until and standing.paused_until > decided.project.moment.as_of
    }
    return tuple(
        task
        for task in tasks
        if task.key.contact not in paused
        and not is_stopped(decided.history, task.key.source, task.key.step, task.key.occurrence)
    )


def answers(settings: Settings, ring: KeyRing) -> Answers | None:
    """What makes answer links; None where a press would lead to nobody: mail that really leaves, and live pages on
    this machine."""
    local = not settings.live
    if settings.transport == "ses" and local:
        return None
    links = Links(ring, settings.live_url)

    def link(task: Task, word: str) -> str:
        about = {
            "channel": task.key.channel.value,
            "day": task.last_day.isoformat(),
            "title": task.title,
        }
        who = LinkContext(contact=task.key.contact, touch_hex=task.touch_hex, extra=about)
        return links.task(who, word)

    return link


def _builder(
    decided: Decided, reader: str, tasks: Sequence[Task], sheets: Sheets
) -> Callable[[TaskMailClaim], Message]:
    """What makes the message of a claim."""
    project = decided.project
    member, day = project.catalog.team[reader], project.moment.as_of

    def build(claim: TaskMailClaim) -> Message:
        mine: list[TaskSheet] = [sheets.sheet(task, reader, day) for task in tasks]
        text = mail.task_mail(project.catalog, project.brand, project.root, member, mine, day)
        sender = text.compiled.sender_address
        raw = mail.build(
            text.compiled, text.values, to=member.email, headers=_headers(project, claim, sender)
        )
        return Message(
            touch=claim.key,
            touch_hex=claim.touch_hex,
            attempt=claim.attempt,
            to=member.email,
            sender=sender,
            raw=raw,
            tags={
                "ledger": decided.history.ledger,
                "touch": claim.touch_hex,
                "attempt": str(claim.attempt),
            },
            fence=claim.fence,
        )

    return build


def _headers(project: Project, claim: TaskMailClaim, sender: str) -> Mapping[str, str]:
    now: datetime = project.moment.now
    return {
        "Date": format_datetime(now),
        "Message-ID": f"<{claim.touch_hex}.{claim.attempt}@{sender.rpartition('@')[2]}>",
        # no out-of-office answers to it (RFC 3834)
        "Auto-Submitted": "auto-generated",
    }
