"""What a representative reads: in the mail, in a list, on paper. One person's words never reach another."""

from __future__ import annotations

import email
import email.policy
import re
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from topmind import brand
from topmind.mail import TaskSheet, build, call_list, letters, script, task_mail
from topmind.mail.scripts import answer_words, for_person
from topmind.mail.task_words import TASK_WORDS
from topmind.model import Catalog, Channel, CompiledEdition, Place, TouchKey
from topmind.testing.builders import (
    TODAY,
    a_catalog,
    a_company,
    a_sequence,
    a_step,
    a_team_member,
    an_item,
    written,
)

ROOT = Path(__file__).parents[3]
BRAND = brand.load(ROOT)
WORDS = (
    'Ask {{ first_name | default: "them" }}: "This is {{ sender_name }}."\n\n'
    "Or {{ town }}? [Call back](answer:call-back)\n\n/// button | All well -> answer:happy\n\n"
    "/// callout | Put in\nA pencil.\n///\n"
)


def a_programme(words: str = WORDS, channel: Channel = Channel.CALL, **company: Any) -> Catalog:
    """One step off e-mail."""
    step = a_step("call", channel=channel, body=written(words, "content/sequences/s/01-call.md"))
    return a_catalog(
        sequences=[a_sequence("s", steps=[step])],
        company=a_company(email="hello@alder.example", **company),
        team=[a_team_member("dana", name="Dana Reyes")],
    )


def a_sheet(catalog: Catalog, **over: Any) -> TaskSheet:
    """A call to Quenby, due in four days."""
    channel = over.get("channel", Channel.CALL)
    key = TouchKey(contact="c1", source="s", step="call", occurrence="once", channel=channel)
    base: dict[str, Any] = {
        "ref": "3fa9c1d2",
        "title": "Does it hold?",
        "channel": channel,
        "last_day": TODAY + timedelta(days=4),
        "overdue": False,
        "last": False,
        "tried": False,
        "script": script(catalog, key, "Does it hold?", TODAY, "dana", frozenset()),
        "name": "Quenby Zyskowski",
        "phone": "+49 (30) 1234-5",
        "postal": ("1 Mill Lane", "Cork"),
        "values": {"first_name": "Quenby", "town": None},
        "answers": {},
    }
    return TaskSheet(**{**base, **over})


LINKS = {
    word: f"https://live.example/t/{word}"
    for word in ("done", "no-answer", "not-happy", "happy", "call-back")
}


def parts(catalog: Catalog, *sheets: TaskSheet, day: date = TODAY) -> tuple[str, str, CompiledEdition]:
    """(HTML, plain text, compiled) of the mail as it arrives."""
    made = task_mail(catalog, BRAND, ROOT, catalog.team["dana"], sheets, day)
    raw = build(made.compiled, made.values, to="dana@alder.example", headers={})
    parsed = email.message_from_bytes(raw, policy=email.policy.default)
    bodies = [parsed.get_body((kind,)) for kind in ("html", "plain")]
    html, text = (str(body.get_content()) for body in bodies if body is not None)
    return html, text, made.compiled


def test_the_mail_says_who_how_and_what_to_say() -> None:
    """With a phone number to press, the words with the person's name and the reader's, and three answers."""
    catalog = a_programme()
    html, text, _ = parts(catalog, a_sheet(catalog, answers=LINKS))
    assert 'href="tel:+493012345"' in html
    assert "Ask Quenby: “This is Dana Reyes.”" in " ".join(text.split())
    assert "Or …?" in text, "a hole in a script is better than no script"
    for word in LINKS:
        assert f'href="https://live.example/t/{word}"' in html
    assert "unsubscribe" not in html.lower()


def test_without_live_pages_the_list_is_named() -> None:
    """No link leads nowhere: answers of the script stand as words, and how to answer is said."""
    catalog = a_programme()
    html, text, _ = parts(catalog, a_sheet(catalog))
    assert "topmind tasks import" in " ".join(text.split())
    assert "/t/" not in html
    assert "answer" not in re.sub(r"no answer|To answer", "", html)
    assert "Call back" in html
    assert "All well" not in html


def test_a_person_meets_nothing_but_the_join() -> None:
    """No literal of the compiled mail has a word of anybody: names, numbers and notes are places."""
    catalog = a_programme()
    sheet = a_sheet(catalog, answers=LINKS, notes=("leaks at noon",), touches=("24 November: The Fix",))
    _, _, compiled = parts(catalog, sheet)
    literals = "".join(p for text in (compiled.html, compiled.text) for p in text if not isinstance(p, Place))
    for word in ("Quenby", "Zyskowski", "1234", "leaks", "The Fix", "live.example"):
        assert word not in literals


@settings(max_examples=25, deadline=None)
@given(st.text(max_size=30), st.text(max_size=30))
def test_whatever_somebody_is_called_the_mail_stays_whole(name: str, note: str) -> None:
    """Hostile names and notes are text: no tag, no header, no place of another task."""
    catalog = a_programme("Hello {{ first_name | default: 'x' }}.\n")
    values = {"first_name": name, "town": "x"}
    sheets = [a_sheet(catalog, name=name or "–", notes=(note,), values=values), a_sheet(catalog, name="Anna")]
    html, _, compiled = parts(catalog, *sheets)
    assert html.count("<h2") == html.count("</h2>") >= 2
    assert all(isinstance(part, str) for part in compiled.subject)


def test_the_state_of_a_task_is_said_in_words() -> None:
    """Overdue and whose it was, the last day, tried once; the subject counts and names nobody."""
    catalog = a_programme(country="US")
    sheets = [
        a_sheet(catalog, overdue=True, last_day=TODAY - timedelta(days=1), was="June Okafor"),
        a_sheet(catalog, last=True, last_day=TODAY, tried=True),
        a_sheet(catalog, channel=Channel.VISIT, phone=""),
    ]
    _, text, compiled = parts(catalog, *sheets)
    said = " ".join(text.split())
    assert "Overdue since Monday November 30; it was June Okafor’s" in said
    assert "today is its last day; tried once, no answer" in said
    assert "by Saturday December 5" in said
    assert "".join(map(str, compiled.subject)) == "3 tasks for Tuesday December 1: 1 overdue"


def test_answers_of_a_script_are_its_own() -> None:
    """Two people's scripts in one mail: their tags and answers are told apart."""
    catalog = a_programme()
    key = TouchKey(contact="c1", source="s", step="call", occurrence="once", channel=Channel.CALL)
    pieces = script(catalog, key, "t", TODAY, "dana", frozenset())
    assert answer_words(pieces) == {"call-back", "happy"}
    assert for_person(pieces, "t0", linked=True) != for_person(pieces, "t1", linked=True)
    gone = TouchKey(contact="c1", source="gone", step="call", occurrence="once", channel=Channel.CALL)
    assert script(catalog, gone, "t", TODAY, "dana", frozenset()) == ()


def test_a_script_shows_what_is_meant_for_the_person() -> None:
    """Blocks for a segment and the branch for everyone else."""
    words = "/// for | customers\nThey know us.\n/// for everyone else\nThey do not.\n///\n"
    catalog = a_programme(words)
    key = TouchKey(contact="c1", source="s", step="call", occurrence="once", channel=Channel.CALL)
    own, other = (
        repr(script(catalog, key, "t", TODAY, "dana", segments))
        for segments in (frozenset({"customers"}), frozenset[str]())
    )
    assert "They know us" in own
    assert "They do not" not in own
    assert "They know us" not in other
    assert "They do not" in other


@pytest.mark.parametrize("language", sorted(TASK_WORDS))
def test_every_language_says_everything(language: str) -> None:
    """The same words with the same places in each."""
    english, said = TASK_WORDS["en"], TASK_WORDS[language]
    assert set(said) == set(english)
    for name, text in said.items():
        assert sorted(re.findall(r"{\w+}", text)) == sorted(re.findall(r"{\w+}", english[name])), name


@pytest.mark.parametrize(
    ("country", "size"), [("US", "letter"), ("CA", "letter"), ("DE", "A4"), ("GB", "A4")]
)
def test_paper_is_what_the_country_writes_on(country: str, size: str) -> None:
    """US Letter in North America, A4 elsewhere."""
    catalog = a_programme(channel=Channel.LETTER, country=country)
    page = letters(catalog, BRAND, ROOT, [], TODAY)
    assert f"@page{{size:{size};" in page


def test_a_letter_is_one_sheet_with_its_own_words() -> None:
    """Address, text with the person's fields, signature once; a callout is for whoever packs, links are words."""
    words = 'Dear {{ first_name | default: "neighbour" }},\n\nthanks, {{ town | default: "friend" }}.\n\n/// callout | Put in\nA pencil.\n///\n\n{{ sender_name }}\n'
    catalog = a_programme(words, Channel.LETTER)
    sheets = [
        a_sheet(catalog, channel=Channel.LETTER),
        a_sheet(
            catalog,
            channel=Channel.LETTER,
            name="<b>Anna & Co",
            values={"first_name": "<i>A", "town": "Cork"},
        ),
    ]
    member = catalog.team["dana"]
    page = letters(catalog, BRAND, ROOT, [(sheet, member) for sheet in sheets], TODAY)
    first, second = page.split("<article")[1:]
    assert "Dear Quenby" in first
    assert "friend" in first
    assert "1 Mill Lane<br>Cork" in first
    assert "Dear &lt;i&gt;A" in second
    assert "&lt;b&gt;Anna &amp; Co" in second
    assert "Quenby" not in second
    assert first.split("</article>")[0].count("Dana Reyes") == 1
    assert "A pencil" not in first.split("</article>")[0]
    assert page.count("A pencil") == 2


#: A letter of every block; a letter's callouts are notes for whoever sends it.
BLOCKS = """Before.

/// columns
Left words.

/// callout | Pack
A pencil.
///
/// column
| A | B |
|---|---|
| one | two |
///

/// item | tips/gutters

/// item | promotions/roof

/// coupon | SINK10

/// testimonial | anna

/// video | https://video.example/1

/// button | Book -> https://x.example/book
"""


def test_every_block_reaches_paper() -> None:
    """A card with all that it says, an offer's code and end, a quotation with its title, where a button leads."""
    catalog = a_programme(BLOCKS, Channel.LETTER)
    offer = an_item(
        "promotions/roof", offer="$40 off", code="ROOF40", ends=date(2026, 12, 20), terms="Once a house."
    )
    said = an_item(
        "testimonials/anna",
        title="It held",
        person="Anna K.",
        body=written("Ten days.", "content/testimonials/anna.md"),
    )
    items = {item.id: item for item in (an_item("tips/gutters", summary="Two buckets."), offer, said)}
    catalog = replace(catalog, items=items)
    page = letters(
        catalog, BRAND, ROOT, [(a_sheet(catalog, channel=Channel.LETTER), catalog.team["dana"])], TODAY
    )
    note, _, sheet = page.partition("<article")
    words = " ".join(re.sub(r"<[^>]+>", " ", sheet).split())
    for text in (
        "Before.", "Left words.", "one two", "Gutters Two buckets. https://harborandpine.example/tips/gutters/",
        "$40 off Until", "ROOF40", "Once a house.", "SINK10 Give this code", "It held Ten days. Anna K.",
        "Watch the video: https://video.example/1", "Book: https://x.example/book",
    ):  # fmt: skip
        assert text in words
    assert "A pencil." not in words
    assert "A pencil." in note


def test_a_sheet_that_no_file_has_words_for_says_why_it_is_there() -> None:
    """A rescue: the mail, the printed list and the note beside a letter have its reason, escaped; the letter itself has
    not, for it goes to the customer."""
    catalog = a_programme(channel=Channel.LETTER)
    sheet = a_sheet(catalog, channel=Channel.LETTER, script=(), reason="Nothing since <May>.")
    made = task_mail(catalog, BRAND, ROOT, catalog.team["dana"], [sheet], TODAY)
    raw = build(made.compiled, made.values, to="dana@alder.example", headers={})
    html = email.message_from_bytes(raw, policy=email.policy.default).get_body(("html",))
    assert "Nothing since &lt;May&gt;." in html.get_content()
    assert "Nothing since &lt;May&gt;." in call_list(
        catalog, BRAND, ROOT, [(catalog.team["dana"], [sheet])], TODAY
    )
    page = letters(catalog, BRAND, ROOT, [(sheet, catalog.team["dana"])], TODAY)
    words, _, note = page.partition("Nothing since &lt;May&gt;. Nothing in particular is due")
    assert note, "nobody posts an empty page"
    assert '<aside class="note">' in words[-200:]
    assert "Nothing since" not in note


def test_a_parcel_has_a_label_and_a_slip() -> None:
    """Both on one sheet, the label to be cut off."""
    catalog = a_programme("Three things.\n", Channel.PARCEL)
    page = letters(
        catalog, BRAND, ROOT, [(a_sheet(catalog, channel=Channel.PARCEL), catalog.team["dana"])], TODAY
    )
    assert page.count('class="label"') == page.count('class="cut"') == page.count("<article") == 1
    assert "Three things." in page


def test_a_list_has_boxes_for_what_may_be_said() -> None:
    """Three for a call, one for a letter; each member on a sheet of their own."""
    catalog = a_programme()
    member = catalog.team["dana"]
    sheets = [a_sheet(catalog, overdue=True), a_sheet(catalog, channel=Channel.LETTER)]
    page = call_list(catalog, BRAND, ROOT, [(member, sheets), (member, sheets[:1])], TODAY)
    assert page.count('class="box"') == 4 + 3
    assert page.count("<section") == 2
    assert "1 Mill Lane" in page
