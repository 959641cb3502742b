"""What lies ahead, in words for whoever writes: content lacking, issues held back, floors kept."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from topmind.date_words import DateStyle
from topmind.model import Ahead, ContentGap, Coverage, Need, Offer, Plan, Reason
from topmind.report.reasons import counted

NUMBERS = [
    "no",
    "one",
    "two",
    "three",
    "four",
    "five",
    "six",
    "seven",
    "eight",
    "nine",
    "ten",
    "eleven",
    "twelve",
]
#: A promotion is worth a line where it is too early for at least this share of those it is for.
SHARE = 0.1
#: Value items are enough where they free this share of those who lack some.
MOST = 0.9


@dataclass(frozen=True, slots=True, kw_only=True)
class Lack:
    """One line about content."""

    segment: str
    #: Monday of the first week in which somebody has nothing new.
    week: date
    #: Contacts in that week; up to the horizon.
    contacts: int
    in_all: int
    #: Days on which one more item each must be there.
    by: tuple[date, ...]
    #: Smaller segments whose gap the same items close → contacts.
    among: Mapping[str, int]


def number(count: int) -> str:
    """`two`, `14`."""
    return NUMBERS[count] if 0 <= count < len(NUMBERS) else str(count)


def lacks(gaps: Sequence[ContentGap], needs: Sequence[Need]) -> tuple[Lack, ...]:
    """One for each segment that needs items of its own, the most urgent first; a segment whose items are the very
    ones of a larger one is named with it."""
    weeks = {need.segment: [gap for gap in gaps if gap.segment == need.segment] for need in needs}
    found: list[Lack] = []
    for need in sorted(needs, key=lambda n: (n.by[:1], -n.contacts, n.segment)):
        if not weeks[need.segment] or not need.by:
            continue
        first = weeks[need.segment][0]
        same = next((n for n, lack in enumerate(found) if lack.by == need.by and lack.segment), None)
        if same is not None:
            known = found[same]
            among = {**known.among, need.segment: need.contacts}
            found[same] = Lack(
                segment=known.segment,
                week=known.week,
                contacts=known.contacts,
                in_all=known.in_all,
                by=known.by,
                among=among,
            )
            continue
        found.append(
            Lack(
                segment=need.segment,
                week=first.week,
                contacts=first.contacts,
                in_all=need.contacts,
                by=need.by,
                among={},
            )
        )
    return tuple(found)


def lack_words(lack: Lack, until: date, dates: DateStyle) -> str:
    """`week of 14 December: 312 prospects have nothing new (466 by 1 March); two tips would do: one by …`."""
    who = named(lack.segment, lack.contacts)
    have = "has" if lack.contacts == 1 else "have"
    later = f", {lack.in_all} by {dates.month_day(until)}" if lack.in_all > lack.contacts else ""
    among = ", ".join(f"{count} in {name}" for name, count in lack.among.items())
    among = f" (among them {among})" if among else ""
    do = f"{number(len(lack.by))} {'tip' if len(lack.by) == 1 else 'tips'} would do"
    days = [dates.month_day(day) for day in lack.by[:6]]
    days += ["…"] if len(lack.by) > len(days) else []
    when = f": by {listed(days)}" if len(lack.by) > 1 else f", by {days[0]}"
    return f"week of {dates.month_day(lack.week)}: {lack.contacts} {who} {have} nothing new{later}{among}; {do}{when}"


def named(segment: str, count: int = 2) -> str:
    """`prospects`, `contact of prospects`; everybody where there are no segments."""
    if count == 1:
        return f"contact of {segment}" if segment else "contact"
    return segment or "contacts"


def listed(words: Sequence[str]) -> str:
    """`a, b and c`."""
    return f"{', '.join(words[:-1])} and {words[-1]}" if len(words) > 1 else "".join(words)


def enough(short: Mapping[int, int]) -> int:
    """The least number of value items that frees nine of ten of those who lack some."""
    total, freed = sum(short.values()), 0
    for items, count in sorted(short.items()):
        freed += count
        if freed >= MOST * total:
            return items
    return 0


def held_words(row: Ahead) -> str:
    """`24 of 236 get it; 212 would be held by the ratio: send 2 value items first`."""
    others = {reason.value: count for reason, count in row.held.items() if reason is not Reason.RATIO}
    parts = [f"{row.goes} of {row.asked} get it"]
    if early := row.held.get(Reason.RATIO, 0):
        items = enough(row.short)
        advice = f": send {items} value {'item' if items == 1 else 'items'} first" if items else ""
        parts.append(f"{early} would be held by the ratio{advice}")
    if row.held.get(Reason.ONLY_PROMOTIONS):
        parts.append("an issue with offers alone is held: write something of value for its slots")
    if others:
        parts.append(counted(others))
    return "; ".join(parts)


def offer_words(row: Offer) -> str:
    """`80 of 1793 have had too little of value for it so far: 2 value items would free most of them`."""
    early, items = sum(row.short.values()), enough(row.short)
    return (
        f"{early} of {row.asked} have had too little of value for it so far: "
        f"send {items} value {'item' if items == 1 else 'items'} first"
    )


def early_offers(offers: Sequence[Offer]) -> Iterator[Offer]:
    """Promotions that come too early for a good part of those they are for."""
    yield from (offer for offer in offers if sum(offer.short.values()) >= max(SHARE * offer.asked, 1))


def short_day(day: date) -> str:
    """`Tue  1 Dec`."""
    return f"{day:%a} {day.day:2} {day:%b}"


def ahead_lines(plan: Plan, until: date) -> list[str]:
    """Issues and announcements to come that somebody will not get, and why."""
    outlook = plan.outlook
    if outlook is None:
        return []
    rows = [
        (plan.occasions[row.occasion], row)
        for row in outlook.ahead
        if row.held and plan.as_of <= plan.occasions[row.occasion].day <= until
    ]
    rows.sort(key=lambda pair: (pair[0].day, pair[0].name))
    lines = [f"  {short_day(occasion.day)}  {occasion.name}: {held_words(row)}" for occasion, row in rows]
    return [*lines, *(f"  {offer.item}: {offer_words(offer)}" for offer in early_offers(outlook.offers))]


def coverage_lines(rows: Sequence[Coverage]) -> list[str]:
    """A small table: inside today, inside on every day, longest waits."""
    if not rows:
        return []
    ordered = sorted(rows, key=lambda row: (row.segment != "", -row.contacts, row.segment))
    width = max(len(row.segment or "everybody") for row in ordered)
    lines = [f"  {'':{width}}  inside today  on every day  longest wait, days: half · 99 % · all"]
    lines += [
        f"  {row.segment or 'everybody':{width}}  {share(row.today, row.contacts):>12}  "
        f"{share(row.throughout, row.contacts):>12}  up to {row.median} · {row.p99} · {row.longest}"
        for row in ordered
    ]
    return lines


def apart_words(counts: Mapping[str, int]) -> str:
    """`Apart, because no rescue may or can reach them: 165 no consent, 36 no address for it`."""
    return f"Apart, because no rescue may or can reach them: {counted(counts)}"


def percent(part: int, whole: int) -> str:
    """`74 %`; a share that is not whole never reads 100 %, and somebody is never 0 %."""
    if not whole:
        return "–"
    return f"{100 if part == whole else min(99, max(round(100 * part / whole), int(part > 0)))} %"


def share(part: int, whole: int) -> str:
    """`1333 (74 %)`."""
    return f"{part} ({percent(part, whole)})" if whole else "–"
