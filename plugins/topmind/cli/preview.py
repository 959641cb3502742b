"""`topmind preview`: the desk on this machine."""

from __future__ import annotations

import click

from topmind.cli.app import Options, global_options


@click.command("preview")
@click.option("--host", default="127.0.0.1", help="Default 127.0.0.1: nobody else can reach it.")
@click.option("--port", type=int, default=8000, help="Default 8000.")
@click.option("--check-only", is_flag=True, help="Build what the desk shows, say where it would be, and end.")
@global_options
@click.pass_obj
def command(options: Options, host: str, port: int, check_only: bool) -> None:
    """Open the desk: the site, today's plan and the outbox, until Ctrl-C.

    \b
    Examples:
      topmind preview --check-only
    """
    from topmind.cli.serving import serve

    serve(options.project, as_of=options.as_of, host=host, port=port, only_prepare=check_only)
