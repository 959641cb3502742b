"""What `topmind segments diff` and `test` print."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from datetime import date
from typing import TYPE_CHECKING

import click

from topmind.cli import output as out

if TYPE_CHECKING:
    from topmind.audience.compare import Difference, Movement, Tried


def difference(found: Difference, first: str, second: str, *, machine: bool, most: int | None) -> None:
    """Two segments beside each other."""
    if machine:
        out.as_json(asdict(found))
        return
    rows = [
        ("both", found.both),
        (f"only {first}", found.only_first),
        (f"only {second}", found.only_second),
    ]
    out.table([(what, len(ids), _listed(ids, most)) for what, ids in rows], right=(1,))


def movement(
    found: Movement, name: str, first: date, second: date, *, machine: bool, most: int | None
) -> None:
    """One segment on two days: sizes, who moved, which lines moved them."""
    if machine:
        out.as_json({"first": first, "second": second, **asdict(found)})
        return
    click.echo(f"{name}: {found.before} on {first}, {found.after} on {second}, by today's rule and export")
    moved = [("came", found.came), ("went", found.went)]
    out.table([(what, len(ids), _listed(ids, most)) for what, ids in moved], right=(1,))
    for line in found.lines:
        said = [f"let in {line.let_in}"] if line.let_in else []
        said += [f"let out {line.let_out}"] if line.let_out else []
        if said:
            click.echo(f"  {', '.join(said)}: {line.text}")


def tried(found: Sequence[Tried]) -> None:
    """Each example whose rule says something else, with file and line; then how many hold."""
    for one in found:
        if one.kept:
            continue
        example = one.example
        where = f"segments/{one.segment}.md:{example.line}"
        if one.belongs is None:
            click.echo(f"{where}: nobody in the source has the id {example.contact}.")
            continue
        day = f" on {example.day}" if example.day else ""
        due, said = ("belongs", "is not in it") if example.belongs else ("does not belong", "is in it")
        click.echo(
            f"{where}: {example.contact} {due}{day}, says the example; by the rule it {said}. "
            f"Why: topmind segments explain {one.segment} {example.contact}"
        )
    held = sum(one.kept for one in found)
    click.echo(f"{held} of {out.number(len(found), 'example')} hold." if found else _NONE)


_NONE = "No segment has examples. Write some into its front matter: examples: - 0007 belongs"


def _listed(ids: Sequence[str], most: int | None) -> str:
    shown = ids if most is None else ids[:most]
    return ", ".join([*shown, *(["…"] if len(shown) < len(ids) else [])])
