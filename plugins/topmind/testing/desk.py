"""What the desk shows, made up: a last run, mails in an outbox, a small built site."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from email.message import EmailMessage
from pathlib import Path
from typing import Any

from topmind.model import Coverage, Level
from topmind.report.last_plan import HeldRow, LastPlan, PlanDay, What
from topmind.report.last_run import CalendarRow, FindingRow, GapRow, LastRun, OccasionRow, TaskRow
from topmind.report.outlook_words import Lack

_DAY = date(2026, 12, 1)


def a_last_run(**over: Any) -> LastRun:
    """An ordinary Tuesday of the sample company."""
    base = LastRun(
        as_of=_DAY,
        at=datetime(2026, 12, 1, 15, 7, tzinfo=UTC),
        transport="outbox",
        plan="9f3c2a7710d4e5b6",
        active=1987,
        counts={
            "planned": 1204,
            "accepted": 1198,
            "refused": 0,
            "skipped": 3,
            "expired": 1,
            "unknown": 2,
            "waiting": 0,
            "sent_now": 1198,
            "tasks": 11,
        },
        verdicts={"due": 1215, "pending": 412, "expired": 3, "not_for_them": 357},
        reasons={
            "pending": {"gap": 301, "ceiling_channel": 96, "nothing_new": 15},
            "not_for_them": {"no_consent": 231, "not_in_segment": 126},
        },
        occasions=(
            OccasionRow(
                name="tuesday-fix/2026-W49",
                title="The Tuesday Fix, 1 December 2026",
                channel="email",
                due=1180,
                others={"pending": {"gap": 301}, "not_for_them": {"no_consent": 231}},
            ),
            OccasionRow(name="first-job/check-in", title="Check-in", channel="call", due=11),
        ),
        segments={"customers": 1402, "prospects": 585, "lapsed": 214},
        calendar=tuple(
            CalendarRow(
                day=_DAY + timedelta(days=n),
                touches={"tuesday-fix/2026-W50": 1180, "first-job/thank-you": 14}
                if n % 7 == 0
                else {"rescue": n}
                if n
                else {},
            )
            for n in range(14)
        ),
        gaps=(GapRow(week=date(2027, 1, 11), segment="prospects", contacts=410),),
        findings=(
            FindingRow(
                rule="subjects/long-subject",
                level=Level.WARNING,
                path="content/newsletters/home-almanac.md",
                line=6,
                says="The subject has 71 characters; inboxes cut it after about 60.",
                fix="Say the point first, and less.",
            ),
        ),
        tasks=(
            TaskRow(owner="dana", title="Check-in", channel="call", last_day=date(2026, 12, 8), count=11),
        ),
    )
    return replace(base, **over)


def a_last_plan(**over: Any) -> LastPlan:
    """Four weeks of two segments: a letter each Tuesday, follow-ups, a call, rescues, and a gap in January."""
    letter = "content/newsletters/tuesday-fix.md"
    whats = {
        "tuesday-fix/2026-W50": What(
            title="The Tuesday Fix, 8 December 2026", group="The Tuesday Fix", channel="email", path=letter
        ),
        "first-job/thank-you": What(
            title="After the first job: Thank you",
            group="first-job/thank-you",
            channel="email",
            path="content/sequences/first-job/01-thank-you.md",
        ),
        "first-job/check-in (call)": What(
            title="After the first job: Check-in",
            group="first-job/check-in (call)",
            channel="call",
            path="content/sequences/first-job/02-check-in.md",
        ),
        "rescue": What(title="Something useful", group="rescues", channel="email"),
    }
    tuesday = {
        "tuesday-fix/2026-W50": {"": 1180, "customers": 900, "prospects": 280},
        "first-job/thank-you": {"": 14, "customers": 14},
        "first-job/check-in (call)": {"": 3, "customers": 3},
    }
    base = LastPlan(
        as_of=_DAY,
        at=datetime(2026, 12, 1, 15, 7, tzinfo=UTC),
        plan="9f3c2a7710d4e5b6",
        until=_DAY + timedelta(days=27),
        active=1987,
        unreachable=4,
        segments={"customers": 1402, "prospects": 585},
        items={"tips/gutters": "tip"},
        whats=whats,
        days=tuple(
            PlanDay(
                day=_DAY + timedelta(days=n),
                outside=20 if n < 21 else 300,
                touches=tuesday if n in {7, 14} else {"rescue": {"": n, "prospects": n}} if n % 3 else {},
            )
            for n in range(28)
        ),
        coverage=(
            Coverage(
                segment="",
                contacts=1900,
                apart={"no_consent": 80, "no_channel": 7},
                today=1900,
                throughout=1600,
                median=7,
                p99=31,
                longest=40,
            ),
            Coverage(
                segment="prospects",
                contacts=500,
                apart={"no_consent": 85},
                today=500,
                throughout=200,
                median=12,
                p99=31,
                longest=40,
            ),
        ),
        lacks=(
            Lack(
                segment="prospects",
                week=date(2026, 12, 21),
                contacts=280,
                in_all=300,
                by=(date(2026, 12, 18), date(2026, 12, 27)),
                among={},
            ),
        ),
        held=(
            HeldRow(
                what="tuesday-fix/2026-W50",
                day=date(2026, 12, 8),
                says="1180 of 1500 get it; 320 limit of this channel reached",
                path=letter,
            ),
        ),
        since=("212 more of The Tuesday Fix", "because 3 tips were added"),
    )
    return replace(base, **over)


def an_eml(folder: Path, number: int = 0, attempt: int = 1, **over: str) -> Path:
    """One mail in an outbox folder; `subject`, `to`, `date`, `list_id`, `html`, `text` as given."""
    values = {
        "subject": f"Dry gutters before the frost, no. {number}",
        "to": f"Sam Doe <sam{number}@example.com>",
        "date": "Tue, 01 Dec 2026 15:07:00 +0000",
        "list_id": "<tuesday-fix.harborandpine.example>",
        "html": '<!doctype html><html lang="en"><head><title>Tip</title></head>'
        '<body><h1>Dry gutters</h1><p>Hi Sam, <a href="https://harborandpine.example/tips/gutters/">read</a>.</p>'
        '<img src="https://harborandpine.example/images/roof.png" alt="A roof"> <a href="http://127.0.0.1:8000/u/token">Stop</a></body></html>',
        "text": "Dry gutters\n\nHi Sam, read: https://harborandpine.example/tips/gutters/\n",
        **over,
    }
    mail = EmailMessage()
    mail["From"] = "Dana Reyes <dana@harborandpine.example>"
    mail["To"] = values["to"]
    mail["Subject"] = values["subject"]
    mail["Date"] = values["date"]
    mail["List-Id"] = values["list_id"]
    mail["List-Unsubscribe"] = "<http://127.0.0.1:8000/u/token>"
    mail["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"
    mail.set_content(values["text"])
    mail.add_alternative(values["html"], subtype="html")
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{number:032x}-{attempt}.eml"
    path.write_bytes(mail.as_bytes())
    return path


def a_site(folder: Path) -> Path:
    """A built site of one tip and a 404 page."""
    (folder / "tips/gutters").mkdir(parents=True, exist_ok=True)
    head = '<!doctype html><html lang="en"><head><meta charset="utf-8"><title>{0}</title></head>'
    page = head + "<body><main><h1>{0}</h1></main></body></html>"
    (folder / "index.html").write_text(page.format("Harbor &amp; Pine"))
    (folder / "tips/gutters/index.html").write_text(page.format("Dry gutters"))
    (folder / "404.html").write_text(page.format("No such page"))
    return folder
