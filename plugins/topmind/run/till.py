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
class Redeemed:
    """What became of a file of codes."""

    noted: int
    #: Lines whose code nobody has, and whether its check letter tells a typo.
    unknown: tuple[tuple[int, bool], ...]

    def text(self) -> str:
        """For people; a code is no secret of a person, but its line is enough."""
        lines = [f"{self.noted} code{'' if self.noted == 1 else 's'} noted as redeemed."]
        for line, typo in self.unknown:
            lines.append(
                f"line {line}: "
                + ("a mistyped code: its check letter is wrong." if typo else "nobody has this code.")
            )
        return "\n".join(lines)


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


def _note(ledger: Ledger, given: list[tuple[int, str, date]]) -> Redeemed:
    unknown = set(ledger.redeem((code, day) for _, code, day in given))
    missed = tuple((line, not is_whole(code)) for line, code, _ in given if code in unknown)
    return Redeemed(noted=len(given) - len(missed), unknown=missed)


def _read(file: Path, today: date) -> list[tuple[int, str, date]]:
    """(line, code, day) of each row."""
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
            found.append((table.line_num, code, day))
    if problems:
        raise ContentError(problems)
    return found


def _wrong(file: Path, line: int, says: str, fix: str) -> Problem:
    return Problem(rule="coupons/file", level=Level.ERROR, path=file.name, line=line, says=says, fix=fix)
