"""For each rule of the linter a file that trips it, and the nearest one that does not."""

from __future__ import annotations

import struct
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np

from topmind.checks import Facts
from topmind.checks.spelling import misspelt
from topmind.model import Channel, FactDate
from topmind.run.coming_mails import coming_mails
from topmind.testing.builders import members

REPO = Path(__file__).parents[1]
#: Path below the project → what is in it.
Files = Mapping[str, str | bytes]
More = Callable[[Facts], Facts]

TIP = "content/tips/x.md"
LETTER = "content/newsletters/tuesday-fix.md"
STEP = "content/sequences/first-job/01-thank-you.md"
ISSUE = "content/newsletters/tuesday-fix/2026-12-08.md"
COMPANY = "content/company.md"
USUAL = ("17 8,11,13,15 * * *", "43 17,20,23 * * *")


def tip(text: str, *head: str, path: str = TIP) -> Files:
    """A tip; its text begins on line 5, or lower by the lines of `head`."""
    lines = "".join(f"{line}\n" for line in head)
    return {path: f"---\ntitle: A tip\ndate: 2026-01-02\n{lines}---\n{text}\n"}


def letter(
    text: str = "/// slot | 1 tip", *head: str, subject: str = "subject: A fix for the house"
) -> Files:
    """The newsletter; its text begins on line 7, or lower by the lines of `head`."""
    lines = "".join(f"{line}\n" for line in head)
    return {
        LETTER: f"---\ntitle: The Tuesday Fix\nevery: Tuesday at 09:00\nsegments: [customers]\n{subject}\n{lines}---\n{text}\n"
    }


def step(text: str = "Thank you.", *head: str, channel: str = "email") -> Files:
    """The one step of the sequence."""
    lines = "".join(f"{line}\n" for line in head)
    return {STEP: f"---\nafter: 1 day\nsubject: Thank you\nchannel: {channel}\n{lines}---\n{text}\n"}


def second(text: str) -> Files:
    """A second step."""
    return {
        "content/sequences/first-job/02-later.md": f"---\nafter: 30 days\nsubject: How is it?\n---\n{text}\n"
    }


def sequence(*head: str, starts: str = "first_purchase()") -> Files:
    """The sequence itself."""
    lines = "".join(f"{line}\n" for line in head)
    return {"content/sequences/first-job.md": f"---\ntitle: First job\nstarts_from: {starts}\n{lines}---\n"}


def offer(ends: str, *head: str, name: str = "fall", text: str = "Ten percent off.") -> Files:
    """A promotion from November on."""
    lines = "".join(f"{line}\n" for line in head)
    return {
        f"content/promotions/{name}.md": f"---\ntitle: Fall\ndate: 2026-11-01\nstarts: 2026-11-01\nends: {ends}\n{lines}---\n{text}\n"
    }


def issue(text: str, day: str = "2026-12-08") -> Files:
    """A dated issue; its text begins on line 4."""
    return {
        f"content/newsletters/tuesday-fix/{day}.md": f"---\nsubject: A fix\n---\n/// slot | 1 tip\n\n{text}\n"
    }


def page(text: str) -> Files:
    """A page of the site; its text begins on line 4."""
    return {"content/pages/about.md": f"---\ntitle: About\n---\n{text}\n"}


def segment(name: str, who: str = "purchases() > 0", *head: str) -> Files:
    """A segment; `who` stands on line 4."""
    lines = "".join(f"{line}\n" for line in head)
    return {f"segments/{name}.md": f"---\ntitle: {name}\nwho:\n  - {who}\n{lines}---\n"}


def company(address: Iterable[str] = ("14 Chandlery Lane", "Tern Harbor, ME 04999"), *head: str) -> Files:
    """The company."""
    lines = "".join(f"  - {line}\n" for line in address) + "".join(f"{line}\n" for line in head)
    return {
        COMPANY: f"---\nname: Harbor & Pine\nzone: America/New_York\nprogramme_starts: 2025-06-01\nowner: dana\n"
        f"site: https://harborandpine.example\naddress:\n{lines}---\nWe mend houses.\n"
    }


def dana(*head: str) -> Files:
    """The team."""
    lines = "".join(f"{line}\n" for line in head)
    return {
        "content/team/dana.md": f"---\nname: Dana Reyes\nrole: Owner\nemail: dana@harborandpine.example\n{lines}---\nDana\n"
    }


def theme(old: str = "", new: str = "") -> Files:
    """The theme of newsletters, with one thing changed."""
    text = (REPO / "themes/email/newsletter.mjml").read_text()
    assert old in text
    return {"themes/email/newsletter.mjml": text.replace(old, new)}


def brand(old: str, new: str) -> Files:
    """The brand, with one colour changed."""
    text = (REPO / "themes/brand.toml").read_text()
    assert old in text
    return {"themes/brand.toml": text.replace(old, new)}


def png(width: int, height: int, weight: int = 0) -> bytes:
    """The head of a PNG, and so many bytes after it."""
    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + struct.pack(">I", 13) + b"IHDR" + head + b"\0" * (4 + weight)


def picture(content: bytes, name: str = "a.png") -> Files:
    """A tip with a picture in its head, on line 4."""
    return {
        f"content/images/{name}": content,
        **tip("Words.", f"image: images/{name}", "image_alt: A roof"),
    }


def whom(many: int = 2, **over: Any) -> More:
    """With contacts."""
    return lambda facts: replace(facts, members=members(many, **over))


def born(*days: tuple[int, date]) -> More:
    """Two contacts, of whom these rows have a birthday."""
    found = tuple(FactDate(contact=row, day=day, fact=day.isoformat()) for row, day in days)
    return whom(dates={"birthday": found})


def flags(key: str, **by: bool) -> More:
    """Two contacts whose `reach` or `consent` by channel is as said, and by e-mail always."""
    said = {Channel.EMAIL: np.ones(2, dtype=bool)}
    said |= {Channel(name): np.array([yes, yes]) for name, yes in by.items()}
    return whom(**{key: said})


def runs(*ticks: str) -> More:
    """With this schedule."""
    return lambda facts: replace(facts, ticks=ticks)


def spelled(facts: Facts) -> Facts:
    """Read by codespell."""
    return replace(facts, misspelt=misspelt(facts.documents))


def mailed(facts: Facts) -> Facts:
    """With the mails compiled."""
    assert facts.brand
    assert facts.root
    return replace(facts, mails=coming_mails(facts.catalog, facts.brand, facts.root, None))


def alone(facts: Facts) -> Facts:
    """Nothing but the catalog is at hand."""
    return Facts(catalog=facts.catalog)


def complete(facts: Facts) -> Facts:
    """Everything is."""
    return replace(facts, members=members(2), mails=(), misspelt=())


def as_it_is(facts: Facts) -> Facts:
    """Without contacts."""
    return facts


def put(root: Path, name: str, text: str | bytes) -> None:
    """Write one file of the project."""
    path = root / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(text if isinstance(text, bytes) else text.encode())


#: A small project in which nothing is wrong.
SOUND: Files = {
    "pelicanconf.py": "",
    **company(),
    **dana(),
    **letter(),
    **segment("customers"),
    **sequence(),
    **step(),
    **tip("Before the leaves freeze.", path="content/tips/gutters.md"),
}


@dataclass(frozen=True)
class Row:
    """One rule: files beside those of a small sound project."""

    trips: Files
    fine: Files
    #: Where the finding stands in what trips.
    at: tuple[str, int] | None = None
    more: More = as_it_is
    more_fine: More | None = None
    #: Further files that do not trip it.
    also_fine: tuple[Files, ...] = field(default=())


WORDS = (
    "Institutional infrastructure modernization necessitates comprehensive interdepartmental collaboration. "
)
LONG = "and then the water runs along the edge of the roof " * 5
GUTTERS = "content/tips/gutters.md"

ROWS: dict[str, Row] = {
    # company, texts of templates
    "company/postal-address": Row(company(["14 Chandlery Lane"]), company(), (COMPANY, 7)),
    "house/placeholder": Row(
        company(["1 Your Street", "Tern Harbor, ME 04999"]),
        company(["1 Yourtown Street", "Tern Harbor"]),
        (COMPANY, 7),
    ),
    "house/template-text": Row(
        tip("‹What is it about?›"),
        tip("Write `‹it›` so."),
        (TIP, 5),
        also_fine=(tip("‹It›", "status: draft"),),
    ),
    # pins and offers
    "offers/pin-to-nothing": Row(
        tip("Words.", "for: tusday-fix 2026-12-08"), tip("Words.", "for: tuesday-fix 2026-12-08"), (TIP, 4)
    ),
    "offers/draft-pin": Row(
        tip("Words.", "for: tuesday-fix 2026-12-08", "status: draft"),
        tip("Words.", "for: tuesday-fix 2026-12-08"),
        (TIP, 4),
    ),
    "offers/expired-pin": Row(
        offer("2026-12-07", "for: tuesday-fix 2026-12-08"), offer("2026-12-08", "for: tuesday-fix 2026-12-08")
    ),
    "offers/pin-without-place": Row(
        offer("2026-12-31", "for: tuesday-fix 2026-12-08"), tip("Words.", "for: tuesday-fix 2026-12-08")
    ),
    "offers/draft-send": Row(
        tip("Words.", "send: 2026-12-08", "status: draft"), tip("Words.", "send: 2026-12-08"), (TIP, 4)
    ),
    "offers/expired-send": Row(
        offer("2026-12-07", "send: 2026-12-08"), offer("2026-12-08", "send: 2026-12-08")
    ),
    "offers/expired-item": Row(
        {**offer("2026-12-07"), **issue("/// item | promotions/fall")},
        {**offer("2026-12-08"), **issue("/// item | promotions/fall")},
        (ISSUE, 6),
    ),
    "offers/ends-in-sequence": Row(
        {**offer("2026-12-31"), **step("/// item | promotions/fall")},
        step("/// item | tips/gutters"),
        (STEP, 6),
    ),
    "offers/expired-code": Row(
        {**offer("2026-11-30", "code: OLD10"), **tip("Use it:\n\n/// coupon | OLD10")},
        {**offer("2026-12-01", "code: OLD10"), **tip("Use it:\n\n/// coupon | OLD10")},
        (TIP, 7),
    ),
    "coupons/two-ways": Row(
        {**step("/// coupon | OURS25, personal"), **second("/// coupon | OURS25")},
        {**step("/// coupon | OURS25, personal"), **second("/// coupon | OURS25, personal")},
    ),
    "coupons/two-ends": Row(
        {
            **step("/// coupon | OURS25, personal, 60 days"),
            **second("/// coupon | OURS25, personal, 30 days"),
        },
        {
            **step("/// coupon | OURS25, personal, 60 days"),
            **second("/// coupon | OURS25, personal, 60 days"),
        },
    ),
    "coupons/over": Row(
        step("/// coupon | OURS25, personal, until 2026-11-30"),
        step("/// coupon | OURS25, personal, until 2026-12-01"),
        (STEP, 6),
    ),
    "texts/past-date": Row(
        tip("Words.\n\nSign up until 30 November 2026."),
        tip("Sign up until 1 December 2026."),
        (TIP, 7),
        also_fine=(tip("The storm of 30 November 2026 took two roofs."), tip("Come on 30 November.")),
    ),
    # issues and schedule
    "issues/pin-beside-issue": Row(
        tip("Words.", "for: tuesday-fix 2026-12-09"), tip("Words.", "for: tuesday-fix 2026-12-08"), (TIP, 4)
    ),
    "issues/without-content": Row(
        letter("/// slot | 1 event"), letter("/// slot | 1 event, optional"), (LETTER, 7)
    ),
    "issues/ratio": Row(
        letter("/// slot | 1 tip\n\n/// slot | 2 promotions, optional"),
        letter("/// slot | 1 tip\n\n/// slot | 1 promotion, optional"),
        (LETTER, 9),
    ),
    "issues/needs-promotion": Row(
        {**offer("2026-12-31"), **letter("/// slot | 2 tips\n\n/// slot | 1 promotion")},
        {**offer("2026-12-31"), **letter("/// slot | 3 tips\n\n/// slot | 1 promotion")},
        (LETTER, 9),
        also_fine=(letter("/// slot | 2 tips\n\n/// slot | 1 promotion, optional"),),
    ),
    "ticks/cron": Row({}, {}, more=runs("17 9 * *"), more_fine=runs(*USUAL)),
    "ticks/never": Row({}, {}, (LETTER, 3), runs("17 3 * * *"), runs(*USUAL)),
    "ticks/late": Row({}, letter("/// slot | 1 tip", "window: 5 h"), (LETTER, 3), runs("43 17 * * *")),
    "sequences/no-date": Row(
        sequence(starts="birthday"),
        sequence(starts="birthday"),
        ("content/sequences/first-job.md", 3),
        born((0, date(2026, 5, 12))),
        born((0, date(2026, 5, 12)), (1, date(2026, 6, 1))),
    ),
    "sequences/reaches-nobody": Row(
        sequence(starts="birthday"),
        sequence("repeat: yearly", starts="birthday"),
        ("content/sequences/first-job.md", 3),
        born((0, date(1980, 5, 12))),
    ),
    "sequences/far-since": Row(
        sequence("since: 2062-12-01"), sequence("since: 2027-12-01"), ("content/sequences/first-job.md", 4)
    ),
    "promises/contradict": Row(
        {
            **segment("often", "purchases() > 1", "at_least: 1 valuable touch every 7 days"),
            **segment("seldom", "purchases() > 2", "at_most: 1 email per month"),
        },
        {
            **segment("often", "purchases() > 1", "at_least: 1 valuable touch every 30 days"),
            **segment("seldom", "purchases() > 2", "at_most: 1 email per month"),
        },
        ("segments/seldom.md", 5),
        whom(segments={"often": [0], "seldom": [0, 1]}),
    ),
    # blocks, merge tags, segments, rules
    "blocks/for-nobody": Row(
        tip("/// for | customers\nWords.\n///"),
        tip("/// for | customers\nWords.\n///", "where: email"),
        (TIP, 5),
    ),
    "merge-tags/foreign": Row(tip("Hello *|FNAME|*,"), tip("Hello `*|FNAME|*`,"), (TIP, 5)),
    "merge-tags/no-default": Row(
        tip("Hello {{ first_name }},"),
        tip('Hello {{ first_name | default: "you" }},'),
        (TIP, 5),
        also_fine=(tip("Yours, {{ sender_name }}"),),
    ),
    "merge-tags/chooses-host": Row(
        tip('[Ours](https://{{ company | default: "us" }}.example/)'),
        tip('[Ours](https://us.example/{{ company | default: "us" }})'),
        (TIP, 5),
    ),
    "merge-tags/half-code": Row(
        tip("- it`s {{ first_name or 'you' }}\n- don`t"),
        tip("- it `is {{ first_name or 'you' }}`\n- {{ first_name or 'you' }}"),
        (TIP, 5),
    ),
    "merge-tags/no-default-in-address": Row(
        tip("[Book](/book/?name={{ first_name }})"),
        tip('[Book](/book/?name={{ first_name | default: "you" }})'),
        (TIP, 5),
    ),
    "merge-tags/no-default-on-page": Row(
        tip("Hello {{ first_name }},"), tip('Hello {{ first_name | default: "you" }},'), (TIP, 5)
    ),
    "merge-tags/to-strangers": Row(
        tip('[Map](https://maps.example/?near={{ first_name | default: "here" }})'),
        tip('[Map](/map/?near={{ first_name | default: "here" }})'),
        (TIP, 5),
    ),
    "segments/unused": Row(
        segment("lapsed"), segment("lapsed", "purchases() > 0", "sender: dana"), ("segments/lapsed.md", 2)
    ),
    "segments/nobody": Row(
        {},
        {},
        ("segments/customers.md", 4),
        whom(segments={"customers": []}),
        whom(segments={"customers": [1]}),
    ),
    "segments/everybody": Row(
        {},
        {},
        ("segments/customers.md", 4),
        whom(6, segments={"customers": range(6)}),
        whom(6, segments={"customers": range(5)}),
    ),
    "rules/names-nothing": Row(
        segment("happy", "answered('thank-yu')"),
        segment("happy", "answered('thank-you')"),
        ("segments/happy.md", 4),
    ),
    "tasks/nobody-to-reach": Row(
        step(channel="call"),
        step(channel="call"),
        (STEP, 4),
        flags("reach", call=False),
        flags("reach", call=True),
    ),
    "tasks/nobody-agreed": Row(
        step(channel="call"),
        step(channel="call"),
        (STEP, 4),
        flags("consent", call=False),
        flags("consent", call=True),
    ),
    "tasks/nobody-to-do-it": Row(
        {**step(channel="call"), **dana("calls_per_day: 0")},
        {**step(channel="call"), **dana("calls_per_day: 1")},
        (STEP, 4),
    ),
    "unknown/resend": Row(
        letter("/// slot | 1 tip", "on_unknown: resend"),
        letter("/// slot | 1 tip", "on_unknown: list"),
        (LETTER, 6),
    ),
    # links
    "links/nowhere": Row(tip("[a](/tips/guters/)"), tip("[a](/tips/gutters/)"), (TIP, 5)),
    "links/no-address": Row(
        tip("[a]()"),
        tip("`[a]()`"),
        (TIP, 5),
        also_fine=(tip("[a](/tips/gutters/)"), tip("[a](mailto:a@b.example)")),
    ),
    "links/no-page": Row(
        {**tip("Soon.", "status: draft", path="content/tips/soon.md"), **tip("[a](/tips/soon/)")},
        {**tip("Soon.", path="content/tips/soon.md"), **tip("[a](/tips/soon/)")},
        (TIP, 5),
    ),
    "links/page-gone": Row(
        {**offer("2026-11-30"), **tip("[a](/promotions/fall/)")},
        {**offer("2026-12-01"), **tip("[a](/promotions/fall/)")},
        (TIP, 5),
    ),
    "links/answer-outside-step": Row(tip("[Yes](answer:yes)"), step("[Yes](answer:yes)"), (TIP, 5)),
    "links/no-anchor": Row(
        {**tip("[a](/tips/gutters/#ise)"), **tip("## Ice", path=GUTTERS)},
        {**tip("[a](/tips/gutters/#ice)"), **tip("## Ice", path=GUTTERS)},
        (TIP, 5),
        also_fine=(tip("[a](#costs)\n\n## Costs"), tip("[a](https://elsewhere.example/#ise)")),
    ),
    "links/http": Row(
        tip("Words\nand [a](http://forms.example.com/)."), tip("[a](https://forms.example.com/)"), (TIP, 6)
    ),
    "links/localhost": Row(
        tip("[a](http://localhost:8000/)"),
        tip("[a](https://localhost.example.com/)"),
        (TIP, 5),
        also_fine=(tip("`http://localhost/`"),),
    ),
    "links/click-here": Row(
        tip("[Click here](/tips/gutters/)!"), tip("[Click here for gutters](/tips/gutters/)"), (TIP, 5)
    ),
    "links/bare-url": Row(
        tip("See https://forms.example.com/roof."),
        tip("See [the form](https://forms.example.com/roof)."),
        (TIP, 5),
        also_fine=(
            tip("```\nhttps://forms.example.com\n```"),
            tip("[www.harborandpine.example](https://harborandpine.example)"),
        ),
    ),
    "links/same-words": Row(
        tip("[Guide](/tips/gutters/)\n\n[guide](/tips/x/)"),
        tip("[Guide](/tips/gutters/)\n\n[guide](/tips/gutters/)"),
        (TIP, 7),
        also_fine=(
            step("[Yes](answer:yes) [Yes](answer:no)"),
            tip("[a](https://forms.example.com/) [a](http://FORMS.example.com) [↵](#a) [↵](#b)"),
        ),
    ),
    # pictures and headings
    "images/missing": Row(
        tip("![A roof](/images/a.png)"),
        {"content/images/a.png": png(9, 9), **tip("![A roof](/images/a.png)")},
        (TIP, 5),
    ),
    "images/no-alt": Row(
        {"content/images/a.png": png(9, 9), **tip("![](/images/a.png)")},
        {"content/images/a.png": png(9, 9), **tip("![A roof](/images/a.png)")},
        (TIP, 5),
    ),
    "images/format": Row(
        picture(b"RIFF\0\0\0\0WEBPVP8 ", "a.jpg"),
        picture(png(1200, 675), "a.webp"),
        (TIP, 4),
        also_fine=(
            {**picture(b"<svg/>"), **tip("Words.", "image: images/a.png", "image_alt: A", "where: site")},
        ),
    ),
    "images/heavy": Row(picture(png(1200, 675, 400_001)), picture(png(1200, 675, 399_000)), (TIP, 4)),
    "images/large": Row(picture(png(2401, 900)), picture(png(2400, 900)), (TIP, 4)),
    "images/small": Row(
        picture(png(599, 300)),
        picture(png(600, 300)),
        (TIP, 4),
        also_fine=({"content/images/a.png": png(99, 99), **tip("![A](/images/a.png)")},),
    ),
    "headings/h1": Row(
        tip("# Costs\n\nWords."), tip("## Costs\n\n`# no`"), (TIP, 5), also_fine=(tip("```\n# no\n```"),)
    ),
    "headings/skipped": Row(tip("## Costs\n\n#### Roof"), tip("## Costs\n\n### Roof\n\n## Time"), (TIP, 7)),
    "headings/empty": Row(tip("##\n\nWords."), tip("## 7\n\nWords."), (TIP, 5)),
    "headings/all-bold": Row(tip("## **Costs**"), tip("## The **real** costs"), (TIP, 5)),
    "headings/bold-line": Row(
        tip("**Costs**\n\nMany."),
        tip("**Costs** are many.\n\nWords."),
        (TIP, 5),
        also_fine=(tip("**It costs.**\n\nWords."),),
    ),
    # brand, subjects, mails
    "brand/contrast": Row(brand('muted = "#55625f"', 'muted = "#99a39f"'), {}, ("themes/brand.toml", 6)),
    "subjects/long-subject": Row(
        letter(subject=f"subject: {'x' * 61}"), letter(subject=f"subject: {'x' * 60}"), (LETTER, 5)
    ),
    "subjects/long-preheader": Row(
        letter("/// slot | 1 tip", f"preheader: {'x' * 111}"),
        letter("/// slot | 1 tip", f"preheader: {'x' * 110}"),
        (LETTER, 6),
    ),
    "subjects/no-preheader": Row(
        step(), {**step("Words.", "preheader: Ten years."), **letter("/// slot | 1 tip", "preheader: Why.")}
    ),
    "subjects/no-subject": Row(letter(subject="topics: []"), letter(), (LETTER, 2)),
    "subjects/repeats": Row(
        letter("/// slot | 1 tip", "preheader: A fix, for the house!"),
        letter("/// slot | 1 tip", "preheader: Ten minutes."),
        (LETTER, 6),
    ),
    "subjects/shouting": Row(
        letter(subject="subject: LAST CHANCE for a roof"),
        letter(subject="subject: The NASA roof!"),
        (LETTER, 5),
        also_fine=(letter(subject="subject: Are you there?"),),
    ),
    "subjects/tag-first": Row(
        letter(subject='subject: {{ first_name | default: "You" }}, look up'),
        letter(subject='subject: Look up, {{ first_name | default: "you" }}'),
        (LETTER, 5),
    ),
    "mails/refused": Row(theme("<mj-body", "<mj-bodi"), {}, more=mailed),
    "mails/heavy": Row(issue("many words " * 7_000), issue("many words " * 6_000), (ISSUE, 0), mailed),
    "mails/too-large": Row(issue("many words " * 8_000), issue("many words " * 7_000), (ISSUE, 0), mailed),
    "mails/no-unsubscribe": Row(
        theme("{{ m.footer(mail) }}"), {}, ("themes/email/newsletter.mjml", 0), mailed
    ),
    "mails/no-address": Row(
        theme("{{ m.footer(mail) }}"), theme("font-size:34px", "font-size:33px"), more=mailed
    ),
    "clients/css": Row(
        {"themes/email/own.mjml": '<mj-raw>\n<div style="display:flex">'},
        {"themes/email/own.mjml": '<mj-raw>\n<div style="display:block"> {# display:flex #}'},
        ("themes/email/own.mjml", 2),
    ),
    "clients/html": Row(
        tip('<iframe src="https://video.example.com/"></iframe>'),
        tip("<mark>Words</mark> 3 < 4"),
        (TIP, 5),
        also_fine=(tip("`<iframe>`"), tip("<https://forms.example.com/>")),
    ),
    # words
    "texts/misspelt": Row(
        tip("Clean them.\n\nWait untill Thursday."),
        tip("Wait until `untill` Thursday, says the OCE."),
        (TIP, 7),
        spelled,
    ),
    "texts/hard-to-read": Row(
        tip(WORDS * 20), tip("We mend your roof, and we come on the day we said. " * 20), (TIP, 5)
    ),
    "texts/long-sentence": Row(
        tip(f"When it rains {LONG}."), tip(f"When it rains {LONG[:150]}. And {LONG[:100]}."), (TIP, 5)
    ),
    # silences and what is left out
    "silence/nothing": Row(
        tip("Words.", "silence:", "  links/click-here: theirs"),
        tip("[Click here](/tips/gutters/)", "silence:", "  links/click-here: theirs"),
        (TIP, 5),
        also_fine=(tip("Words.", "silence:", "  mails/heavy: nobody looked"),),
    ),
    "silence/protects": Row(
        tip("Hi {{ first_name }}", "silence:", "  merge-tags/no-default: all have one"),
        tip("[Click here](/tips/gutters/)", "silence:", "  links/click-here: theirs"),
        (TIP, 5),
    ),
    "checks/left-out": Row({}, {}, more=alone, more_fine=complete),
}
