"""A small HTTP/1.1 server on loopback: keep-alive, many connections, and ways to fail that a real one has.

Hand-written because a fault must be able to reset or hang one connection, and because an answer takes a tenth of
the time of `http.server`.
"""

from __future__ import annotations

import asyncio
import socket
import struct
import threading
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from enum import StrEnum

#: Larger requests are cut off: SES takes 40 MB, base64 adds a third.
MOST_BYTES = 64 * 1024 * 1024
_REASONS = {200: "OK", 400: "Bad Request", 403: "Forbidden", 404: "Not Found", 429: "Too Many Requests"}
#: Connections that wait to be accepted.
_BACKLOG = 512
#: Handlers that may wait at the same time.
_THREADS = 64


class Ending(StrEnum):
    """How an exchange ends."""

    ANSWER = "answer"
    #: Nothing is ever written; the connection stays open.
    HANG = "hang"
    #: TCP reset, nothing written.
    RESET = "reset"
    #: What is there is written, then closed: shorter than promised.
    CUT = "cut"


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """One request as it came."""

    method: str
    #: Percent-encoded, without the query.
    path: str
    query: str
    #: Names in lower case.
    headers: Mapping[str, str]
    body: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """What the server does about it."""

    status: int = 200
    body: bytes = b""
    headers: Mapping[str, str] = field(default_factory=dict)
    ending: Ending = Ending.ANSWER
    #: Waited before the answer.
    seconds: float = 0.0


Handler = Callable[[Request], Reply]


class Server:
    """Serves `handler` on loopback from a thread of its own until `stop`.

    Requests whose path starts with `aside` run on threads of a pool, since they may wait; "/" = all.
    """

    def __init__(self, handler: Handler, *, host: str = "127.0.0.1", port: int = 0, aside: str) -> None:
        self.handler, self.aside = handler, aside
        self._loop = asyncio.new_event_loop()
        self.open: set[asyncio.Transport] = set()
        self._listener = socket.create_server((host, port), backlog=_BACKLOG)
        #: `http://127.0.0.1:PORT`, known before the first request.
        self.url = f"http://{host}:{self._listener.getsockname()[1]}"
        self._thread = threading.Thread(target=self._run, name="loopback", daemon=True)

    def start(self) -> None:
        """Begin to answer."""
        self._thread.start()

    def stop(self) -> None:
        """Cut every connection and give the port back."""
        if self._thread.is_alive():
            self._loop.call_soon_threadsafe(self._loop.stop)
            self._thread.join()
        self._listener.close()

    def _run(self) -> None:
        loop = self._loop
        asyncio.set_event_loop(loop)
        loop.set_default_executor(ThreadPoolExecutor(_THREADS, "loopback"))
        server = loop.run_until_complete(
            loop.create_server(lambda: _Connection(self, loop), sock=self._listener)
        )
        try:
            loop.run_forever()
        finally:
            server.close()
            for transport in tuple(self.open):
                transport.abort()
            loop.run_until_complete(asyncio.sleep(0))
            loop.run_until_complete(loop.shutdown_default_executor())
            loop.close()


class _Connection(asyncio.Protocol):
    """One client: a request at a time, answered in order."""

    def __init__(self, server: Server, loop: asyncio.AbstractEventLoop) -> None:
        self._server, self._loop = server, loop
        self._buffer = bytearray()
        self._busy = False
        self._head: tuple[Request, int] | None = None
        self._transport: asyncio.Transport

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport
        self._server.open.add(transport)

    def connection_lost(self, exc: Exception | None) -> None:
        self._server.open.discard(self._transport)

    def data_received(self, data: bytes) -> None:
        self._buffer += data
        self._next()

    def _next(self) -> None:
        """Take the next whole request out of the buffer, if there is one."""
        while not self._busy:
            self._head = self._head or _read_head(self._buffer)
            if self._head is None:
                return
            head, start = self._head
            try:
                found = _body(self._buffer, start, head.headers)
            except ValueError:
                self._finish(Reply(status=400, ending=Ending.CUT))
                return
            if found is None:
                if head.headers.get("expect", "").lower() == "100-continue" and len(self._buffer) == start:
                    self._transport.write(b"HTTP/1.1 100 Continue\r\n\r\n")
                return
            body, end = found
            del self._buffer[:end]
            self._head, self._busy = None, True
            self._take(replace(head, body=body))

    def _take(self, request: Request) -> None:
        if request.path.startswith(self._server.aside):
            future = self._loop.run_in_executor(None, self._server.handler, request)
            future.add_done_callback(self._done)
        else:
            self._answer(self._server.handler(request))

    def _done(self, future: asyncio.Future[Reply]) -> None:
        if future.exception() is not None:  # a defect of the handler: told by the loop, and not left hanging
            self._finish(Reply(ending=Ending.RESET))
        self._answer(future.result())

    def _answer(self, reply: Reply) -> None:
        if reply.seconds:
            self._loop.call_later(reply.seconds, self._finish, reply)
        else:
            self._finish(reply)

    def _finish(self, reply: Reply) -> None:
        if reply.ending is Ending.HANG or self._transport.is_closing():
            return
        if reply.ending is Ending.RESET:
            reset(self._transport)
            return
        self._transport.write(_wire(reply))
        if reply.ending is Ending.CUT:
            self._transport.close()
            return
        self._busy = False
        if self._buffer:
            self._next()


def reset(transport: asyncio.Transport) -> None:
    """Close with a TCP reset instead of an orderly end: the peer sees "connection reset"."""
    connection = transport.get_extra_info("socket")
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    transport.abort()


def _read_head(buffer: bytearray) -> tuple[Request, int] | None:
    """The request without its body, and where the body starts; None while the head is incomplete."""
    end = buffer.find(b"\r\n\r\n")
    if end < 0:
        return None
    first, *lines = buffer[:end].decode("latin-1").split("\r\n")
    headers = {}
    for line in lines:
        name, _, value = line.partition(":")
        headers[name.lower()] = value.strip()
    method, _, rest = first.partition(" ")
    path, _, query = rest.rpartition(" ")[0].partition("?")
    return Request(method=method, path=path, query=query, headers=headers, body=b""), end + 4


def _body(buffer: bytearray, start: int, headers: Mapping[str, str]) -> tuple[bytes, int] | None:
    """The body and where it ends; None while it is incomplete, ValueError for one that is none or too large."""
    if headers.get("transfer-encoding", "").lower() == "chunked":
        return _chunks(buffer, start)
    end = start + int(headers.get("content-length", "0"))
    if not start <= end <= start + MOST_BYTES:
        raise ValueError(end)
    return (bytes(memoryview(buffer)[start:end]), end) if len(buffer) >= end else None


def _chunks(buffer: bytearray, at: int) -> tuple[bytes, int] | None:
    parts: list[bytes] = []
    while (line := buffer.find(b"\r\n", at)) >= 0:
        size = int(buffer[at:line].partition(b";")[0], 16)
        at = line + 2 + size + 2
        if size == 0:
            end = line + 2 if buffer[line + 2 : line + 4] == b"\r\n" else buffer.find(b"\r\n\r\n", line)
            return (
                (b"".join(parts), end + (2 if end == line + 2 else 4))
                if end >= 0 and len(buffer) >= at
                else None
            )
        if len(buffer) < at:
            return None
        parts.append(bytes(buffer[line + 2 : line + 2 + size]))
    return None


def _wire(reply: Reply) -> bytes:
    lines = [f"HTTP/1.1 {reply.status} {_REASONS.get(reply.status, 'Status')}"]
    headers = {"content-length": str(len(reply.body)), **reply.headers}
    lines += [f"{name}: {value}" for name, value in headers.items()]
    return "\r\n".join(lines).encode("latin-1") + b"\r\n\r\n" + reply.body
