"""Contacts who are one person to the mail service: named by their ids, never by an address.

Addresses that are the same however they are typed (capitals, a domain in its own letters) are told where the export is
read (`source/doubled-address`). Here are those that differ and lead to one mailbox all the same.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping

from topmind.errors import LinkError
from topmind.links import normalise_address
from topmind.model import Level, PersonRecord, Problem, Standing

#: Domains of which the provider says that dots and what follows a plus do not matter, and the one they stand for
#: (Gmail help, "Dots don't matter in Gmail addresses"). Elsewhere j.doe and jdoe may be two people.
_ONE = {"gmail.com": "gmail.com", "googlemail.com": "gmail.com"}
#: Pairs named in one finding.
NAMED = 5


def mailbox(address: str) -> str:
    """What the address leads to: the address itself, unless its provider takes several for one. Raises LinkError."""
    local, _, domain = normalise_address(address).rpartition("@")
    if domain in _ONE:
        local = local.partition("+")[0].replace(".", "") or local
    return f"{local}@{_ONE.get(domain, domain)}"


def doubles(people: Iterable[PersonRecord], standing: Mapping[str, Standing]) -> Iterator[Problem]:
    """A finding where several contacts read one mailbox by different addresses; those merged already are one."""
    boxes: dict[str, dict[str, list[str]]] = defaultdict(lambda: defaultdict(list))
    for one in people:
        known = standing.get(one.contact, Standing())
        if one.address.rpartition("@")[2] in _ONE and not (known.merged or known.erased):
            try:
                boxes[mailbox(one.address)][normalise_address(one.address)].append(one.contact)
            except LinkError:
                continue
    groups = sorted(
        sorted(contact for contacts in spelt.values() for contact in contacts)
        for spelt in boxes.values()
        if len(spelt) > 1
    )
    if not groups:
        return
    listed = "; ".join(" = ".join(ids[:NAMED]) for ids in groups[:NAMED]) + (
        "; …" if len(groups) > NAMED else ""
    )
    yield Problem(
        rule="contacts/one-mailbox",
        level=Level.INFO,
        path="",
        line=0,
        says=f"{len(groups)} mailbox{'es are' if len(groups) > 1 else ' is'} read by several contacts under different "
        f"spellings ({listed}), and each of them gets a copy.",
        fix=f"Where they are one person: topmind contacts merge {groups[0][1]} {groups[0][0]}, and merge them in your "
        "own system.",
    )
