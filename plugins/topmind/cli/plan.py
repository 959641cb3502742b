"""`topmind plan`: who is due, who is not, and why."""

from __future__ import annotations

import click

from topmind.cli import output as out
from topmind.cli.app import Options, global_options


@click.command("plan")
@click.option("--days", type=click.IntRange(1, 366), default=14, help="How far to look ahead; default 14.")
@click.option("--full", is_flag=True, help="With --json: one row per contact and occasion, by source id.")
@out.json_options
@global_options
@click.pass_obj
def command(options: Options, days: int, full: bool, as_json: bool, format_: str) -> None:
    """Plan today and the days ahead. Writes nothing; the same input gives the same plan.

    \b
    Examples:
      topmind plan
      topmind plan --days 90
      topmind plan --json
      topmind plan --json --full
    """
    from topmind.run import summary
    from topmind.run.clock import SystemClock
    from topmind.run.dry import decide_dry

    decided = decide_dry(options.project, as_of=options.as_of, clock=SystemClock(), horizon=days)
    if as_json or format_ == "json":
        out.as_json(summary.plan_as_dict(decided, full=full))
    else:
        click.echo(summary.plan_as_text(decided, days=days))
