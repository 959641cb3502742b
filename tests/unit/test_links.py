"""Keys, signed links, address hashes, coupons."""

from __future__ import annotations

import base64
import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from topmind.errors import ConfigError, LinkError
from topmind.links import (
    KeyRing,
    LinkPurpose,
    Links,
    address_hash,
    address_hashes,
    coupon,
    normalise_address,
    short_hash,
)
from topmind.model import LinkContext

WHO = LinkContext(contact="c0007", touch_hex="3b1f8c02d94ae7560c7d2b9f41e8a653")
RING = KeyRing(links=("l" * 32,), addresses=("a" * 32,), coupons=("c" * 32,))
OTHER = KeyRing(links=("L" * 32,), addresses=("A" * 32,), coupons=("C" * 32,))


def token_of(url: str) -> str:
    """The last part of a link."""
    return url.rsplit("/", 1)[1]


def test_a_new_ring_is_private_complete_and_readable(tmp_path: Path) -> None:
    """`create` writes one file of mode 0600 from which `load` gives the same ring, and leaves nothing else."""
    path = tmp_path / "var" / "keys.json"
    ring = KeyRing.create(path)
    assert path.stat().st_mode & 0o777 == 0o600
    assert KeyRing.load(path) == ring == KeyRing.load(path.read_text())
    assert [p.name for p in path.parent.iterdir()] == ["keys.json"]


def test_a_ring_is_never_written_over(tmp_path: Path) -> None:
    """A second `create` says so and keeps the first ring."""
    path = tmp_path / "keys.json"
    ring = KeyRing.create(path)
    with pytest.raises(ConfigError, match="a key ring already"):
        KeyRing.create(path)
    assert KeyRing.load_or_create(path) == ring
    assert [p.name for p in tmp_path.iterdir()] == ["keys.json"]


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("{", "no JSON"),
        ("{}", "has no key"),
        (json.dumps({"links": "x"}), "no list|no key"),
        (json.dumps({"links": ["short-secret"], "addresses": ["a" * 32], "coupons": ["c" * 32]}), "shorter"),
        (json.dumps({"tokens": ["short-secret"]}), "nobody knows"),
    ],
)
def test_a_bad_ring_is_refused_without_showing_it(text: str, says: str) -> None:
    """The message names the trouble and never a key."""
    with pytest.raises(ConfigError, match=says) as caught:
        KeyRing.load(text)
    assert "short-secret" not in str(caught.value)


def test_a_missing_ring_says_what_to_do(tmp_path: Path) -> None:
    """A path without a file is no reason to make a new ring."""
    with pytest.raises(ConfigError, match=r"keys\.json: there is no key ring\. Restore"):
        KeyRing.load(tmp_path / "keys.json")


def test_no_key_shows_in_repr() -> None:
    """A ring in a traceback or a log gives nothing away."""
    assert "lll" not in repr(RING)
    assert "aaa" not in repr(RING)


@pytest.mark.parametrize("purpose", list(LinkPurpose))
def test_each_purpose_reads_only_its_own_links(purpose: LinkPurpose) -> None:
    """A link for one purpose opens no other door."""
    links = Links(RING, "https://live.example/")
    url = {
        LinkPurpose.UNSUBSCRIBE: links.unsubscribe(WHO),
        LinkPurpose.PREFERENCES: links.preferences(WHO),
        LinkPurpose.ANSWER: links.answer(WHO, "not-happy"),
        LinkPurpose.VIEW: links.view(WHO),
        LinkPurpose.TASK: links.task(WHO, "done"),
    }[purpose]
    assert url.startswith(f"https://live.example/{purpose.value[0]}/")
    read = links.read(token_of(url), purpose)
    assert (read.contact, read.touch_hex) == (WHO.contact, WHO.touch_hex)
    for other in set(LinkPurpose) - {purpose}:
        with pytest.raises(LinkError):
            links.read(token_of(url), other)


def test_an_answer_keeps_its_word() -> None:
    """The word of `answer:WORD` comes back with the link; another shape is refused."""
    links = Links(RING, "")
    read = links.read(token_of(links.answer(WHO, "not-happy")), LinkPurpose.ANSWER)
    assert read.extra == {"answer": "not-happy"}
    for bad in ("", "not happy", "a--b", "../x"):
        with pytest.raises(LinkError):
            links.answer(WHO, bad)


@given(cut=st.integers(0, 200), letter=st.sampled_from("aZ0-_.é"))
def test_a_changed_token_is_not_read(cut: int, letter: str) -> None:
    """No single changed character gives a link of somebody."""
    links = Links(RING, "")
    token = token_of(links.unsubscribe(WHO))
    cut %= len(token)
    changed = token[:cut] + letter + token[cut + 1 :]
    if changed == token or cut == len(token) - 1:  # the last letter of base64 holds unused bits
        return
    with pytest.raises(LinkError):
        links.read(changed, LinkPurpose.UNSUBSCRIBE)


def test_a_foreign_ring_reads_nothing() -> None:
    """Links of another installation do not open ours."""
    token = token_of(Links(OTHER, "").unsubscribe(WHO))
    with pytest.raises(LinkError):
        Links(RING, "").read(token, LinkPurpose.UNSUBSCRIBE)


def test_unsubscribe_links_outlive_every_rotation() -> None:
    """After three rotations the first unsubscribe link still works and the first preference link does not."""
    first = Links(RING, "")
    ring = RING.rotated().rotated().rotated()
    now = Links(ring, "")
    assert now.read(token_of(first.unsubscribe(WHO)), LinkPurpose.UNSUBSCRIBE).contact == WHO.contact
    with pytest.raises(LinkError):
        now.read(token_of(first.preferences(WHO)), LinkPurpose.PREFERENCES)
    one_later = Links(RING.rotated(), "")
    assert one_later.read(token_of(first.preferences(WHO)), LinkPurpose.PREFERENCES).contact == WHO.contact
    with pytest.raises(LinkError):  # the newest signs
        first.read(token_of(one_later.unsubscribe(WHO)), LinkPurpose.UNSUBSCRIBE)


def test_the_check_value_names_the_ring() -> None:
    """Rotations and added address keys keep it; another ring has another."""
    grown = KeyRing.load(
        json.dumps(
            {
                "links": list(RING.rotated().links),
                "addresses": [*RING.addresses, "b" * 32],
                "coupons": ["d" * 32],
            }
        )
    )
    assert RING.check_value == grown.check_value == RING.rotated().rotated().rotated().check_value
    assert RING.check_value != OTHER.check_value


def test_no_address_goes_into_a_link() -> None:
    """Where ids of contacts are addresses, no link is made, and the message does not show one."""
    with pytest.raises(LinkError) as caught:
        Links(RING, "").unsubscribe(LinkContext(contact="ada@example.com", touch_hex="00"))
    assert "ada" not in str(caught.value)


def test_a_link_shows_only_id_and_touch() -> None:
    """What anybody can decode from a link is the contact's id and the touch."""
    payload = token_of(Links(RING, "").unsubscribe(WHO)).rsplit(".", 1)[0]
    assert json.loads(base64.urlsafe_b64decode(payload + "==")) == [WHO.contact, WHO.touch_hex]


@pytest.mark.parametrize(
    "typed", ["Ada@EXAMPLE.com", "  ada@example.com ", "ADA@Example.COM\n", "ada@example.com"]
)
def test_one_inbox_has_one_hash(typed: str) -> None:
    """Case and white space make no second person."""
    assert normalise_address(typed) == "ada@example.com"
    assert address_hash(RING, typed) == address_hash(RING, "ada@example.com")


def test_a_domain_has_one_hash_in_both_spellings() -> None:
    """`bücher` and its `xn--` form are one domain."""
    assert normalise_address("kim@BÜCHER.example") == normalise_address("kim@xn--bcher-kva.example")


@pytest.mark.parametrize("bad", ["", "nobody", "@example.com", "kim@", "kim@ex ample.com", "kim@\u2024.é"])
def test_no_address_no_hash(bad: str) -> None:
    """What is no address is an error that does not repeat it."""
    with pytest.raises(LinkError) as caught:
        address_hash(RING, bad)
    assert "kim" not in str(caught.value)


def test_an_added_address_key_finds_old_hashes() -> None:
    """A suppression stored under the old key is found after a new one was added."""
    grown = KeyRing(links=RING.links, addresses=(*RING.addresses, "b" * 32), coupons=RING.coupons)
    old = address_hash(RING, "ada@example.com")
    assert old != address_hash(grown, "ada@example.com")
    assert address_hashes(grown, "ada@example.com") == (address_hash(grown, "ada@example.com"), old)


def test_coupons_belong_to_one_person() -> None:
    """Same person and code, same coupon; readable aloud; another person, another one."""
    mine = coupon(RING, "c0007", "THANKS10")
    assert mine == coupon(RING, "c0007", "THANKS10")
    assert mine.startswith("THANKS10-")
    assert len(mine) == len("THANKS10-") + 8
    assert not set(mine.split("-")[1]) & set("01ILOSU")
    assert mine != coupon(RING, "c0008", "THANKS10")


def test_a_short_hash_tells_nothing_and_stays() -> None:
    """Ten letters per contact, the same after a rotation, other ones with another ring."""
    name = short_hash(RING, "c0007")
    assert len(name) == 10
    assert name == short_hash(RING.rotated(), "c0007") != short_hash(OTHER, "c0007")
