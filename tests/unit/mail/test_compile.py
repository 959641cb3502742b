"""Compiling: each kind of occasion shows what it should, to whom it should, and nothing of any contact."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable
from dataclasses import replace
from datetime import date, datetime
from functools import cache
from pathlib import Path
from zoneinfo import ZoneInfo

import lxml.html
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from topmind import brand
from topmind.brand import Brand
from topmind.catalog.merge_tags import parse_text
from topmind.errors import ContentError, MailError
from topmind.mail import Renderer, render, system_fields
from topmind.model import (
    Access,
    Catalog,
    CompiledEdition,
    DatedIssue,
    Edition,
    Item,
    Newsletter,
    Place,
    Send,
    SourceKind,
    Where,
)
from topmind.testing.builders import (
    TODAY,
    a_catalog,
    a_company,
    a_newsletter,
    a_sequence,
    a_step,
    a_team_member,
    an_edition,
    an_item,
    an_occasion,
    written,
)

ROOT = Path(__file__).parents[3]
SITE = "https://harborandpine.example"
LAYOUT = 'Hello {{ first_name | default: "friend" }},\n\n/// slot | 1 value item\n\n/// slot | 1 promotion, optional\n'
MARKDOWN = [
    "# ", "## ", "- ", "1. ", "> ", "    ", "```\n", "|a|b|\n|-|-|\n", "*", "**", "`", "[x](", ")", "![y](/z.png)", "\n", "\n\n",
    "<b>", "</b>", "<div markdown='1'>", "</div>", "<table><tr><td>", "[^1]", "[^1]: note", "---\n", "&nbsp;", "&", "<", '"', "\\",
    '{{ first_name | default: "x" }}', "Term\n: ", "word ", "https://x.example/ ", "<br>", "\u202eabc", "[a](/b c)", "[mail](mailto:a@b.example)", "[tel](tel:+1-2)", "<m@x.example>", '[q](https://x.example/?a=1&b=\'"\' "t")', "~~~\n", "\t", "- - ", "[TOC]\n", "<details>", "漢字", "![](/a.png)", "<a href='https://h.example/ x'>", "</a>",
]  # fmt: skip
VALUES = {
    "first_name": "Ana",
    "unsubscribe_url": "https://live.example/u/1?a=1&b=2",
    "preferences_url": "https://live.example/p/1",
}


@cache
def look() -> Brand:
    """The sample's brand."""
    return brand.load(ROOT)


def a_letter_item(**over: object) -> Item:
    """An item that exists in mails only."""
    text = "For your eyes.\n\n/// for | customers\nThanks, customer.\n/// for everyone else\nGood day.\n///\n"
    base = an_item(
        "articles/letter",
        where=frozenset({Where.EMAIL}),
        url="",
        body=written(text, "content/articles/letter.md"),
    )
    return replace(base, **over)  # type: ignore[arg-type]


def issue(text: str = LAYOUT, **over: object) -> Newsletter:
    """The sample newsletter with this layout."""
    body = written(text, "content/newsletters/tuesday-fix.md")
    return a_newsletter(body=body, **over)


def compiled(edition: Edition, catalog: Catalog) -> CompiledEdition:
    """One edition through the real themes."""
    return Renderer(catalog, look(), ROOT).compile(edition)


def mail(edition: Edition, catalog: Catalog, **values: object) -> tuple[str, str]:
    """HTML and text as one contact gets them."""
    found = render(compiled(edition, catalog), {**VALUES, **values})
    return found.html, found.text


def links(html: str) -> set[str]:
    """Every address that the HTML leads to."""
    return {a.get("href", "") for a in lxml.html.fromstring(html).iter("a")}


def links_of_text(text: str) -> set[str]:
    """Every address in the plain text."""
    return set(re.findall(r"(?:https?|mailto|tel):\S+", text))


def a_promotion(**over: object) -> Item:
    """Forty dollars off."""
    return an_item("promotions/storm", title="Storm windows", code="STORM40", summary="Forty off.", **over)


def an_issue_catalog(*items: Item, **over: object) -> Catalog:
    """A newsletter with these items to pick."""
    return a_catalog(items=items or [an_item()], newsletters=[issue(**over)])


def test_an_issue_shows_its_picks_as_cards() -> None:
    """Slots become cards: kind, title, summary, the way to the page."""
    catalog = an_issue_catalog(an_item(title="Clean your gutters", summary="Before frost."), a_promotion())
    html, text = mail(an_edition(items=["tips/gutters", "promotions/storm"]), catalog)
    for words in ("Hello Ana,", "Clean your gutters", "Before frost.", "STORM40", "Until 31 December 2026"):
        assert words in html
        assert words in text
    assert f"{SITE}/tips/gutters/" in links(html)
    assert "Some words." not in html


def test_both_parts_lead_to_the_same_places() -> None:
    """Plain text is no lesser mail: every link of the HTML is in it, and no other."""
    text = (
        LAYOUT
        + "A [page](/about/), [mail](mailto:a@b.example).\n\n/// button | Book -> https://b.example/?x=1&y=2\n"
    )
    catalog = a_catalog(items=[an_item(), a_promotion()], newsletters=[issue(text)])
    html, plain = mail(an_edition(items=["tips/gutters", "promotions/storm"]), catalog)
    assert links(html) == links_of_text(plain)


def test_a_dated_issue_wins() -> None:
    """Its subject, its words, its slots stand in place of the layout's."""
    dated = DatedIssue(
        day=TODAY,
        path="content/newsletters/tuesday-fix/2026-12-01.md",
        subject=("December",),
        body=written("Own words.\n\n/// slot | 1 tip\n", "content/newsletters/tuesday-fix/2026-12-01.md"),
    )
    catalog = a_catalog(items=[an_item()], newsletters=[issue(issues={TODAY: dated})])
    found = compiled(an_edition(items=["tips/gutters"]), catalog)
    assert found.subject == ("December",)
    html = render(found, VALUES).html
    assert "Own words." in html
    assert "Hello" not in html


def test_each_group_sees_its_blocks() -> None:
    """Text for some readers reaches no other edition: not the HTML, not the text."""
    text = "/// for | customers\nSecret thanks.\n/// for everyone else\nGood day.\n///\n"
    catalog = a_catalog(newsletters=[issue(text)])
    path = "content/newsletters/tuesday-fix.md"
    customers = mail(an_edition(visible=frozenset({f"{path}#0"})), catalog)
    others = mail(an_edition(visible=frozenset({f"{path}#1"})), catalog)
    assert all("Secret thanks." in part and "Good day." not in part for part in customers)
    assert all("Good day." in part and "Secret thanks." not in part for part in others)


def test_a_mail_only_item_stands_whole() -> None:
    """It has no page, so the mail shows its body, with the blocks of this group."""
    catalog = an_issue_catalog(a_letter_item())
    visible = frozenset({"content/articles/letter.md#0"})
    html, text = mail(an_edition(items=["articles/letter"], visible=visible), catalog)
    for part in (html, text):
        assert "For your eyes." in part
        assert "Thanks, customer." in part
        assert "Good day." not in part
    assert not any("/articles/letter" in link for link in links(html))


def test_client_pages_are_not_linked() -> None:
    """`access: clients` has no public page: the whole item is in the mail."""
    catalog = an_issue_catalog(an_item(access=Access.CLIENTS))
    html, _ = mail(an_edition(items=["tips/gutters"]), catalog)
    assert "Some words." in html
    assert f"{SITE}/tips/gutters/" not in links(html)


def test_every_pick_is_shown() -> None:
    """A pick counts as received, so one whose slot stands in no visible place still appears."""
    catalog = a_catalog(items=[an_item(title="The pick")], newsletters=[issue("No slot here.\n")])
    html, _ = mail(an_edition(items=["tips/gutters"]), catalog)
    assert "The pick" in html


def test_a_step_is_a_letter_with_answers() -> None:
    """Its body, the sender's signature, and answer links that wait for the person's own."""
    step = a_step(
        "check-in",
        subject=parse_text("How is it, {{ first_name }}?"),
        body=written(
            "Dear {{ first_name }},\n\n/// button | All well -> answer:happy\n",
            "content/sequences/first-job/check-in.md",
        ),
    )
    catalog = a_catalog(sequences=[a_sequence(steps=[step])])
    occasion = an_occasion("first-job", kind=SourceKind.STEP, step="check-in", occurrence="once")
    found = compiled(an_edition(occasion), catalog)
    assert found.required == frozenset({"first_name"})
    assert "answer_url:happy" in system_fields(found)
    values = {**VALUES, "answer_url:happy": "https://live.example/a/1"}
    done = render(found, values)
    assert done.subject == "How is it, Ana?"
    assert "https://live.example/a/1" in links(done.html)
    assert "All well:\nhttps://live.example/a/1" in done.text
    assert (found.sender_name, found.sender_address, found.reply_to) == (
        "Dana Reyes",
        "dana@harborandpine.example",
        "dana@harborandpine.example",
    )


def test_an_announcement_is_its_item() -> None:
    """The whole body, its facts, its own subject; a send's section stands for the body where it has one."""
    send = Send(
        number=2,
        day=date(2026, 12, 8),
        subject=("Last days",),
        body=written("Only a week left.\n", "content/promotions/storm.md"),
    )
    catalog = a_catalog(
        items=[a_promotion(sends=(Send(number=1, day=TODAY), send), body=written("All of it.\n"))]
    )
    first = an_occasion(
        "promotions/storm", kind=SourceKind.ANNOUNCEMENT, occurrence="1", item="promotions/storm"
    )
    second = replace(first, occurrence="2", day=date(2026, 12, 8))
    html, _ = mail(an_edition(first), catalog)
    assert "All of it." in html
    assert "STORM40" in html
    found = compiled(an_edition(second), catalog)
    assert found.subject == ("Last days",)
    html = render(found, VALUES).html
    assert "Only a week left." in html
    assert "All of it." not in html


def test_a_rescue_is_one_item_in_a_letter() -> None:
    """Its title is the subject, its card the mail."""
    catalog = a_catalog(items=[an_item(title="Clean your gutters", summary="Before frost.")])
    occasion = an_occasion("rescue", kind=SourceKind.RESCUE, occurrence="2026-11-01")
    found = compiled(an_edition(occasion, items=["tips/gutters"]), catalog)
    assert found.subject == ("Clean your gutters",)
    assert "Before frost." in render(found, VALUES).text


def test_cards_say_what_matters() -> None:
    """An event tells when and where in its own zone; a spotlight its discount; a testimonial who said it."""
    zone = ZoneInfo("America/New_York")
    event = an_item(
        "events/lantern",
        begins=datetime(2026, 12, 12, 16, tzinfo=zone),
        event_ends=datetime(2026, 12, 12, 19, tzinfo=zone),
        location="The shed",
    )
    spot = an_item(
        "spotlights/bell", business="Bell", offer="10 percent off", code="HARBOR10", phone="207-555-0171"
    )
    quote = an_item("testimonials/anna-k", title="It held.", person="Anna K.", body=written("Ten days.\n"))
    text = "/// item | events/lantern\n\n/// item | spotlights/bell\n\n/// testimonial | anna-k\n"
    catalog = a_catalog(
        items=[event, spot, quote], newsletters=[issue(text)], company=a_company(country="US")
    )
    html, plain = mail(an_edition(), catalog)
    for words in (
        "Saturday, December 12, 2026, 4\u00a0pm to 7\u00a0pm",
        "The shed",
        "10 percent off",
        "HARBOR10",
        "It held.",
        "Ten days.",
        "Anna K.",
    ):
        assert words in html, words
        assert words in plain, words


def test_a_personal_code_takes_the_place_of_the_common_one() -> None:
    """A coupon block shows its code; a personal one what the run gives this person, and its last day."""
    shared = a_catalog(newsletters=[issue("/// coupon | THANKS10\n")])
    assert "THANKS10" in mail(an_edition(), shared, **{"coupon:THANKS10": "T-4711"})[0]
    catalog = a_catalog(newsletters=[issue("/// coupon | THANKS10, personal, 60 days\n")])
    given = {"coupon:THANKS10": "T-4711", "coupon_until:THANKS10": date(2027, 1, 30)}
    for part in mail(an_edition(), catalog, **given):
        assert "T-4711" in part
        assert "THANKS10" not in part
        assert "Until 30 January 2027." in part


def test_the_sender_signs_once() -> None:
    """A name alone at the end gives way to the signature, which says it."""
    catalog = a_catalog(
        newsletters=[issue("Words.\n\nStay dry,\n{{ sender_name }}\n")],
        team=[a_team_member(signature=written("Dana Reyes\nOwner\n207-555-0141\n", "content/team/dana.md"))],
    )
    html, text = mail(an_edition(), catalog)
    assert text.count("Dana Reyes") == 1
    assert "Stay dry,\n\nDana Reyes\nOwner\n207-555-0141" in text
    assert "Stay dry,</p>" in html


def test_a_sender_who_wrote_no_name_is_named() -> None:
    """Name, role and phone come from the team file where the signature lacks them."""
    _, text = mail(an_edition(), an_issue_catalog(text="Words.\n"))
    assert "Warmly,\nDana Reyes\nOwner\n+1 207 555 0114" in text


def test_the_footer_tells_who_why_and_the_ways_out() -> None:
    """Postal address, the reason (the run's own or the theme's), both links, the archive."""
    catalog = an_issue_catalog(text="Words.\n")
    html, text = mail(an_edition(), catalog)
    for part in (html, text):
        assert "14 Wharf Street" in part
        assert "or are a customer." in part
    assert VALUES["unsubscribe_url"] in links(html)
    assert VALUES["preferences_url"] in links(html)
    assert f"{SITE}/newsletters/tuesday-fix/2026-12-01/" in links(html)
    html, text = mail(an_edition(), catalog, why="You bought a roof.")
    assert "You bought a roof." in html
    assert "You bought a roof." in text


def test_no_archive_no_link() -> None:
    """`archive: no` leaves "View in browser" out; so does a letter, which is for one person."""
    catalog = a_catalog(newsletters=[issue("Words.\n", archive=False)])
    html, _ = mail(an_edition(), catalog)
    assert "View in browser" not in html


@pytest.mark.parametrize(
    ("pages", "shown"), [({"/newsletters/tuesday-fix/2026-12-01/"}, True), ({"/"}, False)]
)
def test_a_mail_never_leads_to_an_archive_page_that_is_not_built(pages: set[str], shown: bool) -> None:
    """Where the built site is known, "View in browser" stands only with its page."""
    renderer = Renderer(an_issue_catalog(text="Words.\n"), look(), ROOT, published=pages)
    html = render(renderer.compile(an_edition()), VALUES).html
    assert ("View in browser" in html) is shown


def test_the_footer_speaks_the_contacts_language() -> None:
    """The content stays as written; the footer is German for a German reader, and says so to screen readers."""
    catalog = an_issue_catalog(text="Words.\n")
    html, text = mail(an_edition(language="de"), catalog)
    root = lxml.html.fromstring(html)
    assert root.get("lang") == "en"
    assert root.xpath('//div[@lang="de"]')
    assert "Abmelden" in text


@pytest.mark.parametrize(("language", "kicker"), [("de", "TIPP"), ("pt", "")])
def test_a_language_without_words_of_ours_has_no_kicker(language: str, kicker: str) -> None:
    """An English word above an item of a Portuguese company would be a foreign one."""
    catalog = replace(an_issue_catalog(), company=a_company(language=language))
    html, text = mail(an_edition(items=["tips/gutters"]), catalog)
    assert (kicker in text, kicker.capitalize() in html) == (True, True)
    assert "TIP\n" not in text
    assert ('class="tm-kick"' in html) is bool(kicker)


def test_right_to_left_content_says_so() -> None:
    """`dir` follows the company's language."""
    catalog = replace(an_issue_catalog(text="شكرا\n"), company=a_company(language="ar"))
    html, _ = mail(an_edition(), catalog)
    root = lxml.html.fromstring(html)
    assert (root.get("lang"), root.get("dir")) == ("ar", "rtl")


def test_the_preheader_is_ours() -> None:
    """Hidden words at the very top, without `mj-preview`'s white text."""
    catalog = a_catalog(newsletters=[issue("Words.\n", preheader=parse_text("For {{ first_name }}"))])
    found = compiled(an_edition(), catalog)
    assert render(found, VALUES).preheader == "For Ana"
    html = render(found, VALUES).html
    assert html.index("For Ana") < html.index("Words.")


def test_compiling_twice_gives_the_same() -> None:
    """Same edition, same bytes, same hash; a changed word changes the hash."""
    catalog = an_issue_catalog(text="Words.\n")
    assert compiled(an_edition(), catalog) == compiled(an_edition(), catalog)
    assert (
        compiled(an_edition(), catalog).hash != compiled(an_edition(), an_issue_catalog(text="Word.\n")).hash
    )


def test_no_mark_is_left() -> None:
    """Every mark became a place: no sentinel, no braces in any literal."""
    found = compiled(an_edition(items=["tips/gutters"]), an_issue_catalog())
    for parts in (found.subject, found.preheader, found.html, found.text):
        literals = "".join(part for part in parts if isinstance(part, str))
        assert "{{" not in literals
        assert not re.search(r"tm[0-9a-f]{12}\d", literals)
    assert any(isinstance(part, Place) for part in found.html)


def test_hostile_markup_in_a_title_is_words() -> None:
    """Front matter is escaped by the theme."""
    html, _ = mail(
        an_edition(items=["tips/gutters"]), an_issue_catalog(an_item(title='<script>alert("x")</script>'))
    )
    assert "<script" not in html


@settings(max_examples=40, deadline=None)
@example(pieces=["&nbsp;"], theme="newsletter")
@given(
    st.lists(st.one_of(st.sampled_from(MARKDOWN), st.text(max_size=20)), max_size=25),
    st.sampled_from(["newsletter", "letter"]),
)
def test_any_words_become_a_mail(pieces: list[str], theme: str) -> None:
    """Whatever Markdown an author mixes, the theme compiles, no mark is left, and both parts have the same links."""
    try:
        catalog = a_catalog(newsletters=[issue("".join(pieces), theme=theme)])
    except ContentError:  # the scanner has refused it, with its line
        return
    html, text = mail(an_edition(), catalog)
    assert "<mj" not in html
    assert not re.search(r"tm[0-9a-f]{12}\d{5}mt", html + text)
    notes = set(re.findall(r"^\[\d+\] (.+)$", text, re.MULTILINE))
    assert notes <= links(html)
    assert not [h for h in links(html) if h.removeprefix("mailto:").removeprefix("tel:") not in text]


def test_prose_is_grouped() -> None:
    """Words right after words share one text block of the theme; a further one costs 0.2 KB, a section 1.3 KB."""
    catalog = a_catalog(newsletters=[issue("One.\n\n/// item | tips/gone\n\nFour.")])
    html, _ = mail(an_edition(), catalog)
    block = re.search(r"<div[^>]*><p[^>]*>One\.</p><p[^>]*>Four\.</p></div>", html)
    assert block is not None


def test_a_link_to_a_file_leads_to_its_page() -> None:
    """`../tips/gutters.md` in a newsletter is the tip's page; a file without one leaves its words."""
    text = "[a](../tips/gutters.md#ice) [b](../articles/letter.md) [c](../pages/about.md)\n\n/// callout\n[d](/tips/gutters.md) [e]({filename}../tips/gutters.md#e) [f]({static}/images/f.pdf)\n///\n"
    catalog = a_catalog(items=[an_item(), a_letter_item()], newsletters=[issue(text)])
    found = links(mail(an_edition(), catalog)[0])
    pages = ("/tips/gutters/#ice", "/tips/gutters/", "/tips/gutters/#e", "/about/", "/images/f.pdf")
    assert {f"{SITE}{page}" for page in pages} <= found
    assert not [href for href in found if ".md" in href or "articles" in href]


def test_the_public_edition_filters_its_defaults() -> None:
    """A default goes through the filters that follow it, as in the mail."""
    catalog = a_catalog(newsletters=[issue('{{ first_name | default: "friend" | upper }}')])
    assert "FRIEND" in Renderer(catalog, look(), ROOT).public(an_occasion(), (), ())


def test_the_public_edition_is_for_everyone() -> None:
    """Public items, blocks for everyone else, tags at their defaults, no link of any person."""
    text = (
        LAYOUT
        + "\n/// for | customers\nSecret thanks.\n/// for everyone else\nGood day.\n///\n\n/// button | Well -> answer:happy\n"
    )
    items = [a_letter_item(), an_item(title="For all")]
    catalog = a_catalog(items=items, newsletters=[issue(text)])
    page = Renderer(catalog, look(), ROOT).public(an_occasion(), ("articles/letter", "tips/gutters"), (1, 1))
    assert "Hello friend," in page
    assert "For all" in page
    assert "Good day." in page
    for words in (
        "Secret",
        "For your eyes",
        "Thanks, customer",
        "Unsubscribe",
        "Preferences",
        "answer",
        "{{",
    ):
        assert words not in page
    assert page.startswith("<!doctype html>")


@pytest.mark.parametrize(
    ("edition", "says"),
    [
        (an_edition(an_occasion("gone")), "files of this occasion are gone"),
        (an_edition(items=["tips/gone"]), "the item tips/gone is gone"),
        (an_edition(sender="nobody"), "no team member"),
    ],
)
def test_what_is_gone_is_named(edition: Edition, says: str) -> None:
    """A file that went away between plan and mail stops the edition, with what to do."""
    with pytest.raises(MailError, match=says):
        compiled(edition, an_issue_catalog())


def test_a_mail_needs_the_address_of_the_site() -> None:
    """Relative links lead nowhere in a mail."""
    with pytest.raises(MailError, match="address of the resource site"):
        Renderer(a_catalog(company=a_company(site="")), look(), ROOT)


def theme_error(tmp_path: Path, files: Iterable[tuple[str, str]]) -> MailError:
    """What a project's own broken theme says."""
    folder = tmp_path / "themes" / "email"
    folder.mkdir(parents=True)
    for name, text in files:
        (folder / name).write_text(text, "utf-8")
    with pytest.raises(MailError) as caught:
        Renderer(an_issue_catalog(text="Words.\n"), look(), tmp_path).compile(an_edition())
    return caught.value


@pytest.mark.parametrize(
    ("theme", "where", "says"),
    [
        ("<mjml>\n{% if %}</mjml>", "themes/email/newsletter.mjml:2:1", "Expected an expression"),
        ("<mjml>\n{{ nothing.here }}</mjml>", "themes/email/newsletter.mjml:2:1", "'nothing' is undefined"),
        (
            "<mjml lang='en'>\n<mj-body>\n<mj-oops/></mj-body></mjml>",
            "themes/email/newsletter.mjml:3:1",
            "mj-oops",
        ),
    ],
)
def test_a_broken_theme_is_named(tmp_path: Path, theme: str, where: str, says: str) -> None:
    """File and line of the project's theme, and what is wrong."""
    error = theme_error(tmp_path, [("newsletter.mjml", theme)])
    assert error.where == where
    assert says in error.says


def test_a_project_without_themes_uses_the_samples(tmp_path: Path) -> None:
    """A business starts with the packaged themes and overrides what it likes."""
    found = Renderer(an_issue_catalog(text="Words.\n"), look(), tmp_path).compile(an_edition())
    assert "Words." in render(found, VALUES).html


def test_a_theme_that_was_changed_is_used_at_once(tmp_path: Path) -> None:
    """Also where its time and length are those of before, as a copy or a checkout may leave them."""
    file = tmp_path / "themes" / "email" / "newsletter.mjml"
    file.parent.mkdir(parents=True)
    for word in ("Aster", "Daisy"):
        file.write_text(
            f"<mjml lang='en'><mj-body><mj-section><mj-column><mj-text>{word}</mj-text></mj-column></mj-section></mj-body></mjml>"
        )
        os.utime(file, ns=(0, 0))
        found = Renderer(an_issue_catalog(text="Words.\n"), look(), tmp_path).compile(an_edition())
        assert word in render(found, VALUES).html
