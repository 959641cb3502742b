"""Dates and times as a company's readers write them: one place for mail, site, desk and titles.

Americans read `December 1, 2026` and `6:30 pm`, other readers of English `1 December 2026` and `18:30`; German, French
and Spanish have their own order and words. A leaf: it imports nothing of topmind.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time

_MONTHS = {
    "en": "January February March April May June July August September October November December",
    "de": "Januar Februar März April Mai Juni Juli August September Oktober November Dezember",
    "fr": "janvier février mars avril mai juin juillet août septembre octobre novembre décembre",
    "es": "enero febrero marzo abril mayo junio julio agosto septiembre octubre noviembre diciembre",
}
_DAYS = {
    "en": "Monday Tuesday Wednesday Thursday Friday Saturday Sunday",
    "de": "Montag Dienstag Mittwoch Donnerstag Freitag Samstag Sonntag",
    "fr": "lundi mardi mercredi jeudi vendredi samedi dimanche",
    "es": "lunes martes miércoles jueves viernes sábado domingo",
}
#: Between the begin and the end of an event.
_TO = {"en": "to", "de": "bis", "fr": "à", "es": "a"}
#: Where English puts the month first (CLDR 46, en-US and en-PH).
_MONTH_FIRST = frozenset({"US", "PH"})
#: Where English reads clocks with am and pm (CLDR 46, time data: `h` preferred).
_TWELVE_HOURS = frozenset({"US", "PH", "CA", "AU", "NZ", "IN"})
_SPACE = "\N{NO-BREAK SPACE}"


@dataclass(frozen=True, slots=True)
class DateStyle:
    """How one company's readers write dates."""

    #: As front matter says it: `en`, `de-AT`; what we do not speak is English.
    language: str = "en"
    #: ISO 3166 code; "" = the region of `language`, if it names one.
    country: str = ""

    @property
    def spoken(self) -> str:
        """The language of ours that is meant."""
        short = self.language.replace("_", "-").partition("-")[0].lower()
        return short if short in _MONTHS else "en"

    @property
    def region(self) -> str:
        """The country that decides: `US` for `en-US` too."""
        last = self.language.replace("_", "-").rpartition("-")[2]
        return (self.country or (last if len(last) == 2 and last != self.language else "")).upper()

    def month(self, value: date) -> str:
        """`December`."""
        return _MONTHS[self.spoken].split()[value.month - 1]

    def weekday(self, value: date) -> str:
        """`Tuesday`."""
        return _DAYS[self.spoken].split()[value.weekday()]

    def month_day(self, value: date) -> str:
        """A day without its year: `December 1`, `1 December`, `1. Dezember`."""
        month, spoken = self.month(value), self.spoken
        if spoken == "de":
            return f"{value.day}. {month}"
        if spoken == "fr":
            return f"{'1er' if value.day == 1 else value.day} {month}"
        if spoken == "es":
            return f"{value.day} de {month}"
        return f"{month} {value.day}" if self.region in _MONTH_FIRST else f"{value.day} {month}"

    def day(self, value: date, *, weekday: bool = False) -> str:
        """A date: `December 1, 2026`, `Tuesday, 1 December 2026`, `mardi 1er décembre 2026`."""
        spoken = self.spoken
        between = " de " if spoken == "es" else ", " if self._month_first else " "
        text = f"{self.month_day(value)}{between}{value.year}"
        if not weekday:
            return text
        return f"{self.weekday(value)}{' ' if spoken == 'fr' else ', '}{text}"

    def clock(self, value: time) -> str:
        """A time of day: `9 am`, `6:30 pm`, `18:30`, `18:30 Uhr`, `18 h 30`; no line ends within."""
        spoken = self.spoken
        if spoken == "de":
            return f"{value.hour}:{value.minute:02d}{_SPACE}Uhr"
        if spoken == "fr":
            return (
                f"{value.hour}{_SPACE}h{_SPACE}{value.minute:02d}"
                if value.minute
                else f"{value.hour}{_SPACE}h"
            )
        if spoken == "es":
            return f"{value.hour}:{value.minute:02d}"
        if self.region not in _TWELVE_HOURS:
            return f"{value:%H:%M}"
        minutes = f":{value.minute:02d}" if value.minute else ""
        return f"{value.hour % 12 or 12}{minutes}{_SPACE}{'am' if value.hour < 12 else 'pm'}"

    def span(self, begins: datetime, ends: datetime | None) -> str:
        """`Saturday, December 12, 2026, 10 am to 2 pm`, as the clock says there; `ends` None = begin only.

        A begin at midnight was written as a day without a time: no time is said.
        """
        start = self.day(begins.date(), weekday=True)
        if begins.time() == time.min and (ends is None or ends.time() == time.min):
            if ends is None or ends.date() == begins.date():
                return start
            return f"{start} {_TO[self.spoken]} {self.day(ends.date(), weekday=True)}"
        start = f"{start}, {self.clock(begins.time())}"
        if ends is None:
            return start
        end = self.clock(ends.time())
        if ends.date() != begins.date():
            end = f"{self.day(ends.date(), weekday=True)}, {end}"
        return f"{start} {_TO[self.spoken]} {end}"

    @property
    def _month_first(self) -> bool:
        return self.spoken == "en" and self.region in _MONTH_FIRST


#: English where no country is known.
PLAIN = DateStyle()
