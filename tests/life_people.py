"""Who the people of the three years are, as the business's exports have them, and the same as columns for a plan.

The columns are written down here without DuckDB, so that a tick costs milliseconds; now and then a tick reads the
exports for good, and both must say the same.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, fields
from datetime import date, timedelta
from operator import attrgetter
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np
from numpy.typing import NDArray

from life_export import HOME, Person, write_table
from topmind.audience.positions import Standings, facts, standings
from topmind.audience.predicates.dates import Watch
from topmind.audience.spec import AudienceSpec
from topmind.model import (
    KEEPS_FLOOR,
    Bools,
    Catalog,
    Channel,
    FactDate,
    History,
    Members,
    PersonRecord,
    Stage,
    Standing,
)

ZONES = (HOME, "America/Los_Angeles", "America/Sao_Paulo", "Pacific/Auckland")
#: Only ticks of the morning come by day there.
FAR = "Europe/London"
STAGES = tuple(stage.value for stage in Stage)
SEGMENTS = ("customers", "lapsed", "prospects", "seldom", "warm")
_NOTHING = Standing()
WATCHES = {
    "leaves: warm": Watch(kind="leaves", what="segment:warm"),
    "enters: lapsed": Watch(kind="enters", what="segment:lapsed"),
    "moves: back": Watch(kind="moves", what="stage", to="back"),
}


@dataclass(slots=True)
class Town:
    """Everybody, and what they bought."""

    folder: Path
    people: dict[str, Person] = field(default_factory=dict)
    #: (contact, day); the invoice's number is the place.
    purchases: list[tuple[str, date]] = field(default_factory=list)
    #: Vanished from the export; some come back.
    gone: dict[str, Person] = field(default_factory=dict)

    def readers(self, address: str) -> list[str]:
        """Everybody who reads this inbox."""
        return [p.id for p in self.people.values() if p.email == address]

    def mates(self, who: str) -> list[str]:
        """Whoever else reads the same inbox."""
        address = self.people[who].email
        return [other for other in self.readers(address) if other != who] if address else []

    def write(self) -> None:
        """Both exports, whole."""
        self.folder.mkdir(parents=True, exist_ok=True)
        names = [f.name for f in fields(Person)]
        write_table(self.folder / "contacts.csv", names, map(attrgetter(*names), self.people.values()))
        sold = ((f"I{n:04}", who, str(day), "250.00") for n, (who, day) in enumerate(self.purchases))
        write_table(self.folder / "purchases.csv", ["id", "contact", "day", "amount"], sold)

    def records(self) -> tuple[PersonRecord, ...]:
        """What the ledger takes in of them."""
        return tuple(
            PersonRecord(
                contact=p.id,
                address=p.email,
                name=p.first_name,
                phone=p.phone,
                postal=(p.street,) if p.street else (),
                opt_in={Channel.EMAIL: p.newsletter == "yes", Channel.CALL: p.may_call == "yes"},
                stage=p.stage,
            )
            for p in sorted(self.people.values(), key=lambda p: p.id)
        )

    def bought(self, as_of: date) -> Mapping[str, list[date]]:
        """Contact → days of their purchases, in order."""
        found: dict[str, list[date]] = {}
        for who, day in sorted(self.purchases, key=lambda one: one[1]):
            if day <= as_of:
                found.setdefault(who, []).append(day)
        return found

    def inside(self, p: Person, bought: list[date], as_of: date) -> frozenset[str]:
        """The rules of `segments/`, said once more."""
        found = {"customers" if bought else "prospects"}
        if bought and bought[-1] < as_of - timedelta(days=400):
            found.add("lapsed")
        if p.wish == "seldom":
            found.add("seldom")
        if p.stage in {"desire", "action"}:
            found.add("warm")
        return frozenset(found)

    def members(self, catalog: Catalog, spec: AudienceSpec, history: History, as_of: date) -> Members:
        """What `audience.members` reads from the exports."""
        return _Columns(self, catalog, spec, history, as_of).members()


class _Columns:
    """One answer; row i is the i-th id, whoever vanished from the export included."""

    def __init__(
        self, town: Town, catalog: Catalog, spec: AudienceSpec, history: History, as_of: date
    ) -> None:
        self.town, self.catalog, self.spec, self.history, self.as_of = town, catalog, spec, history, as_of
        self.ids = tuple(sorted({*town.people, *(t.key.contact for t in history.touches)}))
        self.row = {contact: row for row, contact in enumerate(self.ids)}
        #: None: vanished.
        self.people = [town.people.get(contact) for contact in self.ids]
        self.bought = town.bought(as_of)
        self.standing = [history.standing.get(contact, _NOTHING) for contact in self.ids]

    def members(self) -> Members:
        inside = np.zeros((len(self.ids), len(SEGMENTS)), dtype=np.bool_)
        for row, person in enumerate(self.people):
            if person is not None:
                mine = self.town.inside(person, self.bought.get(person.id, []), self.as_of)
                inside[row] = [name in mine for name in SEGMENTS]
        stage = self._each(lambda p: STAGES.index(p.stage), np.int8, -1)
        inbox = self._inboxes()
        zones = (HOME, *sorted({p.zone for p in self.people if p is not None} - {HOME}))
        team = tuple(sorted(self.catalog.team))
        consent = dict.fromkeys(Channel, np.zeros(len(self.ids), dtype=np.bool_))
        consent[Channel.CALL] = self._which(lambda p: p.may_call == "yes")
        left = self._of_inbox([s.opted_out for s in self.standing], inbox)
        consent[Channel.EMAIL] = self._which(lambda p: p.newsletter == "yes") & ~left
        stood = self._stood(inside, stage)
        return Members(
            as_of=self.as_of,
            ids=self.ids,
            segments=SEGMENTS,
            in_segment=inside,
            active=self._which(lambda _: True),
            stage=stage,
            client=self._which(lambda p: p.id in self.bought),
            zones=zones,
            zone=self._each(lambda p: zones.index(p.zone), np.int16, 0),
            senders=team,
            sender=self._each(lambda p: team.index(p.rep) if p.rep else -1, np.int16, -1),
            languages=("en",),
            language=np.zeros(len(self.ids), dtype=np.int16),
            consent=consent,
            reach={
                Channel.EMAIL: self._which(lambda p: bool(p.email)),
                Channel.CALL: self._which(lambda p: bool(p.phone)),
                **dict.fromkeys(
                    (Channel.LETTER, Channel.VISIT, Channel.PARCEL), self._which(lambda p: bool(p.street))
                ),
            },
            suppressed=self._of_inbox([bool(s.suppressed) for s in self.standing], inbox),
            paused_until=np.array(
                [s.paused_until.toordinal() if s.paused_until else 0 for s in self.standing], dtype=np.int32
            ),
            since=self._each(
                lambda p: next((d.toordinal() for d in self.bought.get(p.id, ())), 0), np.int32, 0
            ),
            off_topic={"seasons": np.array(["seasons" in s.off_topics for s in self.standing], np.bool_)},
            inbox=inbox,
            fields=self._fields(),
            dates=self._dates(stood),
            holds={text: self._holds(text) for text in self._texts()},
            opt_in=frozenset({Channel.EMAIL, Channel.CALL}),
            moved=stood.moved,
            watched=stood.watched,
        )

    def _each(self, value: Any, kind: type, empty: int) -> NDArray[Any]:
        return np.array([empty if p is None else value(p) for p in self.people], dtype=kind)

    def _which(self, asks: Any) -> Bools:
        return self._each(asks, np.bool_, 0)

    def _inboxes(self) -> NDArray[np.int32]:
        number = {mail: n for n, mail in enumerate(sorted({p.email for p in self.people if p and p.email}))}
        return self._each(lambda p: number.get(p.email, -1), np.int32, -1)

    def _of_inbox(self, flags: list[bool], inbox: NDArray[np.int32]) -> Bools:
        own = np.array(flags, dtype=np.bool_)
        return own | ((inbox >= 0) & np.isin(inbox, inbox[own & (inbox >= 0)]))

    def _fields(self) -> Mapping[str, tuple[object, ...]]:
        names, days = ("first_name", "rep", "wish"), ("asked_on", "birthday", "service_until")
        return {
            **{n: tuple(p and (getattr(p, n) or None) for p in self.people) for n in names},
            **{n: tuple(p and _day(getattr(p, n)) for p in self.people) for n in days},
        }

    def _stood(self, inside: Bools, stage: NDArray[np.int8]) -> Standings:
        rows = np.array([row for row, p in enumerate(self.people) if p is not None], dtype=np.int32)
        words = np.array([*STAGES, "none"])
        values = {"stage": words[stage[rows]]}
        for name in ("warm", "lapsed"):
            values[f"segment:{name}"] = np.where(inside[rows, SEGMENTS.index(name)], "in", "out")
        return standings(self.catalog, self.spec, self.history, self.as_of, values, self.ids, rows)

    def _dates(self, stood: Standings) -> Mapping[str, tuple[FactDate, ...]]:
        found = {
            text: [FactDate(contact=row, day=day, fact=day.isoformat()) for row, day in self._days(text)]
            for text in ("asked_on", "birthday", "service_until")
        }
        first: dict[int, FactDate] = {}
        for number, (who, day) in sorted(enumerate(self.town.purchases), key=lambda one: (one[1][1], one[0])):
            if day <= self.as_of and who in self.town.people:
                row = self.row[who]
                first.setdefault(row, FactDate(contact=row, day=day, fact=f"I{number:04}"))
        found["first_purchase()"] = list(first.values())
        for text in self._date_texts():
            if text.startswith("answered("):
                _, asked, _, word, _ = text.split("'")
                found[text] = list(self._answers(asked, word))
        ordered = {
            text: tuple(sorted(some, key=lambda f: (f.contact, f.day, f.fact)))
            for text, some in found.items()
        }
        return ordered | {text: facts(watch, stood, {}) for text, watch in WATCHES.items()}

    def _days(self, name: str) -> Iterator[tuple[int, date]]:
        for row, person in enumerate(self.people):
            day = _day(getattr(person, name)) if person else None
            if day is not None:
                yield row, day

    def _date_texts(self) -> set[str]:
        return {
            step.starts_from or s.starts_from for s in self.catalog.sequences.values() for step in s.steps
        }

    def _answers(self, asked: str, word: str) -> Iterator[FactDate]:
        """Of a step, of `sequence/step`, or of a whole sequence; of several on a day one."""
        days = {
            (self.row[one.contact], one.at.astimezone(ZoneInfo(HOME)).date())
            for one in self.history.answers
            if asked in {one.step, one.source, f"{one.source}/{one.step}"}
            and one.value.replace("-", " ") == word
            and one.contact in self.town.people
        }
        for row, day in days:
            if day <= self.as_of:
                yield FactDate(contact=row, day=day, fact=day.isoformat())

    def _texts(self) -> set[str]:
        catalog = self.catalog
        texts = {i.stop_when for i in catalog.items.values()} | {
            s.stop_when for s in catalog.sequences.values()
        }
        texts |= {send.only_if for item in catalog.items.values() for send in item.sends}
        return {text for text in texts if text}

    def _holds(self, text: str) -> Bools:
        """`purchases() > 0`, `last_purchase() >= 'DAY'`, `got('SOURCE/OCCURRENCE')`."""
        if text == "purchases() > 0":
            return self._which(lambda p: p.id in self.bought)
        said = text.split("'")[1]
        if text.startswith("last_purchase()"):
            since = date.fromisoformat(said)
            return self._which(lambda p: p.id in self.bought and self.bought[p.id][-1] >= since)
        source, _, occurrence = said.rpartition("/")
        names = {occurrence}
        if len(occurrence) == len(
            "2027-02-23"
        ):  # a day whose cadence was edited: the week or month it lies in
            names |= {f"{date.fromisoformat(occurrence):%G-W%V}", occurrence[:7]}
        got = {
            t.key.contact
            for t in self.history.touches
            if t.key.source == source
            and t.key.occurrence in names
            and t.state in KEEPS_FLOOR
            and not t.bounced
            and t.day <= self.as_of
        }
        return self._which(lambda p: p.id in got)


def _day(text: str) -> date | None:
    return date.fromisoformat(text) if text else None
