"""`topmind contacts show|export|optout|mark|pause|stage|note|merge`: care for one person."""

from __future__ import annotations

from pathlib import Path

import click

from topmind.cli.app import AllMissing, Options, global_options


@click.command("show")
@click.argument("who")
@click.option("--json", "as_json", is_flag=True, help="Print the facts as JSON, as `export` does.")
@global_options
@click.pass_obj
def show(options: Options, who: str, as_json: bool) -> None:
    """Everything we know of one person. For your own screen: it shows personal data. WHO is an id or an address.

    Consent per channel with its basis and its evidence, pause, marks, notes, stage, every touch and what became of
    it, answers and codes. `topmind why` tells what is due to them, and why.

    \b
    Examples:
      topmind contacts show 0007
    """
    from topmind.cli import output as out
    from topmind.run import one_person
    from topmind.run.clock import SystemClock

    held = one_person.held(options.project, who, clock=SystemClock())
    if as_json:
        out.as_json(held.as_dict())
    else:
        click.echo(held.text())


@click.command("export")
@click.argument("who")
@click.option(
    "-o",
    "--output",
    type=click.Path(path_type=Path, dir_okay=False),
    help="A file for your eyes only; default: the screen.",
)
@global_options
@click.pass_obj
def export(options: Options, who: str, output: Path | None) -> None:
    """All that is held about one person, as JSON: for whoever asks what you know of them. WHO is an id or an address.

    What your own system holds (purchases, other columns) is in your export, not here.

    \b
    Examples:
      topmind contacts export 0007
      topmind contacts export 0007 -o var/0007.json
    """
    from topmind.cli import output as out
    from topmind.run import one_person
    from topmind.run.clock import SystemClock

    found = one_person.export(options.project, who, output, clock=SystemClock())
    if output is None:
        out.as_json(found)
    else:
        click.echo(f"Written to {output}; only you may read it.")


@click.command("optout", cls=AllMissing)
@click.argument("who")
@click.option("--topic", metavar="TOPIC", default="", help="A no to this topic only; default: to all mail.")
@click.option("--by", metavar="NAME", required=True, help="Who of you heard it.")
@click.option("--why", metavar="TEXT", required=True, help="How they said it, in a sentence.")
@global_options
@click.pass_obj
def optout(options: Options, who: str, topic: str, by: str, why: str) -> None:
    """Somebody told you to stop, by phone or at the door: no more newsletters and offers by mail, or one topic less.

    It counts like a press on the link in a mail: it holds from the next mail on, a no to all mail also for whoever reads
    the same inbox, and no import, no merge and no restored copy undoes it; only a later word of theirs does. NAME and
    TEXT become a note, which they may ask to see (`export`). WHO is their id in your contacts, or their address.

    \b
    Examples:
      topmind contacts optout 0007 --by dana --why "Told us by phone."
      topmind contacts optout 0007 --topic offers --by dana --why "Only wants the tips."
    """
    from topmind.run import saying
    from topmind.run.clock import SystemClock

    click.echo(saying.opt_out(options.project, who, topic=topic, by=by, why=why, clock=SystemClock()))


@click.command("mark")
@click.argument("who")
@click.argument("mark")
@click.option("--until", metavar="DAY", default="", help="The last day on which it holds; default: no end.")
@click.option("--remove", is_flag=True, help="Take the mark off.")
@global_options
@click.pass_obj
def mark(options: Options, who: str, mark: str, until: str, remove: bool) -> None:
    """Mark somebody: marked('vip') in a segment asks for it. WHO is their id in your contacts, or their address.

    A MARK is one word of small letters, digits and hyphens. No import adds one or takes one off.

    \b
    Examples:
      topmind contacts mark 0007 vip
      topmind contacts mark 0007 trade-fair --until 2026-12-24
      topmind contacts mark 0007 vip --remove
    """
    from topmind.run import saying
    from topmind.run.clock import SystemClock

    click.echo(saying.mark(options.project, who, mark, until=until, remove=remove, clock=SystemClock()))


@click.command("pause")
@click.argument("who")
@click.option("--until", metavar="DAY", required=True, help="The first day on which something may go again.")
@global_options
@click.pass_obj
def pause(options: Options, who: str, until: str) -> None:
    """Touch somebody on no channel before a day; a day that has come ends the pause.

    Of your word and their own the later one holds. WHO is their id in your contacts, or their address.

    \b
    Examples:
      topmind contacts pause 0007 --until 2027-02-01
    """
    from topmind.run import saying
    from topmind.run.clock import SystemClock

    click.echo(saying.pause(options.project, who, until, clock=SystemClock()))


@click.command("stage", cls=AllMissing)
@click.argument("who")
@click.argument("stage")
@click.option("--why", required=True, metavar="TEXT", help="What made you say so.")
@click.option("--by", required=True, metavar="NAME", help="Who says so: one of us, in one word.")
@global_options
@click.pass_obj
def stage(options: Options, who: str, stage: str, why: str, by: str) -> None:
    """Say at which stage somebody is: attention, interest, conviction, desire or action. WHO is an id or an address.

    Rules see it from now on, and the log of stages keeps when, why and by whom. Of your word and your export's the later
    one holds: an export that says what it said before changes nothing.

    \b
    Examples:
      topmind contacts stage 0007 desire --why "Asked for a quote at the fair." --by dana
    """
    from topmind.run import saying
    from topmind.run.clock import SystemClock

    click.echo(saying.stage(options.project, who, stage, why=why, by=by, clock=SystemClock()))


@click.command("note")
@click.argument("who")
@click.argument("text")
@global_options
@click.pass_obj
def note(options: Options, who: str, text: str) -> None:
    """Write something down about somebody, for people: no rule reads it, and they may ask to see it (`export`).

    \b
    Examples:
      topmind contacts note 0007 "Prefers a call in the morning."
    """
    from topmind.run import saying
    from topmind.run.clock import SystemClock

    click.echo(saying.note(options.project, who, text, clock=SystemClock()))


@click.command("merge")
@click.argument("source", metavar="FROM")
@click.argument("target", metavar="INTO")
@global_options
@click.pass_obj
def merge(options: Options, source: str, target: str) -> None:
    """Two contacts are one person: FROM leads to INTO from now on. Each is an id in your contacts, or an address.

    Opt-outs of both hold until a later word of theirs, so do the longer pause and every mark; touches, answers and
    codes of both count; an address that bounced stays suppressed. FROM gets nothing any more, whatever your export
    still says of it, and links in its old mails work. It cannot be taken back. Not while a send runs.

    \b
    Examples:
      topmind contacts merge 0012 0007
    """
    from topmind.run import merging
    from topmind.run.clock import SystemClock

    click.echo(merging.merge(options.project, source, target, clock=SystemClock()))


#: Of the group `contacts`.
COMMANDS = (show, export, optout, mark, pause, stage, note, merge)
