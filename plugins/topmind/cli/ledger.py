"""`topmind ledger`: care of the ledger."""

from __future__ import annotations

import click

from topmind.cli.app import Options, global_options


@click.group("ledger")
@global_options
def command() -> None:
    """Care for the ledger: who was promised what, and what was done.

    \b
    Examples:
      topmind ledger adopt --help
    """


@command.command("adopt")
@click.option("--anyway", is_flag=True, help="Also where nothing says that it was restored (a new machine).")
@global_options
@click.pass_obj
def adopt(options: Options, anyway: bool) -> None:
    """Go on with a ledger that was restored from a copy.

    Whom it mailed after the copy was made, it does not know. So everything that fell due since then counts as
    perhaps sent: it is listed as unproven and not sent again.

    \b
    Examples:
      topmind ledger adopt
    """
    from topmind.run import adopting
    from topmind.run.clock import SystemClock

    found = adopting.adopt(options.project, as_of=options.as_of, clock=SystemClock(), anyway=anyway)
    click.echo(found.text())
