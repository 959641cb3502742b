"""An app on a free port of this machine, for as long as a test looks at it."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from starlette.types import ASGIApp

#: Seconds for a server to begin, and to end when nothing keeps it.
PATIENCE = 30.0


@contextmanager
def served(make: Callable[[str], ASGIApp], *, at_end: Callable[[], object] = lambda: None) -> Iterator[str]:
    """The address of the app that `make` makes for it, answered in a thread of its own.

    `at_end` lets open streams go; nothing of the server is left afterwards, or this fails.
    """
    import uvicorn

    listener = socket.socket()
    listener.bind(("127.0.0.1", 0))
    address = f"http://127.0.0.1:{listener.getsockname()[1]}"
    config = uvicorn.Config(make(address), log_level="warning", lifespan="off")
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]}, name="served", daemon=True)
    thread.start()
    try:
        last = time.monotonic() + PATIENCE
        while not server.started:
            begins = thread.is_alive() and time.monotonic() < last
            assert begins, "the server did not start"
            time.sleep(0.02)
        yield address
    finally:
        at_end()
        server.should_exit = True
        thread.join(PATIENCE)
        listener.close()
    assert not thread.is_alive(), "an open page kept the server"
