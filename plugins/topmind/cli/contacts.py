"""`topmind contacts`: exports put in place and mapped; single people shown, opted out, marked, merged, erased."""

from __future__ import annotations

from pathlib import Path

import click

from topmind.cli import one_person
from topmind.cli.app import Options, global_options

_FILE = click.Path(path_type=Path, dir_okay=False, exists=True)


@click.group("contacts")
@global_options
def command() -> None:
    """Exports of contacts: put one where the runs look for it, or map a new one. And care for single people.

    \b
    Examples:
      topmind contacts push export.csv --table contacts
      topmind contacts map export.xlsx
      topmind contacts show 0007
      topmind contacts optout 0007 --by dana --why "Told us by phone."
      topmind contacts mark 0007 vip
      topmind contacts merge 0012 0007
      topmind contacts erase 0007
    """


@command.command("push")
@click.argument("file", type=_FILE)
@click.option("--table", metavar="NAME", help="Which table it is; default: the one whose file has this name.")
@global_options
@click.pass_obj
def push(options: Options, file: Path, table: str | None) -> None:
    """Check an export, then put it where the runs look for it: a folder, or the bucket of TOPMIND_CONTACTS.

    It is read as a run would read it; where a run would not use it (a lost column, more than a tenth fewer people,
    too many bad rows) it is not put there and the exit code is 1.

    \b
    Examples:
      topmind contacts push contacts.csv
      topmind contacts push export-2026-12-01.csv --table contacts
    """
    from topmind import checks
    from topmind.cli import output as out
    from topmind.run import contacts
    from topmind.run.clock import SystemClock

    done = contacts.push(options.project, file, table=table, as_of=options.as_of, clock=SystemClock())
    if done.findings:
        click.echo(checks.format_text(done.findings))
    click.echo(f"{out.number(done.rows, 'row')} of [tables.{done.table}] ({done.form}): now at {done.where}.")


@command.command("map")
@click.argument("file", type=_FILE)
@click.option(
    "--table", type=click.Choice(["contacts", "purchases", "activities"]), help="What the file holds."
)
@global_options
@click.pass_obj
def map_(options: Options, file: Path, table: str | None) -> None:
    """Propose the mapping of an export for segments/_audience.toml, from its first 20 rows.

    It prints names of columns, never what stands in them. Read it, correct it, and write it into the file.

    \b
    Examples:
      topmind contacts map export.xlsx
      topmind contacts map rechnungen.csv --table purchases
    """
    from topmind.run import contacts

    click.echo(contacts.propose(options.project, file, table), nl=False)


@command.command("erase")
@click.argument("who")
@global_options
@click.pass_obj
def erase(options: Options, who: str) -> None:
    """Erase somebody for good: WHO is their id in your contacts, or their address.

    Take them out of your contacts first. Their row, their words and whatever names them goes: in the ledger, in the
    inbox, in the outbox, in the feedback queue and its dead letters. What stays are hashes by which every import and
    every restored copy leaves them out. Not while a send runs, and not in a copy that was not adopted; if it ends with an
    error, erase again.

    \b
    Examples:
      topmind contacts erase 0007
    """
    from topmind.run import erasing
    from topmind.run.clock import SystemClock

    click.echo(erasing.erase(options.project, who, clock=SystemClock()).text())


for one in one_person.COMMANDS:
    command.add_command(one)
