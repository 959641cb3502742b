"""The proxy before S3: what boto3 sees, and what is really stored."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import boto3
import pytest
from botocore.config import Config
from botocore.exceptions import ClientError, ConnectionClosedError

from topmind.testing.s3_faults import S3FaultKind, S3Faults

KEYS = {"region_name": "us-east-1", "aws_access_key_id": "a", "aws_secret_access_key": "b"}
ONCE = Config(retries={"total_max_attempts": 1})


@pytest.fixture
def bucket(moto: str, request: pytest.FixtureRequest) -> str:
    """A fresh bucket."""
    name = f"b-{abs(hash(request.node.nodeid)):x}"
    boto3.client("s3", endpoint_url=moto, **KEYS).create_bucket(Bucket=name)
    return name


@pytest.fixture
def proxy(moto: str) -> Iterator[S3Faults]:
    """Only writes below `log/` may fail."""
    with S3Faults(moto, prefix="log/", seconds=0.01) as running:
        yield running


@pytest.fixture
def s3(proxy: S3Faults) -> Any:
    """A client through the proxy, one attempt a call."""
    return boto3.client("s3", endpoint_url=proxy.url, config=ONCE, **KEYS)


def put(s3: Any, bucket: str, key: str = "log/1") -> str:
    """A conditional PUT: stored, the name of an error, or of an exception."""
    try:
        s3.put_object(Bucket=bucket, Key=key, Body=b"entry", IfNoneMatch="*")
    except ClientError as error:
        return str(error.response["Error"]["Code"])
    except ConnectionClosedError as error:
        return type(error).__name__
    return "stored"


def stored(moto: str, bucket: str) -> list[str]:
    """Keys that are there, asked past the proxy."""
    found = boto3.client("s3", endpoint_url=moto, **KEYS).list_objects_v2(Bucket=bucket)
    return [entry["Key"] for entry in found.get("Contents", ())]


@pytest.mark.parametrize(
    ("kind", "seen", "there", "again"),
    [
        (S3FaultKind.STORED_RESET, "ConnectionClosedError", True, "PreconditionFailed"),
        (S3FaultKind.STORED_ERROR, "InternalError", True, "PreconditionFailed"),
        (S3FaultKind.LOST, "ConnectionClosedError", False, "stored"),
        (S3FaultKind.CONFLICT, "ConditionalRequestConflict", False, "stored"),
        (S3FaultKind.UNAVAILABLE, "SlowDown", False, "stored"),
        (S3FaultKind.SLOW, "stored", True, "PreconditionFailed"),
    ],
)
def test_each_fault(
    moto: str, proxy: S3Faults, s3: Any, bucket: str, kind: S3FaultKind, seen: str, there: bool, again: str
) -> None:
    """After a lost answer the same PUT fails on our own object: only a nonce tells."""
    proxy.at = {1: kind}
    assert put(s3, bucket) == seen
    assert stored(moto, bucket) == (["log/1"] if there else [])
    assert put(s3, bucket) == again


def test_everything_else_passes(proxy: S3Faults, s3: Any, bucket: str) -> None:
    """Reads, lists, heads, deletes, other keys: bytes, metadata and errors as S3 gives them."""
    proxy.shares = {S3FaultKind.LOST: 1.0}
    s3.put_object(Bucket=bucket, Key="snap/1 ä", Body=b"x" * 100_000, Metadata={"seq": "7"})
    found = s3.get_object(Bucket=bucket, Key="snap/1 ä")
    assert (found["Body"].read(), found["Metadata"]) == (b"x" * 100_000, {"seq": "7"})
    assert s3.head_object(Bucket=bucket, Key="snap/1 ä")["ContentLength"] == 100_000
    assert [entry["Key"] for entry in s3.list_objects_v2(Bucket=bucket)["Contents"]] == ["snap/1 ä"]
    with pytest.raises(ClientError, match="NoSuchKey"):
        s3.get_object(Bucket=bucket, Key="none")
    s3.delete_object(Bucket=bucket, Key="snap/1 ä")
    assert put(s3, bucket) == "ConnectionClosedError"
    assert [(call.method, call.number) for call in proxy.calls if call.number] == [("PUT", 1)]


def test_calls_are_recorded(proxy: S3Faults, s3: Any, bucket: str) -> None:
    """Path, bytes, status and fault of each: what a run costs is counted here."""
    proxy.at = {2: S3FaultKind.CONFLICT}
    put(s3, bucket)
    put(s3, bucket, "log/2")
    found = [(c.number, c.method, c.path, c.bytes_in, c.status, c.fault) for c in proxy.calls]
    assert found == [
        (1, "PUT", f"/{bucket}/log/1", 5, 200, None),
        (2, "PUT", f"/{bucket}/log/2", 5, 0, S3FaultKind.CONFLICT),
    ]


def test_shares_are_repeatable(moto: str, bucket: str) -> None:
    """The same seed fails the same requests."""

    def run(seed: int) -> list[S3FaultKind | None]:
        shares = {S3FaultKind.UNAVAILABLE: 0.3, S3FaultKind.CONFLICT: 0.2}
        with S3Faults(moto, shares=shares, seed=seed, methods=("HEAD",)) as proxy:
            s3 = boto3.client("s3", endpoint_url=proxy.url, config=ONCE, **KEYS)
            for _ in range(30):
                try:
                    s3.head_bucket(Bucket=bucket)
                except ClientError:
                    continue
            return [call.fault for call in proxy.calls]

    first = run(1)
    assert first == run(1) != run(2)
    assert set(first) == {None, S3FaultKind.UNAVAILABLE, S3FaultKind.CONFLICT}


def test_a_dead_store_is_a_502() -> None:
    """The proxy says so and goes on."""
    with S3Faults("http://127.0.0.1:1") as proxy:
        s3 = boto3.client("s3", endpoint_url=proxy.url, config=ONCE, **KEYS)
        assert put(s3, "b") == "502"
