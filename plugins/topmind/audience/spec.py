"""`segments/_audience.toml`: where people come from, what is known of them, and why we may write to them.

sender_field = "representative"      # a declared field whose value means a team member (`source_id`)
max_age = "7 days"                   # an older export is not trusted

[tables.contacts]                    # one row per person
file = "../var/contacts/contacts.csv"
id = "id"
email = "email"
name = ["first_name", "last_name"]   # optional: name phone postal zone language stage stages since

[tables.purchases]                   # one row per purchase; each is a dated fact
file = "../var/contacts/purchases.csv"
id = "number"
contact = "contact"
date = "day"
amount = "total"
items = ["service"]                  # what `bought('roof')` looks at

[tables.lines]                       # lines of a purchase: has `purchase`, the key of purchases
[tables.activities]                  # things contacts did: has `what`, for `did('click')`

[fields.first_name]
column = "first_name"                # table (contacts), type (text number money date flag), sample, values

[consent.email]
basis = "column"                     # column | existing_customers | none
column = "newsletter"
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any, TypeAlias

from pydantic import BaseModel, ValidationError

from topmind.audience.schema import (
    Activities,
    AudienceFile,
    Consent,
    Contacts,
    FieldTable,
    Lines,
    Purchases,
    Table,
)
from topmind.errors import ConfigError
from topmind.model import Channel, FieldSpec
from topmind.near_words import near_word
from topmind.schema_words import in_words, without_echo
from topmind.settings import Settings

#: (what is wrong, what to do)
Mistake: TypeAlias = tuple[str, str]
#: The file, relative to the project.
PATH = "segments/_audience.toml"


@dataclass(frozen=True, slots=True, kw_only=True)
class AudienceSpec:
    """`_audience.toml`, read and checked."""

    #: None where the project has no audience yet.
    contacts: Contacts | None = None
    purchases: Purchases | None = None
    lines: Mapping[str, Lines]
    activities: Mapping[str, Activities]
    fields: Mapping[str, FieldSpec]
    consent: Mapping[Channel, Consent]
    #: Declared field whose value means a team member.
    sender_field: str | None = None
    #: An export older than this is not used.
    max_age: timedelta | None = None

    @property
    def tables(self) -> Mapping[str, Table]:
        """Every table by name, contacts first."""
        named: dict[str, Table] = {}
        if self.contacts:
            named["contacts"] = self.contacts
        if self.purchases:
            named["purchases"] = self.purchases
        return {**named, **self.lines, **self.activities}

    def columns(self, table: str) -> tuple[str, ...]:
        """Source columns that a table's file must have, each once."""
        wanted = list(self.tables[table].needed())
        if table == "contacts":
            wanted += [f.column for f in self.fields.values()]
            wanted += [c.column for c in self.consent.values() if c.column]
        return tuple(dict.fromkeys(wanted))

    def typed(self, table: str) -> AudienceSpec:
        """With a table whose numbers and dates are written as a database writes them."""
        new = self.tables[table].model_copy(update={"decimal": ".", "dates": None})
        if isinstance(new, Contacts):
            return replace(self, contacts=new)
        if isinstance(new, Purchases):
            return replace(self, purchases=new)
        if isinstance(new, Lines):
            return replace(self, lines={**self.lines, table: new})
        assert isinstance(new, Activities)
        return replace(self, activities={**self.activities, table: new})


def nearest(word: str, known: Sequence[str]) -> str:
    """`Did you mean "email"?`, or the names there are; "" where there are none."""
    if close := near_word(word, known, cutoff=0.65):
        return f'Did you mean "{close}"?'
    return f"Known: {', '.join(known)}." if known else ""


def read_spec(settings: Settings) -> AudienceSpec:
    """Read `segments/_audience.toml`; an empty spec where a project has none yet.

    Raises ConfigError with every mistake found: the key, what is wrong, the nearest right one.
    """
    path = settings.root / PATH
    if not path.exists():
        return AudienceSpec(lines={}, activities={}, fields={}, consent={})
    try:
        raw = tomllib.loads(path.read_text("utf-8-sig"))
    except OSError as error:
        raise ConfigError(
            f"cannot be read: {error.strerror}.", where=PATH, fix="Look at its place and its rights."
        ) from None
    except UnicodeDecodeError:
        raise ConfigError("is not UTF-8.", where=PATH, fix="Save it as UTF-8.") from None
    except (tomllib.TOMLDecodeError, RecursionError) as error:
        raise ConfigError(
            f"is not readable TOML: {error}.",
            where=PATH,
            fix='Write `key = "value"` lines below [heads] in square brackets.',
        ) from None
    return parse_spec(raw)


def parse_spec(raw: Mapping[str, Any]) -> AudienceSpec:
    """Check what the TOML says; raises ConfigError with all mistakes at once."""
    mistakes: list[Mistake] = []
    try:
        whole = AudienceFile.model_validate(dict(raw))
    except ValidationError as error:
        raise ConfigError.listed(_explain(error, AudienceFile, ()), PATH) from None
    tables: dict[str, Table] = {}
    for name, said in whole.tables.items():
        model = _model_of(name, said)
        if model is None:
            known = nearest(name, ["contacts", "purchases", "lines", "activities"])
            says = f"[tables.{name}] says neither `purchase` (lines of purchases) nor `what` (activities)."
            mistakes.append((says, known))
            continue
        try:
            tables[name] = model.model_validate(said)
        except ValidationError as error:
            mistakes += _explain(error, model, ("tables", name))
    mistakes += _cross_check(whole, tables)
    if mistakes:
        raise ConfigError.listed(mistakes, PATH)
    contacts, purchases = tables.get("contacts"), tables.get("purchases")
    return AudienceSpec(
        contacts=contacts if isinstance(contacts, Contacts) else None,
        purchases=purchases if isinstance(purchases, Purchases) else None,
        lines={name: t for name, t in tables.items() if isinstance(t, Lines)},
        activities={name: t for name, t in tables.items() if isinstance(t, Activities)},
        fields={name: _field(name, said) for name, said in whole.fields.items()},
        consent=dict(whole.consent),
        sender_field=whole.sender_field,
        max_age=_age(whole.max_age) if whole.max_age else None,
    )


def _model_of(name: str, said: Mapping[str, Any]) -> type[Table] | None:
    fixed: dict[str, type[Table]] = {
        "contacts": Contacts,
        "purchases": Purchases,
        "lines": Lines,
        "activities": Activities,
    }
    if name in fixed:
        return fixed[name]
    return Lines if "purchase" in said else Activities if "what" in said else None


def _field(name: str, said: FieldTable) -> FieldSpec:
    return FieldSpec(
        name=name,
        table=said.table,
        column=said.column,
        type=said.type,
        sample=said.sample,
        values=dict(said.values),
    )


_AGE = re.compile(r"\s*(\d{1,4})\s*(hours?|days?|weeks?)\s*")


def _age(text: str) -> timedelta | None:
    match = _AGE.fullmatch(text)
    if not match:
        return None
    unit = match[2].rstrip("s") + "s"
    return timedelta(**{unit: int(match[1])})


#: Names that rules give a meaning of their own.
RESERVED = ("stage", "zone", "language", "since")


def _cross_check(whole: AudienceFile, tables: Mapping[str, Table]) -> list[Mistake]:
    """What one key says against another."""
    found: list[Mistake] = []
    if whole.tables and "contacts" not in whole.tables:
        says = "[tables.contacts] is missing: without it there are no people."
        found.append((says, "Write it, with `file`, `id` and `email`."))
    purchases = tables.get("purchases")
    for name, table in tables.items():
        unread = purchases is None and "purchases" in whole.tables  # its own mistake is told
        if (
            isinstance(table, Lines)
            and not unread
            and not (isinstance(purchases, Purchases) and purchases.id)
        ):
            says = f"[tables.{name}] belongs to purchases, but [tables.purchases] has no `id`."
            found.append((says, "Write `id` there: the column with the number of a purchase."))
    found += _names(whole, tables)
    if whole.sender_field and whole.sender_field not in whole.fields:
        close = nearest(whole.sender_field, list(whole.fields))
        found.append(
            (f'sender_field names "{whole.sender_field}", which is no [fields.…].', close or "Declare it.")
        )
    if whole.max_age and _age(whole.max_age) is None:
        says = f'max_age is "{whole.max_age}", which is no length of time.'
        found.append((says, 'Write it like "7 days" or "36 hours".'))
    for channel, consent in whole.consent.items():
        if consent.basis == "column" and not consent.column:
            says = f'[consent.{channel}] has basis "column" but no `column`.'
            found.append((says, "Name the column that says yes or no."))
        if consent.basis == "existing_customers" and not (consent.since and "purchases" in whole.tables):
            says = f'[consent.{channel}] has basis "existing_customers": it needs `since` and [tables.purchases].'
            found.append((says, "Write both, `since` with the first day that counts."))
    return found


def _names(whole: AudienceFile, tables: Mapping[str, Table]) -> list[Mistake]:
    """Names that become columns and files."""
    plain = re.compile(r"[a-z][a-z0-9_]*")
    named = [*(f"tables.{name}" for name in tables), *(f"fields.{name}" for name in whole.fields)]
    found = [
        (f"[{name}]: a name here is small letters, digits and underscores.", "Rename it.")
        for name in named
        if not plain.fullmatch(name.partition(".")[2])
    ]
    taken = [name for name in whole.fields if name in RESERVED]
    return found + [
        (f"[fields.{name}]: `{name}` is a key of [tables.contacts], not a field.", "Write it there.")
        for name in taken
    ]


def _explain(error: ValidationError, model: type[BaseModel], at: tuple[str, ...]) -> list[Mistake]:
    """Pydantic's findings in our words: the key, what is wrong, the nearest right one."""
    found: list[Mistake] = []
    for one in without_echo(error, lambda loc: list(_schema_at(model, loc).model_fields)):
        loc = [str(part) for part in one["loc"]]
        place = ".".join([*at, *loc[:-1]])
        head = f"[{place}] " if place else ""
        if one["type"] == "extra_forbidden":
            known = list(_schema_at(model, loc).model_fields)
            found.append(
                (f'{head}has an unknown key "{loc[-1]}".', nearest(loc[-1], known) or "Take it out.")
            )
        elif one["type"] == "missing":
            found.append((f'{head}needs the key "{loc[-1]}".', f"Write `{loc[-1]} = …` below that head."))
        elif len(loc) > 1 and loc[-1] == "[key]":
            says, fix = in_words(one)
            found.append((f'[{".".join([*at, *loc[:-2]])}] "{loc[-2]}" {says}', fix))
        else:
            says, fix = in_words(one)
            found.append((f'{head}"{loc[-1]}" {says}', fix))
    return found


def _schema_at(model: type[BaseModel], loc: Sequence[str]) -> type[BaseModel]:
    """The schema whose key the last part of a location is."""
    inner: dict[str, type[BaseModel]] = {"fields": FieldTable, "consent": Consent}
    return inner.get(loc[0], model) if model is AudienceFile and len(loc) > 1 else model
