"""Writes `content/pages/docs/reference.md` from the schemas: `make docs`; a test compares the two."""

from __future__ import annotations

import sys
from pathlib import Path

from topmind.audience.predicates.vocabulary import BUILT_IN as FIELDS
from topmind.audience.predicates.vocabulary import FUNCTIONS
from topmind.catalog import schemas
from topmind.catalog.merge_tags import BUILT_IN, FILTERS
from topmind.checks import OWN
from topmind.checks.clients import UNKNOWN
from topmind.checks.elsewhere import ELSEWHERE
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


def rules() -> list[str]:
    """The language of rules: functions with what they give and a rule that uses each."""
    listed = ", ".join(f"`{name}` ({kind.value})" for name, kind in FIELDS.items())
    rows = [
        f"| `{function.name}` | {function.gives.value} | {cell(function.says)} | `{function.example}` |"
        for function in FUNCTIONS.values()
    ]
    return [
        "",
        "## Rules",
        "",
        "What `who` of a segment, `only_if` and `stop_when` may say. Every line of `who` must hold.",
        "",
        f"Fields are those of `segments/_audience.toml`, and {listed}. They are compared with `=` `!=` `<` `<=` `>` `>=` "
        "`in (…)` `between … and …` `is null` `is not null`; conditions are joined with `and`, `or`, `not`, and brackets where "
        "`and` meets `or`. Whoever has no value fulfils no comparison; `not` is the exact opposite of what follows, and `!=` that of `=`. Arguments with a name "
        "are written with an arrow; `days => 365` counts from the day of the run.",
        "",
        "| Function | Gives | Meaning | For example |",
        "|---|---|---|---|",
        *rows,
    ]


def findings() -> list[str]:
    """Every rule of the linter, by family."""
    rows = [
        f"| `{rule.id}` | {rule.level.value} | {cell(rule.finds)} | {shown(rule.example)} |"
        for rule in sorted(OWN.values(), key=lambda rule: rule.id.partition("/")[0])
    ]
    others = [f"| `{rule.id}` | {rule.level.value} | {cell(rule.finds)} |" for rule in ELSEWHERE]
    return [
        "",
        "## Findings",
        "",
        "What `topmind check` finds. An error keeps readers from harm: it makes `check` exit with 1, and nobody can silence it. A warning "
        "or a note may be right as it is; then its file says so: see [Silence](/docs/writing/#silence).",
        "",
        "| Rule | Level | It finds | For example |",
        "|---|---|---|---|",
        *rows,
        "",
        "Those who read the files, the contacts and the calendar find these:",
        "",
        "| Rule | Level | It finds |",
        "|---|---|---|",
        *others,
        "",
        f"CSS that a large mail program does not know, as caniemail.com tested it on the day that is named: "
        f"{'; '.join(f'{one.source} ({one.by})' for one in UNKNOWN)}.",
    ]


def shown(example: str) -> str:
    """An example as code, in a cell."""
    return f"`{cell(example)}`" if example else ""


def page() -> str:
    """The whole page."""
    parts = [
        "---",
        "title: Reference",
        "order: 18",
        "summary: Every key of every kind of file, every built-in merge tag and filter, every word of the reports.",
        "---",
        "This page is made from the code (`make docs`), so it is never behind it.",
    ]
    for title, place, schema, without in FILES:
        parts += ["", f"## {title}", "", f"{place}", "", table(schema, without)]
    parts += rules()
    parts += findings()
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
