"""Merge tags: `{{ first_name | default: "there" }}`, also `{{ first_name or "there" }}`.

They are lifted out of a text before Markdown sees it (`smarty` curls their quotes, tables split at `|`, `*`
becomes emphasis) and put back after, as nodes of their own.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from topmind.catalog import slips
from topmind.catalog.code import literal_spans
from topmind.catalog.filters import FILTERS, check_args, filtered, is_missing, show
from topmind.catalog.findings import Wrong, did_you_mean
from topmind.catalog.other_languages import follows, not_a_tag
from topmind.date_words import PLAIN, DateStyle
from topmind.errors import ContentError
from topmind.model import Edit, Filter, Level, MergeTag, Problem, Text

#: Fields that topmind itself fills, beside those declared in `segments/_audience.toml`.
BUILT_IN: Mapping[str, str] = {
    "sender_name": "name of the team member who signs",
    "sender_first_name": "first name of the team member who signs",
    "sender_role": "role of the team member who signs",
    "sender_phone": "phone of the team member who signs",
    "sender_email": "address of the team member who signs",
    "company_name": "name of the company",
    "company_phone": "phone of the company",
    "company_email": "address of the company",
    "company_site": "public address of the resource site",
    "unsubscribe_url": "signed link: no more mail",
    "preferences_url": "signed link: choose topics",
    "view_url": "link to the public edition of this issue",
    "coupon": "the code of this contact",
    "today": "the contact's local day",
}


_TAG = re.compile(r"\{\{((?:(?!\n[ \t]*\n)[^{}])*)\}\}")
_OPEN = re.compile(r"\{\{|\{%")
_SMART = str.maketrans({"“": '"', "”": '"', "„": '"', "‟": '"', "‘": "'", "’": "'", "‚": "'"})
#: Words where quoted text is due: `default: there`.
_UNQUOTED = re.compile(r":\s*([^\W\d][\w .!'-]*?)\s*")
_FIELD = re.compile(r"[A-Za-z_][\w.]*")
_TOKEN = re.compile(r"""\s*(?:"(?P<double>[^"]*)"|'(?P<single>[^']*)'|(?P<number>-?\d+(?:\.\d+)?))\s*""")


@dataclass(frozen=True, slots=True)
class Found:
    """What stands in one text between positions `start` and `end`."""

    start: int
    end: int
    tag: MergeTag


def find(
    text: str, path: str, line: int, *, code: bool = False
) -> tuple[tuple[Found, ...], tuple[Problem, ...]]:
    """Every merge tag of a text outside code (with `code`: also inside), in order, and what is wrong with those that
    cannot be read.

    `line` is the line of the file on which the text begins.
    """
    if "{{" not in text and "{%" not in text:
        return (), ()
    spans = [] if code else literal_spans(text)
    found: list[Found] = []
    problems: list[Problem] = []
    at = 0
    while match := _OPEN.search(text, at):
        inside = next((end for start, end in spans if start <= match.start() < end), None)
        if inside is not None:
            at = inside
            continue
        here = line + text.count("\n", 0, match.start())
        tag = _TAG.match(text, match.start())
        try:
            if tag is None:
                raise not_a_tag(text, match.start())
            found.append(Found(tag.start(), tag.end(), _read(tag[1], tag[0], here)))
            at = tag.end()
        except Wrong as wrong:
            if problems and problems[-1].rule == "merge-tag/logic" and follows(text, match.start()):
                at = match.end()
                continue
            problems.append(
                Problem(
                    rule=f"merge-tag/{wrong.rule}",
                    level=Level.ERROR,
                    path=path,
                    line=here,
                    says=wrong.says,
                    fix=wrong.fix,
                    edit=wrong.edit,
                )
            )
            at = tag.end() if tag else match.end()
    return tuple(found), tuple(problems)


def parse(text: str, path: str, line: int) -> tuple[Text, tuple[Problem, ...]]:
    """A text with its merge tags as parts of their own, and the problems of those that cannot be read."""
    found, problems = find(text, path, line)
    parts: list[str | MergeTag] = []
    at = 0
    for one in found:
        if one.start > at:
            parts.append(text[at : one.start])
        parts.append(one.tag)
        at = one.end
    if at < len(text):
        parts.append(text[at:])
    return tuple(parts), problems


def parse_text(text: str, path: str = "", line: int = 0) -> Text:
    """A subject, preheader, label or address as plain strings and merge tags. Raises ContentError."""
    parts, problems = parse(text, path, line)
    if problems:
        raise ContentError(problems)
    return parts


def tags_of(text: Text) -> tuple[MergeTag, ...]:
    """The merge tags of a text, in order."""
    return tuple(part for part in text if isinstance(part, MergeTag))


def unknown(tags: Iterable[MergeTag], fields: Iterable[str], path: str) -> tuple[Problem, ...]:
    """A problem for each tag whose field is neither declared nor built in."""
    known = {*fields, *BUILT_IN}
    return tuple(
        Problem(
            rule="merge-tag/unknown-field",
            level=Level.ERROR,
            path=path,
            line=tag.line,
            says=f"the merge tag {tag.source} names {tag.field!r}, which is no declared field.",
            fix=did_you_mean(tag.field, known, what="Declared fields"),
            edit=_other(tag.source, tag.field, slips.surely(tag.field, known)),
        )
        for tag in tags
        if tag.field not in known
    )


def apply(tag: MergeTag, value: object, dates: DateStyle = PLAIN) -> str:
    """The text that stands in place of a tag: its filters over the value, left to right.

    Only `default` fills what is missing (None, blank); without one the text is empty. `dates`: how the
    company's readers write a date.
    """
    for one in tag.filters:
        if is_missing(value):
            value = one.args[0] if one.name == "default" else None
        elif one.name != "default":
            value = filtered(one, value, dates)
    return "" if is_missing(value) else show(value, dates)


def lift(text: str, path: str = "", line: int = 0) -> tuple[str, dict[str, MergeTag]]:
    """Put a sentinel (lower-case ASCII letters and digits) in place of each tag: (text, sentinel → tag)."""
    found, _ = find(text, path, line)
    if not found:
        return text, {}
    mark = nonce(text)
    tags: dict[str, MergeTag] = {}
    parts: list[str] = []
    at = 0
    for number, one in enumerate(found):
        sentinel = f"{mark}t{number}x"
        tags[sentinel] = one.tag
        parts += [text[at : one.start], sentinel]
        at = one.end
    return "".join([*parts, text[at:]]), tags


def nonce(text: str) -> str:
    """Twelve letters that do not occur in a text; the same text gives the same letters."""
    low = text.lower()
    for attempt in range(1000):
        digest = hashlib.sha256(f"{attempt}\x1f{text}".encode(errors="surrogatepass")).digest()
        mark = "tm" + "".join(chr(97 + byte % 26) for byte in digest[:10])
        if mark not in low:
            return mark
    raise AssertionError("no nonce")  # pragma: no cover - a text cannot hold a thousand of its own hashes


def _read(inner: str, source: str, line: int) -> MergeTag:
    """One tag from what stands between its braces."""
    text = " ".join(inner.translate(_SMART).strip().strip("-").split())
    field = _FIELD.match(text)
    if field is None:
        if not text:
            raise Wrong("a merge tag is empty.", "Write `{{ first_name }}`.", rule="syntax")
        raise not_a_tag(source, 0)
    rest = text[field.end() :].strip()
    filters: list[Filter] = []
    if rest.startswith("or ") or rest == "or":
        fallback = _TOKEN.match(rest[2:])
        if fallback is None:
            raise Wrong(
                f"{source} has no text after `or`, or one that is not in quotation marks.",
                f'Write `{{{{ {field[0]} or "there" }}}}`.',
                rule="syntax",
            )
        filters.append(Filter("default", (_arg(fallback),)))
        rest = rest[2:][fallback.end() :].strip()
    while rest:
        if not rest.startswith("|"):
            if spaced := re.fullmatch(r"\w+(?: \w+)+", text.partition("|")[0].strip()):
                name = spaced[0].replace(" ", "_")
                says = f"{source} has a space in its name."
                raise Wrong(says, f'Write `{{{{ {name} | default: "there" }}}}`.', rule="syntax")
            raise Wrong(
                f"{source} cannot be read at {rest[:20]!r}.",
                f'Write `{{{{ {field[0]} | default: "there" }}}}`.',
                rule="syntax",
            )
        one, rest = _filter(rest[1:].strip(), source)
        filters.append(one)
    return MergeTag(field=field[0], filters=tuple(filters), source=source, line=line)


def _filter(text: str, source: str) -> tuple[Filter, str]:
    """The first filter of `default: "there" | upper`, and what follows it."""
    name = _FIELD.match(text)
    if name is None:
        raise Wrong(
            f"{source} has no filter after `|`.", did_you_mean("", FILTERS, what="Filters"), rule="syntax"
        )
    if name[0] not in FILTERS:
        raise Wrong(
            f"{source} has an unknown filter {name[0]!r}.",
            did_you_mean(name[0], FILTERS, what="Filters"),
            rule="unknown-filter",
            edit=_other(source, name[0], slips.surely(name[0], FILTERS)),
        )
    args: list[str] = []
    rest = text[name.end() :].lstrip()
    if name[0] == "default" and (bare := _UNQUOTED.fullmatch(rest)):
        raise Wrong(
            f"{source}: the text after `default:` has no quotation marks.",
            f'Write `default: "{bare[1]}"`.',
            rule="filter-value",
            edit=_other(source, bare[1], f'"{bare[1]}"'),
        )
    if rest.startswith(":"):
        rest = rest[1:]
        while match := _TOKEN.match(rest):
            args.append(_arg(match))
            rest = rest[match.end() :]
            if not rest.startswith(","):
                break
            rest = rest[1:]
    check_args(name[0], args, source)
    return Filter(name[0], tuple(args)), rest.strip()


def _other(source: str, old: str, new: str | None) -> Edit | None:
    """A tag with another word at the one place where `old` stands in it; None where that is not certain."""
    once = len(re.findall(rf"(?<!\w){re.escape(old)}(?!\w)", source)) == 1
    if new is None or not once or "\n" in source:
        return None
    return Edit(source, source.replace(old, new))


def _arg(match: re.Match[str]) -> str:
    return next(match[name] for name in ("double", "single", "number") if match[name] is not None)
