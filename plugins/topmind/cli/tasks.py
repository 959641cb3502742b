"""`topmind tasks`: what people have to do by call, letter, visit or parcel, and what became of it."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from topmind.cli import output as out
from topmind.cli.app import Options, global_options

if TYPE_CHECKING:
    from topmind.run.tasking import TaskList, Told


@click.group("tasks", invoke_without_command=True)
@click.option("--who", is_flag=True, help="With names and phone numbers: for your own screen only.")
@click.option(
    "--for",
    "reader",
    metavar="REPRESENTATIVE",
    help="One person's tasks, with names (a file name of content/team).",
)
@out.json_options
@global_options
@click.pass_context
def command(ctx: click.Context, who: bool, reader: str | None, as_json: bool, format_: str) -> None:
    """List the open tasks of each representative: overdue, on their last day, later.

    Counts only; names with --who, or --for a representative.

    \b
    Examples:
      topmind tasks
      topmind tasks --for june
      topmind tasks --who --json
    """
    if ctx.invoked_subcommand is not None:
        return
    from topmind.run import tasking
    from topmind.run.clock import SystemClock

    with tasking.opened(ctx.obj.project, as_of=ctx.obj.as_of, clock=SystemClock()) as (project, ledger):
        found = tasking.task_list(project, ledger, reader)
    names = who or reader is not None
    if as_json or format_ == "json":
        out.as_json(found.as_dict(names=names))
        return
    _counts(found)
    if names:
        _names(found)


def _counts(found: TaskList) -> None:
    rows: list[tuple[object, ...]] = [("representative", "overdue", "today", "later")]
    for member, row in found.counts().items():
        rows.append((found.team.get(member, member), row["overdue"], row["today"], row["later"]))
    if len(rows) == 1:
        click.echo("No open task.")
        return
    out.table(rows, right=(1, 2, 3))


def _names(found: TaskList) -> None:
    click.echo()
    many = len(found.counts()) > 1
    out.table(
        [
            (
                one.ref,
                *((one.holder,) if many else ()),
                {"overdue": "overdue", "today": "last day"}.get(
                    one.stands, f"by {out.day(one.task.last_day)}"
                ),
                one.task.key.channel.value,
                one.task.name or one.task.key.contact,
                one.task.phone,
                one.task.title,
            )
            for one in found.tasks
        ]
    )


@command.command("done")
@click.argument("tasks", nargs=-1, required=True, metavar="TASK...")
@click.option("--outcome", metavar="WORDS", help='What came of it, as rules ask for it: "not happy".')
@click.option("--note", default="", metavar="TEXT", help="For whoever has the next task with this person.")
@out.json_options
@global_options
@click.pass_obj
def done(
    options: Options, tasks: tuple[str, ...], outcome: str | None, note: str, as_json: bool, format_: str
) -> None:
    """Somebody did it. TASK is the number in the task mail and in the list (its first digits are enough).

    \b
    Examples:
      topmind tasks done 3fa9c1d2
      topmind tasks done 3fa9c1d2 --outcome "not happy" --note "the new tap drips"
    """
    _tell(options, tasks, reached=True, outcome=outcome, note=note, as_json=as_json or format_ == "json")


@command.command("missed")
@click.argument("tasks", nargs=-1, required=True, metavar="TASK...")
@click.option("--outcome", metavar="WORDS", help='Why: "no answer" keeps it open until its last day.')
@click.option("--note", default="", metavar="TEXT", help="For whoever has the next task with this person.")
@out.json_options
@global_options
@click.pass_obj
def missed(
    options: Options, tasks: tuple[str, ...], outcome: str | None, note: str, as_json: bool, format_: str
) -> None:
    """It did not happen, and will not: it counts as no touch.

    \b
    Examples:
      topmind tasks missed 3fa9c1d2
      topmind tasks missed 3fa9c1d2 --outcome "no answer"
    """
    _tell(options, tasks, reached=False, outcome=outcome, note=note, as_json=as_json or format_ == "json")


def _tell(
    options: Options, tasks: tuple[str, ...], *, reached: bool, outcome: str | None, note: str, as_json: bool
) -> None:
    from topmind.run import tasking
    from topmind.run.clock import SystemClock

    told = tasking.tell(
        options.project,
        tasks,
        reached=reached,
        outcome=outcome,
        note=note,
        as_of=options.as_of,
        clock=SystemClock(),
    )
    _say(told, as_json)


def _say(told: Told, as_json: bool) -> None:
    if as_json:
        out.as_json(told.as_dict())
        return
    same = f", {told.named - told.changed} known before" if told.named > told.changed else ""
    still = f"; {told.open} to be tried again until the last day" if told.open else ""
    click.echo(f"Written down: {out.number(told.changed, 'task')}{same}{still}.")


@command.command("import")
@click.argument("file", type=click.Path(path_type=Path))
@out.json_options
@global_options
@click.pass_obj
def import_(options: Options, file: Path, as_json: bool, format_: str) -> None:
    """Take in a list (CSV) with a column `outcome`: done, no answer, not happy, missed; empty stays open.

    With a bad line nothing is written; the same list again changes nothing.

    \b
    Examples:
      topmind tasks import var/tasks.csv
    """
    from topmind.run import task_import
    from topmind.run.clock import SystemClock

    here = file if file.exists() else options.inside(file)
    told = task_import.import_file(options.project, here, as_of=options.as_of, clock=SystemClock())
    _say(told, as_json or format_ == "json")


@command.command("export")
@click.option(
    "--format",
    "kind",
    type=click.Choice(["csv", "ics", "html"]),
    default="csv",
    help="A table, a calendar, or a page to print.",
)
@click.option(
    "--to",
    type=click.Path(path_type=Path),
    required=True,
    metavar="FILE",
    help="Where to: below var/ or outside of the project.",
)
@click.option("--for", "reader", metavar="REPRESENTATIVE", help="One person's tasks.")
@global_options
@click.pass_obj
def export(options: Options, kind: str, to: Path, reader: str | None) -> None:
    """Write the open tasks as a file, with names: a CSV whose column `outcome` comes back with `import`.

    \b
    Examples:
      topmind tasks export --to var/tasks.csv
      topmind tasks export --format ics --for june --to var/june.ics
      topmind tasks export --format html --to var/tasks.html
    """
    from topmind.run import task_files
    from topmind.run.clock import SystemClock

    count = task_files.export(
        options.project, kind, options.inside(to), reader=reader, as_of=options.as_of, clock=SystemClock()
    )
    click.echo(f"{out.number(count, 'task')} in {to}. The file names customers: do not pass it on.")


@command.command("print")
@click.option("--channel", type=click.Choice(["letter", "parcel"]), help="Only letters, or only parcels.")
@click.option(
    "--to",
    type=click.Path(path_type=Path),
    required=True,
    metavar="FILE",
    help="Where to: below var/ or outside of the project.",
)
@click.option("--for", "reader", metavar="REPRESENTATIVE", help="One person's letters.")
@global_options
@click.pass_obj
def print_(options: Options, channel: str | None, to: Path, reader: str | None) -> None:
    """Write letters and parcel slips as a page to print: one sheet each, the address where the window is.

    \b
    Examples:
      topmind tasks print --to var/letters.html
      topmind tasks print --channel parcel --to var/slips.html
    """
    from topmind.run import task_files
    from topmind.run.clock import SystemClock

    sent, lost = task_files.print_pages(
        options.project,
        channel,
        options.inside(to),
        reader=reader,
        as_of=options.as_of,
        clock=SystemClock(),
    )
    if not sent:
        click.echo(
            f"Nothing to print: no open {channel or 'letter or parcel'} with an address. No file was written."
        )
    else:
        click.echo(f"{out.number(len(sent), 'sheet')} in {to}: open it in a browser and print it at 100 %.")
        click.echo(f"Once they are in the post: topmind tasks done {' '.join(sent)}")
    if lost:
        click.echo(
            f"No postal address: {', '.join(lost)}. Add it in the source of contacts, or visit.", err=True
        )
