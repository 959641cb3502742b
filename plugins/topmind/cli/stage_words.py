"""What `topmind segments stages` prints."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

import click

from topmind.cli import output as out
from topmind.model import Stage

if TYPE_CHECKING:
    from topmind.ledger import StageMove
    from topmind.report.funnel import FunnelDay


def funnel(found: Sequence[FunnelDay], *, machine: bool) -> None:
    """One row per day: contacts per stage, and who moved since the row before."""
    if machine:
        out.as_json([asdict(one) for one in found])
        return
    head = ("evening of", *(stage.value for stage in Stage), "new", "forward", "back")
    rows = [(one.day, *one.stood.values(), one.new, one.forward, one.back) for one in found]
    out.table([head, *rows], right=range(1, len(head)))


def log(contact: str, moves: Sequence[StageMove], zone: str, *, machine: bool) -> None:
    """One line per move, with the company's time."""
    if machine:
        out.as_json([asdict(one) for one in moves])
        return
    click.echo(f"{contact}:")
    out.table([(_when(one, zone), _what(one), _why(one)) for one in moves])


def _when(move: StageMove, zone: str) -> str:
    return f"{move.at.astimezone(ZoneInfo(zone)):%Y-%m-%d %H:%M}" if move.at else "at the beginning"


def _what(move: StageMove) -> str:
    from topmind.report.funnel import is_back

    if not move.before:
        return f"at {move.after}"
    return f"{'back' if is_back(move.before, move.after) else 'forward'} from {move.before} to {move.after}"


def _why(move: StageMove) -> str:
    if move.by != "import":
        return f"by {move.by}: {move.why}" if move.why else f"by {move.by}"
    return "by import: the source says so" if move.before else "by import: first seen so"
