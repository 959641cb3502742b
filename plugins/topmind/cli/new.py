"""`topmind new`: a file from a template."""

from __future__ import annotations

import json
from datetime import date, datetime

import click

from topmind.cli.app import Options, global_options


@click.command("new")
@click.argument("kind")
@click.argument("title")
@click.option("--date", "day", type=click.DateTime(["%Y-%m-%d"]), help="Its day; default: today.")
@click.option("--of", "name", default="", metavar="NEWSLETTER", help="The newsletter of an issue.")
@click.option("--json", "as_json", is_flag=True, help="Print the path as JSON.")
@global_options
@click.pass_obj
def command(options: Options, kind: str, title: str, day: datetime | None, name: str, as_json: bool) -> None:
    """Write a new file from a template, ready to be filled in.

    KIND is tip, article, promotion, event, spotlight, testimonial, expert, correction, issue, newsletter or
    segment.

    \b
    Examples:
      topmind new tip "Clean your gutters before the first frost"
      topmind new issue "What the storm taught us" --of tuesday-fix --date 2026-12-22
      topmind new segment "Deck owners"
    """
    from topmind import settings as settings_
    from topmind.run import moment, new
    from topmind.run.clock import SystemClock

    settings = settings_.load(options.project)
    on: date = day.date() if day else moment.read(options.as_of, settings, SystemClock()).as_of
    path = new.write(settings.root, kind, title, on, name)
    if as_json:
        click.echo(json.dumps({"path": str(path)}))
    else:
        click.echo(f"{path} is written. Fill it in, then: topmind check")
