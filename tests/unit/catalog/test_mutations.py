"""Mistakes generated from the schemas: each is reported once, on its line, with what to do, and stops everything."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from topmind.catalog import Loaded, schemas
from topmind.catalog.schemas import Head

Build = Callable[..., Loaded]

#: A good file of each kind that has every key: schema → (file, key → value, text).
GOOD: dict[type[Head], tuple[str, dict[str, str], str]] = {
    schemas.PromotionHead: (
        "content/promotions/p.md",
        {
            "title": "P", "date": "2026-11-01", "modified": "2026-11-02", "slug": "p", "summary": "S", "tags": "[a]",
            "authors": "[dana]", "status": "published", "image": "https://x.example/i.png", "image_alt": "I",
            "segments": "[customers]", "exclude": "[customers]", "stages": "[interest]", "where": "[site, email]",
            "access": "public", "use": "any time", "priority": "1", "send": "[2026-12-08]", "for": "tuesday-fix 2026-12-01",
            "subject": "S", "preheader": "P", "was": "[old]", "audience": "each send", "correction": "no", "grace": "3 days", "on_unknown": "resend", "link": "https://x.example",
            "stop_when": "purchases() > 3", "offer": "O", "code": "C10", "coupon": "personal", "starts": "2026-11-01", "ends": "2026-12-20", "terms": "T",
        },
        "Text.\n",
    ),
    schemas.EventHead: (
        "content/events/e.md",
        {"title": "E", "date": "2026-11-01", "begins": "2026-12-05 18:30", "ends": "2026-12-05 20:00", "zone": "Europe/Berlin", "location": "L"},
        "Text.\n",
    ),
    schemas.SpotlightHead: (
        "content/spotlights/s.md",
        {"title": "S", "date": "2026-11-01", "business": "B", "phone": "1", "region": "R", "offer": "O", "code": "C", "coupon": "shared"},
        "Text.\n",
    ),
    schemas.TestimonialHead: (
        "content/testimonials/t.md",
        {"title": "T", "date": "2026-11-01", "person": "P", "company": "C", "permission": "yes"},
        "Text.\n",
    ),
    schemas.ExpertHead: ("content/experts/x.md", {"title": "X", "date": "2026-11-01", "field": "F"}, "Text.\n"),
    schemas.NewsletterHead: (
        "content/newsletters/n.md",
        {
            "id": "n", "title": "N", "every": "Tuesday at 09:00", "zone": "America/New_York", "segments": "[customers]",
            "topics": "[fixes]", "sender": "dana", "subject": "S", "preheader": "P", "window": "3 hours", "grace": "1 day", "on_unknown": "resend",
            "theme": "letter", "approve": "proof", "proof_before": "1 day", "one_of": "weekly", "archive": "no", "was": "[m]",
        },
        "/// slot | 1 tip\n",
    ),
    schemas.IssueHead: (
        "content/newsletters/tuesday-fix/2026-12-01.md",
        {"subject": "S", "preheader": "P", "hold": "no", "ready": "yes", "was": "2026-11-24"},
        "Text.\n",
    ),
    schemas.StepHead: (
        "content/sequences/first/01-a.md",
        {
            "id": "a", "title": "A", "after": "1 day", "channel": "email", "only_if": "purchases() > 0", "grace": "7 days", "on_unknown": "list",
            "purpose": "marketing", "starts_from": "first_purchase()", "repeat": "yearly", "sender": "dana", "subject": "S",
            "preheader": "P", "theme": "letter", "was": "[b]",
        },
        "Text.\n",
    ),
    schemas.SegmentHead: (
        "segments/lapsed.md",
        {
            "title": "L", "who": "purchases() > 0", "at_least": "1 valuable touch every 30 days", "at_most": "2 emails per week",
            "value_per_promotion": "3", "gap": "1 day", "rescue": "[email, call]", "sender": "dana", "rank": "4",
            "examples": "[0007 belongs, 0012 does not belong on 2026-12-01]",
        },
        "Note.\n",
    ),
    schemas.TeamHead: (
        "content/team/june.md",
        {"name": "J", "role": "R", "email": "j@example.com", "phone": "1", "calls_per_day": "6", "source_id": "4"},
        "June\n",
    ),
}  # fmt: skip

#: Keys whose value is free text or a free word: any one-line value is right.
FREE = {
    "title", "summary", "subject", "preheader", "image", "image_alt", "offer", "terms", "location", "business", "phone", "region",
    "person", "company", "field", "name", "role", "photo", "source_id", "every", "only_if", "stop_when", "starts_from", "who",
    "tags", "authors", "was", "code", "slug", "one_of", "id",
}  # fmt: skip
#: Keys that take a list.
LISTS = {
    "tags",
    "authors",
    "segments",
    "exclude",
    "stages",
    "where",
    "send",
    "for",
    "was",
    "topics",
    "who",
    "at_most",
    "rescue",
}


def written(values: dict[str, str], text: str) -> str:
    return "---\n" + "".join(f"{key}: {value}\n" for key, value in values.items()) + f"---\n{text}"


MUTATIONS = ("doubled", "misspelt", "list", "nonsense")


def keys_of(schema: type[Head], mutation: str) -> list[str]:
    """The keys on which a mutation is a mistake."""
    right = {"list": LISTS, "nonsense": FREE}.get(mutation, set())
    return [key for key in GOOD[schema][1] if key not in right]


def mutated(schema: type[Head], key: str, mutation: str) -> tuple[str, int]:
    """(front matter and text, line of the mistake) with one key made wrong."""
    _, values, text = GOOD[schema]
    # Several such files stand in one project: they may not share an id or an address.
    values = {k: f"own-{list(values).index(key)}" if k in {"id", "slug"} else v for k, v in values.items()}
    line = list(values).index(key) + 2
    if mutation == "doubled":
        line = len(values) + 2
        values[key.upper()] = values[key]
    elif mutation == "misspelt":
        values = {(f"{k}q" if k == key else k): v for k, v in values.items()}
    else:
        values[key] = "\n  - one\n  - two" if mutation == "list" else "zzz zzz"
    return written(values, text), line


def place(schema: type[Head], number: int) -> str:
    """A file of its own for each mutated key."""
    folder, _, name = GOOD[schema][0].rpartition("/")
    if schema is schemas.IssueHead:
        return f"{folder}/2026-12-{number + 1:02}.md"
    return (
        f"{folder}/{number + 10}-{name.partition('-')[2]}"
        if schema is schemas.StepHead
        else f"{folder}/m{number}.md"
    )


SEQUENCE = {"content/sequences/first.md": "---\ntitle: F\nstarts_from: first_purchase()\n---\n"}


@pytest.mark.parametrize("schema", GOOD, ids=lambda s: s.__name__)
def test_the_good_file(build: Build, schema: type[Head]) -> None:
    """The file that is mutated below is in order, and has every key of its schema but inherited and exclusive ones."""
    name, values, text = GOOD[schema]
    more = SEQUENCE if schema is schemas.StepHead else {}
    assert build({**more, name: written(values, text)}).problems == ()
    inherited = set() if schema is schemas.PromotionHead else schemas.ItemHead.keys()
    assert schema.keys() - set(values) - inherited <= {"before", "photo", "corrects", "silence"}


@pytest.mark.parametrize("mutation", MUTATIONS)
@pytest.mark.parametrize("schema", GOOD, ids=lambda s: s.__name__)
def test_each_mutation_of_each_key(build: Build, schema: type[Head], mutation: str) -> None:
    """Doubled, misspelt, a list where none is due, nonsense: one error on the key's line that says what to do."""
    keys = keys_of(schema, mutation)
    files = {place(schema, n): mutated(schema, key, mutation) for n, key in enumerate(keys)}
    more = SEQUENCE if schema is schemas.StepHead else {}
    loaded = build({**more, **{name: text for name, (text, _) in files.items()}})
    assert loaded.catalog is None or not keys
    for key, (name, (_, line)) in zip(keys, files.items(), strict=True):
        found = [p for p in loaded.problems if p.path == name]
        here = [p for p in found if p.line == line]
        assert len(here) == 1, (key, found)
        assert here[0].fix
        if mutation == "misspelt":
            assert repr(key) in here[0].fix
        else:
            assert found == here, key
    assert {p.path for p in loaded.problems} == set(files)


def test_schemas_describe_themselves() -> None:
    """Each key says in words what is due and whether it must be written, for the docs."""
    rows = {key: (due, must) for key, due, must in schemas.PromotionHead.described()}
    assert rows["ends"] == ("a date", True)
    assert rows["for"] == ("a newsletter and a date", False)
    assert set(rows) == schemas.PromotionHead.keys()
