"""One session: people, facts and history as tables of one DuckDB connection, and the rules run on them.

Tables of a session; `nr` is the contact's place in the source (`places` gives its row in `Members`) and never
null, nothing is later than `as_of`:
    contacts     nr stage zone language since has_address has_phone has_postal  f_FIELD…  o_CHANNEL…
    purchases    nr purchase day amount            things       nr purchase day what
    activities   nr day what                       answers      nr source step word day
    touches      nr source step occurrence channel day          touch_items  nr item
    redeemed     nr code day                       marks        nr mark
    stage_moves  nr way day  (forward, back)
    member       segment nr  (segments that rules name)
Where the source says so, rules run in PostgreSQL on tables of these names (`postgres_rules`); all else stays here.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Sequence
from datetime import date
from functools import cached_property
from heapq import merge
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np
from numpy.typing import NDArray
from sqlglot import exp

from topmind.audience.postgres_rules import PostgresRules
from topmind.audience.predicates.compile import compile_rule
from topmind.audience.predicates.env import Env
from topmind.audience.predicates.functions import answer_word
from topmind.audience.predicates.parse import RuleError
from topmind.audience.rules import Plan, condition_of, order_segments
from topmind.audience.sources import Source
from topmind.errors import AudienceError
from topmind.model import KEEPS_FLOOR, Bools, Catalog, History

#: Ids read at a time.
_SOME = 10_000
_EPOCH = date(1970, 1, 1).toordinal()


class Session:
    """A connection with every table a rule may ask for. Use it as a context manager."""

    def __init__(self, source: Source, catalog: Catalog, history: History, as_of: date) -> None:
        self.spec = source.spec
        self.catalog = catalog
        self.as_of = as_of
        self.env = Env(as_of=as_of, fields=source.spec.fields, segments=frozenset(catalog.segments))
        self.con: Any = source.con.cursor()
        #: Where rules run, if not here.
        self._rules = PostgresRules(source.rules_at, self.con) if source.rules_at else None
        #: Ids of who is in the history only: vanished, without facts, ascending.
        self.vanished: tuple[str, ...] = ()
        self._people(history)
        self._facts()
        self._history(history)

    def __enter__(self) -> Session:
        return self

    def __exit__(self, *_: object) -> None:
        if self._rules is not None:
            self._rules.close()
        self.con.close()

    # --- who stands where ----------------------------------------------------------------------------

    @cached_property
    def ids(self) -> tuple[str, ...]:
        """Contacts by row, in the order of their ids; read when first asked for (60 MB a million)."""
        asked = self.con.cursor().execute("SELECT contact FROM source_contacts ORDER BY nr")
        here: list[str] = []
        while some := asked.fetchmany(_SOME):
            here += [contact for (contact,) in some]
        return tuple(merge(here, self.vanished))

    @cached_property
    def places(self) -> NDArray[np.int32]:
        """Row by `nr`: a vanished contact has a row among the others, and no `nr`."""
        if not self.vanished:
            return np.arange(self.size, dtype=np.int32)
        rows = [bisect_left(self.ids, contact) for contact in self.vanished]
        return np.delete(np.arange(self.size, dtype=np.int32), rows)

    # --- tables --------------------------------------------------------------------------------------

    def _people(self, history: History) -> None:
        """Everybody in the source who is neither erased nor merged into another; who is in the history only is `vanished`."""
        touched = sorted({t.key.contact for t in history.touches})
        if touched:
            self._table("touched", {"contact": touched})
            query = "SELECT contact FROM touched WHERE contact NOT IN (SELECT contact FROM source_contacts)"
            self.vanished = tuple(sorted(contact for (contact,) in self.con.execute(query).fetchall()))
        ((sourced,),) = self.con.execute("SELECT count(*) FROM source_contacts").fetchall()
        #: Contacts with a row.
        self.size: int = sourced + len(self.vanished)
        erased = sorted(c for c, standing in history.standing.items() if standing.erased or standing.merged)
        if erased:
            self._table("erased_ids", {"contact": erased})
            self.con.execute(
                "CREATE TEMP TABLE erased AS SELECT nr FROM source_contacts JOIN erased_ids USING (contact)"
            )
        #: Condition of a row with `nr` that it belongs to somebody who is here.
        self._here = "nr NOT IN (SELECT nr FROM erased)" if erased else "true"
        stage = "stage"
        if history.said_stages:
            said = history.said_stages
            self._table("said_ids", {"contact": list(said), "said": list(said.values())})
            self.con.execute(
                "CREATE TEMP TABLE said AS SELECT nr, said FROM source_contacts JOIN said_ids USING (contact)"
            )
            stage = "coalesce((SELECT s.said FROM said s WHERE s.nr = source_contacts.nr), stage) AS stage"
        columns = [f"f_{name}" for name in self.spec.fields]
        columns += [f"o_{channel.value}" for channel, c in self.spec.consent.items() if c.column]
        listed = "".join(f", {column}" for column in columns)
        self.con.execute(
            f"CREATE TEMP VIEW contacts AS SELECT nr, {stage}, zone, language, "
            f"CASE WHEN since <= {self._today} THEN since END AS since, address IS NOT NULL AS has_address, "
            f"phone IS NOT NULL AS has_phone, len(postal) > 0 AS has_postal{listed} "
            f"FROM source_contacts WHERE {self._here}"
        )

    def _facts(self) -> None:
        """Purchases, what was bought, activities: up to and including `as_of`, straight from their files."""
        for name in ("purchases", "things", "activities"):
            self.con.execute(
                f"CREATE TEMP VIEW {name} AS SELECT * FROM nr_{name} WHERE day <= {self._today} AND {self._here}"
            )
        self.con.execute("CREATE TEMP TABLE member (segment VARCHAR, nr INTEGER)")

    @property
    def _today(self) -> str:
        return f"DATE '{self.as_of.isoformat()}'"

    def _history(self, history: History) -> None:
        """Touches that reached somebody, answers, marks: as columns, not row by row."""
        reached = [
            t for t in history.touches if t.state in KEEPS_FLOOR and not t.bounced and t.day <= self.as_of
        ]
        self._facts_of(
            "touches",
            {
                "contact": [t.key.contact for t in reached],
                "source": [t.key.source for t in reached],
                "step": [t.key.step for t in reached],
                "occurrence": [t.key.occurrence for t in reached],
                "channel": [t.key.channel.value for t in reached],
            },
            days=[t.day for t in reached],
        )
        items = [(t.key.contact, item) for t in reached for item in (*t.items, *t.shown)]
        self._facts_of("touch_items", {"contact": [c for c, _ in items], "item": [i for _, i in items]})
        zone = ZoneInfo(self.catalog.company.zone)
        answers = [(a, a.at.astimezone(zone).date()) for a in history.answers]
        answers = [(a, day) for a, day in answers if day <= self.as_of]
        self._facts_of(
            "answers",
            {
                "contact": [a.contact for a, _ in answers],
                "source": [a.source for a, _ in answers],
                "step": [a.step for a, _ in answers],
                "word": [answer_word(a.value) for a, _ in answers],
            },
            days=[day for _, day in answers],
        )
        used = [one for one in history.redeemed if one[2] <= self.as_of]
        self._facts_of(
            "redeemed",
            {"contact": [contact for contact, _, _ in used], "code": [code.upper() for _, code, _ in used]},
            days=[day for _, _, day in used],
        )
        moves = [(one, one.at.astimezone(zone).date()) for one in history.stage_moves]
        moves = [(one, day) for one, day in moves if day <= self.as_of]
        self._facts_of(
            "stage_moves",
            {
                "contact": [one.contact for one, _ in moves],
                "way": ["back" if one.back else "forward" for one, _ in moves],
            },
            days=[day for _, day in moves],
        )
        marks = [(c, mark) for c, s in sorted(history.standing.items()) for mark in sorted(s.marks)]
        self._facts_of("marks", {"contact": [c for c, _ in marks], "mark": [m for _, m in marks]})

    def _facts_of(
        self, name: str, columns: dict[str, Sequence[str | None]], days: Sequence[date] | None = None
    ) -> None:
        """A table of facts by contact: rows of people who are here, with `nr` in place of the contact."""
        self._table(f"given_{name}", columns, days)
        kept = ", ".join(
            [*(f"g.{c}" for c in columns if c != "contact"), *(["g.day"] if days is not None else [])]
        )
        rows = f"given_{name} g JOIN source_contacts c USING (contact)"
        if not columns["contact"]:
            rows = f"(SELECT 0 AS nr) c, given_{name} g"
        self.con.execute(f"CREATE TEMP TABLE {name} AS SELECT c.nr, {kept} FROM {rows} WHERE {self._here}")
        self.con.execute(f"DROP TABLE given_{name}")

    def _table(
        self, name: str, columns: dict[str, Sequence[str | None]], days: Sequence[date] | None = None
    ) -> None:
        """A temp table from columns of text, and of dates (DuckDB takes no numpy dates: days since 1970)."""
        arrays: dict[str, NDArray[Any]] = {}
        for column, values in columns.items():
            arrays[column] = np.empty(len(values), dtype=object)
            arrays[column][:] = values
        if days is not None:
            arrays["day"] = np.array([d.toordinal() - _EPOCH for d in days], dtype=np.int32)
        picked = [f"CAST({c} AS VARCHAR) AS {c}" for c in columns]
        picked += ["DATE '1970-01-01' + day AS day"] if days is not None else []
        self.con.register("given", arrays)
        self.con.execute(f"CREATE TEMP TABLE {name} AS SELECT {', '.join(picked)} FROM given")
        self.con.unregister("given")

    # --- rules ---------------------------------------------------------------------------------------

    def numbers(self, condition: exp.Expr) -> NDArray[np.int32]:
        """`nr` of the contacts who fulfil a compiled condition, ascending."""
        if self._rules is not None:
            return self._rules.numbers(select_rows(condition))
        sql = select_rows(condition).sql("duckdb", identify=True)
        return np.sort(np.asarray(self.con.execute(sql).fetchnumpy()["nr"], dtype=np.int32))

    def rows(self, condition: exp.Expr) -> NDArray[np.int32]:
        """Rows of the contacts who fulfil a compiled condition, ascending."""
        return self.places[self.numbers(condition)]

    def mask(self, rows: NDArray[np.int32]) -> Bools:
        """The same as one flag per row."""
        flags = np.zeros(self.size, dtype=np.bool_)
        flags[rows] = True
        return flags

    def asked(self, query: str, values: Sequence[object] = ()) -> Bools:
        """One flag per row from a query that gives `nr`."""
        found = self.con.execute(query, list(values)).fetchnumpy()["nr"]
        return self.mask(self.places[np.asarray(found, dtype=np.int32)])

    def holds(self, text: str, where: str) -> Bools:
        """Who fulfils one rule. Raises AudienceError naming the place."""
        try:
            return self.mask(self.rows(compile_rule(text, self.env)))
        except RuleError as error:
            raise AudienceError(error.says, where=where, fix=error.fix) from None

    def members(self, named: Iterable[str] = ()) -> dict[str, NDArray[np.int32]]:
        """Rows of every segment, in the order of need; those that rules name are kept as `member`."""
        plan: Plan = order_segments(self.catalog.segments)
        needed = {*plan.named, *named}
        found = {}
        for name in plan.order:
            numbers = self.numbers(condition_of(self.catalog.segments[name], self.env))
            found[name] = self.places[numbers]
            if name in needed:
                self._add_member(name, numbers)
        return found

    def _add_member(self, name: str, numbers: NDArray[np.int32]) -> None:
        """Make a segment's members known to rules that name it."""
        self.con.register("given", {"nr": numbers})
        self.con.execute("INSERT INTO member SELECT ?, nr FROM given", [name])
        self.con.unregister("given")
        if self._rules is not None:
            self._rules.add_member(name, numbers)


def select_rows(condition: exp.Expr) -> exp.Select:
    """`SELECT nr FROM contacts AS c WHERE …`: the form of every rule, on any engine."""
    contacts = exp.alias_(exp.to_table("contacts"), "c", table=True)
    return exp.select(exp.column("nr", "c", quoted=True)).from_(contacts).where(condition)
