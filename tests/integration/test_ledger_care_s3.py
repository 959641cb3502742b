"""Care for a ledger in a bucket of a real S3 server: looked at, damaged, copied, and put back into another bucket."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import boto3
import pytest

import loopback_s3 as s3
from care_words import CANARY, OTHERS, WORDS
from ledger_words import accepted, claim
from topmind.aws.objects import S3Objects
from topmind.cli.app import call
from topmind.run.clock import SystemClock
from topmind.testing.sending import a_ledger, a_row, freeze, hashes


@pytest.fixture(scope="module")
def server() -> Iterator[str]:
    """One moto for the module."""
    with s3.a_server() as endpoint:
        yield endpoint


def project(root: Path, url: str, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """A project whose ledger is there; the beginning of each command line."""
    (root / "var").mkdir(parents=True, exist_ok=True)
    (root / "pelicanconf.py").write_text('TOPMIND = {"ledger": "test"}\n', "utf-8")
    monkeypatch.setenv("TOPMIND_LEDGER", url)
    return ["-C", str(root), "ledger"]


def test_a_bucket_is_checked_copied_and_put_back_elsewhere(
    server: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Over the wire: sound, an object that is gone is named, and the copy is the same ledger in another bucket."""
    with s3.environment({"AWS_ENDPOINT_URL": server}):
        bucket = s3.a_bucket()
        url = f"s3://{bucket}/our/topmind"
        ledger = a_ledger((), root=tmp_path, clock=SystemClock(), objects=S3Objects.at(url))
        ledger.sync_people([*OTHERS, CANARY], hashes)
        freeze(ledger, *(a_row(one.contact) for one in [*OTHERS, CANARY]))
        ledger.lock("run-1")
        ledger.settle([accepted(one) for one in claim(ledger, limit=3)])
        ledger.unlock("run-1")
        ledger.close()

        here = project(tmp_path / "here", url, monkeypatch)
        assert call([*here, "init"]) == 2
        assert call([*here, "check", "--json"]) == 0
        health = json.loads(capsys.readouterr().out)
        assert (health["store"], health["people"], health["mails"]) == (url, 7, {"accepted": 3, "planned": 4})
        copy = tmp_path / "copy.db"
        assert call([*here, "backup", str(copy)]) == 0
        assert call([*here, "export", "var/tables"]) == 0

        there = project(tmp_path / "there", f"s3://{s3.a_bucket()}/topmind", monkeypatch)
        assert call([*there, "check"]) == 1
        assert call([*there, "restore", str(copy)]) == 0
        capsys.readouterr()
        assert call([*there, "check", "--json"]) == 1
        restored = json.loads(capsys.readouterr().out)
        assert [one["rule"] for one in restored["problems"]] == ["ledger/restored"]
        assert restored["mails"] == health["mails"]
        assert call([*there, "restore", str(copy)]) == 2

        client = boto3.client("s3")
        gone = next(key for key in s3.contents(bucket) if "/people/" in key)
        client.delete_object(Bucket=bucket, Key=gone)
        monkeypatch.setenv("TOPMIND_LEDGER", url)
        capsys.readouterr()
        assert call([*here, "check"]) == 1
        out, err = capsys.readouterr()
        assert (
            f"s3://{bucket}/{gone}: error: the names and addresses of up to 1024 people are missing." in out
        )
        assert not any(word in out + err for word in WORDS)


def test_a_new_bucket_gets_its_ledger_on_purpose(
    server: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """And not where a witness says that one was there."""
    with s3.environment({"AWS_ENDPOINT_URL": server}):
        bucket = s3.a_bucket()
        command = project(tmp_path, f"s3://{bucket}/topmind", monkeypatch)
        assert call([*command, "init"]) == 0
        assert call([*command, "check"]) == 0
        client = boto3.client("s3")
        for key in [key for key in s3.contents(bucket) if "/log/" in key or "/people/" in key]:
            client.delete_object(Bucket=bucket, Key=key)
        capsys.readouterr()
        assert call([*command, "init"]) == 3
        assert "was in use here and is gone" in capsys.readouterr().err
