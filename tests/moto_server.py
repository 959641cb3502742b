"""A server of moto on loopback: S3, SQS and SNS."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cache
from typing import Any

from moto.server import DomainDispatcherApplication, create_backend_app
from werkzeug.serving import WSGIRequestHandler, make_server


class Dispatcher(DomainDispatcherApplication):
    """moto's own, which else lists its folders and tries the addresses of all of Amazon's services at each request."""

    @cache  # noqa: B019 - a server lives as long as its tests
    def get_backend_for_host(self, host: str | None) -> Any:
        """The service behind a host."""
        return super().get_backend_for_host(host)


class Quiet(WSGIRequestHandler):
    """Says nothing."""

    def log(self, *args: object) -> None:
        """Say nothing."""


def application() -> Dispatcher:
    """What answers."""
    return Dispatcher(create_backend_app)


@contextmanager
def serve(
    answer: Callable[..., Any], *, threaded: bool = True, handler: type[WSGIRequestHandler] = Quiet
) -> Iterator[str]:
    """The address. Not `threaded`: one request at a time, for moto's conditional put looks, then writes."""
    server = make_server("127.0.0.1", 0, answer, threaded=threaded, request_handler=handler)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
