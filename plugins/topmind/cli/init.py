"""`topmind init`: a new project."""

from __future__ import annotations

import json

import click

from topmind.cli.app import Options, global_options


@click.command("init")
@click.option("--sample", is_flag=True, help="The whole sample company instead of a small skeleton.")
@click.option("--name", default="", help="Name of your company.")
@click.option("--json", "as_json", is_flag=True, help="Print the written paths as JSON.")
@global_options
@click.pass_obj
def command(options: Options, sample: bool, name: str, as_json: bool) -> None:
    """Start a project in this folder (or the one of -C); never writes over a file.

    \b
    Examples:
      topmind init --name "Alder Cove Bakery"
      topmind init --sample
    """
    from topmind.run import init
    from topmind.run.clock import SystemClock

    day = SystemClock().now().date()
    written = init.init(options.project.resolve(), day=day, sample=sample, name=name)
    if as_json:
        click.echo(json.dumps({"written": list(written)}))
        return
    click.echo(f"{len(written)} files are written.")
    click.echo("Look at it: topmind demo" if sample else "Next: edit content/company.md, then: topmind check")
