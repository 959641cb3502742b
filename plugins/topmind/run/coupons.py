"""Personal codes of a run: which touch shows which, and the code of each person."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date

from topmind import mail
from topmind.catalog.coupons import personal_codes
from topmind.ledger import Coupon, CouponRow, Row
from topmind.links import KeyRing, coupon
from topmind.model import Catalog, CompiledEdition, PersonalCode, TouchKey


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
