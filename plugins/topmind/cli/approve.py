"""`topmind approve`: lets an unusually large plan go."""

from __future__ import annotations

import click

from topmind.cli.app import Options, global_options


@click.command("approve")
@click.argument("plan_hash")
@global_options
@click.pass_obj
def command(options: Options, plan_hash: str) -> None:
    """Approve the plan with PLAN_HASH (as `topmind plan` and `topmind send` print it) for 24 hours.

    It must be the plan of today, or of --as-of. Any change of the plan changes its hash: what goes is what you saw.

    \b
    Examples:
      topmind approve 0123456789abcdef
    """
    from topmind.run import control
    from topmind.run.clock import SystemClock

    approved = control.approve(options.project, plan_hash, as_of=options.as_of, clock=SystemClock())
    click.echo(f"Plan {approved[:12]} may go within 24 hours: topmind send")
