"""One contact's mail from a compiled edition: a join with escaping by place."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from topmind.catalog.filters import is_missing
from topmind.catalog.merge_tags import apply
from topmind.date_words import PLAIN, DateStyle
from topmind.errors import MailError
from topmind.mail.escape import ESCAPES
from topmind.mail.places import is_address
from topmind.mail.weight import heaviest
from topmind.model import CompiledEdition, Level, Members, Parts, Place, Problem, Rendered

#: Fields that the run fills per message, beside signed addresses: the reason line, the contact's code, their day.
_SYSTEM = frozenset({"why", "coupon", "today"})

#: Gmail cuts a mail at 102 KB of decoded HTML: the footer with its unsubscribe link would be gone.
MAX_HTML = 102_000
SHORTEN = "Show fewer items in full, or shorten the text; cards link to the whole."
#: Bytes that a value of the run takes at most (a signed link).
_SYSTEM_BYTES = 300


def is_system(field: str) -> bool:
    """True for fields that the run fills, not the audience: signed links, answers, the reason line, codes."""
    return field in _SYSTEM or is_address(field) or field.startswith(("coupon:", "coupon_until:"))


def system_fields(compiled: CompiledEdition) -> frozenset[str]:
    """The system's fields that this edition shows: what the run must put into `values` for each message."""
    return frozenset(place.tag.field for place in _places(compiled) if is_system(place.tag.field))


def fill(place: Place, values: Mapping[str, object], dates: DateStyle = PLAIN) -> str:
    """What stands in one place, escaped for it.

    Raises MailError where there is neither a value nor a default; it names the field, never a value.
    """
    value = values.get(place.tag.field)
    if place.tag.default is None and is_missing(value):
        raise MailError(
            f"{{{{ {place.tag.field} }}}} has no value and no default.",
            fix=f'Write {{{{ {place.tag.field} | default: "…" }}}}, or fill the field.',
        )
    return ESCAPES[place.where](apply(place.tag, value, dates))


def join(parts: Parts, values: Mapping[str, object], dates: DateStyle = PLAIN) -> str:
    """Literals and filled places as one text."""
    return "".join(part if isinstance(part, str) else fill(part, values, dates) for part in parts)


def render(compiled: CompiledEdition, values: Mapping[str, object]) -> Rendered:
    """One contact's mail as text. `values`: declared fields and the system's fields, by name.

    Raises MailError where a value without default is missing.
    """
    dates = compiled.dates
    return Rendered(
        subject=join(compiled.subject, values, dates),
        preheader=join(compiled.preheader, values, dates),
        html=join(compiled.html, values, dates),
        text=join(compiled.text, values, dates),
    )


def dry_merge(compiled: CompiledEdition, members: Members) -> tuple[Problem, ...]:
    """What would be missing in the mails of this edition's contacts, or make them too large: fields and counts,
    never a person.

    Any finding stops the edition: a mail with a hole is worse than none.
    """
    problems: list[Problem] = []
    name = compiled.edition.occasion.name
    rows = compiled.edition.contacts
    for field in sorted(compiled.required):
        column = members.fields.get(field)
        missing = sum(1 for row in rows if column is None or is_missing(column[row]))
        if not missing:
            continue
        says = (
            f"{{{{ {field} }}}} is no field of the audience."
            if column is None
            else f"{{{{ {field} }}}} is empty for {missing} of {len(rows)} contacts and has no default."
        )
        problems.append(
            Problem(
                rule="merge/missing-value",
                level=Level.ERROR,
                path=name,
                line=_line(compiled, field),
                says=says,
                fix=f'Write {{{{ {field} | default: "…" }}}}.',
            )
        )
    size = largest(compiled, members)
    if size >= MAX_HTML:
        problems.append(
            Problem(
                rule="merge/too-large",
                level=Level.ERROR,
                path=name,
                line=0,
                says=too_large(size),
                fix=shorten(compiled),
            )
        )
    return tuple(problems)


def html_size(compiled: CompiledEdition) -> int:
    """Bytes of the literal HTML: what a mail of this edition has before any value."""
    return sum(len(part.encode("utf-8", "replace")) for part in compiled.html if isinstance(part, str))


def too_large(size: int) -> str:
    """What is wrong with a mail of so many bytes."""
    return f"the HTML has {size:,} bytes; from {MAX_HTML:,} on Gmail cuts the mail and its footer."


def shorten(compiled: CompiledEdition) -> str:
    """What to cut: the parts that take the most."""
    parts = [f"“{name}” ({size:,} bytes)" for name, size in heaviest(compiled)]
    return f"{SHORTEN} The most is in {', '.join(parts)}." if parts else SHORTEN


def largest(compiled: CompiledEdition, members: Members) -> int:
    """Bytes that the HTML of no contact of this edition exceeds: the literals and the longest value in each place.

    Well below the limit the literals are enough.
    """
    size = html_size(compiled)
    if size < MAX_HTML * 3 // 4:  # no believable value adds a quarter
        return size
    for place in (part for part in compiled.html if isinstance(part, Place)):
        if is_system(place.tag.field):
            size += _SYSTEM_BYTES
            continue
        column = members.fields.get(place.tag.field, ())
        values = {column[row] for row in compiled.edition.contacts} if column else {None}
        size += max(
            len(ESCAPES[place.where](apply(place.tag, v, compiled.dates)).encode("utf-8", "replace"))
            for v in values
        )
    return size


def _line(compiled: CompiledEdition, field: str) -> int:
    """Line of the file on which the tag stands."""
    return next((p.tag.line for p in _places(compiled) if p.tag.field == field), 0)


def _places(compiled: CompiledEdition) -> Iterator[Place]:
    for parts in (compiled.subject, compiled.preheader, compiled.html, compiled.text):
        for part in parts:
            if isinstance(part, Place):
                yield part
