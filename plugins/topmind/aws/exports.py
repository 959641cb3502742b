"""Exports of contacts in a bucket: brought here, and put there."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from topmind.aws.codes import code_of
from topmind.errors import AudienceError, ConfigError

#: Code of an answer → what is wrong and what to do.
_SAID = {
    "404": ("there is no such object in the bucket.", "Put it there: topmind contacts push FILE."),
    "NoSuchKey": ("there is no such object in the bucket.", "Put it there: topmind contacts push FILE."),
    "NoSuchBucket": ("there is no such bucket.", "Correct TOPMIND_CONTACTS."),
    "403": (
        "access is denied.",
        "Give the role s3:GetObject on this object (and s3:ListBucket on the bucket).",
    ),
    "AccessDenied": ("access is denied.", "Give the role s3:PutObject on this object."),
}


def download(url: str, target: Path) -> None:
    """Bring `s3://BUCKET/KEY` into a file, which gets the object's own date. Raises AudienceError, ConfigError."""
    bucket, key = _parts(url)
    with _asked(url) as client:
        changed = client.head_object(Bucket=bucket, Key=key)["LastModified"]
        client.download_file(bucket, key, str(target))
    os.utime(target, (changed.timestamp(), changed.timestamp()))


def listing(url: str) -> list[str]:
    """The objects right below `s3://BUCKET/FOLDER/`, by name. Raises AudienceError, ConfigError."""
    bucket, prefix = _parts(url)
    with _asked(url) as client:
        pages = client.get_paginator("list_objects_v2").paginate(Bucket=bucket, Prefix=prefix, Delimiter="/")
        return [f"s3://{bucket}/{one['Key']}" for page in pages for one in page.get("Contents", ())]


def upload(file: Path, url: str) -> None:
    """Put a file there, encrypted by the bucket. Raises AudienceError, ConfigError."""
    bucket, key = _parts(url)
    with _asked(url) as client:
        client.upload_file(str(file), bucket, key)


def _parts(url: str) -> tuple[str, str]:
    parts = urlsplit(url)
    return parts.netloc, parts.path.lstrip("/")


@contextmanager
def _asked(url: str) -> Iterator[Any]:
    try:
        import boto3
    except ModuleNotFoundError:
        raise ConfigError(
            "contacts in a bucket need boto3.",
            where="TOPMIND_CONTACTS",
            fix='Install it: pip install "topmind[aws]"',
        ) from None
    from boto3.exceptions import S3UploadFailedError
    from botocore.config import Config
    from botocore.exceptions import BotoCoreError, ClientError

    try:
        yield boto3.client("s3", config=Config(retries={"total_max_attempts": 3}, connect_timeout=5))
    except ClientError as error:
        code = code_of(error)
        says, fix = _SAID.get(
            code, (f"the bucket refuses ({code}).", "Look the code up in the manual of S3.")
        )
        raise AudienceError(says, where=url, fix=fix) from None
    except S3UploadFailedError:
        raise AudienceError(
            "the bucket refuses the file.", where=url, fix="Look at the role's rights."
        ) from None
    except BotoCoreError as error:
        raise AudienceError(
            f"the bucket cannot be asked ({type(error).__name__}).",
            where=url,
            fix="Check the credentials, AWS_REGION and the network.",
        ) from None
