"""Misspelt words of English texts, as codespell knows them: a program of its own, called once for all texts.

codespell is GPL-2.0 and stays a separate program (`pip install 'topmind[spelling]'`): nothing of it is imported. It
reads all texts from one pipe, code and addresses blanked, and answers with lines of that pipe.
"""

from __future__ import annotations

import itertools
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from topmind.checks.documents import Document
from topmind.checks.facts import Facts, plain
from topmind.checks.rule import Rule, Sees
from topmind.checks.written import source
from topmind.model import Catalog, Kind, Level, Problem

MISSPELT = Rule(
    id="texts/misspelt",
    level=Level.WARNING,
    finds="a misspelt word of English (codespell)",
    example="Clean your guters untill Thursday.",
    needs="misspelt",
    sees=Sees.LINE,
)

#: Seconds; a thousand texts take one.
_PATIENCE = 30
#: codespell shows a line of the pipe, and below it, indented, each word with what was meant.
_SHOWN = re.compile(r"(\d+): ")
_ANSWER = re.compile(r"\t(\S+) ==> (.+)$")
_BLANKED = re.compile(
    r"https?://\S+|\]\([^)]{0,2000}\)|\{\{[^{}]{0,500}\}\}|\{[:#][^}]{0,500}\}|<[^>]{1,2000}>|\b[\w.-]{1,64}@[\w.-]+|^///.*$",
    re.MULTILINE,
)

#: What Python, codespell's or ours, takes for the end of a line: one text is one line of the pipe.
_LINE_ENDS = re.compile("[\n\r\v\f\x1c-\x1e\x85\u2028\u2029]")

#: (file, line, text).
_Line = tuple[str, int, str]


def words(facts: Facts) -> Iterator[Problem]:
    """Each misspelt word once a line."""
    for path, line, word, meant in facts.misspelt or ():
        yield MISSPELT.at(
            path,
            line or _first(facts.lines(path), word),
            says=f"{word!r} is misspelt.",
            fix=f"Write {meant.strip()!r}." if "," not in meant else f"One of: {meant.strip()}.",
        )


def _first(lines: Sequence[str], word: str) -> int:
    """Line of a word of the head; 0 where it is not there as it is."""
    return next((number for number, text in enumerate(lines, 1) if word in text), 0)


#: (file, line, word, what was probably meant).
Found = tuple[tuple[str, int, str, str], ...]


def misspelt(texts: Iterable[Document], words: Iterable[str] = (), language: str = "en") -> Found | None:
    """What is misspelt in all texts, see `reading`."""
    with reading(texts, words, language) as found:
        return found()


@contextmanager
def reading(
    texts: Iterable[Document], words: Iterable[str] = (), language: str = "en"
) -> Iterator[Callable[[], Found | None]]:
    """Let codespell read all texts beside what is done meanwhile; asked at the end for what it found: () for other
    languages, None where there is no codespell.

    `words`: those that are right here.
    """
    program = _program()
    if not language.lower().startswith("en") or program is None:
        yield lambda: None if language.lower().startswith("en") else ()
        return
    every = list(_lines(texts))
    call = [program, "-"]
    if right := sorted({word.lower() for word in words}):
        call.append(f"--ignore-words-list={','.join(right)}")
    with tempfile.TemporaryFile() as pipe:
        pipe.write("\n".join(_LINE_ENDS.sub(" ", text) for _, _, text in every).encode("utf-8", "replace"))
        pipe.seek(0)
        try:
            running = subprocess.Popen(
                call,
                stdin=pipe,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                cwd=Path(program).parent,  # a project's setup.cfg may belong to another program
            )
        except OSError:
            yield lambda: None
            return
        with running:
            try:
                yield lambda: _found(running, every)
            finally:
                running.kill()


def _found(running: subprocess.Popen[bytes], every: Sequence[_Line]) -> Found | None:
    try:
        said, _ = running.communicate(timeout=_PATIENCE)
    except (OSError, subprocess.TimeoutExpired):
        return None
    return tuple(sorted(set(_answers(said.decode("utf-8", "replace").splitlines(), every))))


def _answers(said: Iterable[str], every: Sequence[_Line]) -> Iterator[tuple[str, int, str, str]]:
    place = 0
    for text in said:
        if answer := _ANSWER.match(text):
            path, line, _ = every[place - 1]
            if not answer[1].isupper():  # an abbreviation, which it takes for a word
                yield path, line, answer[1], answer[2]
        elif shown := _SHOWN.match(text):
            place = int(shown[1])


def _lines(texts: Iterable[Document]) -> Iterator[_Line]:
    for document in texts:
        for header in document.headers.values():
            yield document.path, 0, plain(header).replace("\n", " ")
        if document.title:
            yield document.path, 0, document.title
        if document.body is not None:
            written = _BLANKED.sub(_blank, source(document.body))
            for number, text in enumerate(written.split("\n"), document.body.line):
                yield document.path, number, text


def names(catalog: Catalog) -> frozenset[str]:
    """Words of the names of people and businesses: no dictionary knows them."""
    said = [
        catalog.company.name,
        *catalog.company.address,
        *(member.name for member in catalog.team.values()),
    ]
    for item in catalog.items.values():
        said += [item.person or "", item.company or "", item.business or "", *item.authors]
        said += [item.title] if item.kind is Kind.EXPERT else []
    return frozenset(re.findall(r"[^\W\d_]+", " ".join(said)))


def names_in(facts: Facts) -> frozenset[str]:
    """Words with a capital in the heads of files with a mistake: there, too, people and businesses have their names."""
    return frozenset(
        word
        for path in facts.unread.paths
        for line in itertools.takewhile(lambda line: line != "---", facts.lines(path)[1:])
        for word in re.findall(r"[^\W\d_]+", line)
        if word[0].isupper()
    )


def _blank(match: re.Match[str]) -> str:
    return re.sub(r"[^\n]", " ", match[0])


def _program() -> str | None:
    """Beside the Python that runs, else wherever it is found."""
    beside = Path(sys.executable).with_name("codespell")
    found = beside if beside.is_file() else shutil.which("codespell")
    return str(Path(found).absolute()) if found else None
