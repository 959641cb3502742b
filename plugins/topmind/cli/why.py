"""`topmind why`: the story of one person."""

from __future__ import annotations

import click

from topmind.cli.app import Options, global_options


@click.command("why")
@click.argument("who")
@click.argument("occasion", required=False)
@click.option("--json", "as_json", is_flag=True, help="Print the facts as JSON.")
@global_options
@click.pass_obj
def command(options: Options, who: str, occasion: str | None, as_json: bool) -> None:
    """Why did WHO (name, address or id) get this, or not? For your own screen: it shows personal data.

    \b
    Examples:
      topmind why 0007
      topmind why 0007 tuesday-fix/2026-W49
      topmind why 0007 --json
    """
    from topmind.cli import output as out
    from topmind.run import why
    from topmind.run.clock import SystemClock

    story = why.story(options.project, who, occasion, as_of=options.as_of, clock=SystemClock())
    if as_json:
        out.as_json(story.as_dict())
    else:
        click.echo(story.text())
