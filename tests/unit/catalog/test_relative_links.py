"""Links without a beginning: what leads to a page of the site may stand, what leads nowhere is told with its line."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from topmind.catalog import Loaded
from topmind.model import Edit

Build = Callable[..., Loaded]
HEAD = "---\ntitle: A\ndate: 2026-11-01\n---\n"


@pytest.mark.parametrize(
    ("target", "hint"),
    [
        ("../guters/", "Write /tips/gutters/"),
        ("Clean your gutters", "Begin it with https://"),
        ("gutters", "Write /tips/gutters/"),
        ("<old page>", "Begin it with https://"),
        ("www.example.com/x", "Write https://www.example.com/x"),
        ('../guters "a title"', "Write /tips/gutters/"),
    ],
)
def test_a_link_to_no_page(build: Build, target: str, hint: str) -> None:
    """The build would refuse it; check says it before, with the line and what was probably meant."""
    loaded = build({"content/tips/a.md": f"{HEAD}One.\n\nTwo [words]({target}) here.\n"})
    (problem,) = loaded.problems
    assert (problem.path, problem.line, problem.rule) == ("content/tips/a.md", 7, "links/relative")
    assert problem.fix.startswith(hint)


def test_an_address_without_https_is_certain(build: Build) -> None:
    """`www.` can only be the begin of a web address."""
    (problem,) = build({"content/tips/a.md": f"{HEAD}[x](www.example.com)\n"}).problems
    assert problem.edit == Edit("](www.example.com", "](https://www.example.com")


def test_the_name_of_the_only_page_is_certain(build: Build) -> None:
    """A title or file name that is one page's own may be written in; a near one, or one of two pages, may not."""
    (problem,) = build({"content/tips/a.md": f"{HEAD}[x](old/Gutters)\n"}).problems
    assert problem.edit == Edit("](old/Gutters", "](/tips/gutters/")
    (problem,) = build({"content/tips/a.md": f"{HEAD}[x](old/gutter)\n"}).problems
    assert problem.edit is None
    other = {"content/articles/gutters.md": "---\ntitle: G\ndate: 2026-11-01\n---\nText.\n"}
    (problem,) = build({**other, "content/tips/a.md": f"{HEAD}[x](old/gutters)\n"}).problems
    assert problem.edit is None


@pytest.mark.parametrize(
    "target",
    [
        "../gutters/",
        "../gutters",
        "/tips/gutters/",
        "https://x.example/",
        "mailto:a@example.com",
        "#below",
        "?q=1",
        "../../images/plan.pdf",
        "../../docs/start/",
        "answer:yes",
        "{{ unsubscribe_url }}",
    ],
)
def test_what_may_stand(build: Build, target: str) -> None:
    """Pages that are there, other sites, files, places on the page; pages that are no items are the build's to judge."""
    text = f"{HEAD}[words]({target}) ![picture](gone.png) `[code](gone)`\n\n    [code](gone)\n"
    assert build({"content/tips/a.md": text}).problems == ()


def test_a_draft_leads_nowhere_yet(build: Build) -> None:
    """It has no page to lead on from; a text that is mailed leads on from the site's first page."""
    text = "---\ntitle: A\ndate: 2026-11-01\n{}\n---\n[words](tips/guters/) [w](www.example.com)\n"
    assert build({"content/tips/a.md": text.format("status: draft")}).problems == ()
    found = build({"content/tips/a.md": text.format("where: email")}).problems
    assert [(p.line, p.fix) for p in found] == [
        (6, "Write /tips/gutters/."),
        (6, "Write https://www.example.com."),
    ]
    issue = {"content/newsletters/tuesday-fix/2026-12-01.md": "---\nsubject: S\n---\n[w](www.example.com)\n"}
    assert [p.line for p in build(issue | {"content/tips/a.md": None}).problems] == [4]


def test_two_pages_with_one_name(build: Build) -> None:
    """The same slug in two folders: links to either are right."""
    other = {"content/articles/gutters.md": "---\ntitle: G\ndate: 2026-11-01\n---\nText.\n"}
    text = f"{HEAD}[a](../gutters/) [b](../../articles/gutters/)\n"
    assert build({**other, "content/tips/a.md": text}).problems == ()


@pytest.mark.parametrize(("target", "told"), [("../x", []), ("../../tips/gone", ["links/relative"])])
def test_a_mail_that_climbs_above_the_top(build: Build, target: str, told: list[str]) -> None:
    """A mail has no page of its own to climb from: above the top is the top, as in browsers."""
    head = "---\ntitle: L\nevery: Tuesday at 09:00\nsubject: S\n---\n"
    loaded = build({"content/newsletters/letter.md": f"{head}[words]({target})\n\n/// slot | 1 tip\n"})
    assert [problem.rule for problem in loaded.problems] == told
