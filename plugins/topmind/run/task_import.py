"""A call list that comes back: a CSV with an `outcome` column, taken in whole or not at all."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from functools import cache
from pathlib import Path

from topmind.audience.csvfile import fingerprint, read_header
from topmind.errors import ContentError, UsageError
from topmind.ledger import Task, TaskOutcome
from topmind.mail.task_words import task_words
from topmind.model import Catalog, Clock, Level, Problem
from topmind.run.task_days import SHORT
from topmind.run.tasking import KNOWN, Told, clean_word, cleaned, conflict, find, opened, write

#: Column → names that people give it.
COLUMNS: Mapping[str, tuple[str, ...]] = {
    "task": ("task", "id", "number", "no", "nr"),
    "outcome": ("outcome", "result"),
    "note": ("note", "notes", "comment"),
}
_ASKED = re.compile(r"answered\(\s*'[^']*'\s*,\s*'([^']*)'")
#: A call list has some hundred lines; a file of this size is something else.
_MOST_BYTES = 20_000_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One line of the list."""

    number: int
    task: str
    outcome: str
    note: str


def import_file(root: Path, path: Path, *, as_of: str | None, clock: Clock) -> Told:
    """Take in every line that has an outcome.

    Raises ContentError with every bad line at once (nothing was written), UsageError where the file is no list.
    """
    lines = read(path)
    with opened(root, as_of=as_of, clock=clock) as (project, ledger):
        every = ledger.tasks(open_only=False)
        outcomes, problems = check(lines, every, words_of(project.catalog), path.name)
        if problems:
            raise ContentError(problems)
        return write(project, ledger, outcomes)


def read(path: Path) -> tuple[Line, ...]:
    """Lines of a CSV with commas, semicolons or tabs, in UTF-8, UTF-16 or Windows-1252."""
    try:
        if path.stat().st_size > _MOST_BYTES:
            raise UsageError("is too large for a list of tasks.", where=path.name)
        found = fingerprint(path)
        text = path.read_text("utf-8-sig" if found.encoding == "utf-8" else found.encoding)
    except FileNotFoundError:
        raise UsageError("there is no such file.", where=path.name) from None
    except (OSError, UnicodeError):
        raise UsageError("cannot be read.", where=path.name, fix="Save it as CSV, UTF-8.") from None
    if not found.text:
        raise UsageError("is no CSV.", where=path.name, fix="Save the list as CSV, UTF-8.")
    head = found.head.lower()
    mark, names = read_header(head, [name for known in COLUMNS.values() for name in known])
    places = {column: _place(names, known) for column, known in COLUMNS.items()}
    lacking = [column for column in ("task", "outcome") if places[column] < 0]
    if lacking:
        raise UsageError(
            f"the first line names no column {' and '.join(lacking)}.",
            where=path.name,
            fix="`topmind tasks export --format csv --to FILE` writes a list with all of them.",
        )
    return tuple(_lines(text, mark, places, path.name))


def _place(names: Sequence[str], known: Sequence[str]) -> int:
    return next((names.index(name) for name in known if name in names), -1)


def _lines(text: str, mark: str, places: Mapping[str, int], name: str) -> Iterator[Line]:
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=mark)
    before = 0
    try:
        for row in reader:
            number, before = before + 1, reader.line_num
            if number == 1 or not any(cell.strip() for cell in row):
                continue
            cells = {c: row[at].strip() if 0 <= at < len(row) else "" for c, at in places.items()}
            yield Line(
                number=number, task=cells["task"].lstrip("'"), outcome=cells["outcome"], note=cells["note"]
            )
    except csv.Error:
        raise UsageError(f"line {before + 1} is no line of a CSV.", where=name) from None


def words_of(catalog: Catalog) -> Mapping[str, bool]:
    """Outcomes that a list may hold: ours, in the company's language too, and whatever some rule asks for."""
    said = task_words(catalog.company.language)
    labels = {clean_word(said[key]): word for key, word in _LABELS.items()}
    texts = [line for segment in catalog.segments.values() for line, _ in segment.who]
    for sequence in catalog.sequences.values():
        texts += [sequence.starts_from, sequence.stop_when or ""]
        for step in sequence.steps:
            texts += [step.starts_from or "", step.only_if or ""]
    asked = {clean_word(word) for text in texts for word in _ASKED.findall(text)}
    return {
        **{word: True for word in asked if word},
        **{label: KNOWN[word] for label, word in labels.items() if label},
        **KNOWN,
    }


_LABELS = {"done": "done", "no_answer": "no answer", "not_happy": "not happy"}


def check(
    lines: Sequence[Line], every: Sequence[Task], words: Mapping[str, bool], name: str
) -> tuple[list[TaskOutcome], list[Problem]]:
    """The outcomes of a list, and everything that is wrong with it."""
    outcomes: dict[str, TaskOutcome] = {}
    problems: list[Problem] = []
    for line in lines:
        if not line.outcome:
            continue  # not yet done: it stays open
        outcome, says, fix = _outcome(line, every, words)
        if outcome is not None and not says:
            before = outcomes.setdefault(outcome.touch_hex, outcome)
            if before.word != outcome.word:
                says, fix = (
                    f"task {line.task[:SHORT]} stands here twice, with two outcomes.",
                    "Keep one of them.",
                )
        if says:
            problems.append(
                Problem(
                    rule="tasks/import", level=Level.ERROR, path=name, line=line.number, says=says, fix=fix
                )
            )
    return list(outcomes.values()), problems


def _outcome(
    line: Line, every: Sequence[Task], words: Mapping[str, bool]
) -> tuple[TaskOutcome | None, str, str]:
    """One line as an outcome, or what is wrong with it and what to write."""
    task, says = find(every, line.task)
    if task is None:
        return None, says, "The number stands in the column `task` of an exported list."
    word = clean_word(line.outcome)
    if word is None or word not in words:
        near = get_close_matches(word or "", words, n=1)
        fix = f"Did you mean “{near[0]}”?" if near else f"Known: {', '.join(sorted(words))}."
        # what stands there may be anything, also somebody's name in the wrong column
        return None, "this outcome is not known.", fix
    reached = words[word]
    word = word if word in KNOWN else _translated().get(word, word)
    fix = "Take the line out, or leave its outcome empty."
    outcome = TaskOutcome(
        touch_hex=task.touch_hex,
        word=word,
        reached=reached,
        note=cleaned(line.note),
    )
    says = conflict(task, reached)
    return outcome, says, fix if says else ""


@cache
def _translated() -> Mapping[str, str]:
    """A label of any of our languages → the word that is kept."""
    found = {}
    for language in ("en", "de", "fr", "es"):
        said = task_words(language)
        for key, word in _LABELS.items():
            label = clean_word(said[key])
            if label:
                found[label] = word
    return found
