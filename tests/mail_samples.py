"""The sample company's editions, one of each sort: for the tests that look at mails and for the figures."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from functools import cache
from pathlib import Path

from topmind import audience, brand, catalog, settings
from topmind.mail import Renderer, render, system_fields
from topmind.mail.documents import full_bodies
from topmind.model import Catalog, Channel, CompiledEdition, Edition, Item, Kind, Occasion, SourceKind
from topmind.testing.builders import a_newsletter, an_edition, an_occasion, written

ROOT = Path(__file__).parents[1]
DAY = date(2026, 12, 1)
CUSTOMER = frozenset({"customers", "roof-owners"})
PROSPECT = frozenset({"prospects"})


@cache
def sample() -> Catalog:
    """Everything the sample company wrote."""
    places = settings.load(ROOT, {})
    loaded = catalog.load(places, DAY, audience.read_spec(places).fields)
    assert loaded.catalog is not None, loaded.problems
    return loaded.catalog


@cache
def renderer() -> Renderer:
    """The sample's own themes."""
    return Renderer(sample(), brand.load(ROOT), ROOT)


def edition(occasion: Occasion, items: tuple[str, ...] = (), segments: frozenset[str] = CUSTOMER) -> Edition:
    """What contacts of these segments get."""
    bodies = full_bodies(sample(), occasion, items)
    visible = frozenset(f"{body.path}#{index}" for body in bodies for index in body.visible(segments))
    return an_edition(occasion, items, visible=visible)


def _picks(occasion: Occasion, used: frozenset[str] = frozenset()) -> tuple[str, ...]:
    """A live item for each slot of an issue's layout."""
    newsletter = sample().newsletters[occasion.source]
    dated = newsletter.issues.get(occasion.day)
    body = dated.body if dated and dated.body else newsletter.body
    picked: list[str] = []
    for slot in body.slots:
        fits = [i.id for i in live() if i.kind in slot.kinds and i.id not in {*picked, *used}]
        picked += fits[: slot.count]
    return tuple(picked)


def live() -> tuple[Item, ...]:
    """Items that may be offered on the sample's day, those with a picture first."""
    found = (item for item in sample().items.values() if item.live(DAY))
    return tuple(sorted(found, key=lambda item: (item.image is None, item.id)))


def issues() -> list[Occasion]:
    """Each newsletter's dated issues."""
    return [
        an_occasion(n.id, day=day, title=n.title)
        for n in sample().newsletters.values()
        for day in (sorted(n.issues) or [DAY])
    ]


#: Every block and every element that Markdown knows, in one text.
EVERYTHING = """# Big heading

Hello {{ first_name | default: "friend" }}, with **bold**, *italics*, `code`, a [link](https://x.example/?q={{ town }}) and <kbd>Ctrl</kbd>, <mark>marked</mark>, H<sub>2</sub>O[^1].

/// button | Book a visit -> https://x.example/?a=1&b=2

/// columns
### Left
Some words on the left that go on for a while, so that they wrap around.

/// button | Go left -> https://x.example/left
/// column
### Right
- one
- two
    1. nested
    2. deeper

/// item | tips/binoculars
///

/// callout | Mind the step
It is *slippery*.

- a
- b

/// coupon | SINK10

/// button | See -> https://x.example/
///

> Quoted words stand aside.
> They go on.

| A | B |
|---|---:|
| one | 2 |
| three | 400 |

```
def f(x):
    return x < 1 and "a very long line of code that is wider than the screen of any phone in this world"
```

Term
:   What it means.

/// video | https://video.example/1

/// testimonial | anna-k

![A roof](/images/roof.png)

---

Last words.

[^1]: Water, with a [note](https://n.example/).
"""


@cache
def everything(theme: str) -> str:
    """A mail of all blocks and elements in one of the themes."""
    body = written(EVERYTHING, "content/newsletters/everything.md")
    newsletter = a_newsletter("everything", title="Everything", body=body, theme=theme)
    house = replace(sample(), newsletters={"everything": newsletter})
    compiled = Renderer(house, brand.load(ROOT), ROOT).compile(an_edition(an_occasion("everything")))
    return render(compiled, values(compiled)).html


@cache
def editions() -> Mapping[str, Edition]:
    """One of each: issues for customers and prospects, two steps of each sequence, an announcement of each kind, a rescue."""
    found: dict[str, Edition] = {}
    for issue in issues():
        found[issue.name] = edition(issue, _picks(issue))
        found[f"{issue.name} for prospects"] = edition(issue, _picks(issue), PROSPECT)
    for sequence in sample().sequences.values():
        for step in [s for s in sequence.steps if s.channel is Channel.EMAIL][:2]:
            occasion = an_occasion(
                sequence.id, kind=SourceKind.STEP, step=step.id, occurrence="once", title=step.title
            )
            found[occasion.name] = edition(occasion)
    for kind in Kind:
        item = next((i for i in live() if i.kind is kind), None)
        if item is not None:
            occasion = an_occasion(
                item.id, kind=SourceKind.ANNOUNCEMENT, occurrence="1", item=item.id, title=item.title
            )
            found[occasion.name] = edition(occasion)
    tip = next(i for i in live() if i.kind is Kind.TIP)
    rescue = an_occasion("rescue", kind=SourceKind.RESCUE, occurrence="2026-11-01", title=tip.title)
    found["rescue"] = edition(rescue, (tip.id,))
    return found


def values(compiled: CompiledEdition) -> dict[str, object]:
    """A believable contact: each field's sample, a link for each signed address."""
    found: dict[str, object] = {name: spec.sample for name, spec in sample().fields.items()}
    for name in system_fields(compiled):
        if name.endswith("_url") or name.startswith("answer_url:"):
            found[name] = f"https://live.example/{name.replace(':', '/')}/eyJjIjoxMDAwMX0.Zq1xYw.k3v"
        elif name.startswith("coupon:"):
            found[name] = f"{name.partition(':')[2]}-7HTQ-4MK"
        elif name.startswith("coupon_until:"):
            found[name] = date(2027, 1, 30)
    return found


#: Arabic words, as a company in Cairo would write them: headings, a list, a table, a quotation, a number, a name.
RIGHT_TO_LEFT = """# نشرة الشتاء

مرحبا {{ first_name | default: "صديقنا" }}، كيف حال سطح بيتك هذا الأسبوع؟ 🌧️ اتصل بنا على 207-555-0141.

- نظّف المزاريب
- افحص المدخنة

/// callout | انتبه للدرج
الماء يصبح جليدا في الليل.
///

> الماء الذي لا يجد طريقه يصنع طريقا.

| العمل | السعر |
|---|---|
| مزاريب | 40 |

/// button | احجز زيارة -> https://x.example/
"""


@cache
def hostile() -> Mapping[str, str]:
    """Mails that break careless themes: right-to-left words, emoji, a name of sixty letters."""
    body = written(RIGHT_TO_LEFT, "content/newsletters/winter.md")
    winter = a_newsletter("winter", title="نشرة الشتاء", body=body)
    company = replace(sample().company, language="ar")
    arabic = Renderer(
        replace(sample(), company=company, newsletters={"winter": winter}), brand.load(ROOT), ROOT
    ).compile(replace(an_edition(an_occasion("winter")), language="ar"))
    ours = renderer().compile(editions()["tuesday-fix/2026-W49"])
    return {
        "right to left": render(arabic, {**values(arabic), "first_name": "ليلى"}).html,
        "sixty letters": render(ours, {**values(ours), "first_name": LONG}).html,
        "a name in Hebrew": render(ours, {**values(ours), "first_name": "שרה (כהן)"}).html,
    }


#: Longer than any line of a phone, with an emoji of two code units.
LONG = "Wolfeschlegelsteinhausenbergerdorffwelchevoralternwarengewis\U0001f600"
