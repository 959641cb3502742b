"""`topmind init`: a new project."""

from __future__ import annotations

import json
from zoneinfo import ZoneInfo

import click

from topmind.cli.app import Options, global_options

#: From an empty folder to the first mail; content/pages/docs/start.md tells the same at leisure.
NEXT = (
    "Say who you are: content/company.md and content/team/owner.md",
    "Put your contacts into var/contacts/contacts.csv; segments/_audience.toml shows its first line",
    'Write a few tips: topmind new tip "…"; the last ones are kept for whoever would hear nothing for too long',
    "topmind check, topmind plan, topmind build, topmind send; then look: topmind preview",
)


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

    # the skeleton's zone: what is dated today there must not wait for tomorrow
    day = SystemClock().now().astimezone(ZoneInfo(init.ZONE)).date()
    written = init.init(options.project.resolve(), day=day, sample=sample, name=name)
    if as_json:
        click.echo(json.dumps({"written": list(written)}))
        return
    click.echo(f"{len(written)} files are written.")
    if sample:
        click.echo("Look at it: topmind demo")
        return
    for number, line in enumerate(NEXT, 1):
        click.echo(f"{number}. {line}")
