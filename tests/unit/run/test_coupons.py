"""Who gets which code, with and without a ledger."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from pathlib import Path

import pytest

from topmind.errors import ContentError
from topmind.ledger import Coupon, CouponRow
from topmind.links import KeyRing, coupon
from topmind.model import Channel, CompiledEdition, MergeTag, Place, TouchKey
from topmind.run.coupons import Codes
from topmind.run.till import _read, as_csv
from topmind.testing.builders import a_catalog, an_edition, an_item, written

RING = KeyRing(links=("l" * 32,), addresses=("a" * 32,), coupons=("c" * 32,))
DAY = date(2026, 12, 1)


def an_edition_with(*fields: str) -> CompiledEdition:
    """A mail that shows these system fields."""
    tags = tuple(Place(tag=MergeTag(field=field, source=field), where="text") for field in fields)
    return CompiledEdition(
        edition=an_edition(),
        hash="|".join(fields),
        subject=(),
        preheader=(),
        html=tags,
        text=(),
        sender_name="Dana",
        sender_address="dana@example.com",
        reply_to="dana@example.com",
        required=frozenset(),
    )


def key(contact: str = "c1", source: str = "first-job", occurrence: str = "once") -> TouchKey:
    """One touch."""
    return TouchKey(contact=contact, source=source, step="a", occurrence=occurrence, channel=Channel.EMAIL)


def codes(rows: Iterable[CouponRow] = ()) -> Codes:
    """A step with THANKS25 for sixty days, and an offer with a personal code."""
    body = written("/// coupon | THANKS25, personal, 60 days\n")
    offer = an_item("promotions/storm", code="STORM40", personal_code=True, ends=date(2026, 12, 20))
    return Codes(a_catalog(items=[an_item("tips/x", body=body), offer]), RING, lambda: rows)


def test_a_reminder_shows_the_same_code_and_a_year_later_comes_another() -> None:
    """One code per person, offer and occurrence."""
    mail = an_edition_with("coupon:THANKS25")
    found = codes()
    first = found.values(mail, key(), DAY)
    assert first == found.values(mail, key(), DAY)
    assert first["coupon_until:THANKS25"] == date(2027, 1, 30)
    assert first["coupon:THANKS25"] != found.values(mail, key(occurrence="2"), DAY)["coupon:THANKS25"]
    assert first["coupon:THANKS25"] != found.values(mail, key("c2"), DAY)["coupon:THANKS25"]


def test_an_offers_code_is_one_wherever_it_is_shown() -> None:
    """In the announcement, its reminder and the newsletter; its end is the offer's."""
    mail, found = an_edition_with("coupon:STORM40"), codes()
    shown = [
        found.values(mail, key(source=s, occurrence=o), DAY) for s, o in (("a", "1"), ("a", "2"), ("b", "W"))
    ]
    assert shown[0] == shown[1] == shown[2]
    assert shown[0]["coupon_until:STORM40"] == date(2026, 12, 20)


def test_a_code_that_left_keeps_its_last_day_and_its_letters() -> None:
    """Also after the key was rotated."""
    old = Coupon(code="THANKS25-2222222X", base="THANKS25", scope="first-job/once", until=date(2026, 12, 9))
    found = codes([CouponRow(contact="c1", coupon=old, gone=True)])
    assert found.values(an_edition_with("coupon:THANKS25"), key(), DAY) == {
        "coupon:THANKS25": "THANKS25-2222222X",
        "coupon_until:THANKS25": date(2026, 12, 9),
        "coupon": "THANKS25-2222222X",
    }


def test_a_collision_is_gone_round() -> None:
    """Whoever comes second gets the next attempt."""
    mine = coupon(RING, "c1", "THANKS25", "first-job/once")
    taken = Coupon(code=mine, base="THANKS25", scope="else")
    found = codes([CouponRow(contact="c9", coupon=taken, gone=True)])
    shown = found.values(an_edition_with("coupon:THANKS25"), key(), DAY)["coupon:THANKS25"]
    assert shown == coupon(RING, "c1", "THANKS25", "first-job/once", 1)


def test_the_tag_alone_names_its_source() -> None:
    """`{{ coupon }}` without a block; beside one block it is that block's code."""
    assert str(codes().values(an_edition_with("coupon"), key(), DAY)["coupon"]).startswith("FIRST-JOB-")
    both = codes().values(an_edition_with("coupon", "coupon:THANKS25"), key(), DAY)
    assert both["coupon"] == both["coupon:THANKS25"]


def test_the_till_reads_no_formula() -> None:
    """A spreadsheet must not run what stands in a cell."""
    assert as_csv([("code", "contact"), ("A-2", "=1+1")]) == "code,contact\nA-2,'=1+1\n"


@pytest.mark.parametrize(
    ("text", "line"), [("", 1), ("name\nx\n", 1), ("code,date\nA-2,12/1/2026\nA-3,soon\n", 2)]
)
def test_a_bad_file_of_the_till_is_told(tmp_path: Path, text: str, line: int) -> None:
    """No column, or a day that may be two: nothing is noted."""
    file = tmp_path / "till.csv"
    file.write_text(text, "utf-8")
    with pytest.raises(ContentError) as caught:
        _read(file, DAY)
    assert caught.value.problems[0].line == line


def test_the_till_may_write_as_its_program_does(tmp_path: Path) -> None:
    """Semicolons, a byte order mark, small letters, empty lines and a day in words."""
    file = tmp_path / "till.csv"
    file.write_bytes("\ufeffDate;Code\n1 December 2026;a-2\n;\n;b-3\n".encode())
    found = [(one.line, one.code, one.day, one.dated) for one in _read(file, DAY)]
    assert found == [(2, "A-2", DAY, True), (4, "B-3", DAY, False)]
