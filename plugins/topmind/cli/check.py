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
@click.option(
    "--fix", is_flag=True, help="Mend what is certain first: a slip in a key or a name, a lost slash."
)
@click.option("--dry-run", is_flag=True, help="With --fix: show the changes as a diff; write nothing.")
@global_options
@click.pass_obj
def command(options: Options, format_: str, as_json: bool, fix: bool, dry_run: bool) -> int:
    """Find every mistake in content, segments, team and settings: file, line, what is wrong, what to write.

    --fix writes only what leaves nothing to decide, and only where the finding is gone afterwards; the rest is for you.
    Exit code 1 where there is an error; warnings and notes alone are 0.

    \b
    Examples:
      topmind check
      topmind check --json
      topmind check --format github
      topmind check --fix --dry-run
      topmind check --fix
    """
    if dry_run and not fix:
        raise click.UsageError("--dry-run belongs to --fix: a check writes nothing anyway.")
    if fix:
        _mend(options, dry_run, quiet=as_json or format_ != "text")
    from topmind import checks
    from topmind.cli import ends_at_once
    from topmind.model import Level
    from topmind.run import inspect
    from topmind.run.clock import SystemClock

    found = inspect.findings(options.project, as_of=options.as_of, clock=SystemClock())
    formats = {"text": checks.format_text, "json": checks.format_json, "github": checks.format_github}
    text = formats["json" if as_json else format_](found)
    if text:
        click.echo(text)
    ends_at_once.set()
    return int(any(problem.level is Level.ERROR for problem in found))


def _mend(options: Options, dry_run: bool, quiet: bool) -> None:
    """Mend, and say what was changed; on standard error where a machine reads the findings (`quiet`)."""
    from topmind.run import mending
    from topmind.run.clock import SystemClock

    found = mending.find(options.project, as_of=options.as_of, clock=SystemClock())
    missed = () if dry_run else mending.write(options.project, found)
    lines = []
    for one in found:
        if one in missed:
            lines.append(f"{one.path} was changed meanwhile, and is left alone.")
        else:
            lines += [one.diff()] if dry_run else [f"{one.path}:{change}" for change in one.changes]
    files = len(found) - len(missed)
    count = sum(len(one.changes) for one in found if one not in missed)
    what = f"{count} mistake{'s' if count != 1 else ''} in {files} file{'s' if files != 1 else ''}"
    if not count:
        lines.append("Nothing here can be mended without asking.")
    else:
        lines.append(f"Would mend {what}; nothing was written." if dry_run else f"Mended {what}.")
    click.echo("\n".join(lines) + "\n", err=quiet)
