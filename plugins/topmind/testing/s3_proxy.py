"""A proxy on loopback before an S3 server, which does to puts what networks and S3 do: hang, reset, refuse."""

from __future__ import annotations

import http.client
import socket
import struct
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from enum import StrEnum
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import urlsplit


class ProxyFault(StrEnum):
    """What befalls a put."""

    #: Stored; the connection is reset in place of an answer.
    STORED_THEN_RESET = "stored, then reset"
    #: Stored; no answer ever comes.
    STORED_THEN_HANG = "stored, then hang"
    #: Not stored; reset.
    RESET = "reset"
    CONFLICT = "409"
    SLOW_DOWN = "503"
    #: Stored, and told that it failed.
    STORED_THEN_500 = "stored, then 500"


_REFUSED = {
    ProxyFault.CONFLICT: (409, "ConditionalRequestConflict"),
    ProxyFault.SLOW_DOWN: (503, "SlowDown"),
    ProxyFault.STORED_THEN_500: (500, "InternalError"),
}
_STORED = {ProxyFault.STORED_THEN_RESET, ProxyFault.STORED_THEN_HANG, ProxyFault.STORED_THEN_500}

#: (path of the put, how many puts of the run came before it) → what befalls it.
Script = Callable[[str, int], ProxyFault | None]


class _Server(ThreadingHTTPServer):
    daemon_threads = True

    def __init__(self, target: str, script: Script) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.target = urlsplit(target).netloc
        self.script = script
        self.puts = 0
        self.over = threading.Event()
        self.lock = threading.Lock()

    def befalls(self, path: str) -> ProxyFault | None:
        """The fault of the next put."""
        with self.lock:
            self.puts += 1
            return self.script(path, self.puts - 1)


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: _Server

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - as its base
        """Say nothing."""

    def _pass(self) -> None:
        body = self.rfile.read(int(self.headers.get("content-length") or 0))
        fault = self.server.befalls(self.path) if self.command == "PUT" else None
        if fault is None or fault in _STORED:
            answer = self._ask(body)
        match fault:
            case None:
                self._answer(*answer)
            case ProxyFault.RESET | ProxyFault.STORED_THEN_RESET:
                self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
                self.close_connection = True
                self.connection.close()
            case ProxyFault.STORED_THEN_HANG:
                self.close_connection = True
                self.server.over.wait()
            case _:
                status, code = _REFUSED[fault]
                said = f"<Error><Code>{code}</Code><Message>as told</Message></Error>".encode()
                self._answer(status, [("content-type", "application/xml")], said)

    do_GET = do_PUT = do_DELETE = do_HEAD = do_POST = _pass  # noqa: N815 - names of the base class

    def _ask(self, body: bytes) -> tuple[int, list[tuple[str, str]], bytes]:
        connection = http.client.HTTPConnection(self.server.target)
        try:
            connection.request(self.command, self.path, body, dict(self.headers.items()))
            answer = connection.getresponse()
            return answer.status, answer.getheaders(), answer.read()
        finally:
            connection.close()

    def _answer(self, status: int, headers: list[tuple[str, str]], body: bytes) -> None:
        names = {name.lower() for name, _ in headers}
        self.send_response_only(status)
        for name, value in headers:
            if name.lower() not in {"content-length", "transfer-encoding", "connection"}:
                self.send_header(name, value)
        if "date" not in names:
            self.send_header("Date", self.date_time_string())
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)


@contextmanager
def before(target: str, script: Script) -> Iterator[str]:
    """The address of a proxy before the server at `target`, which treats each put as `script` says."""
    server = _Server(target, script)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}"
    finally:
        server.over.set()
        server.shutdown()
        server.server_close()
        thread.join()
