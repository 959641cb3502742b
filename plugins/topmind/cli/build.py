"""`topmind build`: the resource site."""

from __future__ import annotations

from pathlib import Path

import click

from topmind.cli.app import Options, global_options


@click.command("build")
@click.option("--output", type=click.Path(file_okay=False), default=None, help="Folder; default: output/.")
@click.option("--no-search", is_flag=True, help="Leave the search index out.")
@click.option("--json", "as_json", is_flag=True, help="Print what was built as JSON.")
@global_options
@click.pass_obj
def command(options: Options, output: str | None, no_search: bool, as_json: bool) -> None:
    """Build the resource site into output/: all of it, or nothing and the last good one stays.

    \b
    Examples:
      topmind build
      topmind build --no-search --json
    """
    from topmind.cli import output as out
    from topmind.run import load, site
    from topmind.run.clock import SystemClock

    clock = SystemClock()
    project = load.load(options.project, as_of=options.as_of, clock=clock)
    report = site.build(project, clock, Path(output) if output else None, search=not no_search)
    if as_json:
        out.as_json(
            {
                "output": str(report.output),
                "items": report.items,
                "pages": report.pages,
                "notes": list(report.notes),
            }
        )
        return
    click.echo(
        f"{out.number(report.items, 'item')}, {out.number(report.pages, 'page')} in {_short(report.output)}"
    )
    for note in report.notes:
        click.echo(f"  {note}")


def _short(path: Path) -> str:
    """Below this folder where it is."""
    here = Path.cwd()
    return f"{path.relative_to(here) if path.is_relative_to(here) else path}/"
