"""The summary of an export for whoever reads a pull request: counts, findings, and where each mail is. Markdown."""

from __future__ import annotations

from collections.abc import Iterator

from topmind.model import Level
from topmind.run.preview import Preview

#: Findings that are written out; the rest is counted.
MOST = 30


def summary(preview: Preview, mails: int) -> str:
    """The whole text."""
    return "\n".join([*_lines(preview, mails), ""])


def _lines(preview: Preview, mails: int) -> Iterator[str]:
    counts = {level: sum(found.level is level for found in preview.findings) for level in Level}
    yield "## Preview"
    yield ""
    yield (
        f"{mails} mails of {len(preview.coming)} occasions, seen by {len(preview.personas)} made-up readers. "
        f"Errors: {counts[Level.ERROR]}, warnings: {counts[Level.WARNING]}, notes: {counts[Level.INFO]}."
    )
    if preview.coming:
        yield ""
        yield "| When | What | Editions | Page |"
        yield "| --- | --- | ---: | --- |"
        for one in preview.coming:
            page = _code(f"preview/{one.slug}/a/sample/index.html") if one.showings else _cell(one.trouble)
            day = one.day.isoformat() if one.day else "each contact’s own day"
            yield f"| {day} | {_cell(one.title)} | {len(one.showings)} | {page} |"
    worth = [found for found in preview.findings if found.level is not Level.INFO]
    if worth:
        yield ""
        yield "### Findings"
        yield ""
        for found in worth[:MOST]:
            where = f"{found.path}:{found.line}" if found.line else found.path
            says = _cell(f"{found.says} {found.fix}".strip())
            yield f"- **{found.level.value}** {_code(where)} {says} ({_code(found.rule)})"
        if len(worth) > MOST:
            yield f"- and {len(worth) - MOST} more: {_code('findings/index.html')}"


def _code(text: str) -> str:
    return f"<code>{_cell(text)}</code>"


def _cell(text: str) -> str:
    """Text that stays text in a table: no HTML, no new row, no column, no link."""
    plain = " ".join(text.split())
    for sign, written in (
        ("&", "&amp;"),
        ("<", "&lt;"),
        (">", "&gt;"),
        ("|", "&#124;"),
        ("`", "&#96;"),
        ("@", "&#64;"),
        ("[", "&#91;"),
        ("]", "&#93;"),
    ):
        plain = plain.replace(sign, written)
    return plain
