"""Made-up people of the sample company: the same for the same seed, day and size.

Customers with jobs of four years, prospects with stages, couples with one inbox, names that break layouts,
and people on whom a step of a sequence is due today. Every address is in example.com.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from random import Random

from topmind.model import Stage

FIRST = (
    "Alma",
    "Ben",
    "Carla",
    "Dmitri",
    "Elena",
    "Frank",
    "Grace",
    "Hugo",
    "Iris",
    "Jonas",
    "Kate",
    "Luis",
    "Mara",
    "Noah",
    "Olive",
    "Pedro",
    "Quinn",
    "Rosa",
    "Samir",
    "Tess",
    "Uma",
    "Victor",
    "Wanda",
    "Xavier",
    "Yara",
    "Zoe",
    "Anneli",
    "Bjørn",
    "Chloé",
    "Dörte",
    "Émile",
    "Fatima",
    "Goran",
    "Hana",
    "Ikram",
    "Jürgen",
)
LAST = (
    "Abbott",
    "Barlow",
    "Castillo",
    "Donovan",
    "Eriksen",
    "Fowler",
    "Garnett",
    "Haddad",
    "Ivers",
    "Jansen",
    "Keating",
    "Lindqvist",
    "Moreau",
    "Nakamura",
    "Okonkwo",
    "Pelletier",
    "Quimby",
    "Rinaldi",
    "Sandoval",
    "Thorne",
    "Ulrich",
    "Vasquez",
    "Whitcomb",
    "Yates",
    "Zeller",
    "O'Brien",
    "D'Angelo",
    "St.Clair",
    "Müller",
    "Nuñez",
)
#: Names that break layouts: right to left, emoji, very long, without a family name.
ODD = (
    ("ليلى", "حداد"),
    ("דניאל", "כהן"),
    ("🌲 Pine Street", "Bakery 🥐"),
    ("Wolfeschlegelsteinhausenbergerdorff-Maximiliane-Konstantinia", "Featherstonehaugh"),
    ("さくら", "田中"),
    ("Cher", ""),
)
TOWNS = ("Tern Harbor", "Alder Cove", "Marsh Landing", "Pine Point", "Gull Rock", "North Wharf")
STREETS = (
    "Chandlery Lane",
    "Ropewalk Road",
    "Granite Street",
    "Lighthouse Way",
    "Mill Pond Road",
    "Elm Street",
)
#: Service → (how often, dollars from, to).
SERVICES = {
    "gutters": (30, 140, 420),
    "small jobs": (22, 90, 380),
    "heating": (16, 180, 6_200),
    "roof": (12, 900, 19_500),
    "windows": (9, 260, 7_400),
    "deck": (7, 1_800, 14_000),
    "paint": (4, 600, 5_200),
}
ZONES = (
    ("America/New_York", 90),
    ("", 3),
    ("America/Chicago", 3),
    ("America/Denver", 1),
    ("America/Los_Angeles", 2),
    ("Europe/Berlin", 1),
)
#: Days before today on which somebody's first job was finished, so that steps are due today and around.
FIRST_JOBS = (1, 1, 1, 2, 2, 3, 8, 30, 60, 88, 89, 90, 90, 90, 91, 92, 97, 180, 365, 365, 366, 730, 731)
#: Days before today on which somebody first asked, so that each step of the welcome is due for some.
INQUIRIES = (0, 1, 1, 2, 3, 3, 8, 17, 27, 41, 55, 69, 83, 97)


@dataclass(slots=True)
class Person:
    """One made-up contact; columns of contacts.csv, and the jobs behind purchases.csv."""

    number: str
    first_name: str = ""
    last_name: str = ""
    email: str = ""
    phone: str = ""
    street: str = ""
    town: str = ""
    town_line: str = ""
    zone: str = ""
    language: str = "en"
    stage: str = ""
    known_since: date | None = None
    inquired_on: date | None = None
    birthday: date | None = None
    representative: str = ""
    newsletter: str = ""
    may_call: str = ""
    may_write: str = ""
    #: (day, service, cents) in order of the day; not a column.
    jobs: list[tuple[date, str, int]] = field(default_factory=list)


COLUMNS = tuple(name for name in Person.__slots__ if name != "jobs")


def people(*, as_of: date, seed: int = 7, contacts: int = 2000) -> list[Person]:
    """Everybody, in the order of their numbers; about 60 % have bought."""
    rng = Random(f"{seed} {as_of.isoformat()} {contacts}")  # noqa: S311 - made-up people need no secret
    made = [_person(rng, n, as_of, contacts) for n in range(contacts)]
    for n in range(20, contacts, 150):  # couples with one inbox, one of them typed in capitals
        made[n].email = made[n - 1].email.upper() if n % 300 == 20 else made[n - 1].email
        made[n].last_name, made[n].street = made[n - 1].last_name, made[n - 1].street
    return made


def _person(rng: Random, n: int, as_of: date, contacts: int) -> Person:
    person = Person(number=f"{n + 1:04}")
    _named(rng, person, n)
    _housed(rng, person)
    # two in three of the first places are for those on whom something is due
    place = n // 3
    if n % 3 == 0 and place < min(len(FIRST_JOBS), contacts // 10):
        _customer(rng, person, as_of, as_of - timedelta(days=FIRST_JOBS[place]))
    elif n % 3 == 1 and place < min(len(INQUIRIES), contacts // 10):
        _prospect(rng, person, as_of, as_of - timedelta(days=INQUIRIES[place]))
    elif rng.random() < 0.6:
        _customer(rng, person, as_of, None)
    else:
        _prospect(rng, person, as_of, None)
    _asked(rng, person)
    return person


def _named(rng: Random, person: Person, n: int) -> None:
    person.first_name, person.last_name = rng.choice(FIRST), rng.choice(LAST)
    person.email = f"{person.number}.home@example.com"
    if n % 97 == 13:
        person.first_name, person.last_name = ODD[(n // 97) % len(ODD)]
    elif n % 41 == 5:
        person.first_name = ""
    if n % 53 == 29:
        person.email = ""


def _housed(rng: Random, person: Person) -> None:
    person.town = rng.choice(TOWNS)
    person.street = f"{rng.randrange(1, 180)} {rng.choice(STREETS)}"
    person.town_line = f"{person.town}, ME 04999"
    if rng.random() < 0.06:
        person.street = person.town_line = ""
    person.phone = f"207-555-01{rng.randrange(100):02}" if rng.random() < 0.85 else ""
    person.zone = rng.choices([z for z, _ in ZONES], [w for _, w in ZONES])[0]
    person.language = rng.choices(["en", "es", "de", "fr"], [96, 2, 1, 1])[0]
    if rng.random() < 0.4:
        person.birthday = date(1940, 1, 1) + timedelta(days=rng.randrange(60 * 365))


def _customer(rng: Random, person: Person, as_of: date, first: date | None) -> None:
    """Somebody who bought: a first job and, the longer ago it was, the more after it."""
    day = first or as_of - timedelta(days=int(4 * 365 * rng.random() ** 0.8) + 1)
    names, weights = list(SERVICES), [often for often, _, _ in SERVICES.values()]
    while day < as_of:
        service = rng.choices(names, weights)[0]
        _, low, high = SERVICES[service]
        cents = int(100 * (low + (high - low) * rng.random() ** 3))
        person.jobs.append((day, service, cents))
        if first is not None:
            break
        day += timedelta(days=20 + int(rng.expovariate(1 / 420)))
    began = person.jobs[0][0]
    person.inquired_on = began - timedelta(days=rng.randrange(3, 90))
    person.known_since = person.inquired_on
    person.stage = "" if rng.random() < 0.05 else Stage.ACTION.value
    spent = sum(cents for _, _, cents in person.jobs)
    trade = any(service in {"roof", "heating"} for _, service, _ in person.jobs)
    person.representative = "dana" if spent > 1_500_000 else "marcus" if trade else ""


def _prospect(rng: Random, person: Person, as_of: date, asked: date | None) -> None:
    """Somebody who asked and has not bought yet."""
    back = rng.randrange(1, 120) if rng.random() < 0.3 else rng.randrange(120, 900)
    person.inquired_on = asked or as_of - timedelta(days=back)
    person.known_since = person.inquired_on
    stages = [Stage.ATTENTION, Stage.INTEREST, Stage.CONVICTION, Stage.DESIRE]
    person.stage = rng.choices([s.value for s in stages], [40, 35, 15, 10])[0]
    if asked is None and rng.random() < 0.04:
        person.stage = ""
    person.representative = "june" if rng.random() < 0.5 else ""


def _asked(rng: Random, person: Person) -> None:
    """What they said when asked whether we may write and call; empty where nobody asked."""
    person.newsletter = rng.choices(["yes", "no", ""], [90, 6, 4])[0]
    person.may_call = rng.choices(["yes", "no", ""], [60, 25, 15])[0]
    person.may_write = rng.choices(["yes", "no", ""], [85, 5, 10])[0]


def numbered(everybody: Sequence[Person]) -> Iterator[tuple[str, Person, tuple[date, str, int]]]:
    """(invoice number, person, job) in the order of the days."""
    jobs = sorted(
        ((job, person) for person in everybody for job in person.jobs), key=lambda j: (j[0], j[1].number)
    )
    for n, (job, person) in enumerate(jobs, start=1):
        yield f"R-{n:06}", person, job
