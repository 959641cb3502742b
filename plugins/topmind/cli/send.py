"""`topmind send`: what is due and unsent now."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

import click

from topmind.cli import output as out
from topmind.cli import signalled
from topmind.cli.app import Options, global_options


@contextmanager
def _last_words() -> Iterator[Callable[[], None]]:
    """Where a signal ends the block, whoever pressed Ctrl-C reads what became of the mails."""
    begun = False

    def begins() -> None:
        nonlocal begun
        begun = True

    try:
        yield begins
    except BaseException as error:
        if signalled() or isinstance(error, (KeyboardInterrupt, SystemExit)):
            click.echo(
                "Stopped in the middle of it: the next run settles what can be proved of the mails in hand, and lists "
                "the others."
                if begun
                else "Stopped before anything was sent.",
                err=True,
            )
        raise


def _test(options: Options, to: str, contact: str | None, *, every: bool, machine: bool) -> int:
    from topmind.run import testmail
    from topmind.run.clock import SystemClock

    written = testmail.send(
        options.project, to, contact, every=every, as_of=options.as_of, clock=SystemClock()
    )
    if machine:
        out.as_json({"test_mails": written})
    else:
        click.echo(f"{out.number(written, 'test mail')} to {to}; nothing was written to the ledger.")
    return 0


def _test_of_one(
    options: Options, to: str, occasion: str, contact: str | None, *, every: bool, machine: bool
) -> int:
    from topmind.run import testmail_of_one
    from topmind.run.clock import SystemClock

    sent = testmail_of_one.send(
        options.project, to, occasion, contact, every=every, as_of=options.as_of, clock=SystemClock()
    )
    if machine:
        out.as_json({"test_mails": sent.mails, "occasion": sent.occasion})
    else:
        mails = out.number(sent.mails, "test mail")
        click.echo(f"{mails} of {sent.occasion} to {to}; nothing was written to the ledger.")
    return 0


def _proof(options: Options, issue: str, *, machine: bool) -> int:
    from topmind.run import proof_now
    from topmind.run.clock import SystemClock

    sent = proof_now.send(options.project, issue, as_of=options.as_of, clock=SystemClock())
    if machine:
        out.as_json({"issue": sent.issue, "to": list(sent.to)})
    else:
        click.echo(f"Proof of {sent.issue} to {', '.join(sent.to)}; nothing was written to the ledger.")
    return 0


@click.command("send")
@click.option("--live", is_flag=True, help="With Amazon SES: really send. The outbox always does.")
@click.option("--dry-run", is_flag=True, help="Plan, compile and test everything; write and send nothing.")
@click.option(
    "--check", is_flag=True, help="Pre-flight: everything that can be known before a send; sends nothing."
)
@click.option("--first-send", is_flag=True, help="With Amazon SES: this ledger is new, and that is right.")
@click.option(
    "--plan", "plan_hash", default=None, metavar="HASH", help="Send only if the plan has this hash."
)
@click.option(
    "--workers",
    type=click.IntRange(1, 64),
    default=1,
    metavar="N",
    help="Send with N processes at once; needs a ledger in PostgreSQL.",
)
@click.option(
    "--shard",
    default=None,
    metavar="K/N",
    help="Send only to the K-th of N parts of all people, so that N machines share one run; PostgreSQL, too.",
)
@click.option(
    "--test",
    "test_to",
    default=None,
    metavar="ADDRESS",
    help="One test mail to ADDRESS; no row in the ledger.",
)
@click.option(
    "--as",
    "contact",
    default=None,
    metavar="CONTACT",
    help="With --test: as this contact sees it, or a persona: no-name, long-name, right-to-left, emoji, script, sample.",
)
@click.option(
    "--every-edition",
    is_flag=True,
    help="With --test: one mail of each edition of all that is due, or of --only.",
)
@click.option(
    "--only",
    default=None,
    metavar="OCCASION",
    help="With --test: this issue, announcement or step, whenever it goes; without it, what is due today.",
)
@click.option(
    "--proof",
    "proof_of",
    default=None,
    metavar="OCCASION",
    help="The proof of an issue now, to whoever signs it; no row in the ledger.",
)
@out.json_options
@global_options
@click.pass_obj
def command(
    options: Options,
    live: bool,
    dry_run: bool,
    check: bool,
    first_send: bool,
    plan_hash: str | None,
    workers: int,
    shard: str | None,
    test_to: str | None,
    contact: str | None,
    every_edition: bool,
    only: str | None,
    proof_of: str | None,
    as_json: bool,
    format_: str,
) -> int:
    """Send what is due and unsent now, once. Run it as often as you like: the second run sends nothing.

    --check asks everything that can be known beforehand, with Amazon SES the account, the senders and the feedback,
    too, and prints all findings at once: what one mistake hides is named, whatever else can be looked at is looked at.
    Any error among them means exit 1.

    With a ledger in PostgreSQL several processes (--workers) and several machines (--shard, each with another K) may
    send at once; any two of them keep the gap and the ceilings of each person, and nothing goes twice.

    Exit codes: 0 done, 1 mails are unproven or held, 3 a guard or another sender stopped it, 130 interrupted.

    \b
    Examples:
      topmind send --dry-run
      topmind send --check
      topmind send
      topmind send --json
      topmind send --workers 4
      topmind send --shard 1/3
      topmind send --test you@example.com
      topmind send --test you@example.com --as no-name
      topmind send --test you@example.com --only tuesday-fix/2026-12-08 --every-edition
      topmind send --test you@example.com --only first-job/thank-you
      topmind send --proof tuesday-fix/2026-12-08
    """
    from topmind.ledger import Shard
    from topmind.run import rehearsing, sending
    from topmind.run.clock import SystemClock
    from topmind.run.crews import Crew
    from topmind.run.sent import SendResult, Unplanned

    clock = SystemClock()
    machine = as_json or format_ == "json"
    if proof_of and (test_to or live or dry_run or check):
        raise click.UsageError("--proof goes alone: it sends the proof of one issue and nothing else.")
    if proof_of:
        return _proof(options, proof_of, machine=machine)
    if test_to and only:
        return _test_of_one(options, test_to, only, contact, every=every_edition, machine=machine)
    if test_to:
        return _test(options, test_to, contact, every=every_edition, machine=machine)
    if contact or every_edition or only:
        raise click.UsageError("--as, --only and --every-edition go with --test ADDRESS.")
    crew = Crew(workers=workers, shard=Shard.parse(shard) if shard else None)
    result: SendResult | Unplanned
    if check:
        result = rehearsing.check(
            options.project,
            as_of=options.as_of,
            clock=clock,
            first_send=first_send,
            plan_hash=plan_hash,
            crew=crew,
        )
    else:
        with _last_words() as begins:
            result = sending.send(
                options.project,
                as_of=options.as_of,
                clock=clock,
                live=live,
                dry_run=dry_run,
                first_send=first_send,
                plan_hash=plan_hash,
                crew=crew,
                signalled=signalled,
                progress=None if as_json or format_ == "json" else out.progress(),
                begins=begins,
            )
    with out.even_if_closed():
        if as_json or format_ == "json":
            out.as_json(result.as_dict())
        else:
            click.echo(result.text())
    return result.exit_code
