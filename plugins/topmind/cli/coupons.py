"""`topmind coupons`: personal codes for the till, and what the till took in."""

from __future__ import annotations

from pathlib import Path

import click

from topmind.cli.app import Options, global_options


@click.group("coupons")
def command() -> None:
    """Personal codes: hand the list to the till, and take in what was redeemed.

    \b
    Examples:
      topmind coupons export
    """


@command.command("export")
@click.option("--since", metavar="DAY", help="Only what was issued on or after this day.")
@click.option(
    "-o", "--output", type=click.Path(path_type=Path, dir_okay=False), help="A file; default: print."
)
@global_options
@click.pass_obj
def export(options: Options, since: str | None, output: Path | None) -> None:
    """Every personal code that really left, as CSV: code, contact (its id), issued, expires, source, redeemed.

    In the order of the codes; the same ledger gives the same file. A code that was only planned is not in it.

    \b
    Examples:
      topmind coupons export
      topmind coupons export --since 2026-12-01
      topmind coupons export -o var/coupons.csv
    """
    from topmind import settings as settings_
    from topmind.run import till
    from topmind.run.clock import SystemClock

    settings = settings_.load(options.project)
    lines = till.rows(settings, SystemClock(), till.day_of(since) if since else None)
    text = till.as_csv(lines)
    if output is None:
        click.echo(text, nl=False)
        return
    till.write(settings, output, text)
    many = len(lines) - 1
    click.echo(f"{many} code{'' if many == 1 else 's'} written to {output}.")


@command.command("redeemed")
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False, exists=True))
@global_options
@click.pass_obj
def redeemed(options: Options, file: Path) -> int:
    """Take in a CSV file of codes that were handed in: a column `code`, and `date` where it is known.

    Each is a fact for rules then: `redeemed('THANKS25')`. A mistyped code is told by its check letter, and so is one
    that was handed in twice or after its last day. What an earlier file said may come again.
    Exit code 1 where nobody has one of the codes, or one came twice or late; the others are noted all the same.

    \b
    Examples:
      topmind coupons redeemed till.csv
    """
    from topmind import settings as settings_
    from topmind.run import moment, till
    from topmind.run.clock import SystemClock

    settings, clock = settings_.load(options.project), SystemClock()
    today = moment.read(options.as_of, settings, clock).as_of
    found = till.take_in(settings, clock, file, today)
    click.echo(found.text())
    return int(bool(found.odd))
