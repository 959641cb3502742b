"""What the linter says of the files that a run is about to send from: the mails made from them wait until it is mended."""

from __future__ import annotations

from collections.abc import Collection

from topmind import checks
from topmind.checks import Facts
from topmind.model import Problem
from topmind.run.decide import Decided


def wrong_files(decided: Decided, files: Collection[str]) -> dict[str, Problem]:
    """File → the first thing in it that no reader may get, of these files."""
    project = decided.project
    facts = Facts(
        catalog=project.catalog, brand=project.brand, root=project.root, members=decided.members, only=files
    )
    found: dict[str, Problem] = {}
    for problem in checks.holding(facts):
        found.setdefault(problem.path, problem)
    return found
