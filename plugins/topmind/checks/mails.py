"""The mails themselves, compiled as they would go: small enough to be shown whole, with a way out and an address."""

from __future__ import annotations

from collections.abc import Iterator

from topmind import mail
from topmind.checks.facts import Facts
from topmind.checks.rule import Rule
from topmind.model import UNSUBSCRIBE_AT_PROVIDER, CompiledEdition, Level, Parts, Place, Problem

REFUSED = Rule(
    id="mails/refused",
    level=Level.ERROR,
    finds="a mail that its theme cannot make",
    example="<mj-tex>",
    needs="mails",
)
HEAVY = Rule(
    id="mails/heavy",
    level=Level.WARNING,
    finds="a mail of 90 kB or more: one more item, and Gmail cuts it",
    needs="mails",
)
TOO_LARGE = Rule(
    id="mails/too-large",
    level=Level.ERROR,
    finds="a mail of 102 000 bytes or more: Gmail cuts it, and its footer with the link to leave",
    needs="mails",
)
NO_UNSUBSCRIBE = Rule(
    id="mails/no-unsubscribe",
    level=Level.ERROR,
    finds="a theme that shows no link to leave",
    needs="mails",
)
NO_ADDRESS = Rule(
    id="mails/no-address",
    level=Level.ERROR,
    finds="a theme that does not show the postal address",
    needs="mails",
)

#: Bytes of HTML after the merge, the longest value in each place.
NEARLY = 90_000


def size(facts: Facts) -> Iterator[Problem]:
    """The largest mail of each occasion: an error from where Gmail cuts it, a warning shortly before."""
    for one in facts.mails or ():
        if one.size >= NEARLY:
            rule = TOO_LARGE if one.size >= mail.MAX_HTML else HEAVY
            yield rule.at(
                one.path,
                says=f"The largest mail of {one.name} has {one.size:,} bytes; from {mail.MAX_HTML:,} on Gmail cuts it.",
                fix="Show fewer items in full, or shorten the text; cards link to the whole.",
            )


def made(facts: Facts) -> Iterator[Problem]:
    """Each theme makes its mails; what it cannot is said once."""
    told: set[tuple[str, str, str]] = set()
    for one in facts.mails or ():
        where, says, fix = one.refused
        if says and one.refused not in told:
            told.add(one.refused)
            path, _, rest = where.partition(":")
            line = rest.partition(":")[0]
            yield REFUSED.at(
                path if "/" in path else one.path,
                int(line) if line.isdigit() else 0,
                says=f"{one.name}: {says}" if one.name else says,
                fix=fix or "Mend the theme, or take ours again: `topmind init --sample` writes it.",
            )


def footer(facts: Facts) -> Iterator[Problem]:
    """HTML and plain text of every mail that is no service have a link to leave, and all show where the company is."""
    told: set[tuple[str, str]] = set()
    lines = [text.strip() for text in facts.catalog.company.address if text.strip()]
    for one in facts.mails or ():
        if one.compiled is None:
            continue
        theme = _theme(facts, one.path)
        if one.marketing and not _leaves(one.compiled) and ("leave", theme) not in told:
            told.add(("leave", theme))
            yield NO_UNSUBSCRIBE.at(
                theme,
                says=f"{one.name} has no link to leave.",
                fix="Put the theme's footer back: {{ m.footer(mail) }} in a theme made from ours.",
            )
        if not all(_shows(one.compiled, line) for line in lines) and ("address", theme) not in told:
            told.add(("address", theme))
            yield NO_ADDRESS.at(
                theme,
                says=f"{one.name} does not show the postal address, as the law asks (CAN-SPAM).",
                fix="Put the theme's footer back: {{ m.footer(mail) }} in a theme made from ours.",
            )


def _theme(facts: Facts, path: str) -> str:
    """The theme of the file that a mail was made from."""
    for letter in facts.catalog.newsletters.values():
        if path == letter.path or any(path == issue.path for issue in letter.issues.values()):
            return f"themes/email/{letter.theme}.mjml"
    steps = (step for sequence in facts.catalog.sequences.values() for step in sequence.steps)
    theme = next((step.theme for step in steps if step.path == path), "newsletter")
    return f"themes/email/{theme}.mjml"


def _leaves(compiled: CompiledEdition) -> bool:
    return all(
        any(
            (isinstance(part, Place) and part.tag.field == "unsubscribe_url")
            or (isinstance(part, str) and UNSUBSCRIBE_AT_PROVIDER in part)
            for part in parts
        )
        for parts in (compiled.html, compiled.text)
    )


def _shows(compiled: CompiledEdition, line: str) -> bool:
    words = line.split()
    return all(_holds(parts, words) for parts in (compiled.html, compiled.text))


def _holds(parts: Parts, words: list[str]) -> bool:
    """Whether its literals hold all words of a line, however they are broken and escaped."""
    from html import unescape

    said = " ".join(unescape(part) for part in parts if isinstance(part, str))
    return all(word.strip(",") in said for word in words)
