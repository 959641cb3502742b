"""`topmind segments`: who is in which segment."""

from __future__ import annotations

from datetime import date, datetime
from typing import TYPE_CHECKING

import click

from topmind.cli import output as out
from topmind.cli import segment_words as words
from topmind.cli.app import Options, global_options

if TYPE_CHECKING:
    from topmind.audience.segments import SegmentRow

#: Ids shown of a list.
_FEW = 5


@click.group("segments", invoke_without_command=True)
@click.option("--full", is_flag=True, help="With --json: overlap, promise and last change, too.")
@out.json_options
@global_options
@click.pass_context
def command(ctx: click.Context, full: bool, as_json: bool, format_: str) -> None:
    """List the segments: size, share, who shares most of them, promise, last change. Or look into one.

    \b
    Examples:
      topmind segments
      topmind segments --json
      topmind segments show lapsed
      topmind segments explain lapsed 0007
      topmind segments diff lapsed top-100
      topmind segments test
    """
    if ctx.invoked_subcommand is not None:
        return
    from topmind.run import segments
    from topmind.run.clock import SystemClock

    found = segments.listed(ctx.obj.project, as_of=ctx.obj.as_of, clock=SystemClock())
    if as_json or format_ == "json":
        out.as_json([_plain(row, found.changed.get(row.name), full=full) for row in found.rows])
        return
    head = ("segment", "size", "share", "most of them also in", "changed", "promise")
    rows = [
        (
            r.name,
            r.size,
            f"{r.share:.0%}",
            _most(r),
            found.changed.get(r.name, "-"),
            r.promise or "the company's",
        )
        for r in found.rows
    ]
    out.table([head, *rows], right=(1, 2))


def _most(row: SegmentRow) -> str:
    """`customers (83%)`: the segment that holds most of this one."""
    if not row.overlap:
        return "-"
    other, count = row.overlap[0]
    return f"{other} ({count / row.size:.0%})"


def _plain(row: SegmentRow, changed: date | None, *, full: bool) -> dict[str, object]:
    short = {"name": row.name, "size": row.size, "share": round(row.share, 4)}
    if not full:
        return short
    return {**short, "overlap": dict(row.overlap), "promise": row.promise, "changed": changed}


@command.command("show")
@click.argument("name")
@global_options
@click.pass_obj
def show(options: Options, name: str) -> None:
    """Read one segment back in words, with the count that is left after each of its lines.

    \b
    Examples:
      topmind segments show customers
    """
    from topmind.run import segments
    from topmind.run.clock import SystemClock

    click.echo(segments.show(options.project, name, as_of=options.as_of, clock=SystemClock()))


@command.command("explain")
@click.argument("name")
@click.argument("contact")
@global_options
@click.pass_obj
def explain(options: Options, name: str, contact: str) -> None:
    """Say of each line of a segment whether it holds for one contact (its id in the source), and what it saw.

    Of what was done it tells the last day, also before the days that the rule asks for.

    \b
    Examples:
      topmind segments explain customers 0007
    """
    from topmind.run import segments
    from topmind.run.clock import SystemClock

    click.echo(segments.explain(options.project, name, contact, as_of=options.as_of, clock=SystemClock()))


@command.command("diff")
@click.argument("name")
@click.argument("other", required=False)
@click.option("--between", nargs=2, type=click.DateTime(["%Y-%m-%d"]), help="The same segment on two days.")
@click.option("--all", "everybody", is_flag=True, help="All ids, not the first five.")
@out.json_options
@global_options
@click.pass_obj
def diff(
    options: Options,
    name: str,
    other: str | None,
    between: tuple[datetime, datetime] | None,
    everybody: bool,
    as_json: bool,
    format_: str,
) -> None:
    """Who is in one of two segments only; or who came and went between two days, and by which line.

    Contacts are told by their ids in the source. On a day of the past, purchases, activities, touches and answers
    count as they were then; fields and marks of contacts have no past and count as they are today.

    \b
    Examples:
      topmind segments diff lapsed top-100
      topmind segments diff lapsed --between 2026-11-01 2026-12-01
      topmind segments diff customers prospects --json
    """
    from topmind.run import segments
    from topmind.run.clock import SystemClock

    if (other is None) == (between is None):
        raise click.UsageError("Name a second segment, or two days: --between 2026-11-01 2026-12-01.")
    machine, most = as_json or format_ == "json", None if everybody else _FEW
    root, as_of, clock = options.project, options.as_of, SystemClock()
    if between is None:
        apart = segments.difference(root, name, other or "", as_of=as_of, clock=clock)
        words.difference(apart, name, other or "", machine=machine, most=most)
        return
    first, second = (moment.date() for moment in between)
    moved = segments.movement(root, name, first, second, as_of=as_of, clock=clock)
    words.movement(moved, name, first, second, machine=machine, most=most)


@command.command("sample")
@click.argument("name")
@click.option("--count", type=click.IntRange(1, 100), default=5, show_default=True, help="How many.")
@global_options
@click.pass_obj
def sample(options: Options, name: str, count: int) -> None:
    """Show a handful of a segment, masked: ids, initials, the first letter of each part of the address.

    It is the same handful each time, so that two people look at the same contacts.

    \b
    Examples:
      topmind segments sample customers
      topmind segments sample prospects --count 20
    """
    from topmind.run import segments
    from topmind.run.clock import SystemClock

    found = segments.sample(options.project, name, count, as_of=options.as_of, clock=SystemClock())
    if not found:
        click.echo(f"Nobody is in {name}.")
    out.table([(one.contact, one.name or "-", one.address or "-", one.stage or "-") for one in found])


@command.command("test")
@click.argument("names", nargs=-1)
@global_options
@click.pass_context
def test(ctx: click.Context, names: tuple[str, ...]) -> None:
    """Try the examples that stand in the segments' own files: a contact, and whether it belongs.

    `examples:` is a list of lines like `0007 belongs`, `0012 does not belong`, or `0007 belongs on 2026-12-01`. Exit
    code 1 where a rule says something else.

    \b
    Examples:
      topmind segments test
      topmind segments test lapsed
    """
    from topmind.run import segments
    from topmind.run.clock import SystemClock

    tried = segments.tried(ctx.obj.project, names, as_of=ctx.obj.as_of, clock=SystemClock())
    words.tried(tried)
    if not all(one.kept for one in tried):
        ctx.exit(1)


@command.command("stages")
@click.argument("contact", required=False)
@click.option(
    "--every", type=click.IntRange(1, 366), default=7, show_default=True, help="Days between two rows."
)
@click.option("--rows", type=click.IntRange(1, 400), default=8, show_default=True, help="How many rows.")
@out.json_options
@global_options
@click.pass_obj
def stages(options: Options, contact: str | None, every: int, rows: int, as_json: bool, format_: str) -> None:
    """How many contacts stood at each stage over time; or, for one contact, each move: when, why, by whom.

    The ledger keeps what each import says. Whoever left the source counts where they stood last; whoever was erased
    counts no more, on no day.

    \b
    Examples:
      topmind segments stages
      topmind segments stages --every 30 --rows 12
      topmind segments stages 0007
    """
    from topmind.cli import stage_words
    from topmind.run import stages
    from topmind.run.clock import SystemClock

    root, as_of, machine = options.project, options.as_of, as_json or format_ == "json"
    if contact is not None:
        moves, zone = stages.log(root, contact, as_of=as_of, clock=SystemClock())
        stage_words.log(contact, moves, zone, machine=machine)
        return
    found = stages.funnel(root, every=every, rows=rows, as_of=as_of, clock=SystemClock())
    stage_words.funnel(found, machine=machine)
