"""The `topmind` group: finds commands by name without importing the others, and turns errors into words."""

from __future__ import annotations

import importlib
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

import click

from topmind import __version__
from topmind.cli import interrupted_code, received
from topmind.errors import ContentError, TopmindError

#: Name → one line for `topmind --help`; the command itself is `topmind.cli.NAME:command`.
COMMANDS = {
    # daily
    "check": "Find every mistake in the files, before anybody else does.",
    "build": "Build the resource site into output/.",
    "preview": "Open the desk: site, today's plan, outbox, on this machine.",
    "segments": "Who is in which segment, and why.",
    "plan": "Who is due for what today, who is not, and why.",
    "send": "Send what is due and unsent now.",
    "stop": "Stop one occasion, or everything, before the next mail leaves.",
    "resume": "Let a stopped occasion go on.",
    "approve": "Let an unusually large plan go.",
    "why": "Why did this person get this, or not?",
    "report": "What was promised and what was really done.",
    "tasks": "Calls, letters, visits, parcels: who has to do what, and what became of it.",
    "coupons": "Personal codes for the till, and what the till took in.",
    # set-up and care
    "init": "Start a project here.",
    "new": "Write a new item, newsletter issue or segment from a template.",
    "contacts": "Contacts: put an export in place, map a new one, erase somebody for good.",
    "feedback": "What became of mails that left: bounces, complaints, opens, clicks.",
    "ledger": "Care for the ledger: make one, look at it, copy it, put a copy back.",
    "demo": "The sample company from files to outbox in one go.",
}


@dataclass(slots=True)
class Options:
    """Global options; they may stand before or after the command."""

    project: Path = Path()
    as_of: str | None = None
    debug: bool = False

    def inside(self, to: Path) -> Path:
        """A file that is named without its whole path: below the project, wherever the command was typed."""
        return to if to.is_absolute() else self.project / to


class Commands(click.Group):
    """Imports a command's module only when it is called."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """In the order of COMMANDS: daily first."""
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """The command of this name, or None."""
        if cmd_name not in COMMANDS:
            return None
        module = importlib.import_module(f"topmind.cli.{cmd_name}")
        command: click.Command = module.command
        return command

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """As click does, with the nearest names for a wrong one."""
        name = args[0]
        if name not in COMMANDS and not name.startswith("-"):
            import difflib

            near = difflib.get_close_matches(name, COMMANDS, n=1, cutoff=0.5)
            hint = f" Did you mean `topmind {near[0]}`?" if near else " See `topmind --help`."
            ctx.fail(f"there is no command {name!r}.{hint}")
        return super().resolve_command(ctx, args)

    def invoke(self, ctx: click.Context) -> Any:
        """As click does; but a reader that went away (`| head`) is no mistake, and click would end with 1."""
        from topmind.cli.output import even_if_closed

        with even_if_closed():
            return super().invoke(ctx)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """The list of commands from COMMANDS, without importing one."""
        names = list(COMMANDS)
        cut = names.index("init")
        for title, part in (("Daily", names[:cut]), ("Set-up", names[cut:])):
            with formatter.section(title):
                formatter.write_dl([(name, COMMANDS[name]) for name in part])


class AllMissing(click.Command):
    """A command that names everything required that is missing, not the first of it."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """As click does. Raises click.UsageError where more than one is missing."""
        given = list(args)
        try:
            return super().parse_args(ctx, args)
        except click.MissingParameter as first:
            said, _, _ = self.make_parser(ctx).parse_args(args=given)
            missing = [
                param
                for param in self.get_params(ctx)
                if param.required and not isinstance(said.get(param.name or ""), str)
            ]
            if len(missing) < 2:
                raise
            names = [
                param.make_metavar(ctx) if isinstance(param, click.Argument) else param.opts[0]
                for param in missing
            ]
            raise click.UsageError(f"Missing: {', '.join(names)}.", ctx) from first


def _keep(name: str) -> Callable[[click.Context, click.Parameter, Any], Any]:
    def callback(ctx: click.Context, _param: click.Parameter, value: Any) -> Any:
        if value not in (None, False):
            setattr(ctx.ensure_object(Options), name, value)
        return value

    return callback


F = TypeVar("F", bound=Callable[..., Any])


def global_options(function: F) -> F:
    """-C, --as-of and --debug; on the group and on every command."""
    for option in (
        click.option("--debug", is_flag=True, expose_value=False, callback=_keep("debug"),
                     help="Show the traceback of an error."),
        click.option("--as-of", metavar="DAY", expose_value=False, callback=_keep("as_of"),
                     envvar="TOPMIND_AS_OF",
                     help="Act as on this day (2026-12-01) or moment (2026-12-01T09:30-05:00)."),
        click.option("-C", "--project", metavar="DIR", expose_value=False, callback=_keep("project"),
                     type=click.Path(exists=True, file_okay=False, path_type=Path),
                     help="The project's folder; default: this one."),
    ):  # fmt: skip
        function = option(function)
    return function


@click.group(
    cls=Commands,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100, "obj": None},
    epilog="Start with `topmind init`, or look at the sample with `topmind demo`.",
)
@global_options
@click.version_option(__version__, prog_name="topmind")
@click.pass_context
def app(ctx: click.Context) -> None:
    """Keep a business top of mind: Markdown in, a resource site and segmented newsletters out, with proof."""
    ctx.ensure_object(Options)


def call(args: list[str] | None = None) -> int:
    """Run the command line; returns the exit code and prints errors to standard error."""
    options = Options()
    try:
        result = app.main(args=args, prog_name="topmind", standalone_mode=False, obj=options)
    except click.exceptions.Exit as done:
        return done.exit_code
    except BaseException as error:
        if options.debug and not isinstance(error, (click.ClickException, click.Abort, SystemExit)):
            raise
        return _say(error)
    return result if isinstance(result, int) else 0


def _say(error: BaseException) -> int:
    """Print one error for a person; returns the exit code of DESIGN §9."""
    match error:
        case _ if received or isinstance(error, (click.Abort, KeyboardInterrupt)):
            click.echo("Interrupted.", err=True)
            return interrupted_code()
        case click.ClickException():
            error.show()
            return 2
        case TopmindError():
            _show(error)
            return error.exit_code
        case SystemExit():
            return error.code if isinstance(error.code, int) else 1
        case OSError():
            where = f"{error.filename}: " if error.filename else ""
            click.echo(f"topmind: {where}{error.strerror or type(error).__name__}.", err=True)
            return 1
        case _:
            # its text stays unprinted: a foreign exception may quote a person's data
            click.echo(
                f"topmind: an unexpected {type(error).__name__}. This is a defect of topmind; nothing more "
                "was done. Run the same command with --debug and report what it prints.",
                err=True,
            )
            return 1


def _show(error: TopmindError) -> None:
    if isinstance(error, ContentError):
        from topmind.checks import format_text

        click.echo(format_text(error.problems), err=True)
    click.echo(f"topmind: {error}", err=True)
