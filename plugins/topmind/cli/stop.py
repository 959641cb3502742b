"""`topmind stop`: before the next mail leaves."""

from __future__ import annotations

import click

from topmind.cli.app import Options, global_options


@click.command("stop")
@click.argument("occasion", default="all")
@click.option("--by", metavar="NAME", default="", help="Who of you says so; the desk shows it to the others.")
@click.option("--why", metavar="TEXT", default="", help="Why, in a sentence without any contact's name.")
@click.option("--json", "as_json", is_flag=True, help="Print what is stopped as JSON.")
@global_options
@click.pass_obj
def command(options: Options, occasion: str, by: str, why: str, as_json: bool) -> None:
    """Stop OCCASION (as `topmind plan` names it, or an issue by its date), a newsletter or sequence, or `all`.

    A running send reads it before its next group of mails. `topmind resume` takes it back.

    \b
    Examples:
      topmind stop tuesday-fix/2026-W49
      topmind stop first-job
      topmind stop all --by dana --why "The price is wrong."
    """
    from topmind.cli import output as out
    from topmind.run import control
    from topmind.run.clock import SystemClock

    stops = control.stop(options.project, occasion, as_of=options.as_of, clock=SystemClock(), by=by, why=why)
    if as_json:
        out.as_json({"stopped": sorted(stops)})
    else:
        click.echo(f"Stopped: {', '.join(sorted(stops))}. `topmind resume {occasion}` lets it go on.")
