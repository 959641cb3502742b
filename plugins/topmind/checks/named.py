"""What rules name without a list to look it up in: steps and their answers, codes, activities, things bought. A misspelt
one is no error of the language; it would only never be true."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from topmind.catalog.coupons import personal_codes
from topmind.checks.facts import Facts
from topmind.checks.rule import Rule, Sees
from topmind.model import Catalog, Level, Problem, Step
from topmind.near_words import near_word

NAMES_NOTHING = Rule(
    id="rules/names-nothing",
    level=Level.WARNING,
    finds="a rule with the name of a step, answer, code or thing that is not there",
    example="answered('chek-in')",
    sees=Sees.LINE,
)


_ANSWERED = re.compile(r"\banswered\s*\(\s*'([^']*)'\s*(?:,\s*'([^']*)'\s*)?", re.IGNORECASE)
_REDEEMED = re.compile(r"\bredeemed\s*\(\s*'([^']*)'", re.IGNORECASE)
_BOUGHT = re.compile(r"\bbought\s*\(\s*'((?:[^']|'')*)'", re.IGNORECASE)
_DID = re.compile(r"\bdid\s*\(\s*'([^']*)'", re.IGNORECASE)
_ASKS = re.compile(r"answer:([a-z0-9-]+)")
#: What may be noted of every task (`tasks done|missed|import`), beside the answers of its own script.
_OF_TASKS = ("done", "no-answer", "not-happy", "missed")

#: (text of a rule or of a start, path, line).
_Text = tuple[str, str, int]


def answers(facts: Facts) -> Iterator[Problem]:
    """`answered('check-in', 'not happy')` names a step that is there, and an answer that it offers."""
    for text, path, line in _open_texts(facts):
        for step, word in _ANSWERED.findall(text):
            found = _steps(facts.catalog, step)
            if step.strip() in facts.unread.steps:
                continue  # one with a mistake may have the name, and offer the answer
            if not found:
                known = [name for name, _ in _named_steps(facts.catalog)]
                yield _never(path, line, f"answered('{step}'): there is no step of this name", step, known)
                continue
            offered = sorted({said for one in found for said in _offers(one)})
            if word and _word(word) not in offered:
                says = f"answered('{step}', '{word}'): the step offers no such answer"
                yield _never(path, line, says, _word(word), offered)


def codes(facts: Facts) -> Iterator[Problem]:
    """`redeemed('THANKS25')` names a code of which everybody has their own: of a common one nobody hears."""
    if facts.unread.texts:
        return  # a code may stand in what could not be read
    catalog = facts.catalog
    known = {code.upper() for code in personal_codes(catalog)}
    # `{{ coupon }}` in a text without a block makes a code named after its source
    sources = [*catalog.newsletters, *catalog.sequences, *catalog.items]
    named = known | {source.rpartition("/")[2].upper() for source in sources}
    for text, path, line in _open_texts(facts):
        for code in _REDEEMED.findall(text):
            if code.strip().upper() not in named:
                yield _never(
                    path, line, f"redeemed('{code}'): there is no such personal code", code.upper(), known
                )


def activities(facts: Facts) -> Iterator[Problem]:
    """`did('inquiry')` names an activity that the source has."""
    if facts.members is None or "did" not in facts.members.words:
        return
    known = facts.members.words["did"]
    for text, path, line in _texts(facts.catalog):
        for what in _DID.findall(text):
            if what.strip().lower() not in known:
                yield _never(
                    path, line, f"did('{what}'): the source has no activity of this name", what.lower(), known
                )


def purchases(facts: Facts) -> Iterator[Problem]:
    """`bought('roof')` names something that somebody has bought, unless no name is near: it may be new."""
    if facts.members is None:
        return
    known = facts.members.words.get("bought", ())
    for text, path, line in _texts(facts.catalog):
        for what in bought_names(text):
            if near := nearest_bought(what, known):
                says = f"bought('{what}'): nobody has ever bought anything of this name"
                yield _never(path, line, says, near, known)


def bought_names(text: str) -> list[str]:
    """What `bought('…')` names in a rule or a start."""
    return [name.replace("''", "'") for name in _BOUGHT.findall(text)]


def nearest_bought(what: str, known: Iterable[str]) -> str:
    """The name that was probably meant; "" where it is known as it is, or none is near."""
    names = list(known)
    word = what.strip().lower()
    return "" if word in names else near_word(word, names) or ""


def _never(path: str, line: int, says: str, word: str, known: Iterable[str]) -> Problem:
    names = sorted(set(known))
    near = near_word(word, names)
    listed = f"Known: {', '.join(names[:10])}." if names else "None is known yet."
    return NAMES_NOTHING.at(
        path,
        line,
        says=f"{says}, so it is never true.",
        fix=f"Did you mean '{near}'?" if near else listed,
    )


def _texts(catalog: Catalog) -> Iterator[_Text]:
    """Every rule and every start."""
    for segment in catalog.segments.values():
        yield from ((text, segment.path, line) for text, line in segment.who)
    for sequence in catalog.sequences.values():
        yield sequence.starts_from, sequence.path, sequence.starts_line
        if sequence.stop_when:
            yield sequence.stop_when, sequence.path, sequence.stop_line
        for step in sequence.steps:
            if step.starts_from:
                yield step.starts_from, step.path, step.starts_line
            if step.only_if:
                yield step.only_if, step.path, step.only_if_line
    yield from ((i.stop_when, i.path, i.stop_line) for i in catalog.items.values() if i.stop_when)


def _open_texts(facts: Facts) -> Iterator[_Text]:
    """Those of which nobody is known yet: the ledger may remember steps and codes that are gone."""
    members = facts.members
    for text, path, line in _texts(facts.catalog):
        held = members.holds.get(text) if members is not None else None
        dated = members.dates.get(text) if members is not None else None
        if not dated and (held is None or not held.any()):
            yield text, path, line


def _named_steps(catalog: Catalog) -> Iterator[tuple[str, Step]]:
    """Each step under every name that a rule may give it; a sequence's name means all of its steps."""
    for sequence in catalog.sequences.values():
        for step in sequence.steps:
            for own in (step.id, *step.was):
                yield own, step
                yield f"{sequence.id}/{own}", step
            for name in (sequence.id, *sequence.was):
                yield name, step


def _steps(catalog: Catalog, name: str) -> list[Step]:
    return [step for known, step in _named_steps(catalog) if known == name.strip()]


def _offers(step: Step) -> set[str]:
    asked = set(_ASKS.findall(step.body.text))
    return asked | set(_OF_TASKS) if step.channel.is_task else asked


def _word(text: str) -> str:
    """`not happy` and `not-happy` are one answer."""
    return "-".join(text.lower().replace("-", " ").split())
