"""One answer for the plan: all contacts as columns, all segments, conditions and dated facts of a run."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any

import numpy as np
from numpy.typing import NDArray

from topmind.audience.engine import Session
from topmind.audience.names import words_asked
from topmind.audience.positions import IN, NONE, OUT, Standings, facts, standings
from topmind.audience.predicates.dates import DateFact, compile_date
from topmind.audience.predicates.parse import RuleError
from topmind.audience.rules import date_texts, texts
from topmind.audience.sources import Source
from topmind.errors import AudienceError
from topmind.model import Bools, Catalog, Channel, FactDate, History, Members, Stage, Standing


def members(source: Source, catalog: Catalog, history: History, as_of: date) -> Members:
    """Everybody as of a company day, with facts up to that day.

    Who vanished from the source or was erased stands there as an inactive row. Raises AudienceError where a
    rule cannot be read (`check` says so before).
    """
    with Session(source, catalog, history, as_of) as session:
        return _Assembly(session, history).members()


class _Assembly:
    """Columns of one session, by row."""

    def __init__(self, session: Session, history: History) -> None:
        self.session, self.history = session, history
        self.catalog, self.spec = session.catalog, session.spec
        self.ids = session.ids
        self.here = np.zeros(len(self.ids), dtype=np.bool_)
        #: Rows of the session's contacts, ascending; every column is fetched in this order.
        self.rows: NDArray[np.int32] = session.places[self._fetch("nr").astype(np.int32)]
        self.here[self.rows] = True
        self.standing = self._standing()

    def members(self) -> Members:
        """Put the columns together."""
        dated = date_texts(self.catalog.sequences)
        compiled = {text: self._compiled(text, where) for text, where in dated.items()}
        found = self.session.members(named=self._named_in_rules())
        names = tuple(sorted(found))
        inside = np.zeros((len(self.ids), len(names)), dtype=np.bool_)
        for column, name in enumerate(names):
            inside[found[name], column] = True
        inbox, company = self._inbox(), self.catalog.company
        zones, zone = self._coded("zone", company.zone)
        languages, language = self._coded("language", company.language)
        senders, sender = self._senders()
        stage = self._stages()
        stood = self._stood({fact.watch.what for fact in compiled.values() if fact.watch}, found, stage)
        return Members(
            as_of=self.session.as_of,
            ids=self.ids,
            segments=names,
            in_segment=inside,
            active=self.here,
            stage=stage,
            client=self._clients(found),
            zones=zones,
            zone=zone,
            senders=senders,
            sender=sender,
            languages=languages,
            language=language,
            consent=self._consent(inbox),
            reach=self._reach(),
            suppressed=self._of_inbox(self._flag(lambda s: bool(s.suppressed)), inbox),
            paused_until=self._paused(),
            since=self._since(),
            off_topic=self._off_topics(),
            inbox=inbox,
            fields={name: self._values(f"f_{name}", spec.type) for name, spec in self.spec.fields.items()},
            dates={text: self._dates(fact, stood) for text, fact in compiled.items()},
            holds={
                text: self.session.holds(text, where)
                for text, where in texts(self.catalog.sequences, self.catalog.items.values()).items()
            },
            basis={channel: consent.words for channel, consent in self.spec.consent.items()},
            opt_in=frozenset(
                name for name, consent in self.spec.consent.items() if consent.basis == "column"
            ),
            moved=stood.moved,
            watched=stood.watched,
            words=words_asked(self.session, self.catalog, dated),
        )

    # --- columns of the source -----------------------------------------------------------------------

    def _fetch(self, expression: str) -> NDArray[Any]:
        """One column of contacts in the order of their rows; null is a masked value."""
        query = f"SELECT {expression} AS value FROM contacts ORDER BY nr"
        return np.ma.asarray(self.session.con.execute(query).fetchnumpy()["value"])

    def _flags(self, expression: str) -> Bools:
        """A condition of contacts as one flag per row; unknown is no."""
        flags = np.zeros(len(self.ids), dtype=np.bool_)
        flags[self.rows] = self._fetch(f"coalesce({expression}, false)")
        return flags

    def _codes(self, expression: str, words: Sequence[str], empty: int, kind: type) -> NDArray[Any]:
        """Index of a column's value in `words`; `empty` where it is none of them."""
        codes: NDArray[Any] = np.full(len(self.ids), empty, dtype=kind)
        listed = ", ".join("'" + w.replace("'", "''") + "'" for w in words)
        place = f"CAST(coalesce(list_position([{listed}]::VARCHAR[], {expression}), 0) AS INTEGER)"
        found = np.asarray(self._fetch(place)).astype(np.int64) - 1
        codes[self.rows] = np.where(found < 0, empty, found)
        return codes

    def _coded(self, column: str, default: str) -> tuple[tuple[str, ...], NDArray[np.int16]]:
        """(words, codes) of a column with a default, which comes first."""
        query = f"SELECT DISTINCT {column} FROM contacts WHERE {column} IS NOT NULL ORDER BY 1"
        used = [word for (word,) in self.session.con.execute(query).fetchall()]
        words = (default, *(w for w in used if w != default))
        return words, self._codes(column, words, 0, np.int16)

    def _stages(self) -> NDArray[np.int8]:
        return self._codes("stage", [s.value for s in Stage], -1, np.int8)

    def _senders(self) -> tuple[tuple[str, ...], NDArray[np.int16]]:
        """Team ids, and each contact's by the value of `sender_field`."""
        team = sorted(self.catalog.team)
        field = self.spec.sender_field
        if field is None:
            return tuple(team), np.full(len(self.ids), -1, dtype=np.int16)
        values = [self.catalog.team[t].source_id or t for t in team]
        column = f"CAST(f_{field} AS VARCHAR)"
        if self.spec.fields[field].type == "number":
            column = f"regexp_replace({column}, '[.]0+$', '')"
        return tuple(team), self._codes(column, values, -1, np.int16)

    def _inbox(self) -> NDArray[np.int32]:
        inbox = np.full(len(self.ids), -1, dtype=np.int32)
        rank = (
            "CASE WHEN address IS NULL THEN -1 ELSE dense_rank() OVER (ORDER BY address NULLS LAST) - 1 END"
        )
        rows = "source_contacts SEMI JOIN contacts USING (nr) ORDER BY nr"
        query = f"SELECT CAST({rank} AS INTEGER) AS value FROM {rows}"
        inbox[self.rows] = self.session.con.execute(query).fetchnumpy()["value"]
        return inbox

    def _values(self, column: str, kind: str) -> tuple[object, ...]:
        """A declared field as Python values for merge; a whole number has no decimals."""
        values: list[object] = [None] * len(self.ids)
        query = f"SELECT {column} FROM contacts ORDER BY nr"
        for row, (value,) in zip(self.rows.tolist(), self.session.con.execute(query).fetchall(), strict=True):
            values[row] = _number(value) if kind == "number" and value is not None else value
        return tuple(values)

    # --- consent and standing ------------------------------------------------------------------------

    def _consent(self, inbox: NDArray[np.int32]) -> Mapping[Channel, Bools]:
        """Basis and no opt-out: per channel what the source says, and for mail what the ledger says, which wins."""
        out = self._of_inbox(self._flag(lambda s: s.opted_out), inbox)
        found = {channel: self._basis(channel) for channel in Channel}
        found[Channel.EMAIL] = found[Channel.EMAIL] & ~out
        return found

    def _basis(self, channel: Channel) -> Bools:
        said = self.spec.consent.get(channel)
        if said is None or said.basis == "none":
            return np.zeros(len(self.ids), dtype=np.bool_)
        if said.basis == "column":
            return self._flags(f"o_{channel.value}")
        query = "SELECT DISTINCT nr FROM purchases WHERE day >= CAST(? AS DATE)"
        return self.session.asked(query, [said.since])

    def _reach(self) -> Mapping[Channel, Bools]:
        """A usable address for mail, a number for calls, a postal address for what somebody carries there."""
        postal = self._flags("has_postal")
        return {
            Channel.EMAIL: self._flags("has_address"),
            Channel.CALL: self._flags("has_phone"),
            Channel.LETTER: postal,
            Channel.VISIT: postal,
            Channel.PARCEL: postal,
        }

    def _standing(self) -> dict[int, Standing]:
        """What the ledger knows of people, by row."""
        found = {}
        for contact, standing in self.history.standing.items():
            row = bisect_left(self.ids, contact)
            if row < len(self.ids) and self.ids[row] == contact:
                found[row] = standing
        return found

    def _flag(self, asks: Any) -> Bools:
        flags = np.zeros(len(self.ids), dtype=np.bool_)
        flags[[row for row, standing in self.standing.items() if asks(standing)]] = True
        return flags

    def _of_inbox(self, flags: Bools, inbox: NDArray[np.int32]) -> Bools:
        """What holds for one contact of an inbox holds for the inbox: a no to mail is said by its reader."""
        hit = np.unique(inbox[flags & (inbox >= 0)])
        return flags | ((inbox >= 0) & np.isin(inbox, hit))

    def _paused(self) -> NDArray[np.int32]:
        days = np.zeros(len(self.ids), dtype=np.int32)
        for row, standing in self.standing.items():
            days[row] = standing.paused_until.toordinal() if standing.paused_until else 0
        return days

    def _since(self) -> NDArray[np.int32]:
        """What the contacts' own column says, else their earliest deed."""
        deeds = "SELECT nr, day FROM purchases UNION ALL SELECT nr, day FROM activities"
        days = "CAST(date_diff('day', DATE '0001-01-01', coalesce(c.since, d.day)) + 1 AS INTEGER)"
        query = (
            f"SELECT coalesce({days}, 0) AS value FROM contacts c LEFT JOIN "
            f"(SELECT nr, min(day) AS day FROM ({deeds}) GROUP BY nr) d USING (nr) ORDER BY c.nr"
        )
        since = np.zeros(len(self.ids), dtype=np.int32)
        since[self.rows] = self.session.con.execute(query).fetchnumpy()["value"]
        return since

    def _off_topics(self) -> Mapping[str, Bools]:
        said = {topic for standing in self.standing.values() for topic in standing.off_topics}
        topics = sorted(said | set(self.catalog.company.topics))
        return {topic: self._flag(lambda s, topic=topic: topic in s.off_topics) for topic in topics}

    # --- facts and rules -----------------------------------------------------------------------------

    def _clients(self, found: Mapping[str, NDArray[np.int32]]) -> Bools:
        """Who bought, or who is in the segment that `clients:` of the company names."""
        name = self.catalog.company.clients
        if name is None:
            query = "SELECT DISTINCT nr FROM purchases"
            return self.session.asked(query)
        if name not in found:
            raise AudienceError(f"clients: there is no segment '{name}'.", where=self.catalog.company.path)
        return self.session.mask(found[name])

    def _named_in_rules(self) -> set[str]:
        """Segments that conditions of sequences and items name."""
        from topmind.audience.predicates.parse import parse_rule, segments_named

        named: set[str] = set()
        for text in texts(self.catalog.sequences, self.catalog.items.values()):
            try:
                named.update(segments_named(parse_rule(text)))
            except RuleError:
                continue
        return named

    def _compiled(self, text: str, where: str) -> DateFact:
        try:
            return compile_date(text, self.session.env)
        except RuleError as error:
            raise AudienceError(error.says, where=where, fix=error.fix) from None

    def _stood(
        self, asked: set[str], found: Mapping[str, NDArray[np.int32]], stage: NDArray[np.int8]
    ) -> Standings:
        """Where everybody who is here stands, of what sequences ask for, against the ledger's memory."""
        words = np.array([*(s.value for s in Stage), NONE])
        values: dict[str, NDArray[np.str_]] = {}
        for what in asked:
            if what == "stage":
                values[what] = words[stage[self.rows]]
            else:
                inside = self.session.mask(found[what.removeprefix("segment:")])
                values[what] = np.where(inside[self.rows], IN, OUT)
        return standings(
            self.catalog, self.spec, self.history, self.session.as_of, values, self.ids, self.rows
        )

    def _dates(self, fact: DateFact, stood: Standings) -> tuple[FactDate, ...]:
        """Dated facts of one expression, ordered by contact, day and fact."""
        run, places = self.session.con.execute, self.session.places.tolist()
        if fact.watch:
            since = run("SELECT nr, since FROM contacts WHERE since IS NOT NULL").fetchall()
            known = {places[nr]: day for nr, day in since}
            return facts(fact.watch, stood, known if fact.since else {})
        assert fact.query is not None
        rows = run(fact.query.sql("duckdb", identify=True)).fetchall()
        dated = [FactDate(contact=places[nr], day=day, fact=own or day.isoformat()) for nr, day, own in rows]
        return tuple(sorted(dated, key=lambda f: (f.contact, f.day, f.fact)))


def _number(value: Decimal) -> Decimal:
    """3.000000 is 3."""
    plain = value.normalize()
    return plain.quantize(Decimal(1)) if plain == plain.to_integral_value() else plain
