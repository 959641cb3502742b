"""The ledger in a bucket of a real S3 server: over the wire, through resets and refusals, and from fresh clones."""

from __future__ import annotations

import os
import shutil
import socket
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path

import boto3
import pytest

import loopback_s3 as s3
from ledger_words import NOW, accepted
from log_words import unpacked
from small_company import DAY, PEOPLE, a_company
from topmind.aws import objects as aws_objects
from topmind.aws.objects import S3Objects
from topmind.errors import ConfigError, GuardError, LedgerError
from topmind.ledger import Claim, InboxEntry, Ledger, NoAnswerError, ObjectInbox, Put
from topmind.links import KeyRing
from topmind.run import load as load_
from topmind.run import places, sending, site
from topmind.run.clock import SystemClock
from topmind.settings import load
from topmind.testing.builders import TODAY
from topmind.testing.s3_proxy import ProxyFault, before
from topmind.testing.sending import a_ledger, a_person, a_row, freeze, hashes

CONTACTS = [f"c{n:04d}" for n in range(6)]
#: Seconds to an answer on loopback, where none comes at all.
SOON = 0.5


class QuickClock(SystemClock):
    """The machine's time; nobody waits."""

    def sleep(self, seconds: float) -> None:
        """Go on at once."""


CLOCK = QuickClock()


@pytest.fixture(scope="module")
def server() -> Iterator[str]:
    """One moto for the module."""
    with s3.a_server() as endpoint:
        yield endpoint


@pytest.fixture
def url(server: str) -> Iterator[str]:
    """A ledger's address in a new bucket; boto3 finds the server by itself."""
    with s3.environment({"AWS_ENDPOINT_URL": server}):
        yield f"s3://{s3.a_bucket()}/our/topmind"


def opened(url: str, contacts: list[str] | None = None) -> Ledger:
    """From a process of its own."""
    return a_ledger(contacts or (), objects=S3Objects.at(url, answer=SOON), clock=CLOCK)


def claim(ledger: Ledger, limit: int, owner: str = "run-1") -> tuple[Claim, ...]:
    """Take in hand."""
    return ledger.claim(owner=owner, limit=limit, now=NOW)


# -- the seam ------------------------------------------------------------------------------------------------------


def test_objects(url: str) -> None:
    """What the log asks of a bucket, answered by a real one."""
    objects = S3Objects.at(url)
    assert objects.name == url
    assert objects.get("log/1") is None
    assert objects.put("log/1", b"one", new=True) is Put.STORED
    assert objects.put("log/1", b"two", new=True) is Put.TAKEN
    found = objects.get("log/1")
    assert found
    assert found.data == b"one"
    assert objects.put("log/1", b"two", tag=found.tag) is Put.STORED
    assert objects.put("log/1", b"three", tag=found.tag) is Put.TAKEN
    assert objects.put("log/none", b"three", tag=found.tag) is Put.TAKEN
    for number in range(2, 6):
        assert objects.put(f"log/{number}", b"", new=True) is Put.STORED
    objects.put("people/1", b"")
    assert objects.names("log/", after="log/2", most=2) == ["log/3", "log/4"]
    assert objects.names("log/") == [f"log/{n}" for n in range(1, 6)]
    assert [one.data if one else None for one in objects.get_all(["log/1", "log/9"])] == [b"two", None]
    objects.delete(["people/1", "people/none"])
    assert objects.names("people/") == []
    assert abs(objects.now() - CLOCK.now()) < timedelta(seconds=5)


def test_more_names_than_one_answer_holds(url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """S3 gives a thousand at a time; here three."""
    monkeypatch.setattr(aws_objects, "_PAGE", 3)
    objects = S3Objects.at(url)
    names = [f"snap/{number:05d}" for number in range(10)]
    for name in names:
        objects.put(name, b"")
    assert objects.names("snap/") == names
    assert objects.names("snap/", most=7) == names[:7]


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"bucket": "s3://no-such-bucket-anywhere/x"}, r"there is no such bucket\. Make it"),
        ({"bucket": "s3://"}, r"TOPMIND_LEDGER: this names no bucket"),
        ({"bucket": "s3://Not A Bucket/x"}, r"no name of a bucket|there is no such bucket|names no bucket"),
        (
            {"AWS_ACCESS_KEY_ID": "", "AWS_SECRET_ACCESS_KEY": "", "AWS_CONFIG_FILE": "/nowhere"},
            r"there are no AWS credentials\. Let the workflow take its role",
        ),
        ({"AWS_PROFILE": "nobody"}, r"the settings of AWS cannot be used \(ProfileNotFound\)"),
    ],
)
def test_what_a_person_has_to_mend(change: dict[str, str], says: str, url: str) -> None:
    """One sentence and what to do, no traceback and no waiting."""
    more = {name: value for name, value in change.items() if name != "bucket"}
    here = {"AWS_ENDPOINT_URL": os.environ["AWS_ENDPOINT_URL"]}
    with s3.environment(here | more), pytest.raises((ConfigError, LedgerError), match=says):
        opened(change.get("bucket", url))


def test_nobody_listens(url: str) -> None:
    """No server at all: asked a few times, then one sentence."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        address = f"http://127.0.0.1:{probe.getsockname()[1]}"
    with s3.environment({"AWS_ENDPOINT_URL": address}):
        assert S3Objects.at(url).put("x", b"") is Put.UNCLEAR
        with pytest.raises(NoAnswerError):
            S3Objects.at(url).get("x")
        with pytest.raises(LedgerError, match="the bucket does not answer"):
            opened(url)


def test_denied(url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Told with the rights that are needed."""
    objects = S3Objects.at(url)
    said = b"<Error><Code>AccessDenied</Code><Message>no</Message></Error>"

    def deny(**_: object) -> object:
        from botocore.awsrequest import AWSResponse

        class Raw:
            def stream(self, *_args: object, **_more: object) -> list[bytes]:
                return [said]

        return AWSResponse("http://x", 403, {"date": "Tue, 01 Dec 2026 10:00:00 GMT"}, Raw())

    objects._client.meta.events.register("before-send.s3", deny)
    for work in (lambda: objects.get("x"), lambda: objects.put("x", b""), lambda: objects.names("")):
        with pytest.raises(LedgerError, match=r"access is denied\. Give the role s3:ListBucket"):
            work()


def test_a_body_that_does_not_come(url: str) -> None:
    """The head of an error came, its text did not: no answer, and no error of a library that nobody expects."""
    objects = S3Objects.at(url)

    def late(**_: object) -> object:
        from botocore.awsrequest import AWSResponse
        from urllib3.exceptions import ReadTimeoutError

        class Raw:
            def stream(self, *_args: object, **_more: object) -> list[bytes]:
                raise ReadTimeoutError(None, None, "Read timed out.")  # type: ignore[arg-type]  # as urllib3 does

        return AWSResponse("http://x", 500, {"date": "Tue, 01 Dec 2026 10:00:00 GMT"}, Raw())

    objects._client.meta.events.register("before-send.s3", late)
    with pytest.raises(NoAnswerError):
        objects.get("x")
    assert objects.put("x", b"") is Put.UNCLEAR


# -- the ledger ------------------------------------------------------------------------------------------------------


def test_two_machines(url: str) -> None:
    """One claims, another sees it; a third finds it all after both are gone."""
    one, two = opened(url, CONTACTS), opened(url)
    freeze(one, *map(a_row, CONTACTS))
    mine, theirs = claim(one, 4), claim(two, 4, "run-2")
    assert (len(mine), len(theirs)) == (4, 2)
    one.settle([accepted(c) for c in mine])
    for ledger in (one, two):
        ledger.close()
    third = opened(url)
    assert (third.counts(TODAY).accepted, third.counts(TODAY).waiting) == (4, 2)
    assert third.find("c0001")[0].address == "c0001@example.com"
    third.close()


@contextmanager
def before_all(faults: dict[int, ProxyFault]) -> Iterator[list[str]]:
    """A proxy before the server: the paths that were put, in order."""
    paths: list[str] = []

    def script(path: str, number: int) -> ProxyFault | None:
        paths.append(path)
        return faults.get(number)

    with before(os.environ["AWS_ENDPOINT_URL"], script) as proxy, s3.environment({"AWS_ENDPOINT_URL": proxy}):
        yield paths


def a_run(url: str, left: Counter[str]) -> None:
    """People, plan, claims by three, settles."""
    ledger = opened(url, CONTACTS)
    freeze(ledger, *map(a_row, CONTACTS))
    ledger.lock("run-1")
    while found := claim(ledger, 3):
        left.update(one.touch_hex for one in found)
        ledger.settle([accepted(one) for one in found])
    ledger.unlock("run-1")
    ledger.close()


@pytest.mark.parametrize("first", [0, 1])
@pytest.mark.parametrize("fault", list(ProxyFault))
def test_faults_on_the_wire(fault: ProxyFault, first: int, url: str) -> None:
    """Whatever the network or S3 does to every second put of a run: everybody once, and nobody notices."""
    left: Counter[str] = Counter()
    with before_all(dict.fromkeys(range(first, 100, 2), fault)) as paths:
        a_run(url, left)
    assert len(paths) > 12
    assert sorted(left.values()) == [1] * len(CONTACTS)
    ledger = opened(url)
    assert ledger.counts(TODAY).accepted == len(CONTACTS)
    assert len(ledger.find("c0001")) == 1
    ledger.close()


def test_a_clock_that_is_off(url: str) -> None:
    """Compared with the Date of an answer."""

    class Late(QuickClock):
        def now(self):  # type: ignore[no-untyped-def]  # as its base
            return super().now() - timedelta(minutes=2)

    with pytest.raises(GuardError, match=r"1[12]\d seconds behind the store's"):
        a_ledger((), objects=S3Objects.at(url), clock=Late())


def test_an_inbox(url: str) -> None:
    """Put by the pages, folded by a run elsewhere, put away, and there for a copy that is put back."""
    pages, run = ObjectInbox(S3Objects.at(url), CLOCK), ObjectInbox(S3Objects.at(url), CLOCK)
    ledger = opened(url, CONTACTS)
    name = pages.put({"kind": "opt_out", "contact": "c0000", "at": NOW.isoformat()})
    assert [entry.id for entry in run.pending()] == [name]
    run.done(ledger.fold(run.pending()))
    assert ledger.history(TODAY).standing["c0000"].opted_out
    assert pages.pending() == run.pending() == ()
    assert [entry.id for entry in run.kept("test").wishes] == [name]


def test_a_canary_after_erase(url: str) -> None:
    """No object of the bucket has a trace of them; not one of another prefix is touched."""
    boto3.client("s3").put_object(Bucket=url.split("/")[2], Key="other/file", Body=b"Canary")
    ledger = opened(url)
    canary = a_person("crm-0815", name="Yellow Canary", address="yellow@birds.example")
    ledger.sync_people([a_person(), canary], hashes)
    inbox = ObjectInbox(S3Objects.at(url), CLOCK)
    inbox.put(InboxEntry(kind="answer", contact="crm-0815", at=NOW, value="happy", comment="I sing"))
    inbox.done(ledger.fold(inbox.pending()))
    ledger.erase("crm-0815", hashes)
    ledger._log.snap()  # type: ignore[attr-defined]
    ledger.close()
    objects = s3.contents(url.split("/")[2])
    assert objects.pop("other/file") == b"Canary"
    for key, data in objects.items():
        text = unpacked(data)
        assert not [word for word in ("0815", "Canary", "birds", "I sing") if word in text], key


# -- from fresh clones ------------------------------------------------------------------------------------------------


def test_a_second_clone_sends_nothing(url: str, tmp_path: Path) -> None:
    """Two checkouts share the log and the key ring, and no file: the first mails everybody, the second nobody."""
    keys = KeyRing(links=("l" * 40,), addresses=("a" * 40,), coupons=("c" * 40,)).to_json()
    environ = {"TOPMIND_LEDGER": url, "TOPMIND_TRANSPORT": "outbox", "TOPMIND_KEYS": keys}
    sent = []
    for name in ("first", "second"):
        root = a_company(tmp_path / name)
        site.build(load_.load(root, as_of=DAY, clock=CLOCK, environ=environ), CLOCK)
        found = sending.send(root, as_of=DAY, clock=CLOCK, environ=environ)
        sent.append((found.report.counts.accepted, found.report.counts.sent_now))
        assert len(list((root / "var/outbox").glob("*.eml"))) == found.report.counts.sent_now
        assert not (root / "var/ledger.db").exists()
    everybody = sent[0][0]
    assert everybody >= PEOPLE - 1
    assert sent == [(everybody, everybody), (everybody, 0)]


def test_a_lost_log_is_found_out_by_the_machine_that_sent(url: str, tmp_path: Path) -> None:
    """An emptied bucket is no new ledger where somebody remembers the old one; and a new key ring is refused."""
    keys = KeyRing(links=("l" * 40,), addresses=("a" * 40,), coupons=("c" * 40,)).to_json()
    environ = {"TOPMIND_LEDGER": url, "TOPMIND_TRANSPORT": "outbox", "TOPMIND_KEYS": keys}
    root = a_company(tmp_path / "clone", people=4)
    site.build(load_.load(root, as_of=DAY, clock=CLOCK, environ=environ), CLOCK)
    sending.send(root, as_of=DAY, clock=CLOCK, environ=environ)
    objects = S3Objects.at(url)
    with pytest.raises(
        GuardError, match=r"var/keys\.json: the key ring that this ledger was written with is gone"
    ):
        places.key_ring(load(root, environ | {"TOPMIND_KEYS": ""}))
    shutil.rmtree(root / "var/outbox")
    objects.delete(objects.names(""))
    with pytest.raises(GuardError, match="this ledger is older than the one that sent last"):
        sending.send(root, as_of=DAY, clock=CLOCK, environ=environ)
    assert not list((root / "var").rglob("*.eml"))


def test_the_pages_of_a_project_write_into_its_bucket(url: str, tmp_path: Path) -> None:
    """`places` gives the inbox that lies beside the ledger."""
    settings = load(a_company(tmp_path / "clone", people=1), {"TOPMIND_LEDGER": url})
    assert not places.ledger_exists(settings)
    places.inbox(settings).put({"kind": "opt_out", "contact": "c001", "at": NOW.isoformat()})
    assert len(S3Objects.at(url).names("inbox/")) == 1
    opened(url).close()
    assert places.ledger_exists(settings)
