"""Mail: compile, MJML, merge and encode, each beside what one would use instead; bytes of the sample's editions."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from email.message import EmailMessage
from itertools import combinations
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

import mjml_setup
from mail_samples import edition, editions, live, renderer, sample, values
from topmind.catalog.merge_tags import parse_text
from topmind.mail import build, guard, html_size, list_headers, render
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


def written_mjml(names: Sequence[str]) -> dict[str, str]:
    """The MJML that our themes write for these editions, as the guard gets it."""
    found: dict[str, str] = {}
    ours = guard.to_html
    for name in names:

        def kept(mjml: str, path: str, locate: guard.Locate | None = None, name: str = name) -> str:
            found[name] = mjml
            return ours(mjml, path, locate)

        guard.to_html = kept
        renderer().compile(editions()[name])
    guard.to_html = ours
    return found


def npm_mjml(texts: Mapping[str, str]) -> list[dict[str, float]] | None:
    """Milliseconds and bytes of npm's mjml for the same texts; None where it is not here."""
    modules, node = mjml_setup.find(), shutil.which("node")
    if modules is None or node is None:
        return None
    with tempfile.TemporaryDirectory() as folder:
        files = []
        for number, text in enumerate(texts.values()):
            files.append(Path(folder) / f"{number}.mjml")
            files[-1].write_text(guard.sane(text), "utf-8")
        script = Path(__file__).with_name("mjml_beside.mjs")
        done = subprocess.run([node, script, modules, *files], check=True, capture_output=True, text=True)
    beside: list[dict[str, float]] = json.loads(done.stdout)
    return beside


def mjml_figures() -> None:
    """Guard and compiler for a newsletter, a letter and an announcement, beside npm's mjml on the same files."""
    texts = written_mjml(["home-almanac/2026-W49", "win-back/still-fine/once", "articles/december-walk/1"])
    beside = npm_mjml(texts)
    for number, (name, text) in enumerate(texts.items()):
        ours = seconds(lambda text=text: guard.to_html(text, "x"), 50) * 1000  # type: ignore[misc]  # bound at once
        size = len(guard.to_html(text, "x").encode())
        line = f"  MJML of {name:28} {ours:6.2f} ms, {size:6,} bytes, guard and compiler"
        if beside:
            other = beside[number]
            times = other["milliseconds"] / ours
            line += f"; npm {other['milliseconds']:6.1f} ms ({times:.0f} times), {other['bytes']:6,.0f} bytes"
        print(line)
    if beside is None:
        print("  (npm's mjml is not here to stand beside it: `make mjml`)")


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
    mjml_figures()
    for name, one in editions().items():
        compiled = renderer().compile(one)
        size = len(render(compiled, values(compiled)).html.encode())
        print(f"  {name:42} {size:8,} bytes of HTML   (budget 60,000)")


if __name__ == "__main__":
    main()
