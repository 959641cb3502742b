"""`python -m topmind.testing.ses`: the simulator as a process of its own, until SIGTERM or SIGINT.

The first line on standard output is its URL.
"""

from __future__ import annotations

import argparse
import json
import signal
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from topmind.testing.ses import state_file
from topmind.testing.ses.control import script
from topmind.testing.ses.simulator import SesSimulator
from topmind.testing.ses.sinks import QueueSink, Sink, TopicSink
from topmind.testing.ses.state import Account


def parser() -> argparse.ArgumentParser:
    """The flags."""
    found = argparse.ArgumentParser(
        prog="python -m topmind.testing.ses", description=(__doc__ or "").split("\n")[0]
    )
    add = found.add_argument
    add("--host", default="127.0.0.1", help="address to listen on (127.0.0.1)")
    add("--port", type=int, default=0, help="0 takes a free one")
    add(
        "--state",
        type=Path,
        metavar="FILE.json",
        help="read at the start where it exists, written at the end",
    )
    add(
        "--script",
        type=Path,
        metavar="FILE.json",
        help="faults, feedback and account, as POST /_sim/script takes them",
    )
    add("--identity", action="append", default=[], help="verified domain or address; may be repeated")
    add("--configuration-set", action="append", default=[], help="with an event destination; may be repeated")
    add("--account", choices=[state.value for state in Account], help="production")
    add("--quota", type=float, help="recipients in any 24 hours")
    add("--rate", type=float, help="recipients a second")
    add("--seed", type=int, default=0, help="of message ids and of everything left to chance")
    add("--keep", type=int, default=10_000, help="mails kept in the inbox; counts go on")
    add("--queue-url", default="", help="SQS queue for the events")
    add("--topic-arn", default="", help="SNS topic for the events")
    add("--aws-endpoint", default=None, help="where that queue or topic is, for instance a moto server")
    add("--region", default="us-east-1", help="of that queue or topic")
    return found


def main(arguments: Sequence[str] | None = None) -> int:
    """Serve until told to stop."""
    options = parser().parse_args(arguments)
    signals = {signal.SIGTERM, signal.SIGINT}
    signal.pthread_sigmask(signal.SIG_BLOCK, signals)  # before any thread starts, so that none of them is hit
    kept = state_file.load(options.state) if options.state else None
    sim = SesSimulator(
        identities=options.identity,
        configuration_sets=options.configuration_set,
        account=options.account or Account.PRODUCTION,
        quota=options.quota,
        rate=options.rate,
        state=kept,
        sink=_sink(options),
        seed=options.seed,
        keep=options.keep,
        host=options.host,
        port=options.port,
    )
    if options.account:
        sim.state.account = Account(options.account)
    if options.script:
        script(sim, json.loads(options.script.read_text("utf-8")))
    with sim:
        print(sim.url, flush=True)
        signal.sigwait(signals)
    if options.state:
        state_file.save(sim.state, options.state)
    return 0


def _sink(options: argparse.Namespace) -> Sink | None:
    """Queue or topic, through boto3 with the credentials of the environment."""
    if not options.queue_url and not options.topic_arn:
        return None
    import boto3

    def client(service: Any) -> Any:
        return boto3.client(service, endpoint_url=options.aws_endpoint, region_name=options.region)

    if options.topic_arn:
        return TopicSink(client("sns"), options.topic_arn)
    return QueueSink(client("sqs"), options.queue_url)


if __name__ == "__main__":
    sys.exit(main())
