"""`topmind approve`: lets an unusually large plan go."""

from __future__ import annotations

import click

from topmind.cli.app import Options, global_options


@click.command("approve")
@click.argument("plan_hash")
@global_options
@click.pass_obj
def command(options: Options, plan_hash: str) -> None:
    """Approve the plan with PLAN_HASH (as `topmind plan` prints it) for 24 hours.

    Any change of the plan changes its hash: what goes is what you saw.

    \b
    Examples:
      topmind approve 0123456789abcdef
    """
    from topmind.run import control
    from topmind.run.clock import SystemClock

    control.approve(options.project, plan_hash, clock=SystemClock())
    click.echo(f"Plan {plan_hash} may go within 24 hours: topmind send")
