"""`topmind demo`: a made-up audience, the site, the plan, the outbox, and where to look."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from topmind.errors import GuardError
from topmind.links import address_hashes
from topmind.model import Clock, PastTouch
from topmind.run import last_plan, places, sending, site, summary
from topmind.run import load as load_
from topmind.run.load import Project
from topmind.run.people import open_people
from topmind.run.sent import SendResult

#: Says that the contacts beside it are made up, and from what.
MARK = ".made-up.json"


@dataclass(frozen=True, slots=True, kw_only=True)
class DemoResult:
    """What the demo made."""

    sent: SendResult
    #: Segment → contacts.
    segments: Mapping[str, int]
    contacts: int
    items: int
    pages: int
    root: Path

    @property
    def exit_code(self) -> int:
        """As `send` has it."""
        return self.sent.exit_code

    def as_dict(self) -> dict[str, Any]:
        """The counts of `send`, and what is around them."""
        data = self.sent.as_dict()
        data["segments"] = dict(self.segments)
        data["contacts"] = self.contacts
        data["site"] = {"items": self.items, "pages": self.pages}
        plan = summary.plan_as_dict(self.sent.decided)
        data["due_now"] = plan.pop("due")
        data |= {
            key: plan[key] for key in ("active", "pending", "not_for_them", "occasions", "calendar", "gaps")
        }
        data["expired_by_reason"] = plan["expired"]
        return data

    def text(self) -> str:
        """For a person: contacts, today, outbox, what comes, where to look."""
        decided = self.sent.decided
        widest = max((len(name) for name in self.segments), default=0)
        lines = ["", f"Contacts: {self.contacts} made-up people in var/contacts/", ""]
        lines += [f"  {name:{widest}}  {size:6}" for name, size in self.segments.items()]
        ahead = last_plan.previous(decided.project.settings)
        lines += ["", summary.plan_as_text(decided, days=14, ahead=ahead), "", self.sent.text(), ""]
        lines += [
            "Where to look",
            "  var/outbox/   one .eml for each mail: any mail program opens it",
            "  output/       the resource site",
            "  topmind preview        site, every mail ahead, plan, calendar and outbox in a browser",
            "  topmind plan           the weeks ahead: what to write, and by when",
            "  topmind why 0007       the story of one person",
            "  topmind report         what was promised and what was done",
        ]
        return "\n".join(lines)


def demo(
    root: Path,
    *,
    as_of: str | None,
    clock: Clock,
    write_audience: Callable[[Path, date], object],
    past_touches: Callable[[date], Sequence[PastTouch]],
    what: Mapping[str, object],
    say: Callable[[str], None] | None = None,
    environ: Mapping[str, str] | None = None,
) -> DemoResult:
    """Play the sample once; again, it sends nothing. `what` names the audience: another one is written anew.

    Raises GuardError with another transport than the outbox, or where real contacts are in the way.
    """
    tell = say or (lambda _text: None)
    project = load_.load(root, as_of=as_of, clock=clock, environ=environ)
    folder = _guard(project)
    day = project.moment.as_of
    if _prepare(folder, {**what, "as_of": day.isoformat()}):
        tell("Making up an audience")
        write_audience(folder, day)
        _mark(folder, {**what, "as_of": day.isoformat()})
    if not places.ledger_exists(project.settings):
        tell("Remembering what they got before")
        _remember(project, clock, past_touches(day))
    tell("Building the site")
    built = site.build(project, clock)
    tell("Planning and sending into the outbox")
    sent = sending.send(root, as_of=as_of, clock=clock, environ=environ)
    members = sent.decided.members
    return DemoResult(
        sent=sent,
        segments={
            name: int((members.in_segment[:, column] & members.active).sum())
            for column, name in enumerate(members.segments)
        },
        contacts=len(members),
        items=built.items,
        pages=built.pages,
        root=project.root,
    )


def _guard(project: Project) -> Path:
    """The folder for the made-up contacts. Raises GuardError where the demo could touch real people."""
    settings = project.settings
    if settings.transport == "ses":
        raise GuardError("the demo never uses Amazon SES.", where="TOPMIND_TRANSPORT", fix="Unset it.")
    folder = Path(settings.contacts) if settings.contacts else settings.var / "contacts"
    if folder.is_dir() and any(folder.glob("*.csv")) and not (folder / MARK).is_file():
        raise GuardError(
            "there are contacts that the demo did not make up; nothing was written.",
            where=str(folder.name),
            fix="Run the demo in another folder: topmind init --sample, then topmind demo.",
        )
    return folder


def _prepare(folder: Path, what: Mapping[str, object]) -> bool:
    """Whether the audience must be written."""
    try:
        return bool(json.loads((folder / MARK).read_text("utf-8")) != dict(what))
    except (OSError, ValueError):
        return True


def _mark(folder: Path, what: Mapping[str, object]) -> None:
    places.write_atomic(folder / MARK, json.dumps(dict(what)) + "\n")


def _remember(project: Project, clock: Clock, touches: Sequence[PastTouch]) -> None:
    """Give a new ledger the past that this audience would have had."""
    ring = places.key_ring(project.settings)
    with open_people(project) as source:
        people = source.people()
    with places.open_project_ledger(project.settings, clock, ring) as ledger:
        ledger.sync_people(people, lambda address: address_hashes(ring, address))
        ledger.seed(touches)
