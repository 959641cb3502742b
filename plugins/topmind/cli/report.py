"""`topmind report`: what was promised and what was really done."""

from __future__ import annotations

import click

from topmind.cli import output as out
from topmind.cli.app import Options, global_options


@click.command("report")
@click.option("--who", is_flag=True, help="With names: for your own screen only.")
@click.option(
    "--since",
    metavar="DAY",
    help="Look back to this day (2026-09-01); default: 90 days, or the programme's first.",
)
@click.option("--mail", is_flag=True, help="Mail it to the owner, with names, once.")
@out.json_options
@global_options
@click.pass_obj
def command(options: Options, who: bool, since: str | None, mail: bool, as_json: bool, format_: str) -> int:
    """Compare what was promised with what was executed: the largest customers, the new ones, follow-up, floors,
    tasks, and who fell through.

    Promised is counted from the facts of your contacts, not from plans. Exit code 1 where mails are unproven and
    need a look.

    \b
    Examples:
      topmind report
      topmind report --since 2026-09-01
      topmind report --json
      topmind report --mail
    """
    from topmind.run import reporting
    from topmind.run.clock import SystemClock

    clock = SystemClock()
    made = reporting.make(options.project, as_of=options.as_of, clock=clock, who=who or mail, since=since)
    if mail:
        from topmind.run import report_mail

        reader = report_mail.send(made, clock)
        # the names are in the mail: on this screen they stand only where somebody asks for them
        if not who:
            if as_json or format_ == "json":
                out.as_json({"mailed": reader, "as_of": made.report.as_of})
            else:
                out.step(f"The report is on its way to {reader}.")
            return made.report.exit_code
    if as_json or format_ == "json":
        out.as_json(made.report.as_dict())
    else:
        click.echo(made.report.text())
    return made.report.exit_code
