"""A broken theme: file, line, column and the line of what is wrong, whatever is wrong; no crash, no spoilt mail."""

from __future__ import annotations

import re
import signal
import subprocess
import sys
from functools import cache
from pathlib import Path

import lxml.html
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mail_samples import ROOT, sample
from topmind import brand
from topmind.errors import MailError
from topmind.mail import Renderer
from topmind.model import Catalog
from topmind.testing.builders import a_catalog, a_company, a_newsletter, an_edition, written

NEWSLETTER = """{% import "own.mjml" as m with context %}
<mjml lang="{{ mail.language }}" dir="ltr">
<mj-head><mj-title>{{ mail.title }}</mj-title></mj-head>
<mj-body>
  {% for band in bands %}{{ m.flow(band) }}{% endfor %}
  <mj-section><mj-column>
    <mj-text>Yours, {{ mail.company }}&nbsp;</mj-text><mj-image src="/x.png" alt="" />
  </mj-column></mj-section>
</mj-body>
</mjml>
"""
OWN = """{# What the theme above calls. #}
{% macro flow(band) %}
<mj-section padding="0 32px"><mj-column>
  {% for piece in band.pieces %}
  <mj-text font-size="16px"><p style="margin:0">{{ html.prose(piece) }}</p></mj-text>
  {% endfor %}
</mj-column></mj-section>
{% endmacro %}
"""
PLACE = re.compile(r"themes/email/(\w+\.mjml):(\d+):(\d+)")


@cache
def words() -> Catalog:
    """An issue of two paragraphs."""
    body = written(
        "Ice & <b>snow</b>.\n\nFor {{ first_name | default: 'you' }}.\n", "content/newsletters/n.md"
    )
    return a_catalog(
        newsletters=[a_newsletter(body=body)], company=a_company(site="https://harborandpine.example")
    )


def compiled(root: Path, newsletter: str = NEWSLETTER, own: str = OWN) -> str:
    """The HTML that a project's own theme makes."""
    folder = root / "themes" / "email"
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "newsletter.mjml").write_bytes(newsletter.encode("utf-8", "surrogatepass"))
    (folder / "own.mjml").write_bytes(own.encode("utf-8", "surrogatepass"))
    made = Renderer(words(), brand.load(ROOT), root).compile(an_edition())
    return "".join(part if isinstance(part, str) else "PLACE" for part in made.html)


@pytest.mark.parametrize(
    ("file", "old", "new", "place", "says"),
    [
        ("own", "<mj-column>\n", "<mj-colunm>\n", "own.mjml:3:30", "<mj-colunm> is no component"),
        ("own", "font-size=", "font-sice=", "own.mjml:5:3", "Did you mean 'font-size'?"),
        ("own", "</p>", "", "own.mjml:5:", "<p> is open here"),
        ("own", "<p style", "<p onclick", "own.mjml:5:29", "would run code"),
        ("own", "{{ html.prose(piece) }}", "{{ html.prose(piece }}", "own.mjml:5:", "unexpected '}'"),
        ("own", "band.pieces", "band.peaces", "own.mjml:4:3", "no attribute 'peaces'"),
        ("own", "{{ html.prose(piece) }}", "{{ 1 / 0 }}", "own.mjml:5:", "ZeroDivisionError"),
        ("own", "{{ html.prose(piece) }}", "{{ flow(band) }}", "own.mjml:", "RecursionError"),
        ("own", "{% endmacro %}", "\udcff{% endmacro %}", "own.mjml:8:", "no UTF-8"),
        ("newsletter", "<mj-title>", "<mj-title><b>", "newsletter.mjml:3:", "may not stand here"),
        ("newsletter", ' alt=""', "", "newsletter.mjml:7:55", "<mj-image> has no alt"),
        ("newsletter", ' lang="{{ mail.language }}"', "", "newsletter.mjml:2:1", "<mjml> has no lang"),
        ("newsletter", "<mj-image", "<b>&copy;</b> <mj-image", "newsletter.mjml:7:55", "<b> may not stand"),
        ("newsletter", "own.mjml", "gone.mjml", "newsletter.mjml:1:1", "there is no file gone.mjml"),
        ("newsletter", "</mj-body>", "</mj-body><mj-body />", "newsletter.mjml:9:11", "this is the second"),
        ("newsletter", "{% import", "<!DOCTYPE mjml>{% import", "newsletter.mjml:1:1", "document type"),
    ],
)  # fmt: skip
def test_the_place_is_that_of_the_themes_own_file(
    tmp_path: Path, file: str, old: str, new: str, place: str, says: str
) -> None:
    """Not a place of what the theme wrote, which its author never sees; also inside a macro of another file."""
    files = {"newsletter": NEWSLETTER, "own": OWN}
    assert old in files[file]
    files[file] = files[file].replace(old, new, 1)
    with pytest.raises(MailError) as caught:
        compiled(tmp_path, **files)
    assert caught.value.where.startswith(f"themes/email/{place}")
    assert says in caught.value.says
    assert quoted(caught.value, files)


def quoted(error: MailError, files: dict[str, str]) -> bool:
    """Whether the message shows the very line that it names."""
    found = PLACE.fullmatch(error.where)
    assert found, error.where
    name, line, column = found[1], int(found[2]), int(found[3])
    text = files[name.removesuffix(".mjml")].encode("utf-8", "surrogatepass").decode("utf-8", "replace")
    written_line = text.split("\n")[line - 1]
    assert 1 <= column <= max(len(written_line), 1)
    return written_line.strip()[:60] in error.says


#: What makes parsers stumble.
STUMBLES = [
    "<mj-section>", "</mj-section>", "<mj-text>", "</div>", "<div>", '"', "<", ">", "&", "&zz;", "&pi;", "{%", "%}", "{{", "}}", "{#",
    "#}", "<!--", "-->", "<![CDATA[", "]]>", "<?x?>", "<!DOCTYPE a>", "\x00", "\x01own.mjml:1:1\x02", "\udcff", "\n", "{% endfor %}",
    "{{ bands }}", "{{ html }}", "<mj-raw>", "<img>", "<style>", "é", "{{ mail.title | upper }}", "<mj-attributes><mj-text><p/></mj-text></mj-attributes>",
]  # fmt: skip
CHANGES = st.lists(
    st.tuples(st.integers(0, 600), st.integers(0, 40), st.sampled_from(["", *STUMBLES])),
    min_size=1,
    max_size=3,
)


@settings(max_examples=60, deadline=None)
@given(st.sampled_from(["newsletter", "own"]), CHANGES)
def test_however_a_theme_is_broken_it_is_a_mail_or_a_place(
    tmp_path_factory: pytest.TempPathFactory, file: str, changes: list[tuple[int, int, str]]
) -> None:
    """Cut, doubled, filled with what makes parsers stumble: either a whole mail comes out or an error with its place
    and the line."""
    files = {"newsletter": NEWSLETTER, "own": OWN}
    for at, length, put in changes:
        text = files[file]
        files[file] = text[:at] + put + text[at + length :]
    root = tmp_path_factory.getbasetemp() / "broken"
    found = attempt(root, files)
    if isinstance(found, MailError):
        assert quoted(found, files)
        return
    assert found.startswith("<!doctype html>")
    assert found.endswith("</html>")
    assert not set(found) & {"\x01", "\x02"}
    assert lxml.html.document_fromstring(found).find("body") is not None


def attempt(root: Path, files: dict[str, str]) -> str | MailError:
    """The HTML, or why there is none."""
    try:
        return compiled(root, **files)
    except MailError as error:
        return error


#: Each kills the process, or its memory, where the compiler or a plain XML parser gets it.
CRASHES = """
import sys
from topmind.errors import MailError
from topmind.mail import guard

def page(inside):
    return f'<mjml lang="en"><mj-body><mj-section><mj-column>{inside}</mj-column></mj-section></mj-body></mjml>'

deep = 12_000
bombs = "<!DOCTYPE m [<!ENTITY a 'ha'>" + "".join(
    f"<!ENTITY {chr(98 + n)} '{('&' + chr(97 + n) + ';') * 50}'>" for n in range(9)) + "]>"
for mjml in (
    page("<mj-text>" + "<div>" * deep + "</div>" * deep + "</mj-text>"),
    "<mjml><mj-body>" + "<mj-section>" * deep,
    bombs + page("<mj-text>&j;</mj-text>"),
    page("<mj-text>" + "words " * 1_000_000 + "</mj-text>"),
    page("<mj-text " + " ".join(f'a{n}="1"' for n in range(20_000)) + ">x</mj-text>"),
    page("<mj-text>" + "&#0;" + "</mj-text>"),
):
    try:
        guard.to_html(mjml, "theme.mjml")
    except MailError as error:
        assert error.where.startswith("theme.mjml:") and len(str(error)) < 20_000, str(error)[:500]
    else:
        sys.exit("passed: " + mjml[:80])
"""


def test_what_would_end_the_process_is_refused() -> None:
    """In a process of its own: deep nesting, entities without end, a million words, twenty thousand attributes."""
    done = subprocess.run(
        [sys.executable, "-c", CRASHES], check=False, capture_output=True, text=True, timeout=120
    )
    assert done.returncode == 0, done.stderr[-2000:]


def test_the_compiler_alone_dies_of_deep_nesting() -> None:
    """Why the depth is capped: without the guard the same document ends the process by a signal."""
    code = (
        "from mjml import mjml2html; d = 12_000;"
        "mjml2html('<mjml><mj-body><mj-raw>' + '<div>' * d + '</div>' * d + '</mj-raw></mj-body></mjml>')"
    )
    done = subprocess.run([sys.executable, "-c", code], check=False, capture_output=True, timeout=120)
    assert done.returncode in {-signal.SIGSEGV, -signal.SIGABRT, -signal.SIGBUS}
    assert sample().company.name not in done.stderr.decode("utf-8", "replace")
