"""Writes `content/pages/docs/reference.md` from the schemas: `make docs`; a test compares the two."""

from __future__ import annotations

import sys
from pathlib import Path

from topmind.catalog import schemas
from topmind.catalog.merge_tags import BUILT_IN, FILTERS
from topmind.model import Channel, Kind, TouchState
from topmind.report.reasons import REASONS

TARGET = Path(__file__).parents[1] / "content" / "pages" / "docs" / "reference.md"

FILES = [
    ("Every item", "`content/KIND/NAME.md` or `content/KIND/2026-12-01-NAME.md`", schemas.ItemHead, None),
    ("Promotion", "`content/promotions/`", schemas.PromotionHead, schemas.ItemHead),
    ("Event", "`content/events/`", schemas.EventHead, schemas.ItemHead),
    ("Spotlight", "`content/spotlights/`", schemas.SpotlightHead, schemas.ItemHead),
    ("Testimonial", "`content/testimonials/`", schemas.TestimonialHead, schemas.ItemHead),
    ("Expert", "`content/experts/`", schemas.ExpertHead, schemas.ItemHead),
    ("Newsletter", "`content/newsletters/NAME.md`", schemas.NewsletterHead, None),
    ("One issue", "`content/newsletters/NAME/2026-12-01.md`", schemas.IssueHead, None),
    ("Sequence", "`content/sequences/NAME.md`", schemas.SequenceHead, None),
    ("Step", "`content/sequences/NAME/01-STEP.md`", schemas.StepHead, None),
    ("Segment", "`segments/NAME.md`", schemas.SegmentHead, None),
    ("Team member", "`content/team/NAME.md`", schemas.TeamHead, None),
    ("Company", "`content/company.md`", schemas.CompanyHead, None),
]


def cell(text: str) -> str:
    """A cell of a Markdown table."""
    return text.replace("|", "&#124;").replace("{{", "&#123;&#123;").replace("{%", "&#123;%")


def table(schema: type[schemas.Head], without: type[schemas.Head] | None) -> str:
    """Keys of one schema; those of `without` are told elsewhere."""
    known = {key for key, _, _ in without.described()} if without else set()
    rows = [
        f"| `{key}` | {cell(due)} | {'yes' if must else ''} |"
        for key, due, must in schema.described()
        if key not in known
    ]
    return "\n".join(["| Key | What to write | Needed |", "|---|---|---|", *rows])


def page() -> str:
    """The whole page."""
    parts = [
        "---",
        "title: Reference",
        "order: 7",
        "summary: Every key of every kind of file, every built-in merge tag and filter, every word of the reports.",
        "---",
        "This page is made from the code (`make docs`), so it is never behind it.",
    ]
    for title, place, schema, without in FILES:
        parts += ["", f"## {title}", "", f"{place}", "", table(schema, without)]
    parts += ["", "## Merge tags that topmind fills", "", "| Tag | Meaning |", "|---|---|"]
    parts += [f"| `{name}` | {cell(meaning)} |" for name, meaning in BUILT_IN.items()]
    parts += ["", f"Filters: {', '.join(f'`{name}`' for name in FILTERS)}.", "", "## Words", ""]
    parts += [
        f"Kinds: {', '.join(f'`{kind.value}`' for kind in Kind)}. "
        f"Channels: {', '.join(f'`{channel.value}`' for channel in Channel)}.",
        "",
        f"What may become of a touch: {', '.join(f'`{state.value}`' for state in TouchState)}.",
        "",
        "## Why somebody does not get something",
        "",
        "| In JSON | In words |",
        "|---|---|",
        *(f"| `{reason.value}` | {words} |" for reason, words in REASONS.items()),
        "",
    ]
    return "\n".join(parts)


if __name__ == "__main__":
    TARGET.write_text(page(), "utf-8")
    sys.stdout.write(f"{TARGET.name} is written\n")
