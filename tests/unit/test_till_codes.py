"""Personal codes: readable aloud, the same again, never the same for two, and a typo is seen."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from topmind.links import KeyRing, coupon
from topmind.till_codes import LENGTH, LETTERS, code_of, is_whole

RING = KeyRing(links=("l" * 32,), addresses=("a" * 32,), coupons=("c" * 32,))
NUMBERS = st.integers(min_value=0, max_value=2**256 - 1)
BASES = st.from_regex(r"[A-Z][A-Z0-9-]{1,9}", fullmatch=True)


@given(BASES, NUMBERS)
def test_every_code_is_whole_however_it_is_typed(base: str, number: int) -> None:
    """Small letters and spaces around are no typo."""
    code = code_of(base, number)
    assert is_whole(code)
    assert is_whole(f" {code.lower()} ")
    assert code == code_of(base.lower(), number)
    assert not set("01ILOSU") & set(code.rpartition("-")[2])


@given(BASES, NUMBERS, st.integers(0, LENGTH), st.sampled_from(LETTERS))
def test_one_wrong_letter_is_seen(base: str, number: int, place: int, letter: str) -> None:
    """Whichever letter, wherever it stands."""
    head, _, letters = code_of(base, number).rpartition("-")
    wrong = letters[:place] + letter + letters[place + 1 :]
    assert is_whole(f"{head}-{wrong}") == (wrong == letters)


@given(BASES, NUMBERS, st.integers(0, LENGTH), st.integers(0, LENGTH))
def test_two_swapped_letters_are_seen(base: str, number: int, one: int, other: int) -> None:
    """Neighbours or not."""
    head, _, letters = code_of(base, number).rpartition("-")
    swapped = list(letters)
    swapped[one], swapped[other] = swapped[other], swapped[one]
    assert is_whole(f"{head}-{''.join(swapped)}") == ("".join(swapped) == letters)


@settings(max_examples=40)
@given(st.text(min_size=1, max_size=12), BASES, st.text(max_size=8), st.integers(0, 3))
def test_a_code_is_made_again_from_the_same(contact: str, base: str, scope: str, attempt: int) -> None:
    """Person, code, what for, attempt and key decide; nothing else does."""
    code = coupon(RING, contact, base, scope, attempt)
    assert code == coupon(RING, contact, base, scope, attempt)
    others = {
        coupon(RING, f"{contact}x", base, scope, attempt),
        coupon(RING, contact, base, f"{scope}x", attempt),
        coupon(RING, contact, base, scope, attempt + 1),
        coupon(
            KeyRing(links=RING.links, addresses=RING.addresses, coupons=("d" * 32,)),
            contact,
            base,
            scope,
            attempt,
        ),
    }
    assert code not in others
    assert len(others) == 4


def test_twenty_thousand_people_have_twenty_thousand_codes() -> None:
    """The chance that two of them share one is one in eighty; these do not."""
    assert len({coupon(RING, f"c{n}", "THANKS10") for n in range(20_000)}) == 20_000


def test_what_is_no_code() -> None:
    """Too short, without its base, with letters that no code has."""
    assert not any(map(is_whole, ("", "-", "THANKS10", "-2345678", "THANKS10-234567", "THANKS10-0OIL5SU1")))
