"""`topmind plan`: who is due, who is not, and why."""

from __future__ import annotations

from pathlib import Path

import click

from topmind.cli import output as out
from topmind.cli.app import Options, global_options


@click.command("plan")
@click.option("--days", type=click.IntRange(1, 366), default=14, help="How far to look ahead; default 14.")
@click.option(
    "--full",
    is_flag=True,
    help="With --json: one row per contact and occasion, today (rows) and in the days ahead (ahead), by source id.",
)
@click.option(
    "--ics",
    metavar="FILE",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Write the days ahead as a calendar file for Outlook, Google or Apple.",
)
@out.json_options
@global_options
@click.pass_obj
def command(options: Options, days: int, full: bool, ics: Path | None, as_json: bool, format_: str) -> None:
    """Plan today and the days ahead. Writes nothing; the same input gives the same plan.

    What content is lacking and how the promised floors fare is told 90 days ahead, whatever --days says.

    --json --full has two lists. rows: today's verdict of each contact and occasion, as `topmind why` tells it of one
    person. ahead: what becomes of each contact and occasion of the next --days days, today included: due (goes now),
    pending (goes on the day named in until), expired (does not go; reason on its last day), not_for_them (reason).

    \b
    Examples:
      topmind plan
      topmind plan --days 90
      topmind plan --ics var/plan.ics
      topmind plan --json
      topmind plan --json --full --days 90
    """
    from topmind.report.last_plan import LOOK
    from topmind.run import last_plan, summary
    from topmind.run.clock import SystemClock
    from topmind.run.dry import decide_dry

    decided = decide_dry(
        options.project,
        as_of=options.as_of,
        clock=SystemClock(),
        horizon=max(days, LOOK),
        outlook=True,
        foretell=days if full and (as_json or format_ == "json") else None,
    )
    before = last_plan.before(decided)
    if ics is not None:
        from topmind.run.plan_ics import write

        written = write(decided, options.inside(ics), days=days)
        click.echo(f"{ics}: {out.number(written, 'entry', 'entries')}", err=True)
    if as_json or format_ == "json":
        out.as_json(summary.plan_as_dict(decided, full=full, days=days, before=before))
    elif ics is None:
        click.echo(summary.plan_as_text(decided, days=days, before=before))
