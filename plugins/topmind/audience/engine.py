"""One session: people, facts and history as tables of one DuckDB connection, and the rules run on them.

Tables of a session; `nr` is the contact's row in `Members` and never null, nothing is later than `as_of`:
    contacts     nr stage zone language since has_address has_phone has_postal  f_FIELD…  o_CHANNEL…
    purchases    nr purchase day amount            things       nr purchase day what
    activities   nr day what                       answers      nr source step word day
    touches      nr source step occurrence channel day          touch_items  nr item
    redeemed     nr code day                       marks        nr mark
    member       segment nr  (segments that rules name)
PostgreSQL runs the same rules on tables of these names.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np
from numpy.typing import NDArray
from sqlglot import exp

from topmind.audience.predicates.compile import compile_rule
from topmind.audience.predicates.env import Env
from topmind.audience.predicates.functions import answer_word
from topmind.audience.predicates.parse import RuleError
from topmind.audience.rules import Plan, condition_of, order_segments
from topmind.audience.sources import Source
from topmind.errors import AudienceError
from topmind.model import KEEPS_FLOOR, Bools, Catalog, History

#: Up to so many different words a column is an enumeration.
FEW = 2000
_EPOCH = date(1970, 1, 1).toordinal()


class Session:
    """A connection with every table a rule may ask for. Use it as a context manager."""

    def __init__(self, source: Source, catalog: Catalog, history: History, as_of: date) -> None:
        self.spec = source.spec
        self.catalog = catalog
        self.as_of = as_of
        self.env = Env(as_of=as_of, fields=source.spec.fields, segments=frozenset(catalog.segments))
        self.con: Any = source.con.cursor()
        self._people(history)
        self._facts()
        self._history(history)
        #: Contacts by row.
        self.ids: tuple[str, ...] = tuple(
            i for (i,) in self.con.execute("SELECT contact FROM ids ORDER BY nr").fetchall()
        )

    def __enter__(self) -> Session:
        return self

    def __exit__(self, *_: object) -> None:
        self.con.close()

    # --- tables --------------------------------------------------------------------------------------

    def _people(self, history: History) -> None:
        """Number everybody in the source, and who is in the history only (vanished: without facts)."""
        touched = sorted({t.key.contact for t in history.touches})
        erased = sorted(c for c, standing in history.standing.items() if standing.erased)
        self._table("touched", {"contact": touched})
        self._table("erased", {"contact": erased})
        self.con.execute(
            "CREATE TEMP TABLE ids AS SELECT contact, CAST(row_number() OVER (ORDER BY contact) - 1 AS INTEGER) "
            "AS nr, here AND contact NOT IN (SELECT contact FROM erased) AS here FROM ("
            "SELECT contact, true AS here FROM source_contacts UNION ALL SELECT contact, false FROM touched "
            "WHERE contact NOT IN (SELECT contact FROM source_contacts))"
        )
        columns = [f"f_{name}" for name in self.spec.fields]
        columns += [f"o_{channel.value}" for channel, c in self.spec.consent.items() if c.column]
        listed = "".join(f", s.{column}" for column in columns)
        self.con.execute(
            "CREATE TEMP TABLE contacts AS SELECT ids.nr, s.stage, s.zone, s.language, "
            "CASE WHEN s.since <= CAST(? AS DATE) THEN s.since END AS since, s.address IS NOT NULL AS has_address, "
            f"s.phone IS NOT NULL AS has_phone, len(s.postal) > 0 AS has_postal{listed} "
            "FROM source_contacts s JOIN ids USING (contact) WHERE ids.here ORDER BY nr",
            [self.as_of],
        )

    def _facts(self) -> None:
        """Purchases, what was bought, activities: up to and including `as_of`."""
        until = f"DATE '{self.as_of.isoformat()}'"
        if self.spec.purchases:
            self.con.execute(
                "CREATE TEMP TABLE purchases AS SELECT ids.nr, p.purchase, p.day, p.amount FROM source_purchases p "
                f"JOIN ids USING (contact) WHERE ids.here AND p.day <= {until}"
            )
        else:
            self.con.execute(
                "CREATE TEMP TABLE purchases (nr INTEGER, purchase VARCHAR, day DATE, amount DECIMAL(18, 4))"
            )
        bought = ["purchases"] if self.spec.purchases and self.spec.purchases.items else []
        word = self._word_type(
            "thing", [f"SELECT unnest(items) FROM source_{t}" for t in (*bought, *self.spec.lines)]
        )
        parts = [
            f"SELECT ids.nr, p.purchase, p.day, CAST(unnest(p.items) AS {word}) AS what FROM source_{name} p "
            f"JOIN ids USING (contact) WHERE ids.here AND p.day <= {until}"
            for name in bought
        ]
        parts += [
            f"SELECT p.nr, p.purchase, p.day, CAST(unnest(l.items) AS {word}) AS what FROM source_{name} l "
            "JOIN purchases p USING (purchase)"
            for name in self.spec.lines
        ]
        none = "SELECT 0 AS nr, '' AS purchase, DATE '1970-01-01' AS day, '' AS what WHERE false"
        self.con.execute(f"CREATE TEMP TABLE things AS {' UNION ALL '.join(parts) or none}")
        word = self._word_type("act", [f"SELECT what FROM source_{t}" for t in self.spec.activities])
        parts = [
            f"SELECT ids.nr, a.day, CAST(a.what AS {word}) AS what FROM source_{name} a JOIN ids USING (contact) "
            f"WHERE ids.here AND a.day <= {until}"
            for name in self.spec.activities
        ]
        none = "SELECT 0 AS nr, DATE '1970-01-01' AS day, '' AS what WHERE false"
        self.con.execute(f"CREATE TEMP TABLE activities AS {' UNION ALL '.join(parts) or none}")
        self.con.execute("CREATE TEMP TABLE member (segment VARCHAR, nr INTEGER)")

    def _word_type(self, name: str, queries: Sequence[str]) -> str:
        """A type for a column of words: an enumeration where there are few, which takes a byte or two a row
        in place of sixteen."""
        if not queries:
            return "VARCHAR"
        found = self.con.execute(
            f"SELECT DISTINCT w FROM ({' UNION ALL '.join(queries)}) AS words(w) WHERE w IS NOT NULL LIMIT {FEW + 1}"
        ).fetchall()
        if not found or len(found) > FEW:
            return "VARCHAR"
        listed = ", ".join("'" + word.replace("'", "''") + "'" for word in sorted(w for (w,) in found))
        self.con.execute(f"CREATE TEMP TYPE {name} AS ENUM ({listed})")
        return name

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
        items = [(t.key.contact, item) for t in reached for item in t.items]
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
        self.con.execute(
            f"CREATE TEMP TABLE {name} AS SELECT ids.nr, {kept} FROM given_{name} g JOIN ids USING (contact) "
            "WHERE ids.here"
        )
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

    def rows(self, condition: exp.Expr) -> NDArray[np.int32]:
        """Rows of the contacts who fulfil a compiled condition, ascending."""
        sql = select_rows(condition).sql("duckdb", identify=True)
        found = self.con.execute(sql).fetchnumpy()["nr"]
        return np.sort(np.asarray(found, dtype=np.int32))

    def mask(self, rows: NDArray[np.int32]) -> Bools:
        """The same as one flag per row."""
        flags = np.zeros(len(self.ids), dtype=np.bool_)
        flags[rows] = True
        return flags

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
            condition = condition_of(self.catalog.segments[name], self.env)
            found[name] = self.rows(condition)
            if name in needed:
                self.add_member(name, found[name])
        return found

    def add_member(self, name: str, rows: NDArray[np.int32]) -> None:
        """Make a segment's members known to rules that name it."""
        self.con.register("given", {"nr": rows})
        self.con.execute("INSERT INTO member SELECT ?, nr FROM given", [name])
        self.con.unregister("given")


def select_rows(condition: exp.Expr) -> exp.Select:
    """`SELECT nr FROM contacts AS c WHERE …`: the form of every rule, on any engine."""
    contacts = exp.alias_(exp.to_table("contacts"), "c", table=True)
    return exp.select(exp.column("nr", "c", quoted=True)).from_(contacts).where(condition)
