"""Personal codes for the till, and what the till took in."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from topmind.catalog import dates
from topmind.catalog.findings import Wrong
from topmind.errors import ContentError, UsageError
from topmind.ledger import CouponRow, Ledger
from topmind.model import Clock, Level, Problem
from topmind.run import places
from topmind.run.task_files import write_private
from topmind.settings import Settings
from topmind.till_codes import is_whole

HEAD = ("code", "contact", "issued", "expires", "source", "redeemed")


def rows(settings: Settings, clock: Clock, since: date | None = None) -> list[tuple[str, ...]]:
    """HEAD and a row for each code that was really issued (its mail was accepted) on or after `since`, by code."""
    found: tuple[CouponRow, ...] = ()
    if places.ledger_exists(settings):
        with places.open_project_ledger(settings, clock, places.key_ring(settings)) as ledger:
            found = ledger.coupons()
    return [HEAD, *(_line(row) for row in found if row.issued and (since is None or row.issued >= since))]


def day_of(text: str) -> date:
    """The day after `--since`, as front matter takes it. Raises UsageError."""
    try:
        return dates.read_day(text)
    except Wrong as wrong:
        raise UsageError(wrong.says, where="--since", fix=wrong.fix) from None


def _line(row: CouponRow) -> tuple[str, ...]:
    days = (row.issued, row.coupon.until)
    issued, until = (day.isoformat() if day else "" for day in days)
    return (
        row.coupon.code,
        row.contact,
        issued,
        until,
        row.source,
        row.redeemed.isoformat() if row.redeemed else "",
    )


def write(settings: Settings, output: Path, text: str) -> None:
    """Write the list for its owner only (0600): complete under its name, or not at all.

    Raises UsageError for a place from which a commit would take it along: a code is money.
    """
    path = (output if output.is_absolute() else settings.root / output).resolve()
    if path.is_relative_to(settings.root) and not path.is_relative_to(settings.var):
        raise UsageError(
            "codes that are good would lie among the files of the project.",
            where=output.name,
            fix="-o var/coupons.csv",
        )
    write_private(path, text)


def as_csv(lines: Iterable[tuple[str, ...]]) -> str:
    """RFC 4180 with line feeds; what a spreadsheet would take for a formula is text."""
    out = io.StringIO()
    csv.writer(out, lineterminator="\n").writerows([_safe(cell) for cell in line] for line in lines)
    return out.getvalue()


def _safe(cell: str) -> str:
    return f"'{cell}" if cell[:1] in {"=", "+", "-", "@", "\t", "\r"} else cell


@dataclass(frozen=True, slots=True, kw_only=True)
class Handed:
    """One line of a file from the till."""

    line: int
    code: str
    day: date
    #: Whether the file tells the day.
    dated: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Redeemed:
    """What became of a file of codes."""

    noted: int
    #: Lines that say what an earlier import said.
    known: int = 0
    #: (line, what is wrong with it): a code that nobody has, handed in twice, or too late.
    odd: tuple[tuple[int, str], ...] = ()

    def text(self) -> str:
        """For people; a code is no secret of a person, but its line is enough."""
        before = f" {self.known} {'was' if self.known == 1 else 'were'} noted before." if self.known else ""
        lines = [f"{self.noted} code{'' if self.noted == 1 else 's'} noted as redeemed.{before}"]
        return "\n".join([*lines, *(f"line {line}: {says}" for line, says in self.odd)])


def take_in(settings: Settings, clock: Clock, file: Path, today: date) -> Redeemed:
    """Note what the till took in. The file is a CSV with the column `code` and, where it is known, `date`.

    Raises ContentError with every line that cannot be read; then nothing is noted. UsageError where nothing was
    ever sent.
    """
    given = _read(file, today)
    if not places.ledger_exists(settings):
        raise UsageError(
            "no mail has left here yet, so nobody has a code.", fix="Run it where the mails are sent."
        )
    with places.open_project_ledger(settings, clock, places.key_ring(settings)) as ledger:
        return _note(ledger, given)


def _note(ledger: Ledger, given: list[Handed]) -> Redeemed:
    codes = {row.coupon.code: row for row in ledger.coupons()}
    first: dict[str, Handed] = {}
    odd: list[tuple[int, str]] = []
    known = 0
    for one in given:
        row = codes.get(one.code)
        if row is None:
            typo = not is_whole(one.code)
            odd.append(
                (one.line, "a mistyped code: its check letter is wrong." if typo else "nobody has this code.")
            )
            continue
        before = first.setdefault(one.code, one)
        if before is not one:
            odd.append((one.line, f"{_TWICE} on line {before.line}, too."))
        elif row.redeemed is not None and (row.redeemed == one.day or not one.dated):
            known += 1
            continue
        elif row.redeemed is not None:
            odd.append((one.line, f"{_TWICE} on {row.redeemed.isoformat()}, too."))
        until = row.coupon.until
        if until is not None and one.day > until:
            odd.append(
                (one.line, f"handed in on {one.day.isoformat()}, and good until {until.isoformat()} only.")
            )
    ledger.redeem((one.code, one.day) for one in given if one.dated or not _redeemed(codes.get(one.code)))
    fresh = sum(not _redeemed(codes[code]) for code in first)
    return Redeemed(noted=fresh, known=known, odd=tuple(odd))


_TWICE = "a code is good once, and this one was handed in"


def _redeemed(row: CouponRow | None) -> bool:
    return row is not None and row.redeemed is not None


def _read(file: Path, today: date) -> list[Handed]:
    """Each row; one without a day was handed in today."""
    try:
        text = file.read_text("utf-8-sig")
    except (OSError, UnicodeDecodeError):
        raise ContentError(
            [_wrong(file, 0, "cannot be read as text.", "Save it as a CSV file in UTF-8.")]
        ) from None
    table = csv.DictReader(io.StringIO(text), delimiter=";" if ";" in text.partition("\n")[0] else ",")
    names = {name.strip().lower(): name for name in table.fieldnames or () if name}
    if "code" not in names:
        raise ContentError([_wrong(file, 1, "has no column `code`.", "Begin it with a line: code,date")])
    found, problems = [], []
    for row in table:
        code = (row[names["code"]] or "").strip().upper()
        said = (row.get(names.get("date", "")) or "").strip()
        try:
            day = dates.read_day(said) if said else today
        except Wrong as wrong:
            problems.append(_wrong(file, table.line_num, f"date: {wrong.says}", wrong.fix))
            continue
        if code:
            found.append(Handed(line=table.line_num, code=code, day=day, dated=bool(said)))
    if problems:
        raise ContentError(problems)
    return found


def _wrong(file: Path, line: int, says: str, fix: str) -> Problem:
    return Problem(rule="coupons/file", level=Level.ERROR, path=file.name, line=line, says=says, fix=fix)
