"""Personal codes from the text to the till and back, at the command line of a small company."""

from __future__ import annotations

import csv
import io
import re
from pathlib import Path

import pytest

from programme import Programme, a_sequence, a_step
from topmind.till_codes import is_whole

CODE = re.compile(r"[A-Z0-9]+-[2-9A-Z]{8}\b")
MARKETING = {"purpose: service": "purpose: marketing"}


@pytest.fixture
def story(tmp_path: Path) -> Programme:
    """Thanks with a code good for 60 days, and a reminder ten days later that shows it again."""
    files = a_sequence("thanks", "first_purchase()")
    for number, when in ((1, "after: 1 day"), (2, "after: 11 days")):
        made = a_step("thanks", number, when, text="Dear you,\n\n/// coupon | THANKS25, personal, 60 days")
        files |= {
            name: (text or "").replace("purpose: service", "purpose: marketing")
            for name, text in made.items()
        }
    files["content/tips/damp.md"] = None
    story = Programme(tmp_path / "alder", files)
    story.buys("c1", "2026-11-02")
    story.buys("c2", "2026-11-02")
    return story


def exported(story: Programme, *options: str) -> list[dict[str, str]]:
    """`coupons export` as rows."""
    said = story.desk.type("coupons", "export", *options)
    assert said.code == 0, said
    return list(csv.DictReader(io.StringIO(said.out)))


def code_in(story: Programme, contact: str, subject: str) -> str:
    """The code that a person reads in their mail."""
    (code,) = set(CODE.findall(story.text_of(contact, subject)))
    return code


def test_each_person_reads_a_code_of_their_own_and_the_till_knows_it(story: Programme) -> None:
    """Only what was accepted is exported, with its last day; a reminder shows the same code and adds no row."""
    assert exported(story) == []
    assert story.tick("2026-11-03") == [("c1", "thanks 1"), ("c2", "thanks 1")]
    mine, yours = (code_in(story, who, "thanks 1") for who in ("c1", "c2"))
    assert mine != yours
    assert is_whole(mine)
    assert "Until 2 January 2027" in " ".join(story.text_of("c1", "thanks 1").split())
    rows = exported(story)
    assert rows == sorted(rows, key=lambda row: row["code"])
    assert {row["code"]: row["contact"] for row in rows} == {mine: "c1", yours: "c2"}
    assert {(r["issued"], r["expires"], r["source"]) for r in rows} == {
        ("2026-11-03", "2027-01-02", "thanks/step1/once")
    }
    assert story.tick("2026-11-13") == [("c1", "thanks 2"), ("c2", "thanks 2")]
    assert code_in(story, "c1", "thanks 2") == mine
    assert "Until 2 January 2027" in " ".join(story.text_of("c1", "thanks 2").split())
    assert exported(story) == rows
    assert exported(story, "--since", "2026-11-04") == []
    assert len(exported(story, "--since", "2026-11-03")) == 2


def test_what_the_till_took_in_is_a_fact(story: Programme, tmp_path: Path) -> None:
    """Whoever used the code gets no reminder; a typo is told from a code that nobody has."""
    story.desk.write(
        {
            "content/sequences/thanks.md": (
                "---\nid: thanks\ntitle: Thanks\nstarts_from: first_purchase()\nstop_when: redeemed('THANKS25')\n---\nWhy.\n"
            )
        }
    )
    story.tick("2026-11-03")
    mine = code_in(story, "c1", "thanks 1")
    other = "2" if mine[-1] != "2" else "3"
    till = tmp_path / "till.csv"
    till.write_text(f"code,date\n{mine.lower()},2026-11-05\n{mine[:-1]}{other},\n", "utf-8")
    said = story.desk.type("coupons", "redeemed", str(till))
    assert (said.code, said.out) == (
        1,
        "1 code noted as redeemed.\nline 3: a mistyped code: its check letter is wrong.\n",
    )
    assert story.desk.type("coupons", "redeemed", str(till)).code == 1
    assert [r["redeemed"] for r in exported(story) if r["code"] == mine] == ["2026-11-05"]
    assert story.tick("2026-11-13") == [("c2", "thanks 2")]


def test_an_offers_personal_code_is_nowhere_public(tmp_path: Path) -> None:
    """On the page stands neither a person's code nor the word that all codes are made from."""
    offer = (
        "---\ntitle: Joints before Christmas\ndate: 2026-11-10\noffer: 10 % off\ncode: JOINT10\ncoupon: personal\n"
        "starts: 2026-11-10\nends: 2026-12-20\nsend: [2026-11-10, 2026-12-10]\nsubject: Joints\ngrace: 0\n---\n"
        "We close them.\n\n/// coupon | JOINT10\n"
    )
    tip = "---\ntitle: Tip {n}\ndate: 2026-01-1{n}\nsend: 2026-10-{n}4\nsubject: Tip {n}\n---\nDo it.\n"
    files = {f"content/tips/t{n}.md": tip.format(n=n) for n in range(3)}
    story = Programme(tmp_path / "alder", {"content/promotions/joints.md": offer, **files})
    assert story.desk.type("build", "--no-search").code == 0
    page = (story.desk.root / "output/promotions/joints/index.html").read_text("utf-8")
    assert "JOINT10" not in page
    assert "comes by mail" in page
    for n in range(3):
        story.tick(f"2026-10-{n}4")
    told = story.tick("2026-11-10")
    assert ("c1", "Joints") in told
    mine = code_in(story, "c1", "Joints")
    assert mine.startswith("JOINT10-")
    assert {row["expires"] for row in exported(story)} == {"2026-12-20"}
    assert len({row["code"] for row in exported(story)}) == len(told) == 7


def test_a_test_mail_shows_a_code_and_issues_none(story: Programme) -> None:
    """The same code as the person will get; nothing is written."""
    before = story.desk.left()["ledger"]
    said = story.desk.type("--as-of", "2026-11-03", "send", "--test", "me@alder.example", "--as", "c1")
    assert said.code == 0, said
    assert story.desk.left()["ledger"] == before
    (name,) = story.desk.mails()
    shown = str(story.message(name).get_body(("plain",)))
    (code,) = set(CODE.findall(shown))
    story.desk.write({f"var/outbox/{name}": None})
    story.tick("2026-11-03")
    assert code_in(story, "c1", "thanks 1") == code


@pytest.mark.parametrize(
    ("block", "says"),
    [
        ("THANKS25, personel", "only `personal`"),
        ("THANKS25, personal, soon", "soon"),
        ("THANKS25, personal, 0 days", "0 days"),
        ("THANKS25, personal, until 12/1/2026", "12/1/2026"),
    ],
)
def test_a_wrong_coupon_line_is_told(story: Programme, block: str, says: str) -> None:
    """File and line, and what to write."""
    step = a_step("thanks", 1, "after: 1 day", text=f"/// coupon | {block}")
    story.desk.write(step)
    said = story.desk.type("check")
    assert said.code == 1
    assert says in said.out
    assert "content/sequences/thanks/01-step1.md:7" in said.out


def test_the_day_of_the_list_is_written_as_everywhere(story: Programme) -> None:
    """In words, as numbers with one reading; one with two is refused with both."""
    story.tick("2026-11-03")
    for day, many in (("3 November 2026", 2), ("24.12.2026", 0)):
        assert len(exported(story, "--since", day)) == many
    said = story.desk.type("coupons", "export", "--since", "1.12.2026")
    assert said.code == 2
    assert "--since" in said.err
    assert "2026-12-01 (1 December 2026) or 2026-01-12" in said.err


def test_a_code_is_good_once_and_in_time(story: Programme) -> None:
    """Handed in twice, in one file or in two, or after its last day: named by line; the same file again is no matter."""
    story.tick("2026-11-03")
    mine, yours = (code_in(story, who, "thanks 1") for who in ("c1", "c2"))
    till = story.desk.root / "var/till.csv"

    def taken(*rows: str) -> tuple[int, list[str]]:
        till.write_text("\n".join(["code,date", *rows]) + "\n", "utf-8")
        said = story.desk.type("coupons", "redeemed", str(till))
        return said.code, said.out.splitlines()

    twice = "a code is good once, and this one was handed in on"
    assert taken(f"{mine},2026-11-05", f"{mine},2026-11-06") == (
        1,
        ["1 code noted as redeemed.", f"line 3: {twice} line 2, too."],
    )
    assert taken(f"{mine},2026-11-05") == (0, ["0 codes noted as redeemed. 1 was noted before."])
    assert taken(f"{mine},") == (0, ["0 codes noted as redeemed. 1 was noted before."])
    assert taken(f"{mine},2026-11-09") == (
        1,
        ["0 codes noted as redeemed.", f"line 2: {twice} 2026-11-05, too."],
    )
    assert taken(f"{yours},2027-01-03") == (
        1,
        [
            "1 code noted as redeemed.",
            "line 2: handed in on 2027-01-03, and good until 2027-01-02 only.",
        ],
    )
    assert {r["contact"]: r["redeemed"] for r in exported(story)} == {"c1": "2026-11-05", "c2": "2027-01-03"}


def test_a_letter_has_its_code_on_paper(tmp_path: Path) -> None:
    """The page to print shows the person's own code; the till hears of it once the letter is done."""
    step = a_step("thanks", 1, "after: 1 day", text="Dear you,\n\n/// coupon | THANKS25, personal, 60 days")
    letter = (step["content/sequences/thanks/01-step1.md"] or "").replace(
        "purpose: service", "channel: letter"
    )
    files = a_sequence("thanks", "first_purchase()") | {"content/sequences/thanks/01-step1.md": letter}
    story = Programme(tmp_path / "alder", files)
    path = story.desk.root / "segments/_audience.toml"
    named = 'name = ["first_name", "last_name"]\n'
    text = path.read_text("utf-8").replace(named, f'{named}postal = ["last_name"]\n')
    letters = (
        '\n[consent.letter]\nbasis = "existing_customers"\nsince = "2020-01-01"\nevidence = "they bought"\n'
    )
    path.write_text(text + letters, "utf-8")
    story.buys("c1", "2026-11-02")
    story.tick("2026-11-03")
    page = story.desk.root / "var/letters.html"
    said = story.desk.type("--as-of", "2026-11-03", "tasks", "print", "--to", str(page))
    assert said.code == 0, said
    (code,) = set(CODE.findall(page.read_text("utf-8")))
    assert is_whole(code)
    assert exported(story) == []


def test_the_list_lies_where_no_commit_takes_it_along(story: Programme) -> None:
    """Below var/ for its owner only; and a folder in which nothing was sent takes nothing in."""
    till = story.desk.root / "var/till.csv"
    till.write_text("code\nA-2\n", "utf-8")
    said = story.desk.type("coupons", "redeemed", str(till))
    assert (said.code, "nobody has a code" in said.err) == (2, True)
    assert not (story.desk.root / "var/ledger.db").exists()
    story.tick("2026-11-03")
    assert story.desk.type("coupons", "export", "-o", "coupons.csv").code == 2
    assert (
        story.desk.type("coupons", "export", "-o", "var/coupons.csv").out
        == "2 codes written to var/coupons.csv.\n"
    )
    assert (story.desk.root / "var/coupons.csv").stat().st_mode & 0o777 == 0o600
    assert not (story.desk.root / "coupons.csv").exists()
