"""Serves the desk on this machine until Ctrl-C."""

from __future__ import annotations

import socket
from collections.abc import Callable
from types import FrameType

from starlette.types import ASGIApp

from topmind.errors import UsageError


def serve(
    app: ASGIApp, *, host: str = "127.0.0.1", port: int = 8000, at_end: Callable[[], object] = lambda: None
) -> None:
    """Answer requests until SIGINT or SIGTERM, then call `at_end`: what streams must end, or the server waits for it.
    Raises UsageError where the port is taken.

    No access log: paths of live pages hold tokens.
    """
    import uvicorn

    class Server(uvicorn.Server):
        def handle_exit(self, sig: int, frame: FrameType | None) -> None:
            at_end()
            super().handle_exit(sig, frame)

    config = uvicorn.Config(
        app, host=host, port=port, access_log=False, log_level="warning", server_header=False, lifespan="off"
    )
    Server(config).run(sockets=[_socket(host, port)])


def _socket(host: str, port: int) -> socket.socket:
    """Bound before the server starts, so that a taken port is our message and not a traceback."""
    found = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    found.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        found.bind((host, port))
    except OSError:
        found.close()
        raise UsageError(
            f"{host}:{port} is taken or not allowed here.",
            fix="Choose another one with --port, e.g. --port 8010.",
        ) from None
    return found
