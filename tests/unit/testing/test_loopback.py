"""The HTTP server under the simulators: what clients may do with a connection, byte by byte."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from urllib.parse import urlsplit

import pytest

from topmind.testing.loopback import Ending, Reply, Request, Server


def echo(request: Request) -> Reply:
    """Says what it got."""
    if request.path == "/reset":
        return Reply(ending=Ending.RESET)
    if request.path == "/aside/defect":
        raise ValueError("a defect")
    text = f"{request.method} {request.path}?{request.query} ".encode()
    return Reply(body=text + request.body, seconds=0.01 if request.path == "/slow" else 0.0)


@pytest.fixture
def connection() -> Iterator[socket.socket]:
    """A socket to a server that echoes."""
    server = Server(echo, aside="/aside/")
    server.start()
    where = urlsplit(server.url)
    with socket.create_connection((where.hostname or "", where.port or 0), timeout=10) as found:
        yield found
    server.stop()


def ask(connection: socket.socket, *parts: bytes, until: bytes) -> bytes:
    """Send in these parts, read until the answer ends so."""
    for part in parts:
        connection.sendall(part)
    found = b""
    while not found.endswith(until):
        more = connection.recv(65536)
        if not more:
            return found
        found += more
    return found


def test_a_request_in_pieces(connection: socket.socket) -> None:
    """The answer comes when the body is whole, and the connection stays."""
    head, rest = b"POST /a?b=c HTTP/1.1\r\nContent-", b"Length: 4\r\n\r\nbo"
    assert ask(connection, head, rest, b"dy", until=b"body").endswith(b"POST /a?b=c body")
    assert b"200 OK" in ask(connection, b"GET /x HTTP/1.1\r\n\r\n", until=b"GET /x? ")


@pytest.mark.parametrize("path", [b"/now", b"/slow", b"/aside/x"])
def test_requests_one_after_another_in_one_packet(connection: socket.socket, path: bytes) -> None:
    """Answered in their order, also when the first one takes longer."""
    both = b"GET " + path + b" HTTP/1.1\r\n\r\nGET /second HTTP/1.1\r\n\r\n"
    found = ask(connection, both, until=b"/second? ")
    assert found.index(b"GET " + path) < found.index(b"GET /second")


@pytest.mark.parametrize("trailer", [b"", b"x-amz-checksum-crc32: AAAA\r\n"])
def test_chunks(connection: socket.socket, trailer: bytes) -> None:
    """Put together, with and without a trailer, whole or in pieces."""
    head = b"PUT /a HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n"
    chunks = b"3\r\nabc\r\n2;x=y\r\nde\r\n0\r\n" + trailer + b"\r\n"
    assert ask(connection, head + chunks, until=b"abcde")
    assert ask(connection, *(bytes([byte]) for byte in head + chunks), until=b"abcde")
    assert ask(connection, b"GET /x HTTP/1.1\r\n\r\n", until=b"GET /x? ")


def test_a_client_that_waits_to_send(connection: socket.socket) -> None:
    """`Expect: 100-continue` is answered before the body is there."""
    head = b"PUT /a HTTP/1.1\r\nContent-Length: 2\r\nExpect: 100-continue\r\n\r\n"
    assert ask(connection, head, until=b"\r\n\r\n") == b"HTTP/1.1 100 Continue\r\n\r\n"
    assert ask(connection, b"ab", until=b"ab").endswith(b"PUT /a? ab")


@pytest.mark.parametrize("length", [b"-1", b"x", b"999999999999"])
def test_lengths_that_are_none(connection: socket.socket, length: bytes) -> None:
    """400, and the connection is closed."""
    found = ask(connection, b"PUT /a HTTP/1.1\r\nContent-Length: " + length + b"\r\n\r\n", until=b"never")
    assert found.startswith(b"HTTP/1.1 400 ")


@pytest.mark.parametrize("path", [b"/reset", b"/aside/defect"])
def test_a_reset_is_a_reset(connection: socket.socket, path: bytes) -> None:
    """The peer sees an error, not an orderly end; so it does when the handler fails."""
    with pytest.raises(ConnectionResetError):
        ask(connection, b"GET " + path + b" HTTP/1.1\r\n\r\n", until=b"never")
