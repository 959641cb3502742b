"""A bucket of S3 as `ledger.ObjectStore`: one request a call, and each answer as what it says."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from topmind.aws.codes import code_of
from topmind.errors import ConfigError, LedgerError
from topmind.ledger import Found, NoAnswerError, Put

if TYPE_CHECKING:
    from botocore.exceptions import BotoCoreError, ClientError
    from mypy_boto3_s3 import S3Client

#: Seconds to a connection, and to an answer.
_CONNECT, _READ = 5, 10
#: Names in one answer of S3.
_PAGE = 1000
#: Requests at once of `get_all`.
_AT_ONCE = 8
#: Error codes that no repeating mends → what is wrong and what to do.
_HOPELESS = {
    "NoSuchBucket": ("there is no such bucket.", "Make it, or correct TOPMIND_LEDGER."),
    "AccessDenied": (
        "access is denied.",
        "Give the role s3:ListBucket on the bucket, s3:GetObject and s3:PutObject on the prefix.",
    ),
    "AllAccessDisabled": ("access to this bucket is switched off.", "Ask Amazon why, or take another one."),
    "InvalidAccessKeyId": (
        "these credentials are unknown.",
        "Check AWS_ACCESS_KEY_ID, or the role of this run.",
    ),
    "SignatureDoesNotMatch": ("these credentials are wrong.", "Check AWS_SECRET_ACCESS_KEY."),
    "ExpiredToken": ("these credentials have run out.", "Run again with new ones."),
    "InvalidToken": ("these credentials are not valid.", "Run again with new ones."),
    "RequestTimeTooSkewed": ("this machine's clock is wrong.", "Set the clock, then run again."),
    "PermanentRedirect": ("this bucket is in another region.", "Set AWS_REGION to the bucket's."),
    "AuthorizationHeaderMalformed": (
        "this bucket is in another region.",
        "Set AWS_REGION to the bucket's.",
    ),
    "NotImplemented": (
        "this store knows no conditional put.",
        "Use a bucket of Amazon S3, or one that does.",
    ),
}


class S3Objects:
    """The objects under a prefix of a bucket."""

    def __init__(self, client: S3Client, bucket: str, prefix: str) -> None:
        """`prefix` ends with a slash or is empty."""
        self.name = f"s3://{bucket}/{prefix}".rstrip("/")
        self._client = client
        self._bucket = bucket
        self._prefix = prefix
        #: Seconds since 1970 by the store less the monotonic clock; the latest answer within its second counts.
        self._ahead: float | None = None
        self._lock = threading.Lock()
        client.meta.events.register("after-call.s3", self._heard)

    @classmethod
    def at(cls, url: str, *, answer: float = _READ) -> S3Objects:
        """What `s3://BUCKET/PREFIX` names; `answer`: seconds to wait for one.

        Region, credentials and endpoint are found as boto3 finds them. Raises ConfigError.
        """
        parts = urlsplit(url)
        if not parts.netloc or parts.query or parts.fragment or "@" in parts.netloc:
            raise ConfigError(
                "this names no bucket.", where="TOPMIND_LEDGER", fix="Write it like s3://our-bucket/topmind."
            )
        prefix = parts.path.strip("/")
        return cls(_client(answer), parts.netloc, f"{prefix}/" if prefix else "")

    def get(self, key: str) -> Found | None:
        with self._asking():
            try:
                answer = self._client.get_object(Bucket=self._bucket, Key=self._prefix + key)
                return Found(data=answer["Body"].read(), tag=answer["ETag"])
            except self._client.exceptions.NoSuchKey:
                return None

    def get_all(self, keys: Sequence[str]) -> list[Found | None]:
        if len(keys) < 2:
            return [self.get(key) for key in keys]
        with ThreadPoolExecutor(_AT_ONCE) as pool:
            return list(pool.map(self.get, keys))

    def put(self, key: str, data: bytes, *, new: bool = False, tag: str = "") -> Put:
        condition: dict[str, Any] = {"IfNoneMatch": "*"} if new else {"IfMatch": tag} if tag else {}
        try:
            with self._answered():
                self._client.put_object(Bucket=self._bucket, Key=self._prefix + key, Body=data, **condition)
        except _AnswerError as answer:
            return answer.put
        return Put.STORED

    def names(self, prefix: str, *, after: str = "", most: int | None = None) -> list[str]:
        found: list[str] = []
        more: dict[str, Any] = {"StartAfter": self._prefix + after} if after else {}
        while True:
            with self._asking():
                page = self._client.list_objects_v2(
                    Bucket=self._bucket,
                    Prefix=self._prefix + prefix,
                    MaxKeys=min(most or _PAGE, _PAGE),
                    **more,
                )
            found += [one["Key"].removeprefix(self._prefix) for one in page.get("Contents", ())]
            if not page["IsTruncated"] or (most is not None and len(found) >= most):
                return found[:most]
            more = {"ContinuationToken": page["NextContinuationToken"]}

    def delete(self, keys: Sequence[str]) -> None:
        """One request each: `DeleteObjects` answers 200 for keys it did not delete."""

        def one(key: str) -> None:
            with self._asking():
                self._client.delete_object(Bucket=self._bucket, Key=self._prefix + key)

        with ThreadPoolExecutor(_AT_ONCE) as pool:
            list(pool.map(one, keys))

    def purge(self, prefixes: Sequence[str]) -> bool:
        """One request for each version: also of 200 errors there is one for each. A mark of a deletion goes last, when no
        version is left that would be there again without it."""

        def one(found: tuple[str, str]) -> None:
            with self._asking():
                self._client.delete_object(Bucket=self._bucket, Key=found[0], VersionId=found[1])

        try:
            for prefix in prefixes:
                for old in self._old(self._prefix + prefix):
                    with ThreadPoolExecutor(_AT_ONCE) as pool:
                        list(pool.map(one, old))
        except LedgerError:
            return False
        return True

    def _old(self, prefix: str) -> tuple[list[tuple[str, str]], list[tuple[str, str]]]:
        """(key, version) of everything that is not what a get answers: versions, and marks of deletions."""
        versions: list[tuple[str, str]] = []
        marks: list[tuple[str, str]] = []
        more: dict[str, Any] = {}
        while True:
            with self._asking():
                page = self._client.list_object_versions(Bucket=self._bucket, Prefix=prefix, **more)
            versions += [
                (one["Key"], one["VersionId"]) for one in page.get("Versions", ()) if not one["IsLatest"]
            ]
            marks += [(one["Key"], one["VersionId"]) for one in page.get("DeleteMarkers", ())]
            if not page["IsTruncated"]:
                return versions, marks
            more = {"KeyMarker": page["NextKeyMarker"], "VersionIdMarker": page["NextVersionIdMarker"]}

    def now(self) -> datetime:
        assert self._ahead is not None, "nothing was asked yet"
        return datetime.fromtimestamp(self._ahead + time.monotonic(), UTC)

    def _heard(self, http_response: Any, **_: object) -> None:
        """Each answer has the store's time in whole seconds: the furthest ahead is the nearest to it."""
        date = http_response.headers.get("date")
        if date:
            ahead = parsedate_to_datetime(date).timestamp() - time.monotonic()
            with self._lock:
                self._ahead = ahead if self._ahead is None else max(self._ahead, ahead)

    @contextmanager
    def _asking(self) -> Iterator[None]:
        """Errors of boto3 as NoAnswerError, or as what a person may do about them."""
        try:
            with self._answered():
                yield
        except _AnswerError:
            raise NoAnswerError from None

    @contextmanager
    def _answered(self) -> Iterator[None]:
        from botocore.exceptions import BotoCoreError, ClientError
        from urllib3.exceptions import HTTPError

        try:
            yield
        except HTTPError:  # botocore reads the body of an error of GetObject outside of its own guard
            raise _AnswerError(Put.UNCLEAR) from None
        except ClientError as error:
            raise self._refused(error) from None
        except BotoCoreError as error:
            raise self._failed(error) from None

    def _refused(self, error: ClientError) -> Exception:
        """An answer that is no success."""
        code = code_of(error)
        status = error.response.get("ResponseMetadata", {}).get("HTTPStatusCode", 0)
        if status == 412 or code == "NoSuchKey":
            return _AnswerError(Put.TAKEN)
        if status in {409, 429} or status >= 500 or code in {"RequestTimeout", "SlowDown"}:
            return _AnswerError(Put.BUSY)
        says, fix = _HOPELESS.get("AccessDenied" if code == "403" else code, ("", ""))
        if not says:
            says, fix = f"the bucket refuses ({code or status}).", "Look the code up in the manual of S3."
        kind = ConfigError if code == "NoSuchBucket" else LedgerError
        return kind(says, where=self.name, fix=fix)

    def _failed(self, error: BotoCoreError) -> Exception:
        """No answer, or no request: only what was never meant to be sent is hopeless."""
        from botocore import exceptions as told

        if isinstance(error, told.ParamValidationError):
            return ConfigError(
                "this is no name of a bucket.",
                where="TOPMIND_LEDGER",
                fix="Write it like s3://our-bucket/topmind.",
            )
        if isinstance(error, told.NoCredentialsError | told.PartialCredentialsError):
            return ConfigError(
                "there are no AWS credentials.",
                where="environment",
                fix="Let the workflow take its role (TOPMIND_SEND_ROLE), or set AWS_PROFILE.",
            )
        if isinstance(error, told.CredentialRetrievalError | told.TokenRetrievalError | told.SSOError):
            return ConfigError(
                "the AWS credentials cannot be fetched.", where="environment", fix="Log in again."
            )
        return _AnswerError(Put.UNCLEAR)


class _AnswerError(Exception):
    """What an answer, or none, says of a put."""

    def __init__(self, put: Put) -> None:
        super().__init__(put)
        self.put = put


def _client(answer: float) -> S3Client:
    """One try a call: a put that is repeated fails on its own object. Raises ConfigError."""
    try:
        import boto3
    except ModuleNotFoundError:
        raise ConfigError(
            "a ledger in a bucket needs boto3.",
            where="TOPMIND_LEDGER",
            fix='Install it: pip install "topmind[aws]"',
        ) from None
    from botocore.config import Config
    from botocore.exceptions import BotoCoreError

    try:
        return boto3.client(
            "s3",
            config=Config(
                retries={"total_max_attempts": 1},
                connect_timeout=_CONNECT,
                read_timeout=answer,
                max_pool_connections=_AT_ONCE,
            ),
        )
    except (BotoCoreError, ValueError) as error:
        raise ConfigError(
            f"the settings of AWS cannot be used ({type(error).__name__}).",
            where="environment",
            fix="Check AWS_PROFILE, AWS_REGION and AWS_ENDPOINT_URL.",
        ) from None
