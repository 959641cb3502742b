"""`topmind new`: a file from a template."""

from __future__ import annotations

import json
from datetime import date, datetime

import click

from topmind.cli.app import Options, global_options


@click.command("new")
@click.argument("kind")
@click.argument("title")
@click.option(
    "--date",
    "day",
    type=click.DateTime(["%Y-%m-%d"]),
    help="Its day; default: today, for an issue its newsletter's next free day.",
)
@click.option(
    "--of",
    "name",
    default="",
    metavar="NAME",
    help="The newsletter of an issue, the sequence of a step; what a correction corrects.",
)
@click.option("--json", "as_json", is_flag=True, help="Print the path as JSON.")
@global_options
@click.pass_obj
def command(options: Options, kind: str, title: str, day: datetime | None, name: str, as_json: bool) -> None:
    """Write a new file from a template, ready to be filled in.

    KIND is tip, article, promotion, event, spotlight, testimonial, expert, announcement, correction, issue,
    newsletter, segment, sequence or step. An item begins as a draft and an issue on hold: take that line out when it
    is ready. What stands in ‹these marks› is to be written anew.

    \b
    Examples:
      topmind new tip "Clean your gutters before the first frost"
      topmind new issue "What the storm taught us" --of tuesday-fix --date 2026-12-22
      topmind new step "Thank you" --of first-job
      topmind new correction "The right number" --of "tuesday-fix 2026-12-01"
      topmind new segment "Deck owners"
    """
    from topmind import settings as settings_
    from topmind.run import moment, new
    from topmind.run.clock import SystemClock

    settings = settings_.load(options.project)
    clock = SystemClock()
    on: date | None = day.date() if day else None
    if on is None and kind == "issue":
        on = new.next_issue(settings.root, name, as_of=options.as_of, clock=clock)
    on = on or moment.read(options.as_of, settings, clock).as_of
    path = new.write(settings.root, kind, title, on, name)
    if as_json:
        click.echo(json.dumps({"path": str(path)}))
    else:
        hold = {"issue": "hold: yes", "newsletter": "", "segment": "", "sequence": "", "step": ""}
        line = hold.get(kind, "status: draft")
        ready = f", take out the line `{line}` when it is ready" if line else ""
        click.echo(f"{path} is written. Fill it in{ready}, then: topmind check")
        if kind == "newsletter":
            for words in new.appearances(settings.root, path.stem, as_of=options.as_of, clock=clock):
                click.echo(words)
