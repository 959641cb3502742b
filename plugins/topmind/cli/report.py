"""`topmind report`: what was promised and what was really done."""

from __future__ import annotations

import click

from topmind.cli import output as out
from topmind.cli.app import Options, global_options


@click.command("report")
@click.option("--who", is_flag=True, help="With names: for your own screen only.")
@out.json_options
@global_options
@click.pass_obj
def command(options: Options, who: bool, as_json: bool, format_: str) -> int:
    """Compare the promised process with what was executed, and list who fell through.

    Exit code 1 where mails are unproven and need a look.

    \b
    Examples:
      topmind report
      topmind report --json
    """
    from topmind.run import reporting
    from topmind.run.clock import SystemClock

    report = reporting.report(options.project, as_of=options.as_of, clock=SystemClock(), who=who)
    if as_json or format_ == "json":
        out.as_json(report.as_dict())
    else:
        click.echo(report.text())
    return report.exit_code
