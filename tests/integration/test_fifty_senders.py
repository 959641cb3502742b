"""Fifty whole senders at the same moment, over the real transport to one Amazon: each mail is taken at most once."""

from __future__ import annotations

import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import boto3
import pytest
from botocore.config import Config

import loopback_s3 as s3
from ledger_words import NOW
from soak.mails import message
from topmind import delivery
from topmind.aws.objects import S3Objects
from topmind.aws.ses import SesTransport
from topmind.errors import LedgerLocked
from topmind.ledger import ALONE, Ledger, Member, open_ledger
from topmind.model import Clock
from topmind.run.clock import SystemClock
from topmind.testing.builders import TODAY
from topmind.testing.clock import FixedClock
from topmind.testing.sending import a_ledger, a_row, an_order, freeze
from topmind.testing.ses import SesSimulator

SENDERS, PEOPLE = 50, 60
CONTACTS = [f"c{n:04d}" for n in range(PEOPLE)]


def fifty(
    opened: Callable[[], Ledger], member: Callable[[int], Member], clock: Clock
) -> tuple[dict[str, int], int]:
    """What fifty send, each with a ledger of its own: touch → mails that Amazon took, and how many were refused."""
    together, refused, failed = threading.Barrier(SENDERS), [], []
    with SesSimulator(
        identities=["harborandpine.example"], configuration_sets=["topmind"], rate=10_000.0
    ) as ses:
        carrier = SesTransport(
            configuration_set="topmind", clock=clock, make=lambda: ses.client(max_pool_connections=SENDERS)
        )

        def one(number: int) -> None:
            try:
                ledger = opened()
                order = an_order(FixedClock(), f"run-{number}", now=lambda: NOW, member=member(number))
                together.wait(300)
                try:
                    delivery.send(ledger, carrier, lambda claim: message(claim, "test"), order)
                except LedgerLocked:
                    refused.append(number)
                ledger.close()
            except BaseException as error:  # noqa: BLE001 - a thread's error must fail the test
                failed.append(error)
                together.abort()

        threads = [threading.Thread(target=one, args=(number,)) for number in range(SENDERS)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert failed == []
        return ses.touches, len(refused)


def planned(ledger: Ledger) -> None:
    """One letter to everybody, with nothing but the claim itself to keep two senders apart."""
    freeze(ledger, *(a_row(contact, gap=0, items=(), per_slot=()) for contact in CONTACTS))
    ledger.close()


def check(ledger: Ledger, taken: dict[str, int]) -> None:
    """Everybody has the letter, once, and the ledger knows it."""
    assert (len(taken), set(taken.values())) == (PEOPLE, {1})
    counts = ledger.counts(TODAY)
    assert (counts.accepted, counts.waiting, counts.unknown) == (PEOPLE, 0, 0)
    ledger.close()


@pytest.mark.postgres
def test_on_postgres_they_share_the_work(postgres_url: str) -> None:
    """Seats of one crew, all after the same people: nobody is refused, and nobody is mailed twice."""

    def opened() -> Ledger:
        return open_ledger(postgres_url, root=Path(), clock=FixedClock(), ledger_id="test", busy=60)

    planned(a_ledger(CONTACTS, url=postgres_url))
    taken, refused = fifty(opened, lambda number: Member("fifty", f"seat {number}"), FixedClock())
    assert refused == 0
    check(opened(), taken)


@pytest.mark.postgres
def test_on_postgres_runs_that_do_not_know_each_other(postgres_url: str) -> None:
    """One sends, the others are told so."""

    def opened() -> Ledger:
        return open_ledger(postgres_url, root=Path(), clock=FixedClock(), ledger_id="test", busy=60)

    planned(a_ledger(CONTACTS, url=postgres_url))
    taken, refused = fifty(opened, lambda _: ALONE, FixedClock())
    assert 0 < refused < SENDERS
    check(opened(), taken)


def test_in_a_bucket(tmp_path: Path) -> None:
    """One sends, the others are told so; the bucket's conditional put decides who."""
    clock = SystemClock()
    with s3.a_server() as server, s3.environment({"AWS_ENDPOINT_URL": server}):
        bucket = s3.a_bucket()
        client: Any = boto3.client(
            "s3", config=Config(retries={"total_max_attempts": 1}, max_pool_connections=SENDERS)
        )

        def opened(contacts: list[str] | None = None) -> Ledger:
            objects = S3Objects(client, bucket, "ours/")
            return a_ledger(contacts or (), objects=objects, clock=clock, root=tmp_path)

        planned(opened(CONTACTS))
        taken, refused = fifty(opened, lambda _: ALONE, clock)
        assert 0 < refused < SENDERS
        check(opened(), taken)
