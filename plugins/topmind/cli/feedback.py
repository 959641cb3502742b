"""`topmind feedback`: what became of mails that left."""

from __future__ import annotations

from datetime import timedelta

import click

from topmind.cli import output as out
from topmind.cli import signalled
from topmind.cli.app import Options, global_options


@click.command("feedback")
@click.option("--dry-run", is_flag=True, help="Show what is in the queue; write and delete nothing.")
@click.option(
    "--rescore", is_flag=True, help="Judge opens and clicks of the last 30 days again; reads no queue."
)
@click.option(
    "--minutes",
    type=click.FloatRange(min=0),
    default=10,
    show_default=True,
    help="Stop after so many minutes.",
)
@out.json_options
@global_options
@click.pass_obj
def command(
    options: Options, dry_run: bool, rescore: bool, minutes: float, as_json: bool, format_: str
) -> int:
    """Take in what Amazon SES says of mails that left: delivered, bounced, complained, opened, clicked.

    Reads the queue of TOPMIND_FEEDBACK_QUEUE until it is empty. A message is deleted after the ledger has it, so
    running it twice, or killing it, loses nothing and counts nothing twice. Messages of other ledgers are counted and
    deleted: run it with the ledger that sends. `topmind send` does the same first.

    \b
    Examples:
      topmind feedback
      topmind feedback --dry-run --json
      topmind feedback --rescore
    """
    from topmind.run import feedback
    from topmind.run.clock import SystemClock

    machine = as_json or format_ == "json"
    if rescore:
        judged, changed = feedback.rescore(options.project, clock=SystemClock())
        if machine:
            out.as_json({"judged": judged, "changed": changed})
        else:
            click.echo(feedback.rescored(judged, changed))
        return 0
    report = feedback.run(
        options.project,
        clock=SystemClock(),
        dry_run=dry_run,
        budget=timedelta(minutes=minutes),
        signalled=signalled,
    )
    with out.even_if_closed():
        if machine:
            out.as_json(report.as_dict())
        else:
            click.echo(report.text())
    return report.exit_code
