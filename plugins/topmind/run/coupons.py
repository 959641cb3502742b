"""Personal codes of a run: which touch shows which, the code of each person, and what the till is told."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from pathlib import Path

from topmind import mail
from topmind.catalog import dates
from topmind.catalog.coupons import personal_codes
from topmind.catalog.findings import Wrong
from topmind.errors import ContentError
from topmind.ledger import Coupon, CouponRow, Ledger, Row
from topmind.links import KeyRing, coupon
from topmind.model import Catalog, Clock, CompiledEdition, Level, PersonalCode, Problem, TouchKey
from topmind.run import places
from topmind.settings import Settings
from topmind.till_codes import is_whole

HEAD = ("code", "contact", "issued", "expires", "source", "redeemed")


@dataclass(slots=True)
class Codes:
    """Gives each person their codes; remembers what the ledger has, and what this run gave."""

    catalog: Catalog
    ring: KeyRing
    #: The ledger's rows, read when the first code is asked for.
    read: Callable[[], Iterable[CouponRow]] = tuple
    _own: Mapping[str, PersonalCode] | None = None
    _known: dict[tuple[str, str, str], CouponRow] | None = None
    _taken: dict[str, tuple[str, str, str]] = field(default_factory=dict)
    _given: dict[TouchKey, tuple[Coupon, ...]] = field(default_factory=dict)
    _shown: dict[str, tuple[tuple[str, ...], bool]] = field(default_factory=dict)

    def on(self, rows: Iterable[Row], compiled: Mapping[str, CompiledEdition]) -> list[Row]:
        """Rows to freeze with the codes that each of them shows."""
        found = []
        for row in rows:
            edition = compiled.get(row.edition)
            if edition:
                shows = self._of(edition, row.key, row.day)
            else:
                rules = written_in(self.catalog, row.key) if row.key.channel.is_task else ()
                shows = tuple(self._coupon(rule, row.key, row.day) for rule in rules)
            if shows:
                self._given[row.key] = shows
            found.append(replace(row, coupons=shows) if shows else row)
        return found

    def values(self, compiled: CompiledEdition, key: TouchKey, day: date) -> dict[str, object]:
        """The codes of a touch as values of its merge; `day`: when it leaves, where it was not frozen here."""
        found: dict[str, object] = {}
        for one in self._given.get(key) or self._of(compiled, key, day):
            # a text that names an end has one also for whoever got the code when it had none
            until = one.until or self._rule(one.base).last_day(day)
            found |= {f"coupon:{one.base}": one.code, f"coupon_until:{one.base}": until}
            found.setdefault("coupon", one.code)
        return found

    def _of(self, compiled: CompiledEdition, key: TouchKey, day: date) -> tuple[Coupon, ...]:
        """The codes that this touch shows when it leaves on `day`."""
        shown = self._shown.get(compiled.hash)
        if shown is None:
            fields = mail.system_fields(compiled)
            bases = sorted(name.removeprefix("coupon:") for name in fields if name.startswith("coupon:"))
            shown = self._shown[compiled.hash] = tuple(bases), "coupon" in fields
        bases_, by_tag = shown
        rules = {base: self._rule(base) for base in bases_}
        if by_tag and len(rules) != 1:
            own = _own_code(key)
            rules = {own.code: own} | rules
        return tuple(self._coupon(rule, key, day) for rule in rules.values())

    def _rule(self, base: str) -> PersonalCode:
        if self._own is None:
            self._own = personal_codes(self.catalog)
        return self._own.get(base) or PersonalCode(code=base)

    def _coupon(self, rule: PersonalCode, key: TouchKey, day: date) -> Coupon:
        scope = scope_of(rule, key)
        asked = (key.contact, rule.code, scope)
        if self._known is None:
            rows = tuple(self.read())
            self._known = {(r.contact, r.coupon.base, r.coupon.scope): r for r in rows}
            self._taken |= {r.coupon.code: (r.contact, r.coupon.base, r.coupon.scope) for r in rows}
        known = self._known.get(asked)
        if known is not None and known.gone:
            return known.coupon
        code = known.coupon.code if known else self._free(asked)
        return Coupon(code=code, base=rule.code, scope=scope, until=rule.last_day(day))

    def _free(self, asked: tuple[str, str, str]) -> str:
        """A code that nobody else has: the first attempt, but for one in many millions."""
        for attempt in range(1000):
            code = coupon(self.ring, *asked, attempt)
            if self._taken.setdefault(code, asked) == asked:
                return code
        raise AssertionError("a thousand collisions in a row")


def scope_of(rule: PersonalCode, key: TouchKey) -> str:
    """What a touch's code is issued for: the offer, or the source with its occurrence."""
    return rule.item or f"{key.source}/{key.occurrence}"


def written_in(catalog: Catalog, key: TouchKey) -> tuple[PersonalCode, ...]:
    """The personal codes in the words of a task: a letter, a card with a parcel."""
    step = mail.step_of(catalog, key)
    own = personal_codes(catalog) if step and step.body.coupons else {}
    return tuple(own[code] for code in step.body.coupons if code in own) if step else ()


def on_paper(catalog: Catalog, key: TouchKey, rows: Iterable[CouponRow]) -> dict[str, object]:
    """The codes of a frozen task as values of its words; `rows`: the ledger's."""
    rules = {(rule.code, scope_of(rule, key)): rule for rule in written_in(catalog, key)}
    found: dict[str, object] = {}
    for row in rows if rules else ():
        one = row.coupon
        if row.contact == key.contact and (one.base, one.scope) in rules:
            found |= {f"coupon:{one.base}": one.code, f"coupon_until:{one.base}": one.until}
    return found


def _own_code(key: TouchKey) -> PersonalCode:
    """`{{ coupon }}` in a text without a personal block: a code named after the source."""
    return PersonalCode(code=key.source.rpartition("/")[2].upper())


# -- for the till -----------------------------------------------------------------------------------------


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

    Raises ContentError with every line that cannot be read; then nothing is noted.
    """
    given = _read(file, today)
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
