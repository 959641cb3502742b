"""Cadence words: "every 2 weeks on Thursday at 10:00" → an RFC 5545 rule, or the nearest right form."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import time
from difflib import get_close_matches

from topmind.planning.cadence_nearest import DAYS, nearest_form

#: Where the words name no time of day.
DEFAULT_AT = time(9)

CODES = dict(zip(DAYS, ("MO", "TU", "WE", "TH", "FR", "SA", "SU"), strict=True))
ORDINALS = {
    "first": 1,
    "second": 2,
    "third": 3,
    "fourth": 4,
    "last": -1,
    "1st": 1,
    "2nd": 2,
    "3rd": 3,
    "4th": 4,
}
NUMBERS = {"other": 2, "two": 2, "three": 3, "four": 4, "six": 6}
#: Every 999 weeks is the most.
MOST_DIGITS = 3
_VOCABULARY = (
    *DAYS,
    *(f"{day}s" for day in DAYS),
    *ORDINALS,
    *NUMBERS,
    *("every", "weeks", "week", "months", "month", "monthly", "weekly", "quarterly", "daily", "weekday"),
    *("quarter", "on", "at", "of", "the", "and", "day", "each"),
    # what `cadence_nearest` knows is not mended into a word above
    *(
        "biweekly",
        "fortnight",
        "fortnightly",
        "yearly",
        "weekend",
        "weekends",
        "end",
        "once",
        "twice",
        "year",
        "semiannually",
        "biannually",
        "midnight",
        "fifth",
        "days",
        "to",
        "through",
    ),
)
EXAMPLES = (
    "Tuesday at 09:00",
    "every 2 weeks on Thursday at 10:00",
    "first Monday of the month at 09:00",
    "on the 1st and 15th at 08:00",
    "quarterly at 09:00",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Words:
    """What the words mean."""

    rule: str
    at: time
    #: A value of `cadence.Period`.
    period: str


class WordsError(Exception):
    """The words mean nothing; `nearest` is the right form that is nearest."""

    def __init__(self, says: str, nearest: str) -> None:
        super().__init__(says)
        self.says = says
        self.nearest = nearest


def read_words(text: str) -> Words:
    """The rule in these words; raises WordsError with the nearest right form."""
    tidy = _tidy(text)
    found = _parse(tidy)
    if isinstance(found, Words):
        return found
    return _refuse(tidy, found)


def _tidy(text: str) -> str:
    lowered = re.sub(r"[,;]", " , ", text.strip().lower().rstrip("."))
    return re.sub(r"\s+", " ", lowered).strip()


def _refuse(tidy: str, says: str) -> Words:
    """Raise with the words mended letter by letter where that helps, else with what can be made out of them."""
    mended = " ".join(_mend(word) for word in tidy.split())
    again = _parse(mended) if mended != tidy else ""
    if isinstance(again, Words):
        raise WordsError(says, _pretty(mended))
    near = nearest_form(tidy) or ""
    right = near.startswith("RRULE:") or isinstance(_parse(_tidy(near)), Words)
    raise WordsError(says, near if right else EXAMPLES[0])


def _mend(word: str) -> str:
    if word in _VOCABULARY or not word.isalpha():
        return word
    near = get_close_matches(word, _VOCABULARY, n=1, cutoff=0.6)
    return near[0] if near else word


def _pretty(words: str) -> str:
    return " ".join(w.capitalize() if w.rstrip("s") in DAYS else w for w in words.split()).replace(" ,", ",")


def _parse(tidy: str) -> Words | str:
    """Words, or what is wrong in a few words."""
    head, at, wrong = _split_time(tidy)
    if wrong:
        return wrong
    head = re.sub(r" of (the|every|each) (month|quarter)$", lambda m: f" of {m[2]}", head)
    if both := re.fullmatch(r"every (second|2nd) (\w+day)s?", head):
        day = both[2].capitalize()
        return f"it may mean every 2 weeks on {day}, or the second {day} of the month"
    for form in (_daily, _weekly, _quarterly, _monthly):
        found = form(head)
        if isinstance(found, str):
            return found
        if found is not None:
            rule, period = found
            return Words(rule=rule, at=at, period=period)
    if re.fullmatch(r"weekly|every week|every \w+ weeks?", head):
        return "it names no day of the week"
    if re.fullmatch(r"monthly|every month|every \w+ months?", head):
        return "it names no day of the month"
    return "the words are not known"


def _split_time(tidy: str) -> tuple[str, time, str]:
    """(words before, time, what is wrong with the time)."""
    match = re.search(r"\s*(?:,\s*)?\bat (\S+(?: ?[ap]m)?)$", tidy)
    if not match:
        return tidy, DEFAULT_AT, ""
    head = tidy[: match.start()].strip()
    clock = re.fullmatch(r"(\d{1,2})(?:[:.h](\d{2}))?(?: ?(am|pm))?", match[1])
    if match[1] == "noon":
        return head, time(12), ""
    if not clock:
        return head, DEFAULT_AT, f"{match[1]!r} is no time of day"
    hour, minute = int(clock[1]), int(clock[2] or 0)
    if clock[3]:
        hour = hour % 12 + (12 if clock[3] == "pm" else 0)
    if hour > 23 or minute > 59:
        return head, DEFAULT_AT, f"{match[1]!r} is no time of day"
    return head, time(hour, minute), ""


Found = tuple[str, str] | str | None


def _daily(head: str) -> Found:
    if head in {"daily", "every day"}:
        return "FREQ=DAILY", "day"
    if head in {"every weekday", "weekdays", "on weekdays"}:
        return "FREQ=WEEKLY;BYDAY=MO,TU,WE,TH,FR", "week"
    return None


def _weekly(head: str) -> Found:
    match = re.fullmatch(
        r"(?:(?:every )?(?:week|weekly) on |every (?P<every>\w+) weeks? on |every (?P<other>other) |every |on )?"
        r"(?P<days>[a-z ,]+)",
        head,
    )
    days = _day_codes(match["days"]) if match else None
    if not match or not days:
        return None
    step = match["every"] or match["other"] or "1"
    interval = _number(step)
    if not interval:
        return f"{step!r} is no number of weeks"
    return _rule("WEEKLY", interval, f"BYDAY={','.join(days)}"), "week"


def _monthly(head: str) -> Found:
    match = re.fullmatch(
        r"(?:monthly (?:on )?(?:the )?|(?:every|each) month on (?:the )?|every (?P<every>\w+) months on (?:the )?"
        r"|on (?:the )?|the |every )?(?P<which>.+?)(?P<of> of month)?",
        head,
    )
    if not match:
        return None
    interval = _number(match["every"] or "1")
    which = _which_days(match["which"])
    if which is None:
        late = re.search(r"\b(29|30|31)(st|th)?\b", head)
        return f"not every month has {late[1]} days" if late else None
    return (_rule("MONTHLY", interval, which), "month") if interval else "it names no number of months"


def _quarterly(head: str) -> Found:
    match = re.fullmatch(
        r"(?:quarterly|every quarter)(?: on (?:the )?(?P<which>.+?))?(?: of (?:month|quarter))?", head
    ) or re.fullmatch(r"(?P<which>first .+) of quarter", head)
    if not match:
        return None
    which = _which_days(match["which"] or "1st")
    if which is None:
        return None
    # an anchor in mid-quarter must not move the quarters: the months are named
    return f"FREQ=YEARLY;BYMONTH=1,4,7,10;{which}", "quarter"


def _which_days(text: str) -> str | None:
    """Days of a month as an RRULE part; None where the words are no days of a month."""
    text = text.strip()
    if text == "last day":
        return "BYMONTHDAY=-1"
    words = [w for w in re.split(r"[ ,]+|\band\b", text) if w and w != "the"]
    if words and all(re.fullmatch(r"\d{1,2}(st|nd|rd|th)?", w) for w in words):
        numbers = [int(re.sub(r"\D", "", w)) for w in words]
        return f"BYMONTHDAY={','.join(map(str, numbers))}" if all(1 <= n <= 28 for n in numbers) else None
    day = CODES.get(words[-1].rstrip("s")) if words else None
    places = [ORDINALS.get(w) for w in words[:-1]]
    if day and places and all(places):
        return f"BYDAY={','.join(f'{p}{day}' for p in places)}"
    return None


def _day_codes(text: str) -> list[str] | None:
    """`tuesday and friday` → TU, FR; None where a word is no day."""
    words = [w for w in re.split(r"[ ,]+|\band\b", text) if w]
    codes = [CODES.get(w if w in CODES else w.rstrip("s")) for w in words]
    return [c for c in codes if c] if words and all(codes) else None


def _number(word: str) -> int:
    """A number written in digits or as a word; 0 where it is none, or more than anybody means."""
    if word.isdigit():
        return int(word) if len(word) <= MOST_DIGITS else 0
    return NUMBERS.get(word, 0)


def _rule(freq: str, interval: int, which: str) -> str:
    return f"FREQ={freq};{f'INTERVAL={interval};' if interval > 1 else ''}{which}"
