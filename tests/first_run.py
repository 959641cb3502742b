"""A small project whose files name each other wherever they can, ways to break one, and mistakes between two of them."""

from __future__ import annotations

from collections.abc import Callable

from rule_rows import (
    COMPANY,
    LETTER,
    SOUND,
    STEP,
    TIP,
    Files,
    company,
    issue,
    letter,
    offer,
    page,
    segment,
    step,
    tip,
)

LANGUAGE = "language: de"  # no dictionary of ours knows it: codespell is not asked
ADDRESS = ("14 Chandlery Lane", "Tern Harbor, ME 04999")
AUDIENCE = '[tables.contacts]\nfile = "c.csv"\nid = "i"\nemail = "m"\nsince = "s"\n[fields.first_name]\ncolumn = "f"\n[fields.company]\ncolumn = "k"\n'
_PRE = "preheader: Ten minutes."

#: Nothing is wrong here, and every file is named by another.
LINKED: Files = {
    **SOUND,
    "segments/_audience.toml": AUDIENCE,
    **company(ADDRESS, LANGUAGE, "clients: customers", "topics:", "  fixes: The Tuesday Fix"),
    **letter(
        "[Our desk](/about/), [gutters](/tips/gutters/#ice), [the offer](../promotions/fall/).\n\n/// slot | 1 tip\n\n"
        "/// item | promotions/fall\n\n/// item | tips/gutters\n\n/// item | tips/x",
        "topics: [fixes]",
        "sender: dana",
        _PRE,
    ),
    **issue("/// coupon | FALL10\n\n[Fall](/promotions/fall/)"),
    **step("[Yes](answer:yes)\n\n/// item | tips/gutters", "sender: dana", _PRE),
    **segment("lapsed", "in_segment('customers')", "sender: dana"),
    **segment("happy", "answered('thank-you', 'yes')", "sender: dana"),
    **tip("## Ice\n\n[Roofs](../x/) and [the guide](../pages/about.md).", path="content/tips/gutters.md"),
    **tip(
        "[Gutters](gutters.md) and /// no block.\n\n/// coupon | FALL10",
        "segments: [lapsed]",
        "where: [site, email]",
        "for: tuesday-fix 2026-12-15",
    ),
    **tip(
        "It was wrong.",
        "send: 2026-12-10",
        "corrects: tuesday-fix 2026-11-24",
        "segments: [happy]",
        _PRE,
        path="content/tips/wrong.md",
    ),
    **offer("2026-12-31", "code: FALL10", text="/// testimonial | anna-k"),
    "content/testimonials/anna-k.md": "---\ntitle: A\ndate: 2026-11-01\nperson: A\npermission: yes\n---\nGood.\n",
    **page("[Gutters](/tips/gutters/) and [the roof](/tips/x/).\n\n/// item | tips/gutters"),
}


def _head(line: str) -> Callable[[str], str]:
    """A line more in the head."""
    return lambda text: text.replace("---\n", f"---\n{line}\n", 1)


def _end(lines: str) -> Callable[[str], str]:
    """Lines more at the end of the text."""
    return lambda text: f"{text.rstrip()}\n\n{lines}\n"


#: What goes wrong in a file of its own: way → (what becomes of its text, family of the rule that says so).
BROKEN: dict[str, tuple[Callable[[str], str], str]] = {
    "a key of no kind": (_head("zzzz: 1"), "front-matter/unknown-key"),
    "a line that is none": (_head("zzzz 1"), "front-matter/syntax"),
    "an unclosed head": (lambda text: text.replace("\n---\n", "\n", 1), "front-matter/unclosed"),
    "no UTF-8": (lambda text: text + "\udcff", "front-matter/encoding"),
    "a key twice": (_head("title: Other"), "front-matter/doubled-key"),
    "an unclosed block": (_end("/// callout | Mind\nWords."), "block/unclosed"),
    "a block of no kind": (_end("/// calout | Mind\nWords.\n\n///"), "block/unknown"),
    "a tag of no field": (_end('Hello {{ shoe_size | default: "you" }}.'), "merge-tag/unknown-field"),
    "a filter of no kind": (_end('Hello {{ first_name | shout: "you" }}.'), "merge-tag/unknown-filter"),
}

#: One mistake between two files each: rule → (files beside those of the sound project, where it is told).
ACROSS: dict[str, tuple[Files, tuple[str, int]]] = {
    "name/unknown-segment": (tip("Words.", "segments: [nobody]"), (TIP, 4)),
    "name/unknown-sender": (step("Thanks.", "sender: nina"), (STEP, 5)),
    "name/unknown-item": (letter("/// slot | 1 tip\n\n/// item | tips/none"), (LETTER, 9)),
    "name/unknown-topic": (letter("/// slot | 1 tip", "topics: [roofs]"), (LETTER, 6)),
    "name/unknown-newsletter": (tip("Words.", "for: monday-fix 2026-12-08"), (TIP, 4)),
    "name/unknown-code": (tip("/// coupon | NONE10"), (TIP, 5)),
    "name/doubled-id": (
        tip("Words.", path="content/tips/2026-01-02-gutters.md"),
        ("content/tips/gutters.md", 1),
    ),
    "name/was": (tip("Words.", "was: gutters"), (TIP, 1)),
    "name/draft": (
        {
            **tip("Words.", "status: draft", path="content/tips/soon.md"),
            **letter("/// slot | 1 tip\n\n/// item | tips/soon"),
        },
        (LETTER, 9),
    ),
    "url/doubled": (tip("Words.", "slug: gutters"), (TIP, 1)),
    "announcement/corrects": (tip("Words.", "send: 2026-12-10", "corrects: monday-fix 2026-11-24"), (TIP, 5)),
    "links/relative": (tip("[a](../tips/none/)"), (TIP, 5)),
    "rule/unreadable": (segment("odd", "in_segment('nobody')"), ("segments/odd.md", 4)),
    "block/item": (page("/// item | tips/none"), ("content/pages/about.md", 4)),
    "planning/no-such-issue": (
        {"content/newsletters/tuesday-fix/2026-12-09.md": "---\nsubject: A fix\n---\n/// slot | 1 tip\n"},
        ("content/newsletters/tuesday-fix/2026-12-09.md", 0),
    ),
    "planning/floor-within-gap": (
        segment("odd", "purchases() > 0", "at_least: 1 valuable touch every 3 days", "gap: 5 days"),
        ("segments/odd.md", 6),
    ),
}

#: A file with a mistake of its own, of each kind that others name.
BESIDE: dict[str, str] = {
    "content/tips/broken.md": "---\ntitle: B\ndate: 2026-01-02\nzzzz: 1\n---\nWords.\n",
    "content/promotions/broken.md": "---\ntitle: B\ndate: 2026-01-02\nends: 2026-12-20\ncode: X1\nzzzz: 1\n---\nWords.\n",
    "content/newsletters/broken.md": "---\ntitle: B\nevery: Tuesday at 09:00\nzzzz: 1\n---\n/// slot | 1 tip\n",
    "content/pages/broken.md": "---\ntitle: B\nzzzz: 1\n---\nWords.\n",
    COMPANY: str(company(ADDRESS, LANGUAGE, "zzzz: 1")[COMPANY]),
}
