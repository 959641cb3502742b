"""Mail: compile, merge and encode, beside what one would use instead; bytes of the sample's editions."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from dataclasses import replace
from email.message import EmailMessage
from itertools import combinations
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

from mail_samples import edition, editions, live, renderer, sample, values
from topmind.catalog.merge_tags import parse_text
from topmind.mail import build, html_size, list_headers, render
from topmind.model import CompiledEdition, MergeTag, Place
from topmind.testing.builders import an_occasion

HEADERS = {
    "Date": "Tue, 01 Dec 2026 15:07:00 +0000",
    "Message-ID": "<abc.1@harborandpine.example>",
    **list_headers("https://live.example/u/1", "tuesday-fix.harborandpine.example", "The Tuesday Fix"),
}


def seconds(run: Callable[[], object], times: int) -> float:
    """Seconds of CPU for one call, best of three rounds (on a quiet machine the same as on the wall)."""
    best = float("inf")
    for _ in range(3):
        start = time.process_time()
        for _ in range(times):
            run()
        best = min(best, (time.process_time() - start) / times)
    return best


def compile_many(issues: int = 200, segments: int = 8) -> float:
    """CPU seconds to compile that many issues as each segment sees them, other picks each time."""
    values_, offers = [i.id for i in live() if i.is_value], [i.id for i in live() if not i.is_value]
    picks = list(combinations(values_, 2))
    occasion = an_occasion("home-almanac")
    names = sorted(sample().segments)
    start = time.process_time()
    for number in range(issues):
        items = (*picks[number % len(picks)], *offers[:1])
        for at in range(segments):
            seen = edition(occasion, items, frozenset({names[at % len(names)]}))
            renderer().compile(replace(seen, sender="dana"))
    return time.process_time() - start


def a_large_edition() -> CompiledEdition:
    """100 KB of HTML with twelve places, as the largest mail that Gmail shows whole."""
    base = renderer().compile(editions()["tuesday-fix/2026-W49"])
    words = '<p style="margin:0 0 16px;">Ice is water that would like to stay. Müßig, it waits.</p>\n'
    room = 99_000 - html_size(base)
    chunk = words * (room // len(words.encode()) // 8)
    tag = next(p for p in parse_text('{{ first_name | default: "neighbor" }}') if isinstance(p, MergeTag))
    more = tuple(part for _ in range(8) for part in (chunk, Place(tag, "text")))
    return replace(base, html=(*base.html[:-1], *more, base.html[-1]), hash="f" * 16)


def standard_library(compiled: CompiledEdition, found: dict[str, object]) -> bytes:
    """The same message by `email.message.EmailMessage`."""
    done = render(compiled, found)
    message = EmailMessage()
    message["From"] = f"{compiled.sender_name} <{compiled.sender_address}>"
    message["To"] = "ana@example.com"
    message["Subject"] = done.subject
    message.set_content(done.text, cte="quoted-printable")
    message.add_alternative(done.html, subtype="html", cte="quoted-printable")
    return message.as_bytes()


def sandbox(compiled: CompiledEdition, found: dict[str, object]) -> Callable[[], object]:
    """The HTML alone by Jinja2's sandbox, as newsletter tools do it."""
    from jinja2.sandbox import SandboxedEnvironment

    names = {name: f"v{number}" for number, name in enumerate(found)}
    source = "".join(
        part if isinstance(part, str) else f"{{{{ {names.get(part.tag.field, 'nothing')} }}}}"
        for part in compiled.html
    )
    template = SandboxedEnvironment(autoescape=True).from_string(source)
    given = {names[name]: value for name, value in found.items()}
    return lambda: template.render(given)


def main() -> None:
    """Print the figures with their budgets."""
    renderer().compile(editions()["rescue"])
    print(f"  200 issues × 8 segments compiled   {compile_many():8.2f} s    (budget 10 s)")
    large = a_large_edition()
    found = values(large)
    build(large, found, to="ana@example.com", headers=HEADERS)
    ours = seconds(lambda: build(large, found, to="ana@example.com", headers=HEADERS), 500) * 1e6
    joined = seconds(lambda: render(large, found), 500) * 1e6
    places = sum(isinstance(part, Place) for part in large.html)
    print(f"  message of {html_size(large) / 1000:.0f} KB, {places} places   {ours:8.1f} µs   (budget 50 µs)")
    print(f"    merge to text alone               {joined:8.1f} µs")
    print(f"    Jinja2 sandbox, HTML alone        {seconds(sandbox(large, found), 100) * 1e6:8.1f} µs")
    print(
        f"    EmailMessage                      {seconds(lambda: standard_library(large, found), 5) * 1e6:8.1f} µs"
    )
    for name, one in editions().items():
        compiled = renderer().compile(one)
        size = len(render(compiled, values(compiled)).html.encode())
        print(f"  {name:42} {size:8,} bytes of HTML   (budget 60,000)")


if __name__ == "__main__":
    main()
