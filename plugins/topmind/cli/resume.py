"""`topmind resume`: takes a stop back."""

from __future__ import annotations

import click

from topmind.cli.app import Options, global_options


@click.command("resume")
@click.argument("occasion", default="all")
@click.option("--json", "as_json", is_flag=True, help="Print what is still stopped as JSON.")
@global_options
@click.pass_obj
def command(options: Options, occasion: str, as_json: bool) -> None:
    """Let OCCASION go on; the next send takes up what is still due.

    \b
    Examples:
      topmind resume tuesday-fix/2026-W49
      topmind resume all
    """
    from topmind.cli import output as out
    from topmind.run import control
    from topmind.run.clock import SystemClock

    stops = control.resume(options.project, occasion, clock=SystemClock())
    if as_json:
        out.as_json({"stopped": sorted(stops)})
        return
    left = f" Still stopped: {', '.join(sorted(stops))}." if stops else ""
    click.echo(f"{occasion} goes on with the next `topmind send`.{left}")
