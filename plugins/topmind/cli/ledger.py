"""`topmind ledger`: care of the ledger."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

import click

from topmind.cli import output as out
from topmind.cli.app import Options, global_options

if TYPE_CHECKING:
    from topmind.ledger.care import Health


@click.group("ledger")
@global_options
def command() -> None:
    """Care for the ledger: who was promised what, and what was done.

    \b
    Examples:
      topmind ledger check
      topmind ledger backup --help
    """


@contextmanager
def _progress(what: str) -> Iterator[out.Progress]:
    """A bar for long work, taken away whatever happens."""
    bar = out.Progress(every=100_000, what=what)
    try:
        yield bar
    finally:
        bar.close()


@command.command("init")
@global_options
@click.pass_obj
def init(options: Options) -> None:
    """Make a new ledger at TOPMIND_LEDGER, on purpose, and say which id pelicanconf.py must hold.

    Refuses where a ledger is, or where one was in use and is gone: with a new one everybody would be mailed again.

    \b
    Examples:
      topmind ledger init
    """
    from topmind.run import ledgers
    from topmind.run.clock import SystemClock

    click.echo(ledgers.init(options.project, clock=SystemClock()).text())


@command.command("adopt")
@click.option("--anyway", is_flag=True, help="Also where nothing says that it was restored (a new machine).")
@click.option(
    "--incomplete",
    is_flag=True,
    help="Also where whom not to mail cannot be had in full: Amazon SES refuses its list, or nothing is kept.",
)
@global_options
@click.pass_obj
def adopt(options: Options, anyway: bool, incomplete: bool) -> None:
    """Go on with a ledger that was restored from a copy.

    Whom it mailed after the copy was made, it does not know. So everything that fell due since then counts as
    perhaps sent: it is listed as unproven and not sent again. Whoever left, bounced, complained or was erased since
    then stays out: that is kept beside the ledger, and Amazon SES is asked for its own list.

    \b
    Examples:
      topmind ledger adopt
    """
    from topmind.run import adopting
    from topmind.run.clock import SystemClock

    found = adopting.adopt(
        options.project, as_of=options.as_of, clock=SystemClock(), anyway=anyway, incomplete=incomplete
    )
    click.echo(found.text())


@command.command("check")
@click.argument("file", required=False, type=click.Path(path_type=Path))
@out.json_options
@global_options
@click.pass_obj
def check(options: Options, file: Path | None, as_json: bool, format_: str) -> int:
    """Look at the ledger, or at a copy of it in FILE: is it whole, is it ours, and does everything add up?

    Writes nothing, also while a send runs. Exit code 1 where something is wrong; warnings and notes alone are 0.

    \b
    Examples:
      topmind ledger check
      topmind ledger check --json
    """
    from topmind import checks
    from topmind.run import ledgers
    from topmind.run.clock import SystemClock

    copy = options.inside(file) if file else None
    with _progress("rows") as told:
        health = ledgers.check(options.project, clock=SystemClock(), file=copy, told=told)
    with out.even_if_closed():
        if as_json or format_ == "json":
            flat = asdict(health)
            keys = ("rule", "level", "path", "line", "says", "fix")
            flat["problems"] = [{key: one[key] for key in keys} for one in flat["problems"]]
            out.as_json(flat | {"sound": health.sound})
        else:
            _show(health)
            click.echo(checks.format_text(health.problems))
    return 0 if health.sound else 1


def _show(health: Health) -> None:
    """What there is, in counts."""
    out.title(f"{health.ledger or 'Ledger'} · {health.store}")
    if health.ledger:
        last = f", last plan of {health.planned_on}" if health.planned_on else ""
        rows = [
            ("history", f"epoch {health.epoch}, shape {health.shape}, head {health.head}{last}"),
            (
                "people",
                f"{health.people}, of whom {health.active} are in the last import; {health.erased} erased",
            ),
            ("mails", out.counted(health.mails)),
            ("tasks", out.counted(health.tasks)),
            (
                "unproven",
                "none" if not health.unproven else f"{health.unproven}: `topmind report` lists them",
            ),
        ]
        out.table(rows)
    click.echo()


@command.command("export")
@click.argument("folder", type=click.Path(path_type=Path))
@click.option(
    "--format",
    "kind",
    type=click.Choice(["parquet", "csv"]),
    default="parquet",
    show_default=True,
    help="What each table becomes.",
)
@click.option("--with-people", is_flag=True, help="Also names, addresses and what people wrote.")
@global_options
@click.pass_obj
def export(options: Options, folder: Path, kind: str, with_people: bool) -> None:
    """Write every table of the ledger into a new FOLDER, for other programs.

    Without people, who are numbers then; --with-people writes their names and addresses, too, and only to a place
    that nothing publishes and git does not take along. Days and moments are dates (moments in UTC).

    \b
    Examples:
      topmind ledger export var/tables
      topmind ledger export --format csv var/tables
      topmind ledger export --with-people var/tables
    """
    from topmind.run import exporting
    from topmind.run.clock import SystemClock

    if with_people:
        click.secho(
            "These files will name EVERYBODY: addresses, telephones, what they wrote. Delete them when you are done.",
            err=True,
            bold=True,
        )
    with _progress("rows") as told:
        found = exporting.export(
            options.project,
            options.inside(folder),
            clock=SystemClock(),
            format_=kind,
            people=with_people,
            told=told,
        )
    rows = sum(found.tables.values())
    who = "with everybody's names" if found.people else "without names and addresses"
    click.echo(f"{out.number(len(found.tables), 'table')} with {out.number(rows, 'row')} in {folder}, {who}.")


@command.command("backup")
@click.argument("file", type=click.Path(path_type=Path))
@global_options
@click.pass_obj
def backup(options: Options, file: Path) -> None:
    """Copy the ledger into FILE (or into a folder), while a send may run; never over another file.

    The copy is one file, whatever the store, and is tested before it gets its name. It names everybody. Put back
    with `topmind ledger restore`, it sends nothing before `topmind ledger adopt`.

    \b
    Examples:
      topmind ledger backup var/ledger-copy.db
      topmind ledger backup var
    """
    from topmind.run import ledgers
    from topmind.run.clock import SystemClock

    with _progress("pages") as told:
        found = ledgers.backup(options.project, options.inside(file), clock=SystemClock(), told=told)
    click.echo(found.text())


@command.command("restore")
@click.argument("file", type=click.Path(path_type=Path))
@global_options
@click.pass_obj
def restore(options: Options, file: Path) -> None:
    """Put a copy back to where TOPMIND_LEDGER points; only where no ledger is.

    It sends nothing until `topmind ledger adopt`. A copy of one store may be put into another: from a file into a
    bucket, or into PostgreSQL.

    \b
    Examples:
      topmind ledger restore var/ledger-copy.db
    """
    from topmind.run import ledgers
    from topmind.run.clock import SystemClock

    with _progress("rows") as told:
        text = ledgers.restore(options.project, options.inside(file), clock=SystemClock(), told=told)
    click.echo(text)
