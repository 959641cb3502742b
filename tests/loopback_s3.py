"""A real S3 server of moto on loopback, and buckets in it."""

from __future__ import annotations

import itertools
import os
from collections import defaultdict
from collections.abc import Iterator, Mapping
from contextlib import contextmanager

import boto3

import moto_server

#: Found by boto3 as by everybody; moto takes any.
ENVIRONMENT = {
    "AWS_ACCESS_KEY_ID": "testing",
    "AWS_SECRET_ACCESS_KEY": "testing",
    "AWS_DEFAULT_REGION": "us-east-1",
    "AWS_EC2_METADATA_DISABLED": "true",
}
_NUMBERS = itertools.count(1)


@contextmanager
def a_server() -> Iterator[str]:
    """Its address. One request at a time: moto's conditional put looks, then writes."""
    with moto_server.serve(moto_server.application(), threaded=False) as url:
        yield url


@contextmanager
def environment(more: Mapping[str, str]) -> Iterator[None]:
    """These variables, for as long as it lasts; "" takes one away. boto3 forgets what it found before."""
    before = dict(os.environ)
    os.environ.update(ENVIRONMENT | more)
    for name in [name for name, value in more.items() if not value]:
        del os.environ[name]
    boto3.DEFAULT_SESSION = None
    try:
        yield
    finally:
        boto3.DEFAULT_SESSION = None
        os.environ.clear()
        os.environ.update(before)


def a_bucket() -> str:
    """A new bucket's name; the environment says where."""
    name = f"bucket-{next(_NUMBERS)}"
    boto3.client("s3").create_bucket(Bucket=name)
    return name


def contents(bucket: str) -> dict[str, bytes]:
    """Every object of a bucket."""
    client = boto3.client("s3")
    pages = client.get_paginator("list_objects_v2").paginate(Bucket=bucket)
    keys = [one["Key"] for page in pages for one in page.get("Contents", ())]
    return {key: client.get_object(Bucket=bucket, Key=key)["Body"].read() for key in keys}


def sizes(bucket: str, prefix: str) -> dict[str, tuple[int, int]]:
    """Folder below the prefix → how many objects, and their bytes."""
    pages = boto3.client("s3").get_paginator("list_objects_v2").paginate(Bucket=bucket, Prefix=prefix)
    found: dict[str, tuple[int, int]] = defaultdict(lambda: (0, 0))
    for one in (one for page in pages for one in page.get("Contents", ())):
        folder = one["Key"].removeprefix(prefix).split("/")[0]
        found[folder] = (found[folder][0] + 1, found[folder][1] + one["Size"])
    return found
