"""Shapes of the tables in `_audience.toml`; an unknown key is an error."""

from __future__ import annotations

import codecs
from datetime import date
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field

from topmind.model import Channel, Stage


def _as_list(value: object) -> object:
    return [value] if isinstance(value, str) else value


def _encoding(value: str) -> str:
    try:
        codecs.lookup(value)
    except LookupError:
        raise ValueError("is no encoding that Python knows; write utf-8, cp1252 or utf-16") from None
    return value


#: One column or several.
Columns = Annotated[tuple[str, ...], BeforeValidator(_as_list)]


class Table(BaseModel):
    """What every table says of its file."""

    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True)

    #: CSV, XLSX or Parquet, or a folder of them, relative to `_audience.toml`; `s3://BUCKET/KEY`;
    #: `postgresql://HOST/DATABASE#TABLE`; `-` is standard input.
    file: str = Field(min_length=1)
    #: Sheet of a workbook; the first where not said.
    sheet: str | None = None
    #: Share of rows that may be left out, 0 to 1: with more the run stops.
    bad_rows: float | None = Field(default=None, ge=0, le=1)
    #: Found from the header where not said.
    delimiter: str | None = Field(default=None, min_length=1, max_length=1)
    #: Python's name of an encoding; UTF-8 where not said.
    encoding: Annotated[str, AfterValidator(_encoding)] | None = None
    #: "." or ",": what stands before the cents.
    decimal: Literal[".", ","] = "."
    #: How dates are written, as in strptime (`%d.%m.%Y`); ISO where not said.
    dates: str | None = None

    def needed(self) -> tuple[str, ...]:
        """Columns that the file must have."""
        raise NotImplementedError


class Contacts(Table):
    """`[tables.contacts]`: one row per person."""

    id: str
    email: str
    name: Columns = ()
    phone: str | None = None
    #: Columns of the postal address, one line each.
    postal: Columns = ()
    #: IANA zone names; the company's where empty.
    zone: str | None = None
    #: Source value → IANA zone name.
    zones: dict[str, str] = {}
    language: str | None = None
    #: Source value → language tag.
    languages: dict[str, str] = {}
    stage: str | None = None
    #: Source value → stage.
    stages: dict[str, Stage] = {}
    #: Since when we know them: the fact behind `enters: SEGMENT`.
    since: str | None = None

    def needed(self) -> tuple[str, ...]:
        one = (self.id, self.email, self.phone, self.zone, self.language, self.stage, self.since)
        return (*(c for c in one if c), *self.name, *self.postal)


class Purchases(Table):
    """`[tables.purchases]`: one row per purchase."""

    contact: str
    date: str
    amount: str
    #: The purchase's own number: the id of the fact.
    id: str | None = None
    #: Columns that say what was bought, for `bought('…')`.
    items: Columns = ()

    def needed(self) -> tuple[str, ...]:
        return (self.contact, self.date, self.amount, *((self.id,) if self.id else ()), *self.items)


class Lines(Table):
    """A table with `purchase`: lines of the purchases."""

    #: Column that holds the purchase's id.
    purchase: str
    items: Columns

    def needed(self) -> tuple[str, ...]:
        return (self.purchase, *self.items)


class Activities(Table):
    """A table with `what`: things contacts did."""

    contact: str
    date: str
    #: Column that says what they did, for `did('…')`.
    what: str

    def needed(self) -> tuple[str, ...]:
        return (self.contact, self.date, self.what)


class FieldTable(BaseModel):
    """`[fields.NAME]`."""

    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True)

    table: Literal["contacts"] = "contacts"
    column: str
    type: Literal["text", "number", "money", "date", "flag"] = "text"
    sample: str = ""
    values: dict[str, str] = {}


class Consent(BaseModel):
    """`[consent.CHANNEL]`: on what ground we may send marketing there."""

    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True)

    basis: Literal["column", "existing_customers", "none"]
    #: With basis column: says yes or no per contact.
    column: str | None = None
    #: Source value → yes or no, where the export has other words.
    values: dict[str, str] = {}
    #: With basis existing_customers: who bought on or after this day.
    since: date | None = None
    #: Where the proof is kept, in words.
    evidence: str = ""

    @property
    def words(self) -> str:
        """The basis for people: `why` prints it."""
        said = {
            "column": f"opt-in as the source's column {self.column} says",
            "existing_customers": f"customer since {self.since} or later",
            "none": "no basis for marketing",
        }[self.basis]
        return f"{said} ({self.evidence})" if self.evidence else said


class AudienceFile(BaseModel):
    """The whole file."""

    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True)

    tables: dict[str, dict[str, Any]] = {}
    fields: dict[str, FieldTable] = {}
    consent: dict[Channel, Consent] = {}
    sender_field: str | None = None
    max_age: str | None = None
