"""Personal codes: written with the touch that shows them, issued once that touch was accepted, handed in once."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date

from topmind.errors import LedgerError
from topmind.ledger.book import Book
from topmind.ledger.coupon_values import Coupon, CouponRow
from topmind.ledger.database import day_number, number_day
from topmind.ledger.states import ACCEPTED, CLAIMED, DONE, UNKNOWN, UNRESOLVED


def put(book: Book, coupons: Sequence[Coupon], touch: int, person: int) -> None:
    """Write the codes of a frozen touch. Raises LedgerError where one of them is another person's."""
    for coupon in coupons:
        until = None if coupon.until is None else day_number(coupon.until)
        found = book.db.execute(
            "INSERT INTO coupons (code, person, base, scope, until) VALUES (?, ?, ?, ?, ?)"
            " ON CONFLICT (code) DO UPDATE SET until = excluded.until WHERE coupons.person = excluded.person RETURNING id",
            (coupon.code, person, coupon.base, coupon.scope, until),
        ).fetchone()
        if found is None:
            raise LedgerError("a personal code belongs to somebody else.", fix="Plan again.")
        book.db.execute(
            "INSERT INTO coupon_touches (coupon, touch) VALUES (?, ?) ON CONFLICT DO NOTHING",
            (found[0], touch),
        )


def rows(book: Book) -> tuple[CouponRow, ...]:
    """Every code, in order: the first touch that was accepted with it tells when it was issued."""
    out = {CLAIMED, ACCEPTED, UNKNOWN, UNRESOLVED, DONE}
    found = book.db.execute(
        "SELECT c.id, c.code, c.base, c.scope, c.until, c.redeemed, coalesce(p.contact, '') AS contact"
        " FROM coupons c LEFT JOIN people p ON p.id = c.person ORDER BY c.code"
    ).fetchall()
    touches: dict[int, list[tuple[int, str, int]]] = {}
    for coupon, day, name, state in book.db.execute(
        "SELECT k.coupon, t.day, o.name, t.state FROM coupon_touches k JOIN touches t ON t.id = k.touch"
        " JOIN occasions o ON o.id = t.occasion ORDER BY t.day, t.id"
    ):
        touches.setdefault(coupon, []).append((day, name, state))
    return tuple(_row(row, touches.get(row[0], []), out) for row in found)


def _row(row: Sequence[object], touches: Sequence[tuple[int, str, int]], out: set[int]) -> CouponRow:
    _, code, base, scope, until, redeemed, contact = row
    first = next(((day, name) for day, name, state in touches if state in {ACCEPTED, DONE}), None)
    return CouponRow(
        contact=str(contact),
        coupon=Coupon(code=str(code), base=str(base), scope=str(scope), until=_day(until)),
        issued=number_day(first[0]) if first else None,
        gone=any(state in out for _, _, state in touches),
        source=first[1] if first else "",
        redeemed=_day(redeemed),
    )


def _day(number: object) -> date | None:
    return number_day(number) if isinstance(number, int) else None


def redeem(book: Book, codes: Iterable[tuple[str, date]]) -> tuple[str, ...]:
    """Note codes that were handed in; those that nobody has are given back."""
    unknown = []
    changed = 0
    for code, day in codes:
        number = day_number(day)
        if book.db.execute("SELECT 1 FROM coupons WHERE code = ?", (code,)).fetchone() is None:
            unknown.append(code)
            continue
        changed += book.db.execute(
            "UPDATE coupons SET redeemed = ? WHERE code = ? AND (redeemed IS NULL OR redeemed > ?)",
            (number, code, number),
        ).rowcount
    if changed:
        book.moved()
    return tuple(unknown)


def redeemed(book: Book) -> tuple[tuple[str, str, date], ...]:
    """(source id, base, day) of what was handed in, by people who are not erased."""
    found = book.db.execute(
        "SELECT p.contact, c.base, c.redeemed FROM coupons c JOIN people o ON o.id = c.person"
        " JOIN people p ON p.id = coalesce(o.merged, o.id) WHERE c.redeemed IS NOT NULL ORDER BY p.contact, c.redeemed, c.code"
    )
    return tuple((contact, base, number_day(day)) for contact, base, day in found)
