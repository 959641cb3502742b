"""What every mail must say of the sender."""

from __future__ import annotations

from collections.abc import Iterator

from topmind.checks.facts import Facts, problem
from topmind.model import Level, Problem


def postal_address(facts: Facts) -> Iterator[Problem]:
    """A commercial mail carries a postal address (CAN-SPAM § 7704(a)(5)): street and place, two lines at least."""
    company = facts.catalog.company
    if len([text for text in company.address if text.strip()]) < 2:
        yield problem(
            "company/postal-address",
            Level.ERROR,
            company.path,
            facts.line(company.path, "address"),
            says="The postal address is missing or has one line only.",
            fix="Write street and place, a line each: the footer of every mail shows them, as the law asks.",
        )
