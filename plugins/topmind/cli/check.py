"""`topmind check`: every mistake in the files."""

from __future__ import annotations

import click

from topmind.cli.app import Options, global_options


@click.command("check")
@click.option(
    "--format",
    "format_",
    type=click.Choice(["text", "json", "github"]),
    default="text",
    help="text for people, json for machines, github for annotations.",
)
@click.option("--json", "as_json", is_flag=True, help="The same as --format json.")
@global_options
@click.pass_obj
def command(options: Options, format_: str, as_json: bool) -> int:
    """Find every mistake in content, segments, team and settings: file, line, what is wrong, what to write.

    Exit code 1 where there is an error; warnings and notes alone are 0.

    \b
    Examples:
      topmind check
      topmind check --json
      topmind check --format github
    """
    from topmind import checks
    from topmind.model import Level
    from topmind.run import inspect
    from topmind.run.clock import SystemClock

    found = inspect.findings(options.project, as_of=options.as_of, clock=SystemClock())
    formats = {"text": checks.format_text, "json": checks.format_json, "github": checks.format_github}
    text = formats["json" if as_json else format_](found)
    if text:
        click.echo(text)
    return int(any(problem.level is Level.ERROR for problem in found))
