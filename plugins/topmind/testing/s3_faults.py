"""A proxy before S3 (or moto's server) that loses requests and answers by script; it repeats nothing.

with S3Faults("http://127.0.0.1:5000", at={3: S3FaultKind.STORED_RESET}) as proxy:
    client = boto3.client("s3", endpoint_url=proxy.url, …)

Only requests that `methods` and `prefix` choose are counted and may fail; the rest passes.
"""

from __future__ import annotations

import http.client
import threading
import time
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import TracebackType
from typing import Self
from urllib.parse import unquote, urlsplit

from topmind.testing.chance import chance
from topmind.testing.loopback import Ending, Reply, Request, Server

#: Headers of one hop, not passed on (RFC 9110 §7.6.1); the length is written anew.
_HOP = frozenset({"connection", "expect", "host", "keep-alive", "transfer-encoding", "content-length"})


class S3FaultKind(StrEnum):
    """What happens to one request."""

    #: Forwarded and done; the answer is thrown away and the connection reset.
    STORED_RESET = "stored_then_reset"
    #: Forwarded and done; answered with 500.
    STORED_ERROR = "stored_then_error"
    #: Connection reset, nothing forwarded.
    LOST = "lost_before"
    #: 409 ConditionalRequestConflict, nothing forwarded ("PutObject", errors, Amazon S3 API reference).
    CONFLICT = "conflict"
    #: 503 SlowDown, nothing forwarded.
    UNAVAILABLE = "unavailable"
    #: Forwarded, answered after `seconds`.
    SLOW = "slow"


#: Seconds that S3 may take.
_PATIENCE = 30.0
_XML = "<?xml version='1.0' encoding='UTF-8'?><Error><Code>{}</Code><Message>{}</Message></Error>"
_ERRORS = {
    S3FaultKind.STORED_ERROR: (500, "InternalError", "We encountered an internal error. Please try again."),
    S3FaultKind.CONFLICT: (
        409,
        "ConditionalRequestConflict",
        "A conflicting conditional operation is in progress.",
    ),
    S3FaultKind.UNAVAILABLE: (503, "SlowDown", "Please reduce your request rate."),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class S3Call:
    """One request that the proxy saw."""

    #: From 1 among those that may fail; 0 for the others.
    number: int
    method: str
    #: `/bucket/key`, decoded.
    path: str
    #: Bytes of the request's body.
    bytes_in: int
    #: What S3 answered; 0 = it was never asked.
    status: int
    fault: S3FaultKind | None


class S3Faults:
    """The proxy, on threads of this process. `calls` is what it saw."""

    def __init__(
        self,
        endpoint: str,
        *,
        at: Mapping[int, S3FaultKind] | None = None,
        shares: Mapping[S3FaultKind, float] | None = None,
        seed: int = 0,
        methods: Collection[str] = ("PUT",),
        prefix: str = "",
        seconds: float = 0.2,
        port: int = 0,
    ) -> None:
        where = urlsplit(endpoint)
        self._host, self._port = where.hostname or "127.0.0.1", where.port or 80
        #: Number of the chosen request, from 1 → fault; goes before `shares`.
        self.at = dict(at or {})
        #: Fault → part of the chosen requests, drawn from seed and number.
        self.shares = dict(shares or {})
        self.seed, self.seconds = seed, seconds
        #: Which requests may fail: their methods, and how the key begins ("" = any).
        self.methods, self.prefix = frozenset(methods), prefix
        self._lock = threading.Lock()
        self._calls: list[S3Call] = []
        self._chosen = 0
        self._server = Server(self._handle, port=port, aside="/")
        #: What `endpoint_url` must be.
        self.url = self._server.url

    def __enter__(self) -> Self:
        self._server.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._server.stop()

    @property
    def calls(self) -> tuple[S3Call, ...]:
        """Every request so far, in the order in which it was finished."""
        with self._lock:
            return tuple(self._calls)

    def _handle(self, request: Request) -> Reply:
        path = unquote(request.path)
        key = path.removeprefix("/").partition("/")[2]
        number = self._number(request.method, key)
        fault = self._fault(number) if number else None
        forwarded = fault not in {S3FaultKind.LOST, S3FaultKind.CONFLICT, S3FaultKind.UNAVAILABLE}
        reply = self._forward(request) if forwarded else Reply(status=0)
        with self._lock:
            self._calls.append(
                S3Call(
                    number=number,
                    method=request.method,
                    path=path,
                    bytes_in=len(request.body),
                    status=reply.status,
                    fault=fault,
                )
            )
        return self._spoil(reply, fault) if fault else reply

    def _number(self, method: str, key: str) -> int:
        if method not in self.methods or not key.startswith(self.prefix):
            return 0
        with self._lock:
            self._chosen += 1
            return self._chosen

    def _fault(self, number: int) -> S3FaultKind | None:
        if number in self.at:
            return self.at[number]
        left = chance(self.seed, "s3", number)
        for kind in S3FaultKind:
            left -= self.shares.get(kind, 0.0)
            if left < 0:
                return kind
        return None

    def _spoil(self, reply: Reply, fault: S3FaultKind) -> Reply:
        """What the client gets to see."""
        if fault in {S3FaultKind.STORED_RESET, S3FaultKind.LOST}:
            return Reply(ending=Ending.RESET)
        if fault in _ERRORS:
            status, code, says = _ERRORS[fault]
            headers = {"content-type": "application/xml"}
            return Reply(status=status, body=_XML.format(code, says).encode(), headers=headers)
        time.sleep(self.seconds)
        return reply

    def _forward(self, request: Request) -> Reply:
        """The same request to S3, and its answer."""
        headers = {name: value for name, value in request.headers.items() if name not in _HOP}
        target = f"{request.path}?{request.query}" if request.query else request.path
        connection = http.client.HTTPConnection(self._host, self._port, timeout=_PATIENCE)
        try:
            connection.request(request.method, target, request.body or None, headers)
            answer = connection.getresponse()
            body = answer.read()
            kept = {name: value for name, value in answer.getheaders() if name.lower() not in _HOP}
            if request.method == "HEAD" and (length := answer.getheader("content-length")):
                kept["content-length"] = length
            return Reply(status=answer.status, body=body, headers=kept)
        except OSError:
            return Reply(status=502)
        finally:
            connection.close()
