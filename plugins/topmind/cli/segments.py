"""`topmind segments`: who is in which segment."""

from __future__ import annotations

import click

from topmind.cli import output as out
from topmind.cli.app import Options, global_options


@click.group("segments", invoke_without_command=True)
@out.json_options
@global_options
@click.pass_context
def command(ctx: click.Context, as_json: bool, format_: str) -> None:
    """List the segments with size and share, or look into one.

    \b
    Examples:
      topmind segments
      topmind segments --json
      topmind segments show lapsed
      topmind segments explain lapsed 0007
    """
    if ctx.invoked_subcommand is not None:
        return
    from topmind.run import segments
    from topmind.run.clock import SystemClock

    rows = segments.rows(ctx.obj.project, as_of=ctx.obj.as_of, clock=SystemClock())
    if as_json or format_ == "json":
        out.as_json([{"name": r.name, "size": r.size, "share": round(r.share, 4)} for r in rows])
        return
    out.table(
        [("segment", "size", "share"), *((r.name, r.size, f"{r.share:.0%}") for r in rows)], right=(1, 2)
    )


@command.command("show")
@click.argument("name")
@global_options
@click.pass_obj
def show(options: Options, name: str) -> None:
    """Read one segment back: the count that is left after each of its lines.

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
    """Say of each line of a segment whether it holds for one contact (its id in the source).

    \b
    Examples:
      topmind segments explain customers 0007
    """
    from topmind.run import segments
    from topmind.run.clock import SystemClock

    click.echo(segments.explain(options.project, name, contact, as_of=options.as_of, clock=SystemClock()))
