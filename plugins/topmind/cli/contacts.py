"""`topmind contacts`: care for single people."""

from __future__ import annotations

import click

from topmind.cli.app import Options, global_options


@click.group("contacts")
@global_options
def command() -> None:
    """Care for single people.

    \b
    Examples:
      topmind contacts erase --help
    """


@command.command("erase")
@click.argument("who")
@global_options
@click.pass_obj
def erase(options: Options, who: str) -> None:
    """Erase somebody for good: WHO is their id in your contacts, or their address.

    Take them out of your contacts first. Their row, their words and whatever names them goes: in the ledger, in the
    inbox, in the outbox, in the feedback queue and its dead letters. What stays are hashes by which every import and every restored
    copy leaves them out. Not while a send runs; if it ends with an error, erase again.

    \b
    Examples:
      topmind contacts erase 0007
    """
    from topmind.run import erasing
    from topmind.run.clock import SystemClock

    click.echo(erasing.erase(options.project, who, clock=SystemClock()).text())
