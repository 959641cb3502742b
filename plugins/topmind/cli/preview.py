"""`topmind preview`: the desk on this machine."""

from __future__ import annotations

from pathlib import Path

import click

from topmind.cli.app import Options, global_options


@click.command("preview")
@click.option(
    "--host",
    default="127.0.0.1",
    help="Default 127.0.0.1: nobody else can reach it. On any other, whoever reaches it sees contacts.",
)
@click.option("--port", type=int, default=8000, help="Default 8000.")
@click.option("--check-only", is_flag=True, help="Build what the desk shows, say where it would be, and end.")
@click.option(
    "--export",
    "folder",
    type=click.Path(path_type=Path, file_okay=False),
    metavar="DIR",
    help="Write the preview as files that any browser opens, and end. Nothing of any contact is in them.",
)
@global_options
@click.pass_obj
def command(options: Options, host: str, port: int, check_only: bool, folder: Path | None) -> None:
    """Open the desk until Ctrl-C: the site, every mail that comes as different readers see it, findings, today's plan,
    calendar and outbox.

    \b
    Examples:
      topmind preview --check-only
      topmind preview --export var/preview
    """
    if folder is not None:
        _export(options, folder)
        return
    from topmind.cli.serving import serve

    serve(options.project, as_of=options.as_of, host=host, port=port, only_prepare=check_only)


def _export(options: Options, folder: Path) -> None:
    from topmind.desk.export import export
    from topmind.run.clock import SystemClock
    from topmind.run.preview.public import public

    done = export(public(options.project, as_of=options.as_of, clock=SystemClock()), folder)
    click.echo(
        f"{done.mails} mails of {done.occasions} occasions, {done.findings} findings: {done.folder / 'index.html'}"
    )
