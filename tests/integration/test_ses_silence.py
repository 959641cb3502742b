"""Whatever goes wrong between us and Amazon SES, nobody's name or address is printed, logged or written down outside of
the places that are theirs."""

from __future__ import annotations

import logging
import shutil
import traceback
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from amazon import Amazon, amazon
from played import PERSONAL
from small_company import CONF, a_company
from topmind.run import feedback, reporting, sending, site
from topmind.run import load as load_
from topmind.testing.clock import FixedClock
from topmind.testing.ses import Fault, FaultKind, Faults
from topmind.testing.ses.faults import GARBAGE

PEOPLE = 12
NOW = datetime(2026, 12, 1, 10, 30, tzinfo=UTC)
#: Where people are kept, below the project.
THEIRS = ("var/ledger.db", "var/outbox/", "var/contacts/", "var/cache/", "var/rejects/")
#: What a provider may say of somebody, in an error's text.
QUOTES = "Email address is not valid: Quenby3 Zyskowski <canary3@example.com>"


def everywhere(kind: FaultKind, **over: Any) -> Faults:
    """Each call meets it."""
    return (
        Faults(shares={kind: 1.0})
        if not over
        else Faults(to={_all: Fault(kind=kind, **over) for _all in _TO})
    )


_TO = [f"canary{number}@example.com" for number in range(1, PEOPLE + 1)]
#: Name → the script.
SCRIPTS: dict[str, Faults] = {
    **{
        kind.value: everywhere(kind)
        for kind in FaultKind
        if kind not in {FaultKind.HANG, FaultKind.GARBAGE, FaultKind.SLOW}
    },
    **{f"garbage {variant}": everywhere(FaultKind.GARBAGE, variant=variant) for variant in GARBAGE},
    "hang": Faults(at={3: Fault(kind=FaultKind.HANG)}),
    "slow": Faults(shares={FaultKind.SLOW: 1.0}, seconds=0.01),
    "refuse, quoted": everywhere(FaultKind.REFUSE, says=QUOTES),
    "throttle, quoted": everywhere(FaultKind.THROTTLE, says=f"Maximum sending rate exceeded. {QUOTES}"),
    "quota, quoted": everywhere(FaultKind.THROTTLE, says=f"Daily message quota exceeded. {QUOTES}"),
    "an unknown error": everywhere(FaultKind.REFUSE, code="canary3@example.com", says=QUOTES),
    "some of each": Faults(
        seed=7, shares={kind: 0.1 for kind in FaultKind if kind is not FaultKind.HANG}, seconds=0.01
    ),
    **{
        operation: Faults(operations={operation: Fault(kind=FaultKind.REFUSE, code="Odd", says=QUOTES)})
        for operation in ("GetAccount", "GetEmailIdentity", "GetConfigurationSet")
    },
}


@pytest.fixture(scope="module")
def account() -> Iterator[Amazon]:
    """One Amazon for the file."""
    with amazon() as found:
        yield found


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The company with its site; nothing was ever sent."""
    conf = CONF.replace(', "as_of": "2026-12-01"', "")
    root = a_company(tmp_path_factory.mktemp("silence") / "alder", {"pelicanconf.py": conf}, people=PEOPLE)
    site.build(load_.load(root, as_of=None, clock=FixedClock(NOW), environ={}), FixedClock(NOW))
    return root


@pytest.fixture
def root(built: Path, account: Amazon, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A copy, and the account as new."""
    account.ses.flush()
    account.ses.reset()
    account.empty()
    for name, value in account.environ().items():
        monkeypatch.setenv(name, value)
    return Path(shutil.copytree(built, tmp_path / "alder"))


def told(work: Callable[..., Any], *arguments: Any, **options: Any) -> str:
    """All that a command may show: its words, its numbers, its error with everything that it carries along."""
    try:
        found = work(*arguments, **options)
    except Exception as error:  # noqa: BLE001 - what Python would print of it is what is looked at
        return f"{traceback.format_exc()}{error!r}{error.args!r}"
    says = [getattr(found, name)() for name in ("text", "as_dict") if hasattr(found, name)]
    return "\n".join(map(repr, says or [found]))


def quotes(text: str) -> list[str]:
    """Words of people in it."""
    return [word for word in PERSONAL if word.lower() in text.lower()]


@pytest.mark.parametrize("script", SCRIPTS)
def test_nobody_is_quoted(
    root: Path,
    account: Amazon,
    script: str,
    caplog: pytest.LogCaptureFixture,
    capfd: pytest.CaptureFixture[str],
) -> None:
    """Two ticks, a drain and a report; the mails themselves say all of these words."""
    caplog.set_level(logging.DEBUG, logger="topmind")
    account.ses.faults = SCRIPTS[script]
    live = {"as_of": None, "live": True, "first_send": True}
    said = told(sending.send, root, clock=FixedClock(NOW), **live)
    account.ses.flush()
    assert account.ses.faulted or SCRIPTS[script].operations, "the fault was met"
    said += told(feedback.run, root, clock=FixedClock(NOW + timedelta(hours=1)))
    said += told(sending.send, root, clock=FixedClock(NOW + timedelta(hours=2)), **live)
    said += told(reporting.report, root, as_of=None, clock=FixedClock(NOW + timedelta(hours=3)))
    streams = capfd.readouterr()
    logged = "\n".join(record.getMessage() for record in caplog.records if record.name != "werkzeug")
    assert quotes(said) == []
    assert quotes(streams.out + streams.err + logged + caplog.text) == []
    written = [path for path in (root / "var").rglob("*") if path.is_file()]
    names = {path.relative_to(root).as_posix(): path.read_bytes().decode("latin-1") for path in written}
    assert [name for name, text in names.items() if quotes(name + text) and not name.startswith(THEIRS)] == []


def test_the_words_are_there_to_be_found(root: Path, account: Amazon) -> None:
    """Else the tests above look for nothing: each mail that left has them, and so has each event in the queue."""
    sending.send(root, clock=FixedClock(NOW), as_of=None, live=True, first_send=True)
    account.ses.flush()
    mails = [mail for mail in account.ses.inbox if "canary" in mail.to[0]]
    assert len(mails) == PEOPLE
    assert all("Quenby" in str(mail.message) for mail in mails)
    sqs = account.client("sqs")
    (one, *_) = sqs.receive_message(QueueUrl=account.queue, MaxNumberOfMessages=10)["Messages"]
    assert "@" in one["Body"]
    assert quotes(QUOTES) == list(PERSONAL)


def test_a_queue_that_holds_odd_things_quotes_nobody(root: Path, account: Amazon) -> None:
    """Bodies that are no events, and events without their parts, with an address in each place."""
    sending.send(root, clock=FixedClock(NOW), as_of=None, live=True, first_send=True)
    sqs = account.client("sqs")
    for body in (
        QUOTES,
        f'{{"eventType": "{QUOTES}"}}',
        f'{{"mail": {{"tags": "{QUOTES}"}}}}',
        f'["{QUOTES}"]',
    ):
        sqs.send_message(QueueUrl=account.queue, MessageBody=body)
    said = told(feedback.run, root, clock=FixedClock(NOW + timedelta(hours=1)))
    assert "'unreadable': 0" not in said
    assert quotes(said) == []
