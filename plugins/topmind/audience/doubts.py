"""What is odd about typed contacts (temp table `typed`): told by ids of the source, never by a person's value."""

from __future__ import annotations

import re
from typing import Any
from zoneinfo import available_timezones

import numpy as np

from topmind.audience import columns as sql
from topmind.audience.cache import Finding
from topmind.audience.schema import Contacts
from topmind.audience.spec import AudienceSpec
from topmind.audience.staging import Unusable
from topmind.errors import TopmindError
from topmind.links import normalise_address

#: Ids named in one finding.
NAMED = 5


def ids_are_no_addresses(con: Any, table: Contacts) -> None:
    """Ids stand in links, messages and reports, where no address may. Raises Unusable."""
    ((count,),) = con.execute("SELECT count(*) FROM typed WHERE contains(contact, '@')").fetchall()
    if count:
        raise Unusable(
            f'the id column "{table.id}" holds addresses ({count} rows): an id stays when an address changes, '
            "and stands where no address may."
        )


def odd_contacts(con: Any, spec: AudienceSpec, table: Contacts) -> list[Finding]:
    """Everything odd about the contacts; mends addresses and zones on the way."""
    return [*_bad_values(con, spec, table), *_foreign_addresses(con), *_zones(con), *_doubled(con)]


def _bad_values(con: Any, spec: AudienceSpec, table: Contacts) -> list[Finding]:
    """Filled cells that could not be what they are declared to be."""
    checked = {"stage": table.stage, "since": table.since}
    checked |= {f"f_{name}": field.column for name, field in spec.fields.items() if field.type != "text"}
    checked |= {f"o_{channel.value}": c.column for channel, c in spec.consent.items()}
    found = []
    for column, source in checked.items():
        if source and (named := _named(con, f"odd_{column}")):
            word = column.removeprefix("f_").replace("o_", "consent by ")
            found.append(
                Finding(
                    rule="source/bad-value",
                    level="warning",
                    says=f'the column "{source}" ({word}) cannot be read for {named}; they count as unknown.',
                    fix="Mend them in the export, or declare how they are written (values, stages, dates, decimal).",
                )
            )
    return found


def _named(con: Any, condition: str) -> str:
    """`3 contacts (5, 9, 12)`; "" where none. Ids of the source, never a value of a person."""
    ((count,),) = con.execute(f"SELECT count(*) FROM typed WHERE {condition}").fetchall()
    if not count:
        return ""
    ids = con.execute(
        f"SELECT contact FROM typed WHERE {condition} ORDER BY contact LIMIT {NAMED}"
    ).fetchall()
    listed = ", ".join(i for (i,) in ids) + (", …" if count > NAMED else "")
    return f"{count} contact{'s' if count > 1 else ''} ({listed})"


def _foreign_addresses(con: Any) -> list[Finding]:
    """Addresses that are not plain ASCII get their one form here; what cannot be an address is counted."""
    odd = con.execute("SELECT nr, odd_address FROM typed WHERE odd_address IS NOT NULL").fetchall()
    rows, forms = [], []
    for nr, text in odd:
        try:
            normal = normalise_address(text)
        except TopmindError:
            continue
        # other letters before the @ need SMTPUTF8 (RFC 6531), which SES does not speak
        if re.fullmatch(sql.ADDRESS, normal):
            rows.append(nr)
            forms.append(normal)
    if rows:
        con.register("forms", {"nr": np.array(rows, dtype=np.int64), "form": np.array(forms, dtype=object)})
        con.execute("UPDATE typed SET address = forms.form FROM forms WHERE forms.nr = typed.nr")
        con.unregister("forms")
    named = _named(con, "address IS NULL AND odd_address IS NOT NULL")
    return (
        [
            Finding(
                rule="source/bad-address",
                level="warning",
                says=f"the e-mail address cannot be mailed for {named}; they get no mail.",
                fix="Mend the addresses in the export; before the @ stand only plain letters, digits and signs.",
            )
        ]
        if named
        else []
    )


def _zones(con: Any) -> list[Finding]:
    """Zones that do not exist become unknown."""
    used = [
        zone for (zone,) in con.execute("SELECT DISTINCT zone FROM typed WHERE zone IS NOT NULL").fetchall()
    ]
    unknown = sorted(set(used) - available_timezones())
    if not unknown:
        return []
    condition = f"zone IN ({sql.texts(unknown)})"
    named = _named(con, condition)
    con.execute(f"UPDATE typed SET zone = NULL WHERE {condition}")
    return [
        Finding(
            rule="source/bad-zone",
            level="warning",
            says=f"the zone is no IANA name for {named}; the company's is taken.",
            fix="Write zones like America/New_York.",
        )
    ]


def _doubled(con: Any) -> list[Finding]:
    """Contacts who share an inbox."""
    groups = con.execute(
        "SELECT list(contact ORDER BY contact) AS ids FROM typed WHERE address IN (SELECT address FROM typed "
        "WHERE address IS NOT NULL GROUP BY address HAVING count(*) > 1) GROUP BY address ORDER BY ids"
    ).fetchall()
    if not groups:
        return []
    listed = "; ".join(" = ".join(ids[:NAMED]) for (ids,) in groups[:NAMED]) + (
        "; …" if len(groups) > NAMED else ""
    )
    count = f"{len(groups)} inboxes belong" if len(groups) > 1 else "1 inbox belongs"
    return [
        Finding(
            rule="source/doubled-address",
            level="info",
            says=f"{count} to several contacts ({listed}); one copy of each mail goes there.",
            fix="Where they are one person, merge them in the source.",
        )
    ]
