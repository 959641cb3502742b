"""What a column looks like: by the names that exports give, in English and German, and by a few of its values."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from topmind.audience.columns import NO, YES

#: Kind of table → key → names of columns, in the plain form of `plain_name`.
ROLES: dict[str, dict[str, tuple[str, ...]]] = {
    "contacts": {
        "id": (
            *(
                "id",
                "nr",
                "no",
                "number",
                "contact_id",
                "customer_id",
                "customer_number",
                "customer_no",
                "client_id",
            ),
            *("kundennr", "kundennummer", "kunden_nr", "kontaktnummer", "debitor", "debitorennummer"),
        ),
        "email": ("email", "e_mail", "mail", "email_address", "e_mail_adresse", "emailadresse"),
        "name": (
            *("name", "first_name", "firstname", "last_name", "lastname", "surname", "full_name"),
            *("vorname", "nachname", "familienname"),
        ),
        "phone": ("phone", "telephone", "phone_number", "mobile", "telefon", "tel", "handy", "mobil"),
        "postal": (
            *("street", "address", "zip", "postcode", "city", "town"),
            *("strasse", "anschrift", "plz", "postleitzahl", "ort", "stadt"),
        ),
        "zone": ("zone", "timezone", "time_zone", "zeitzone"),
        "language": ("language", "lang", "locale", "sprache"),
        "stage": ("stage", "phase", "stufe"),
        "since": (
            *("since", "known_since", "created", "created_at", "created_on", "customer_since"),
            *("seit", "kunde_seit", "angelegt", "angelegt_am", "erstellt_am"),
        ),
    },
    "purchases": {
        "id": (
            *("invoice", "invoice_id", "invoice_number", "order_id", "order_number", "id", "number"),
            *(
                "rechnung",
                "rechnungsnr",
                "rechnungsnummer",
                "auftrag",
                "auftragsnummer",
                "bestellnummer",
                "belegnr",
            ),
        ),
        "contact": (
            *("contact", "contact_id", "customer", "customer_id", "customer_number", "client", "client_id"),
            *("kunde", "kundennr", "kundennummer", "kunden_nr", "debitor"),
        ),
        "date": (
            *("date", "day", "paid", "finished", "order_date", "invoice_date", "created_at"),
            *("datum", "tag", "rechnungsdatum", "bestelldatum", "belegdatum"),
        ),
        "amount": (
            *("amount", "total", "sum", "revenue", "price", "value"),
            *("betrag", "summe", "umsatz", "netto", "brutto", "gesamt", "gesamtbetrag"),
        ),
        "items": ("item", "items", "product", "service", "article", "artikel", "produkt", "leistung", "ware"),
    },
}
ROLES["activities"] = {
    "contact": ROLES["purchases"]["contact"],
    "date": ROLES["purchases"]["date"],
    "what": ("what", "action", "activity", "event", "type", "aktion", "aktivitaet", "was", "art"),
}
#: Forms of dates beside ISO.
_DATES = ("%d.%m.%Y", "%d.%m.%y", "%d/%m/%Y", "%m/%d/%Y", "%d.%m.%Y %H:%M", "%d.%m.%Y %H:%M:%S")
_ISO = re.compile(r"\d{4}-\d\d-\d\d([ T].*)?")
_ADDRESS = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+")
_PLAIN = re.compile(r"[-+]?\d+(\.\d+)?")
_GERMAN = re.compile(r"[-+]?\s*[€$£]?\s*(\d+|\d{1,3}(\.\d{3})+)(,\d+)?\s*[€$£]?")
_ENGLISH = re.compile(r"[-+]?\s*[€$£]?\s*(\d+|\d{1,3}(,\d{3})+)(\.\d+)?\s*[€$£]?")
_CONSENT = re.compile(r"newsletter|news|opt_?in|consent|marketing|werbung|einwilligung|may_mail")
#: A yes there means no: taken for consent, it would mail those who left.
_REFUSAL = re.compile(
    r"(^|_)(no|not|dont|kein|keine|ohne|opt_?out|unsub\w*|abgemeldet|abmeldung|abbestellt|widerruf\w*|widersp\w*|gesperrt|sperre"
    r"|stop|block\w*|refus\w*|desabonn\w*)(_|$)"
)
_OTHER = {"ja": "yes", "j": "yes", "nein": "no", "wahr": "yes", "falsch": "no", "oui": "yes", "non": "no"}


def plain_name(name: str) -> str:
    """Small ASCII letters, digits, underscores: `E-Mail` is e_mail, `Straße` strasse."""
    low = name.strip().lower()
    for letter, written in (("ß", "ss"), ("ä", "ae"), ("ö", "oe"), ("ü", "ue")):
        low = low.replace(letter, written)
    ascii_ = unicodedata.normalize("NFKD", low).encode("ascii", "ignore").decode()
    return re.sub(r"[^a-z0-9]+", "_", ascii_).strip("_")


@dataclass(frozen=True, slots=True)
class Column:
    """A column's name and the first of its values."""

    name: str
    values: tuple[str, ...]

    @property
    def filled(self) -> Sequence[str]:
        """Values that say something."""
        return [value.strip() for value in self.values if value.strip()]

    def _all(self, pattern: re.Pattern[str]) -> bool:
        return bool(self.filled) and all(pattern.fullmatch(value) for value in self.filled)

    @property
    def is_address(self) -> bool:
        """Most of it are addresses."""
        hits = sum(bool(_ADDRESS.fullmatch(value)) for value in self.filled)
        return hits > len(self.filled) / 2

    @property
    def is_consent(self) -> bool:
        """Its name says so, and it says yes or no."""
        return bool(_CONSENT.search(plain_name(self.name))) and self.type == "flag" and not self.is_refusal

    @property
    def is_refusal(self) -> bool:
        """By its name a yes there is a no to mail."""
        return bool(_REFUSAL.search(plain_name(self.name))) and self.type == "flag"

    @property
    def turned(self) -> dict[str, str]:
        """Its words for yes and no, the other way round."""
        other = {"yes": "no", "no": "yes"}
        return {v: other[_OTHER.get(v.lower(), "yes" if v.lower() in YES else "no")] for v in self.filled}

    @property
    def dates(self) -> str:
        """The form of its dates, all that fit where it reads several ways; "" where it is ISO or none."""
        if not self.filled or self._all(_ISO):
            return ""
        return " or ".join(form for form in _DATES if all(_reads(value, form) for value in self.filled))

    @property
    def has_german_numbers(self) -> bool:
        """A comma before the cents, and in no value anything else."""
        return self._all(_GERMAN) and not self._all(_ENGLISH) and not self.dates

    @property
    def other_words(self) -> dict[str, str]:
        """Words for yes and no that are not ours."""
        return {
            v: _OTHER[v.lower()] for v in self.filled if v.lower() in _OTHER and v.lower() not in YES + NO
        }

    @property
    def type(self) -> str:
        """Type of the field it would be: text where in doubt, as leading zeros are no number."""
        if not self.filled:
            return "text"
        if self._all(_ISO) or self.dates:
            return "date"
        if all(value.lower() in {*YES, *NO, *_OTHER} for value in self.filled):
            return "flag"
        if any(re.match(r"[-+]?0\d", value) for value in self.filled):
            return "text"
        if self._all(_PLAIN) or self._all(_GERMAN) or self._all(_ENGLISH):
            cents = any(re.search(r"[.,]\d\d\D*$|[€$£]", value) for value in self.filled)
            return "money" if cents else "number"
        return "text"


def _reads(value: str, form: str) -> bool:
    try:
        datetime.strptime(value, form)  # noqa: DTZ007 - a day without a zone
    except ValueError:
        return False
    return True
