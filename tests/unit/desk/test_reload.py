"""Live reload goes on, whatever goes wrong with one save."""

from __future__ import annotations

import threading
from pathlib import Path

from topmind.desk.reload import Reload


def test_an_unforeseen_mistake_ends_no_watching(tmp_path: Path) -> None:
    """A full disk at one save: open pages are told, without its words, and the next save is read again."""
    file = tmp_path / "content/a.md"
    file.parent.mkdir()
    failed, went = threading.Event(), threading.Event()

    def read() -> None:
        if went.is_set() or failed.is_set():
            went.set()
            return
        failed.set()
        raise OSError(28, "dana@example.com")

    reload = Reload(tmp_path, read=read, build=lambda: "", version=lambda: 1)
    thread = threading.Thread(target=reload.watch, daemon=True)
    thread.start()
    said = ""
    for event in (failed, went):
        for turn in range(100):  # what is saved before the watching has begun is not seen
            file.write_text(f"{event is went} {turn}", "utf-8")
            if event.wait(0.2):
                break
        said = said or reload.state()
    assert went.is_set()
    reload.end()
    thread.join(10)
    assert "dana" not in said
    assert reload.trouble == ""
