"""Old versions of what names people: nothing that was deleted is there again in between."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest
from botocore.exceptions import ClientError

from topmind.aws.objects import S3Objects
from topmind.ledger import NoAnswerError


class Bucket:
    """Answers `S3Objects.purge`: one object with many old versions under the mark of its deletion."""

    def __init__(self, *, failing: str = "") -> None:
        self.meta = SimpleNamespace(events=SimpleNamespace(register=lambda *_: None))
        self.failing = failing
        self.gone: list[str] = []

    def list_object_versions(self, **_: object) -> dict[str, Any]:
        """All of it on one page."""
        old = [{"Key": "people/1", "VersionId": f"v{n}", "IsLatest": False} for n in range(9)]
        now = {"Key": "people/2", "VersionId": "now", "IsLatest": True}
        marks = [{"Key": "people/1", "VersionId": "mark"}]
        return {"Versions": [*old, now], "DeleteMarkers": marks, "IsTruncated": False}

    def delete_object(self, *, VersionId: str, **_: object) -> None:  # noqa: N803 - as boto3 names it
        """Gone, or the bucket is busy."""
        if VersionId == self.failing:
            said = {"Error": {"Code": "SlowDown"}, "ResponseMetadata": {"HTTPStatusCode": 503}}
            raise ClientError(said, "DeleteObject")  # type: ignore[arg-type]  # the parts that are read
        self.gone.append(VersionId)


def objects(bucket: Bucket) -> S3Objects:
    """The store over this bucket."""
    return S3Objects(bucket, "ours", "")  # type: ignore[arg-type]  # the two calls that are made


def test_marks_of_deletions_go_last() -> None:
    """And what a get answers stays."""
    bucket = Bucket()
    assert objects(bucket).purge(["people/"])
    assert sorted(bucket.gone[:-1]) == [f"v{n}" for n in range(9)]
    assert bucket.gone[-1] == "mark"


def test_a_version_that_stays_keeps_its_mark() -> None:
    """Without the mark it would be the newest, be read, and never be purged again."""
    bucket = Bucket(failing="v3")
    with pytest.raises(NoAnswerError):
        objects(bucket).purge(["people/"])
    assert "mark" not in bucket.gone
