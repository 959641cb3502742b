"""`topmind demo`: the sample company in one go."""

from __future__ import annotations

import click

from topmind.cli.app import Options, global_options


@click.command("demo")
@click.option("--serve", is_flag=True, help="Serve the result afterwards until Ctrl-C.")
@click.option("--host", default="127.0.0.1", help="Where to serve; default 127.0.0.1.")
@click.option("--port", type=int, default=8000, help="Default 8000.")
@click.option("--contacts", type=click.IntRange(10, 1_000_000), default=2000, help="How many; default 2000.")
@click.option("--seed", type=int, default=7, help="Same seed, same people.")
@click.option("--json", "as_json", is_flag=True, help="Print the counts as JSON.")
@global_options
@click.pass_obj
def command(
    options: Options, serve: bool, host: str, port: int, contacts: int, seed: int, as_json: bool
) -> int:
    """Make a believable audience, build the site, plan, send into the outbox, and say where to look.

    Only with the outbox, and only for made-up contacts: an audience of your own is never touched.

    \b
    Examples:
      topmind demo
      topmind demo --contacts 300 --json
    """
    from topmind.cli import output as out
    from topmind.cli.serving import serve as serve_
    from topmind.run import demo
    from topmind.run.clock import SystemClock
    from topmind.testing import audience

    result = demo.demo(
        options.project,
        as_of=options.as_of,
        clock=SystemClock(),
        write_audience=lambda folder, day: audience.write(folder, as_of=day, seed=seed, contacts=contacts),
        past_touches=lambda day: audience.past_touches(as_of=day, seed=seed, contacts=contacts),
        what={"contacts": contacts, "seed": seed},
        say=None if as_json else out.step,
    )
    if as_json:
        out.as_json(result.as_dict())
    else:
        click.echo(result.text())
    if serve:
        serve_(options.project, as_of=options.as_of, host=host, port=port)
    return result.exit_code
