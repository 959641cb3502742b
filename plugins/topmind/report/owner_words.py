"""The owner's questions in words: one sentence first, then figures. Sections serve the terminal and the mail."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date

from topmind.date_words import DateStyle
from topmind.report.heard import HeardRow, TopList
from topmind.report.outlook_words import listed, percent, share
from topmind.report.owner import OwnerReport
from topmind.report.promised import NewCustomers
from topmind.report.reasons import in_words

#: Of a long list those who wait longest are shown; the rest is counted.
MOST = 20
_OWN_WORDS = {
    "late_data": "late data",
    "no_run": "no run since",
    "too_late": "no run came in time",
    "before_the_programme": "bought before the programme began",
    "not_for_them": "the sequence is not for them",
    "refused": "refused by their mail server",
    "unknown": "not proven that it left",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Section:
    """One question with its answer."""

    title: str
    #: One sentence.
    says: str
    #: Column heads; () = no table.
    head: tuple[str, ...] = ()
    rows: tuple[tuple[str, ...], ...] = ()
    #: Columns that may name a person.
    personal: frozenset[int] = frozenset()
    #: After the table.
    more: str = ""


def reason_words(name: str) -> str:
    """A reason of the report."""
    return _OWN_WORDS.get(name) or in_words(name)


def reasons_listed(counts: Mapping[str, int]) -> str:
    """`3 the export brought them too late, 1 bounced`."""
    ordered = sorted(counts.items(), key=lambda pair: (-pair[1], pair[0]))
    return ", ".join(f"{count} {reason_words(name)}" for name, count in ordered)


def sentence(report: OwnerReport, dates: DateStyle) -> str:
    """The whole report in a breath."""
    parts = []
    if report.new is not None and report.new.everybody and report.new.step:
        due = report.new.everybody - report.new.open
        if due:
            parts.append(
                f"{report.new.thanked} of {due} new customers since {dates.month_day(report.since)} were thanked"
            )
    parts += [
        f"{top.kept} of our {len(top.rows)} largest heard from us as promised"
        for top in report.tops
        if top.rows
    ]
    everybody = next((row for row in report.floors if not row.segment), None)
    if everybody is not None:
        parts.append(
            f"{percent(everybody.inside, everybody.contacts)} of the {everybody.contacts} contacts whom we can reach are inside their floor"
        )
    total = report.tasks[0] if report.tasks else None
    if total is not None:
        overdue = f"{total.overdue} task{' is' if total.overdue == 1 else 's are'} overdue"
        parts.append(overdue if total.overdue else "no task is overdue")
    if report.unhappy:
        count = len(report.unhappy)
        parts.append(
            f"{count} unhappy customer{' waits' if count == 1 else 's wait'} for somebody to follow up"
        )
    text = listed(parts) if parts else "there is nothing to report yet"
    return text[:1].upper() + text[1:] + "."


def sections(report: OwnerReport, dates: DateStyle, *, named: bool) -> tuple[Section, ...]:
    """Every question; `named`: whether people stand there under their names."""
    return (
        *_unhappy(report, dates),
        *_tops(report, dates, named=named),
        *_new(report, dates, named=named),
        *_promised(report, dates),
        *_floors(report),
        *_tasks(report, dates),
    )


def _unhappy(report: OwnerReport, dates: DateStyle) -> Iterator[Section]:
    if not report.unhappy:
        return
    count = len(report.unhappy)
    alone = sum(not row.task for row in report.unhappy)
    who = "1 customer said so" if count == 1 else f"{count} customers said so"
    yield Section(
        title="Not happy, and nobody has followed up",
        says=f"{who}; nothing is sold to them until a later task for them is done."
        + (f" For {alone} of them nobody has a task: call them." if alone else ""),
        head=("who", "said so", "asked by", "whose task"),
        rows=tuple(
            (row.who, dates.month_day(row.day), row.what, row.task or "nobody's")
            for row in report.unhappy[:MOST]
        ),
        personal=frozenset({0}),
        more=f"… and {count - MOST} more (--json has all)" if count > MOST else "",
    )


def _tops(report: OwnerReport, dates: DateStyle, *, named: bool) -> Iterator[Section]:
    if not report.tops:
        yield Section(
            title="The largest customers",
            says="The contacts have no purchases, so nobody is larger than another.",
        )
    for number, top in enumerate(report.tops):
        first = number == 0
        rows = top.rows if first else tuple(row for row in top.rows if row.late)
        head = ("who", "last heard", "by", "from", "promised")
        shown = rows[:MOST]
        more = [f"… and {len(rows) - MOST} more (--json has all)"] if len(rows) > MOST else []
        more += ["Names, on your own screen: topmind report --who"] if first and not named else []
        yield Section(
            title=f"The {top.size} largest customers" + ("" if first else ": whom we owe something"),
            says=_top_says(top),
            head=head if shown else (),
            rows=tuple(_heard(row, dates, report.as_of) for row in shown),
            personal=frozenset({0}),
            more=" ".join(more),
        )


def _top_says(top: TopList) -> str:
    if not top.rows:
        return "Nobody has bought anything in the last 365 days."
    if top.kept == len(top.rows):
        return f"All {len(top.rows)} heard something valuable within what we promised."
    late = len(top.rows) - top.kept
    apart = sum(bool(row.late and row.apart) for row in top.rows)
    why = f"; {apart} of them cannot be reached on any channel that we may use" if apart else ""
    return f"{top.kept} of {len(top.rows)} heard something valuable within what we promised; {late} did not{why}."


def _heard(row: HeardRow, dates: DateStyle, as_of: date) -> tuple[str, ...]:
    promise = f"every {row.floor} days" if row.floor else "none"
    if row.late:
        state = f"{row.late} day{'' if row.late == 1 else 's'} late"
        state += f" ({reason_words(row.apart)})" if row.apart else ""
        promise = f"{promise}: {state}"
    elif row.floor:
        promise = f"{promise}: kept"
    if row.last is None:
        return (row.who, "never", "–", "–", promise)
    what = row.what if row.channel == "email" else f"{row.what} ({row.channel})"
    same_year = row.last.year == as_of.year
    day = dates.month_day(row.last) if same_year else dates.day(row.last)
    return (row.who, day, what, row.by, promise)


def _new(report: OwnerReport, dates: DateStyle, *, named: bool) -> Iterator[Section]:
    new = report.new
    if new is None:
        return
    title = f"New customers since {dates.day(new.since)}"
    if not new.everybody:
        yield Section(title=title, says="Nobody bought for the first time.")
        return
    if not new.step:
        says = f"{new.everybody} bought for the first time, and nobody was promised thanks: no sequence starts from "
        yield Section(title=title, says=f"{says}first_purchase().")
        return
    counts = {
        "thanked": new.thanked,
        "still within its days": new.open,
        "late data: no plan saw them within its days": new.late_data,
        "no consent, or no address that works": new.no_consent,
        f"missed{_why(new)}": new.missed,
    }
    rows = [(what, share(n, new.everybody)) for what, n in counts.items() if n or what == "thanked"]
    people = [f"{reason_words(what)}: {name}" for what, name in new.who[:MOST]] if named else []
    yield Section(
        title=title,
        says=f"{new.everybody} bought for the first time; {new.thanked} got {new.step}.",
        head=("what became of the thanks", "new customers"),
        rows=tuple(rows),
    )
    if people:
        yield Section(
            title="Who was not thanked",
            says="In the order of the reasons.",
            head=("who",),
            rows=tuple((line,) for line in people),
            personal=frozenset({0}),
            more=f"… and {len(new.who) - MOST} more" if len(new.who) > MOST else "",
        )


def _why(new: NewCustomers) -> str:
    return f": {reasons_listed(new.reasons)}" if new.reasons else ""


def _promised(report: OwnerReport, dates: DateStyle) -> Iterator[Section]:
    rows = [row for row in report.promised if row.promised]
    if not rows:
        return
    yield Section(
        title=f"Follow-up since {dates.day(report.since)}: promised by the files, and kept",
        says="Promised counts everybody whose own facts made them due, also those whom no plan saw within the step's days "
        "(late data).",
        head=("step", "kept", "promised", "open", "not kept"),
        rows=tuple(
            (
                f"{row.sequence}/{row.step}",
                share(row.kept, row.promised - row.open),
                str(row.promised),
                str(row.open or "–"),
                reasons_listed(row.missed) or "–",
            )
            for row in rows
        ),
    )


def _floors(report: OwnerReport) -> Iterator[Section]:
    if not report.floors:
        return
    yield Section(
        title="Who is inside the floor today",
        says="A valuable touch within the promised days; whom nobody may or can reach stands apart.",
        head=("segment", "inside", "of", "never yet", "apart"),
        rows=tuple(
            (
                row.segment or "everybody",
                share(row.inside, row.contacts),
                str(row.contacts),
                str(row.never or "–"),
                reasons_listed(row.apart) or "–",
            )
            for row in report.floors
        ),
    )


def _tasks(report: OwnerReport, dates: DateStyle) -> Iterator[Section]:
    if not report.tasks:
        return
    total = report.tasks[0]
    yield Section(
        title="Calls, letters, visits, parcels",
        says=f"{total.done} done and {total.missed} missed since {dates.month_day(report.since)}; "
        f"{total.open + total.overdue} open, {total.overdue} of them overdue.",
        head=("who", "done", "missed", "open", "overdue"),
        rows=tuple(
            (row.name, str(row.done), str(row.missed), str(row.open), str(row.overdue))
            for row in report.tasks[1:]
        ),
    )


def as_text(report: OwnerReport, dates: DateStyle, *, named: bool) -> str:
    """For a terminal."""
    blocks = [sentence(report, dates)]
    blocks += ["\n".join(_lines(section)) for section in sections(report, dates, named=named)]
    return "\n\n".join(blocks)


def _lines(section: Section) -> Iterator[str]:
    yield section.title
    yield f"  {section.says}"
    if section.rows:
        table = [section.head, *section.rows] if len(section.head) > 1 else list(section.rows)
        widths = [max(len(row[k]) for row in table) for k in range(len(table[0]))]
        for row in table:
            yield (
                "  " + "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True))
            ).rstrip()
    if section.more:
        yield f"  {section.more}"
