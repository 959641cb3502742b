"""Mistakes made from the schemas: a good file of each kind, and each of its keys made wrong in each way."""

from __future__ import annotations

from topmind.catalog import schemas
from topmind.catalog.schemas import Head

#: A rule of the linter, and why it is silent.
SILENCE = "{house/placeholder: the partner wants it so}"
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
            "stop_when": "purchases() > 3", "offer": "O", "code": "C10", "coupon": "personal", "starts": "2026-11-01", "ends": "2026-12-20", "terms": "T", "silence": SILENCE,
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
            "theme": "letter", "approve": "proof", "proof_before": "1 day", "one_of": "weekly", "archive": "no", "was": "[m]", "silence": SILENCE,
        },
        "/// slot | 1 tip\n",
    ),
    schemas.IssueHead: (
        "content/newsletters/tuesday-fix/2026-12-01.md",
        {"subject": "S", "preheader": "P", "hold": "no", "ready": "yes", "was": "2026-11-24", "silence": SILENCE},
        "Text.\n",
    ),
    schemas.SequenceHead: (
        "content/sequences/q.md",
        {
            "id": "q", "title": "Q", "starts_from": "first_purchase()", "since": "2026-01-01", "backfill": "2026-06-01", "repeat": "every time",
            "stop_when": "purchases() > 3", "segments": "[customers]", "sender": "dana", "was": "[r]", "silence": SILENCE,
        },
        "",
    ),
    schemas.StepHead: (
        "content/sequences/first/01-a.md",
        {
            "id": "a", "title": "A", "after": "1 day", "channel": "email", "only_if": "purchases() > 0", "grace": "7 days", "on_unknown": "list",
            "purpose": "marketing", "starts_from": "first_purchase()", "repeat": "yearly", "sender": "dana", "subject": "S",
            "preheader": "P", "theme": "letter", "was": "[b]", "silence": SILENCE,
        },
        "Text.\n",
    ),
    schemas.SegmentHead: (
        "segments/lapsed.md",
        {
            "title": "L", "who": "purchases() > 0", "at_least": "1 valuable touch every 30 days", "at_most": "2 emails per week",
            "value_per_promotion": "3", "gap": "1 day", "rescue": "[email, call]", "sender": "dana", "rank": "4",
            "examples": "[0007 belongs, 0012 does not belong on 2026-12-01]", "silence": SILENCE,
        },
        "Note.\n",
    ),
    schemas.TeamHead: (
        "content/team/june.md",
        {"name": "J", "role": "R", "email": "j@example.com", "phone": "1", "calls_per_day": "6", "source_id": "4", "silence": SILENCE},
        "June\n",
    ),
    schemas.CompanyHead: (
        "content/company.md",
        {
            "name": "N", "address": "14 Chandlery Lane", "zone": "America/New_York", "country": "US", "blackout": "[2026-12-24 to 2027-01-02]",
            "quiet": "20:00 to 08:00", "programme_starts": "2025-06-01", "aim": "15 days", "owner": "dana", "clients": "customers",
            "topics": "{fixes: The Tuesday Fix}", "links": "{Shop: https://x.example}", "site": "https://x.example", "email": "hello@x.example",
            "phone": "1", "language": "en", "at_least": "1 valuable touch every 30 days", "at_most": "2 emails per week",
            "value_per_promotion": "3", "gap": "1 day", "rescue": "[email]", "silence": SILENCE,
        },
        "Text.\n",
    ),
}  # fmt: skip

#: Keys whose value is free text or a free word: any one-line value is right.
FREE = {
    "title", "summary", "subject", "preheader", "image", "image_alt", "offer", "terms", "location", "business", "phone", "region",
    "person", "company", "field", "name", "role", "photo", "source_id", "every", "only_if", "stop_when", "starts_from", "who",
    "tags", "authors", "was", "code", "slug", "one_of", "id", "address", "topics", "links", "country", "clients", "language",
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
    "address",
    "blackout",
}
#: Keys with `name: text` lines below them.
MAPS = {"topics", "links", "silence"}
#: What is due, in the schema's words → a value of that form which there is not, or which is out of range.
OUT_OF_RANGE = {
    "a date": "2026-02-30",
    "a date with a time": "2026-12-05 25:00",
    "a list of dates": "[2026-02-30]",
    "a list of dates, or `2026-12-24 to 2027-01-02`": "[2027-01-02 to 2026-12-24]",
    "a newsletter and a date": "tuesday-fix 2026-02-30",
    "`until DATE`, `again after 12 months` or `any time`": "again after 0 months",
    "a whole number": "100000",
    "a number of days": "40000 days",
    "a length of time": "1000000 hours",
    "`1 valuable touch every 30 days`": "0 valuable touches every 30 days",
    "`2 emails per week`": "2 emails per 0 weeks",
    "`20:00 to 08:00`": "25:00 to 08:00",
    "a list like `0007 belongs`": "[0007 belongs on 2026-02-30]",
    "a time zone": "Mars/Olympus",
    "an e-mail address": "dana@example.com, june@example.com",
    "what was wrong, and its date": "tuesday-fix 2026-02-30",
    "a name": "two words",
    "a list of channels": "[pigeon]",
    "a list of stages": "[despair]",
    "site, email": "[moon]",
    "an address of a page": "ftp://x.example",
}


def written(values: dict[str, str], text: str) -> str:
    return "---\n" + "".join(f"{key}: {value}\n" for key, value in values.items()) + f"---\n{text}"


MUTATIONS = ("missing", "empty", "doubled", "misspelt", "list", "nonsense", "out of range")


def keys_of(schema: type[Head], mutation: str) -> list[str]:
    """The keys on which a mutation is a mistake."""
    must = {key for key, _, must in schema.described() if must}
    if issubclass(schema, schemas.ItemHead):
        must.add("date")  # or a file's name that begins with one
    must |= {schemas.TestimonialHead: {"permission"}, schemas.StepHead: {"after", "subject"}}.get(
        schema, set()
    )
    if mutation in {"missing", "empty"}:
        return [key for key in GOOD[schema][1] if key in must]
    if mutation == "out of range":
        return [key for key in GOOD[schema][1] if schema.form(key).due in OUT_OF_RANGE]
    right = {"list": LISTS, "nonsense": FREE}[mutation] if mutation in {"list", "nonsense"} else set()
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
    elif mutation == "missing":
        line = 1
        del values[key]
    elif mutation == "misspelt":
        values = {(f"{k}q" if k == key else k): v for k, v in values.items()}
    else:
        line += mutation == "list" and key in MAPS  # the first line that is no `name: text`
        values[key] = {"list": "\n  - one\n  - two", "empty": "", "nonsense": "zzz zzz"}.get(mutation) or (
            OUT_OF_RANGE[schema.form(key).due] if mutation == "out of range" else ""
        )
    return written(values, text), line


def place(schema: type[Head], number: int) -> str:
    """A file of its own for each mutated key."""
    folder, _, name = GOOD[schema][0].rpartition("/")
    if schema is schemas.CompanyHead:
        return GOOD[schema][0]
    if schema is schemas.IssueHead:
        return f"{folder}/2026-12-{number + 1:02}.md"
    return (
        f"{folder}/{number + 10}-{name.partition('-')[2]}"
        if schema is schemas.StepHead
        else f"{folder}/m{number}.md"
    )


SEQUENCE = {"content/sequences/first.md": "---\ntitle: F\nstarts_from: first_purchase()\n---\n"}
STEP = "---\nafter: 1 day\nsubject: S\n---\nText.\n"


def beside(schema: type[Head], name: str) -> dict[str, str]:
    """What a file needs beside it to be in order: a step its sequence, a sequence a step."""
    if schema is schemas.SequenceHead:
        return {f"{name.removesuffix('.md')}/01-a.md": STEP}
    return SEQUENCE if schema is schemas.StepHead else {}


CASES = [(schema, mutation) for schema in GOOD for mutation in MUTATIONS if keys_of(schema, mutation)]
